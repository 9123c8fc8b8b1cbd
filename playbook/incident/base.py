"""What the records of an incident are made of: texts by language, sums, closed lists, and the base of all records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema

from playbook.money import Money, too_large

FactStatus = Literal["confirmed", "claimed", "disputed", "refuted", "retracted", "unknown"]
FaultStatus = Literal[
    "unknown", "company", "supplier", "subsidiary", "customer_misread", "third_party_crime", "mixed"
]
Visibility = Literal["public", "internal", "restricted"]
IncidentKind = Literal["complaint", "public_complaint", "public_crisis", "extortion"]
Recurrence = Literal["yes", "partly", "no", "unknown"]
ActionState = Literal["candidate", "agreed", "in_progress", "done", "dropped"]


def _local_text(value: Any) -> dict[str, str]:
    # The reader has already turned one plain string into {incident.language: string}.
    if (
        isinstance(value, dict)
        and value
        and all(
            isinstance(v, str) and v.strip() and k in ("zh-Hant", "zh-Hans", "en") for k, v in value.items()
        )
    ):
        return dict(value)
    raise ValueError("text that is not blank, or a map of such with the keys zh-Hant, zh-Hans, en")


def _money(value: Any) -> Money:
    # The reader has already filled in the incident's currency: {amount, currency}.
    if isinstance(value, Money):
        return value
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        money = Money.parse(value["amount"], str(value["currency"]))
        if money.minor < 0:
            raise ValueError("an amount that is not negative")
        return money
    raise ValueError('an amount such as 1280, or {amount: "1280.00", currency: TWD}')


def _plain(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ValueError("text")


def _answered(value: Any) -> Any:
    """Take true and false of a yes-or-no input as the words that tables know."""
    return ("false", "true")[value] if isinstance(value, bool) else value


def _countable(value: Any) -> Any:
    if isinstance(value, str | int) and too_large(str(value)):
        raise ValueError("a number that can be counted with, such as 365")
    return value


def _named(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("a name that is not blank")
    return value


MOST = 10**12
"""No count above this: everybody on earth, a hundred times."""

Text = Annotated[dict[str, str], PlainValidator(_local_text), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "properties": {"zh-Hant": {"type": "string"}, "zh-Hans": {"type": "string"}, "en": {"type": "string"}}, "additionalProperties": False}]})]  # fmt: skip
Amount = Annotated[Money, PlainValidator(_money), WithJsonSchema({"anyOf": [{"type": ["string", "integer"]}, {"type": "object", "required": ["amount", "currency"], "properties": {"amount": {"type": ["string", "integer"]}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}, "additionalProperties": False}]})]  # fmt: skip
Plain = Annotated[str, PlainValidator(_plain), WithJsonSchema({"type": ["string", "integer"]})]


def _few(value: int) -> int:
    if abs(value) > MOST:
        raise ValueError("a count of at most 10 to the power of 12")
    return value


Count = Annotated[int, AfterValidator(_few)]
Number = Annotated[str, PlainValidator(_plain), BeforeValidator(_countable), WithJsonSchema({"type": ["string", "integer"]})]  # fmt: skip
Answer = Annotated[str, PlainValidator(_plain), BeforeValidator(_countable), BeforeValidator(_answered), WithJsonSchema({"type": ["string", "integer", "boolean"]})]  # fmt: skip
Name = Annotated[str, BeforeValidator(_named)]


class Record(BaseModel):
    """Base of all records: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
