"""A text that goes out is a letter one would sign: the client's head, the text that was checked, nothing else inside."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.dom.minidom import parseString

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.documents.letter import Comment, Outgoing, Paper, to_word_letter
from playbook.drafts.outgoing import outgoing
from playbook.errors import PolicyError
from playbook.linter import Finding
from playbook.linter.wordfile import text_of
from playbook.pack.case import Case, open_case
from playbook.pack.files import draft_files
from playbook.pack.letters import annotated, letter
from playbook.policy import read_policy
from playbook.policy.letterhead import Letterhead, picture_size
from playbook.policy.model import Policy
from playbook.text import LANGUAGES
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ("heri-bakery", "anqi-lock", "larkmere-water", "chenglan-school")


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x11\x00\xff\xd9"


@pytest.fixture(scope="module")
def cake() -> Case:
    return open_case(ROOT / "incidents/2026-05-09-cake")


@pytest.fixture(scope="module")
def written(cake: Case) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for draft, report in cake.checked:
        made |= {name: file.content for name, file in draft_files(cake, draft, ("docx",), report)}
    return made


def parts(raw: bytes) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(raw))
    return {
        name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))
    }


def words(xml: str) -> str:
    return "".join(re.findall(r"<w:t[ >][^<]*", xml)).replace('<w:t xml:space="preserve">', "\n")


# -- the policy: what may stand on a letterhead ------------------------------------------------


def client(tmp_path: Path, letterhead: str, **files: bytes) -> Policy:
    root = tmp_path / "ws"
    folder = root / "policies" / "clients" / "acme"
    folder.mkdir(parents=True)
    (root / "playbook.toml").touch()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    (folder / "policy.yaml").write_text(
        f"extends: [base]\njurisdiction: TW\nbrand:\n  name: {{en: Acme}}\n  letterhead: {letterhead}\n"
    )
    return read_policy("acme", find_workspace(root))


REFUSED = {
    "one text in place of the group": ("Acme Ltd", "a map"),
    "an unknown field": ("{fax: '1'}", "the key fax"),
    "a language of no reader": ("{legal_name: {fr: Acme}}", "the language 'fr'"),
    "a name that is a list": ("{legal_name: [a, b]}", "a text, or a map of texts"),
    "an address as long as a page": (f"{{address: '{'a' * 201}'}}", "201 characters"),
    "a logo that is not there": ("{logo: none.png}", "no file none.png"),
    "a logo elsewhere": ("{logo: ../../base/policy.png}", "'../../base/policy.png'"),
    "a logo on the network": ("{logo: 'https://example.com/a.png'}", "'https://example.com/a.png'"),
    "a picture that can hold programs": ("{logo: a.svg}", "'a.svg'"),
    "a text that is called a picture": ("{logo: text.png}", "neither PNG nor JPEG"),
    "a picture as wide as a wall": ("{logo: wide.png}", "4001 by 8"),
    "a file that fills a letter box": ("{logo: large.png}", "bytes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_letterhead_that_cannot_be_printed_is_refused_where_it_stands(name: str, tmp_path: Path) -> None:
    head, told = REFUSED[name]
    files = {"text_png": b"hello", "wide_png": png(4001, 8), "large_png": png(8, 8) + b"\0" * 500_000}
    with pytest.raises(PolicyError) as caught:
        client(tmp_path, head, **files)
    problems = [p for p in caught.value.problems if told in f"{p.found} {p.expected}"]
    assert problems, caught.value.problems
    assert problems[0].field.startswith("brand.letterhead")
    assert problems[0].line == 5


def test_a_logo_that_is_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(png(8, 8))
    folder = tmp_path / "ws" / "policies" / "clients" / "acme"
    with pytest.raises(PolicyError):
        client(tmp_path, "{logo: logo.png}")
    (folder / "logo.png").symlink_to(outside)
    with pytest.raises(PolicyError):
        read_policy("acme", find_workspace(tmp_path / "ws"))


@pytest.mark.parametrize(("content", "kind"), [(png(64, 32), "png"), (JPEG, "jpeg")])
def test_a_picture_tells_its_size(content: bytes, kind: str, tmp_path: Path) -> None:
    assert picture_size(content) == (kind, 64, 32)
    logo = client(tmp_path, f"{{logo: logo.{kind}}}", **{f"logo_{kind}": content}).brand.letterhead.logo
    assert logo is not None
    assert (logo.kind, logo.width, logo.height) == (kind, 64, 32)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_no_file_breaks_the_reader_of_pictures(content: bytes, start: bytes) -> None:
    picture_size(start + content)


def test_a_higher_layer_changes_one_field_and_keeps_the_others(tmp_path: Path) -> None:
    client(tmp_path, "{legal_name: {en: Acme Ltd}, phone: '1'}")
    below = tmp_path / "ws" / "policies" / "clients" / "north"
    below.mkdir()
    (below / "policy.yaml").write_text("extends: [base, clients/acme]\nbrand:\n  letterhead: {phone: '2'}\n")
    head = read_policy("north", find_workspace(tmp_path / "ws")).brand.letterhead
    assert (head.legal_name["en"], head.phone["en"]) == ("Acme Ltd", "2")


# -- the files of a pack ---------------------------------------------------------------------


def test_a_word_file_holds_just_the_text_that_was_checked(cake: Case, written: dict[str, bytes]) -> None:
    for draft in cake.drafts:
        if draft.audience == "internal":
            continue
        for place in (f"drafts/{draft.id}.docx", f"internal/{draft.id}.annotated.docx"):
            assert text_of(written[place], place).text.strip() == outgoing(draft).strip(), place


def test_what_goes_out_holds_no_comment_no_author_and_no_hidden_text(written: dict[str, bytes]) -> None:
    out = {
        name: raw for name, raw in written.items() if name.startswith("drafts/") and name.endswith(".docx")
    }
    assert len(out) > 40
    for name, raw in out.items():
        inside = parts(raw)
        told = "".join(inside.values())
        assert not re.search(r"<w:(comment|vanish|ins|del|rsid|webHidden)\b|comments", told), name
        assert not re.search(r"creator|lastModifiedBy|Application|Company>|AppVersion", told), name
        assert set(inside) <= {
            "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml", "word/styles.xml", "word/settings.xml",
            "word/header1.xml", "word/header2.xml", "word/footer1.xml", "word/footer2.xml", "word/_rels/document.xml.rels",
            "word/_rels/header1.xml.rels",
        }  # fmt: skip
        for xml in inside.values():
            parseString(xml.encode())


def test_a_file_says_which_draft_it_is_and_in_which_language(cake: Case, written: dict[str, bytes]) -> None:
    for draft in cake.drafts:
        place = f"{'internal' if draft.audience == 'internal' else 'drafts'}/{draft.id}.docx"
        core = docx.Document(io.BytesIO(written[place])).core_properties
        assert (core.identifier, core.language) == (draft.id, draft.language)
        assert core.title == (draft.subject or draft.id)


def test_the_same_draft_gives_the_same_bytes(cake: Case) -> None:
    draft, report = cake.checked[0]
    again = open_case(ROOT / "incidents/2026-05-09-cake").checked[0]
    assert to_word_letter(letter(cake, draft)) == to_word_letter(letter(cake, again[0]))
    assert to_word_letter(annotated(cake, draft, report)) == to_word_letter(annotated(cake, *again))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_has_head_date_recipient_and_number(language: str, written: dict[str, bytes]) -> None:
    inside = parts(written[f"drafts/{language}/final-response.letter.docx"])
    name, number, person, day = {
        "zh-Hant": ("禾日烘焙股份有限公司", "統一編號 00002102", "致：陳雅雯小姐", "2026年5月"),
        "zh-Hans": ("禾日烘焙股份有限公司", "统一编号 00002102", "致：陈雅雯女士", "2026年5月"),
        "en": ("Heri Bakery Co., Ltd.", "Unified Business Number 00002102", "Ms Chen Ya-wen", " May 2026"),
    }[language]
    assert name in words(inside["word/header1.xml"])
    assert "04-0000-2100" in words(inside["word/header1.xml"])
    assert number in words(inside["word/footer1.xml"])
    assert "PAGE" not in inside["word/footer1.xml"]
    assert "NUMPAGES" in inside["word/footer2.xml"]
    body = inside["word/document.xml"]
    assert person in words(body)
    assert day in words(body)
    locale = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "zh-TW"}[language]
    assert set(re.findall(r'<w:lang w:val="en-GB" w:eastAsia="([^"]+)"', body)) == {locale}
    assert body.count("<w:r>") == body.count("<w:lang ")


def test_a_text_that_states_what_came_later_is_not_dated_as_it_was_first_sent(cake: Case) -> None:
    draft = next(d for d in cake.drafts if d.id == "zh-Hant/public-apology.facebook")
    first = next(row.at for row in cake.incident.sent if row.kind == "public-apology")
    assert first.day("Asia/Taipei").isoformat() == "2026-05-09"
    assert letter(cake, draft).date == "2026年5月12日"  # the cap of 10 May is told as done
    before = replace(draft, sentences=tuple(s for s in draft.sentences if not s.commitments))
    assert letter(cake, before).date == "2026年5月9日"


def test_a_short_text_says_where_it_goes_and_how_long_it_is(cake: Case, written: dict[str, bytes]) -> None:
    draft = next(d for d in cake.drafts if d.id == "en/first-reply.facebook")
    inside = parts(written["drafts/en/first-reply.facebook.docx"])
    assert f"Facebook page: {len(draft.text):,} of 1,500 characters" in words(inside["word/header1.xml"])
    assert "Heri Bakery Co., Ltd." not in words(inside["word/header1.xml"])


def test_a_client_without_a_letterhead_has_its_name_and_nothing_made_up(cake: Case) -> None:
    bare = replace(
        cake, policy=replace(cake.policy, brand=replace(cake.policy.brand, letterhead=Letterhead()))
    )
    draft = next(d for d in cake.drafts if d.id == "en/final-response.letter")
    inside = parts(to_word_letter(letter(bare, draft)))
    assert words(inside["word/header1.xml"]).split("\n")[1:] == ["Heri Bakery"]
    assert words(inside["word/footer1.xml"]) == ""


HEADS = {
    "a question above its answer": ("為什麼會這樣？\n我們的表單一開始就設錯了。", "Head TextLine"),
    "bare words above a list": ("What happens now\n• One.\n• Two.", "Head ItemLine ItemLine"),
    "a sentence that leads to a list": (
        "This is what we change:\n1. One.\n2. Two.",
        "Lead ItemLine ItemLine",
    ),
    "a question alone": ("Why did it happen?", "Text"),
    "what follows a list": ("You may choose:\nOption A: cake.\nTell me which.", "Lead ItemLine TailLine"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_heading_and_what_leads_to_a_list_stay_with_what_follows(name: str) -> None:
    text, styles = HEADS[name]
    made = Outgoing(
        "en/a.web", "en", "statement", "", f"To all,\n\n{text}\n\nThank you.\n\nHo\nLeader", Paper("N")
    )
    xml = parts(to_word_letter(made))["word/document.xml"]
    found = re.findall(r'<w:pStyle w:val="(\w+)"/>(<w:keepNext/>)?', xml)
    assert [style for style, _ in found] == [
        "Salutation",
        *styles.split(),
        "Text",
        "Signature",
        "SignatureLine",
    ]
    assert all(keep for style, keep in found if style in ("Head", "Lead"))


def test_a_signature_never_stands_alone_on_a_page() -> None:
    text = "陳小姐您好，\n\n一。\n\n二。\n\n此致\n敬禮\n\n禾日烘焙\n林佩君"
    made = Outgoing("zh-Hant/a.letter", "zh-Hant", "letter", "", text, Paper("N"), date="2026年5月12日")
    xml = parts(to_word_letter(made))["word/document.xml"]
    found = re.findall(r'<w:pStyle w:val="(\w+)"/>(<w:keepNext/>)?', xml)
    assert [s for s, _ in found] == ["Salutation", "Text", "Text", "Formula", "FormulaLine", "Signature", "SignatureLine", "LayoutDateBelow"]  # fmt: skip
    assert [bool(keep) for _, keep in found] == [False, False, True, True, True, True, True, False]


def test_an_exercise_is_marked_on_every_page(cake: Case) -> None:
    draft = replace(next(d for d in cake.drafts if d.id == "zh-Hans/public-apology.web"), sendable=False)
    inside = parts(to_word_letter(letter(cake, draft)))
    assert all("演练用，请勿发出" in words(inside[f"word/header{n}.xml"]) for n in (1, 2))


def test_a_client_in_the_united_states_writes_on_letter_paper(cake: Case) -> None:
    draft = next(d for d in cake.drafts if d.id == "en/final-response.letter")
    abroad = replace(cake, policy=replace(cake.policy, jurisdiction="US-CA"))
    assert 'w:w="12240" w:h="15840"' in parts(to_word_letter(letter(abroad, draft)))["word/document.xml"]
    assert 'w:w="11906"' in parts(to_word_letter(letter(cake, draft)))["word/document.xml"]


@pytest.mark.parametrize("name", CLIENTS)
def test_the_invented_clients_have_a_letterhead_in_every_language(name: str) -> None:
    head = read_policy(name, find_workspace(ROOT)).brand.letterhead
    for language in LANGUAGES:
        assert head.legal_name[language]
        assert head.address[language]
        assert head.number[language]


def test_a_logo_stands_in_the_header_with_its_name() -> None:
    head = read_policy("larkmere-water", find_workspace(ROOT)).brand.letterhead
    made = Outgoing(
        "en/a.letter",
        "en",
        "letter",
        "S",
        "Dear all,\n\nHello there.\n\nA",
        Paper("Larkmere", logo=head.logo),
    )
    archive = zipfile.ZipFile(io.BytesIO(to_word_letter(made)))
    assert head.logo
    assert archive.read("word/media/logo.png") == head.logo.content
    assert 'descr="Larkmere"' in archive.read("word/header1.xml").decode()
    docx.Document(io.BytesIO(to_word_letter(made)))


# -- the house's own copy ----------------------------------------------------------------------


def comments(raw: bytes) -> list[Any]:
    return list(docx.Document(io.BytesIO(raw)).comments)


def test_the_house_copy_says_of_every_sentence_where_it_comes_from(
    cake: Case, written: dict[str, bytes]
) -> None:
    draft = next(d for d in cake.drafts if d.id == "zh-Hant/public-apology.web")
    raw = written["internal/zh-Hant/public-apology.web.annotated.docx"]
    told = [comment.text for comment in comments(raw)]
    for sentence in draft.sentences:
        assert any(f"用語：{sentence.wording}" in text for text in told), sentence
    everything = "\n".join(told)
    for measure in cake.incident.measures:
        if any(measure.id in s.commitments for s in draft.sentences):
            assert f"承諾 {measure.id}：" in everything
    for identifier in {i for s in draft.sentences for i in s.facts}:
        assert f"事實 {identifier}（已確認）" in everything
    assert "負責：" in everything
    assert "期限：2026-06-15" in everything
    assert "內部文件" in words(parts(raw)["word/header1.xml"])


def test_offers_in_the_house_copy_name_who_may_grant_them(written: dict[str, bytes]) -> None:
    told = "\n".join(c.text for c in comments(written["internal/en/options-letter.email.annotated.docx"]))
    for option in "ABC":
        assert f"方案 {option}：" in told
    assert "有權同意：" in told


def test_a_finding_hangs_on_the_words_that_it_is_about(cake: Case) -> None:
    draft, checked = next((d, r) for d, r in cake.checked if d.id == "en/final-response.letter")
    finding = _a_finding(draft.text, "Heri Bakery")
    report = checked.report.with_findings((finding,))
    made = annotated(cake, draft, replace(checked, report=report))
    xml = parts(to_word_letter(made))["word/document.xml"]
    number = next(n for n, c in enumerate(made.comments) if "vague-words" in c.lines)
    between = re.search(
        rf'<w:commentRangeStart w:id="{number}"/>(.*?)<w:commentRangeEnd w:id="{number}"/>', xml, re.S
    )
    assert between
    assert words(between[1]).replace("\n", "") == "Heri Bakery"


def _a_finding(text: str, match: str) -> Finding:
    at = text.index(match)
    return Finding("vague-words", "warning", "m", "w", "f", 1, 1, 1, 2, match, at, at + len(match))


LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "Cf", "Cc")), max_size=30)
TEXTS = st.lists(LINES, min_size=1, max_size=8).map("\n".join)
PLACES = st.lists(st.tuples(st.integers(-2, 60), st.integers(-2, 60)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    TEXTS,
    PLACES,
    st.sampled_from(["letter", "statement", "plain"]),
    st.sampled_from(LANGUAGES),
    st.booleans(),
)
def test_any_text_with_any_remarks_is_a_file_that_word_can_read(
    text: str, places: list[tuple[int, int]], form: Any, language: Any, twice: bool
) -> None:
    remarks = tuple(Comment(a, b, 'A & "B"', ("<one>", text)) for a, b in places)
    made = Outgoing("en/a.b", language, form, "S", text * (2 if twice else 1), Paper("N"), comments=remarks)
    raw = to_word_letter(made)
    read = docx.Document(io.BytesIO(raw))
    assert len(list(read.comments)) == len(remarks)
    xml = parts(raw)["word/document.xml"]
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        found = re.findall(rf'<w:{tag} w:id="(\d+)"', xml)
        assert sorted(map(int, found)) == list(range(len(remarks))), tag
