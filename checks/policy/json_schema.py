"""The JSON Schema of policy.yaml, generated from the shapes, for editors and for other tools."""

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from checks.policy.load import SectionShape, rule_names
from checks.policy.schema import FORMAT, Root
from checks.policy.shape import Key, OneOrMore, is_shape, keys_of
from checks.policy.values import TEXT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, object]
#: What the reader is given too: the names that there are, by kind.
Names = Mapping[str, Sequence[str]]


def json_schema(shapes: Sequence[SectionShape]) -> Schema:
    """The schema of the whole file."""
    names: Names = {"rule": rule_names(shapes), "check": tuple(shape.check for shape in shapes)}
    schema = _shape(Root, names)
    properties = dict(_properties(Root, names))
    properties["version"] = {"const": FORMAT, "description": keys_of(Root)["version"].doc}
    properties.update((shape.check, _section(shape)) for shape in shapes)
    return {"$schema": DIALECT, "title": "ospo-gate policy", **schema, "properties": properties}


def _section(shape: SectionShape) -> Schema:
    schema = _shape(shape.section, {"rule": tuple(shape.levels)})
    return schema if shape.always_on else {"oneOf": [schema, {"const": "off"}]}


def _shape(type_: type, names: Names) -> Schema:
    required = [name for name, item in keys_of(type_).items() if item.required]
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": _properties(type_, names),
    }
    return {"oneOf": [schema, {"type": TEXT}]} if hasattr(type_, "from_scalar") else schema


def _properties(type_: type, names: Names) -> Schema:
    return {name: _property(item, names) for name, item in keys_of(type_).items()}


def _property(item: Key, names: Names) -> Schema:
    schema = {**_type(item.type, names), "description": item.doc}
    default = _default(item.default)
    return schema if item.required or default is None else {**schema, "default": default}


def _type(type_: Any, names: Names) -> Schema:
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in (Union, types.UnionType):
        (only,) = (option for option in arguments if option is not types.NoneType)
        return _type(only, names)
    if origin is Annotated and arguments[1] is OneOrMore:
        several = _type(arguments[0], names)
        return {"oneOf": [several["items"], several]}
    if origin is Annotated:
        return {"enum": list(names[arguments[1].kind])}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0], names)}
    if origin is not None:
        keys, values = (_type(argument, names) for argument in arguments)
        return {"type": "object", "propertyNames": keys, "additionalProperties": values}
    if is_shape(type_):
        return _shape(type_, names)
    return _scalar(type_)


def _scalar(type_: Any) -> Schema:
    if hasattr(type_, "SCHEMA"):
        return dict(type_.SCHEMA)
    if issubclass(type_, Enum):
        return {"enum": [item.value for item in type_]}
    if type_ is int:
        return {"type": "integer", "minimum": 0}
    return {"type": "boolean"} if type_ is bool else {"type": TEXT, "minLength": 1}


def _default(value: Any) -> Any:
    """As JSON; None where the default is to have nothing."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_default(item) for item in value] or None
    if isinstance(value, bool | int):
        return value
    return str(value) if isinstance(value, str) or hasattr(value, "SCHEMA") else None
