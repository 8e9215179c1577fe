"""What the check says of how well an SBOM describes: validity, minimum elements, score; and what one would lack."""

from collections.abc import Iterable, Iterator, Sequence

from checks.model.dependency import Location
from checks.model.facts import Facts
from checks.model.finding import Evidence, Observation, Subject
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.snapshot import ManifestPair
from checks.sboms.committed import CommittedSbom, wanted_of
from checks.sboms.describe import read
from checks.sboms.elements import EDITIONS, Coverage, coverage, of_parts, short
from checks.sboms.lacking import can_fill, known_elements, parts_of
from checks.sboms.lists import NAMED, many, rows
from checks.sboms.matching import comparable
from checks.sboms.regenerate import regenerate
from checks.sboms.score import Score, score
from checks.sboms.terms import SbomSection
from checks.sboms.validity import Validity, validity


def described(sbom: CommittedSbom, section: SbomSection) -> Iterator[Observation]:
    assert sbom.text is not None
    document = read(sbom.text)
    valid = validity(sbom.text, document)
    if valid.unknown is not None:
        yield _not_validated(sbom, valid)
    elif valid.faults:
        yield _invalid(sbom, valid, section)
    said = document.described
    graded = score(said, valid)
    shown = Evidence("score", (f"{graded.total:.1f} of 10, grade {graded.grade}",), (graded.formula,))
    for standard in section.minimum_elements:
        missed = list(short(coverage(said, EDITIONS[standard.value]), section.complete.permille))
        if missed:
            yield _incomplete(sbom, standard.value, missed, section, shown)
    least = section.minimum_score
    if least is not None and round(graded.total, 1) < least.number:
        yield _low(sbom, graded, least, shown)


def _low(sbom: CommittedSbom, graded: Score, least: str, shown: Evidence) -> Observation:
    known = [(item.score, item) for item in graded.categories if item.score is not None]
    _, weakest = min(known, key=lambda row: row[0])
    total = (f"{graded.total:.1f}",)
    return Observation(
        rule="sbom-score-low",
        subject=Subject(path=sbom.path),
        message=say(
            "{} scores {} of 10, and the policy wants {}: its weakest part is {}.",
            sbom.path,
            total,
            (str(least),),
            (weakest.name.lower(),),
        ),
        headline=say("{} scores {} of 10", sbom.path[-50:], total),
        location=Location(sbom.path),
        introduced=sbom.edited,
        evidence=(shown, *(Evidence(item.name, (f"{points:.1f}",), (item.formula,)) for points, item in known)),
        policy_key=("sbom", "minimum_score"),
    )


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
        fix=regenerate(sbom, section),
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
            *join([_gap(item) for item in missed[:NAMED]], ", ", None if len(missed) > NAMED else " and "),
            *((" and ", *many(missed[NAMED:], "more element", "more elements")) if len(missed) > NAMED else ()),
            f" of the {edition.title}.",
        ),
        headline=say("{} is not complete by {}", sbom.path[-40:], (standard,)),
        location=Location(sbom.path, lines[0], lines[0]) if lines else Location(sbom.path),
        introduced=sbom.edited,
        evidence=(*(_element_evidence(item, section) for item in missed), shown),
        policy_key=("sbom", "minimum_elements"),
        fix=regenerate(sbom, section) if all(can_fill(sbom, item.element, section) for item in missed) else None,
    )


def _gap(item: Coverage) -> Phrase:
    if item.of_document:
        return (item.element.name,)
    return (f"{item.element.name} for {len(item.missing):,} of {item.total:,} components",)


def _element_evidence(item: Coverage, section: SbomSection) -> Evidence:
    if item.of_document:
        return Evidence(item.element.name, ("not there",))
    names = rows([say("{}", part.label) for part in item.missing])
    return Evidence(
        item.element.name, (f"{item.found:,} of {item.total:,}, {section.complete} wanted; without: ", *names)
    )


def data(
    manifests: Iterable[ManifestPair], facts: Facts, section: SbomSection, everything: bool
) -> Iterator[Observation]:
    """What an SBOM made here could not say of the packages that come in, where no committed one says it."""
    wanted = known_elements(section)
    for pair in manifests if wanted else ():
        before = (
            {(d.purl, d.version) for d in pair.base.dependencies} if pair.base and not everything else set[object]()
        )
        brought = [
            item for item in wanted_of(pair, section) if comparable(item) and (item.purl, item.version) not in before
        ]
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
