"""The Markdown cells of a Jupyter notebook, with the lines at which they stand in the notebook's file."""

from __future__ import annotations

import json
from collections.abc import Sequence

from playbook.linter.document import Comment, Extracted, Joined, plain, problem


def text_of(raw: str, name: str, notes: tuple[str, ...]) -> Extracted:
    """Return the Markdown cells; a line is that of the notebook's file, a column that of the cell's own text."""
    try:
        cells = json.loads(raw)["cells"]
        sources = [(cell.get("cell_type"), _lines(cell.get("source"))) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise problem(
            name, "no cells", "a Jupyter notebook (.ipynb, version 4)", "Open it in Jupyter and save it."
        ) from error
    joined, at = Joined(), 0
    masked: list[tuple[int, int]] = []
    comments: list[Comment] = []
    for kind, lines in sources:
        first = joined.length
        for number, line in enumerate(lines):
            place, at = _found(raw, line, at)
            if kind == "markdown":
                if number == 0 and joined.parts:
                    joined.put("\n\n")
                    first = joined.length
                joined.add(line, raw.count("\n", 0, place) + 1)
        if kind == "markdown":
            cell = plain(name, "".join(lines), (), markdown=True)
            masked += [(first + start, first + end) for start, end in cell.masked]
            comments += [Comment(c.text, first + c.at, first + c.end) for c in cell.comments]
    return Extracted(
        name, "".join(joined.parts), tuple(masked), tuple(joined.anchors), tuple(comments), notes
    )


def _lines(source: object) -> Sequence[str]:
    if isinstance(source, str):
        return source.splitlines(keepends=True)
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return source
    return ()


def _found(raw: str, line: str, at: int) -> tuple[int, int]:
    """Return where a line of a cell stands in the notebook's file, and where to look on: quoted, or in a long string."""
    for quoted in (True, False):
        for ascii_only in (False, True):
            written = json.dumps(line, ensure_ascii=ascii_only)
            written = written if quoted else written[1:-1]
            place = raw.find(written, at) if written else -1
            if place >= 0:
                return place, place + len(written)
    return at, at
