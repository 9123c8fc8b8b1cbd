"""What stands at the head and foot of a client's letters: name, address, number, a picture out of its own folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playbook.errors import Problem
from playbook.policy.layers import Layer
from playbook.tables.shapes import check_shapes
from playbook.text import LANGUAGES, LocalText

FIELDS = ("legal_name", "address", "place", "phone", "email", "web", "number", "footer")
"""The words of a letterhead, each one text or a text by language; `logo` is the one field besides."""
LONGEST = 200
LARGEST_LOGO, WIDEST_LOGO = 500_000, 4_000
"""Bytes of a logo's file, and points of its longer side."""

_NAME = re.compile(r"\w[\w. -]{0,79}\.(?:png|jpe?g)", re.IGNORECASE)
_EXPECTED = "a PNG or JPEG picture of at most 500 kB and 4,000 points a side, in the client's own folder"


@dataclass(frozen=True)
class Picture:
    """A PNG or JPEG: its bytes and its size in points."""

    content: bytes
    kind: str  # png or jpeg
    width: int
    height: int


@dataclass(frozen=True)
class Letterhead:
    """How a client's letters name it. What is not given is not printed; nothing is made up in its place."""

    legal_name: LocalText = field(default_factory=dict)
    address: LocalText = field(default_factory=dict)  # a line end begins a new line
    place: LocalText = field(default_factory=dict)  # where statements are dated from
    phone: LocalText = field(default_factory=dict)
    email: LocalText = field(default_factory=dict)
    web: LocalText = field(default_factory=dict)
    number: LocalText = field(
        default_factory=dict
    )  # of registration or tax; the jurisdiction says how it is called
    footer: LocalText = field(default_factory=dict)
    logo: Picture | None = None


def check_letterhead(layer: Layer, problems: list[Problem]) -> None:
    """Add a problem for everything in a layer's letterhead that cannot be printed, its picture included."""
    data = _given(layer)
    if data is None:
        return
    keys: tuple[str | int, ...] = ("brand", "letterhead")
    if not isinstance(data, dict):
        found, expected = f"{str(data)[:60]!r}", "a map such as {legal_name: …, address: …}"
        problems.append(layer.at.problem(keys, found, expected, "Write the name as legal_name."))
        return
    for key in data.keys() - {*FIELDS, "logo"}:
        expected = "one of " + ", ".join((*FIELDS, "logo"))
        problems.append(layer.at.problem((*keys, key), f"the key {key}", expected, "Correct it."))
    texts = {key: value for key, value in data.items() if key in FIELDS}
    shapes = dict.fromkeys(texts, "a text, or a map of texts")
    check_shapes(data, {**shapes, "logo": "a text"}, layer.at, problems, keys)
    for key, value in texts.items():
        for language, text in value.items() if isinstance(value, dict) else ((None, value),):
            at = (*keys, key) if language is None else (*keys, key, language)
            if language not in (None, *LANGUAGES):
                found, expected = f"the language {str(language)[:60]!r}", " or ".join(LANGUAGES)
                remedy = "Correct it; a text with a comma or a colon inside {…} has to be quoted."
                problems.append(layer.at.problem(at, found, expected, remedy))
            elif len(str(text or "")) > LONGEST:
                found, expected = (
                    f"{len(str(text))} characters",
                    f"at most {LONGEST}: it is one line of a letter",
                )
                problems.append(layer.at.problem(at, found, expected, "Shorten it."))
    if isinstance(data.get("logo"), str):
        picture = _logo(layer, data["logo"])
        if isinstance(picture, str):
            remedy = "Put the picture beside policy.yaml and write its name; it is never fetched."
            problems.append(layer.at.problem((*keys, "logo"), picture, _EXPECTED, remedy))


def read_letterhead(layers: Sequence[Layer]) -> Letterhead:
    """Return the letterhead of a chain of layers that were checked: each adds its fields, the highest one's holds."""
    texts: dict[str, LocalText] = {}
    logo: Picture | None = None
    for layer in layers:
        data = _given(layer)
        if not isinstance(data, dict):
            continue
        texts |= {key: _local(data[key]) for key in FIELDS if data.get(key) is not None}
        if data.get("logo"):
            picture = _logo(layer, str(data["logo"]))
            logo = picture if isinstance(picture, Picture) else None
    return Letterhead(**texts, logo=logo)


def _given(layer: Layer) -> Any:
    brand = layer.data.get("brand")
    return brand.get("letterhead") if isinstance(brand, dict) else None


def _local(value: Any) -> LocalText:
    if isinstance(value, Mapping):
        return {str(k): str(v).strip() for k, v in value.items() if v not in (None, "") and str(v).strip()}
    return dict.fromkeys(LANGUAGES, str(value).strip()) if str(value).strip() else {}


def _logo(layer: Layer, name: str) -> Picture | str:
    """Return a layer's picture, or in words what is found in its place."""
    path = layer.folder / name
    # A name is no path: a picture from elsewhere would neither be the client's nor in the policy's checksum.
    if not _NAME.fullmatch(name) or path.resolve().parent != layer.folder.resolve():
        return repr(name[:80])
    if not path.is_file():
        return f"no file {name}"
    if path.stat().st_size > LARGEST_LOGO:
        return f"a file of {path.stat().st_size:,} bytes"
    content = path.read_bytes()
    size = picture_size(content)
    if size is None:
        return "a file that is neither PNG nor JPEG"
    kind, width, height = size
    if not (0 < width <= WIDEST_LOGO and 0 < height <= WIDEST_LOGO):
        return f"a picture of {width} by {height} points"
    return Picture(content, kind, width, height)


def picture_size(content: bytes) -> tuple[str, int, int] | None:
    """Return what a file's first bytes say it is (png, jpeg) and its size in points; None for any other file."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) > 24:
        return "png", int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content.startswith(b"\xff\xd8\xff"):
        for marker, start in _segments(content):
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(content) >= start + 7:
                height, width = content[start + 3 : start + 5], content[start + 5 : start + 7]
                return "jpeg", int.from_bytes(width, "big"), int.from_bytes(height, "big")
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the markers of a JPEG with where the length of each segment stands, up to the picture itself."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        yield marker, at + 2
        if marker == 0xDA:
            return
        at += 2 + max(int.from_bytes(content[at + 2 : at + 4], "big"), 2)
