"""Zip archives (DOCX, XLSX) that repeat byte for byte: entries sorted, every date the document's own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from playbook.times import Moment

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest date that a zip entry can hold; used where a document has no time of its own."""
LATEST = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
"""The latest date that a zip entry can hold."""


def stamp(as_of: Moment | None) -> datetime:
    """Return the time that a file says it was made at, in UTC, whole seconds, as far as a zip entry can hold it."""
    if as_of is None or as_of.at <= EPOCH:
        return EPOCH
    return as_of.at.astimezone(UTC).replace(microsecond=0) if as_of.at < LATEST else LATEST


def repack(raw: bytes, as_of: Moment | None, replace: Mapping[str, bytes] | None = None) -> bytes:
    """Zip an archive again with fixed dates; `replace` gives entries new content (empty: the entry is left out)."""
    replace = replace or {}
    with zipfile.ZipFile(io.BytesIO(raw)) as old:
        parts = {name: replace.get(name, old.read(name)) for name in old.namelist()}
    return packed({name: content for name, content in parts.items() if content or name not in replace}, as_of)


def packed(parts: Mapping[str, bytes], as_of: Moment | None) -> bytes:
    """Zip the parts of a file with fixed dates, sorted, the content types first."""
    when = stamp(as_of).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            new.writestr(entry, parts[name], compresslevel=6)
    return out.getvalue()


def core_properties(title: str, language: str, as_of: Moment | None, identifier: str = "") -> bytes:
    """Return docProps/core.xml: title, language, the one date and what the text is called; no author and no machine."""
    from xml.sax.saxutils import escape

    when = stamp(as_of).strftime("%Y-%m-%dT%H:%M:%SZ")
    named = f"<dc:identifier>{escape(identifier)}</dc:identifier>" if identifier else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:language>{language}</dc:language>{named}"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{when}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{when}</dcterms:modified>'
        "</cp:coreProperties>"
    ).encode()
