"""The value of an expression, and whether a unary test holds. What has no value is null, with the reason noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from playbook.tables.dmn.tree import (
    Call,
    Comparison,
    Conditional,
    Equals,
    Expression,
    Listed,
    Literal,
    Member,
    Name,
    Negation,
    Operation,
    Range,
    Tests,
    Within,
)
from playbook.tables.dmn.values import (
    NUMBERS,
    Months,
    Unanswerable,
    Value,
    calculate,
    compare,
    equal,
    kind_of,
    read_date,
    read_duration,
    read_moment,
    read_time,
)

MOST_STEPS = 2_000_000
MOST_NOTES = 20


@dataclass
class Run:
    """One run through a model: what has been noted, and how much has been counted."""

    functions: Mapping[str, Callable[[Sequence[Value], Run], Value]]
    undeclared: frozenset[str] = frozenset()  # names that are given, and have no type but that of a column
    notes: list[str] = field(default_factory=list)
    steps: int = 0
    depth: int = 0

    def note(self, reason: str) -> None:
        """Keep the reason why something is null."""
        if len(self.notes) < MOST_NOTES and reason not in self.notes:
            self.notes.append(reason)

    def step(self) -> None:
        """Count one step. Raises Unanswerable for a model that never comes to an end."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unanswerable(f"more than {MOST_STEPS} steps")


def value_of(expression: Expression, names: Mapping[str, Value], run: Run) -> Value:
    """Return the value of an expression, null with a note where it has none. Raises Unanswerable when the run is too long."""
    run.step()
    match expression:
        case Literal(value):
            return value
        case Name(name):
            if name not in names:
                run.note(f"the name {name[:60]}, which nothing stands for")
            return names.get(name)
        case Member(of, name):
            return _member(value_of(of, names, run), name, run)
        case Negation(of):
            return _calculated("*", value_of(of, names, run), Decimal(-1), run)
        case Operation(("and" | "or") as operator, left, right):
            return _joined(operator, left, right, names, run)
        case Operation(operator, left, right):
            a, b = value_of(left, names, run), value_of(right, names, run)
            return compare(operator, a, b) if operator in _COMPARED else _calculated(operator, a, b, run)
        case Conditional(condition, then, otherwise):
            chosen = then if value_of(condition, names, run) is True else otherwise
            return value_of(chosen, names, run)
        case Call(name, arguments):
            return _called(name, [value_of(one, names, run) for one in arguments], run)
        case Listed(items):
            return [value_of(one, names, run) for one in items]
        case Within(value, tests):
            return answer(tests, value_of(value, names, run), names, run)


_COMPARED = ("=", "!=", "<", "<=", ">", ">=")


def _member(of: Value, name: str, run: Run) -> Value:
    if isinstance(of, dict) and name in of:
        return of[name]
    if isinstance(of, list):
        return [_member(one, name, run) for one in of]
    if isinstance(of, date) and name in ("year", "month", "day"):
        return Decimal(getattr(of, name))
    run.note(f"no component {name[:60]} in {kind_of(of)}")
    return None


def _calculated(operator: str, left: Value, right: Value, run: Run) -> Value:
    if isinstance(left, list) and len(left) == 1:
        left = left[0]
    if isinstance(right, list) and len(right) == 1:
        right = right[0]
    try:
        return calculate(operator, left, right)
    except Unanswerable as error:
        run.note(str(error))
        return None


def _joined(
    operator: str, left: Expression, right: Expression, names: Mapping[str, Value], run: Run
) -> bool | None:
    """Join truth values where null stands for not known: false and null is false, true or null is true."""
    decides = operator == "or"
    found = [value_of(one, names, run) for one in (left, right)]
    if any(one is decides for one in found):
        return decides
    return (not decides) if all(one is (not decides) for one in found) else None


# -- tests ---------------------------------------------------------------------------------


def answer(tests: Tests, value: Value, names: Mapping[str, Value], run: Run) -> bool | None:
    """Tell whether a value passes one of some tests; None where no test can tell."""
    if tests.any:
        return True
    found = [_passes(test, value, names, run) for test in tests.items]
    result = True if any(one is True for one in found) else (None if None in found else False)
    if tests.negated:
        return None if result is None else not result
    return result


def holds(tests: Tests, value: Value, names: Mapping[str, Value], run: Run) -> bool:
    """Tell whether a cell lets a value pass."""
    return answer(tests, value, {**names, "?": value} if not tests.any else names, run) is True


def _passes(
    test: Comparison | Range | Equals, value: Value, names: Mapping[str, Value], run: Run
) -> bool | None:
    if isinstance(test, Comparison):
        return compare(test.operator, value, value_of(test.bound, names, run))
    if isinstance(test, Range):
        low, high = value_of(test.low, names, run), value_of(test.high, names, run)
        above = compare(">=" if test.low_inside else ">", value, low)
        below = compare("<=" if test.high_inside else "<", value, high)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True
    wanted = value_of(test.value, names, run)
    if test.asks:
        return wanted if isinstance(wanted, bool) else None
    if isinstance(wanted, list) and not isinstance(value, list):
        return any(equal(one, value) is True for one in wanted)
    same = equal(value, wanted)
    return False if same is None else same


# -- functions -----------------------------------------------------------------------------


def _called(name: str, arguments: list[Value], run: Run) -> Value:
    try:
        if name in run.functions:
            return run.functions[name](arguments, run)
        return _BUILT_IN[name](arguments)
    except (ValueError, ArithmeticError, TypeError) as error:
        run.note(f"{name[:60]}({', '.join(kind_of(one) for one in arguments)[:80]}): {str(error)[:80]}")
        return None


def _one(arguments: list[Value]) -> Value:
    if len(arguments) != 1:
        raise ValueError(f"one value, not {len(arguments)}")
    return arguments[0]


def _text(arguments: list[Value]) -> str:
    value = _one(arguments)
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _whole(value: Value) -> int:
    if not isinstance(value, Decimal) or value != value.to_integral_value() or abs(value) > 9999:
        raise ValueError("whole numbers")
    return int(value)


def _date(arguments: list[Value]) -> date:
    if len(arguments) == 3:
        year, month, day = (_whole(value) for value in arguments)
        return date(year, month, day)
    value = _one(arguments)
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    return read_date(_text(arguments))


def _time(arguments: list[Value]) -> time:
    if len(arguments) == 3:
        hour, minute, second = (_whole(value) for value in arguments)
        return time(hour, minute, second)
    value = _one(arguments)
    return value.timetz() if isinstance(value, datetime) else read_time(_text(arguments))


def _moment(arguments: list[Value]) -> datetime:
    if len(arguments) == 2:
        day, clock = arguments
        if not isinstance(day, date) or not isinstance(clock, time):
            raise ValueError("a date and a time")
        return datetime.combine(day, clock)
    return read_moment(_text(arguments))


def _duration(arguments: list[Value]) -> Value:
    value = read_duration(_text(arguments))
    assert isinstance(value, Months) or value is not None
    return value


def _not(arguments: list[Value]) -> bool | None:
    value = _one(arguments)
    return not value if isinstance(value, bool) else None


def _items(arguments: list[Value]) -> list[Value]:
    return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments


def extreme(operator: str, values: Sequence[Value]) -> Value:
    """Return the least (`<`) or greatest (`>`) of values of one kind, null for none. Raises ValueError for mixed ones."""
    best: Value = None
    for position, value in enumerate(values):
        better = True if position == 0 else compare(operator, value, best)
        if better is None or value is None:
            raise ValueError("values that can be compared")
        best = value if better else best
    return best


def total(values: Sequence[Value]) -> Value:
    """Return the sum of numbers or durations, null for none. Raises ValueError for what cannot be added."""
    found: Value = None
    for position, value in enumerate(values):
        if not isinstance(value, Decimal):
            raise ValueError("numbers")
        found = value if position == 0 else NUMBERS.add(found, value)
    return found


_BUILT_IN: Mapping[str, Callable[[list[Value]], Value]] = {
    "date": _date,
    "time": _time,
    "date and time": _moment,
    "duration": _duration,
    "not": _not,
    "min": lambda arguments: extreme("<", _items(arguments)),
    "max": lambda arguments: extreme(">", _items(arguments)),
    "sum": lambda arguments: total(_items(arguments)),
    "count": lambda arguments: Decimal(len(_items(arguments))),
}
