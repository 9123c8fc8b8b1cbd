"""The JSON Schema of `incident.yaml`, by which editors complete and check it.

It is the model's schema with what the reader takes beyond it: short keys, plain strings, numbers as sums.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from playbook.incident.fields import NOT_IN_YAML, all_helps, fields_of
from playbook.incident.model import Incident
from playbook.incident.read import SHORT_KEYS

NAME = "incident.schema.json"
_PLAIN_CONTACT = {"type": ["string", "number"], "description": "a direct line, an email address or a page"}


def incident_schema() -> dict[str, Any]:
    """Return the JSON Schema of what people may write in `incident.yaml`."""
    schema = Incident.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    for model in _models(Incident):
        target = schema if model is Incident else definitions.get(model.__name__)
        if target is not None:
            _describe(target, model)
    properties = schema["properties"]
    for name in NOT_IN_YAML:
        del properties[name]
    for short, (group, name) in SHORT_KEYS.items():
        of_group = definitions[_definition_of(properties[group])]
        properties[short] = {**of_group["properties"][name], "description": f"short for {group}.{name}"}
    contact = properties["contact"]
    properties["contact"] = {
        "anyOf": [_PLAIN_CONTACT, *contact["anyOf"]],
        "description": contact["description"],
    }
    schema["required"] = [
        name for name in schema["required"] if name != "reference"
    ]  # else the folder's name
    schema["$defs"] = {name: value for name, value in definitions.items() if name in _used(schema)}
    _widen(schema)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "incident.yaml",
        **_without_titles(schema),
    }


def schema_text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(incident_schema(), ensure_ascii=False, indent=1) + "\n"


def schema_file() -> Path:
    """Return where the packaged schema stands."""
    return Path(str(files("playbook.incident"))) / NAME


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    out: list[type[BaseModel]] = []

    def add(one: type[BaseModel]) -> None:
        if one not in out:
            out.append(one)
            for field in fields_of(one):
                if field.record is not None:
                    add(field.record)

    add(model)
    return out


def _describe(target: dict[str, Any], model: type[BaseModel]) -> None:
    for field in fields_of(model):
        found = target["properties"][field.key]
        if "$ref" in found:  # what stands beside a $ref is not read in draft 7
            target["properties"][field.key] = {"allOf": [{"$ref": found["$ref"]}]}
        target["properties"][field.key]["description"] = all_helps(field)
        target["properties"][field.key].pop("default", None)
    target.pop("description", None)


def _definition_of(schema: Mapping[str, Any]) -> str:
    """Return the name of the definition that a property refers to."""
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ()), schema):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    raise KeyError("no reference")


def _used(schema: dict[str, Any]) -> set[str]:
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                look(schema["$defs"][name])
            for key, inner in value.items():
                if key != "$defs":
                    look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look({key: value for key, value in schema.items() if key != "$defs"})
    return found


def _widen(value: Any) -> None:
    """Let a number stand where the reader takes text or whole numbers: it reads `12.50` as it is typed."""
    if isinstance(value, dict):
        if value.get("type") == ["string", "integer"]:
            value["type"] = ["string", "number"]
        for inner in value.values():
            _widen(inner)
    elif isinstance(value, list):
        for inner in value:
            _widen(inner)


def _without_titles(value: Any, names: bool = False) -> Any:
    """Leave out the titles that pydantic makes of names; `names` says that the keys are names of fields."""
    if isinstance(value, dict):
        return {
            key: _without_titles(inner, key in ("properties", "$defs"))
            for key, inner in value.items()
            if names or key != "title" or not isinstance(inner, str)
        }
    if isinstance(value, list):
        return [_without_titles(inner) for inner in value]
    return value
