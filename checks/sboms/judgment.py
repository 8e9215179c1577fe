"""What the check `sbom` says: about SBOMs that are committed, and about what one made here would lack."""

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from checks.model.dependency import Dependency, Location
from checks.model.facts import Facts
from checks.model.finding import Evidence, Fix, Observation, Subject
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.snapshot import ManifestPair, Snapshot
from checks.policy.section import Judge
from checks.sboms.bill import FORMAT
from checks.sboms.committed import CommittedSbom, Repository, is_source, repository
from checks.sboms.elements import EDITIONS, Coverage, coverage, of_parts, short
from checks.sboms.lacking import known_elements, parts_of
from checks.sboms.matching import Match, comparable, match
from checks.sboms.score import score
from checks.sboms.terms import Committed, SbomSection, Scope
from checks.sboms.validity import Validity, validity

#: Packages that a sentence names, and that the evidence names.
_NAMED, _SHOWN = 3, 20
_UNREADABLE = ("unreadable", "too-large", "entry")
#: Format and encoding of a document → the format as the command names it, and whether it takes a version.
_FORMATS = {
    ("CycloneDX", "JSON"): "cyclonedx-json",
    ("CycloneDX", "XML"): "cyclonedx-xml",
    ("SPDX", "JSON"): "spdx-json",
    ("SPDX", "tag-value"): "spdx-tag-value",
}
#: Versions of the formats that the command writes.
_WRITTEN = frozenset({"1.5", "1.6", "1.7", "2.3"})


def judged(snapshot: Snapshot, facts: Facts, section: SbomSection) -> tuple[int, tuple[Observation, ...]]:
    """How many manifests and SBOMs were looked at, and what there is to say."""
    found = repository(snapshot, section)
    everything = not snapshot.listing.base or section.judge is Judge.EVERYTHING
    said = chain(
        _unread(snapshot),
        chain.from_iterable(_about(sbom, found, section, snapshot, everything) for sbom in found.sboms),
        _required(found, section) if section.committed_sbom is Committed.REQUIRED else (),
        _data(found.uncovered, facts, section, everything),
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
            evidence=tuple(Evidence("not read", say("{}", p.message)) for p in problems[:_NAMED]),
            policy_key=("sbom", "levels", "sbom-components-unknown"),
        )


def _about(
    sbom: CommittedSbom, found: Repository, section: SbomSection, snapshot: Snapshot, everything: bool
) -> Iterator[Observation]:
    if section.committed_sbom is Committed.FORBIDDEN:
        yield _forbidden(sbom)
        return
    if sbom.document is None or sbom.text is None:
        yield _unreadable(sbom, section)
        return
    if section.committed_sbom is not Committed.MAY_DIFFER:
        yield from _compared(sbom, found, section, snapshot)
    if sbom.edited or everything:
        yield from _described(sbom, section)


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
        fix=_fix(sbom, section),
    )


def _compared(
    sbom: CommittedSbom, found: Repository, section: SbomSection, snapshot: Snapshot
) -> Iterator[Observation]:
    wanted = [dependency for pair in sbom.manifests for dependency in _wanted(pair, section)]
    if not wanted and not sbom.complete:
        if sbom.edited:
            yield _alone(sbom)
        return
    difference = match(wanted, sbom.inventory.dependencies, found.known, sbom.complete)
    if difference.differs:
        yield _outdated(sbom, difference, section)
    elif not sbom.edited:
        yield from _not_renewed(sbom, snapshot, section)


def _wanted(pair: ManifestPair, section: SbomSection) -> Iterator[Dependency]:
    for dependency in pair.head.dependencies if pair.head else ():
        if section.scope is Scope.ALL or dependency.scope.shipped:
            yield dependency


def _alone(sbom: CommittedSbom) -> Observation:
    return Observation(
        rule="sbom-not-compared",
        subject=Subject(path=sbom.path),
        message=say("{} has no lock file beside or below it that was read, so it was not compared with one.", sbom.path),
        headline=say("{} was not compared", sbom.path[-60:]),
        location=Location(sbom.path),
        policy_key=("sbom", "covers"),
        fix=Fix(("say in `sbom.covers` of the policy which lock files it is about",)),
    )


def _outdated(sbom: CommittedSbom, difference: Match, section: SbomSection) -> Observation:
    before = {
        (item.purl, item.version) for pair in sbom.manifests if pair.base for item in pair.base.dependencies
    }  # fmt: skip
    now = {(item.purl, item.version) for pair in sbom.manifests if pair.head for item in pair.head.dependencies}
    brought = any((item.purl, item.version) not in before for item in difference.lacking)
    dropped = any((item.purl, item.version) in before - now for item in difference.extra)
    places = [item.location for item in (*difference.lacking, *difference.extra)]
    manifests = [pair.path for pair in sbom.manifests if pair.head] or [pair.path for pair in sbom.manifests]
    return Observation(
        rule="sbom-outdated",
        subject=Subject(path=sbom.path),
        message=(
            *say("{} does not match ", sbom.path),
            *(say("{}", manifests[0]) if len(manifests) == 1 else (f"the {len(manifests):,} manifests it is about",)),
            ": ",
            *join(list(_differences(difference)), ", ", " and "),
            ".",
        ),
        headline=say("{} does not match the lock file", sbom.path[-40:]),
        location=places[0],
        related=tuple(places[1:_SHOWN]),
        introduced=sbom.edited or brought or dropped,
        evidence=tuple(_difference_evidence(difference, sbom)),
        policy_key=("sbom", "committed_sbom"),
        fix=_fix(sbom, section),
    )


def _differences(difference: Match) -> Iterator[Phrase]:
    if difference.missing:
        yield (*_many(difference.missing, "package is", "packages are"), " missing", *_few(difference.missing))
    if difference.other_version:
        pairs = [(one.name, f"{other.version}", f"{one.version}") for one, other in difference.other_version]
        shown = [say("{} {} instead of {}", *pair) for pair in pairs[:_NAMED]]
        yield (*_many(pairs, "has another version", "have another version"), *_listed(shown, len(pairs)))
    if difference.other_hash:
        found = [one for one, _ in difference.other_hash]
        yield (*_many(found, "has another hash", "have another hash"), *_few(found))
    if difference.extra:
        yield (*_many(difference.extra, "is in no lock file", "are in no lock file"), *_few(difference.extra))


def _many(items: Sequence[object], one: str, several: str) -> Phrase:
    return (f"{len(items):,} {one if len(items) == 1 else several}",)


def _few(items: Sequence[Dependency]) -> Phrase:
    return _listed([_label(item) for item in items[:_NAMED]], len(items))


def _listed(shown: Sequence[Phrase], total: int) -> Phrase:
    more = (f" and {total - len(shown):,} more",) if total > len(shown) else ()
    return (" (", *join(shown), *more, ")")


def _label(item: Dependency) -> Phrase:
    return say("{} {}", item.name, item.version) if item.version else say("{}", item.name)


def _difference_evidence(difference: Match, sbom: CommittedSbom) -> Iterator[Evidence]:
    lists = (("missing", difference.missing), ("in no lock file", difference.extra))
    for what, items in lists:
        if items:
            yield Evidence(what, _rows([_label(item) for item in items]))
    for what, pairs in (("other version", difference.other_version), ("other hash", difference.other_hash)):
        if pairs:
            rows = [say("{} {} → {}", one.name, other.version or "?", one.version or "?") for one, other in pairs]
            yield Evidence(what, _rows(rows) if what == "other version" else _rows([_label(one) for one, _ in pairs]))
    created = sbom.document.described.created if sbom.document else None
    if created:
        yield Evidence("made", say("{}", created[:40]), ("the SBOM itself",))


def _rows(rows: Sequence[Phrase]) -> Phrase:
    more = (f" and {len(rows) - _SHOWN:,} more",) if len(rows) > _SHOWN else ()
    return (*join(rows[:_SHOWN]), *more)


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
            fix=_fix(sbom, section),
        )


def _described(sbom: CommittedSbom, section: SbomSection) -> Iterator[Observation]:
    assert sbom.document is not None and sbom.text is not None
    valid = validity(sbom.text, sbom.document)
    if valid.unknown is not None:
        yield _not_validated(sbom, valid)
    elif valid.faults:
        yield _invalid(sbom, valid, section)
    described = sbom.document.described
    graded = score(described, valid)
    shown = Evidence("score", (f"{graded.total:.1f} of 10, grade {graded.grade}",), (graded.formula,))
    for standard in section.minimum_elements:
        missed = list(short(coverage(described, EDITIONS[standard.value]), section.complete.permille))
        if missed:
            yield _incomplete(sbom, standard.value, missed, section, shown)
    least = section.minimum_score
    if least is not None and round(graded.total, 1) < least.number:
        weakest = min((c for c in graded.categories if c.score is not None), key=lambda c: c.score or 0.0)
        yield Observation(
            rule="sbom-score-low",
            subject=Subject(path=sbom.path),
            message=say(
                "{} scores {} of 10, and the policy wants {}: its weakest part is {}.",
                sbom.path, (f"{graded.total:.1f}",), (str(least),), (weakest.name.lower(),),
            ),
            headline=say("{} scores {} of 10", sbom.path[-50:], (f"{graded.total:.1f}",)),
            location=Location(sbom.path),
            introduced=sbom.edited,
            evidence=(shown, *(Evidence(c.name, (f"{c.score:.1f}",), (c.formula,)) for c in graded.categories if c.score is not None)),
            policy_key=("sbom", "minimum_score"),
        )  # fmt: skip


def _not_validated(sbom: CommittedSbom, valid: Validity) -> Observation:
    return Observation(
        rule="sbom-not-validated",
        subject=Subject(path=sbom.path),
        message=say("{} was not validated: {}.", sbom.path, (valid.unknown or "",)),
        headline=say("{} was not validated", sbom.path[-60:]),
        location=Location(sbom.path),
        introduced=sbom.edited,
        policy_key=("sbom", "levels", "sbom-not-validated"),
    )


def _invalid(sbom: CommittedSbom, valid: Validity, section: SbomSection) -> Observation:
    first = valid.faults[0]
    rest = len(valid.faults) - 1
    more = (f" (and {rest} more)",) if rest else ()
    lines = [Location(sbom.path, fault.line, fault.line) for fault in valid.faults]
    return Observation(
        rule="sbom-invalid",
        subject=Subject(path=sbom.path),
        message=(*say("{} is not valid by ", sbom.path), valid.by, ": ", Foreign(first.message), *more, "."),
        headline=say("{} is not valid", sbom.path[-60:]),
        location=lines[0],
        related=tuple(dict.fromkeys(lines[1:])),
        introduced=sbom.edited,
        evidence=tuple(
            Evidence(f"line {fault.line:,}" if fault.line else "fault", (Foreign(fault.message),), (valid.by,))
            for fault in valid.faults
        ),
        policy_key=("sbom", "levels", "sbom-invalid"),
        fix=_fix(sbom, section),
    )


def _incomplete(
    sbom: CommittedSbom, standard: str, missed: Sequence[Coverage], section: SbomSection, shown: Evidence
) -> Observation:
    edition = EDITIONS[standard]
    lines = [part.line for item in missed for part in item.missing if part.line]
    return Observation(
        rule="sbom-incomplete",
        subject=Subject(path=sbom.path),
        message=(
            *say("{} lacks ", sbom.path),
            *join([_gap(item) for item in missed[:_NAMED]], ", ", None if len(missed) > _NAMED else " and "),
            *((f" and {len(missed) - _NAMED} more elements",) if len(missed) > _NAMED else ()),
            f" of the {edition.title}" if not edition.title.startswith("EU") else f" of the {edition.title}",
            ".",
        ),
        headline=say("{} is not complete by {}", sbom.path[-40:], (standard,)),
        location=Location(sbom.path, lines[0], lines[0]) if lines else Location(sbom.path),
        introduced=sbom.edited,
        evidence=(*(_element_evidence(item, section) for item in missed), shown),
        policy_key=("sbom", "minimum_elements"),
        fix=_fix(sbom, section),
    )


def _gap(item: Coverage) -> Phrase:
    if item.of_document:
        return (item.element.name,)
    return (f"{item.element.name} for {len(item.missing):,} of {item.total:,} components",)


def _element_evidence(item: Coverage, section: SbomSection) -> Evidence:
    if item.of_document:
        return Evidence(item.element.name, ("not there",))
    names = _rows([say("{}", part.label) for part in item.missing])
    return Evidence(item.element.name, (f"{item.found:,} of {item.total:,}, {section.complete} wanted; without: ", *names))


def _required(found: Repository, section: SbomSection) -> Iterator[Observation]:
    """What is used and in no SBOM."""
    for pair in found.uncovered:
        used = [item for item in _wanted(pair, section) if comparable(item)]
        if used:
            before = {(item.purl, item.version) for item in pair.base.dependencies} if pair.base else set[object]()
            target = posixpath.join(posixpath.dirname(pair.path), section.files[0] if section.files else "sbom.cdx.json")
            yield Observation(
                rule="sbom-missing",
                subject=Subject(path=pair.path),
                message=say(
                    "{} has {} that no committed SBOM lists: none is beside it or above it.",
                    pair.path, _many(used, "package", "packages"),
                ),
                headline=say("{} has no SBOM", pair.path[-60:]),
                location=Location(pair.path),
                introduced=any((item.purl, item.version) not in before for item in used),
                evidence=(Evidence("looked for", say("{}", ", ".join(section.files))),),
                policy_key=("sbom", "committed_sbom"),
                fix=Fix(("write one and commit it",), (_command(posixpath.dirname(pair.path), target, section),)),
            )  # fmt: skip


def _data(
    manifests: Iterable[ManifestPair], facts: Facts, section: SbomSection, everything: bool
) -> Iterator[Observation]:
    """What an SBOM made here could not say of the packages that come in, where no committed one says it."""
    wanted = known_elements(section)
    for pair in manifests if wanted else ():
        before = {(d.purl, d.version) for d in pair.base.dependencies} if pair.base and not everything else set[object]()
        brought = [item for item in _wanted(pair, section) if comparable(item) and (item.purl, item.version) not in before]
        parts = parts_of(pair.head, brought, facts) if pair.head else ()
        covered = [of_parts(parts, element) for element in wanted]
        missed = list(short(covered, section.complete.permille))
        if missed:
            yield Observation(
                rule="sbom-data-missing",
                subject=Subject(path=pair.path),
                message=(
                    *say("An SBOM of {} would lack ", pair.path),
                    *join([_gap(item) for item in missed], ", ", " and "),
                    ".",
                ),
                headline=say("{} does not say enough for an SBOM", pair.path[-40:]),
                location=Location(pair.path, missed[0].missing[0].line, missed[0].missing[0].line),
                evidence=tuple(_element_evidence(item, section) for item in missed),
                policy_key=("sbom", "minimum_elements"),
            )


def _fix(sbom: CommittedSbom, section: SbomSection) -> Fix:
    """The command that writes it anew where it is, in its own format."""
    folder = sbom.folder
    if sbom.manifests:
        folders = [posixpath.dirname(pair.path) for pair in sbom.manifests]
        folder = posixpath.commonpath(folders) if all(folders) else ""
    described = sbom.document.described if sbom.document else None
    return Fix(
        ("write it anew and commit it",),
        (_command(folder, sbom.path, section, *_format(described.format, described.encoding, described.version)),)
        if described
        else (_command(folder, sbom.path, section),),
    )


def _format(format_: str, encoding: str, version: str) -> tuple[str, str | None]:
    if format_ == "SPDX" and version.startswith("3"):
        return "spdx3-json", None
    return _FORMATS[format_, encoding], version if version in _WRITTEN else None


def _command(
    folder: str, target: str, section: SbomSection, format_: str | None = None, version: str | None = None
) -> str:
    words = ["ospo-gate", "sbom"]
    # a folder may be called as an option or as a command
    words += [shlex.quote(f"./{folder}")] if folder else []
    words += ["--format", format_] if format_ else []
    words += ["--spec-version", version] if version else []
    words += ["--scope", "all"] if section.scope is Scope.ALL else []
    words.append(f"--output={shlex.quote(target)}")
    return " ".join(words)
