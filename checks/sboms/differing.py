"""What the check says where an SBOM and the lock files differ."""

from collections.abc import Iterator

from checks.model.finding import Evidence, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.sboms.committed import CommittedSbom
from checks.sboms.lists import NAMED, SHOWN, few, label, listed, many, rows
from checks.sboms.matching import Match
from checks.sboms.regenerate import regenerate
from checks.sboms.terms import SbomSection


def outdated(sbom: CommittedSbom, difference: Match, section: SbomSection) -> Observation:
    before = {
        (item.purl, item.version) for pair in sbom.manifests if pair.base for item in pair.base.dependencies
    }  # fmt: skip
    now = {(item.purl, item.version) for pair in sbom.manifests if pair.head for item in pair.head.dependencies}
    brought = any((item.purl, item.version) not in before for item in difference.lacking)
    gone = before - now
    dropped = any((item.purl, item.version) in gone for item in difference.extra)
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
        related=tuple(places[1:SHOWN]),
        introduced=sbom.edited or brought or dropped,
        evidence=tuple(_difference_evidence(difference, sbom)),
        policy_key=("sbom", "committed_sbom"),
        fix=regenerate(sbom, section),
    )


def _differences(difference: Match) -> Iterator[Phrase]:
    if difference.missing:
        yield (*many(difference.missing, "package is", "packages are"), " missing", *few(difference.missing))
    if difference.other_version:
        pairs = [(one.name, f"{other.version}", f"{one.version}") for one, other in difference.other_version]
        shown = [say("{} {} instead of {}", *pair) for pair in pairs[:NAMED]]
        yield (*many(pairs, "has another version", "have another version"), *listed(shown, len(pairs)))
    if difference.other_hash:
        found = [one for one, _ in difference.other_hash]
        yield (*many(found, "has another hash", "have another hash"), *few(found))
    if difference.extra:
        yield (*many(difference.extra, "is in no lock file", "are in no lock file"), *few(difference.extra))


def _difference_evidence(difference: Match, sbom: CommittedSbom) -> Iterator[Evidence]:
    lists = (("missing", difference.missing), ("in no lock file", difference.extra))
    for what, items in lists:
        if items:
            yield Evidence(what, rows([label(item) for item in items]))
    if difference.other_version:
        pairs = difference.other_version
        yield Evidence(
            "other version", rows([say("{} {} → {}", a.name, b.version or "?", a.version or "?") for a, b in pairs])
        )
    if difference.other_hash:
        yield Evidence("other hash", rows([label(one) for one, _ in difference.other_hash]))
    created = sbom.head.created if sbom.head else None
    if created:
        yield Evidence("made", say("{}", created[:40]), ("the SBOM itself",))
