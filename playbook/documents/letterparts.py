"""The parts of a Word letter around its text: styles of each language, header and footer, what refers to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from playbook.documents.blocks import printable
from playbook.messages import say
from playbook.text import Language

LAYOUT = "Layout"
"""What the names of styles begin with whose paragraphs are no part of the text."""
CONTINUES = "Line"
"""What the names of styles end with whose paragraphs go on from the one before, on a new line."""
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_LOCALES: dict[Language, str] = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "zh-TW"}
_SERIF: dict[Language, str] = {"zh-Hant": "PMingLiU", "zh-Hans": "SimSun", "en": "PMingLiU"}
_SANS: dict[Language, str] = {
    "zh-Hant": "Microsoft JhengHei",
    "zh-Hans": "Microsoft YaHei",
    "en": "Microsoft JhengHei",
}
_LATIN_SERIF, _LATIN_SANS = "Cambria", "Calibri"
_GREY, _RED, _RULE = "59636E", "A4161A", "9AA4AE"
_LOGO_HEIGHT, _LOGO_WIDTH = 396_000, 1_800_000  # EMU: 11 by 50 mm at the most


class Picture(Protocol):
    """A PNG or JPEG picture and its size in points."""

    @property
    def content(self) -> bytes: ...
    @property
    def kind(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


class _Paper(Protocol):
    """What is printed around a text."""

    @property
    def name(self) -> str: ...
    @property
    def details(self) -> tuple[str, ...]: ...
    @property
    def foot(self) -> tuple[str, ...]: ...
    @property
    def logo(self) -> Picture | None: ...
    @property
    def stamp(self) -> str: ...
    @property
    def note(self) -> str: ...


def run(text: str, language: Language) -> str:
    """Return a run of text in its language; signs that both scripts have are set as the language has them."""
    hint = "" if language == "en" else '<w:rFonts w:hint="eastAsia"/>'
    form = f'{hint}<w:lang w:val="en-GB" w:eastAsia="{_LOCALES[language]}"/>'
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r><w:rPr>{form}</w:rPr>{lines}</w:r>"


@dataclass(frozen=True)
class _Style:
    """A paragraph style: what it is based on, whether it is set in the sans serif, its properties."""

    base: str = "Normal"
    paragraph: str = ""
    sans: bool = False
    size: int = 0  # half points
    bold: bool = False
    colour: str = ""


def _fonts(language: Language, sans: bool) -> str:
    latin, east = (_LATIN_SANS, _SANS[language]) if sans else (_LATIN_SERIF, _SERIF[language])
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" w:eastAsia="{east}"/>'


def _look(style: _Style, language: Language) -> str:
    parts = [
        _fonts(language, True) if style.sans else "",
        "<w:b/>" if style.bold else "",
        f'<w:color w:val="{style.colour}"/>' if style.colour else "",
        f'<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/>' if style.size else "",
    ]
    return "".join(parts)


def _paragraph_styles(language: Language) -> dict[str, _Style]:
    """Return the styles of a language: Chinese paragraphs are indented by two characters and set to both margins."""
    chinese = language != "en"
    spacing = '<w:spacing w:after="{}"/>'
    indent = '<w:ind w:firstLineChars="200" w:firstLine="480"/>' if chinese else ""
    flush = '<w:ind w:firstLineChars="0" w:firstLine="0"/>' if chinese else ""
    both = '<w:jc w:val="both"/>' if chinese else ""
    item = (
        '<w:ind w:leftChars="300" w:left="720" w:hangingChars="100" w:hanging="240"/>'
        if chinese
        else '<w:ind w:left="397" w:hanging="170"/>'
    )
    text = spacing.format(120 if chinese else 170) + indent + both
    right = '<w:jc w:val="right"/>' if chinese else ""
    small = '<w:spacing w:before="0" w:after="0" w:line="252" w:lineRule="auto"/>'
    headline = (
        "<w:keepNext/>"
        + f'<w:spacing w:before="60" w:after="{300 if chinese else 120}" w:line="264" w:lineRule="auto"/>'
        + ('<w:jc w:val="center"/>' if chinese else "")
    )
    styles = {
        "Text": _Style(paragraph=text),
        "Salutation": _Style(paragraph="<w:keepNext/>" + spacing.format(120 if chinese else 170) + flush),
        "Head": _Style(paragraph='<w:keepNext/><w:spacing w:before="80" w:after="40"/>' + flush, sans=chinese, bold=True),
        "Lead": _Style(paragraph="<w:keepNext/>" + text),
        "Item": _Style(paragraph="<w:keepLines/>" + spacing.format(120 if chinese else 170) + item + both),
        "Tail": _Style(paragraph=text),
        "Formula": _Style(paragraph="<w:keepNext/><w:keepLines/>" + spacing.format(0) + indent),
        "Signature": _Style(paragraph="<w:keepLines/>" + spacing.format(0) + flush + right),
        "Plain": _Style(paragraph='<w:spacing w:after="140" w:line="300" w:lineRule="auto"/>', sans=True, size=22),
        "Subject": _Style(paragraph="<w:keepNext/>" + spacing.format(200), sans=chinese, bold=True),
        "Headline": _Style(paragraph=headline + '<w:outlineLvl w:val="0"/>', sans=chinese, size=34 if chinese else 36, bold=True),
        "PlainSubject": _Style(paragraph="<w:keepNext/>" + spacing.format(140), sans=True, size=22, bold=True),
        "LayoutDate": _Style(paragraph=spacing.format(300)),
        "LayoutRecipient": _Style(paragraph=spacing.format(300)),
        "LayoutDateline": _Style(paragraph="<w:keepNext/>" + spacing.format(240), colour=_GREY),
        "LayoutDateBelow": _Style(paragraph="<w:keepLines/>" + '<w:spacing w:before="60" w:after="0"/>' + flush + right),
        "Letterhead": _Style(paragraph="<w:keepNext/>" + '<w:spacing w:before="0" w:after="40" w:line="264" w:lineRule="auto"/>', sans=chinese, size=30, bold=True),
        "Small": _Style(paragraph=small, sans=True, size=17, colour=_GREY),
        "Stamp": _Style(paragraph='<w:spacing w:before="0" w:after="120" w:line="264" w:lineRule="auto"/>', sans=True, size=20, bold=True, colour=_RED),
        "CommentText": _Style(paragraph=small, sans=True, size=18),
    }  # fmt: skip
    for name in ("Text", "Lead", "Item", "Tail", "Formula", "Signature", "Plain"):
        more = flush if name == "Formula" else ""  # 此致 stands two characters in, 敬禮 at the margin
        styles[f"{name}{CONTINUES}"] = _Style(base=name, paragraph=more)
    return styles


def _styles(language: Language) -> bytes:
    # Chinese fonts differ much in height: a fixed distance of lines is the same page everywhere.
    size, line = (
        (22, 'w:line="288" w:lineRule="auto"')
        if language == "en"
        else (24, 'w:line="400" w:lineRule="exact"')
    )
    lang = f'<w:lang w:val="en-GB" w:eastAsia="{_LOCALES[language]}" w:bidi="ar-SA"/>'
    signs = "".join(
        f"<w:{name}/>" for name in ("kinsoku", "wordWrap", "overflowPunct", "autoSpaceDE", "autoSpaceDN")
    )
    out = [
        f"{_DECLARED}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(language, False)}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>{lang}</w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:widowControl/>{signs}<w:spacing w:after="0" {line}/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="character" w:styleId="CommentReference"><w:name w:val="annotation reference"/>'
        '<w:rPr><w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr></w:style>'
    ]
    names = {"CommentText": "annotation text", "Headline": "heading 1"}  # as Word itself calls them
    for name, style in _paragraph_styles(language).items():
        custom = "" if name in names else ' w:customStyle="1"'
        out.append(
            f'<w:style w:type="paragraph"{custom} w:styleId="{name}"><w:name w:val="{names.get(name, name)}"/>'
            f'<w:basedOn w:val="{style.base}"/><w:qFormat/><w:pPr>{style.paragraph}</w:pPr><w:rPr>{_look(style, language)}</w:rPr></w:style>'
        )
    return "".join([*out, "</w:styles>"]).encode()


STYLES: Mapping[Language, bytes] = {language: _styles(language) for language in _LOCALES}


def _line(text: str, style: str, language: Language, properties: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{run(printable(text), language)}</w:p>'
    )


def _rule(side: str) -> str:
    return f'<w:pBdr><w:{side} w:val="single" w:sz="4" w:space="6" w:color="{_RULE}"/></w:pBdr>'


def _logo(picture: Picture, name: str) -> str:
    scale = min(_LOGO_HEIGHT / picture.height, _LOGO_WIDTH / picture.width)
    width, height = max(int(picture.width * scale), 1), max(int(picture.height * scale), 1)
    told = quoteattr(printable(name))
    return (
        '<w:p><w:pPr><w:pStyle w:val="Letterhead"/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="1" name="logo" descr={told}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="1" name="logo" descr={told}/><pic:cNvPicPr/></pic:nvPicPr>'
        '<pic:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def _first_header(paper: _Paper, letter: bool, language: Language) -> list[str]:
    out = [_line(paper.stamp, "Stamp", language)] if paper.stamp else []
    if paper.note:
        out.append(_line(paper.note, "Small", language, _rule("bottom")))
    if letter:
        out += [_logo(paper.logo, paper.name)] if paper.logo else []
        lines = [(paper.name, "Letterhead"), *((detail, "Small") for detail in paper.details)]
        lines = [(text, style) for text, style in lines if text]
        last = len(lines) - 1
        out += [
            _line(t, style, language, _rule("bottom") if at == last else "")
            for at, (t, style) in enumerate(lines)
        ]
        out.append(
            '<w:p><w:pPr><w:pStyle w:val="Small"/><w:spacing w:after="200"/></w:pPr></w:p>'
        )  # room below the rule
    return out


def _page_number(language: Language) -> str:
    def field(code: str) -> str:
        signs = [f'<w:fldChar w:fldCharType="{name}"/>' for name in ("begin", "separate", "end")]
        inner = (
            signs[0],
            f'<w:instrText xml:space="preserve"> {code} </w:instrText>',
            signs[1],
            "<w:t>2</w:t>",
            signs[2],
        )
        return "".join(f"<w:r>{piece}</w:r>" for piece in inner)

    words = say("documents.page", language, page="\x00P\x00", pages="\x00N\x00").split("\x00")
    fields = {"P": field("PAGE"), "N": field("NUMPAGES")}
    return "".join(fields.get(word) or run(word, language) for word in words if word)


def header_and_footer(paper: _Paper, form: str, language: Language) -> dict[str, str]:
    """Return the headers and footers by part: the first page's, and that of the pages after it, which are numbered."""
    letter = form != "plain"
    first = _first_header(paper, letter, language)
    later = [_line(paper.stamp, "Stamp", language)] if paper.stamp else []
    later += [_line(paper.name if letter else paper.note, "Small", language, '<w:spacing w:after="240"/>')]
    centre = '<w:jc w:val="center"/>'
    foot = [
        _line(text, "Small", language, (_rule("top") if not at else "") + centre)
        for at, text in enumerate(paper.foot)
    ]
    number = f'<w:p><w:pPr><w:pStyle w:val="Small"/>{centre}</w:pPr>{_page_number(language)}</w:p>'
    empty = '<w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr></w:p>'
    parts = {
        "header1": ("hdr", "".join(first) or empty),
        "header2": ("hdr", "".join(later) or empty),
        "footer1": ("ftr", "".join(foot) or empty),
        "footer2": ("ftr", number),
    }
    return {
        f"word/{name}.xml": f"{_DECLARED}<w:{tag} {NAMESPACES}>{xml}</w:{tag}>"
        for name, (tag, xml) in parts.items()
    }


_SETTINGS = (
    f"{_DECLARED}<w:settings {NAMESPACES}>"
    '<w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    "</w:settings>"
).encode()
_PARTS = {
    "rId1": ("styles", "styles.xml"), "rId2": ("settings", "settings.xml"), "rId10": ("header", "header1.xml"),
    "rId11": ("header", "header2.xml"), "rId12": ("footer", "footer1.xml"), "rId13": ("footer", "footer2.xml"),
}  # fmt: skip


def _relations(targets: Mapping[str, tuple[str, str]]) -> bytes:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'.encode()


def around(logo: Picture | None, comments: bool) -> dict[str, bytes]:
    """Return the parts that are the same in every letter: settings, content types, relations, the logo."""
    own = {key: (f"{_OFFICE}/{kind}", target) for key, (kind, target) in _PARTS.items()}
    if comments:
        own["rId3"] = (f"{_OFFICE}/comments", "comments.xml")
    out = {
        "_rels/.rels": _relations(
            {
                "rId1": (f"{_OFFICE}/officeDocument", "word/document.xml"),
                "rId2": (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            }
        ),
        "word/_rels/document.xml.rels": _relations(own),
        "word/settings.xml": _SETTINGS,
    }
    types = [(f"word/{target}", f"{_WORD}.{kind}+xml") for kind, target in _PARTS.values()]
    types += [("word/document.xml", f"{_WORD}.document.main+xml")]
    types += [("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")]
    types += [("word/comments.xml", f"{_WORD}.comments+xml")] if comments else []
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    if logo:
        defaults[logo.kind] = f"image/{logo.kind}"
        out[f"word/media/logo.{logo.kind}"] = logo.content
        out["word/_rels/header1.xml.rels"] = _relations(
            {"rId1": (f"{_OFFICE}/image", f"media/logo.{logo.kind}")}
        )
    inner = "".join(f'<Default Extension="{key}" ContentType="{value}"/>' for key, value in defaults.items())
    inner += "".join(f'<Override PartName="/{name}" ContentType="{value}"/>' for name, value in types)
    out["[Content_Types].xml"] = (
        f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types">{inner}</Types>'.encode()
    )
    return out
