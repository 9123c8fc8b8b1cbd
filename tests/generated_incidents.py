"""Whole incident records, made up by hypothesis: every field that a draft may speak of, present or missing.

Every text holds a word that stands in no other text of the record, with who may hear it, so that a law can tell where
any sentence of a draft has its words from, and that what is for colleagues only stays inside. Numbers, sums and times
are all different for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from hypothesis import strategies as st

from playbook.incident.model import Incident
from playbook.text import LANGUAGES, Language

Hearers = Literal["anyone", "reply", "statement", "group", "inside"]
"""Who may hear a text: anyone; the customer only (second person); the public only (third person); whoever a remedy or
measure is for, once it may be promised; colleagues only."""

CLIENTS = {  # client -> currency, time zone
    "heri-bakery": ("TWD", "Asia/Taipei"),
    "anqi-lock": ("CNY", "Asia/Shanghai"),
    "larkmere-water": ("GBP", "Europe/London"),
    "chenglan-school": ("TWD", "Asia/Taipei"),
    "island-air": ("EUR", "Europe/Amsterdam"),
    "base": ("USD", "UTC"),
}
CASES: dict[str, dict[str, str]] = {  # inputs that the client's tables price
    "heri-bakery": {"delay_min": "365", "damaged": "true", "price": "1283"},
    "anqi-lock": {"locked_out_min": "61"},
    "larkmere-water": {"charges": "2"},
}
JURISDICTIONS = (None, "TW", "CN", "GB-ENG", "HK", "US-CA", "US")
FAULTS = ("unknown", "company", "supplier", "subsidiary", "customer_misread", "third_party_crime", "mixed")
OVERRIDES: tuple[dict[str, Any], ...] = (
    {"publish_unknowns": False},
    {"explanation_gate": "none"},
    {"apology_depth": "feeling"},
    {"misunderstanding_apology": "book"},
    {"misunderstanding_apology": "no_apology_explain_only"},
    {"apology_timing": "after_listening"},
    {"compensation_mode": "non_monetary_only"},
)
CHANNELS = (
    "facebook",
    "x",
    "threads",
    "weibo",
    "wechat",
    "line",
    "dm",
    "email",
    "phone",
    "shop",
    "web",
    "app",
)

# The same characters in both Chinese scripts, none of them a numeral; Latin words that are in no wording of ours.
_HAN = ("松竹石山川星月禾青白", "林泉田江海雨雪火木土岸坡井巷")
_LATIN = (("fern", "elm", "dun", "hazel", "bram", "cald", "gorse", "ash", "thorn", "rook"),
          ("croft", "dale", "garth", "holt", "hurst", "leigh", "stead", "thorpe", "wick", "wold", "combe", "beck", "shaw", "den"))  # fmt: skip

SHAPES: dict[str, tuple[str, str, str]] = {  # zh-Hant, zh-Hans, en
    "event": ("{w}訂單晚到", "{w}订单晚到", "the late {w} orders"),
    "clause": ("{w}的訂單晚到了", "{w}的订单晚到了", "{w} orders came late"),
    "expected_reply": ("說好早上送到的{w}", "说好早上送到的{w}", "you were promised {w} in the morning"),
    "got_reply": ("您等到晚上才收到{w}", "您等到晚上才收到{w}", "you had to wait for {w} until the evening"),
    "effect_reply": ("您和家人少了一頓{w}", "您和家人少了一顿{w}", "your family went without {w}"),
    "tried_reply": ("您為了{w}打了電話，沒有人接", "您为了{w}打了电话，没有人接", "you called about {w}, and nobody answered"),
    "doing_reply": ("我正在找您的{w}", "我正在找您的{w}", "I am looking for your {w}"),
    "expected_statement": ("我們答應早上送到的{w}", "我们答应早上送到的{w}", "we promised {w} in the morning"),
    "got_statement": ("{w}到了晚上才送到", "{w}到了晚上才送到", "{w} came in the evening"),
    "effect_statement": ("有人少了一頓{w}", "有人少了一顿{w}", "some people went without {w}"),
    "tried_statement": ("有人為了{w}打電話來，我們沒接到", "有人为了{w}打电话来，我们没接到", "people called about {w}, and we did not answer"),
    "doing_statement": ("我們正在找{w}", "我们正在找{w}", "we are looking for {w}"),
    "group_of_people": ("訂了{w}的人", "订了{w}的人", "everyone who ordered {w}"),
    "promise": ("{w}早上送到", "{w}早上送到", "{w} in the morning"),
    "value": ("{w}是大家放心交給我們的", "{w}是大家放心交给我们的", "people trust us with {w}"),
    "fact": ("晚到的{w}有 {n} 份", "晚到的{w}有 {n} 份", "{n} {w} boxes came late"),
    "cause": ("{w}名單沒有人核對", "{w}名单没有人核对", "nobody had checked the {w} list"),
    "unknown": ("{w}在哪裡晚了，還在查", "{w}在哪里晚了，还在查", "where {w} was held up is still being checked"),
    "doing": ("{w}正在逐份核對", "{w}正在逐份核对", "each {w} box is being checked"),
    "do_now": ("收到的{w}請先留著", "收到的{w}请先留着", "please keep the {w} box"),
    "question": ("我的{w}會到嗎？", "我的{w}会到吗？", "Will my {w} come?"),
    "answer": ("您的{w}會在早上送到。", "您的{w}会在早上送到。", "Your {w} comes in the morning."),
    "label": ("一份{w}", "一份{w}", "a box of {w}"),
    "measure": ("早上核對{w}名單", "早上核对{w}名单", "check the {w} list each morning"),
    "person": ("{w}組長", "{w}组长", "the {w} team lead"),
    "issue": ("{w}還沒有補上", "{w}还没有补上", "{w} is still to be made good"),
    "thanks": ("您告訴我們{w}的事，我們才去核對名單", "您告诉我们{w}的事，我们才去核对名单", "your word about {w} made us check the list"),
    "place": ("{w}頁面", "{w}页面", "{w} page"),
    "correction": ("{w}在早上送到", "{w}在早上送到", "{w} comes in the morning"),
    "feeling": ("為{w}難過", "为{w}难过", "sad about {w}"),
    "note": ("{w}的事只給同事看", "{w}的事只给同事看", "{w} is for colleagues only"),
}  # fmt: skip

HOSTILE = {
    "slots": "{brand}{0}{{customer}}{",
    "placeholders": "%s${HOME}`id`",
    "tags": "<script>alert(x)</script><b>x</b>&lt;x",
    "formulas": "=1+1|@SUM(A1)|",
    "controls": "\x07\u202e",
    "markdown": "[x](javascript:x)\\n*",
}

Name = tuple[str, str, str]
PEOPLE: dict[str, Name] = {  # invented; zh-Hant, zh-Hans, en
    "customer": ("鄭若水", "郑若水", "Cheng Jo-shui"), "private": ("簡竹青", "简竹青", "Chien Chu-ching"),
    "handler": ("馮可欣", "冯可欣", "Feng Ko-hsin"), "backup": ("陶安之", "陶安之", "Tao An-chih"),
    "speaker": ("蔣明遠", "蒋明远", "Chiang Ming-yuan"), "colleague": ("龔思齊", "龚思齐", "Kung Szu-chi"),
}  # fmt: skip
PRIVATE = {"address": "Quillgate Lane 88-B", "booking": "ZXKQJW"}


@dataclass(frozen=True)
class Told:
    """A text of the record: its field, who may hear it, and the word that only it holds, by language."""

    field: str
    hearers: Hearers
    words: dict[str, str]


@dataclass(frozen=True)
class Generated:
    """A record under a client, and where each of its words comes from."""

    incident: Incident
    texts: tuple[Told, ...]
    payload: str = ""

    def __repr__(self) -> str:
        kept = self.incident.model_dump(exclude_defaults=True, by_alias=True, warnings=False)
        return f"Generated({kept!r})"


@dataclass(frozen=True)
class Fixed:
    """What is not left to chance, so that every value of it is met."""

    client: str = ""
    fault: str = ""
    channel: str = ""
    speaks_on: tuple[str, ...] = ()


ANY = Fixed()
SPEAKS_ON = (("facebook", "web"), ("x",), ("video", "line"), ("wechat", "app"))


@dataclass
class Builder:
    """Hands out what must differ everywhere in a record: words, numbers, sums, minutes."""

    draw: Callable[..., Any]
    currency: str
    own: Language
    payload: str = ""
    fixed: Fixed = ANY
    texts: list[Told] = field(default_factory=list)
    numbers: int = 0
    minutes: int = 0

    def yes(self) -> bool:
        """Decide whether something is recorded; shrinks to no."""
        return bool(self.draw(st.booleans()))

    def one(self, *values: Any) -> Any:
        """Choose one; shrinks to the first."""
        return self.draw(st.sampled_from(values))

    def some(self, most: int) -> range:
        """Return how many of something there are; shrinks to none."""
        return range(self.draw(st.integers(0, most)))

    def text(self, name: str, shape: str, hearers: Hearers = "anyone", number: int | None = None, *, all_languages: bool = False) -> dict[str, str]:  # fmt: skip
        """Write a text, in all languages or in some of them only."""
        index = len(self.texts)
        words = {}
        written = {}
        chosen: tuple[Language, ...] = LANGUAGES
        if not all_languages:
            chosen = self.one(LANGUAGES, LANGUAGES, LANGUAGES, LANGUAGES, (self.own,), ("zh-Hant", "zh-Hans"))
        for place, language in enumerate(LANGUAGES):
            if language not in chosen:
                continue
            first, second = _LATIN if language == "en" else _HAN
            # The two scripts have different words, so that one in the other's text is seen.
            at = index if language == "en" else (2 * index + place) % (len(first) * len(second))
            word = first[at // len(second) % len(first)] + second[at % len(second)]
            words[language] = word
            marked = (
                f"{word} {self.payload} " if self.payload and language == "en" else f"{word}{self.payload}"
            )
            written[language] = SHAPES[shape][place].format(
                w=marked.strip(), n=f"{number:,}" if number else ""
            )
        self.texts.append(Told(name, hearers, words))
        return written

    def number(self) -> int:
        """Return a count that stands nowhere else in the record."""
        self.numbers += 1
        return 1_040 + 107 * self.numbers

    def sum(self, currency: str | None = None) -> dict[str, str]:
        """Return a sum that stands nowhere else in the record."""
        self.numbers += 1
        return {"amount": str(205 + 7 * self.numbers), "currency": currency or self.currency}

    def at(self, days: int = 0, hours: int = 0) -> str:
        """Return a time that stands nowhere else in the record: so far after the first, and a few minutes."""
        self.minutes += 1
        base = datetime(2026, 5, 9, 10, 0, tzinfo=timezone(timedelta(hours=8)))
        return (base + timedelta(days=days, hours=hours, minutes=self.minutes)).isoformat(timespec="minutes")

    def person(self, who: str, **more: Any) -> dict[str, Any]:
        """Return a person of the client."""
        hant, hans, english = PEOPLE[who]
        mark = f" {self.payload}" if self.payload else ""
        name = {"zh-Hant": hant, "zh-Hans": hans, "en": english + mark}
        if self.draw(st.integers(0, 7)) == 7:
            name = {self.own: name[self.own]}
        return {"name": name, "honorific": self.one("ms", "mr", "dr", None), **more}


@st.composite
def records(draw: Callable[..., Any], fixed: Fixed = ANY, payload: str = "") -> Generated:
    """Build one incident; `payload` stands inside every text that a person can write."""
    client = fixed.client or draw(st.sampled_from(tuple(CLIENTS)))
    currency, zone = CLIENTS[client]
    make = Builder(draw, currency, draw(st.sampled_from(LANGUAGES)), payload, fixed)
    raw: dict[str, Any] = {
        "client": client,
        "reference": f"2026-05-09-{draw(st.sampled_from('abcdefgh'))}",
        "language": make.own,
        "timezone": zone,
        "currency": currency,
        "what_happened": make.text("what_happened", "clause", all_languages=make.yes()),
        "kind": make.one("complaint", "public_complaint", "public_crisis", "extortion"),
    }
    for name, value in (
        ("jurisdiction", make.one(*JURISDICTIONS)),
        ("affected_count", make.one(None, 1, make.number())),
        ("public_spread", make.one(None, True, False)),
        ("sop_complete", make.one(None, True)),
        ("asked_for_boss", make.one(None, True)),
        ("off_topic", make.one(None, True)),
    ):
        if value is not None:
            raw[name] = value
    for name, shape in (
        ("event_name", "event"), ("brand_promise", "promise"), ("brand_value", "value"),
        ("affected_group", "group_of_people"), ("thanks_for", "thanks"),
    ):  # fmt: skip
        if make.yes():
            raw[name] = make.text(name, shape)
    raw["tracks"] = tuple(t for t in ("T1", "T2", "T3", "T4", "T5", "T6") if draw(st.integers(0, 5)) == 5)
    raw["impacts"] = tuple({"kind": kind, "level": 2} for kind in ("safety", "data") if draw(st.integers(0, 4)) == 4)  # fmt: skip
    _people(make, raw)
    _known(make, raw)
    _answer(make, raw)
    _inside(make, raw)
    if client in CASES and make.yes():
        raw["remedy_inputs"] = CASES[client]
    overridden = make.one({}, {}, {}, *OVERRIDES)
    raw["policy_override"] = overridden
    return Generated(Incident.model_validate(raw), tuple(make.texts), payload)


def _people(make: Builder, raw: dict[str, Any]) -> None:
    mark = make.payload
    if make.yes():
        signal: dict[str, Any] = {
            "channel": make.fixed.channel or make.one(*CHANNELS),
            "visibility": make.one("public", "private"),
        }
        if make.yes():
            signal["at"] = make.at()
        if make.yes():
            signal["verbatim"] = f"quernmoss{mark} 只有客人自己說過"
            make.texts.append(
                Told("signal.verbatim", "inside", {"en": "quernmoss", "zh-Hant": "只有客人自己說過"})
            )
        if make.yes():
            hant, hans, english = PEOPLE["customer"]
            shown = make.one(hant, english, "@night_owl", "Cheng " * 39 + "Cheng")
            author: dict[str, Any] = {"display_name": shown + mark}
            author["honorific"] = make.one("ms", "mr", "dr", "none", None)
            if make.yes() and shown == hant:
                author["name"] = {"zh-Hant": hant, "zh-Hans": hans, "en": english}
            if make.yes():
                author |= {"private_name": PEOPLE["private"][0], "private": PRIVATE}
            signal["author"] = author
        signal["prior_contacts"] = tuple(
            {
                "by": "phone",
                "result": "unanswered",
                "note": make.text("prior_contacts.note", "note", "inside"),
            }
            for _ in make.some(2)
        )
        raw["signal"] = signal
    if make.yes():
        handler = make.person("handler", role="first_line", consent_to_name=make.one(True, None, False))
        if make.yes():
            handler["contact"] = make.one({"line": "04-0000-2177"}, {"email": "feng@house.example"})
        if make.yes():
            handler["backup"] = make.person("backup")
            if make.yes():
                handler["backup"]["title"] = make.text("handler.backup.title", "person")
        raw["handler"] = handler
    if make.yes():
        raw["contact"] = make.one({"line": "04-0000-2199"}, {"url": "https://house.example/ask"})
    if make.yes():
        raw["team"] = (make.person("colleague"),)


def _known(make: Builder, raw: dict[str, Any]) -> None:
    statuses = ("confirmed", "confirmed", "claimed", "disputed", "refuted", "retracted", "unknown")
    facts = []
    for i in make.some(4):
        status, seen = make.one(*statuses), make.one("public", "internal", "restricted")
        cause = bool(make.draw(st.integers(0, 2)) == 2)
        number = None if cause else make.number()
        hearers: Hearers = "anyone" if status == "confirmed" and seen == "public" else "inside"
        facts.append({
            "id": f"f{i}", "text": make.text(f"facts.{status}.{seen}", "cause" if cause else "fact", hearers, number),
            "status": status, "visibility": seen, "cause": cause, "value": number,
        })  # fmt: skip
    raw["facts"] = tuple(facts)
    fault = make.fixed.fault or make.one(*FAULTS)
    raw["fault"] = tuple([{"value": "unknown"}, {"at": make.at(0, 3), "value": fault}] if make.yes() else [{"value": fault}])  # fmt: skip
    if make.yes():
        tellings: dict[str, Any] = {}
        for name in ("expected", "got", "effect", "tried", "doing"):
            rests = make.draw(st.sampled_from([f["id"] for f in facts])) if facts and make.yes() else None
            sure = rests is None or next(f for f in facts if f["id"] == rests)["status"] == "confirmed"
            telling: dict[str, Any] = {"fact_ids": (rests,) if rests else ()}
            if make.yes():
                telling["reply"] = make.text(
                    f"tellings.{name}.reply", f"{name}_reply", "reply" if sure else "inside"
                )
            if make.yes():
                telling["statement"] = make.text(f"tellings.{name}.statement", f"{name}_statement", "statement" if sure else "inside")  # fmt: skip
            if len(telling) > 1:
                tellings[name] = telling
        raw["tellings"] = tellings
    raw["unknowns"] = tuple(make.text("unknowns", "unknown") for _ in make.some(5))
    raw["doing_now"] = tuple(make.text("doing_now", "doing") for _ in make.some(5))
    raw["do_now"] = tuple(make.text("do_now", "do_now") for _ in make.some(5))
    raw["bystander_questions"] = tuple(
        {"id": f"q{i}", "question": make.text("questions", "question"),
         **({"answer": make.text("answers", "answer")} if make.yes() else {})}
        for i in make.some(5)
    )  # fmt: skip
    if make.yes():
        raw["timestamps"] = {"occurred_at": make.at(), "first_public_statement_at": make.at(0, 9)}
    if make.yes():
        raw["as_of"] = make.at(3)


def _answer(make: Builder, raw: dict[str, Any]) -> None:
    if make.yes():
        raw["next_update_at"] = make.at(make.one(5, -1))
    if make.yes():
        raw["time_agreed"] = make.at(4)
    approvals: list[dict[str, Any]] = []
    options = []
    for name in ("A", "B", "C")[: make.draw(st.integers(0, 3))]:
        parts = []
        for line in ("need_now", "inconvenience"):
            sort = make.one("refund", "voucher", "handwritten_card")
            part: dict[str, Any] = {"line": line, "kind": sort}
            part["label"] = make.text(f"options.{name}", "label", "group")
            if sort != "handwritten_card":
                part["amount" if make.yes() else "worth"] = make.sum(make.one(None, None, "JPY"))
            parts.append(part)
        options.append({"id": name, "parts": tuple(parts)})
        if make.yes():
            approvals.append({
                "id": f"a{name}", "what": f"option:{name}", "role": make.one("leader", "manager", "first_line"),
                "decision": make.one("approved", "rejected"), "at": make.at(0, 5),
            })  # fmt: skip
    raw["options"] = tuple(options)
    if options and make.yes():
        raw["chosen"] = {"option": make.one(*[o["id"] for o in options]), "at": make.at(0, 6)}
    raw["group_remedies"] = tuple(
        {"id": f"g{i}", "label": make.text("group_remedies", "label", "group"), "count": make.number(),
         **({"each": make.sum()} if make.yes() else {})}
        for i in make.some(3)
    )  # fmt: skip
    if make.yes():
        approvals.append({"id": "as", "what": "statement and group", "role": make.one("leader", "first_line"), "at": make.at(0, 7)})  # fmt: skip
    raw["approvals"] = tuple(approvals)
    if make.yes():
        speaker = make.person("speaker", role=make.one("leader", "manager"))
        if make.yes():
            speaker["title"] = make.text("statements.speaker.title", "person")
        raw["statements"] = ({"speaker": speaker, "at": make.at(0, 8), "channels": make.fixed.speaks_on or make.one(*SPEAKS_ON)},)  # fmt: skip
    measures = []
    for i in make.some(4):
        state, public = (
            make.one("agreed", "done", "candidate", "dropped", "in_progress"),
            make.one(True, False),
        )
        owned, dated = make.yes(), make.one(None, "due", "done_at")
        done = state == "done" or dated == "done_at"  # what is done needs no owner to be told
        sure = public and state not in ("candidate", "dropped") and (done or (owned and dated))
        measure = {"id": f"m{i}", "state": state, "public": public}
        measure["what"] = make.text(f"measures.{state}.{public}", "measure", "anyone" if sure else "inside")
        if owned:
            measure["owner"] = make.text(f"measures.{state}.owner", "person", "anyone" if sure else "inside")
        if dated:
            measure[dated] = make.at(make.one(9, -2) if dated == "due" else 1)
        measures.append(measure)
    raw["measures"] = tuple(measures)
    kinds = ("first-reply", "public-apology", "holding-statement", "progress-update", "final-response")
    sent = []
    for _ in make.some(2):
        row: dict[str, Any] = {
            "at": make.at(0, 2),
            "kind": make.one(*kinds),
            "channel": "facebook",
            "language": make.own,
        }
        if make.yes():
            row["next_update_promised_at"] = make.at(2)
        sent.append(row)
    raw["sent"] = tuple(sent)
    if make.yes():
        open_ = tuple(make.text("follow_up.issues", "issue") for _ in make.some(2))
        raw["follow_up"] = {"at": make.at(2), "open_issues": len(open_), "issues": open_, "quote": f"quernvale{make.payload}"}  # fmt: skip
        make.texts.append(Told("follow_up.quote", "inside", {"en": "quernvale"}))
        if open_ and make.yes():
            raw["follow_up"]["issue_owner"] = make.text("follow_up.issue_owner", "person")
    if make.yes():
        raw["existing_texts"] = ({
            "id": "old", "where": make.text("existing_texts.where", "place"), "text": "quernbury 保證一定退款", "language": "zh-Hant",
            "online": True, **({"correction": make.text("existing_texts.correction", "correction")} if make.yes() else {}),
        },)  # fmt: skip
        make.texts.append(Told("existing_texts.text", "inside", {"en": "quernbury"}))


def _inside(make: Builder, raw: dict[str, Any]) -> None:
    """Record what is for colleagues only; some of it is said to the customer on the telephone."""
    if make.yes():
        segments = tuple({"id": f"n{i}", "verbatim": f"quernford{make.payload}", "confirmed": make.one(True, False)} for i in make.some(2))  # fmt: skip
        intake: dict[str, Any] = {"segments": segments, "first_telling_done": make.one(None, True)}
        intake["emotions"] = tuple(make.text("intake.emotions", "feeling") for _ in make.some(2))
        if make.yes():
            intake["core_need"] = make.text("intake.core_need", "label", "reply")
            intake["meaning_of_anger"] = make.text("intake.meaning_of_anger", "note", "inside")
        raw["intake"] = intake
        make.texts.append(Told("intake.segments", "inside", {"en": "quernford"}))
    if make.yes():
        raw["demands"] = (
            {"text": make.text("demands", "note", "inside"), "amount": make.sum(), "feasible": False},
        )
        raw["threats"] = ({"text": make.text("threats", "note", "inside"), "continues": True},)
    if raw["kind"] == "extortion" or make.draw(st.integers(0, 7)) == 7:
        raw["extortion"] = {"demand": make.text("extortion.demand", "note", "inside"),
                            **({"police_reported_at": make.at(0, 4)} if make.yes() else {})}  # fmt: skip
    if make.yes():
        raw["decisions"] = ({"id": "d", "decision": make.text("decisions", "note", "inside"), "advice": make.text("decisions.advice", "note", "inside")},)  # fmt: skip
        raw["review"] = {"factors": ({"id": "r", "category": "process", "text": make.text("review.factors", "note", "inside")},),
                         "badly": (make.text("review.badly", "note", "inside"),)}  # fmt: skip
        raw["timeline"] = (
            {"at": make.at(0, 1), "type": "action", "text": make.text("timeline", "note", "inside")},
        )
        raw["promises"] = (
            {
                "id": "p",
                "text": make.text("promises", "note", "inside"),
                "value": make.sum(),
                "due": make.at(6),
            },
        )
    raw["complaints"] = tuple({"id": f"c{i}", "text": f"quernlow{make.payload} 說的", "author": "@other_owl"} for i in make.some(3))  # fmt: skip
    if raw["complaints"]:
        make.texts.append(Told("complaints", "inside", {"en": "quernlow"}))
