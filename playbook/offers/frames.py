"""Price customers that are in memory: a pandas frame, an Arrow table, a Polars frame or a DuckDB relation, in notebooks.

What comes in is read through Arrow and what goes out is of the same kind where that is pandas, else an Arrow table.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.parallel import Crew, pieces
from playbook.policy.model import Policy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PricedFrame:
    """Priced customers, those that could not be priced with the reason, and totals that reconcile."""

    customers: Any  # as they came: a pandas DataFrame or an Arrow table
    rejects: Any
    totals: dict[str, Decimal]
    by_row: dict[str, Decimal]
    outcomes: dict[str, int]
    clamped: int


def price_frame(policy: Policy, customers: Any, *, only: str | None = None) -> PricedFrame:
    """Price every row of a frame, table or relation.

    Anything that offers its columns as an Arrow stream is taken (pandas, Polars, Arrow, DuckDB). Sums must be text or
    Decimal, never floats: such rows are rejects. Raises InputError for what is no table, or an unknown table name.
    """
    table = _table(customers)
    crew = Crew(policy, only)
    found = list(crew.price(pieces(table, len(crew.pricers))))
    batches = [priced.batch for priced in found]
    refused = [row for priced in found for row in priced.rejects]
    pricer = crew.total()
    if not batches:  # no customer: the columns all the same
        batches = [pricer.price(pa.RecordBatch.from_pylist([], schema=table.schema), 0)]
    priced = pa.Table.from_batches(batches).unify_dictionaries()
    names = ["row", *table.schema.names, "reason"]
    rejects = pa.table(
        {n: pa.array([None if r.get(n) is None else str(r[n]) for r in refused], pa.string()) for n in names}
    )  # fmt: skip
    digits = minor_digits(policy.currency)
    pandas = _is_pandas(customers)
    return PricedFrame(
        priced.to_pandas() if pandas else priced,
        rejects.to_pandas() if pandas else rejects,
        {name: Decimal(value).scaleb(-digits) for name, value in sorted(pricer.totals.items())},
        {name: Decimal(value).scaleb(-digits) for name, value in sorted(pricer.by_row.items())},
        dict(sorted(pricer.outcomes.items())),
        pricer.clamped,
    )


def _is_pandas(customers: Any) -> bool:
    return type(customers).__module__.partition(".")[0] == "pandas"


def _table(customers: Any) -> pa.Table:
    if isinstance(customers, pa.Table):
        return customers
    if isinstance(customers, pa.RecordBatch):
        return pa.Table.from_batches([customers])
    if _is_pandas(customers):
        return pa.Table.from_pandas(customers, preserve_index=False)
    if hasattr(customers, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(customers).read_all()
    found, expected = (
        type(customers).__name__,
        "a pandas or Polars frame, an Arrow table or a DuckDB relation",
    )
    raise InputError([Problem("customers", 0, 0, "", found, expected, "Convert it to one of these.")])


def register_accessor() -> None:
    """Give pandas frames `frame.playbook.price(policy)`; called by notebooks that want it."""
    import pandas as pd

    @pd.api.extensions.register_dataframe_accessor("playbook")
    class PlaybookAccessor:
        """Price the customers of a frame."""

        def __init__(self, frame: pd.DataFrame) -> None:
            self._frame = frame

        def price(self, policy: Policy, *, only: str | None = None) -> PricedFrame:
            """Price every row under a policy."""
            return price_frame(policy, self._frame, only=only)
