"""Blocks become the same safe, complete files in every format."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.documents import (
    Block,
    Callout,
    Document,
    Event,
    Heading,
    Image,
    Letter,
    List,
    PageBreak,
    Paragraph,
    Run,
    Sheet,
    Table,
    fragment,
    from_data,
    table,
    text,
    to_data,
    to_docx,
    to_html,
    to_ics,
    to_markdown,
    to_xlsx,
    words,
)
from playbook.text import LANGUAGES
from playbook.times import Moment

AS_OF = Moment.parse("2026-05-12T10:00+08:00")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff5699af640000000049454e44ae426082"
)
EVERY_BLOCK: tuple[Block, ...] = (
    Heading(1, "母親節蛋糕延誤"),
    Paragraph(text("說好 ", Run("12:00", strong=True), " 前送到"), "lead"),
    Heading(2, "时间线", language="zh-Hans"),
    table(
        ["what", ">count"],
        [["late", "412"], [Run("overdue", mark="bad"), "37"]],
        caption="Orders",
        row_heads=True,
    ),
    Image(
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "Two bars: 412 late, 37 damaged",
        table(["a"], [["1"]]),
        PNG,
    ),
    Callout("warn", "Not confirmed", (text("The carrier says it was the traffic."),)),
    List((text("one"), text("two")), ordered=True),
    Letter("Facebook", ("陳小姐您好：", "蛋糕晚了六小時才到。"), "關於您的訂單", language="zh-Hant"),
    PageBreak(),
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://tracker.example/x onerror=alert(1)>',
    "{{7*7}} {% raw %} ${x} <!-- --> ]]>",
    '=HYPERLINK("https://tracker.example","x")',
    "a\x00b\x0bc\ud800d\ufffe",
    "</style></head><body><h1>",
    "| a | b |\n|---|---|\n# not a heading",
]


def page(*blocks: Block, language: str = "en", **more: str) -> Document:
    return Document("A title", language, blocks, as_of=AS_OF, **more)  # type: ignore[arg-type]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def read_html(source: str) -> Reader:
    reader = Reader()
    reader.feed(source)
    return reader


def visible(block: Block) -> str:
    return "".join(words(block))


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda b: type(b).__name__)
def test_a_block_survives_the_notebook_s_json(block: Block) -> None:
    assert from_data(json.loads(json.dumps(to_data(block)))) == block


@pytest.mark.parametrize(
    "data",
    [
        {"type": "Script"},
        {"type": "Heading"},
        {"type": "Heading", "level": 1, "text": "x", "onload": "y"},
        {"type": "Paragraph", "runs": [{"text": "x", "href": "javascript:x"}]},
        {"type": "Paragraph", "runs": ["x"], "language": '"><script>'},
        [],
    ],
    ids=[
        "unknown kind",
        "field missing",
        "field too many",
        "run with a field too many",
        "no such language",
        "no mapping",
    ],
)
def test_what_is_not_a_block_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="not a block"):
        from_data(data)  # type: ignore[arg-type]


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        table(["a", "b"], [["only one"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_reaches_for_nothing(language: str) -> None:
    source = to_html(page(*EVERY_BLOCK, language=language, head="內部 INTERNAL"))
    reader = read_html(source)
    assert ("html", "lang", language) in reader.attributes
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    reached = [v for _, name, v in reader.attributes if name in ("src", "href", "action", "srcset")]
    assert reached
    assert all(v and v.startswith(("data:image/svg+xml;base64,", "#")) for v in reached)
    assert "default-src 'none'" in source
    assert "http" not in re.sub(r"base64,[^\"]*", "", source).replace("http-equiv", "")
    assert "內部 INTERNAL" in reader.text


def test_every_drawing_has_its_words_and_its_figures() -> None:
    reader = read_html(to_html(page(EVERY_BLOCK[4])))
    assert ("img", "alt", "Two bars: 412 late, 37 damaged") in reader.attributes
    assert "table" in reader.tags


def test_a_block_in_another_language_says_so() -> None:
    reader = read_html(to_html(page(*EVERY_BLOCK)))
    assert ("article", "lang", "zh-Hant") in reader.attributes
    assert ("h2", "lang", "zh-Hans") in reader.attributes


@pytest.mark.parametrize(
    "hostile", HOSTILE, ids=["script", "attribute", "templates", "formula", "control", "closing", "markdown"]
)
def test_hostile_text_stays_text_in_every_format(hostile: str) -> None:
    blocks = (
        Heading(2, hostile),
        Paragraph(text(hostile)),
        table([hostile], [[hostile]], caption=hostile),
        Image("", hostile),
        Callout("bad", hostile, (text(hostile),)),
        List((text(hostile),)),
        Letter(hostile, (hostile,), hostile),
    )
    plain = to_html(page(*[b for b in EVERY_BLOCK if isinstance(b, Heading | Paragraph)]))
    reader = read_html(to_html(Document(hostile, "en", blocks, head=hostile, foot=hostile)))
    assert not {"script", "iframe", "object", "form", "input"} & set(reader.tags)
    assert [v for t, n, v in reader.attributes if n.startswith("on")] == []
    assert [v for t, n, v in reader.attributes if t == "img" and n == "src"] == []
    assert read_html(plain).tags.count("body") == reader.tags.count("body") == 1
    made = docx.Document(io.BytesIO(to_docx(page(*blocks))))
    assert made.tables[0].cell(1, 0).text == Run(hostile).text
    assert "<script>" not in to_markdown(page(*blocks))
    assert not re.search(r"^# not a heading", to_markdown(page(*blocks)), re.MULTILINE)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_no_text_changes_the_structure_of_the_page(texts: list[str]) -> None:
    blocks = tuple(Paragraph(text(t)) for t in texts)
    reader = read_html(to_html(page(*blocks)))
    assert reader.tags.count("p") == len(texts)
    assert reader.tags.count("span") == 0


def test_a_page_of_a_write_up_s_size_takes_milliseconds() -> None:
    document = page(*(EVERY_BLOCK * 10))
    to_html(document)
    started = time.perf_counter()
    for _ in range(20):
        to_html(document)
    assert (time.perf_counter() - started) / 20 < 0.02  # about one millisecond on a quiet machine


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_has_real_headings_tables_and_east_asian_fonts(language: str) -> None:
    raw = to_docx(page(*EVERY_BLOCK, language=language, head="INTERNAL", foot="2026-05-12"))
    made = docx.Document(io.BytesIO(raw))
    styles = [p.style.name for p in made.paragraphs]
    assert {"Heading 1", "Heading 2", "List Number"} <= set(styles)
    assert [c.text for c in made.tables[0].rows[2].cells] == ["overdue", "37"]
    assert made.sections[0].header.paragraphs[0].text == "INTERNAL"
    footer = made.sections[0].footer.paragraphs[0]._p.xml
    assert "NUMPAGES" in footer
    assert "2026-05-12" in footer
    assert made.core_properties.title == "A title"
    assert made.core_properties.created.isoformat() == "2026-05-12T02:00:00+00:00"
    assert made.core_properties.author == ""
    xml = zipfile.ZipFile(io.BytesIO(raw)).read("word/document.xml").decode()
    assert 'descr="Two bars: 412 late, 37 damaged"' in xml
    assert "w:tblHeader" in xml
    fonts = zipfile.ZipFile(io.BytesIO(raw)).read("word/styles.xml").decode()
    assert ("Microsoft YaHei" if language == "zh-Hans" else "Microsoft JhengHei") in fonts
    assert (
        "eastAsiaTheme"
        not in re.sub(r"<w:docDefaults>.*?</w:docDefaults>", "", fonts, flags=re.S).split("Heading5")[0]
    )


def test_the_same_blocks_give_the_same_bytes_in_another_process_zone_and_locale() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests'); import test_documents as t\n"
        "from playbook.documents import *\n"
        "d = t.page(*t.EVERY_BLOCK, language='zh-Hant')\n"
        "parts = [to_html(d).encode(), to_docx(d), to_markdown(d).encode(), t.workbook(), t.calendar()]\n"
        "print(hashlib.sha256(b''.join(parts)).hexdigest())"
    )
    digests = set()
    for zone, locale, seed in (("UTC", "C", "0"), ("Asia/Kathmandu", "C.UTF-8", "7")):
        environment = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        digests.add(subprocess.check_output([sys.executable, "-c", code], env=environment, text=True))
    assert len(digests) == 1


def workbook() -> bytes:
    rows = (("=1+1", Decimal("1280.50"), None), ("0912345678", 3, "+886-4-0000-2101"))
    return to_xlsx([Sheet("選項/options", ("id", "sum", "phone"), rows)], "Options", "zh-Hant", AS_OF)


def test_a_spreadsheet_keeps_text_as_text_and_sums_as_numbers() -> None:
    raw = workbook()
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert sheet["A3"].value == "0912345678"
    assert sheet["C3"].value == "+886-4-0000-2101"
    assert sheet["B2"].value == 1280.5
    assert sheet["B2"].number_format == "#,##0.00"
    assert sheet.freeze_panes == "A2"
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(raw)).infolist()} == {
        (2026, 5, 12, 2, 0, 0)
    }


def calendar() -> bytes:
    events = [
        Event(
            "next-update",
            Moment.parse("2026-05-09T19:20+08:00"),
            "向陳小姐回報進度；" * 12,
            "a, b; c\nd\\",
            10,
        ),
        Event("second-carrier", Moment.parse("2026-06-15"), "Sign the second carrier"),
    ]
    return to_ics(events, "禾日", "2026-05-09-cake", AS_OF)


def test_deadlines_follow_the_calendar_standard() -> None:
    raw = calendar()
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    unfolded = raw.decode().replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20260509T112000Z" in unfolded
    assert "DTSTART;VALUE=DATE:20260615" in unfolded
    assert "DTSTAMP:20260512T020000Z" in unfolded
    assert "DESCRIPTION:a\\, b\\; c\\nd\\\\" in unfolded
    assert "SUMMARY:" + "向陳小姐回報進度；" * 12 in unfolded
    uids = [line for line in unfolded if line.startswith("UID:")]
    assert len(set(uids)) == 2
    assert uids == [
        line for line in calendar().decode().replace("\r\n ", "").split("\r\n") if line.startswith("UID:")
    ]


def test_every_part_of_a_word_file_is_well_formed() -> None:
    archive = zipfile.ZipFile(io.BytesIO(to_docx(page(*EVERY_BLOCK, Paragraph(text("a\x0bb & <c>"))))))
    names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    assert names[0] == "[Content_Types].xml"
    for name in names:
        ElementTree.fromstring(archive.read(name))


def test_markdown_holds_every_word() -> None:
    source = to_markdown(page(*EVERY_BLOCK, head="INTERNAL"))
    for block in EVERY_BLOCK:
        for part in words(block):
            for line in part.split("\n"):
                assert line in source.replace("**", "")
    assert source.startswith("**INTERNAL**\n")


def test_a_cell_in_the_notebook_brings_its_own_dress_only() -> None:
    reader = read_html(fragment(EVERY_BLOCK, "zh-Hant"))
    assert reader.tags[:2] == ["div", "style"]
    assert "html" not in reader.tags
    assert visible(EVERY_BLOCK[0]) in reader.text


def test_a_table_without_labels_has_no_empty_head() -> None:
    assert "thead" not in read_html(to_html(page(Table((), (), "empty")))).tags
