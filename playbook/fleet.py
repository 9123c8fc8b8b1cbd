"""Many incidents: a pool of processes, one incident's failure its own, done packs left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.errors import PlaybookError


@dataclass(frozen=True)
class Order:
    """One pack to be made: the arguments of `render_pack`."""

    incident: str
    out: str
    client: str | None = None
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an order: the command's exit code for it, and what there is to say."""

    order: Order
    code: int
    state: str  # written, current, failed
    messages: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()


def carry_out(order: Order, *, resume: bool = True) -> Outcome:
    """Make one pack; an error of any kind becomes the order's own outcome."""
    from playbook.pack import render_pack

    try:
        result = render_pack(
            order.incident,
            order.client,
            order.languages,
            order.formats,
            order.as_of,
            Path(order.out),
            resume=resume,
        )
    except PlaybookError as error:
        return Outcome(order, 2, "failed", tuple(str(error).splitlines()))
    except Exception as error:  # one bad incident never stops the rest
        return Outcome(order, 2, "failed", (f"{order.incident}: {type(error).__name__}: {error}",))
    return Outcome(
        order,
        result.exit_code,
        "current" if result.current else "written",
        result.messages,
        tuple(result.findings.items()),
    )


def render_all(
    orders: Sequence[Order], jobs: int = 1, executor: Callable[[], Executor] | None = None
) -> Iterator[Outcome]:
    """Yield the outcome of every order as it is done.

    `executor` makes what runs them, for more machines than one; without it, a pool of `jobs` processes.
    """
    if jobs <= 1 and executor is None:
        for order in orders:
            yield carry_out(order)
        return
    with executor() if executor else _pool(jobs) as pool:
        waiting: dict[Future[Outcome], Order] = {pool.submit(carry_out, order): order for order in orders}
        for future in as_completed(waiting):
            try:
                yield future.result()
            except Exception as error:  # a process that died: out of memory, killed
                order = waiting[future]
                yield Outcome(order, 2, "failed", (f"{order.incident}: {type(error).__name__}: {error}",))


def _pool(jobs: int) -> Executor:
    import multiprocessing

    # Fresh processes: what has already been imported here may hold threads, and a fork of threads can hang.
    context: Any = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context)


def worst(outcomes: Sequence[Outcome]) -> int:
    """Return the exit code of several packs: the worst of them."""
    return max((outcome.code for outcome in outcomes), default=0)
