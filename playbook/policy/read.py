"""Read the effective policy of a client: layers merged, every value with its origin, every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from playbook.errors import PolicyError, Problem
from playbook.money import Money
from playbook.policy.layers import Layer, LayerFiles, MergedRow, chain, content_hash
from playbook.policy.model import (
    ApologyMode,
    Brand,
    Channel,
    ClockRule,
    Cluster,
    Condition,
    DocumentKind,
    Entitlement,
    Note,
    OptionRow,
    Origin,
    Policy,
    Role,
    Rung,
    SeverityRule,
    Step,
    Switch,
    Track,
)  # fmt: skip
from playbook.sources import Keys
from playbook.text import LANGUAGES, Language, LocalText
from playbook.times import zone_exists
from playbook.workspace import Workspace

_SUFFIX = {"zh-Hant": "zh_hant", "zh-Hans": "zh_hans", "en": "en"}
POLICY_KEYS = {
    "name", "extends", "invented", "note", "languages", "currency", "jurisdiction", "timezone", "calendar", "in_force_from", "switches",
    "brand", "contact", "signatories", "glossary", "banned_words", "sources", "size",
}  # fmt: skip
BRAND_KEYS = {"name", "short_name", "value", "size", "letterhead"}
_cache: dict[tuple[str, str], Policy] = {}


def local(stem: str) -> list[str]:
    """Return the column names of a text in the three languages: `label_zh_hant`, `label_zh_hans`, `label_en`."""
    return [f"{stem}_{suffix}" for suffix in _SUFFIX.values()]


COLUMNS: dict[str, list[str]] = {
    "authority": ["id", "role", *local("label"), "rank", "ceiling", "currency", "cumulative_ceiling", "remedies", "public", "needs_second", "from", "to", "source"],
    "clocks": ["id", *local("label"), "starts_from", "met_by", "period", "unit", "level", "calendar", "pausable", "repeats", "jurisdictions", "source", "from", "to"],
    "severity": ["id", "impact", "level", "affected_at_least", "severity", "leader_speaks", "source"],
    "steps": ["id", "stage", *local("label"), "role", "by_when", *local("done_test"), *local("do"), *local("dont"), "condition", "done_when", "sources"],
    "roles": ["id", "rung", *local("label"), "sources"],
    "notes": ["id", "kind", "stage", "voice", *local("text"), "sources"],
    "tracks": ["id", *local("label"), "condition", "who", *local("not_allowed"), "sources"],
    "clusters": ["id", *local("label"), "fault_statuses", "strategies", "forbidden", "source"],
    "channels": ["id", *local("label"), "visibility", "max_characters", "voice", "social", "toll_free_prefixes"],
    "kinds": ["id", *local("label"), "audience", "stage", "parts", "channels", "condition"],
    "apology_modes": ["id", "jurisdiction", "mode", *local("reason"), "source"],
    "options": ["id", "option", "rank", "line", "kind", *local("label"), "amount", "share", "of", "paid", "non_monetary", *local("harm"), *local("condition"), "source"],
    "entitlements": ["id", *local("text"), "trigger", "amount", "from"],
    "thresholds": ["id", "count", "source"],
}  # fmt: skip


def read_policy(name: str, workspace: Workspace) -> Policy:
    """Return the effective policy of a client (`base` is base alone).

    Raises PolicyError with every problem of every layer.
    """
    try:
        layers = chain(name, workspace.layer)
    except PolicyError:
        raise
    except Exception as error:
        problems = getattr(error, "problems", None)
        if problems is None:
            raise
        raise PolicyError(problems) from error
    digest = content_hash(layers)
    if (name, digest) not in _cache:
        _cache[name, digest] = _Reader(name, layers, digest).read()
    return _cache[name, digest]


def clients(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of the clients of a workspace."""
    if not workspace.clients.is_dir():
        return ()
    return tuple(sorted(p.name for p in workspace.clients.iterdir() if (p / "policy.yaml").is_file()))


class _Reader:
    def __init__(self, name: str, layers: list[Layer], digest: str) -> None:
        self.name, self.layers, self.digest = name, layers, digest
        self.problems: list[Problem] = []
        self.files = LayerFiles(layers, self.problems)
        self.currency = "XXX"

    def read(self) -> Policy:
        for layer in self.layers:
            for key in layer.data.keys() - POLICY_KEYS:
                self.problems.append(
                    layer.at.problem(
                        (key,),
                        f"the key {key}",
                        "one of " + ", ".join(sorted(POLICY_KEYS)),
                        "Correct or remove it.",
                    )
                )
        self.currency = str(self._top("currency", "XXX"))
        timezone = str(self._top("timezone", "UTC"))
        if not zone_exists(timezone):
            self.problems.append(
                self.layers[-1].at.problem(
                    ("timezone",), repr(timezone), "an IANA zone such as Asia/Taipei", "Correct it."
                )
            )
        languages = tuple(self._top("languages", list(LANGUAGES)))
        for language in languages:
            if language not in LANGUAGES:
                self.problems.append(
                    self.layers[-1].at.problem(
                        ("languages",), repr(language), ", ".join(LANGUAGES), "Correct it."
                    )
                )
        policy = Policy(
            name=self.name,
            layers=tuple(layer.name for layer in self.layers),
            folders=tuple(layer.folder for layer in self.layers),
            languages=languages,
            currency=self.currency,
            jurisdiction=str(self._top("jurisdiction", "")),
            timezone=timezone,
            calendar=str(self._top("calendar", "")),
            in_force_from=self._iso(self._top("in_force_from", None), ("in_force_from",)),
            brand=self._brand(),
            switches=self._switches(),
            authority=tuple(self._each("authority", self._rung)),
            clocks=tuple(self._each("clocks", self._clock)),
            severity=tuple(self._each("severity", self._severity)),
            steps=tuple(self._each("steps", self._step)),
            roles={r.id: r for r in self._each("roles", self._role)},
            notes=tuple(self._each("notes", self._note)),
            tracks=tuple(self._each("tracks", self._track)),
            clusters=tuple(self._each("clusters", self._cluster)),
            channels={c.id: c for c in self._each("channels", self._channel)},
            kinds={k.id: k for k in self._each("kinds", self._kind)},
            apology_modes=tuple(self._each("apology_modes", self._mode)),
            options=tuple(self._each("options", self._option)),
            entitlements=tuple(self._each("entitlements", self._entitlement)),
            thresholds={
                r.row["id"]: self._whole(r, "count") or 0
                for r in self.files.rows("thresholds", COLUMNS["thresholds"])
            },
            table_files=self._tables(),
            sha256=self.digest,
        )
        if self.problems:
            raise PolicyError(self.problems)
        return policy

    # -- policy.yaml -----------------------------------------------------------------------

    def _top(self, key: str, default: Any) -> Any:
        for layer in reversed(self.layers):
            if layer.data.get(key) is not None:
                return layer.data[key]
        return default

    def _merged(self, key: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for layer in self.layers:
            value = layer.data.get(key) or {}
            if not isinstance(value, dict):
                self.problems.append(
                    layer.at.problem((key,), repr(value), "a map", "Write it as key: value.")
                )
                continue
            for name, inner in value.items():
                both = isinstance(inner, dict) and isinstance(out.get(name), dict)
                out[name] = {**out[name], **inner} if both else inner
        return out

    def _brand(self) -> Brand:
        data = self._merged("brand")
        for key in data.keys() - BRAND_KEYS:
            self.problems.append(
                self.layers[-1].at.problem(
                    ("brand", key), f"the key {key}", "one of " + ", ".join(sorted(BRAND_KEYS)), "Correct it."
                )
            )
        name = self._text(data.get("name") or self.name)
        banned = self._merged("banned_words")
        signatories = {
            role: {
                **who,
                "name": self._text(who.get("name") or ""),
                "title": self._text(who.get("title") or ""),
            }
            for role, who in self._merged("signatories").items()
        }
        return Brand(
            name=name,
            short_name=self._text(data.get("short_name") or name),
            value=self._text(data.get("value") or ""),
            size=str(data.get("size") or self._top("size", "")),
            letterhead=self._text(data.get("letterhead") or ""),
            signatories=signatories,
            contact=self._merged("contact"),
            glossary={k: self._text(v) for k, v in self._merged("glossary").items()},
            banned_words={
                language: tuple(str(w) for w in banned.get(language) or ()) for language in LANGUAGES
            },
        )

    def _text(self, value: Any) -> dict[str, str]:
        if isinstance(value, dict):
            return {str(k): str(v) for k, v in value.items() if v not in (None, "")}
        return {language: str(value) for language in LANGUAGES} if value not in (None, "") else {}

    def _switches(self) -> dict[str, Switch]:
        out: dict[str, Switch] = {}
        for layer in self.layers:
            for name, spec in (layer.data.get("switches") or {}).items():
                origin = Origin(layer.name, "policy.yaml", layer.at.place(("switches", name))[0])
                if layer.name == "base":
                    spec = spec if isinstance(spec, dict) and "default" in spec else {"default": spec}
                    out[name] = Switch(
                        name, spec["default"], spec["default"], tuple(str(a) for a in spec.get("allowed") or ()), self._text(spec.get("reason") or ""),
                        tuple(str(s) for s in spec.get("sources") or ()), origin,
                    )  # fmt: skip
                    continue
                if name not in out:
                    self.problems.append(
                        layer.at.problem(
                            ("switches", name),
                            f"the switch {name}",
                            "one of " + ", ".join(sorted(out)),
                            "Correct the name.",
                        )
                    )
                    continue
                allowed = out[name].allowed
                plain = {True: "true", False: "false"}.get(spec, spec) if isinstance(spec, bool) else spec
                if allowed and str(plain) not in allowed:
                    self.problems.append(
                        layer.at.problem(
                            ("switches", name),
                            repr(spec),
                            "one of " + ", ".join(allowed),
                            "Correct the value.",
                        )
                    )
                base = out[name]
                out[name] = Switch(name, spec, base.default, allowed, base.reason, base.sources, origin)
        return out

    def _iso(self, value: Any, keys: Keys) -> date | None:
        if value in (None, "", "-"):
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.problems.append(
                self.layers[-1].at.problem(keys, repr(value), "a date such as 2026-05-09", "Correct it.")
            )
            return None

    # -- CSV files ---------------------------------------------------------------------------

    def _each(self, stem: str, make: Callable[[MergedRow], Any]) -> list[Any]:
        return [made for row in self.files.rows(stem, COLUMNS[stem]) if (made := make(row)) is not None]

    def _origin(self, row: MergedRow) -> Origin:
        return Origin(row.layer, Path(row.row.path).name, row.row.line)

    def _local(self, row: MergedRow, stem: str, *, needed: bool = False) -> LocalText:
        out = {
            language: row[f"{stem}_{suffix}"]
            for language, suffix in _SUFFIX.items()
            if row[f"{stem}_{suffix}"]
        }
        if needed and not out:
            self._bad(row, f"{stem}_en", "nothing", "a text in at least one language")
        return out

    def _bad(self, row: MergedRow, column: str, found: str, expected: str) -> None:
        self.problems.append(row.row.problem(column, found, expected, "Correct the cell."))

    def _whole(self, row: MergedRow, column: str) -> int | None:
        text = row[column]
        if text in ("", "-"):
            return None
        if not text.isdigit():
            self._bad(row, column, repr(text), "a whole number")
            return None
        return int(text)

    def _yes(self, row: MergedRow, column: str) -> bool:
        if row[column] not in ("yes", "no", "true", "false", ""):
            self._bad(row, column, repr(row[column]), "yes or no")
        return row[column] in ("yes", "true")

    def _day(self, row: MergedRow, column: str) -> date | None:
        if row[column] in ("", "-"):
            return None
        try:
            return date.fromisoformat(row[column])
        except ValueError:
            self._bad(row, column, repr(row[column]), "a date such as 2026-05-09")
            return None

    def _one_of(self, row: MergedRow, column: str, allowed: Sequence[str]) -> Any:
        if row[column] not in allowed:
            self._bad(row, column, repr(row[column]), "one of " + ", ".join(allowed))
        return row[column]

    def _money(self, row: MergedRow, column: str) -> Money | None:
        text = row[column]
        if text in ("", "-", "unlimited"):
            return None
        try:
            value = Money.parse(text, row["currency"] or self.currency)
        except ValueError as error:
            self._bad(row, column, repr(text), str(error))
            return None
        if value.minor < 0:
            self._bad(row, column, repr(text), "an amount that is not negative")
        return value

    def _condition(self, row: MergedRow, column: str = "condition") -> Condition:
        out: dict[str, tuple[str, ...]] = {}
        for clause in filter(None, (c.strip() for c in row[column].split(";"))):
            name, equals, values = clause.partition("=")
            if not equals or not values:
                self._bad(row, column, repr(clause), "field=value|value; …")
                continue
            out[name.strip()] = tuple(v.strip() for v in values.split("|"))
        return Condition(out)

    def _list(self, row: MergedRow, column: str) -> tuple[str, ...]:
        return tuple(p for p in re.split(r"[|;\s]+", row[column]) if p and p != "-")

    def _rung(self, row: MergedRow) -> Rung:
        return Rung(
            row["role"] or row["id"], self._local(row, "label", needed=True), self._whole(row, "rank") or 0, self._money(row, "ceiling"),
            self._money(row, "cumulative_ceiling"), self._list(row, "remedies"), self._yes(row, "public"), self._yes(row, "needs_second"),
            self._day(row, "from"), self._day(row, "to"), self._origin(row),
        )  # fmt: skip

    def _clock(self, row: MergedRow) -> ClockRule:
        return ClockRule(
            row["id"], self._local(row, "label", needed=True), row["starts_from"], row["met_by"], self._whole(row, "period") or 0,
            self._one_of(row, "unit", ("minutes", "hours", "calendar_days", "business_days", "weeks", "months")),
            self._one_of(row, "level", ("warn", "breach", "statutory", "promise")), row["calendar"] or None, self._yes(row, "pausable"),
            self._yes(row, "repeats"), self._list(row, "jurisdictions"), row["source"], self._day(row, "from"), self._day(row, "to"), self._origin(row),
        )  # fmt: skip

    def _severity(self, row: MergedRow) -> SeverityRule:
        return SeverityRule(
            row["id"], row["impact"], self._whole(row, "level"), self._whole(row, "affected_at_least"),
            self._one_of(row, "severity", ("SEV-1", "SEV-2", "SEV-3", "SEV-4")), self._yes(row, "leader_speaks"), row["source"], self._origin(row),
        )  # fmt: skip

    def _step(self, row: MergedRow) -> Step:
        if not row["sources"]:
            self._bad(row, "sources", "nothing", "the rules that the step comes from, such as S0-15")
        return Step(
            row["id"], row["stage"], self._local(row, "label", needed=True), row["role"], row["by_when"], self._local(row, "done_test"),
            self._local(row, "do"), self._local(row, "dont"), self._condition(row),
            self._condition(row, "done_when") if row["done_when"] else None, self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _role(self, row: MergedRow) -> Role:
        label = self._local(row, "label", needed=True)
        return Role(row["id"], row["rung"], label, self._list(row, "sources"), self._origin(row))

    def _note(self, row: MergedRow) -> Note:
        return Note(
            row["id"], row["kind"], row["stage"], row["voice"], self._local(row, "text", needed=True),
            self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _track(self, row: MergedRow) -> Track:
        return Track(
            row["id"], self._local(row, "label", needed=True), self._condition(row), self._list(row, "who"), self._local(row, "not_allowed"),
            self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _cluster(self, row: MergedRow) -> Cluster:
        return Cluster(
            row["id"], self._local(row, "label", needed=True), self._list(row, "fault_statuses"), self._list(row, "strategies"),
            self._list(row, "forbidden"), row["source"], self._origin(row),
        )  # fmt: skip

    def _channel(self, row: MergedRow) -> Channel:
        return Channel(
            row["id"], self._local(row, "label", needed=True), self._one_of(row, "visibility", ("public", "private", "internal")),
            self._whole(row, "max_characters"), row["voice"], self._yes(row, "social"), self._list(row, "toll_free_prefixes"), self._origin(row),
        )  # fmt: skip

    def _kind(self, row: MergedRow) -> DocumentKind:
        return DocumentKind(
            row["id"], self._local(row, "label", needed=True), self._one_of(row, "audience", ("public", "customer", "internal")), row["stage"],
            self._list(row, "parts"), self._list(row, "channels"), self._condition(row), self._origin(row),
        )  # fmt: skip

    def _mode(self, row: MergedRow) -> ApologyMode:
        return ApologyMode(
            row["id"], row["jurisdiction"], self._one_of(row, "mode", ("full", "sympathy_only")), self._local(row, "reason", needed=True),
            row["source"], self._origin(row),
        )  # fmt: skip

    def _option(self, row: MergedRow) -> OptionRow:
        share: tuple[int, int] | None = None
        if row["share"] not in ("", "-"):
            match = re.fullmatch(r"(\d+)%", row["share"]) or re.fullmatch(r"(\d+)/([1-9]\d*)", row["share"])
            if match is None:
                self._bad(row, "share", repr(row["share"]), "a share such as 50% or 1/3")
            else:
                share = (int(match[1]), int(match[2]) if "/" in row["share"] else 100)
        line = self._one_of(row, "line", ("statutory", "need_now", "inconvenience"))
        return OptionRow(
            row["id"], row["option"], self._whole(row, "rank") or 0, line, row["kind"], self._local(row, "label", needed=True), self._money(row, "amount"),
            share, "" if row["of"] == "-" else row["of"], self._yes(row, "paid"), self._yes(row, "non_monetary"), self._local(row, "harm") or None,
            self._local(row, "condition") or None, row["source"], self._origin(row),
        )  # fmt: skip

    def _entitlement(self, row: MergedRow) -> Entitlement:
        return Entitlement(
            row["id"], self._local(row, "text", needed=True), row["trigger"], self._money(row, "amount"), self._day(row, "from"),
            self._origin(row),
        )  # fmt: skip

    def _tables(self) -> dict[str, tuple[Path, tuple[Path, ...]]]:
        headers: dict[str, Path] = {}
        patches: dict[str, list[Path]] = {}
        for layer in self.layers:
            for path in sorted(layer.folder.glob("*.table.yaml")):
                stem = path.name.removesuffix(".table.yaml")
                if stem in headers:
                    self.problems.append(
                        Problem(
                            str(path),
                            1,
                            0,
                            "table",
                            f"{stem}, which {headers[stem]} is too",
                            "a new name, or a patch",
                            f"Write {stem}.patch.csv instead.",
                        )
                    )
                headers.setdefault(stem, path)
        known = set(COLUMNS)
        for layer in self.layers:
            for path in sorted(layer.folder.glob("*.patch.csv")):
                stem = path.name.removesuffix(".patch.csv")
                if stem in headers:
                    patches.setdefault(stem, []).append(path)
                elif stem not in known:
                    self.problems.append(
                        Problem(
                            str(path),
                            1,
                            0,
                            "",
                            f"a patch of {stem}",
                            "the name of a table below",
                            "Check the file name.",
                        )
                    )
        return {stem: (path, tuple(patches.get(stem, ()))) for stem, path in headers.items()}


def brand_name(policy: Policy, language: Language) -> str:
    """Return how the client names itself in a language."""
    name: Mapping[str, str] = policy.brand.short_name
    return name.get(language) or next(iter(name.values()), policy.name)
