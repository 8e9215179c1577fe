"""The JSON Schema of policy.yaml, generated from the shapes, for editors and for other tools."""

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from checks.model.finding import Level
from checks.policy.load import SectionShape, rule_names
from checks.policy.overrides import OverrideHead
from checks.policy.overriding import WHOLE
from checks.policy.schema import DEFAULT, FORMAT, MATTERS, Root
from checks.policy.shape import Key, OneOrMore, added_to, is_shape, keys_of, list_item
from checks.policy.timed import TimedLevel
from checks.policy.values import TEXT
from checks.policy.written import SECTION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, object]
#: What the reader is given too: which names there are, by kind, as a schema.
Names = Mapping[str, Schema]
#: A rule that the policy itself writes. Which there are only the policy says.
_WRITTEN: Schema = {"type": TEXT, "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)+$"}


def json_schema(shapes: Sequence[SectionShape]) -> Schema:
    """The schema of the whole file."""
    rules, checks = rule_names(shapes), tuple(shape.check for shape in shapes)
    names: Names = {
        "rule": {"anyOf": [{"enum": list(rules)}, _WRITTEN]},
        "check": {"enum": list(checks)},
        "subject of approvals": {"anyOf": [{"enum": [DEFAULT, *checks, *MATTERS, *rules]}, _WRITTEN]},
    }
    schema = _shape(Root, names)
    properties = dict(_properties(Root, names))
    properties["version"] = {"const": FORMAT, "description": keys_of(Root)["version"].doc}
    properties.update((shape.check, _section(shape)) for shape in shapes)
    properties["overrides"] = _overrides(shapes, names)
    return {"$schema": DIALECT, "title": "ospo-gate policy", **schema, "properties": properties}


def _overrides(shapes: Sequence[SectionShape], names: Names) -> Schema:
    """Each item is a patch: no key has to be there."""
    known = keys_of(Root)
    items: Schema = dict(_properties(OverrideHead, names))
    items.update((name, _property(known[name], names)) for name in known if name not in WHOLE)
    for shape in shapes:
        items[shape.check] = {"$ref": f"#/properties/{shape.check}", "description": "As in the policy."}
    return {
        "type": "array",
        "items": {"type": "object", "additionalProperties": False, "properties": items},
        "description": "What holds elsewhere: for some repositories, branches or packages. Later ones win.",
    }


def _section(shape: SectionShape) -> Schema:
    written = shape.check == SECTION
    rules: Schema = _WRITTEN if written else {"enum": list(shape.levels)}
    schema = _shape(shape.section, {"rule": rules}, adds=True)
    if shape.always_on:
        return schema
    short = [_type(keys_of(shape.section)["rules"].type, {})] if written else []
    return {"oneOf": [schema, *short, {"const": "off"}]}


def _shape(type_: type, names: Names, adds: bool = False) -> Schema:
    """`adds`: beside a list there may be one that adds to it."""
    required = [name for name, item in keys_of(type_).items() if item.required]
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required and not adds else {}),
        "properties": _properties(type_, names, adds),
    }
    return {"oneOf": [schema, {"type": TEXT}]} if hasattr(type_, "from_scalar") else schema


def _properties(type_: type, names: Names, adds: bool = False) -> Schema:
    known = keys_of(type_)
    found = {name: _property(item, names) for name, item in known.items()}
    more = [name for name, item in known.items() if adds and added_to(f"{name}_also", known) is item]
    also: Schema = {
        f"{name}_also": {
            "type": "array",
            "items": _type(list_item(known[name].type), names),
            "description": _also(name),
        }
        for name in more
        if f"{name}_also" not in known
    }
    return {**found, **also}


def _also(name: str) -> str:
    return f"Adds to `{name}`, as it was or as the policy below has it."


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
        return dict(names[arguments[1].kind])
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0], names)}
    if origin is not None:
        keys, values = (_type(argument, names) for argument in arguments)
        if arguments[1] is Level:
            values = {"oneOf": [values, _shape(TimedLevel, names)]}
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
