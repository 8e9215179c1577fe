"""The effective policy, value by value, with the line that each came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from checks.model.phrase import visible
from checks.policy.load import SectionShape
from checks.policy.schema import Policy
from checks.policy.shape import keys_of


def explanation(policy: Policy, shapes: Sequence[SectionShape], file: str) -> Iterator[str]:
    """One line a value: `key = value`, and where it comes from: `file:line` or `default`."""
    rows = list(_rows(policy, shapes))
    width = min(max(len(text) for text, _ in rows), 76)
    for text, path in rows:
        line = _line(policy, path)
        yield f"{text.ljust(width)}  {f'{file}:{line}' if line else 'default'}"


def _line(policy: Policy, path: tuple[str, ...]) -> int | None:
    """Only the value's own line: a default inside a section that is given is still a default."""
    return policy.lines.get(path)


def _rows(policy: Policy, shapes: Sequence[SectionShape]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from _values(policy.root, ())
    for shape in shapes:
        section = policy.sections.get(shape.check)
        if section is None:
            yield f"{shape.check} = off", (shape.check,)
            continue
        for rule, level in policy.levels[shape.check].items():
            yield f"{shape.check}.levels.{rule} = {level.value}", (shape.check, "levels", rule)
        yield from _values(section, (shape.check,), skip=("levels",))


def _values(value: Any, path: tuple[str, ...], skip: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    shape: type = type(value)
    if is_dataclass(value) and not hasattr(value, "parse"):
        for name in keys_of(shape):
            if name not in skip:
                yield from _values(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _values(item, (*path, str(name)))
    elif isinstance(value, tuple) and any(is_dataclass(item) and not hasattr(item, "parse") for item in value):
        for index, item in enumerate(value):
            yield from _values(item, (*path, str(index)))
    elif value is not None and value != ():
        yield f"{'.'.join(path)} = {_shown(value)}", path


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return visible(str(value.value if isinstance(value, Enum) else value))
