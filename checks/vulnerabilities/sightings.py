"""Which vulnerabilities a tree has, by the names under which the time to fix them is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from checks.model.change import Change, ChangeKind
from checks.model.facts import Facts, Want
from checks.vulnerabilities.case import Case
from checks.vulnerabilities.terms import VulnerabilitiesSection

#: Names of one vulnerability that are kept: a CVE, and an id of each database.
MAX_NAMES = 20
#: A name beyond this is none (characters).
MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Sightings:
    """What is there, and of which packages nobody could tell."""

    present: frozenset[tuple[str, str]]
    """Purl without version, and a name of the vulnerability."""
    doubtful: frozenset[str]
    """Purls."""


def sightings(changes: Iterable[Change], facts: Facts, section: VulnerabilitiesSection, now: datetime) -> Sightings:
    """What certainly affects the packages of a tree."""
    present: set[tuple[str, str]] = set()
    doubtful: set[str] = set()
    for change in changes:
        if change.kind is ChangeKind.REMOVED:
            continue
        case = Case(change, facts, section, now)
        if case.own:
            continue
        if case.named is None or case.uncertain or facts.version(*case.key).silent(Want.ADVISORIES):
            doubtful.add(change.purl)
        for item in case.certain:
            names = sorted(name for name in item.names if len(name) <= MAX_LENGTH)
            present.update((change.purl, name) for name in names[:MAX_NAMES])
    return Sightings(frozenset(present), frozenset(doubtful))
