"""The language of the policy: shapes with keys.

A shape is a frozen dataclass whose fields are made with `key()`. The same declarations give the loader
(`checks.policy.reader`), the JSON Schema and the reference documentation. What only shows when several keys are seen
together, a shape says in `faults()`; what is one scalar in its short form, in `from_scalar()`.

Written here rather than with pydantic because the command has 100 ms to start and pydantic takes 100 ms of them:
docs/decisions/0002-policy-shapes.md.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeGuard, Union, get_args, get_origin, get_type_hints

KeyPath = tuple[str, ...]

#: What makes another value of a key stricter: a list with fewer or with more entries, a lower or a higher limit. For
#: words, and for true and false, `tighter` is a tuple of them from the least to the most strict.
FEWER, MORE, LOWER, HIGHER = "fewer", "more", "lower", "higher"


def key(doc: str, **options: Any) -> Any:
    """A field of a shape with its documentation.

    Options: `default` or `default_factory`; `tighter`, which says when another value is no less strict, so that a
    repository's own file may set it (`checks.policy.tighten`); `name`, where the key is no name in Python.
    """
    metadata = {"doc": doc, "tighter": options.pop("tighter", None), "name": options.pop("name", None)}
    return field(metadata=metadata, **options)


@dataclass(frozen=True, slots=True)
class Named:
    """Marks text that must be one of the names which the reader is given under `kind`."""

    kind: str


class OneOrMore:
    """Marks a list that may be written without brackets where it has one item."""


RuleId = Annotated[str, Named("rule")]
CheckId = Annotated[str, Named("check")]
#: A check, a rule or `default`.
ApprovalSubject = Annotated[str, Named("subject of approvals")]


class KeyFault(NamedTuple):
    """What a shape finds wrong with the value of one of its keys."""

    key: str
    """Empty: the whole of it."""
    message: str
    hint: str = ""
    offset: int | None = None
    """Where in the text of the value (characters from its beginning); None: it is about all of it."""


class Key(NamedTuple):
    """One declared key of a shape."""

    name: str
    type: Any
    doc: str
    required: bool
    default: Any
    tighter: Any = None
    field: str = ""
    """The attribute that has its value."""


def keys_of(shape: type) -> Mapping[str, Key]:
    """The keys of a shape in the order of declaration."""
    return _keys_of(shape)


@cache
def _keys_of(shape: type) -> Mapping[str, Key]:
    hints = get_type_hints(shape, include_extras=True)
    found = {}
    for item in fields(shape):
        doc = item.metadata.get("doc")
        if doc is None:
            continue
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        required = default is MISSING
        name = item.metadata.get("name") or item.name
        tighter = item.metadata.get("tighter")
        found[name] = Key(name, hints[item.name], doc, required, None if required else default, tighter, item.name)
    return found


def is_shape(type_: Any) -> TypeGuard[type]:
    """Whether it has keys; a dataclass that parses itself from text is a word."""
    return is_dataclass(type_) and isinstance(type_, type) and not hasattr(type_, "parse")


class Form(Enum):
    """How a type is read."""

    SCALAR, SHAPE, NAME, MAPPING, LIST = range(5)


#: What `form_of` found, by the identity of a type, which is kept with it: to hash one costs more than to read a value.
_FORMS: dict[int, tuple[Any, tuple[Form, Any, Any]]] = {}


def form_of(type_: Any) -> tuple[Form, Any, Any]:
    """How a type is read, the type or name within it, and of a mapping that of its values; of a list whether one item
    may stand for it."""
    known = _FORMS.get(id(type_))
    if known is None:
        known = _FORMS[id(type_)] = (type_, _formed(type_))
    return known[1]


def _formed(type_: Any) -> tuple[Form, Any, Any]:
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in (Union, types.UnionType):
        (only,) = (option for option in arguments if option is not types.NoneType)
        return _formed(only)
    if origin is tuple:
        return Form.LIST, arguments[0], False
    if origin is Annotated:
        inner, mark = arguments
        if mark is not OneOrMore:
            return Form.NAME, mark.kind, None
        form, item, _ = _formed(inner)
        return form, item, True
    if origin is not None:
        return Form.MAPPING, *arguments
    return (Form.SHAPE if is_shape(type_) else Form.SCALAR), type_, None


class Place(NamedTuple):
    """Where a value stands, 1-based."""

    line: int
    column: int
    file: str = ""
    """Its name in messages; empty: the main file of the policy."""


def added_to(name: str, known: Mapping[str, Key]) -> Key | None:
    """The list to which the key `name` adds, for example `allow` of `allow_also`."""
    item = known.get(name.removesuffix("_also")) if name.endswith("_also") and not name.endswith("_also_also") else None
    return item if item is not None and list_item(item.type) is not None else None


def list_item(type_: Any) -> Any:
    """The type of the items, if it is the type of a list."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in (Union, types.UnionType):
        return next((list_item(option) for option in arguments if option is not types.NoneType), None)
    if origin is Annotated:
        return list_item(arguments[0]) if arguments[1] is OneOrMore else None
    return arguments[0] if origin is tuple else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    import difflib  # costs 2 ms, and only where something is wrong

    folded = {item.lower().replace("-", "_"): item for item in known}
    near = difflib.get_close_matches(name[:100].lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None
