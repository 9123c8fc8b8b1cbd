"""Do the versions of one text agree? The same sums and counts in every language and channel (S4-21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from playbook.checks.mismatch import Checker
from playbook.checks.quantities import Quantity, quantities
from playbook.checks.record import OnRecord
from playbook.drafts import Draft
from playbook.linter.findings import Finding, Level


def _key(quantity: Quantity) -> tuple[object, ...] | None:
    """Return what must be the same everywhere: a sum without its currency's spelling, or a count of ten or more."""
    if quantity.kind == "money":
        return ("money", quantity.value[0])
    if quantity.kind == "count" and int(float(str(quantity.value[0]))) >= 10:
        return ("count", quantity.value[0])
    return None


def disagreements(drafts: Iterable[Draft]) -> Mapping[str, tuple[Finding, ...]]:
    """Return, per draft id, the sums and counts that another language's version of the same kind and channel lacks.

    Where that version has another figure of the same sort instead, the two contradict each other: an error. Where it
    only says less it is a suggestion. Internal texts may differ: nobody outside lays them side by side.
    """
    groups: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.audience != "internal":
            groups[draft.kind, draft.channel].append(draft)
    out: dict[str, list[Finding]] = defaultdict(list)
    for versions in groups.values():
        stated = {
            draft.id: {key: q for q in quantities(draft.text, draft.language) if (key := _key(q)) is not None}
            for draft in versions
        }
        for draft in versions:
            for other in versions:
                if other.id == draft.id or draft.untranslated or other.untranslated:
                    continue
                checker = Checker(draft.text, draft.language, OnRecord())
                own, theirs = stated[draft.id], stated[other.id]
                instead = {key[0] for key in theirs.keys() - own.keys()}
                for key in own.keys() - theirs.keys():
                    level: Level = "error" if key[0] in instead else "suggestion"
                    q = own[key]
                    checker.add(
                        "inconsistent-facts", level, "versions_differ", q.start, q.end, other=other.id
                    )
                out[draft.id] += checker.findings
    return {id_: tuple(dict.fromkeys(found)) for id_, found in out.items()}
