"""What a preview over the index of uses cannot see: parts of checks that need more than packages and stored facts."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from checks.policy.section import Section
from checks.rules.ids import CREDENTIALS, INTERNAL_SOURCE

#: The checks of which it sees at least a part.
INDEXED = frozenset({"licenses", "vulnerabilities", "freshness", "packages"})
#: Rules about addresses, which the index does not have.
UNSEEN = frozenset(
    {"source-not-allowed", "source-unusual", "source-not-named", "insecure-source", "git-source-not-pinned"}
    | {"name-is-internal", "internal-source-unknown", CREDENTIALS, INTERNAL_SOURCE}
)
_RESEMBLE = ("internal-name-resembled", "name-resembles-popular")


class Of(StrEnum):
    """How many a part that is not seen is about."""

    USES = "uses"
    """Every package version that a repository has."""
    VULNERABLE = "vulnerable"
    """Those for which advisories are stored."""
    NEW = "new"
    """None: default branches have no new packages, so only pull requests can tell."""


class _Part(NamedTuple):
    """A part of a check."""

    words: str
    decides: Callable[[Any], object]
    """What of the section it depends on."""
    unasked: bool = False
    """Whether it speaks without any key."""
    entangled: bool = False
    """Whether it decides what other keys of the section come to."""
    of: Of = Of.USES


_PARTS: dict[str, tuple[_Part, ...]] = {
    "vulnerabilities": (
        _Part(
            "the day on which a repository first had a vulnerability (the time to fix it is counted from its advisory)",
            *(lambda section: section.fix_within, False, True, Of.VULNERABLE),
        ),
        _Part("the VEX statements of repositories", lambda section: section.vex, entangled=True, of=Of.VULNERABLE),
        _Part("what Dependency-Track reports", lambda section: section.dependency_track),
    ),
    "freshness": (
        _Part(
            "the libyears of whole repositories",
            lambda section: (section.libyears, _levels(section, ("libyears", "libyears-exceeded"))),
        ),
    ),
    "packages": (
        _Part(
            "where packages come from",
            *(lambda section: (section.sources, section.internal, _levels(section, sorted(UNSEEN))), True),
        ),
        _Part(
            "names that resemble others",
            *(lambda section: (section.popular, _levels(section, _RESEMBLE)), True, False, Of.NEW),
        ),
        _Part("what only new packages must have", lambda section: section.accept, of=Of.NEW),
    ),
}


def unseen(check: str, old: Section | None, new: Section | None) -> Iterator[tuple[str, Of]]:
    """What of a check in which two policies differ is not seen, in words that follow "not judged", and what it is
    about. None: the check is not in that policy."""
    for part in _PARTS.get(check, ()):
        before, after = (None if section is None else part.decides(section) for section in (old, new))
        nothing = part.decides(type(old or new)())  # type: ignore[misc]
        if old is None or new is None:
            said = part.unasked or (before if new is None else after) != nothing
        elif part.entangled:
            said = before != nothing or after != nothing
        else:
            said = before != after
        if said:
            yield part.words, part.of


def _levels(section: Section, rules: Iterable[str]) -> tuple[object, ...]:
    return tuple(section.levels.get(rule) for rule in rules)
