"""Documents whose syntax is right and whose types are wrong: any node replaced, renamed or copied elsewhere."""

import copy
import json
import random

from hypothesis import strategies as st

VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    1.5,
    "",
    "x",
    "..",
    "@",
    "@a",
    "a/b",
    "/",
    "1.0.0",
    "npm:",
    "npm:@/x@1",
    "file:",
    "link:x",
    "workspace:.",
    "git+x",
    "https://",
    "\0",
    "\u202e",
    "a" * 3000,
    "node_modules/",
    "../node_modules/a",
    "(",
    "a(b/c",
    "@@",
    "patch:",
    "x@patch:patch:",
    "%40%ff",
    "true",
    "catalog:",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"a": None},
    {"a": {"a": {}}},
    ["a", "", {}, ""],
)

Place = tuple[dict[str, object] | list[object], str | int]


@st.composite
def restructured(draw: st.DrawFn, documents: tuple[object, ...]) -> str:
    """One of `documents` after up to four such changes, as JSON (which is YAML as well)."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    dice = random.Random(draw(st.integers(0, 2**64)))
    for _ in range(dice.randrange(1, 5)):
        _change(document, dice)
    return json.dumps(document, indent=dice.choice((None, 1)))


def _change(document: object, dice: random.Random) -> None:
    places = _places(document)
    if not places:
        return
    container, key = dice.choice(places)
    other, other_key = dice.choice(places)
    value = copy.deepcopy(dice.choice((dice.choice(VALUES), other[other_key])))  # type: ignore[index]
    if isinstance(container, list):
        container[int(key)] = value
    elif dice.randrange(3):
        container[str(key)] = value
    else:
        container[str(key) + str(dice.choice(VALUES))[:50]] = container.pop(str(key))


def _places(value: object) -> list[Place]:
    found: list[Place] = []
    pending = [value]
    while pending:
        container = pending.pop()
        if isinstance(container, dict):
            found += [(container, key) for key in container]
            pending += container.values()
        elif isinstance(container, list):
            found += [(container, index) for index in range(len(container))]
            pending += container
    return found
