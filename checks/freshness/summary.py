"""Libyears of a whole change: what it brings, and what leaves for it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from checks.freshness.case import Case, Said, listed, registered
from checks.freshness.libyears import Lag, Total, as_libyears, libyears, total
from checks.freshness.terms import FreshnessSection
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Inventory, Location
from checks.model.facts import Facts
from checks.model.finding import Evidence, Observation, Subject
from checks.model.phrase import Phrase, say
from checks.model.snapshot import Snapshot
from checks.policy.section import Judge
from checks.render.english import counted
from checks.render.english import listed as enumerated

_Entries = dict[tuple[str, str | None], list[Dependency]]


def said(snapshot: Snapshot, facts: Facts, section: FreshnessSection, now: datetime) -> Iterator[Said]:
    """The note `libyears`, or `libyears-exceeded` where the total is over its limit; nothing where no date is known."""
    if section.libyears is None:
        return
    everything, brought, gone = _sides(snapshot)
    whole = not snapshot.listing.base or section.judge is Judge.EVERYTHING
    cases, new, old = (
        tuple(_cases(entries, facts, section, now)) for entries in (everything if whole else brought, brought, gone)
    )
    for case in (*cases, *new, *old):
        yield from case.held.values()
    found, limit = total(map(_lag, cases)), section.libyears.total
    if not found.known:
        return
    exceeded = limit is not None and found.together > as_libyears(limit.delta or timedelta.max)
    places = dict.fromkeys(Location(place.dependency.location.path) for case in cases for place in case.change.places)
    first, *others = places
    yield Observation(
        rule="libyears-exceeded" if exceeded else "libyears",
        subject=Subject(path=""),
        message=(
            *_message(found, "here" if whole else "that this change brings"),
            *(_difference(total(map(_lag, new)), total(map(_lag, old))) if snapshot.listing.base else ()),
            f", and all together may be {limit}." if exceeded else ".",
        ),
        headline=(f"{counted(found.known, 'package')}: {found.together:,.1f} libyears behind in total",),
        location=first,
        related=tuple(others),
        evidence=tuple(_evidence(found)),
        policy_key=("freshness", "libyears", *(("total",) if exceeded else ())),
    )


def unasked(snapshot: Snapshot, facts: Facts, section: FreshnessSection) -> Iterator[Phrase]:
    """What nobody can know where no source of facts is asked at all: then there is not even a gap."""
    if facts.sources:
        return
    everything, brought, _ = _sides(snapshot)
    judged = brought if snapshot.listing.base and section.judge is Judge.CHANGES else everything
    subjects = (
        ("versions that were withdrawn or deprecated", ("version-yanked", "package-quarantined", "package-deprecated")),
        ("archived packages", ("package-archived",)),
        ("ends of support", ("end-of-life", "end-of-life-soon")),
    )
    words = [what for what, rules in subjects if section.speaks(*rules)]
    if judged and words:
        yield (f"{enumerated(words)}, because no source of facts is asked",)


def _sides(snapshot: Snapshot) -> tuple[_Entries, _Entries, _Entries]:
    """Everything at the head, what arrives and what leaves, manifest by manifest."""
    everything, brought, gone = _Entries(), _Entries(), _Entries()
    for pair in snapshot.manifests:
        before, after = _entries(pair.base), _entries(pair.head)
        for key, found in after.items():
            everything.setdefault(key, []).extend(found)
            if key not in before:
                brought.setdefault(key, []).extend(found)
        for key, found in before.items():
            if key not in after:
                gone.setdefault(key, []).extend(found)
    return everything, brought, gone


def _entries(inventory: Inventory | None) -> _Entries:
    found = _Entries()
    for dependency in inventory.dependencies if inventory else ():
        found.setdefault((dependency.purl, dependency.version), []).append(dependency)
    return found


def _cases(entries: _Entries, facts: Facts, section: FreshnessSection, now: datetime) -> Iterator[Case]:
    for (purl, version), found in entries.items():
        places = tuple(Place(dependency, (dependency,)) for dependency in found)
        change = Change(ChangeKind.PRESENT, purl, found[0].name, version, places)
        if listed(change) and registered(change):
            yield Case(change, facts, section, now)


def _lag(case: Case) -> Lag:
    used, current = case.published, case.current.published if case.current else None
    return Lag(case.change.name, case.change.version, libyears(used.value, current) if used and current else None)


def _message(found: Total, which: str) -> Phrase:
    packages, verb = (f"{found.known:,} packages", "are") if found.known > 1 else ("one package", "is")
    many = f" in total and {found.mean:,.1f} on average" if found.known > 1 else ""
    worst: Phrase = ()
    if found.worst is not None and found.known > 1:
        name = say("{} {}", found.worst.name, found.worst.version or "")
        worst = (", most of all ", *name, f" with {found.worst.libyears:,.1f}")
    apart = f" (not counting {found.unknown:,} without known dates)" if found.unknown else ""
    return (f"The {packages} {which}{apart} {verb} {found.together:,.1f} libyears behind{many}", *worst)


def _difference(brought: Total, gone: Total) -> Phrase:
    """What the change adds or saves; nothing where the dates of what it replaces are not known."""
    if not gone.known:
        return ()
    difference = brought.together - gone.together
    return (f"; with what leaves, this change {'adds' if difference > 0 else 'saves'} {abs(difference):,.1f}",)


def _evidence(found: Total) -> Iterable[Evidence]:
    yield Evidence("total", (f"{found.together:,.1f} libyears",))
    yield Evidence("mean", (f"{found.mean:,.1f} libyears",))
    if found.worst is not None:
        name = say("{} {}", found.worst.name, found.worst.version or "")
        yield Evidence("worst", (*name, f", {found.worst.libyears:,.1f} libyears"))
    yield Evidence("without known dates", (f"{found.unknown:,}",))
