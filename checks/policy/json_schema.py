"""The JSON Schema of policy.yaml, generated from the shapes, for editors and for other tools."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin

from checks.policy.load import SectionShape
from checks.policy.schema import Root
from checks.policy.shape import Key, keys_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(shapes: Sequence[SectionShape]) -> dict[str, object]:
    """The schema of the whole file."""
    properties = {name: _property(item) for name, item in keys_of(Root).items()}
    properties["version"] = {"const": 1, "description": keys_of(Root)["version"].doc}
    for shape in shapes:
        properties[shape.check] = _section(shape)
    return {
        "$schema": DIALECT,
        "title": "ospo-gate policy",
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, item in keys_of(Root).items() if item.required],
        "properties": properties,
    }


def _section(shape: SectionShape) -> dict[str, object]:
    schema = _shape(shape.section)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    for name in ("levels", "guidance"):
        properties[name] = {**properties[name], "propertyNames": {"enum": list(shape.levels)}}
    if shape.always_on:
        return schema
    return {"oneOf": [schema, {"const": "off"}]}


def _shape(type_: type) -> dict[str, object]:
    keys = keys_of(type_)
    schema: dict[str, object] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(item) for name, item in keys.items()},
    }
    if required := [name for name, item in keys.items() if item.required]:
        schema["required"] = required
    if hasattr(type_, "from_scalar"):
        return {"oneOf": [schema, {"type": "string"}]}
    return schema


def _property(item: Key) -> dict[str, object]:
    schema = {**_type(item.type), "description": item.doc}
    default = _default(item.default)
    if default is not None and not item.required:
        schema["default"] = default
    return schema


def _type(type_: Any) -> dict[str, object]:
    origin = get_origin(type_)
    if origin in (Union, types.UnionType):
        options = [_type(option) for option in get_args(type_) if option is not type(None)]
        return options[0] if len(options) == 1 else {"oneOf": options}
    if origin is tuple:
        return {"type": "array", "items": _type(get_args(type_)[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(get_args(type_)[1])}
    if isinstance(type_, type) and issubclass(type_, Enum):
        return {"enum": [item.value for item in type_]}
    if hasattr(type_, "SCHEMA"):
        return dict(type_.SCHEMA)
    if is_dataclass(type_) and isinstance(type_, type):
        return _shape(type_)
    if type_ is int:
        return {"type": "integer", "minimum": 0}
    return {"type": "boolean" if type_ is bool else "string"}


def _default(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_default(item) for item in value] if value else None
    if isinstance(value, str | bool | int):
        return value
    return str(value) if hasattr(value, "SCHEMA") else None
