"""Blocks as a Word document: real headings, lists, tables with repeated heads, fonts for both scripts.

The skeleton (styles, page, header and footer) is made once with python-docx; the body is written as XML, because a
pack holds dozens of short letters. The same blocks give the same bytes.
"""

from __future__ import annotations

import io
import re
from functools import cache
from math import ceil
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from playbook.documents.archive import core_properties, repack
from playbook.documents.blocks import (
    Block,
    Callout,
    Document,
    Heading,
    Image,
    Letter,
    List,
    Mark,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
    printable,
)
from playbook.messages import say
from playbook.text import Language

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_EAST_ASIA: dict[Language, tuple[str, str]] = {
    "zh-Hant": ("Microsoft JhengHei", "zh-TW"),
    "zh-Hans": ("Microsoft YaHei", "zh-CN"),
    "en": ("Microsoft JhengHei", "zh-TW"),
}
_LATIN = "Calibri"
_COLOURS: dict[Mark, str] = {"good": "0B6B46", "warn": "8A5300", "bad": "A4161A", "quiet": "59636E", "": ""}
_FILLS = {"good": "ECF7F2", "warn": "FEF6E8", "bad": "FDF0F0", "note": "EEF5FB"}
_EDGES = {"good": "0B6B46", "warn": "8A5300", "bad": "A4161A", "note": "0B4F8A"}
_TEXT_WIDTH = 9640  # twentieths of a point between the margins of A4
_MARGIN, _UNIT = 180, 102  # a cell's own margins, and half a Chinese character in its font


def _fonts(language: Language) -> str:
    return f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:cs="{_LATIN}" w:eastAsia="{_EAST_ASIA[language][0]}"/>'


def _run_language(language: Language | None) -> str:
    return f'<w:lang w:val="en-US" w:eastAsia="{_EAST_ASIA[language][1]}"/>' if language else ""


def _run(run: Run, language: Language | None, strong: bool = False, size: int = 0, colour: str = "") -> str:
    own = run.language or language
    form = _fonts(own) if own else ""
    form += "<w:b/>" if run.strong or run.mark not in ("", "quiet") or strong else ""
    colour = _COLOURS[run.mark] or colour
    form += f'<w:color w:val="{colour}"/>' if colour else ""
    form += f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    form += _run_language(own)
    pieces = []
    for at, line in enumerate(run.text.split("\n")):
        pieces += ["<w:br/>"] if at else []
        pieces.append(f'<w:t xml:space="preserve">{escape(line)}</w:t>')
    return f"<w:r>{f'<w:rPr>{form}</w:rPr>' if form else ''}{''.join(pieces)}</w:r>"


def _paragraph(
    runs: Runs, language: Language | None, style: str = "", properties: str = "", **form: Any
) -> str:
    head = (f'<w:pStyle w:val="{style}"/>' if style else "") + properties
    body = "".join(_run(run, language, **form) for run in runs)
    return f"<w:p>{f'<w:pPr>{head}</w:pPr>' if head else ''}{body}</w:p>"


_WORD = re.compile(r"[!-~\u00c0-\u024f]+")


def _units(text: str) -> int:
    """Return how many half Chinese characters a text is wide; a bold Latin letter of a wide font takes 1.3."""
    return max(
        (ceil(sum(2 if ord(c) > 0x2E7F else 1.3 for c in line)) for line in text.split("\n")), default=0
    )


def column_widths(block: Table) -> list[int]:
    """Share the page's width by what the columns hold: short ones get all they need, the long ones share the rest."""
    natural, least = [], []
    for at, column in enumerate(block.columns):
        cells = [column.label, *("".join(r.text for r in row[at]) for row in block.rows)]
        natural.append(_MARGIN + _UNIT * min(max(*map(_units, cells), 3), 80))
        # A column as wide as its longest word, so that no word is broken, up to what is still a column.
        word = max((_units(w) for cell in cells for w in _WORD.findall(cell)), default=0)
        least.append(min(natural[-1], _MARGIN + _UNIT * max(11, min(word, 20))))
    spare = _TEXT_WIDTH - sum(least)
    more = [want - floor for want, floor in zip(natural, least, strict=True)]
    if spare <= 0 or not any(more):  # too many columns, or all short: in proportion
        return [max(_TEXT_WIDTH * floor // sum(least), 400) for floor in least]
    return [floor + spare * wish // sum(more) for floor, wish in zip(least, more, strict=True)]


def _table(block: Table) -> str:
    widths = column_widths(block)
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    out = []
    if block.caption:
        out.append(_paragraph((Run(block.caption, strong=True),), block.language, properties="<w:keepNext/>"))
    edge = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="C9D1D9"/>'
    borders = "".join(edge.format(side) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    rows = []
    heads = [(Run(column.label, strong=True),) for column in block.columns]
    lines: list[tuple[bool, tuple[Runs, ...]]] = (
        [(True, tuple(heads))] if any(c.label for c in block.columns) else []
    )
    for is_head, row in lines + [(False, row) for row in block.rows]:
        cells = []
        for at, runs in enumerate(row):
            shade = '<w:shd w:val="clear" w:color="auto" w:fill="F4F6F8"/>' if is_head else ""
            side = '<w:jc w:val="right"/>' if block.columns[at].align == "right" else ""
            strong = not is_head and at == 0 and block.row_heads
            inner = _paragraph(runs, block.language, "Cell", side, strong=strong)
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{widths[at]}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'
            )
        repeat = "<w:tblHeader/>" if is_head else ""
        rows.append(f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(cells)}</w:tr>")
    out.append(
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    out.append('<w:p><w:pPr><w:spacing w:after="60"/></w:pPr></w:p>')
    return "".join(out)


def _boxed(kind: str, paragraphs: list[tuple[Runs, bool]], language: Language | None) -> str:
    out = []
    for runs, strong in paragraphs:
        form = (
            f'<w:keepLines/><w:pBdr><w:left w:val="single" w:sz="36" w:space="8" w:color="{_EDGES[kind]}"/></w:pBdr>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{_FILLS[kind]}"/><w:ind w:left="200"/>'
        )
        out.append(_paragraph(runs, language, properties=form, strong=strong))
    return "".join(out)


def _letter(block: Letter) -> str:
    edge = '<w:{} w:val="single" w:sz="6" w:space="6" w:color="C9D1D9"/>'
    border = (
        "<w:pBdr>" + "".join(edge.format(side) for side in ("top", "left", "bottom", "right")) + "</w:pBdr>"
    )
    form = border + '<w:ind w:left="160" w:right="160"/>'
    out = (
        [
            _paragraph(
                (Run(block.title),), block.language, properties="<w:keepNext/>", colour="59636E", size=18
            )
        ]
        if block.title
        else []
    )
    if block.subject:
        out.append(
            _paragraph((Run(block.subject, strong=True),), block.language, properties="<w:keepNext/>" + form)
        )
    out += [_paragraph((Run(part),), block.language, properties=form) for part in block.paragraphs]
    return "".join(out)


def _image(block: Image, document: Any, language: Language, number: int) -> str:
    shown = block.language or language
    out = []
    if block.png:
        image = document.part.get_or_add_image(io.BytesIO(block.png))
        relation, picture = image
        width = 6_120_000  # EMU, the text's width
        height = int(width * picture.px_height / picture.px_width)
        alt = quoteattr(printable(block.alt))
        out.append(
            "<w:p><w:r><w:drawing>"
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{number}" name="chart {number}" descr={alt}/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number}" name="chart {number}" descr={alt}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r></w:p>"
        )
    out.append(_paragraph((Run(block.alt),), block.language, "Small"))
    if block.table:
        caption = block.table.caption or say("documents.figures", shown)
        out.append(
            _table(
                Table(
                    block.table.columns,
                    block.table.rows,
                    caption,
                    block.table.row_heads,
                    block.table.language,
                )
            )
        )
    return "".join(out)


def _block(block: Block, document: Any, language: Language, number: int) -> str:
    match block:
        case Heading():
            return _paragraph((Run(block.text),), block.language, f"Heading{min(max(block.level, 1), 4)}")
        case Paragraph():
            style = {"lead": "Lead", "quote": "Quote", "small": "Small", "verbatim": "Small", "body": ""}[
                block.style
            ]
            return _paragraph(block.runs, block.language, style)
        case Table():
            return _table(block)
        case Image():
            return _image(block, document, language, number)
        case Callout():
            return _boxed(
                block.kind,
                [((Run(block.title),), True), *((item, False) for item in block.items)],
                block.language,
            )
        case List():
            style = "ListNumber" if block.ordered else "ListBullet"
            return "".join(_paragraph(item, block.language, style) for item in block.items)
        case Letter():
            return _letter(block)
        case PageBreak():
            return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


@cache
def _skeleton(language: Language) -> bytes:
    """Return an empty document with our styles, page and fonts."""
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    east, locale = _EAST_ASIA[language]
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(22)
    styles = document.styles
    for name in ("Lead", "Small", "Cell"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    sizes = {
        "Normal": 10.5,
        "Heading 1": 20,
        "Heading 2": 14,
        "Heading 3": 12,
        "Heading 4": 11,
        "Lead": 12,
        "Small": 9,
    }
    sizes |= {"Cell": 9.5, "Header": 9, "Footer": 9}
    for name in (*sizes, "Quote", "List Bullet", "List Number"):
        style = styles[name]
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", east)):
            fonts.set(qn(f"w:{script}"), font)
        if name in sizes:
            style.font.size = Pt(sizes[name])
        if name.startswith("Heading"):
            style.font.color.rgb = RGBColor(0x1D, 0x23, 0x29)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(4)
    styles["Normal"].paragraph_format.space_after = Pt(5)
    styles["Normal"].paragraph_format.line_spacing = 1.2
    styles["Cell"].paragraph_format.space_after = Pt(1)
    styles["Small"].font.color.rgb = RGBColor(0x59, 0x63, 0x6E)
    for element in styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), "en-US")
        element.set(qn("w:eastAsia"), locale)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _field(code: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _foot(document: Document) -> str:
    marks = {"page": "\x00", "pages": "\x01"}
    words = say("documents.page", document.language, **marks)
    pieces = [_run(Run(document.foot + "    "), None)] if document.foot else []
    for part in words.replace("\x00", "\x00\x02\x00").replace("\x01", "\x00\x03\x00").split("\x00"):
        field = {"\x02": "PAGE", "\x03": "NUMPAGES"}.get(part)
        pieces.append(_field(field) if field else _run(Run(part), None) if part else "")
    return f'<w:p xmlns:w="{_W}"><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{"".join(pieces)}</w:p>'


def to_docx(document: Document) -> bytes:
    """Return the document as the bytes of a DOCX file."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    made = docx.Document(io.BytesIO(_skeleton(document.language)))
    section = made.sections[0]
    if document.head:
        section.header.paragraphs[0].add_run(printable(document.head)).bold = True
    foot = section.footer.paragraphs[0]._p
    foot.getparent().replace(foot, parse_xml(_foot(document)))
    xml = "".join(_block(block, made, document.language, at + 1) for at, block in enumerate(document.blocks))
    body = made.element.body
    for element in list(parse_xml(f"<w:body {nsdecls('w', 'wp', 'a', 'pic', 'r')}>{xml}</w:body>")):
        body.insert(len(body) - 1, element)  # before the section's properties
    out = io.BytesIO()
    made.save(out)
    core = core_properties(printable(document.title), document.language, document.as_of)
    return repack(out.getvalue(), document.as_of, {"docProps/core.xml": core})
