"""Read the effective policy of a client: layers merged, every value with its origin, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from playbook.errors import InputError, PolicyError, Problem
from playbook.policy.layers import Layer, LayerFiles, chain, content_hash, read_layer
from playbook.policy.letterhead import check_letterhead, read_letterhead
from playbook.policy.model import (
    Brand,
    Origin,
    Policy,
    Switch,
    Term,
)  # fmt: skip
from playbook.policy.rows import COLUMNS, Rows
from playbook.sources import Keys
from playbook.tables.shapes import SHAPES, check_shapes
from playbook.text import LANGUAGES, Language
from playbook.times import zone_exists
from playbook.workspace import Workspace

POLICY_KEYS = {
    "name", "extends", "invented", "note", "languages", "currency", "jurisdiction", "timezone", "calendar", "in_force_from", "switches",
    "brand", "contact", "signatories", "glossary", "banned_words", "sources", "size",
}  # fmt: skip
POLICY_SHAPES = {
    "languages": "a list of texts", "currency": "a text", "jurisdiction": "a text", "timezone": "a text", "calendar": "a text",
    "in_force_from": "a text", "switches": "a map", "brand": "a map", "contact": "a map", "signatories": "a map of maps",
    "glossary": "a map", "banned_words": "a map of lists of texts", "size": "a text",
}  # fmt: skip
BRAND_KEYS = {"name", "short_name", "customers", "value", "size", "letterhead"}
_cache: dict[tuple[str, str, tuple[Path, ...]], Policy] = {}


def read_policy(name: str, workspace: Workspace) -> Policy:
    """Return the effective policy of a client (`base` is base alone).

    Raises PolicyError with every problem of every layer.
    """
    try:
        layers = chain(name, lambda layer: _checked(layer, workspace.layer(layer)))
    except PolicyError:
        raise
    except Exception as error:
        problems = getattr(error, "problems", None)
        if problems is None:
            raise
        raise PolicyError(problems) from error
    digest = content_hash(layers)
    key = (name, digest, tuple(layer.folder for layer in layers))  # a copied workspace has files of its own
    if key not in _cache:
        _cache[key] = _Reader(name, layers, digest).read()
    return _cache[key]


def clients(workspace: Workspace) -> tuple[str, ...]:
    """Return the names of the clients of a workspace."""
    if not workspace.clients.is_dir():
        return ()
    return tuple(sorted(p.name for p in workspace.clients.iterdir() if (p / "policy.yaml").is_file()))


def _checked(name: str, folder: Path) -> Path:
    """Return a layer's folder. Raises InputError where what it extends is neither a name nor a list of names."""
    layer = read_layer(name, folder)
    below = layer.data.get("extends")
    if below is not None and not isinstance(below, str) and not SHAPES["a list of texts"](below):
        found, expected = f"{str(below)[:60]!r}", "a list of layers such as [base, sectors/airline]"
        raise InputError([layer.at.problem(("extends",), found, expected, "Correct the value.")])
    return folder


class _Reader:
    def __init__(self, name: str, layers: list[Layer], digest: str) -> None:
        self.name, self.layers, self.digest = name, layers, digest
        self.problems: list[Problem] = []
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
            check_shapes(layer.data, POLICY_SHAPES, layer.at, self.problems)
            for part in ("brand", "glossary", "contact"):
                inner = layer.data.get(part)
                if isinstance(inner, dict):
                    self._texts(layer, {k: v for k, v in inner.items() if k != "letterhead"}, (part,))
            check_letterhead(layer, self.problems)
            people = layer.data.get("signatories") or {}
            for role, who in people.items() if SHAPES["a map of maps"](people) else ():
                self._texts(layer, who, ("signatories", role))
        if self.problems:  # nothing else can be read out of a value of another shape
            raise PolicyError(self.problems)
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
        rows = Rows(LayerFiles(self.layers, self.problems), self.problems, self.currency)
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
            authority=tuple(rows.of("authority")),
            clocks=tuple(rows.of("clocks")),
            severity=tuple(rows.of("severity")),
            steps=tuple(rows.of("steps")),
            roles={r.id: r for r in rows.of("roles")},
            notes=tuple(rows.of("notes")),
            tracks=tuple(rows.of("tracks")),
            clusters=tuple(rows.of("clusters")),
            channels={c.id: c for c in rows.of("channels")},
            kinds={k.id: k for k in rows.of("kinds")},
            apology_modes=tuple(rows.of("apology_modes")),
            options=tuple(rows.of("options")),
            entitlements=tuple(rows.of("entitlements")),
            thresholds=dict(rows.of("thresholds")),
            table_files=self._tables(),
            sha256=self.digest,
            terms=self._terms(rows),
        )
        if self.problems:
            raise PolicyError(self.problems)
        return policy

    def _texts(self, layer: Layer, values: dict[str, Any], keys: Keys) -> None:
        shapes = dict.fromkeys(values, "a text, or a map of texts")
        check_shapes(values, shapes, layer.at, self.problems, keys)

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
        # Base alone is nobody: its texts have no name to sign with.
        name = self._text(data.get("name") or ("" if self.name == "base" else self.name))
        # Every layer adds its words; none takes one away.
        banned: dict[Language, dict[str, None]] = {
            language: dict.fromkeys(
                str(word)
                for layer in self.layers
                for word in (layer.data.get("banned_words") or {}).get(language) or ()
            )
            for language in LANGUAGES
        }
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
            customers=self._text(data.get("customers") or ""),
            value=self._text(data.get("value") or ""),
            size=str(data.get("size") or self._top("size", "")),
            letterhead=read_letterhead(self.layers),
            signatories=signatories,
            contact=self._merged("contact"),
            banned_words={language: tuple(words) for language, words in banned.items()},
        )

    def _text(self, value: Any) -> dict[str, str]:
        if isinstance(value, dict):
            for key in value.keys() - set(LANGUAGES):
                at = self.layers[-1].at
                found, wanted = f"the language {str(key)[:60]!r}", " or ".join(LANGUAGES)
                remedy = "Correct it; a text with a comma or a colon inside {…} has to be quoted."
                self.problems.append(at.problem((), found, wanted, remedy))
            return {str(k): str(v) for k, v in value.items() if v not in (None, "")}
        return {language: str(value) for language in LANGUAGES} if value not in (None, "") else {}

    def _terms(self, rows: Rows) -> dict[str, Term]:
        """Return the terms of glossary.csv, and those of `glossary` in policy.yaml, which only say what to use."""
        out = {}
        for name, written in self._merged("glossary").items():
            layer = next(one for one in reversed(self.layers) if name in (one.data.get("glossary") or {}))
            origin = Origin(layer.name, "policy.yaml", layer.at.place(("glossary", name))[0])
            out[str(name)] = Term(str(name), "term", self._text(written), {}, {}, origin)
        return out | {term.id: term for term in rows.of("glossary")}

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
                elif (shape := _wanted(out[name].default, spec)) and spec is not None and not allowed:
                    self.problems.append(
                        layer.at.problem(
                            ("switches", name), f"{str(spec)[:60]!r}", shape, "Correct the value."
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


def _wanted(default: Any, value: Any) -> str:
    """Return what form a switch's value should have, "" where it has it. Base leaves only a percentage open."""
    if default is None:
        percent = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100
        return "" if percent else "a whole number from 0 to 100 (percent)"
    return "" if _shape(default) == _shape(value) else _shape(default)


def _shape(value: Any) -> str:
    """Return what form a switch's value has: a layer may change what it says, not what it is."""
    if isinstance(value, list):
        return f"a list of {len(value)}: {', '.join(_shape(one) for one in value)}"
    if isinstance(value, dict):
        return "a map"
    return {bool: "true or false", int: "a whole number"}.get(type(value), "a text")


def brand_name(policy: Policy, language: Language) -> str:
    """Return how the client names itself in a language."""
    name: Mapping[str, str] = policy.brand.short_name
    return name.get(language) or next(iter(name.values()), policy.name)
