"""Release cycles: which one a version belongs to, and whether it has ended on a day."""

from collections.abc import Sequence
from datetime import date

from checks.model.packages import Cycle

#: What may follow the name of a cycle in a version: `3.9` of `3.9.1`, `3.9-slim`, `3.9rc1` does not count.
_BOUNDARIES = frozenset(".-+_~")


def cycle_of(version: str, cycles: Sequence[Cycle]) -> Cycle | None:
    """The cycle whose name is the longest prefix of `version` at a dot (or at the hyphen of a tag's variant).

    A leading `v` of either does not count, nor does case; a tag that begins with a code name is of that cycle
    (`bookworm-slim`, `jammy-20240101`). None where no cycle fits: `latest`, a digest, a version before the first one.
    """
    wanted = _bare(version)
    best, length = None, 0
    for cycle in cycles:
        for name in (_bare(cycle.name), *_codename(cycle)):
            if len(name) > length and _begins(wanted, name):
                best, length = cycle, len(name)
    return best


def ended(cycle: Cycle, today: date) -> bool | None:
    """Whether support has ended on `today` (UTC); None where the source says nothing.

    The day decides where there is one: what the source itself calls ended was true when it was read.
    """
    return cycle.end_of_life <= today if cycle.end_of_life is not None else cycle.ended


def _bare(text: str) -> str:
    folded = text.strip().lower()
    return folded[1:] if folded[:1] == "v" and folded[1:2].isdigit() else folded


def _codename(cycle: Cycle) -> tuple[str, ...]:
    """Of "Jammy Jellyfish" and "Bookworm" images carry the first word."""
    words = cycle.codename.lower().split() if cycle.codename else []
    return (words[0],) if words and words[0].isalpha() else ()


def _begins(version: str, name: str) -> bool:
    return version.startswith(name) and (len(version) == len(name) or version[len(name)] in _BOUNDARIES)
