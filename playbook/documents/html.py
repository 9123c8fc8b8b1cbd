"""Blocks as one HTML page that needs nothing else: no network, no script, no code.

Everything is escaped here, at the one place where text becomes mark-up. A drawing goes in as a data address, so
that nothing in it can run or reach out; the page's own policy forbids the rest.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from html import escape

from playbook.documents.blocks import (
    Block,
    Callout,
    Document,
    Heading,
    Image,
    Letter,
    List,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
    printable,
)
from playbook.messages import say
from playbook.text import Language

_SANS = {
    "zh-Hant": '"Noto Sans TC","Noto Sans CJK TC","PingFang TC","Microsoft JhengHei","Heiti TC",sans-serif',
    "zh-Hans": '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei","Heiti SC",sans-serif',
    "en": 'system-ui,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,"Noto Sans CJK TC",sans-serif',
}

STYLE = (
    ":root{--ink:#1d2329;--quiet:#59636e;--line:#c9d1d9;--soft:#f4f6f8;--good:#0b6b46;--warn:#8a5300;--bad:#a4161a;--note:#0b4f8a}"
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0 auto;padding:1rem 1.25rem 4rem;max-width:64rem;color:var(--ink);background:#fff;font-size:16px;line-height:1.6;overflow-wrap:anywhere}"
    + "".join(f":lang({language}){{font-family:{stack}}}" for language, stack in _SANS.items())
    + ":lang(zh-Hant),:lang(zh-Hans){line-break:strict;text-spacing-trim:trim-start}"
    "header.head{border-bottom:2px solid var(--ink);padding:.25rem 0;margin-bottom:1.5rem;font-size:.85rem;font-weight:700;letter-spacing:.02em}"
    "h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0 1rem}"
    "h2{font-size:1.3rem;line-height:1.3;margin:2.25rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}"
    "h3{font-size:1.08rem;margin:1.6rem 0 .4rem}h4{font-size:1rem;margin:1.2rem 0 .3rem}"
    "p{margin:.5rem 0}p.lead{font-size:1.1rem}p.small{font-size:.85rem;color:var(--quiet)}"
    "p.quote{margin:.6rem 0;padding:.1rem 0 .1rem .9rem;border-left:3px solid var(--line);color:#333c45}"
    "p.verbatim{font-family:ui-monospace,Consolas,monospace;white-space:pre-wrap;font-size:.85rem;background:var(--soft);padding:.5rem}"
    "p,li,td,th{white-space:pre-line}"
    "nav{font-size:.9rem;background:var(--soft);padding:.6rem 1rem;border-radius:4px}nav ul{margin:0;padding-left:1.1rem;columns:2}"
    "a{color:var(--note)}"
    "table{border-collapse:collapse;width:100%;margin:.75rem 0 1.25rem;font-size:.92rem;line-height:1.5}"
    "caption{text-align:left;font-weight:700;padding:.2rem 0 .35rem}"
    "th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem .4rem 0;text-align:left;vertical-align:top}"
    "thead th{border-bottom:2px solid var(--ink);font-weight:700}tbody th{font-weight:600}"
    ".r{text-align:right;font-variant-numeric:tabular-nums}"
    "b.m{font-weight:600;border-radius:3px;padding:.05rem .35rem;white-space:nowrap}"
    "b.m.good{color:var(--good);background:#e3f3ec}b.m.warn{color:var(--warn);background:#fdf0d9}b.m.bad{color:var(--bad);background:#fbe6e6}"
    "b.m.quiet{color:var(--quiet);font-weight:400;padding:0;white-space:normal;font-size:.92em}"
    "aside{margin:.9rem 0;padding:.5rem 1rem;border-left:5px solid var(--note);background:#eef5fb}aside p{margin:.3rem 0}aside p.t{font-weight:700}"
    "aside.good{border-color:var(--good);background:#ecf7f2}aside.warn{border-color:var(--warn);background:#fef6e8}aside.bad{border-color:var(--bad);background:#fdf0f0}"
    "article{margin:.8rem 0 1.2rem;border:1px solid var(--line);border-radius:6px;padding:.6rem 1.1rem .8rem;background:#fff;max-width:44rem}"
    "article h4{margin:0 0 .4rem;font-size:.85rem;color:var(--quiet);font-weight:600}article p.s{font-weight:700}"
    "figure{margin:1rem 0 1.5rem}figcaption{font-weight:700;margin-bottom:.4rem}figure img{width:100%;height:auto;max-width:58rem;display:block}"
    "details{font-size:.9rem}summary{cursor:pointer;color:var(--note)}"
    "footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.8rem;color:var(--quiet)}"
    ".pb{break-before:page}"
    "@media(max-width:640px){body{padding:.75rem .9rem 3rem}h1{font-size:1.4rem}nav ul{columns:1}"
    "table,tbody,tr,td,tbody th,caption{display:block;width:auto}thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}"
    "tr{border-bottom:1px solid var(--line);padding:.45rem 0}td,tbody th{border:0;padding:.15rem 0;text-align:left}"
    "td[data-l]:not([data-l=''])::before{content:attr(data-l);display:block;color:var(--quiet);font-size:.82em}"
    "td:empty{display:none}.c{overflow-x:auto}figure img{min-width:38rem}}"
    "@media print{@page{size:A4;margin:18mm 16mm}body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}a{color:inherit}"
    "h1,h2,h3,h4,caption,summary{break-after:avoid}tr,article,aside,figure{break-inside:avoid}thead{display:table-header-group}"
    "b.m,aside,thead th{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    "details::details-content{content-visibility:visible;height:auto}summary{list-style:none;color:inherit}}"
)

# What a cell's output in the notebook is dressed in: the notebook brings the rest.
NOTEBOOK_STYLE = (
    ".playbook{max-width:60rem;line-height:1.55}.playbook table{border-collapse:collapse}.playbook td,.playbook th{text-align:left!important;vertical-align:top;white-space:pre-line}"
    ".playbook .r{text-align:right!important}.playbook caption{text-align:left;font-weight:700}.playbook b.good{color:#0b6b46}.playbook b.warn{color:#8a5300}.playbook b.bad{color:#a4161a}"
    ".playbook aside{border-left:5px solid #0b4f8a;padding:.2rem .8rem;margin:.6rem 0}.playbook aside.warn{border-color:#8a5300}.playbook aside.bad{border-color:#a4161a}.playbook aside.good{border-color:#0b6b46}"
    ".playbook p.t{font-weight:700}.playbook article{border:1px solid #c9d1d9;padding:.2rem 1rem;margin:.6rem 0}.playbook img{max-width:100%}"
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def _escape(text: str) -> str:
    return escape(printable(text), quote=True)


def _lang(language: Language | None) -> str:
    return f' lang="{language}"' if language else ""


def _run(run: Run) -> str:
    inner = _escape(run.text)
    if run.mark:
        return f'<b class="m {run.mark}"{_lang(run.language)}>{inner}</b>'
    if run.strong:
        return f"<strong{_lang(run.language)}>{inner}</strong>"
    return f"<span{_lang(run.language)}>{inner}</span>" if run.language else inner


def _runs(runs: Runs) -> str:
    return "".join(map(_run, runs))


def _table(block: Table) -> str:
    side = [' class="r"' if column.align == "right" else "" for column in block.columns]
    labels = [_escape(column.label) for column in block.columns]
    caption = f"<caption>{_escape(block.caption)}</caption>" if block.caption else ""
    head = "".join(f'<th scope="col"{s}>{label}</th>' for label, s in zip(labels, side, strict=True))
    thead = f"<thead><tr>{head}</tr></thead>" if any(labels) else ""
    rows = []
    for row in block.rows:
        cells = []
        for at, runs in enumerate(row):
            if at == 0 and block.row_heads:
                cells.append(f'<th scope="row">{_runs(runs)}</th>')
            else:
                cells.append(f'<td{side[at]} data-l="{labels[at]}">{_runs(runs)}</td>')
        rows.append("<tr>" + "".join(cells) + "</tr>")
    return f"<table{_lang(block.language)}>{caption}{thead}<tbody>{''.join(rows)}</tbody></table>"


def _image(block: Image, language: Language) -> str:
    address = "data:image/svg+xml;base64," + base64.b64encode(block.svg.encode()).decode()
    drawing = (
        f'<div class="c"><img src="{address}" alt="{_escape(block.alt)}"></div>'
        if block.svg
        else f"<p>{_escape(block.alt)}</p>"
    )
    caption = figures = ""
    if block.table:
        caption = f"<figcaption>{_escape(block.table.caption)}</figcaption>" if block.table.caption else ""
        summary = _escape(say("documents.figures", block.language or language))
        bare = _table(replace(block.table, caption=""))
        figures = f"<details{' open' if block.unfolded else ''}><summary>{summary}</summary>{bare}</details>"
    return f"<figure{_lang(block.language)}>{caption}{drawing}{figures}</figure>"


def _letter(block: Letter) -> str:
    title = f"<h4>{_escape(block.title)}</h4>" if block.title else ""
    subject = f'<p class="s">{_escape(block.subject)}</p>' if block.subject else ""
    body = "".join(f"<p>{_escape(paragraph)}</p>" for paragraph in block.paragraphs)
    return f"<article{_lang(block.language)}>{title}{subject}{body}</article>"


def block_html(block: Block, language: Language, anchor: str = "") -> str:
    """Return one block as HTML; `language` is the document's, `anchor` the id of a heading."""
    match block:
        case Heading():
            level = min(max(block.level, 1), 4)
            id_ = f' id="{anchor}"' if anchor else ""
            return f"<h{level}{id_}{_lang(block.language)}>{_escape(block.text)}</h{level}>"
        case Paragraph():
            style = f' class="{block.style}"' if block.style != "body" else ""
            return f"<p{style}{_lang(block.language)}>{_runs(block.runs)}</p>"
        case Table():
            return _table(block)
        case Image():
            return _image(block, language)
        case Callout():
            items = "".join(f"<p>{_runs(item)}</p>" for item in block.items)
            return f'<aside class="{block.kind}"{_lang(block.language)}><p class="t">{_escape(block.title)}</p>{items}</aside>'
        case List():
            tag = "ol" if block.ordered else "ul"
            items = "".join(f"<li>{_runs(item)}</li>" for item in block.items)
            return f"<{tag}{_lang(block.language)}>{items}</{tag}>"
        case Letter():
            return _letter(block)
        case PageBreak():
            return '<div class="pb"></div>'


def fragment(blocks: tuple[Block, ...], language: Language) -> str:
    """Return blocks as they are shown in a notebook's cell."""
    body = "\n".join(block_html(block, language) for block in blocks)
    return f'<div class="playbook" lang="{language}"><style>{NOTEBOOK_STYLE}</style>\n{body}\n</div>'


def to_html(document: Document) -> str:
    """Return the document as one self-contained page."""
    language = document.language
    body: list[str] = []
    contents: list[str] = []
    for block in document.blocks:
        anchor = ""
        if isinstance(block, Heading) and block.level == 2:
            anchor = f"s{len(contents) + 1}"
            contents.append(f'<li><a href="#{anchor}"{_lang(block.language)}>{_escape(block.text)}</a></li>')
        body.append(block_html(block, language, anchor))
    if len(contents) > 3:
        label = _escape(say("documents.contents", language))
        first = (
            1
            if document.blocks and isinstance(document.blocks[0], Heading) and document.blocks[0].level == 1
            else 0
        )
        body.insert(first, f'<nav aria-label="{label}"><ul>{"".join(contents)}</ul></nav>')
    head = f'<header class="head">{_escape(document.head)}</header>\n' if document.head else ""
    foot = f"\n<footer>{_escape(document.foot)}</footer>" if document.foot else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{_escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{head}<main>\n"
        + "\n".join(body)
        + f"\n</main>{foot}\n</body>\n</html>\n"
    )
