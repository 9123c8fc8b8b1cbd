"""Read the XML of a DMN file into plain elements, each with its line; hostile XML is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from playbook.errors import InputError, Problem

MOST_BYTES = 20_000_000
DEEPEST = 200
"""Elements nest some tens deep where expressions stand in expressions; deeper was written to break a reader."""
MOST_ELEMENTS = 1_000_000
VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
"""Namespace of a model and the version of DMN that it stands for."""
OURS = "urn:crisis-playbook:table"
"""Namespace of what this kit adds to a table that it writes: the part of the header that DMN has no words for."""


@dataclass
class Element:
    """One element of the model's namespace, or of ours (`kit:` before its tag); what vendors add is left out."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text that stands directly in the element."""
        return "".join(self.pieces)

    def get(self, attribute: str) -> str:
        """Return an attribute, "" where it is not there."""
        return self.attributes.get(attribute, "")

    def first(self, *tags: str) -> Element | None:
        """Return the first child with one of some tags."""
        return next((child for child in self.children if child.tag in tags), None)

    def all(self, tag: str) -> Iterator[Element]:
        """Yield the children with a tag."""
        return (child for child in self.children if child.tag == tag)

    def text_of(self, tag: str) -> str:
        """Return the stripped text of a child, "" where it is not there."""
        child = self.first(tag)
        return child.text.strip() if child else ""


class _Refused(Exception):
    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found)
        self.parts = (found, expected, remedy)


class _Builder:
    """Build the elements of one namespace from the parser's calls."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype
        self.root: Element | None = None
        self.namespace = ""
        self.open: list[Element | None] = []  # None: of another namespace, and so is all inside it
        self.count = 0

    def doctype(self, *_: object) -> None:
        raise _Refused("a DOCTYPE or an entity", "plain XML without either", "Remove the declaration.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= DEEPEST:
            raise _Refused(f"more than {DEEPEST} levels", "elements that nest less deeply", "Write it flatter.")  # fmt: skip
        if self.count > MOST_ELEMENTS:
            raise _Refused(f"more than {MOST_ELEMENTS} elements", "a smaller model", "Split the model.")
        namespace, _, tag = name.rpartition(" ")
        if self.root is None:
            if tag != "definitions" or namespace not in VERSIONS:
                known = ", ".join(VERSIONS.values())
                raise _Refused(f"<{tag[:60]}> in {namespace[:80]!r}", f"<definitions> of DMN {known}", "Export the model as DMN 1.3.")  # fmt: skip
            self.namespace = namespace
        elif namespace == OURS and self.open[-1] is not None:
            tag = f"kit:{tag}"
        elif namespace != self.namespace or self.open[-1] is None:
            self.open.append(None)
            return
        element = Element(tag, attributes, self.parser.CurrentLineNumber)
        if self.root is None:
            self.root = element
        else:
            above = self.open[-1]
            assert above is not None
            above.children.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        if self.open and self.open[-1] is not None:
            self.open[-1].pieces.append(text)


def read_elements(path: Path) -> tuple[Element, str]:
    """Return the root element of a DMN file, and the version of DMN that it is written in.

    Raises InputError, with the line, for what is no well-formed XML of DMN 1.1 to 1.5, and for a DOCTYPE, entities, absurd size
    or depth.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            found = f"{path.stat().st_size} bytes"
            raise InputError(
                [Problem(str(path), 0, 0, "", found, f"at most {MOST_BYTES}", "Split the model.")]
            )
        raw = path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError([Problem(str(path), 0, 0, "", found, "a file", "Check the path.")]) from error
    builder = _Builder()
    try:
        builder.parser.Parse(raw, True)
    except expat.ExpatError as error:
        found = expat.ErrorString(error.code) or "a fault"
        remedy = "Correct this line, or export the model again."
        raise InputError(
            [Problem(str(path), error.lineno, error.offset + 1, "", found, "well-formed XML", remedy)]
        ) from error
    except (_Refused, LookupError, ValueError) as error:  # an encoding that is not known is a LookupError
        parts = error.parts if isinstance(error, _Refused) else (str(error)[:80], "UTF-8", "Save it as UTF-8.")  # fmt: skip
        line = builder.parser.CurrentLineNumber
        raise InputError([Problem(str(path), line, 0, "", *parts)]) from error
    assert builder.root is not None
    return builder.root, VERSIONS[builder.namespace]
