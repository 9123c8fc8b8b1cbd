"""The worked examples of a policy's layers: what comes out otherwise, and the rows that no example decides by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from playbook.errors import InputError, PolicyError, Problem
from playbook.offers.golden import Case, Result, as_of_layer, golden_cases, run_case
from playbook.offers.priced import tables_of
from playbook.policy.model import Policy
from playbook.tables.prove import Finding, unexercised


def worked_examples(policy: Policy) -> tuple[Finding, ...]:
    """Return the examples that come out otherwise than they say, and the rows that none of them decides by.

    The examples of a lower layer are put to the tables as that layer has them. Raises PolicyError with every example
    that cannot be used.
    """
    problems: list[Problem] = []
    found: list[Finding] = []
    used: dict[str, set[str]] = defaultdict(set)
    exampled = set()
    for number, folder in enumerate(policy.folders):
        try:
            cases = golden_cases(folder)
        except InputError as error:
            problems += error.problems
            continue
        if cases:
            exampled.add(folder)
        below = as_of_layer(policy, number) if cases else policy
        for case in cases:
            if _changed_above(below, policy, case):
                continue
            result = run_case(below, case)
            problems += result.problems
            found += _differing(result)
            for table, row in result.fired:
                used[table].add(row)
    if problems:
        raise PolicyError(problems)
    for name, proved in tables_of(policy).items():
        if not proved.rows:
            continue
        decided = used.get(name, set()) & {row.id for row in proved.rows}
        layer = policy.table_files[name][0].parent
        if decided and (layer in exampled or policy.folders[-1] in exampled):
            found += unexercised(proved, decided)
        else:
            message = f"{proved.name}: no worked example (cases.yaml) is decided by it."
            found.append(Finding("no-golden-case", "warning", message, proved.path, 1))
    return tuple(found)


def _changed_above(below: Policy, policy: Policy, case: Case) -> bool:
    """Tell whether a clock that a lower layer has an example for is changed by a higher one."""
    if not case.clock:
        return False
    return any(r.id == case.clock and r.origin.layer not in below.layers for r in policy.clocks)


def _differing(result: Result) -> Iterator[Finding]:
    case = result.case
    rows = tuple(dict.fromkeys(row for _, row in result.fired))
    example = {name: str(value) for name, value in case.given.items()}
    for differs in result.differs:
        yield Finding("golden", "error", f"{case.id}: {differs}.", case.path, case.line, rows, example)
