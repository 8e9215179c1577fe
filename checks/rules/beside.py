"""What is said about a manifest and the lock files beside it. Part of the check `inventory`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from checks.manifests.agreement import Disagreement, Outdated, disagreements, disagreements_before, outdated
from checks.model.dependency import Dependency, Location
from checks.model.finding import Evidence, Fix, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.project import Lock, Project, Requirement
from checks.rules.ids import OUTDATED

WITHOUT_LOCK, DISAGREE = "manifest-without-lock", "locks-disagree"


def observations(projects: Iterable[Project], everything: bool) -> Iterator[Observation]:
    """All three rules; with `everything` there is no base, and what stands there counts as new."""
    found: list[Observation] = []
    for project in projects:
        found += _without_lock(project)
        for lock in project.locks:
            found += _outdated(project, lock, everything)
        for first, second in combinations(project.locks, 2):
            found += _disagreeing(project, first, second, everything)
    return _one_of_each(found)


def _one_of_each(found: Sequence[Observation]) -> Iterator[Observation]:
    """One finding for one rule and package, with its further places: a monorepo asks for it in forty manifests."""
    grouped: dict[tuple[str, Subject, bool], list[Observation]] = {}
    for item in found:
        subject = replace(item.subject, version=None) if item.subject.purl else item.subject
        grouped.setdefault((item.rule, subject, item.introduced), []).append(item)
    for first, *others in grouped.values():
        places = [place for item in others for place in (item.location, *item.related) if place]
        yield replace(first, related=tuple(dict.fromkeys((*first.related, *places)))) if places else first


# -- a manifest without a lock file ----------------------------------------------------------------------------------


def _without_lock(project: Project) -> Iterator[Observation]:
    if project.locked or not project.edited or not project.head:
        return
    before = {(item.purl, item.range) for item in project.base or ()}
    new = [item for item in project.head if (item.purl, item.range) not in before] or project.head
    count = f"{len(project.head)} package{'s' if len(project.head) != 1 else ''}"
    yield Observation(
        rule=WITHOUT_LOCK,
        subject=Subject(path=project.path),
        message=say("{} asks for {}, and no lock file says which versions that are.", project.path, (count,)),
        headline=say("{} has no lock file", project.path),
        location=Location(project.path, new[0].line, new[0].end_line),
        related=tuple(Location(project.path, item.line, item.end_line) for item in new[1:20]),
        evidence=(
            Evidence("asks for", join([say("{} {}", item.name, item.range or "*") for item in new[:10]])),
            Evidence("lock file", (f"none of {project.expected}, here or in a workspace around it",)),
        ),
        policy_key=("inventory", "levels", WITHOUT_LOCK),
    )


# -- a lock file that does not answer its manifest -------------------------------------------------------------------


def _outdated(project: Project, lock: Lock, everything: bool) -> Iterator[Observation]:
    known = set()
    if not everything and lock.base and project.base:
        known = {item.key for item in outdated(project.base, lock.base, lock.unsure)}
    for item in outdated(project.head, lock.head, lock.unsure):
        yield _behind(project, lock, item, introduced=item.key not in known)


def _behind(project: Project, lock: Lock, item: Outdated, introduced: bool) -> Observation:
    asked = item.requirement
    has: Phrase = ("does not have it",)
    if item.entries:
        has = ("has ", *join([say("{}", entry.version or "no version") for entry in item.entries[:5]], last=" and "))
    elsewhere = tuple(entry.location for entry in item.entries) or (Location(lock.path),)
    return Observation(
        rule=OUTDATED,
        subject=Subject(purl=asked.purl, version=_only([e.version for e in item.entries]), name=asked.name),
        message=say("{} asks for {}, and {} {}.", project.path, _wish(asked), lock.path, has),
        headline=say("{} is not locked as {} asks", asked.name, project.path),
        location=Location(project.path, asked.line, asked.end_line),
        related=elsewhere,
        introduced=introduced,
        evidence=(
            Evidence("asked for", say("{}", asked.range or "any version"), say("{} line {}", project.path, asked.line)),
            Evidence("locked", _locked(item.entries), say("{}", lock.path)),
        ),
        policy_key=("inventory", "levels", OUTDATED),
    )


def _wish(asked: Requirement) -> Phrase:
    return say("{} {}", asked.name, asked.range) if asked.range else say("{}", asked.name)


def _locked(entries: Sequence[Dependency]) -> Phrase:
    if not entries:
        return ("nothing",)
    return join([say("{} (line {})", entry.version or "–", entry.location.line) for entry in entries[:5]])


def _only(versions: Sequence[str | None]) -> str | None:
    return versions[0] if len(versions) == 1 else None


# -- two lock files of one manifest ----------------------------------------------------------------------------------


def _disagreeing(project: Project, first: Lock, second: Lock, everything: bool) -> Iterator[Observation]:
    known = set()
    if not everything:
        known = {item.key for item in disagreements_before(project.base or (), first, second)}
    found = list(disagreements(project.head, first, second))
    new = [item for item in found if item.key not in known]
    if found:
        yield _differ(first, second, new or found, introduced=bool(new))


def _differ(first: Lock, second: Lock, found: Sequence[Disagreement], introduced: bool) -> Observation:
    one, *others = found
    more: Phrase = (f", and so {'do' if len(others) > 1 else 'does'} {len(others)} more",) if others else ()
    versions = one.first.version or "–", one.second.version or "–"
    message = say(
        "{} has {} {}, and {} has {}", first.path, one.requirement.name, versions[0], second.path, versions[1]
    )
    places = [place for item in found for place in (item.first.location, item.second.location)]
    return Observation(
        rule=DISAGREE,
        subject=Subject(path=first.path),
        message=(*message, *more, "."),
        headline=say("{} and {} disagree", first.path, second.path),
        location=places[0],
        related=tuple(places[1:40]),
        introduced=introduced,
        evidence=tuple(_evidence(item) for item in found[:10]),
        policy_key=("inventory", "levels", DISAGREE),
        fix=Fix(say("keep the lock file that your project installs from, and delete the other")),
    )


def _evidence(item: Disagreement) -> Evidence:
    places = [say("{} line {}", d.location.path, d.location.line) for d in (item.first, item.second)]
    versions = item.first.version or "–", item.second.version or "–"
    return Evidence("resolved to", say("{} {} and {}", item.requirement.name, *versions), join(places, last=" and "))
