"""One layer of a policy over another, as trees: scalars and lists replace, mappings merge key by key, `X_also` adds to
the list X. Every value stays the node that it was, so that it keeps its file and line.
"""

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.shape import KeyPath, added_to, is_shape, keys_of

#: The shapes of the keys of a mapping, by key; what is not there is left as it is.
Types = Mapping[str, Any]


def patched(base: Entries, patch: Entries, types_: Types) -> Entries:
    """`base` with what `patch` says; `types_` are the types of their keys.

    A mapping of both begins where it begins in `base`; what is wrong with it as a whole came with `patch`.
    """
    found = {name.text: (name, node) for name, node in base.entries}
    for name, node in patch.entries:
        first, old = found.get(name.text, (name, None))
        merged = node if old is None else _over(old, node, types_.get(name.text))
        both = isinstance(old, Entries) and merged is not node
        found[name.text] = (first if both else name, merged)
    return Entries(tuple(found.values()), patch.line, patch.column, patch.file)


def _over(base: Node, patch: Node, type_: Any) -> Node:
    type_ = _bare(type_)
    if not isinstance(patch, Entries) or type_ is None:
        return patch
    if get_origin(type_) is tuple:
        return patch
    if get_origin(type_) is not None:  # a mapping: each key of it has the same type
        if not isinstance(base, Entries):
            return patch
        values = get_args(type_)[-1]
        return patched(base, patch, dict.fromkeys((name.text for name, _ in patch.entries), values))
    if not is_shape(type_):
        return patch
    known = keys_of(type_)
    if isinstance(base, Scalar):
        base = spelled_out(base, type_, next(iter(known)))
    if not isinstance(base, Entries):
        return patch
    declared = {name: item.type for name, item in known.items()}
    plain = tuple(entry for entry in patch.entries if added_to(entry[0].text, known) is None)
    merged = patched(base, Entries(plain, patch.line, patch.column, patch.file), declared)
    for name, node in patch.entries:
        if (item := added_to(name.text, known)) is not None:
            merged = added(merged, item.name, name, node)
    return merged


def value_type(type_: Any) -> tuple[Any, Any]:
    """A type without marks, and the type of its values if it is a mapping."""
    bare = _bare(type_)
    is_mapping = get_origin(bare) not in (None, tuple)
    return bare, get_args(bare)[-1] if is_mapping else None


def _bare(type_: Any) -> Any:
    """A type without what marks it as absent or as a list of one."""
    origin, arguments = get_origin(type_), get_args(type_)
    if origin in (Union, types.UnionType):
        (only,) = (option for option in arguments if option is not types.NoneType)
        return _bare(only)
    if origin is Annotated:
        return _bare(arguments[0])
    return type_


def spelled_out(node: Scalar, shape: Any, first: str) -> Node:
    """A shape in its short form as the mapping that it is short for: its first key; `off` is short for no key."""
    if not hasattr(shape, "from_scalar") or node.text == "off":
        return node
    return Entries(((Scalar(first, *node[1:3], False, node.file), node),), node.line, node.column, node.file)


def added(base: Entries, list_name: str, name: Scalar, more: Node) -> Entries:
    """`base` with more items of a list; where it does not have that list, the reader adds them to its default."""
    place = list_name if base.get(list_name) is not None else name.text
    old = base.get(place)
    if old is None:
        return Entries((*base.entries, (name, more)), base.line, base.column, base.file)
    first = (old,) if isinstance(old, Scalar) else old.items if isinstance(old, Items) else None
    if first is None or not isinstance(more, Items):  # a fault, which the reader names
        return Entries((*base.entries, (name, more)), base.line, base.column, base.file)
    there = {item.text for item in first if isinstance(item, Scalar)}
    fresh = [item for item in more.items if not (isinstance(item, Scalar) and item.text in there)]
    joined = Items((*first, *fresh), old.line, old.column, old.file)
    return with_value(base, place, joined)


def with_value(base: Entries, name: str, value: Node) -> Entries:
    """`base` with another value of a key that it has."""
    entries = tuple((key, value if key.text == name else node) for key, node in base.entries)
    return Entries(entries, base.line, base.column, base.file)


def without(base: Entries, *names: str) -> Entries:
    """`base` without some keys."""
    entries = tuple(entry for entry in base.entries if entry[0].text not in names)
    return Entries(entries, base.line, base.column, base.file)


def touched(patch: Node, path: KeyPath) -> Scalar | None:
    """The key of `patch` that sets, replaces or adds to what is at `path`; None if it leaves that alone."""
    if not isinstance(patch, Entries):
        return None
    first, *rest = path
    for name, node in patch.entries:
        if name.text == first and (not rest or not isinstance(node, Entries)):
            return name
        if name.text == f"{first}_also" and not rest:
            return name
        if name.text == first and (found := touched(node, tuple(rest))) is not None:
            return found
    return None
