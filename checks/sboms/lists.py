"""Lists in sentences: a few names, and how many more."""

from collections.abc import Sequence

from checks.model.dependency import Dependency
from checks.model.phrase import Phrase, join, say

#: Packages that a sentence names, and that the evidence names.
NAMED, SHOWN = 3, 20


def many(items: Sequence[object], one: str, several: str) -> Phrase:
    return (f"{len(items):,} {one if len(items) == 1 else several}",)


def few(items: Sequence[Dependency]) -> Phrase:
    return listed([label(item) for item in items[:NAMED]], len(items))


def listed(shown: Sequence[Phrase], total: int) -> Phrase:
    more = (f" and {total - len(shown):,} more",) if total > len(shown) else ()
    return (" (", *join(shown), *more, ")")


def label(item: Dependency) -> Phrase:
    return say("{} {}", item.name, item.version) if item.version else say("{}", item.name)


def rows(rows: Sequence[Phrase]) -> Phrase:
    more = (f" and {len(rows) - SHOWN:,} more",) if len(rows) > SHOWN else ()
    return (*join(rows[:SHOWN]), *more)
