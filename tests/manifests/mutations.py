"""Broken manifests out of valid ones: what a pull request may contain, for the fuzz test of each parser."""

import posixpath
import random
from collections.abc import Callable, Iterator, Mapping

from hypothesis import strategies as st

from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

Parse = Callable[[str, str, Mapping[str, str]], Inventory]

#: Pieces that break parsers: brackets, quotes, controls, huge numbers, markup, traversal, the syntax of other formats.
#: No lone surrogates: a parser gets what UTF-8 decodes to.
PIECES = (
    "",
    "\0",
    "\x1b[31m",
    "\r",
    "\r\n",
    "\n",
    "\u2028",
    "\ufeff",
    "\u202e",
    "🎉",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "</",
    "/>",
    "<!DOCTYPE a [",
    "<!--",
    "-->",
    "]]>",
    "&lt;",
    "&x;",
    '"',
    "'",
    "`",
    "\\",
    "\\u0000",
    "|",
    "#",
    "//",
    "/*",
    "*/",
    "=",
    "==",
    "=>",
    ":",
    ": ",
    "::",
    "- ",
    "---\n",
    "...\n",
    "!!python/object:x",
    "&a",
    "*a",
    "<<: *a",
    "%",
    "%00",
    "@",
    "@@",
    "$",
    "${a}",
    "${}",
    "$(",
    "..",
    "../..",
    "/etc/passwd",
    "null",
    "true",
    "{}",
    "[]",
    '""',
    "0",
    "-1",
    "1e999",
    "9" * 4400,
    "a" * 10_000,
    "[" * 5000,
    "{" * 5000,
    '{"a":' * 3000,
    "<a>" * 3000,
    "(" * 5000,
    " " * 3000,
    "\t",
    "\n\n\n",
    "1.0.0",
    "name",
    "version",
    "<script>",
    "[link](javascript:x)",
    "NaN",
    "Infinity",
    "1_000",
    "0x10",
    "2024-13-45",
    "pkg:npm/a@1",
)


@st.composite
def mutated(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """One of `texts` after up to five cuts, repetitions, swaps and insertions."""
    text = draw(st.sampled_from(texts))
    dice = random.Random(draw(st.integers(0, 2**64)))
    for _ in range(dice.randrange(0, 6)):
        text = mutate(text, dice)
    return text


def mutate(text: str, dice: random.Random) -> str:
    start = dice.randrange(len(text) + 1)
    end = min(len(text), start + dice.choice((0, 1, 1, 2, 5, 20, 200)))
    lines = text.split("\n")
    line = dice.randrange(len(lines))
    match dice.randrange(7):
        case 0:
            return text[:start]
        case 1:
            return text[:start] + text[end:]
        case 2:
            return text[:start] + dice.choice(PIECES) + text[end:]
        case 3:
            return text[:start] + text[start:end] * dice.choice((2, 3, 50)) + text[end:]
        case 4:
            return "\n".join([*lines[:line], lines[line], *lines[line:]])
        case 5:
            return "\n".join(lines[:line] + lines[line + 1 :])
        case _:
            return "\n".join([*lines[:line], dice.choice(PIECES), *lines[line:]])


#: Whole files that are nothing of the kind.
HOSTILE = (
    "",
    "\n",
    "\0",
    "\0" * 1000,
    "\ufeff",
    "null",
    "[]",
    "{}",
    "0",
    '""',
    "[" * 100_000,
    "{" * 100_000,
    '{"a":' * 100_000,
    "<a>" * 50_000,
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "- " * 50_000,
    "a: " * 1000,
    "&a [*a, *a]",
    "9" * 5000,
    "x" * 1_000_000,
    "a = [" * 20_000,
    "(" * 100_000,
    '"' * 100_001,
    "\\\n" * 50_000,
    "a b\n" * 20_000,
    "  " * 100_000,
)


def survives(parse: Parse, text: str, path: str, companions: Mapping[str, str] | None = None) -> Inventory | None:
    """The inventory, or None if it was refused as it should; every other exception fails the test. Checks the shape."""
    try:
        inventory = parse(text, path, companions or {})
    except UnreadableManifest as error:
        refusal = error
    else:
        check_shape(inventory, text)
        return inventory
    assert visible(refusal.message, 10_000) == refusal.message
    assert 0 <= refusal.line <= text.count("\n") + 1
    return None


def check_shape(inventory: Inventory, text: str) -> None:
    count, lines = len(inventory.dependencies), text.count("\n") + 1
    assert not inventory.edges or len(inventory.edges) == count
    assert not inventory.parents or len(inventory.parents) == count
    for dependency in inventory.dependencies:
        place = dependency.location
        assert place.path == inventory.path
        assert 1 <= place.line <= place.end_line <= lines
        assert dependency.purl.startswith("pkg:")
        assert dependency.purl.isascii()
        assert dependency.name
        assert dependency.version != ""
        assert dependency.purl.isprintable()
    for problem in inventory.problems:
        assert problem.code in ("entry", "unresolved")
        assert 0 <= problem.location.line <= lines
        assert visible(problem.message, 10_000) == problem.message
    for index in range(0, count, max(1, count // 20)):
        assert inventory.why(index)[-1] is inventory.dependencies[index]


def companion(path: str, name: str, text: str) -> dict[str, str]:
    return {posixpath.join(posixpath.dirname(path), name): text}


def located(inventory: Inventory) -> Iterator[tuple[str, str | None, int]]:
    return ((dependency.name, dependency.version, dependency.location.line) for dependency in inventory.dependencies)
