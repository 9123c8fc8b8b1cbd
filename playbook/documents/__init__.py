"""Structured blocks, and what is written from them: HTML, DOCX, PDF, Markdown, XLSX, iCalendar.

    document = Document(title, language, (Heading(1, title), table(["", ">count"], rows)), head=stamp, as_of=as_of)
    to_html(document); to_docx(document); to_markdown(document)

The same blocks give the same bytes on every machine. CSV for people is `playbook.sources.write_csv`.
"""

from playbook.documents.blocks import (
    MIME,
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
    from_data,
    table,
    text,
    to_data,
    words,
)
from playbook.documents.calendar import Event, to_ics
from playbook.documents.html import fragment, to_html
from playbook.documents.markdown import blocks_markdown, to_markdown
from playbook.documents.pdf import to_pdf
from playbook.documents.spreadsheet import Sheet, to_xlsx
from playbook.documents.word import to_docx

__all__ = [
    "MIME",
    "Block",
    "Callout",
    "Document",
    "Event",
    "Heading",
    "Image",
    "Letter",
    "List",
    "PageBreak",
    "Paragraph",
    "Run",
    "Runs",
    "Sheet",
    "Table",
    "blocks_markdown",
    "fragment",
    "from_data",
    "table",
    "text",
    "to_data",
    "to_docx",
    "to_html",
    "to_ics",
    "to_markdown",
    "to_pdf",
    "to_xlsx",
    "words",
]
