"""Read the elements of a DMN file into a model; what is not in the part that is read keeps its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playbook.errors import InputError, Problem
from playbook.tables.dmn.elements import Element, read_elements
from playbook.tables.dmn.model import (
    AGGREGATIONS,
    HIT_POLICIES,
    Cell,
    Decision,
    DecisionTable,
    Entries,
    Function,
    InputClause,
    InputData,
    Invocation,
    Logic,
    OutputClause,
    Rule,
    Said,
    Several,
    Type,
    Unread,
)
from playbook.tables.dmn.syntax import NotRead, Scope, normal, parse_expression, parse_tests, pattern_of
from playbook.tables.dmn.tree import Tests
from playbook.tables.dmn.types import TypeReader, read_allowed

EXPRESSIONS = ("literalExpression", "decisionTable", "context", "invocation", "list", "relation", "conditional", "functionDefinition", "for", "every", "some", "filter")  # fmt: skip
FEEL = ("", "feel", "sfeel", "s-feel")


@dataclass(frozen=True)
class Read:
    """What stands in one DMN file."""

    path: str
    name: str
    version: str
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]
    functions: tuple[Function, ...]


def read_model(path: Path) -> Read:
    """Read a DMN file. Raises InputError with every problem of its form, each with its line."""
    root, version = read_elements(path)
    reader = _ModelReader(root, str(path))
    made = Read(
        str(path),
        root.get("name"),
        version,
        tuple(reader.inputs()),
        tuple(reader.decision(one) for one in root.all("decision")),
        tuple(reader.function(one) for one in root.all("businessKnowledgeModel")),
    )
    seen: set[str] = set()
    for element in root.children:
        if element.tag not in _NAMED:
            continue
        name = normal(element.get("name"))
        if not name or name in seen:
            found = f"the name {name[:60]} twice" if name else f"<{element.tag}> without a name"
            reader.wrong(element, found, "each name once", "Rename one.")
        seen.add(name)
    if reader.problems:
        raise InputError(reader.problems)
    return made


_NAMED = ("inputData", "decision", "businessKnowledgeModel")


class _ModelReader:
    """Read the elements of one file; what is wrong in form is added to `problems`."""

    def __init__(self, root: Element, path: str) -> None:
        self.root, self.path = root, path
        self.problems: list[Problem] = []
        self.types = TypeReader(root)
        self.scopes: dict[frozenset[str], Scope] = {}
        self.names = {one.get("id"): normal(one.get("name")) for one in root.children if one.get("id")}
        self.functions = pattern_of(normal(one.get("name")) for one in root.all("businessKnowledgeModel"))
        self.members = pattern_of(self.types.components() | _inner_names(root))

    def wrong(self, element: Element, found: str, expected: str, remedy: str) -> None:
        """Add a problem at an element."""
        self.problems.append(Problem(self.path, element.line, 0, element.tag, found, expected, remedy))

    def scope(self, names: frozenset[str]) -> Scope:
        """Return the names that an expression may use; made once for each set of names."""
        if names not in self.scopes:
            self.scopes[names] = Scope(pattern_of(names), self.functions, self.members)
        return self.scopes[names]

    # -- what stands at the top ------------------------------------------------------------

    def inputs(self) -> Iterable[InputData]:
        """Yield the inputs."""
        for element in self.root.all("inputData"):
            yield InputData(normal(element.get("name")), self._variable_type(element))

    def _variable_type(self, element: Element) -> Type:
        variable = element.first("variable")
        return self.types.by_name(variable.get("typeRef") if variable else element.get("typeRef"))

    def decision(self, element: Element) -> Decision:
        """Return a decision."""
        requires = []
        for requirement in element.all("informationRequirement"):
            wanted = requirement.first("requiredInput", "requiredDecision")
            href = wanted.get("href") if wanted else ""
            space, _, identity = href.rpartition("#")
            if identity in self.names and space in ("", self.root.get("namespace")):
                requires.append(self.names[identity])
            elif not space:
                self.wrong(wanted or requirement, f"the reference {href!r}", "an id of this file", "Correct it.")  # fmt: skip
        # What a modeler does not declare is given by name; a column's expression then names it.
        names = {*requires, *(one.get("name") for one in self.root.all("inputData"))}
        logic = element.first(*EXPRESSIONS)
        added = element.first("extensionElements")
        return Decision(
            normal(element.get("name")),
            self._variable_type(element),
            tuple(dict.fromkeys(requires)),
            None if logic is None else self.logic(logic, frozenset(names)),
            element.line,
            added.text_of("kit:header") if added is not None else "",
        )

    def function(self, element: Element) -> Function:
        """Return a business knowledge model."""
        body = element.first("encapsulatedLogic")
        parameters = tuple(
            (normal(one.get("name")), self.types.by_name(one.get("typeRef")))
            for one in (body.all("formalParameter") if body else ())
        )
        logic = body.first(*EXPRESSIONS) if body else None
        read: Logic = Unread("a function without logic", element.line)
        if body is not None and body.get("kind") not in ("", "FEEL"):
            read = Unread(f"a function in {body.get('kind')[:20]}", element.line)
        elif logic is not None:
            read = self.logic(logic, frozenset(name for name, _ in parameters))
        return Function(normal(element.get("name")), parameters, read, self.types.by_name(logic.get("typeRef") if logic else ""))  # fmt: skip

    # -- logic -----------------------------------------------------------------------------

    def logic(self, element: Element, names: frozenset[str]) -> Logic:
        """Return an expression in any of its boxed forms."""
        if element.tag == "literalExpression":
            return self.said(element, names)
        if element.tag == "decisionTable":
            return self.table(element, names)
        if element.tag == "context":
            return self._context(element, names)
        if element.tag == "invocation":
            return self._invocation(element, names)
        if element.tag == "list":
            return Several(tuple(self.logic(one, names) for one in element.children if one.tag in EXPRESSIONS))  # fmt: skip
        if element.tag == "relation":
            return self._relation(element, names)
        return Unread(f"<{element.tag}>", element.line)

    def said(self, element: Element | None, names: frozenset[str]) -> Said | Unread:
        """Return a literal expression."""
        text = element.text_of("text") if element else ""
        line = element.line if element else 0
        language = element.get("expressionLanguage").rstrip("/").rpartition("/")[2].lower() if element else ""
        if language not in FEEL:
            return Unread(f"the language {language[:40]}", line)
        if not text:
            return Unread("an expression without text", line)
        try:
            return Said(text, parse_expression(text, self.scope(names)))
        except NotRead as error:
            return Unread(f"{error} in {normal(text)[:60]!r}", line)

    def _context(self, element: Element, names: frozenset[str]) -> Logic:
        entries: list[tuple[str, Logic, Type]] = []
        result: Logic | None = None
        for entry in element.all("contextEntry"):
            variable = entry.first("variable")
            inner = entry.first(*EXPRESSIONS)
            logic = self.logic(inner, names) if inner else Unread("an entry without logic", entry.line)
            if variable is None:
                result = logic
                continue
            name = normal(variable.get("name"))
            entries.append((name, logic, self.types.by_name(variable.get("typeRef"))))
            names = names | {name}
        return Entries(tuple(entries), result)

    def _invocation(self, element: Element, names: frozenset[str]) -> Logic:
        called = element.first("literalExpression")
        bindings = []
        for binding in element.all("binding"):
            parameter, inner = binding.first("parameter"), binding.first(*EXPRESSIONS)
            if parameter is not None and inner is not None:
                bindings.append((normal(parameter.get("name")), self.logic(inner, names)))
        return Invocation(normal(called.text_of("text") if called else ""), tuple(bindings))

    def _relation(self, element: Element, names: frozenset[str]) -> Logic:
        columns = [normal(one.get("name")) for one in element.all("column")]
        rows: list[Logic] = []
        for row in element.all("row"):
            cells = [self.logic(one, names) for one in row.children if one.tag in EXPRESSIONS]
            rows.append(Entries(tuple((n, c, Type()) for n, c in zip(columns, cells, strict=False)), None))
        return Several(tuple(rows))

    # -- tables ----------------------------------------------------------------------------

    def table(self, element: Element, names: frozenset[str]) -> Logic:
        """Return a decision table; one that is not of its form is a problem."""
        before = len(self.problems)
        policy = (element.get("hitPolicy") or "UNIQUE").replace("_", " ")
        if policy not in HIT_POLICIES:
            self.wrong(element, repr(policy[:40]), "one of " + ", ".join(HIT_POLICIES), "Correct hitPolicy.")
        aggregation = element.get("aggregation")
        if aggregation not in AGGREGATIONS:
            self.wrong(element, repr(aggregation[:40]), "SUM, MIN, MAX or COUNT", "Correct aggregation.")
        inputs = tuple(self._input(one, names) for one in element.all("input"))
        outputs = tuple(self._output(one, names) for one in element.all("output"))
        if not outputs:
            self.wrong(element, "no output", "one <output> or more", "Add a column for what is decided.")
        if len(outputs) > 1 and len({one.name for one in outputs if one.name}) < len(outputs):
            self.wrong(element, "outputs without names of their own", "a name for each", "Name the outputs.")
        # A cell may use what the decision needs, and what the columns stand for.
        wider = names | {one.text for one in inputs if one.text.isidentifier()}
        rules, unread = [], []
        for number, one in enumerate(element.all("rule"), 1):
            rules.append(self._rule(one, wider, len(inputs), len(outputs)))
            unread += [f"rule {number}: {reason}" for reason in _unread(rules[-1])]
        if len(self.problems) > before:
            return Unread("a table that is not of its form", element.line)
        return DecisionTable(
            policy,  # type: ignore[arg-type]
            aggregation if policy == "COLLECT" else "",
            inputs,
            outputs,
            tuple(rules),
            tuple(one.get("name") for one in element.all("annotation")),
            tuple(unread),
            element.line,
        )

    def _input(self, element: Element, names: frozenset[str]) -> InputClause:
        inner = element.first("inputExpression")
        said = self.said(inner, names)
        allowed, text = read_allowed(element.first("inputValues"))
        return InputClause(
            normal(inner.text_of("text")) if inner else "",
            said.expression if isinstance(said, Said) else said,
            element.get("label"),
            self.types.by_name(inner.get("typeRef") if inner else ""),
            allowed,
            text,
            element.line,
        )

    def _output(self, element: Element, names: frozenset[str]) -> OutputClause:
        allowed, text = read_allowed(element.first("outputValues"))
        kind = self.types.by_name(element.get("typeRef"))
        if not text:
            allowed, text = kind.allowed, kind.allowed_text
        default = element.first("defaultOutputEntry")
        said = self.said(default, names) if default is not None and default.text_of("text") else None
        return OutputClause(normal(element.get("name")), kind, allowed, text, said, element.line)

    def _rule(self, element: Element, names: frozenset[str], inputs: int, outputs: int) -> Rule:
        cells, values = list(element.all("inputEntry")), list(element.all("outputEntry"))
        for found, wanted, what in ((len(cells), inputs, "inputEntry"), (len(values), outputs, "outputEntry")):  # fmt: skip
            if found != wanted:
                self.wrong(element, f"{found} <{what}>", f"{wanted}, one a column", "Add or remove cells.")
        return Rule(
            tuple(self._cell(one, names) for one in cells),
            tuple(self.said(one, names) for one in values),
            tuple(one.text_of("text") for one in values),
            tuple(one.text_of("text") for one in element.all("annotationEntry")),
            element.text_of("description"),
            element.line,
        )

    def _cell(self, element: Element, names: frozenset[str]) -> Cell:
        text = element.text_of("text")
        tests: Tests | Unread
        try:
            tests = parse_tests(text, self.scope(names))
        except NotRead as error:
            tests = Unread(f"{error} in {normal(text)[:60]!r}", element.line)
        return Cell(text, tests)


def _unread(rule: Rule) -> list[str]:
    parts: list[object] = [*(cell.tests for cell in rule.cells), *rule.outputs]
    return [one.reason for one in parts if isinstance(one, Unread)]


def _inner_names(root: Element) -> set[str]:
    """Return the names of context entries, relation columns and outputs: they are components, too."""
    found: set[str] = set()
    stack = [root]
    while stack:
        element = stack.pop()
        if element.tag in ("column", "output", "variable"):
            found.add(element.get("name"))
        stack += element.children
    return found - {""}
