"""How facts are kept: in parts that are asked for together and grow old together."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from checks.model.facts import Want
from checks.model.packages import PackageFacts, VersionFacts

#: The records about one version, and the records about a package: what each holds.
VERSION_KINDS: Mapping[str, Want] = {
    "version": Want.LICENSE | Want.TEXTS | Want.PUBLISHED | Want.STATUS,
    "advisories": Want.ADVISORIES,
}
PACKAGE_KINDS: Mapping[str, Want] = {
    "releases": Want.RELEASES,
    "health": Want.HEALTH,
    "lifecycle": Want.LIFECYCLE,
}
#: For how long an answer serves. What a release can never change again is rarely asked for.
AGES: Mapping[Want, timedelta] = {
    Want.LICENSE: timedelta(days=30),
    Want.TEXTS: timedelta(days=30),
    Want.PUBLISHED: timedelta(days=30),
    Want.STATUS: timedelta(hours=12),
    Want.ADVISORIES: timedelta(hours=3),
    Want.RELEASES: timedelta(hours=6),
    Want.HEALTH: timedelta(days=3),
    Want.LIFECYCLE: timedelta(days=1),
}
#: For how long "there is no such release" serves: a source may learn of it hours after its registry.
NOTHING_AGE = timedelta(hours=1)
_ADVISORIES_ONLY = "advisories"


def version_part(kind: str, known: VersionFacts) -> VersionFacts:
    """What a record of `kind` holds of `known`, without its gaps."""
    if kind == _ADVISORIES_ONLY:
        return VersionFacts(advisories=known.advisories)
    return replace(known, advisories=None, gaps=())


def package_part(kind: str, known: PackageFacts) -> PackageFacts:
    """What a record of `kind` holds of `known`, without its gaps."""
    if kind == "lifecycle":
        return PackageFacts(cycles=known.cycles)
    if kind == "releases":
        return PackageFacts(releases=known.releases, latest=known.latest)
    return replace(known, releases=None, latest=None, cycles=None, gaps=())


def age_of(kind: str, about: Want, known: VersionFacts | PackageFacts) -> timedelta:
    """For how long an answer about `about` serves."""
    if kind in ("version", "releases") and known in _NOTHING:
        return NOTHING_AGE
    return _age(about._value_)


_NOTHING = (VersionFacts(), PackageFacts())


@lru_cache(maxsize=1 << len(Want))
def _age(about: int) -> timedelta:
    return min(age for want, age in AGES.items() if want & Want(about))
