"""New packages whose name is nearly that of a package which is used here, is well known, or is the organization's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from checks.model.change import Change
from checks.model.dependency import Dependency, Origin
from checks.model.facts import Facts
from checks.model.finding import Evidence, Observation
from checks.model.phrase import Phrase, say
from checks.model.purl import type_of
from checks.model.snapshot import Snapshot
from checks.packages.names import Likeness, Name, NameIndex, beginning, likeness
from checks.packages.sources import internal_name
from checks.packages.terms import PackagesSection
from checks.packages.words import observe, subject, told_by

#: Used by so many packages, a name is well known itself; by so few, it is not known at all.
WELL_KNOWN, UNKNOWN = 1_000, 10
#: A change that brings more packages is no change of which somebody mistyped a name (those asked for come first).
MAX_NEW = 2_000
#: Likeness that no honest name of 15,000 in real lock files had with another one beside it.
_CERTAIN = frozenset({Likeness.LOOKS_ALIKE, Likeness.SWAPPED})
#: What a few honest names have, too: it counts only for what somebody asked for by name.
_LIKELY = frozenset({Likeness.ONE_LETTER, Likeness.SEPARATORS})
#: What comes from nowhere under its own name.
_UNNAMED = frozenset({"generic", "github", "githubactions", "gitlab", "bitbucket", "docker", "oci", "devcontainer"})


class Known(IntEnum):
    """Why a name is known; the first reason counts."""

    INTERNAL = 0
    POPULAR = 1
    USED = 2


@dataclass(frozen=True, slots=True)
class _Match:
    """A new package and the name that its own is nearly."""

    why: Known
    known: str
    how: Likeness
    evidence: Evidence


def said(snapshot: Snapshot, facts: Facts, section: PackagesSection) -> Iterator[Observation]:
    """At most one finding for each package that is new here."""
    new = _new(snapshot, facts, section)
    if not new:
        return
    names = {purl: Name.of(purl) for purl in new}
    newcomers = _by_type(names.values())
    found: dict[str, _Match] = {}
    for purl, match in (
        *_like_internal(names, section),
        *_like_popular(newcomers, facts, section),
        *_like_used(newcomers, new, snapshot, section),
    ):
        if purl not in found or match.why < found[purl].why:
            found[purl] = match
    for purl, match in found.items():
        yield _observe(new[purl], match, facts)


def asks(change: Change, section: PackagesSection) -> bool:
    """Whether it matters how well known a new package is."""
    popular = _popular(section.popular_purls).get(type_of(change.purl))
    if popular is None or change.purl in section.popular_purls:
        return False
    name = Name.of(change.purl)
    return any(likeness(name, known) for known in popular.near(name))


@lru_cache(maxsize=16)
def _popular(purls: frozenset[str]) -> dict[str, NameIndex]:
    return _by_type(Name.of(purl) for purl in sorted(purls))


def _by_type(names: Iterable[Name]) -> dict[str, NameIndex]:
    found: dict[str, list[Name]] = {}
    for name in names:
        found.setdefault(type_of(name.purl), []).append(name)
    return {type_: NameIndex(same) for type_, same in found.items()}


def _new(snapshot: Snapshot, facts: Facts, section: PackagesSection) -> dict[str, Dependency]:
    """Packages that no manifest had before and that nobody has decided about, those asked for by name first."""
    if not snapshot.listing.base:
        return {}
    had = {item.purl for pair in snapshot.manifests if pair.base for item in pair.base.dependencies}
    found: dict[str, Dependency] = {}
    for item in _entries(snapshot):
        if item.origin is Origin.REGISTRY and item.purl not in had and type_of(item.purl) not in _UNNAMED:
            known = found.setdefault(item.purl, item)
            if known.direct is False and item.direct is not False:
                found[item.purl] = item
    open_ = [item for item in found.values() if not _settled(item, facts, section)]
    open_.sort(key=lambda item: item.direct is False)
    return {item.purl: item for item in open_[:MAX_NEW]}


def _entries(snapshot: Snapshot) -> Iterator[Dependency]:
    return (item for pair in snapshot.manifests if pair.head for item in pair.head.dependencies)


def _settled(item: Dependency, facts: Facts, section: PackagesSection) -> bool:
    known = facts.package(item.purl).dependents
    return (
        (known is not None and known.value >= WELL_KNOWN)
        or item.purl in section.popular_purls
        or internal_name(item.purl, section) is not None
        or section.decided(item.purl, item.version)
    )


_Found = Iterator[tuple[str, _Match]]


def _like_internal(names: dict[str, Name], section: PackagesSection) -> _Found:
    """Names that begin nearly as internal ones do."""
    for pattern in section.internal:
        for purl, name in names.items():
            how = beginning(name, pattern.name) if pattern.type in (None, type_of(purl)) else None
            if how is not None:
                yield purl, _Match(Known.INTERNAL, pattern.name, how, _listed("internal", pattern))


def _listed(key: str, name: str) -> Evidence:
    return Evidence("known name", say("{}", name), (f"packages.{key}",))


def _like_popular(newcomers: dict[str, NameIndex], facts: Facts, section: PackagesSection) -> _Found:
    for name in map(Name.of, sorted(section.popular_purls)):
        for new, how in newcomers[type_of(name.purl)].like(name) if type_of(name.purl) in newcomers else ():
            used = facts.package(new.purl).dependents
            if how is not Likeness.ADDED_WORD or (used is not None and used.value < UNKNOWN):
                yield new.purl, _Match(Known.POPULAR, name.text, how, _listed("popular", name.text))


def _like_used(
    newcomers: dict[str, NameIndex], new: dict[str, Dependency], snapshot: Snapshot, section: PackagesSection
) -> _Found:
    """Names beside which the new ones stand: they were here before, and still are."""
    for item in _kept(snapshot):
        if type_of(item.purl) not in newcomers:
            continue
        own = internal_name(item.purl, section) is not None
        place = say("{} line {}", item.location.path, item.location.line)
        for name, how in newcomers[type_of(item.purl)].like(Name.of(item.purl)):
            asked = new[name.purl].direct is not False
            if how in _CERTAIN or (asked and how in _LIKELY) or (own and how is Likeness.SCOPE):
                evidence = Evidence("known name", say("{}", item.name), place)
                yield name.purl, _Match(Known.INTERNAL if own else Known.USED, item.name, how, evidence)


def _kept(snapshot: Snapshot) -> Iterable[Dependency]:
    head = {item.purl for item in _entries(snapshot)}
    base = (item for pair in snapshot.manifests if pair.base for item in pair.base.dependencies)
    return {item.purl: item for item in base if item.purl in head}.values()


_RULES = {
    Known.INTERNAL: ("internal-name-resembled", ", a name of your own", ("internal",)),
    Known.POPULAR: ("name-resembles-popular", ", which packages.popular lists", ("popular",)),
    Known.USED: ("name-resembles-popular", ", which is used here", ("levels", "name-resembles-popular")),
}


def _observe(item: Dependency, match: _Match, facts: Facts) -> Observation:
    rule, why, key = _RULES[match.why]
    known = say("{}", match.known)
    used = facts.package(item.purl).dependents
    spread: Phrase = (f", used by {used.value:,} packages",) if used else ()
    return observe(
        rule,
        subject(item),
        (" is new here and nearly has the name of ", *known, f"{why} ({match.how}): make sure that it is meant."),
        " has nearly another package's name",
        key,
        evidence=(
            Evidence("new name", (*say("{}", item.name), *spread), told_by(used) if used else ()),
            match.evidence,
            Evidence("likeness", (str(match.how),)),
        ),
    )
