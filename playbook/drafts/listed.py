"""The words of a policy, variant by variant, with their places: for `policy show` and `diff`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playbook.drafts.plans import Shape, Step
from playbook.drafts.wording import Bank, bank_of
from playbook.policy import Policy, read_policy
from playbook.policy.effective import Value, Values, effective
from playbook.policy.model import Condition, Origin
from playbook.text import Language
from playbook.workspace import Workspace


def values_of(name: str, workspace: Workspace, only: str | None = None) -> tuple[Policy, Values]:
    """Return a policy and all its values, the words of its languages included; `only` those at or below a dotted path.

    Raises PolicyError.
    """
    policy = read_policy(name, workspace)
    values = {**effective(policy), **wording_values(policy, policy.languages)}
    if only is None:
        return policy, values
    return policy, {p: value for p, value in values.items() if p == only or p.startswith(f"{only}.")}


def wording_values(policy: Policy, languages: Sequence[Language]) -> Values:
    """Return the words of a policy in some languages: the plans, and each variant of each move. Raises PolicyError."""
    out: Values = {}
    top = Origin(policy.layers[-1], "wording", 0)
    for language in languages:
        bank: Bank = bank_of(policy, language)
        for kind, shapes in bank.plans.items():
            for shape in shapes:
                path = f"wording.plans.{kind}" + (f"~{shape.name}" if shape.name else "")
                out[path] = Value(path, _paragraphs(shape), top)
        for kind, text in bank.subjects.items():
            path = f"wording.{language}.subjects.{kind}"
            out[path] = Value(path, text, top)
        for move in bank.moves.values():
            for variant in move.variants:
                path = f"wording.{language}.{move.id}.{variant.id}"
                when = _condition(variant.when)
                register = f"register={variant.register}" if variant.register else ""
                marks = "; ".join(filter(None, (when, register)))
                text = f"{variant.text}  [{marks}]" if marks else variant.text
                out[path] = Value(path, text, _origin(variant.place, policy))
    return out


def _condition(when: Condition) -> str:
    return "; ".join(f"{name}={'|'.join(values)}" for name, values in when.any_of.items())


def _paragraphs(shape: Shape) -> str:
    def step(one: Step) -> str:
        return f"{one.move} [{_condition(one.when)}]" if one.when.any_of else one.move

    told = " / ".join(" ".join(map(step, paragraph)) for paragraph in shape.paragraphs)
    return f"{told}  [{_condition(shape.when)}]" if shape.when.any_of else told


def _origin(place: str, policy: Policy) -> Origin:
    """Return the origin of a place such as `/…/wording/en/parts.yaml:12`."""
    name, _, line = place.rpartition(":")
    path = Path(name)
    for layer, folder in zip(policy.layers, policy.folders, strict=True):
        if folder in path.parents:
            return Origin(layer, path.relative_to(folder).as_posix(), int(line))
    return Origin(policy.layers[-1], name, int(line))
