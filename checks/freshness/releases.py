"""The releases of a package: which of them are stable, which is current, and how far behind one is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.freshness.steps import Numbers, Part, numbers
from checks.model.packages import Release
from checks.model.versions import InvalidVersion, is_prerelease, sort_key


@dataclass(frozen=True, slots=True)
class Distance:
    """How many newer versions there are, and the newest of them."""

    count: int
    to: Release


def stable(purl_type: str, releases: Iterable[Release]) -> tuple[Release, ...]:
    """Those that are neither prereleases nor yanked, oldest first; what its ecosystem cannot order is left out."""
    found = []
    for release in releases:
        try:
            if release.yanked is None and not is_prerelease(purl_type, release.version):
                found.append((sort_key(purl_type, release.version), release))
        except InvalidVersion:
            continue
    return tuple(release for _, release in sorted(found, key=lambda item: item[0]))


def newer(purl_type: str, releases: Iterable[Release], version: str) -> tuple[Release, ...]:
    """Those of `releases` that come after `version`, in their order; none where it has no order."""
    try:
        used = sort_key(purl_type, version)
    except InvalidVersion:
        return ()
    return tuple(release for release in releases if sort_key(purl_type, release.version) > used)


def current(stable_releases: Sequence[Release], latest: str | None) -> Release | None:
    """The version to be on: what the registry itself gives where that is a stable one, else the newest stable one."""
    named = [release for release in stable_releases if release.version == latest]
    return named[0] if named else stable_releases[-1] if stable_releases else None


def behind(purl_type: str, version: str, releases: Iterable[Release], to: Release) -> Mapping[Part, Distance]:
    """How many newer major versions were released up to `to`, and how many minor ones of the major version used.

    Counted are versions, not numbers: those that were skipped, and years where a scheme changed to them, are none.
    Of `releases`, oldest first; what has no numbers is left out.
    """
    used, end = numbers(purl_type, version), numbers(purl_type, to.version)
    if used is None or end is None:
        return {}
    above: dict[Numbers, Release] = {}
    for release in releases:
        found = numbers(purl_type, release.version)
        if found is not None and used < found <= end:
            above[found] = release
    majors = {found[:2] for found in above if found[:2] != used[:2]}
    minors = sorted(found for found in above if found[:2] == used[:2])
    distances = {Part.MAJOR: Distance(len(majors), to)} if majors else {}
    if minors:
        distances[Part.MINOR] = Distance(len(minors), above[minors[-1]])
    return distances
