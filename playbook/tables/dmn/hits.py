"""Which rules of a decision table hold, and what its hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from playbook.tables.dmn.evaluate import Run, answer, extreme, holds, total, value_of
from playbook.tables.dmn.model import (
    DecisionTable,
    InputClause,
    Logic,
    Rule,
    Said,
    Type,
    Unread,
)
from playbook.tables.dmn.tree import Name, Tests
from playbook.tables.dmn.types import conformed
from playbook.tables.dmn.values import Unanswerable, Value, equal

Evaluate = Callable[[Logic, Mapping[str, Value], Run], Value]


def decided(
    table: DecisionTable, names: Mapping[str, Value], run: Run, wanted: Type, evaluate: Evaluate
) -> Value:
    """Return what a table decides: null, with a note, where its hit policy is broken or no rule holds."""
    if table.unread:
        run.note("; ".join(table.unread[:5]))
        return None
    values = []
    for clause in table.inputs:
        if isinstance(clause.expression, Unread):
            run.note(f"input {clause.text[:60]!r}: {clause.expression.reason}")
            return None
        value, allowed = _input_value(clause, names, run)
        if not allowed:
            return None
        values.append(value)
    cells = {**names, **_by_text(table, values)}
    hits = [rule for rule in table.rules if _holds(rule, values, cells, run)]
    if table.hit_policy == "FIRST":
        hits = hits[:1]
    results = [_result(table, rule, cells, run) for rule in hits]
    if not results:
        return _without_hit(table, names, run, evaluate)
    if any(not _is_allowed(table, result, run) for result in results):
        return None
    return _chosen(table, results, run, wanted)


def _input_value(clause: InputClause, names: Mapping[str, Value], run: Run) -> tuple[Value, bool]:
    """Return the value of a column, and whether it is one of those allowed for it."""
    assert not isinstance(clause.expression, Unread)
    value = value_of(clause.expression, names, run)
    if isinstance(clause.expression, Name) and value is not None:
        # What no <inputData> declares has its type only here.
        loose = clause.expression.name in run.undeclared
        value = conformed(value, clause.type, run, f"input {clause.text[:60]}", from_text=loose)
        if value is None:
            return None, False
    if value is None or clause.allowed is None:
        return value, True
    if answer(clause.allowed, value, {"?": value}, run) is True:
        return value, True
    run.note(f"input {clause.text[:60]}: not one of {clause.allowed_text[:120]}")
    return value, False


def _by_text(table: DecisionTable, values: Sequence[Value]) -> dict[str, Value]:
    pairs = zip(table.inputs, values, strict=True)
    return {clause.text: value for clause, value in pairs if clause.text.isidentifier()}


def _holds(rule: Rule, values: Sequence[Value], names: Mapping[str, Value], run: Run) -> bool:
    for cell, value in zip(rule.cells, values, strict=True):
        assert isinstance(cell.tests, Tests)
        if not holds(cell.tests, value, names, run):
            return False
    return True


def _result(table: DecisionTable, rule: Rule, names: Mapping[str, Value], run: Run) -> tuple[Value, ...]:
    found = []
    for clause, said in zip(table.outputs, rule.outputs, strict=True):
        assert isinstance(said, Said)
        value = value_of(said.expression, names, run)
        # A column's type may be that of the list which a policy of several hits makes.
        one = clause.type if not clause.type.collection else Type()
        found.append(conformed(value, one, run, f"output {clause.name}".strip()))
    return tuple(found)


def _shown(table: DecisionTable, result: tuple[Value, ...]) -> Value:
    if len(table.outputs) == 1:
        return result[0]
    return {clause.name: value for clause, value in zip(table.outputs, result, strict=True)}


def _without_hit(table: DecisionTable, names: Mapping[str, Value], run: Run, evaluate: Evaluate) -> Value:
    if any(clause.default is not None for clause in table.outputs):
        return _shown(
            table,
            tuple(
                None if one.default is None else evaluate(one.default, names, run) for one in table.outputs
            ),
        )
    if table.hit_policy == "COLLECT" and table.aggregation in ("", "COUNT"):
        return [] if not table.aggregation else Decimal(0)
    run.note("no rule holds")
    return None


def _is_allowed(table: DecisionTable, result: tuple[Value, ...], run: Run) -> bool:
    for clause, value in zip(table.outputs, result, strict=True):
        if clause.allowed is None or value is None:
            continue
        if answer(clause.allowed, value, {"?": value}, run) is not True:
            told = f"output {clause.name}".strip()
            run.note(f"{told} {str(value)[:40]!r}: not one of {clause.allowed_text[:120]}")
            return False
    return True


def _chosen(table: DecisionTable, results: list[tuple[Value, ...]], run: Run, wanted: Type) -> Value:
    policy = table.hit_policy
    if policy == "UNIQUE" and len(results) > 1:
        run.note(f"{len(results)} rules hold, where the hit policy UNIQUE allows one")
        return None
    if policy == "ANY" and not all(_same(results[0], other) for other in results):
        run.note("rules with different outputs hold, which the hit policy ANY does not allow")
        return None
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        orders = _orders(table, wanted)
        if not any(orders) and len(results) > 1:
            run.note(f"no allowed output values to order by, as the hit policy {policy} does")
            return None
        results = sorted(results, key=lambda result: _rank(result, orders, run))
    if policy in ("RULE ORDER", "OUTPUT ORDER") or (policy == "COLLECT" and not table.aggregation):
        return [_shown(table, result) for result in results]
    if policy == "COLLECT":
        return _aggregated(table, results, run)
    return _shown(table, results[0])


def _same(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool:
    return all(equal(a, b) is True for a, b in zip(left, right, strict=True))


def _orders(table: DecisionTable, wanted: Type) -> list[Tests | None]:
    """Return the allowed values of each output, best first; a single output may have them from its decision's type."""
    orders = [clause.allowed for clause in table.outputs]
    return [wanted.allowed] if orders == [None] else orders


def _rank(result: tuple[Value, ...], orders: Sequence[Tests | None], run: Run) -> tuple[int, ...]:
    ranks = []
    for value, order in zip(result, orders, strict=True):
        items = order.items if order is not None else ()
        places = (
            i for i, item in enumerate(items) if answer(Tests((item,)), value, {"?": value}, run) is True
        )
        ranks.append(next(places, len(items)))
    return tuple(ranks)


def _aggregated(table: DecisionTable, results: Sequence[tuple[Value, ...]], run: Run) -> Value:
    if table.aggregation == "COUNT":
        return Decimal(len(results))
    if len(table.outputs) > 1:
        run.note(f"{table.aggregation} of several outputs")
        return None
    values = [result[0] for result in results]
    try:
        if table.aggregation == "SUM":
            return total(values)
        return extreme("<" if table.aggregation == "MIN" else ">", values)
    except (ValueError, ArithmeticError) as error:
        raise Unanswerable(f"{table.aggregation}: {error} are expected") from error
