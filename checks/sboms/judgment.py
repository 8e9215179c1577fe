"""What the check `sbom` says: about SBOMs that are committed, and about what one made here would lack."""

import posixpath
import shlex
from collections.abc import Iterator
from itertools import chain

from checks.model.dependency import Location
from checks.model.facts import Facts
from checks.model.finding import Evidence, Fix, Observation, Subject
from checks.model.phrase import say
from checks.model.snapshot import Snapshot
from checks.policy.section import Judge
from checks.sboms.bill import FORMAT
from checks.sboms.committed import CommittedSbom, Repository, is_source, repository, wanted_of
from checks.sboms.differing import outdated
from checks.sboms.lists import NAMED, many
from checks.sboms.matching import comparable, match
from checks.sboms.quality import data, described
from checks.sboms.regenerate import command, format_for, regenerate
from checks.sboms.terms import Committed, SbomSection

#: Problems that leave components out.
_UNREADABLE = ("unreadable", "too-large", "entry")


def judged(snapshot: Snapshot, facts: Facts, section: SbomSection) -> tuple[int, tuple[Observation, ...]]:
    """How many manifests and SBOMs were looked at, and what there is to say."""
    found = repository(snapshot, section)
    everything = not snapshot.listing.base or section.judge is Judge.EVERYTHING
    said = chain(
        _unread(snapshot),
        chain.from_iterable(_about(sbom, found, section, snapshot, everything) for sbom in found.sboms),
        _required(found, section) if section.committed_sbom is Committed.REQUIRED else (),
        data(found.uncovered, facts, section, everything),
    )
    manifests = {pair.path for pair in (*found.uncovered, *(pair for sbom in found.sboms for pair in sbom.manifests))}
    return len(manifests) + len(found.sboms), tuple(said)


def _unread(snapshot: Snapshot) -> Iterator[Observation]:
    """Manifests of which no SBOM of this commit can be complete."""
    for pair in snapshot.manifests:
        head = pair.head
        problems = [p for p in head.problems if p.code in _UNREADABLE] if head and head.format != FORMAT else []
        if not problems or not is_source(pair.path):
            continue
        before = {(p.code, p.message) for p in pair.base.problems} if pair.base else set[tuple[str, str]]()
        yield Observation(
            rule="sbom-components-unknown",
            subject=Subject(path=pair.path),
            message=say("{} could not be read completely, so no SBOM of this commit can be complete.", pair.path),
            headline=say("{} is not read completely", pair.path[-50:]),
            location=problems[0].location,
            introduced=any((p.code, p.message) not in before for p in problems),
            evidence=tuple(Evidence("not read", say("{}", p.message)) for p in problems[:NAMED]),
            policy_key=("sbom", "levels", "sbom-components-unknown"),
        )


def _about(
    sbom: CommittedSbom, found: Repository, section: SbomSection, snapshot: Snapshot, everything: bool
) -> Iterator[Observation]:
    if section.committed_sbom is Committed.FORBIDDEN:
        yield _forbidden(sbom)
        return
    if sbom.head is None or sbom.text is None:
        yield _unreadable(sbom, section)
        return
    if section.committed_sbom is not Committed.MAY_DIFFER:
        yield from _compared(sbom, found, section, snapshot)
    if sbom.edited or everything:
        yield from described(sbom, section)


def _forbidden(sbom: CommittedSbom) -> Observation:
    return Observation(
        rule="sbom-committed",
        subject=Subject(path=sbom.path),
        message=say("{} is an SBOM in the repository, where the policy wants none.", sbom.path),
        headline=say("{} must not be committed", sbom.path[-50:]),
        location=Location(sbom.path),
        introduced=sbom.added,
        policy_key=("sbom", "committed_sbom"),
        fix=Fix(("remove it, and make it where it is released",), (f"git rm -- {shlex.quote(sbom.path)}",)),
    )


def _unreadable(sbom: CommittedSbom, section: SbomSection) -> Observation:
    problem = next(iter(sbom.inventory.problems), None)
    return Observation(
        rule="sbom-unreadable",
        subject=Subject(path=sbom.path),
        message=say("{} could not be read, so nobody can tell what it lists.", sbom.path),
        headline=say("{} cannot be read", sbom.path[-60:]),
        location=problem.location if problem else Location(sbom.path),
        introduced=sbom.edited or any(pair.base is not pair.head for pair in sbom.manifests),
        evidence=(Evidence("not read", say("{}", problem.message)),) if problem else (),
        policy_key=("sbom", "levels", "sbom-unreadable"),
        fix=regenerate(sbom, section),
    )


def _compared(
    sbom: CommittedSbom, found: Repository, section: SbomSection, snapshot: Snapshot
) -> Iterator[Observation]:
    wanted = [dependency for pair in sbom.manifests for dependency in wanted_of(pair, section)]
    if not wanted and not sbom.complete:
        if sbom.edited:
            yield _alone(sbom)
        return
    difference = match(wanted, sbom.inventory.dependencies, found.known, sbom.complete)
    if difference.differs:
        yield outdated(sbom, difference, section)
    elif not sbom.edited:
        yield from _not_renewed(sbom, snapshot, section)


def _alone(sbom: CommittedSbom) -> Observation:
    return Observation(
        rule="sbom-not-compared",
        subject=Subject(path=sbom.path),
        message=say(
            "{} has no lock file beside or below it that was read, so it was not compared with one.", sbom.path
        ),
        headline=say("{} was not compared", sbom.path[-60:]),
        location=Location(sbom.path),
        policy_key=("sbom", "covers"),
        fix=Fix(("say in `sbom.covers` of the policy which lock files it is about",)),
    )


def _not_renewed(sbom: CommittedSbom, snapshot: Snapshot, section: SbomSection) -> Iterator[Observation]:
    touched = {file.path for file in snapshot.listing.files}
    changed = [pair.path for pair in sbom.manifests if pair.path in touched]
    if changed:
        yield Observation(
            rule="sbom-not-renewed",
            subject=Subject(path=sbom.path),
            message=say("{} changes and {} does not, though it lists the same packages.", changed[0], sbom.path),
            headline=say("{} is older than the lock file", sbom.path[-50:]),
            location=Location(changed[0]),
            policy_key=("sbom", "levels", "sbom-not-renewed"),
            fix=regenerate(sbom, section),
        )


def _required(found: Repository, section: SbomSection) -> Iterator[Observation]:
    """What is used and in no SBOM."""
    for pair in found.uncovered:
        used = [item for item in wanted_of(pair, section) if comparable(item)]
        if used:
            before = {(item.purl, item.version) for item in pair.base.dependencies} if pair.base else set[object]()
            folder = posixpath.dirname(pair.path)
            target = posixpath.join(
                posixpath.dirname(pair.path), section.files[0] if section.files else "sbom.cdx.json"
            )
            yield Observation(
                rule="sbom-missing",
                subject=Subject(path=pair.path),
                message=say(
                    "{} has {} that no committed SBOM lists: none is beside it or above it.",
                    pair.path, many(used, "package", "packages"),
                ),
                headline=say("{} has no SBOM", pair.path[-60:]),
                location=Location(pair.path),
                introduced=any((item.purl, item.version) not in before for item in used),
                evidence=(Evidence("looked for", say("{}", ", ".join(section.files))),),
                policy_key=("sbom", "committed_sbom"),
                fix=Fix(("write one and commit it",), (command(folder, target, format_for(target)),)),
            )  # fmt: skip
