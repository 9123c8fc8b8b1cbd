"""The intake form: a record's fields in order of usefulness, in a notebook or a browser; it writes on Save and only then.

It works without a browser, too: `fill`, `add`, `check` and `save` do what typing and clicking do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from playbook.desk import answers
from playbook.desk.answers import keys_from
from playbook.desk.boxes import Entry
from playbook.desk.items import Items
from playbook.desk.layout import GROUPS, fields, paths_of
from playbook.desk.opened import Typed, open_folder
from playbook.documents import Block, Callout, text
from playbook.documents.cell import Section
from playbook.documents.html import fragment
from playbook.errors import InputError, Problem
from playbook.incident.model import Incident
from playbook.incident.write import NAME, ChangedMeanwhile, Proposal
from playbook.pack.case import find_incident, read_languages, read_moment
from playbook.sources import Keys
from playbook.text import Language
from playbook.times import Moment

_STYLE = "<style>.widget-html .playbook td,.widget-html .playbook th{padding:.15rem 1rem .15rem 0}</style>"
_FOLDER_NAME = re.compile(r"[^\W_][\w.-]{0,79}\Z")


class Form:
    """An incident's record as a form. Nothing is written before `save`, and nothing when anything is wrong."""

    def __init__(
        self, folder: Path, client: str | None, languages: tuple[Language, ...], as_of: Moment | None
    ) -> None:
        self._client, self._wanted, self._as_of = client, languages, as_of
        self._dropping = False
        self.save_button, self.check_button, self.open_button = (widgets.Button() for _ in range(3))
        self.save_button.on_click(lambda _: self.save())
        self.check_button.on_click(lambda _: self.check())
        self.which: Any = widgets.Combobox(ensure_option=False)
        self.open_button.on_click(lambda _: self.open(self.which.value))
        self.answer, self._asks = widgets.HTML(), widgets.HTML()
        self.folded = widgets.Accordion()
        self.folded.observe(self._unfold, "selected_index")
        self.widget = widgets.VBox()
        self._load(folder)

    def _load(self, folder: Path) -> None:
        self.opened = open_folder(folder, self._client, self._wanted, self._as_of)
        self.view, self.standing = self.opened.view, self.opened.standing
        self._groups: dict[str, dict[str, Entry | Items]] = {}
        self._build()
        self._ask(self.opened.incident)
        if self.opened.problems:
            self._tell(answers.wrong(answers.troubles((), self.opened.problems), "invalid_now", self.view))
        elif self.standing.raw is None:
            self._tell((Callout("note", self.view.word("new_record"), ()),))

    # The widgets

    def _build(self) -> None:
        view, folder = self.view, self.standing.folder
        self.save_button.description, self.save_button.button_style = view.word("save"), "primary"
        self.check_button.description, self.open_button.description = view.word("check"), view.word("open")
        beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
        self.which.options = sorted(
            p.name for p in beside if (p / NAME).is_file() and not p.name.startswith(".")
        )
        self.which.value, self.which.placeholder = folder.name, view.word("which_incident")
        folded = [group for group in GROUPS if group != "five"]
        self.folded.selected_index = None
        self.folded.children = [widgets.VBox() for _ in folded]
        self.folded.titles = tuple(view.word(f"group_{group}") for group in folded)
        head = f'<h3 lang="{view.language}">{escape(view.word("group_five"))}</h3>'
        self.widget.children = [
            widgets.HBox([self.which, self.open_button]),
            widgets.HTML(head),
            widgets.VBox(self._widgets_of("five")),
            widgets.HBox([self.save_button, self.check_button]),
            self.answer,
            self._asks,
            self.folded,
        ]

    def _unfold(self, change: Any) -> None:
        if change["new"] is not None:
            self.group([group for group in GROUPS if group != "five"][change["new"]])

    def group(self, name: str) -> dict[str, Entry | Items]:
        """Return the fields and lists of a group by their paths, made when they are first asked for. Raises KeyError."""
        if name not in self._groups:
            self._groups[name] = {
                path: Items(path, self.view) if fields()[path].many and fields()[path].shape in ("record", "text")
                else Entry(path, keys_from(path.removesuffix("[]")), (), self.view)
                for path in paths_of(name)
            }  # fmt: skip
            if name != "five":
                place = [group for group in GROUPS if group != "five"].index(name)
                self.folded.children[place].children = self._widgets_of(name)
        return self._groups[name]

    def _widgets_of(self, group: str) -> list[Any]:
        out, outer = [], ""
        for path, part in self.group(group).items():
            above = path.rpartition(".")[0]
            if above and above != outer and group != "five":
                words = escape(fields()[above].help(self.view.language))
                out.append(widgets.HTML(f'<h4 lang="{self.view.language}">{words}</h4>'))
            outer = above
            out.append(part.widget)
        return out

    # Typing without a browser

    def _part(self, field: str) -> tuple[Entry | Items, Keys]:
        keys = keys_from(field)
        place = next((i for i, key in enumerate(keys) if isinstance(key, int)), len(keys))
        path = ".".join(str(key) for key in keys[:place])
        for group in GROUPS:
            for name in (path, f"{path}[]"):
                if name in paths_of(group):
                    return self.group(group)[name], keys[place:]
        raise KeyError(field)

    def entry(self, field: str) -> Entry:
        """Return the entry of a field: `handler.name`, `facts[2].status`. Raises KeyError."""
        part, rest = self._part(field)
        if isinstance(part, Items) and rest:
            return part.item(int(rest[0])).entry(".".join(str(key) for key in rest[1:]))
        if isinstance(part, Entry) and not rest:
            return part
        raise KeyError(field)

    def fill(self, field: str, words: str, language: Language | None = None) -> None:
        """Type a text into the box of a field (in a language; else the client's first). Raises KeyError."""
        self.entry(field).fill(words, language)

    def add(self, field: str) -> int:
        """Add an empty item to a list: `facts`; return its place. Raises KeyError."""
        part, _ = self._part(field)
        if isinstance(part, Entry):
            raise KeyError(field)
        return part.add()

    def remove(self, field: str, index: int) -> None:
        """Mark an item of a list to be removed. Raises KeyError."""
        part, _ = self._part(field)
        if isinstance(part, Entry):
            raise KeyError(field)
        part.item(index).removed.value = True

    # Check and Save

    def typed(self) -> list[Typed]:
        """Return everything that differs from the file."""
        out: list[Typed] = []
        for group in self._groups.values():
            for part in group.values():
                out += part.typed(()) if isinstance(part, Entry) else part.typed()
        return out

    def _refusal(self, typed: Sequence[Typed], title: str) -> tuple[Proposal | None, tuple[Block, ...]]:
        problems: tuple[Problem, ...] = ()
        proposal: Proposal | None = None
        try:
            proposal = self.opened.proposal(typed)
        except ChangedMeanwhile:
            return None, self._meanwhile()
        except InputError as error:
            problems = error.problems
        found = answers.troubles(typed, problems)
        for entry, keys in self._made():
            told = [t.expected + " " + t.remedy for t in found if t.keys[: len(keys)] == keys]
            entry.tell(told[0] if told else None)
        return (None, answers.wrong(found, title, self.view)) if found else (proposal, ())

    def _meanwhile(self) -> tuple[Block, ...]:
        remedy = self.view.word("changed_on_disk_remedy")
        return (Callout("bad", self.view.word("changed_on_disk"), (text(remedy),)),)

    def _made(self) -> Iterator[tuple[Entry, Keys]]:
        for group in self._groups.values():
            for part in group.values():
                if isinstance(part, Entry):
                    yield part, part.tail
                else:
                    yield from ((entry, (*base, *entry.tail)) for base, entry in part.entries())

    def changes(self) -> Section:
        """Return what saving would change, value by value."""
        return Section(answers.changes(self.typed(), self.view), self.view.language)

    def check(self) -> Section:
        """Check everything as `save` does, and show what it would change; nothing is written."""
        typed = self.typed()
        proposal, told = self._refusal(typed, "cannot_save_yet")
        if proposal is None:
            return self._tell(told)
        self._ask(proposal.incident)
        good = (Callout("good", self.view.word("valid"), ()),) if typed else ()
        return self._tell((*good, *answers.changes(typed, self.view)))

    def save(self) -> Section:
        """Write what was typed, if the whole record is valid with it; else show everything that is wrong."""
        typed = self.typed()
        if not typed:
            return self._tell(answers.changes((), self.view))
        proposal, told = self._refusal(typed, "not_saved")
        if proposal is None:
            return self._tell(told)
        shown = answers.changes(typed, self.view, "has_changed")
        try:
            proposal.write()
        except ChangedMeanwhile:
            return self._tell(self._meanwhile())
        except InputError as error:
            return self._tell(answers.wrong(answers.troubles((), error.problems), "not_saved", self.view))
        open_group = self.folded.selected_index
        self._load(self.standing.folder)
        self.folded.selected_index = open_group
        path = f"{self.standing.folder.name}/{NAME}"
        return self._tell((Callout("good", self.view.word("saved", path=path), ()), *shown))

    def open(self, name: str) -> Section:
        """Open the incident of a name beside this one, or start one; what was typed and not saved stops it once."""
        if self.typed() and not self._dropping:
            self._dropping = True
            return self._tell((Callout("warn", self.view.word("unsaved"), ()),))
        self._dropping = False
        if not _FOLDER_NAME.match(name):
            expected, remedy = self.view.word("name_expected"), self.view.word("name_remedy")
            wrong = answers.Trouble((), self.view.word("open"), name, expected, remedy)
            return self._tell(answers.wrong([wrong], "invalid_now", self.view))
        self.answer.value = ""
        try:
            self._load(self.standing.folder.parent / name)
        except InputError as error:
            return self._tell(answers.wrong(answers.troubles((), error.problems), "invalid_now", self.view))
        return self.ask_next()

    # Showing

    def _ask(self, incident: Incident | None) -> None:
        questions = self.opened.questions(incident)
        self.questions = questions or ()
        blocks = answers.ask_next(self.questions, self.view) if questions is not None else ()
        self._asks.value = self._html(blocks)

    def ask_next(self) -> Section:
        """Return what to ask next, and where in the form the answer goes."""
        return Section(answers.ask_next(self.questions, self.view), self.view.language)

    def _tell(self, blocks: tuple[Block, ...]) -> Section:
        self.answer.value = self._html(blocks)
        return Section(blocks, self.view.language)

    def _html(self, blocks: tuple[Block, ...]) -> str:
        """Return blocks as they are shown beside boxes, where the notebook's own style of tables does not reach."""
        return _STYLE + fragment(blocks, self.view.language) if blocks else ""

    def __repr__(self) -> str:
        reference = self.opened.incident.reference if self.opened.incident else self.standing.folder.name
        filled = _count(self.standing.data)
        return self.view.word("shows", reference=reference, groups=len(GROUPS), filled=filled)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form as a notebook shows it, and for a reader without widgets what it shows, in words."""
        show: Callable[..., dict[str, Any]] = self.widget._repr_mimebundle_
        return {**show(**kwargs), "text/plain": repr(self)}


def _count(data: Any) -> int:
    if isinstance(data, dict):
        return sum(map(_count, data.values()))
    return sum(map(_count, data)) if isinstance(data, list) else int(data is not None)


def open_form(
    incident: str | Path,
    client: str | None = None,
    languages: str | Sequence[str] | None = None,
    as_of: str | Moment | None = None,
) -> Form:
    """Open an incident's record as a form; a folder that is not there yet is a new record.

    Empty values mean the incident's client, the client's languages, the record's time. A record with mistakes in it
    is opened, too, and says what they are. Raises InputError for arguments or a file that cannot be read at all.
    """
    return Form(find_incident(incident), client or None, read_languages(languages), read_moment(as_of))
