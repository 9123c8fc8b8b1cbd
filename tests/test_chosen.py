"""Options of whole columns of customers: the same as customer by customer, whatever the ladder and the options are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.money import Money
from playbook.offers.choices import Choice, Choices
from playbook.offers.chosen import Plan
from playbook.offers.model import LineName
from playbook.policy.authority import may_grant
from playbook.policy.model import OptionRow, Origin, Rung
from playbook.tables.derive import NULL

_ORIGIN = Origin("client", "options.csv", 2)
_SUMS = st.integers(0, 40)
Customer = tuple[int, int, int, int, bool]
"""The combination, what is owed beside the law, what the law gives, the price (NULL is not known), and whether hidden."""


@st.composite
def _ladders(draw: st.DrawFn) -> tuple[Rung, ...]:
    """Ceilings in any order, in another currency now and then, with or without somebody who may grant everything."""
    rungs = []
    for rank in range(draw(st.integers(1, 4))):
        ceiling = draw(st.none() | st.integers(0, 60))
        money = None if ceiling is None else Money(ceiling, draw(st.sampled_from(["EUR", "EUR", "GBP"])))
        rungs.append(Rung(f"role_{rank}", {}, rank, money, None, (), True, False, None, None, _ORIGIN))
    return tuple(rungs)


@st.composite
def _parts(draw: st.DrawFn, option: str, line: LineName) -> OptionRow:
    amount = draw(st.none() | _SUMS)
    share = draw(st.none() | st.sampled_from([(1, 2), (3, 2), (1, 1)]))
    of = draw(st.sampled_from(["", "", "price"]))
    money = None if amount is None else Money(amount, "EUR")
    return OptionRow(
        f"{option}-{line}", option, 1, line, "voucher", {}, money, share, of, False, False, None, None, "", _ORIGIN
    )  # fmt: skip


@st.composite
def _combinations(draw: st.DrawFn, ladder: tuple[Rung, ...]) -> list[Choices]:
    """The options of some combinations; an option has the same parts wherever it stands, its rungs differ."""
    some = st.sets(st.integers(0, len(ladder) - 1)).map(lambda found: tuple(sorted(found)))
    rungs = st.sampled_from(draw(st.lists(some, min_size=1, max_size=2)))  # few: options that share them
    least = st.integers(0, len(ladder) - 1)
    parts = {
        name: (
            tuple(draw(st.lists(_parts(name, "inconvenience"), max_size=2))),
            tuple(draw(st.lists(_parts(name, "statutory"), max_size=1))),
        )
        for name in "ABC"
    }
    out = []
    for _ in range(draw(st.integers(1, 3))):
        options = [
            Choice(name, *parts[name], draw(rungs), draw(rungs), draw(least))
            for name in sorted(draw(st.sets(st.sampled_from("ABC"))))
        ]
        out.append(Choices(draw(rungs), draw(least), tuple(options), False, ("price",)))
    return out


@st.composite
def _cases(draw: st.DrawFn) -> tuple[tuple[Rung, ...], list[Choices], list[Customer]]:
    ladder = draw(_ladders())
    choices = draw(_combinations(ladder))
    price = st.just(NULL) | _SUMS
    customer = st.tuples(st.integers(0, len(choices) - 1), _SUMS, st.just(0) | _SUMS, price, st.booleans())
    return ladder, choices, draw(st.lists(customer, min_size=1, max_size=8))


def _worth(parts: tuple[OptionRow, ...], law: int, price: int) -> int:
    total = 0
    for part in parts:
        total += part.amount.minor if part.amount else 0
        base = max(price, 0) if part.of else law if part.share and part.line == "statutory" else None
        if base is not None:
            numerator, divisor = part.share or (1, 1)
            total += (2 * base * numerator + divisor) // (2 * divisor)
    return total


def _lowest(ladder: tuple[Rung, ...], rungs: tuple[int, ...], least: int, total: int) -> int:
    able = [i for i in rungs if may_grant(ladder[i], Money(total, "EUR"))]
    return max(able[0], least) if able else -1


def _alone(ladder: tuple[Rung, ...], one: Choices, customer: Customer) -> tuple[str, int, int]:
    """Return the options, the largest total and the rung of one customer."""
    _, beside, law, price, hidden = customer
    shown, totals, rungs = [], [NULL], [-1]
    for choice in () if hidden else one.options:
        if choice.substitute and not law:
            continue
        total, may = beside + law + _worth(choice.own, law, price), choice.rungs
        instead = _worth(choice.substitute, law, price)
        if choice.substitute and instead >= law:
            total, may = total - law + instead, choice.rungs_substituted
        shown.append(choice.option)
        totals.append(total)
        rungs.append(_lowest(ladder, may, choice.least, total))
    if not shown:
        rungs = [_lowest(ladder, one.rungs, one.least, beside + law)]
    return " ".join(shown), max(totals), max(rungs)


@settings(max_examples=400)
@given(_cases())
def test_columns_of_customers_get_the_options_and_the_rung_of_each_alone(
    case: tuple[tuple[Rung, ...], list[Choices], list[Customer]],
) -> None:
    ladder, choices, customers = case
    code, beside, law, price, hidden = (np.array(column) for column in zip(*customers, strict=True))
    offered = Plan(choices, ladder, "EUR").offered(
        code.astype(np.intp), beside + law, law, {"price": price.astype(np.int64)}, hidden
    )
    found = zip(
        (offered.words[i] for i in offered.shown), offered.most.tolist(), offered.authority.tolist(), strict=True
    )  # fmt: skip
    assert list(found) == [_alone(ladder, choices[one[0]], one) for one in customers]
