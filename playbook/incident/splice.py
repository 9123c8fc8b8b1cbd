"""Change single values in the text of a YAML file and leave every other character as its author wrote it.

A parser that loads and dumps moves comments and loses some (in a flow list, before the key after a deleted one) and
lays the file out anew. Here the parser only says where things stand; the text between is not touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import yaml

from playbook.incident.emit import after_key, has_lines, inline, item_of, lines_of, scalar
from playbook.sources import Keys

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _side_by_side(before: str, new: str, column: int) -> str:
    """Put a value after what stands before it, with the blanks that YAML wants; its key is at a column."""
    if new.startswith("\n"):
        return before.rstrip(" ") + new
    new = new.lstrip(" ")
    if before.rstrip(" ").endswith(
        "\n"
    ):  # on a line of its own, which the dash of a list may share with its key
        head = before.rstrip(" ")
        return head + " " * max(len(before) - len(head), column + 2) + new
    return before + new if not before or before[-1] in " [{" else f"{before} {new}"


class Page:
    """The text of a YAML file, and where its values stand in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = yaml.compose(text, Loader=_Loader)

    @cached_property
    def tokens(self) -> list[Any]:
        """Return what the text is made of."""
        return list(yaml.scan(self.text, Loader=_Loader))

    def comments(self, start: int = 0, end: int | None = None) -> list[str]:
        """Return the comments that begin in a stretch of the text."""
        out: list[str] = []
        at = 0
        for token in self.tokens if "#" in self.text[start:end] else ():
            first = token.start_mark.index
            found = [(at + m.start(), m.group()) for m in re.finditer(r"#[^\n]*", self.text[at:first])]
            if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
                head = re.match(r"[|>][^\n#]*(#[^\n]*)", self.text[first : token.end_mark.index])
                found += [(first + head.start(1), head.group(1))] if head else []
            out += [comment for where, comment in found if start <= where < (end or len(self.text) + 1)]
            at = max(at, token.end_mark.index)
        return out

    def _nodes(self, keys: Keys) -> list[Any]:
        """Return the nodes from the root to a value; shorter than its keys where it does not exist."""
        nodes: list[Any] = [self.root]
        for key in keys:
            node = nodes[-1]
            if isinstance(node, yaml.MappingNode):
                child = next((v for k, v in node.value if k.value == key), None)
            else:
                inside = (
                    isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value)
                )
                child = node.value[key] if inside else None
            if child is None:
                break
            nodes.append(child)
        return nodes

    def _end(self, node: Any, *, whole: bool = False) -> int:
        """Return where a value ends: a block ends with its last line, without the blank lines after it unless `whole`."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(node, yaml.MappingNode) else last, whole=whole)
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and not whole:
            return start + len(self.text[start:end].rstrip("\n"))
        return end

    def _entries(self, node: Any) -> list[tuple[int, int]]:
        """Return where each entry of a mapping or list starts (its key or dash) and ends."""
        if isinstance(node, yaml.MappingNode):
            return [(k.start_mark.index, self._end(v)) for k, v in node.value]
        if node.flow_style:
            return [(item.start_mark.index, self._end(item)) for item in node.value]
        dashes = [
            t.start_mark.index
            for t in self.tokens
            if isinstance(t, yaml.BlockEntryToken)
            and t.start_mark.column == node.start_mark.column
            and node.start_mark.index <= t.start_mark.index < max(node.end_mark.index, self._end(node))
        ]
        return [
            (max(d for d in dashes if d <= item.start_mark.index), self._end(item)) for item in node.value
        ]

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Return where the line ends, or the place itself at the start of a line that a block before it ended."""
        if at and self.text[at - 1] == "\n":
            return at - 1
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def put(self, keys: Keys, value: Any) -> str:
        """Return the text with a value set. What stands around it exists; an item is added at the end of its list."""
        nodes = self._nodes(keys)
        if self.root is None:
            return (
                self.text
                + ("\n" if self.text and not self.text.endswith("\n") else "")
                + ("\n".join(lines_of({keys[0]: value}, 0)) + "\n")
            )
        if len(nodes) == len(keys) + 1:
            return self._replaced(nodes, keys, value)
        parent, key = nodes[-1], keys[-1]
        if not isinstance(parent, yaml.CollectionNode) or not parent.value:
            return self._replaced(nodes, keys[:-1], [value] if isinstance(key, int) else {key: value})
        return self._inserted(nodes, key, value)

    def _inserted(self, nodes: list[Any], key: str | int, value: Any) -> str:
        parent = nodes[-1]
        if any(getattr(node, "flow_style", False) for node in nodes):
            at = self._entries(parent)[-1][1]
            new = inline(value) if isinstance(key, int) else f"{scalar(key, flow=True)}: {inline(value)}"
            return f"{self.text[:at]}, {new}{self.text[at:]}"
        column = parent.start_mark.column
        if isinstance(key, int):
            flow = getattr(parent.value[-1], "flow_style", None)  # as its neighbour is written
            alike = flow and not any(has_lines(value))
            new = " " * column + (
                f"- {inline(value)}" if alike else item_of(value, column, block=flow is False)
            )
        else:
            new = "\n".join(lines_of({key: value}, column))
        at = self._line_end(self._end(parent, whole=True))
        return f"{self.text[:at]}\n{new}{self.text[at:] or chr(10)}"

    def _replaced(self, nodes: list[Any], keys: Keys, value: Any) -> str:
        node, parents = nodes[-1], nodes[:-1]
        start, end = int(node.start_mark.index), self._end(node)
        flow = any(getattr(n, "flow_style", False) for n in parents)
        entry, column = start, 0
        if parents:
            place = (
                [k.value for k, _ in parents[-1].value].index(keys[-1])
                if isinstance(keys[-1], str)
                else keys[-1]
            )
            entry = self._entries(parents[-1])[place][0]
            column = entry - self._line_start(entry)
        alone = not self.text[end : self._line_end(end)].strip()
        if not parents:
            new = "\n".join(lines_of(value, 0))
        elif flow or (not alone and isinstance(value, Mapping | list)):
            new = inline(value)
        else:
            new = after_key(value, column) if alone else scalar(value, flow=False)
        kept = "".join(f"{' ' * column}{comment}\n" for comment in self.comments(start, end))
        line = self._line_start(entry)
        return self.text[:line] + kept + _side_by_side(self.text[line:start], new, column) + self.text[end:]

    def drop(self, keys: Keys) -> str:
        """Return the text without an entry that exists; comments inside it stay where it was."""
        parent = self._nodes(keys)[-2]
        entries = self._entries(parent)
        place = [k.value for k, _ in parent.value].index(keys[-1]) if isinstance(keys[-1], str) else keys[-1]
        start, end = entries[place]
        if len(entries) == 1:
            empty = "[]" if isinstance(parent, yaml.SequenceNode) else "{}"
            return self._replaced(self._nodes(keys)[:-1], keys[:-1], json.loads(empty))
        if parent.flow_style:
            if place + 1 < len(entries):
                end = entries[place + 1][0]
            else:
                start = entries[place - 1][1]
            return self.text[:start] + self._kept(start, end) + self.text[end:]
        first = self._line_start(start)
        indent = " " * (start - first)
        if self.text[first:start].strip():
            return self._dropped_beside_dash(start, end, entries[place + 1][0], indent)
        last = self._line_end(end)
        kept = "".join(f"{indent}{comment}\n" for comment in self.comments(start, last))
        return self.text[:first] + kept + self.text[min(last + 1, len(self.text)) :]

    def _kept(self, start: int, end: int) -> str:
        return "".join(f" {comment}\n" for comment in self.comments(start, end))

    def _dropped_beside_dash(self, start: int, end: int, following: int, indent: str) -> str:
        """Return the text without the first key of a list's item, which shares its line with the dash."""
        kept = self.comments(start, following)
        if not kept:
            return self.text[:start] + self.text[following:]
        comments = f"\n{indent}".join(kept)
        return f"{self.text[:start]}{comments}\n{indent}{self.text[following:]}"
