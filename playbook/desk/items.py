"""Lists in the form: each item folded until it is needed, and a button for one more."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import ipywidgets as widgets

from playbook.desk.boxes import Entry, title_of
from playbook.desk.layout import fields, item_paths, keys_of
from playbook.desk.opened import Typed, View
from playbook.messages.printable import one_line
from playbook.sources import Keys


class Item:
    """One item of a list; `index` is None for one that is not in the file yet."""

    def __init__(self, path: str, index: int | None, view: View, proposed_id: str = "") -> None:
        self.path, self.index, self.view, self.proposed_id = path, index, view, proposed_id
        first, self._waiting = item_paths(path)
        self.entries = [self._entry(name) for name in first]
        self.removed = widgets.ToggleButton(description=view.word("remove"), icon="trash")
        self._folded = widgets.VBox()
        fold = widgets.Accordion(children=[self._folded], titles=(view.word("more"),))
        fold.observe(lambda change: self.unfold(), "selected_index")
        shown = [entry.widget for entry in self.entries]
        self.widget = widgets.VBox([*shown, *([fold] if self._waiting else []), self.removed])
        if proposed_id:
            self.entry("id").fill(proposed_id, None)

    def _entry(self, name: str) -> Entry:
        base = None if self.index is None else (*keys_of(self.path), self.index)
        return Entry(f"{self.path}.{name}" if name else self.path, keys_of(name), base, self.view)

    def unfold(self) -> None:
        """Make the fields that are not shown at once."""
        made = [self._entry(name) for name in self._waiting]
        self._waiting = ()
        if made:
            self.entries += made
            self._folded.children = [entry.widget for entry in made]

    def entry(self, name: str) -> Entry:
        """Return the entry of a field; an empty name is the item itself. Raises KeyError."""
        path = f"{self.path}.{name}" if name else self.path
        if name in self._waiting:
            self.unfold()
        for entry in self.entries:
            if entry.path == path:
                return entry
        raise KeyError(path)

    def typed(self, index: int) -> list[Typed]:
        """Return what differs from the file; nothing for a new item that holds no more than its proposed id."""
        base = (*keys_of(self.path), index)
        if self.index is not None and self.removed.value:
            return [Typed(base, title_of(self.entries), "", None)]
        if self.index is not None:
            return [typed for entry in self.entries for typed in entry.typed(base)]
        found = [typed for entry in self.entries for typed in entry.typed(base)]
        told = any(
            typed.value is not None and (typed.keys[-1] != "id" or typed.after != self.proposed_id)
            for typed in found
        )
        return found if told and not self.removed.value else []


class Items:
    """A list of the record."""

    def __init__(self, path: str, view: View) -> None:
        self.path, self.view = path, view
        held = view.standing.value(keys_of(path))
        self.count = len(held) if isinstance(held, list) else 0
        self.items: list[Item | None] = [None] * self.count
        self.accordion = widgets.Accordion(
            children=[widgets.VBox() for _ in self.items],
            titles=tuple(self._title(index) for index in range(self.count)),
        )
        self.accordion.observe(self._opened, "selected_index")
        self.more = widgets.Button(description=view.word("add"), icon="plus")
        self.more.on_click(lambda _: self.add())
        head = widgets.HTML(f'<b lang="{view.language}">{escape(fields()[path].help(view.language))}</b>')
        self.widget = widgets.VBox([head, self.accordion, self.more])

    def _title(self, index: int) -> str:
        held = self.view.standing.value((*keys_of(self.path), index))
        name = (held.get("id") or held.get("at")) if isinstance(held, dict) else None
        number = self.view.word("item", number=index + 1)
        return f"{number} · {one_line(str(name))[:40]}" if name else number

    def _opened(self, change: Any) -> None:
        if change["new"] is not None:
            self.item(change["new"])

    def item(self, index: int) -> Item:
        """Return an item, made when it is first asked for. Raises IndexError."""
        found = self.items[index]
        if found is None:
            found = self.items[index] = Item(self.path, index, self.view)
            self.accordion.children[index].children = [found.widget]
        return found

    def add(self) -> int:
        """Add an empty item and open it; return its place."""
        has_id = f"{self.path}.id" in fields()
        item = Item(self.path, None, self.view, self._free_id() if has_id else "")
        self.items.append(item)
        self.accordion.children = [*self.accordion.children, item.widget]
        self.accordion.titles = [*self.accordion.titles, self.view.word("new_item")]
        self.accordion.selected_index = len(self.items) - 1
        return len(self.items) - 1

    def _free_id(self) -> str:
        """Return an id that no item has: the list's first letter and a number."""
        letter, number = keys_of(self.path)[-1], len(self.items) + 1
        used = {self.view.standing.value((*keys_of(self.path), place, "id")) for place in range(self.count)}
        used |= {str(item.entry("id").boxes[None].value) for item in self.items if item}
        while f"{str(letter)[0]}{number}" in used:
            number += 1
        return f"{str(letter)[0]}{number}"

    @property
    def filled(self) -> int:
        """Return how many items it has."""
        return self.count

    def entries(self) -> Iterator[tuple[Keys, Entry]]:
        """Yield every entry that was made, with the keys of its item as the record will hold it."""
        for index, item in self._numbered():
            for entry in item.entries:
                yield (*keys_of(self.path), index), entry

    def typed(self) -> Iterator[Typed]:
        """Yield what differs from the file."""
        for index, item in self._numbered():
            yield from item.typed(index)

    def _numbered(self) -> Iterator[tuple[int, Item]]:
        """Yield the items that were opened; new ones that hold something follow the file's without a gap."""
        following = self.count
        for place, item in enumerate(self.items):
            if item is not None:
                yield (place if item.index is not None else following), item
                following += bool(item.index is None and item.typed(following))
