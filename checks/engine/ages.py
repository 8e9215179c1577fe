"""Data grows old: beyond the age that the policy takes, what could have changed since counts as not known.

What a release can never change again does not grow old: the license that it declares, its texts, its date. Nor does a
warning: a vulnerability that was known to be exploited still is, and to forget it would let it pass.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from checks.model.facts import NOTHING, Facts, Want
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.packages import PackageFacts, VersionFacts

_VERSION = {
    "deprecated": Want.STATUS,
    "yanked": Want.STATUS,
    "advisories": Want.ADVISORIES,
}
_PACKAGE = {
    "releases": Want.RELEASES,
    "latest": Want.RELEASES,
    "status": Want.HEALTH,
    "archived": Want.HEALTH,
    "scorecard": Want.HEALTH,
    "maintainers": Want.HEALTH,
    "dependents": Want.HEALTH,
    "cycles": Want.LIFECYCLE,
}

F = TypeVar("F", "VersionFacts", "PackageFacts")


def expired(facts: Facts, policy: Policy, now: datetime) -> Facts:
    """`facts` without what is older than `facts.maximum_age` of the policy; a gap says so in its place."""
    limit = policy.root.facts.maximum_age
    if limit is None or limit.delta is None:
        return facts
    oldest = now - limit.delta
    return replace(
        facts,
        versions={key: _fresh(known, _VERSION, oldest, now, str(limit)) for key, known in facts.versions.items()},
        packages={purl: _fresh(known, _PACKAGE, oldest, now, str(limit)) for purl, known in facts.packages.items()},
    )


def expires_at(facts: Facts, policy: Policy) -> datetime | None:
    """When the first of `facts` becomes too old for the policy (UTC); None: never."""
    limit = policy.root.facts.maximum_age
    if limit is None or limit.delta is None:
        return None
    read = (
        *_read_at(facts.versions.values(), _VERSION),
        *_read_at(facts.packages.values(), _PACKAGE),
    )
    # What is exactly as old as the policy takes still counts.
    return min(read) + limit.delta + timedelta(microseconds=1) if read else None


def _read_at(entries: "Iterable[VersionFacts | PackageFacts]", fields: Mapping[str, Want]) -> Iterator[datetime]:
    for entry in entries:
        for name in fields:
            known = getattr(entry, name)
            if known is not None and known.as_of is not None:
                yield known.as_of


def _fresh(known: F, fields: Mapping[str, Want], oldest: datetime, now: datetime, limit: str) -> F:
    old: dict[tuple[str, datetime], Want] = {}
    gone: dict[str, None] = {}
    for name, want in fields.items():
        entry = getattr(known, name)
        if entry is not None and entry.as_of is not None and entry.as_of < oldest:
            gone[name] = None
            old[entry.source, entry.as_of] = old.get((entry.source, entry.as_of), NOTHING) | want
    if not gone:
        return known
    from checks.model.packages import Gap

    gaps = [Gap(source, _too_old(now - as_of, limit), about=want) for (source, as_of), want in sorted(old.items())]
    return replace(known, **gone, gaps=(*known.gaps, *gaps))  # type: ignore[arg-type, has-type]


def _too_old(age: timedelta, limit: str) -> str:
    return f"its data is {age.days} days old, and the policy takes at most {limit}"
