"""The versions that could take the place of one: what its registry lists, and what advisories name as fixed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.advisories.matching import fixed_versions
from checks.engine.locked import Places
from checks.engine.reach import Reach, reach
from checks.model.change import Change
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Finding, Move
from checks.model.packages import PackageFacts
from checks.model.purl import type_of
from checks.model.versions import InvalidVersion, is_prerelease, sort_key

#: Whatever a registry calls a version: what is none is never proposed.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_!:~-]{0,100}")


@dataclass(frozen=True, slots=True)
class Candidate:
    version: str
    reach: Reach


def pool(key: PackageKey, against: Sequence[Finding], places: Places, facts: Facts) -> Sequence[Candidate]:
    """All versions that could take its place, best first: the smallest step up within the range, then beyond it; below
    it the newest first. For what is only too new, just those below it: all that is above is newer still."""
    change = places.plan.change_of(*key)
    purl, used = key
    if change is None or used is None:
        return ()
    asked = places.declared(purl, [place.dependency.location.path for place in change.places])
    blocking = [finding for finding in against if finding.blocks]
    waits = bool(blocking) and all(finding.move is Move.CLOCK for finding in blocking)
    up, back = [], []
    # To what the base had, undoing goes back; here it would look as if both were to be there.
    there = frozenset(item.version for item in change.before)
    for version in dict.fromkeys(_listed(purl, used, facts)):
        if version in there:
            continue
        try:
            item = Candidate(version, reach(purl, used, version, asked))
            order = sort_key(type_of(purl), version)
        except InvalidVersion:
            continue
        if item.reach is not Reach.BACK:
            up.append((item, order))
        elif _above(order, change):
            back.append((item, order))
    up.sort(key=lambda entry: (entry[0].reach, entry[1]))
    back.sort(key=lambda entry: entry[1], reverse=True)
    return [item for item, _ in (*(() if waits else up), *back)]


def _above(order: tuple[object, ...], change: Change) -> bool:
    """Whether a version is newer than all that the base had: to go further back than that is no fix but an undoing."""
    type_ = type_of(change.purl)
    try:
        return all(order > sort_key(type_, item.version) for item in change.before if item.version)
    except InvalidVersion:
        return False


def _listed(purl: str, used: str, facts: Facts) -> Iterator[str]:
    """Versions that the registry lists and those that advisories name as fixed; a prerelease only where one is used."""
    package, type_ = facts.package(purl), type_of(purl)
    releases = package.releases.value if package.releases else ()
    gone = {item.version for item in releases if item.yanked is not None or item.deprecated is not None}
    fixes = sorted(named_fixes((purl, used), facts) - gone)
    early = _early(type_, used)
    names = [item.version for item in releases if item.version not in gone]
    for version in (*names, *fixes, *_cycles(used, package)):
        if version != used and _WORD.fullmatch(version) and (early or not _early(type_, version)):
            yield version


def _cycles(used: str, package: PackageFacts) -> Iterator[str]:
    """The other release cycles of a product, where the version in use is the name of one: `3.9` of an image."""
    names = [cycle.name for cycle in package.cycles.value] if package.cycles else []
    yield from names if used in names else ()


def _early(type_: str, version: str) -> bool:
    try:
        return is_prerelease(type_, version)
    except InvalidVersion:
        return False


def named_fixes(key: PackageKey, facts: Facts) -> frozenset[str]:
    """The versions that the advisories of a package version name as fixed, written as the version in use is."""
    purl, used = key
    known = facts.version(purl, used).advisories
    records = [facts.advisories[id_] for id_ in known.value if id_ in facts.advisories] if known else []
    if not records:
        return frozenset()

    found = {version for record in records for version in fixed_versions(record, purl, used)}
    v = (used or "")[:1] == "v"
    return frozenset(version if not v or version[:1] == "v" else f"v{version}" for version in found)
