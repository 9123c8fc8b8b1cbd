"""The intake form writes what was typed, all of it or nothing, and leaves every other character of the file alone."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from playbook.assessment.questions import QUESTION_FIELDS
from playbook.desk import Form, open_form
from playbook.desk.items import Items
from playbook.desk.layout import GROUPS, NOT_ASKED, fields, group_of, item_paths, paths_of
from playbook.desk.values import wrong
from playbook.errors import InputError
from playbook.incident import read_incident
from playbook.incident.splice import Page
from playbook.incident.write import ChangedMeanwhile, changed_text, open_record, propose, write_changes
from playbook.messages import say
from playbook.pack.case import open_case
from playbook.sources import Keys, parse_yaml
from playbook.text import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "2026-05-09-cake"

ODD = """# head, line one

client: heri-bakery   # the bakery
language: zh-Hant
"what_happened":    one plain text   # said on the phone
title: {zh-Hant: "標題", # inside braces
  en: 'it''s late'}

# about the signal
signal:
    at:   2026-05-09T18:20+08:00
    # who
    author: {display_name: 陳雅雯}  # as she signs

    verbatim: |  # word for word
      first line

      third: line # no comment
    prior_contacts:
    - at: 2026-05-09  # first
      by: phone
    # before the second
    - {at: 2026-05-10, by: email}  # second
facts:
  -   id: a   # why a
      text: plain
      # in between
      status: claimed
  - id: b
    text:
      zh-Hant: 乙
      en: >-
        folded
        text
unknowns:
- not known  # yet
-
  en: neither
losses: {}
empty:
do_now: []
last: end  # no line end"""
"""A file laid out in every way that people lay files out."""


def leaves(data: Any, keys: Keys = ()) -> Iterator[Keys]:
    if isinstance(data, dict | list) and data:
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*keys, key))
    else:
        yield keys


def value_at(text: str, keys: Keys) -> Any:
    data, _ = parse_yaml(text, "odd")
    for key in keys:
        data = data[key]
    return data


CASES: dict[str, tuple[str, dict[Keys, Any], str]] = {
    "a value": ("a: 1  # x\nb: 2\n", {("a",): "two"}, "a: two  # x\nb: 2\n"),
    "a number stays one": ("a: 1\n", {("a",): 2}, "a: 2\n"),
    "digits that are text": ("a: x\n", {("a",): "0800"}, 'a: "0800"\n'),
    "a word that other readers take for no": ("a: x\n", {("a",): "no"}, 'a: "no"\n'),
    "a mark that means something": ("a: x\n", {("a",): "b: c #d"}, 'a: "b: c #d"\n'),
    "several lines": ("a:\n  b: x\n", {("a", "b"): "one\ntwo"}, "a:\n  b: |-\n    one\n    two\n"),
    "several lines in braces": ("a: {b: x}\n", {("a", "b"): "one\ntwo"}, 'a: {b: "one\\ntwo"}\n'),
    "several lines before a comment": ("a: x  # c\n", {("a",): "one\ntwo"}, 'a: "one\\ntwo"  # c\n'),
    "a new key": ("a: {b: 1}  # c\nd: 2\n", {("a", "e"): "x"}, "a: {b: 1, e: x}  # c\nd: 2\n"),
    "a new group": ("a: 1\n", {("s", "m", "en"): "x", ("s", "m", "zh-Hant"): "z"}, "a: 1\ns: {m: {en: x, zh-Hant: z}}\n"),
    "an item as its neighbours are": (
        "l:\n  - id: a\n    t: x\n# end\n",
        {("l", 1, "id"): "b", ("l", 1, "t"): "z"},
        "l:\n  - id: a\n    t: x\n  - id: b\n    t: z\n# end\n",
    ),
    "an item of a list in brackets": ("l: [a, b]\n", {("l", 2): "c"}, "l: [a, b, c]\n"),
    "a group where nothing was": ("a:  # soon\nb: 1\n", {("a", "c"): "x"}, "a: {c: x}  # soon\nb: 1\n"),
    "a field goes, its comment stays": ("a: 1\nb: 2  # why\nc: 3\n", {("b",): None}, "a: 1\n# why\nc: 3\n"),
    "the last field of a group goes with it": ("a: {b: {c: 1}}\nd: 2\n", {("a", "b", "c"): None}, "d: 2\n"),
    "the first field of an item": ("l:\n  - a: 1\n    b: 2\n", {("l", 0, "a"): None}, "l:\n  - b: 2\n"),
    "several items go at once": ("l: [a, b, c, d]\n", {("l", 1): None, ("l", 3): None}, "l: [a, c]\n"),
    "nothing to remove": ("a: 1\n", {("b", "c"): None}, "a: 1\n"),
    "one plain text stays plain": ("t: x\n", {("t", "en"): "z"}, "t: z\n"),
    "one plain text gets a second language": ("t: x\n", {("t", "zh-Hans"): "z"}, "t: {en: x, zh-Hans: z}\n"),
    "the text is in the record's language": ("language: zh-Hant\nt: 甲\n", {("t", "zh-Hant"): "乙"}, "language: zh-Hant\nt: 乙\n"),
    "a short key stays short": ("noticed_at: 2026\n", {("timestamps", "detected_at"): "2027"}, 'noticed_at: "2027"\n'),
    "a plain contact becomes a group": ("contact: 04-1  # desk\n", {("contact", "email"): "a@b.tw"}, "contact: {line: 04-1, email: a@b.tw}  # desk\n"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "changes", "after"), CASES.values(), ids=CASES.keys())
def test_only_what_changed_is_written(before: str, changes: dict[Keys, Any], after: str) -> None:
    assert changed_text(before, changes) == after


def test_a_file_of_any_layout_keeps_its_lines_and_comments_when_one_value_changes() -> None:
    data, _ = parse_yaml(ODD, "odd")
    for keys in leaves(data):
        text = changed_text(ODD, {keys: "new"})
        assert value_at(text, keys) == "new"
        assert not Counter(Page(ODD).comments()) - Counter(Page(text).comments())
        lost = set(ODD.split("\n")) - set(text.split("\n"))
        assert len(lost) <= 6, (keys, lost)


ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=40) | st.sampled_from(
    ["~", "null", "true", "5", "-", "- a", "a: b", "a #b", "'", '"', "\\", "\ttab", " lead", "tail ", "a\nb", "\n", "a\n\n  b\n", "{", "*x", "&x", "!t", "%d", "é\u202ex", "\x00", "\u2028", "𠮷", "\ufeff", "\r\n", "?", "...", "---", "<b>"]
)  # fmt: skip
PATHS = tuple(leaves(parse_yaml(ODD, "odd")[0]))
NEW_PATHS: tuple[Keys, ...] = (
    ("title", "zh-Hans"), ("signal", "author", "name", "en"), ("signal", "prior_contacts", 2, "note", "en"), ("facts", 2, "id"),
    ("unknowns", 2), ("losses", "taxi"), ("empty", "x", "y"), ("do_now", 0, "en"), ("new", "zh-Hant"), ("what_happened", "en"),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS + NEW_PATHS), st.none() | ANY_TEXT, min_size=1, max_size=6))
def test_any_text_is_read_back_the_same_or_refused_and_comments_survive(changes: dict[Keys, Any]) -> None:
    assume(not any(keys[:n] in changes for keys in changes for n in range(1, len(keys))))
    if any("\ud800" <= c <= "\udfff" for value in changes.values() for c in value or ""):
        with pytest.raises(InputError):
            changed_text(ODD, changes)
        return
    text = changed_text(ODD, changes)
    if None not in changes.values():
        for keys, value in changes.items():
            assert value_at(text, keys) == value
    assert not Counter(Page(ODD).comments()) - Counter(Page(text).comments())


HOSTILE = {
    "a tag": "client: !!python/object/apply:os.system [ls]\n",
    "an anchor": "client: &a x\nwhat_happened: *a\n",
    "a bomb of anchors": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)),
    "a key twice": "client: a\nclient: b\n",
    "depth without end": "client: " + "[" * 50000,
    "a list": "- client\n",
    "no YAML": "client: [a\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_at_once_and_stays_as_it_is(text: str, tmp_path: Path) -> None:
    path = tmp_path / "incident.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_changes(tmp_path, {("client",): "b"})
    assert caught.value.problems
    assert path.read_text(encoding="utf-8") == text


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    """The incidents of a workspace that is a copy of the example's."""
    shutil.copy(ROOT / "playbook.toml", tmp_path)
    shutil.copytree(ROOT / "policies" / "clients", tmp_path / "policies" / "clients")
    shutil.copytree(ROOT / "incidents" / EXAMPLE, tmp_path / "incidents" / EXAMPLE)
    return tmp_path / "incidents"


@pytest.fixture
def folder(incidents: Path) -> Path:
    return incidents / EXAMPLE


def stamps(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def everything(form: Form) -> Iterator[Any]:
    """Make every box of a form and yield all of its widgets."""
    for group in GROUPS:
        for part in form.group(group).values():
            if isinstance(part, Items):
                for place in range(part.count):
                    part.item(place).unfold()
    waiting = [form.widget]
    while waiting:
        widget = waiting.pop()
        yield widget
        waiting += getattr(widget, "children", ())


def test_the_form_shows_every_field_of_the_record_but_those_it_names() -> None:
    asked: set[str] = set()
    for group in GROUPS:
        for path in paths_of(group):
            inner = [tail for half in item_paths(path) for tail in half] if path.endswith("[]") else [""]
            asked |= {f"{path}.{tail}" if tail else path for tail in inner}
    leaf = {path for path, field in fields().items() if field.shape != "record"}
    left = {p for p in leaf - asked if not any(p == n or p.startswith(f"{n}.") for n in NOT_ASKED)}
    assert left == set()
    assert asked <= leaf


@pytest.mark.parametrize("field", QUESTION_FIELDS)
def test_whatever_the_kit_asks_can_be_answered_in_the_form(field: str) -> None:
    assert group_of(field) in GROUPS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_and_telling_has_its_words(language: Language) -> None:
    for group in GROUPS:
        assert say(f"form.group_{group}", language)
    for path in GROUPS["tellings"]:
        assert say("_".join(["form.example", *path.split(".")[1:]]), language)


def test_opening_looking_and_checking_write_nothing(folder: Path) -> None:
    before = stamps(folder.parent)
    form = open_form(folder)
    assert list(everything(form))
    assert form.typed() == []
    form.fill("title", "別的標題")
    form.check_button.click()
    assert "別的標題" in form.answer.value
    assert form.changes().blocks
    assert stamps(folder.parent) == before


def test_saving_without_a_change_writes_nothing(folder: Path) -> None:
    before = stamps(folder)
    form = open_form(folder)
    list(everything(form))
    form.save_button.click()
    assert stamps(folder) == before


TYPED: dict[str, tuple[str, str, Language | None, Keys, Any]] = {
    "a text in one language": ("event_name", "the late cakes", "en", ("event_name", "en"), "the late cakes"),
    "a time": ("next_update_at", "2026-05-12T18:00+08:00", None, ("next_update_at",), "2026-05-12T18:00+08:00"),
    "full-width digits": ("affected_count", "４１３", None, ("affected_count",), 413),
    "an amount": ("price", "1300", None, ("price",), "1300"),
    "an amount in another currency": ("price", "USD 12.50", None, ("price",), {"amount": "12.50", "currency": "USD"}),
    "yes or no": ("public_spread", "false", None, ("public_spread",), False),
    "a choice of an item": ("facts[3].status", "disputed", None, ("facts", 3, "status"), "disputed"),
    "a folded field of an item": ("measures[1].cause", "one courier", "en", ("measures", 1, "cause", "en"), "one courier"),
    "a phone number": ("handler.contact.line", "04-0000-2102", None, ("handler", "contact", "line"), "04-0000-2102"),
    "lines": ("progress_updates", "2026-05-09T19:18+08:00\n2026-05-09T19:40+08:00", None, ("progress_updates", 1), "2026-05-09T19:40+08:00"),
    "pairs": ("losses", "taxi: 320", None, ("losses", "taxi"), "320"),
    "a long text": ("tellings.doing.reply", "One.\n\nTwo: three", "en", ("tellings", "doing", "reply", "en"), "One.\n\nTwo: three"),
}  # fmt: skip


@pytest.mark.parametrize(("field", "text", "language", "keys", "value"), TYPED.values(), ids=TYPED.keys())
def test_what_is_saved_is_read_again_and_nothing_else_changes(
    folder: Path, field: str, text: str, language: Language | None, keys: Keys, value: Any
) -> None:
    before = open_record(folder)
    form = open_form(folder)
    form.fill(field, text, language)
    form.save_button.click()
    after = open_record(folder)
    assert after.value(keys) == value, form.answer.value
    read_incident(folder)
    shown = open_form(folder).entry(field).boxes[language]
    assert shown.value == form.entry(field).boxes[language].value
    assert form.typed() == []
    same = [k for k in leaves(before.data) if k[: len(keys)] != keys]
    assert [after.value(k) for k in same] == [before.value(k) for k in same]
    assert not Counter(Page(before.text).comments()) - Counter(Page(after.text).comments())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["zh-Hant", "zh-Hans", "en"]), ANY_TEXT, min_size=1))
def test_any_text_typed_into_the_form_is_shown_the_same_when_it_is_opened_again(
    folder: Path, texts: dict[Language, str]
) -> None:
    form = open_form(folder)
    before = {code: box.value for code, box in form.entry("reality").boxes.items()}
    for language, text in texts.items():
        form.fill("reality", text, language)
    form.save()
    refused = any("\ud800" <= c <= "\udfff" for text in texts.values() for c in text)
    again = open_form(folder).entry("reality").boxes
    for language, text in texts.items():
        expected = before[language] if refused else text if text.strip() else ""
        assert again[language].value == expected


def test_deleting_the_text_of_a_field_removes_the_field(folder: Path) -> None:
    form = open_form(folder)
    for language in LANGUAGES:
        form.fill("thanks_for", "", language)
    form.fill("handler.contact.line", "")
    form.save()
    record = open_record(folder)
    assert "thanks_for" not in record.data
    assert "contact" not in record.data["handler"]
    assert read_incident(folder).handler is not None


def test_items_are_added_and_removed_by_their_place(folder: Path) -> None:
    form = open_form(folder)
    held = [fact["id"] for fact in open_record(folder).data["facts"]]
    form.remove("facts", held.index("traffic"))
    form.add("facts")  # left empty: not written
    place = form.add("facts")
    form.fill(f"facts[{place}].text", "新的一件事", "zh-Hant")
    form.fill(f"facts[{place}].status", "claimed")
    form.add("unknowns")
    form.fill("unknowns[1]", "還不知道", "zh-Hant")
    form.save()
    record = open_record(folder)
    ids = [fact["id"] for fact in record.data["facts"]]
    assert ids[:-1] == [name for name in held if name != "traffic"]
    assert record.data["facts"][-1] == {"id": ids[-1], "text": {"zh-Hant": "新的一件事"}, "status": "claimed"}
    assert record.data["unknowns"][1] == {"zh-Hant": "還不知道"}


WRONG: dict[str, dict[str, str]] = {
    "a time without a zone": {"next_update_at": "2026-05-12 18:00"},
    "no time": {"signal.at": "half past six"},
    "an amount in words": {"price": "a lot"},
    "a negative amount": {"price": "-1"},
    "a number with a comma": {"affected_count": "1,200"},
    "a level that is none": {"impacts[0].level": "9"},
    "no pairs": {"losses": "taxi"},
    "an approval that nobody gave": {"promises[0].approval": "a9"},
    "what happened left out": {"what_happened": ""},
    "several at once": {"price": "x", "affected_count": "y", "as_of": "z", "impacts[0].level": "9"},
    "a promise due before it was made": {"promises[0].due": "2020-01-01T00:00+08:00"},
}  # fmt: skip


@pytest.mark.parametrize("typed", WRONG.values(), ids=WRONG.keys())
def test_everything_that_is_wrong_is_shown_and_nothing_is_written(
    folder: Path, typed: dict[str, str]
) -> None:
    before = stamps(folder)
    form = open_form(folder, languages="en")
    form.fill("title", "must not be written", "en")
    for field, text in typed.items():
        for language in form.entry(field).boxes:
            form.fill(field, text, language)
    form.save_button.click()
    assert "Not saved" in form.answer.value
    for field in typed:
        assert field in form.answer.value
    assert form.answer.value.count("<tr>") == 1 + len(typed)  # the head, and each once
    assert stamps(folder) == before
    assert {t.after for t in form.typed()} >= set(typed.values())  # what was typed is still there


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_without_its_zone_is_answered_with_the_time_to_write(folder: Path, language: Language) -> None:
    form = open_form(folder, languages=language)
    form.fill("next_update_at", "2026/05/12 18:00")
    assert "2026-05-12T18:00+08:00" in form.check()._repr_mimebundle_()[0]["text/html"]
    assert "2026-05-12T18:00+08:00" in form.entry("next_update_at").head.value
    form.fill("next_update_at", "2026-05-12T18:00+08:00")
    form.check()
    assert "2026-05-12T18:00" not in form.entry("next_update_at").head.value


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["next_update_at", "price", "affected_count", "losses", "title"]), ANY_TEXT)
def test_judging_what_was_typed_never_fails(field: str, text: str) -> None:
    for language in LANGUAGES:
        found = wrong(fields()[field], text, language, "Asia/Taipei", "TWD")
        assert found is None or (found.expected and found.remedy)


def test_a_file_that_changed_since_it_was_opened_is_not_overwritten(folder: Path) -> None:
    form = open_form(folder, languages="en")
    form.fill("title", "mine", "en")
    path = folder / "incident.yaml"
    path.write_text(path.read_text("utf-8") + "# theirs\n", "utf-8")
    theirs = path.read_bytes()
    form.save_button.click()
    assert "changed this file" in form.answer.value
    assert path.read_bytes() == theirs
    assert form.entry("title").boxes["en"].value == "mine"
    form.open(EXAMPLE)
    form.open(EXAMPLE)  # said twice: what was typed is dropped
    form.fill("title", "mine", "en")
    form.save()
    assert b"# theirs" in path.read_bytes()
    assert b"mine" in path.read_bytes()


def test_a_file_that_changes_between_check_and_write_is_not_overwritten(folder: Path) -> None:
    proposal = propose(open_record(folder), {("title", "en"): "mine"})
    path = folder / "incident.yaml"
    path.unlink()
    with pytest.raises(ChangedMeanwhile):
        proposal.write()
    assert not path.exists()
    assert [p.name for p in folder.iterdir() if p.name.endswith(".part")] == []


def test_two_writers_do_not_write_at_the_same_time(folder: Path) -> None:
    proposal = propose(open_record(folder), {("title", "en"): "mine"})
    (folder / ".incident.yaml.part").write_bytes(b"")
    before = (folder / "incident.yaml").read_bytes()
    with pytest.raises(InputError):
        proposal.write()
    assert (folder / "incident.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("mark", "end"), [(b"\xef\xbb\xbf", b"\r\n"), (b"", b"\r\n"), (b"\xef\xbb\xbf", b"\n")]
)
def test_the_line_ends_the_mark_and_the_rights_of_a_file_stay(folder: Path, mark: bytes, end: bytes) -> None:
    path = folder / "incident.yaml"
    raw = mark + path.read_bytes().replace(b"\n", end)
    path.write_bytes(raw)
    path.chmod(0o640)
    write_changes(folder, {("next_update_at",): "2026-05-12T18:00+08:00"})
    new = path.read_bytes()
    assert new == raw.replace(b"next_update_at: 2026-05-10T12:00", b"next_update_at: 2026-05-12T18:00")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_is_not_written_through(folder: Path, tmp_path: Path) -> None:
    path = folder / "incident.yaml"
    elsewhere = tmp_path / "elsewhere.yaml"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    with pytest.raises(InputError):
        write_changes(folder, {("title", "en"): "mine"})
    assert elsewhere.read_bytes() == before


FIVE = {
    "client": "heri-bakery",
    "what_happened": "蛋糕晚了六小時才送到",
    "timestamps.detected_at": "2026-05-09T18:20+08:00",
    "signal.channel": "facebook",
    "contact.line": "04-0000-2101",
}


def test_five_answers_make_a_record_that_a_first_reply_is_written_from(incidents: Path) -> None:
    new = incidents / "2026-11-24-new"
    form = open_form(new)
    assert not new.exists()
    for field, text in FIVE.items():
        form.fill(field, text)
    form.check()
    assert not new.exists()
    form.save_button.click()
    incident = read_incident(new)
    assert (incident.client, incident.language, incident.timezone) == (
        "heri-bakery",
        "zh-Hant",
        "Asia/Taipei",
    )
    assert {draft.kind for draft in open_case(new).drafts} >= {"first-reply", "holding-statement"}
    assert form.questions  # and it asks on
    assert [p.name for p in new.iterdir()] == ["incident.yaml"]


SHORT = """# five lines
client: heri-bakery
language: zh-Hant
what_happened: 蛋糕晚了六小時  # as told
noticed_at: 2026-05-09T18:20+08:00
channel: facebook
contact: 04-0000-2101  # the desk
"""


def test_a_record_in_short_form_is_shown_in_full_and_stays_short(incidents: Path) -> None:
    (incidents / "short").mkdir()
    path = incidents / "short" / "incident.yaml"
    path.write_text(SHORT, "utf-8")
    form = open_form(incidents / "short")
    assert form.entry("timestamps.detected_at").boxes[None].value == "2026-05-09T18:20+08:00"
    assert form.entry("signal.channel").boxes[None].value == "facebook"
    assert form.entry("contact.line").boxes[None].value == "04-0000-2101"
    assert form.entry("what_happened").boxes["zh-Hant"].value == "蛋糕晚了六小時"
    form.fill("timestamps.detected_at", "2026-05-09T18:25+08:00")
    form.fill("signal.channel", "line")
    form.fill("what_happened", "蛋糕晚了六小時才到", "zh-Hant")
    form.save()
    expected = SHORT.replace("18:20", "18:25").replace("facebook", "line").replace("六小時", "六小時才到")
    assert path.read_text("utf-8") == expected
    form.fill("contact.email", "desk@heri.example")
    form.fill("what_happened", "the cake came six hours late", "en")
    form.save()
    incident = read_incident(path.parent)
    assert incident.contact
    assert (incident.contact.line, incident.contact.email) == (
        "04-0000-2101",
        "desk@heri.example",
    )
    assert incident.what_happened == {"zh-Hant": "蛋糕晚了六小時才到", "en": "the cake came six hours late"}
    assert path.read_text("utf-8").count("#") == SHORT.count("#")


def test_a_new_record_without_its_answers_is_not_begun(incidents: Path) -> None:
    form = open_form(incidents / "new")
    form.fill("signal.channel", "facebook")
    form.save()
    assert not (incidents / "new").exists()
    for field in ("client", "what_happened"):
        assert field in form.answer.value


@pytest.mark.parametrize("name", ["../other", "/etc", ".hidden", "", "a/b", "a\\b", "x\n", "-x"])
def test_only_a_plain_folder_name_is_opened(folder: Path, name: str) -> None:
    form = open_form(folder, languages="en")
    form.open(name)
    assert form.standing.folder == folder
    assert "a folder" in form.answer.value


def test_another_incident_is_opened_in_the_same_form_after_a_warning(incidents: Path) -> None:
    form = open_form(incidents / EXAMPLE, languages="en")
    form.fill("title", "not saved", "en")
    form.which.value = "another"
    form.open_button.click()
    assert "not saved" in form.answer.value.lower()
    assert form.standing.folder.name == EXAMPLE
    form.open_button.click()
    assert form.standing.folder == incidents / "another"
    assert form.typed() == []


def test_a_record_with_mistakes_is_opened_says_so_and_can_be_put_right(folder: Path) -> None:
    path = folder / "incident.yaml"
    path.write_text(path.read_text("utf-8").replace("affected_count: 412", "affected_count: many"), "utf-8")
    form = open_form(folder, languages="en")
    assert "affected_count" in form.answer.value
    assert form.entry("affected_count").boxes[None].value == "many"
    form.fill("affected_count", "412")
    form.save()
    assert read_incident(folder).affected_count == 412


def test_a_value_that_is_no_choice_is_shown_and_not_changed(folder: Path) -> None:
    path = folder / "incident.yaml"
    path.write_text(path.read_text("utf-8").replace("status: claimed", "status: rumoured"), "utf-8")
    form = open_form(folder)
    place = [fact["id"] for fact in form.standing.data["facts"]].index("traffic")
    assert form.entry(f"facts[{place}].status").boxes[None].value == "rumoured"
    assert form.typed() == []


def test_text_of_a_record_is_never_shown_as_markup(folder: Path) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    path = folder / "incident.yaml"
    text = path.read_text("utf-8")
    changes: dict[Keys, Any] = {
        k: bad for k in leaves(open_record(folder).data) if k[0] not in ("client", "language")
    }
    path.write_text(changed_text(text, changes), "utf-8")
    form = open_form(folder)
    form.fill("title", bad + "!", "en")
    form.add("facts")
    form.check()
    form.save()
    for widget in everything(form):
        assert not getattr(widget, "description_allow_html", False)
        if type(widget).__name__.startswith("HTML"):
            assert "<script" not in widget.value
            assert "<img" not in widget.value
        assert "<script" not in str(getattr(widget, "description", ""))
    assert "&lt;script" in form.answer.value


def test_without_widgets_a_notebook_says_what_the_form_shows(folder: Path) -> None:
    form = open_form(folder, languages="en")
    bundle = form._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].startswith("Intake form: A-TW-CAKE, 14 groups")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_form_speaks_the_language_chosen(folder: Path, language: Language) -> None:
    form = open_form(folder, languages=language)
    heads = [w.value for w in everything(form) if type(w).__name__ == "HTML" and w.value]
    assert heads
    assert all(f'lang="{language}"' in head for head in heads)
    assert form.save_button.description == {"zh-Hant": "儲存", "zh-Hans": "保存", "en": "Save"}[language]
    assert list(form.entry("title").boxes) == list(LANGUAGES)
