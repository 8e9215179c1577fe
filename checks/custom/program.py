"""Compiles conditions with Google's CEL and evaluates them. The library is loaded with the first condition.

A field of which nothing is known is a variable without a value: CEL's `&&`, `||` and `?:` pass over it where the rest
decides, and otherwise the outcome is an error, which is "could not tell" and never false.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from checks.custom.checked import read
from checks.custom.fields import FIELDS, On, Type
from checks.custom.reading import HAS, Reader, Reading, Wrong
from checks.policy.shape import nearest

#: Of a condition (characters).
MAX_CHARACTERS = 2_000
#: What is longer is not known to a condition, so that looking at it stays cheap (characters).
MAX_VALUE = 10_000
#: Items of a list that a condition sees; a longer list is not known to it.
MAX_ITEMS = 3_000
MISSING = "a condition needs the extra 'cel', which is not installed here"

_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")
_WORDS = {
    "string": "text", "int": "a whole number", "uint": "a whole number", "double": "a decimal number",
    "bool": "true or false", "timestamp": "a timestamp", "google.protobuf.Timestamp": "a timestamp",
    "google.protobuf.Duration": "a duration", "null": "null", "dyn": "a value",
}  # fmt: skip
#: Texts, in which nothing is meant.
TEXTS = (
    r'"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|[rR]"[^"\n]*"|[rR]\'[^\'\n]*\'|"(?:\\.|[^"\\\n])*"|'
    r"'(?:\\.|[^'\\\n])*'"
)
#: Texts and comments, which are left as they are, and `has(a.b)`.
_HAS = re.compile(
    TEXTS + r"|//[^\n]*|\b(has\()([ \t\n]*)([A-Za-z_]+(?:\.[A-Za-z_]+)+)([ \t\n]*)(\))",
    re.DOTALL,
)
_FUNCTIONS = "size contains startsWith endsWith matches in all exists exists_one filter map has"


class Program(NamedTuple):
    """A condition that can be evaluated."""

    text: str
    reading: Reading
    expression: Any

    def holds(self, values: Mapping[str, object]) -> bool | str:
        """Whether it holds for the fields that are known, or why that cannot be told."""
        try:
            value = self.expression.eval(data=values)
        except RuntimeError as error:
            return _reason(str(error))
        found = value.value()
        if isinstance(found, bool):
            return found
        missing = [name for name in self.reading.fields if name not in values]
        if missing:
            return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known"
        return _reason(str(found))


@lru_cache(maxsize=4096)
def compiled(on: On, text: str) -> Program | tuple[Wrong, ...]:
    """The condition, or what is wrong with it."""
    if len(text) > MAX_CHARACTERS:
        message = f"the condition has {len(text):,} characters, the limit is {MAX_CHARACTERS:,}"
        return (Wrong(0, message, "make several rules of it"),)
    try:
        environment = _environment(on)
    except ImportError:
        hint = "install it: pip install 'ospo-gate[cel]'; the Action has it with custom-rules: true"
        return (Wrong(0, MISSING, hint),)
    try:
        expression = environment.compile(_with_has(text, FIELDS[on]))
    except (RuntimeError, UnicodeEncodeError) as error:
        return _said(str(error), text, on)
    kind = expression.return_type().name()
    reader = Reader(read(expression.serialize()), FIELDS[on])
    reading = reader.read()
    wrong = [*reader.wrong, *_patterns(reading, environment)]
    if kind != "BOOL":
        message = f"the condition gives {_WORDS.get(kind.lower(), 'something else')}, not true or false"
        wrong.insert(0, Wrong(0, message, 'compare it with something, for example: … == "value"'))
    return tuple(dict.fromkeys(wrong)) if wrong else Program(text, reading, expression)


@lru_cache(maxsize=4096)
def piece(on: On, text: str) -> Program | None:
    """A part of a condition that compiles; None where it is none by itself."""
    try:
        expression = _environment(on).compile(_with_has(text, FIELDS[on]))
    except (RuntimeError, UnicodeEncodeError):
        return None
    return Program(text, Reader(read(expression.serialize()), FIELDS[on]).read(), expression)


@lru_cache
def _environment(on: On) -> Any:
    from cel_expr_python import cel

    types = {
        Type.TEXT: cel.Type.STRING,
        Type.NUMBER: cel.Type.INT,
        Type.DECIMAL: cel.Type.DOUBLE,
        Type.TRUTH: cel.Type.BOOL,
        Type.MOMENT: cel.Type.TIMESTAMP,
        Type.TEXTS: cel.Type.List(cel.Type.STRING),
        Type.MAP: cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
        Type.RECORDS: cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
    }
    variables = {name: types[field.type] for name, field in FIELDS[on].items()}
    return cel.NewEnv(variables={**variables, **{HAS + name: cel.Type.BOOL for name in variables}})


def _with_has(text: str, fields: Mapping[str, object]) -> str:
    """`has(dependency.license)` as the variable that stands for it. Every other character keeps its place."""

    def name(found: re.Match[str]) -> str:
        if found[3] not in fields:
            return found[0]
        return f"{HAS}{found[3]}{found[2]}{found[4]}"

    return _HAS.sub(name, text)


def known(values: Mapping[str, object], reading: Reading) -> Mapping[str, object]:
    """The values with what stands for `has`."""
    return {**values, **{HAS + name: name in values for name in reading.asked_for}} if reading.asked_for else values


def _patterns(reading: Reading, environment: Any) -> Iterator[Wrong]:
    for offset, pattern in reading.patterns:
        found = environment.compile(f'"".matches({json.dumps(pattern)})').eval(data={}).value()
        if not isinstance(found, bool):
            yield Wrong(offset, f"not a regular expression: {_reason(str(found))}", "RE2 is the syntax")


def _said(error: str, text: str, on: On) -> tuple[Wrong, ...]:
    """What the compiler says, in our words where there are any."""
    found = _ERROR.findall(error)
    if not found:
        return (Wrong(0, _reason(error)),)
    return tuple(_one(int(line), int(column), message, text, on) for line, column, message in found[:5])


def _one(line: int, column: int, message: str, text: str, on: On) -> Wrong:
    if line < 1:
        return Wrong(0, "the condition is nested more deeply than 32 levels", "make several rules of it")
    lines = text.split("\n")
    offset = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
    if message.startswith("undeclared reference to '"):
        return _unknown(message.split("'")[1], offset, text, on)
    if overload := _OVERLOAD.search(message):
        return Wrong(offset, _mismatch(overload[1], overload[2]))
    if message.startswith("Syntax error: "):
        message = message.removeprefix("Syntax error: ").partition(" expecting ")[0]
        at_end = "<EOF>" in message or offset >= len(text.rstrip())
        return Wrong(min(offset, len(text)), "something is missing at the end" if at_end else f"not valid: {message}")
    return Wrong(offset, message)


def _unknown(name: str, offset: int, text: str, on: On) -> Wrong:
    name = name.removeprefix(HAS)
    begin = text.rfind(name, 0, offset + len(name) + 1)
    offset = begin if begin >= 0 else offset
    fields = FIELDS[on]
    inside = [field for field in fields if field.startswith(f"{name}.")]
    if inside:
        return Wrong(offset, f"'{name}' is not a field by itself", "it has: " + ", ".join(inside))
    elsewhere = next((other for other in On if name in FIELDS[other]), None)
    if elsewhere is not None:
        return Wrong(offset, f"there is no '{name}' in a rule on: {on}", f"write on: {elsewhere}")
    near = nearest(name, fields)
    if "." in name or near:
        hint = f"did you mean '{near}'?" if near else "docs/custom-rules.md lists the fields"
        return Wrong(offset, f"there is no field '{name}' in a rule on: {on}", hint)
    return Wrong(offset, f"there is no '{name}'", f"functions: {_FUNCTIONS.replace(' ', ', ')}")


def _mismatch(function: str, kinds: str) -> str:
    operator = function.strip("_@") or function
    words = [_WORDS.get(kind.strip(), kind.strip()) for kind in kinds.strip("()").split(", ")]
    return f"'{operator}' cannot be applied to {' and '.join(words)}"


def _reason(error: str) -> str:
    """What the library says, on one line, without the name of its code."""
    words = re.sub(r"\s*\[[A-Z_]+\]\s*$", "", error.split("\n", 1)[0])
    return re.sub(r"^[A-Z_]+: ", "", words)[:200]
