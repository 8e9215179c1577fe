"""What a facts file holds: answers as they were put together from all sources, each under what it is about.

Everything that a verdict takes from the network is in it, what could not be told too, so that the same change is judged
alike without a network. Advisories stand under their package: any version of it can be compared with them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from app.facts.kinds import PACKAGE_KINDS, package_part
from app.ports import FactKey, FactRecord
from checks.advisories.ecosystems import identity
from checks.facts import epss, kev, osv
from checks.facts.codec import (
    encode_advisory,
    encode_exploited,
    encode_likelihood,
    encode_package,
    encode_version,
)
from checks.model.advisory import Advisory
from checks.model.facts import NOTHING, OF_VERSION, Facts, Questions, Want
from checks.model.packages import Gap, Known, VersionFacts

#: What a record about one version holds.
OF_ONE = OF_VERSION & ~Want.ADVISORIES
#: Their gaps are told by the state of the source.
_EXPLOITATION = (kev.SOURCE, epss.SOURCE)


def version_key(purl: str, version: str) -> FactKey:
    return FactKey("version", f"{purl}@{version}", "")


def advisories_key(purl: str) -> FactKey:
    """Of all advisories of a package, however its name is written."""
    return FactKey("advisories", identity(purl), "")


def advisories_key_of(purl: str, version: str) -> FactKey:
    """Of the advisories of one version, where nobody told all of its package."""
    return FactKey("advisories", f"{purl}@{version}", "")


def package_key(kind: str, purl: str) -> FactKey:
    return FactKey(kind, purl, "")


def advisory_key(id_: str) -> FactKey:
    return FactKey("advisory", id_, "")


def cves(advisory: Advisory) -> frozenset[str]:
    """The names by which exploitation is looked up."""
    ids = (advisory.id, *advisory.aliases, *advisory.upstream)
    return frozenset(id_.upper() for id_ in ids if id_.upper().startswith("CVE-"))


def records(questions: Questions, facts: Facts, at: datetime) -> Iterator[FactRecord]:
    """The answers to `questions`, which were asked at `at` (UTC). `facts` names all advisories of each package."""
    packages: dict[str, Want] = {}
    for (purl, version), want in questions.items():
        if version is not None and want & OF_ONE:
            known = facts.version(purl, version)
            value = replace(known, advisories=None, gaps=_gaps(known.gaps, want & OF_ONE))
            yield FactRecord(version_key(purl, version), want & OF_ONE, encode_version(value), at)
        packages[purl] = packages.get(purl, NOTHING) | want
    for purl, want in packages.items():
        package = facts.package(purl)
        for kind, mask in PACKAGE_KINDS.items():
            if about := want & mask:
                part = replace(package_part(kind, package), gaps=_gaps(package.gaps, about))
                yield FactRecord(package_key(kind, purl), about, encode_package(part), at)
    yield from _of_vulnerabilities(questions, facts, at)


def _of_vulnerabilities(questions: Questions, facts: Facts, at: datetime) -> Iterator[FactRecord]:
    named: dict[FactKey, VersionFacts] = {}
    for (purl, version), want in questions.items():
        if version is not None and want & Want.ADVISORIES:
            known = facts.version(purl, version)
            gaps = tuple(gap for gap in _gaps(known.gaps, Want.ADVISORIES) if gap.source not in _EXPLOITATION)
            # Only OSV is asked for all advisories of a package: what others name is about this version.
            whole = known.advisories is None or known.advisories.source == osv.SOURCE
            key = advisories_key(purl) if whole else advisories_key_of(purl, version)
            if known.advisories or key not in named:
                named[key] = VersionFacts(advisories=known.advisories, gaps=gaps)
    for key, value in named.items():
        yield FactRecord(key, Want.ADVISORIES, encode_version(value), at)
    yield from advisory_records(facts.advisories.values(), at)
    wanted = sorted({cve for advisory in facts.advisories.values() for cve in cves(advisory)})
    silent = {state.name for state in facts.sources if state.trouble}
    if kev.SOURCE not in silent and any(state.name == kev.SOURCE for state in facts.sources):
        yield from exploited_records(facts, wanted, at)
    if epss.SOURCE not in silent and any(state.name == epss.SOURCE for state in facts.sources):
        yield from likelihood_records(facts, wanted, at)


def advisory_records(advisories: Iterable[Advisory], at: datetime) -> Iterator[FactRecord]:
    for advisory in advisories:
        yield FactRecord(advisory_key(advisory.id), Want.ADVISORIES, encode_advisory(advisory), at)


def concerned_records(ids: Mapping[str, Collection[str]], source: str, at: datetime) -> Iterator[FactRecord]:
    """The ids of all advisories of packages, by purl as `identity` gives it."""
    for purl, named in ids.items():
        value = VersionFacts(advisories=Known(tuple(sorted(named)), source, at))
        yield FactRecord(FactKey("advisories", purl, ""), Want.ADVISORIES, encode_version(value), at)


def exploited_records(facts: Facts, wanted: Iterable[str], at: datetime) -> Iterator[FactRecord]:
    """What the catalog says of the CVEs `wanted`; an empty record: they are not in it."""
    for cve in wanted:
        known = facts.exploited.get(cve)
        yield FactRecord(FactKey("exploited", cve, ""), NOTHING, encode_exploited(known) if known else b"", at)


def likelihood_records(facts: Facts, wanted: Iterable[str], at: datetime) -> Iterator[FactRecord]:
    for cve in wanted:
        known = facts.likelihoods.get(cve)
        yield FactRecord(FactKey("likelihood", cve, ""), NOTHING, encode_likelihood(known) if known else b"", at)


def _gaps(gaps: Iterable[Gap], about: Want) -> tuple[Gap, ...]:
    """Without the time to ask again: a file is not asked again."""
    return tuple(
        dict.fromkeys(Gap(gap.source, gap.reason, about=gap.about & about) for gap in gaps if gap.about & about)
    )
