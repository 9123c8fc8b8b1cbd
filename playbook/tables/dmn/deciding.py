"""Answer every decision of a model by name, each from what it requires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from playbook.tables.dmn.evaluate import Run, value_of
from playbook.tables.dmn.hits import decided
from playbook.tables.dmn.model import (
    Decision,
    DecisionTable,
    Entries,
    Function,
    Invocation,
    Logic,
    Said,
    Several,
    Type,
    Unread,
)
from playbook.tables.dmn.reading import Read, read_model
from playbook.tables.dmn.types import conformed
from playbook.tables.dmn.values import Unanswerable, Value, from_python

DEEPEST = 60
"""Functions that call each other, and decisions that require each other."""


class Answers(dict[str, Any]):
    """The value of each decision by name, None for null; `reasons`: why some are null, by decision or input."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: dict[str, tuple[str, ...]] = {}


class Model:
    """A DMN model that answers its decisions."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self._decisions = {one.name: one for one in read.decisions}
        self._functions = {one.name: partial(_call, one) for one in read.functions}

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of what is given."""
        return tuple(one.name for one in self.read.inputs)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Return the names of the decisions."""
        return tuple(self._decisions)

    def decide(self, inputs: Mapping[str, object]) -> Answers:
        """Return the value of every decision by name, with the reasons for those that are null.

        A value is a number (a float is read as its shortest decimal form), text, truth value, date, time, duration, list, mapping
        or None; any of them may be text where the model declares its type, as in a file of cases. What is not given is null. Never raises for
        what it is given: a value that cannot be used is null, with the reason under its name.
        """
        answers = Answers()
        given: dict[str, Value] = {}
        declared = {one.name: one.type for one in self.read.inputs}
        for name, value in inputs.items():
            run = Run(self._functions)
            key = " ".join(str(name).split())
            try:
                given[key] = conformed(
                    from_python(value), declared.get(key, Type()), run, key, from_text=True
                )
            except (ValueError, Unanswerable) as error:
                run.note(str(error))
                given[key] = None
            if run.notes:
                answers.reasons[key] = tuple(run.notes)
        chain = _Chain(self, given, answers)
        for name in self._decisions:
            chain.value(name, ())
        return answers


class _Chain:
    """The decisions of one call, each made once."""

    def __init__(self, model: Model, given: Mapping[str, Value], answers: Answers) -> None:
        self.model, self.given, self.answers = model, given, answers
        # What the model does not declare is seen by every decision: modelers often draw no inputs.
        known = {*model.inputs, *model.decisions}
        self.loose = {name: value for name, value in given.items() if name not in known}

    def value(self, name: str, above: tuple[str, ...]) -> Value:
        """Return the value of a decision, after those that it requires."""
        if name in self.answers:
            return self.answers[name]
        decision = self.model._decisions[name]
        run = Run(self.model._functions, frozenset(self.loose))
        names = dict(self.loose)
        for required in decision.requires:
            if required in (*above, name):
                run.note(f"{required} requires itself")
                names[required] = None
            elif required in self.model._decisions and len(above) >= DEEPEST:
                run.note(f"more than {DEEPEST} decisions in a chain")
                names[required] = None
            elif required in self.model._decisions:
                names[required] = self.value(required, (*above, name))
            else:
                names[required] = self.given.get(required)
        value = None if run.notes else _decide(decision, names, run)
        if value is None:
            lacking = [f"{required} is null" for required in decision.requires if names[required] is None]
            self.answers.reasons[name] = tuple(run.notes or lacking or ["its logic says null"])
        self.answers[name] = value
        return value


def _decide(decision: Decision, names: Mapping[str, Value], run: Run) -> Value:
    if decision.logic is None:
        run.note("no logic")
        return None
    try:
        value = _evaluated(decision.logic, names, run, decision.type)
        return conformed(value, decision.type, run, decision.name)
    except Unanswerable as error:
        run.note(str(error))
    except RecursionError:
        run.note("an expression that nests too deeply")
    return None


def _evaluated(logic: Logic, names: Mapping[str, Value], run: Run, wanted: Type | None = None) -> Value:
    run.step()
    match logic:
        case Said():
            return value_of(logic.expression, names, run)
        case Unread():
            raise Unanswerable(f"{logic.reason} (line {logic.line})")
        case DecisionTable():
            return decided(logic, names, run, wanted or Type(), _evaluated)
        case Entries():
            return _entries(logic, names, run)
        case Several():
            return [_evaluated(one, names, run) for one in logic.items]
        case Invocation():
            function = run.functions.get(logic.name)
            if not isinstance(function, partial):
                raise Unanswerable(f"the function {logic.name[:60]}, which is not in the model")
            bound = {name: _evaluated(one, names, run) for name, one in logic.bindings}
            parameters = [name for name, _ in function.args[0].parameters]
            return function([bound.get(name) for name in parameters], run)


def _entries(logic: Entries, names: Mapping[str, Value], run: Run) -> Value:
    inner, made = dict(names), {}
    for name, entry, kind in logic.entries:
        made[name] = conformed(_evaluated(entry, inner, run), kind, run, name)
        inner[name] = made[name]
    return made if logic.result is None else _evaluated(logic.result, inner, run)


def _call(function: Function, arguments: Sequence[Value], run: Run) -> Value:
    """Return what a function of the model makes of its arguments. Raises ValueError for another number of them."""
    if len(arguments) != len(function.parameters):
        raise ValueError(f"{len(function.parameters)} arguments are expected")
    if run.depth >= DEEPEST:
        raise Unanswerable(f"more than {DEEPEST} calls within each other")
    names = {
        name: conformed(value, kind, run, name)
        for (name, kind), value in zip(function.parameters, arguments, strict=True)
    }
    run.depth += 1
    try:
        return conformed(
            _evaluated(function.logic, names, run, function.type), function.type, run, function.name
        )
    finally:
        run.depth -= 1


def read(path: Path | str) -> Model:
    """Read a DMN 1.1 to 1.5 file.

    Raises InputError, with the line, for a file that is not well formed. Logic outside of what is read is no error: its decision is
    null, with the reason in `Answers.reasons`.
    """
    return Model(read_model(Path(path)))
