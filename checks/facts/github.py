"""GitHub: its database of reviewed advisories, and what its dependency graph says of the two sides of a pull request.

The database names packages and ranges, not which of the asked versions they hit: `checks.advisories` decides that
with the records. The comparison gives advisories of exact versions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from checks.advisories.ecosystems import identity
from checks.facts.exchange import Answer, Request, known, list_of, next_page
from checks.facts.fields import mapping, mappings, moment, number, text
from checks.facts.names import name_of, plausible, purl_of, repository_of, segment
from checks.facts.questions import answerable
from checks.facts.statements import named
from checks.model import purl as purls
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Likelihood, RangeKind, Vector
from checks.model.facts import (
    Facts,
    Gap,
    Known,
    PackageFacts,
    PackageKey,
    Questions,
    SourceState,
    VersionFacts,
    Want,
)
from checks.model.purl import type_of

SOURCE = "GitHub"
#: The source takes 1,000 packages, and gives 100 advisories a page.
MAX_BATCH = 100
PAGE = 100
_LIMIT_BYTES = 30_000_000
#: GitHub's names of ecosystems.
_ECOSYSTEMS = {
    "cargo": "rust",
    "composer": "composer",
    "gem": "rubygems",
    "github": "actions",
    "golang": "go",
    "hex": "erlang",
    "maven": "maven",
    "npm": "npm",
    "nuget": "nuget",
    "pub": "pub",
    "pypi": "pip",
    "swift": "swift",
}
_TYPES = {name: type_ for type_, name in _ECOSYSTEMS.items()}
_RATINGS = {"low": "low", "medium": "moderate", "moderate": "moderate", "high": "high", "critical": "critical"}
_BOUND = re.compile(r"\s*(<=|>=|<|>|=)\s*(\S+)\s*")


def answers(purl_type: str) -> Want:
    """Twelve ecosystems."""
    return Want.ADVISORIES if purl_type in _ECOSYSTEMS else Want(0)


# -- the advisory database


def requests(questions: Questions) -> Iterator[Request]:
    """For each ecosystem and up to 100 versions: one request for reviewed advisories and one for malware."""
    asked: dict[str, list[tuple[PackageKey, str]]] = {}
    for key in answerable(questions, answers):
        if name := name_of(key[0]):
            asked.setdefault(_ECOSYSTEMS[type_of(key[0])], []).append((key, f"{name}@{key[1]}"))
    for ecosystem, found in asked.items():
        for start in range(0, len(found), MAX_BATCH):
            part = found[start : start + MAX_BATCH]
            for kind in ("reviewed", "malware"):
                yield _affecting(ecosystem, kind, [key for key, _ in part], [package for _, package in part])


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The records of a page. A full one may not be all, so its packages are asked for again in two halves."""
    entries = list_of(document)
    if len(entries) >= PAGE and len(request.keys) > 1:
        return Answer(more=tuple(_halves(request)))
    advisories: dict[str, Advisory] = {}
    likelihoods: dict[str, Known[Likelihood]] = {}
    for entry in mappings(entries):
        if advisory := _advisory(entry, as_of):
            advisories[advisory.id] = advisory
            likelihoods |= _likelihoods(entry, as_of)
    gap = Gap(SOURCE, f"it names more than {PAGE - 1} advisories for one version", about=Want.ADVISORIES)
    silent = dict.fromkeys(request.keys, VersionFacts(gaps=(gap,))) if len(entries) >= PAGE else {}
    state = (SourceState(SOURCE, as_of),)
    return Answer(Facts(versions=silent, advisories=advisories, likelihoods=likelihoods, sources=state))


def _affecting(ecosystem: str, kind: str, keys: Iterable[PackageKey], packages: Iterable[str]) -> Request:
    asked = tuple(packages)
    path = f"advisories?ecosystem={ecosystem}&type={kind}&per_page={PAGE}&affects={quote(','.join(asked), safe='')}"
    step = f"{ecosystem} {kind}"
    return Request(
        path, tuple(keys), Want.ADVISORIES, accept=_ACCEPT, limit_bytes=_LIMIT_BYTES, step=step, subjects=asked
    )


_ACCEPT = "application/vnd.github+json"


def _halves(request: Request) -> Iterator[Request]:
    ecosystem, _, kind = request.step.partition(" ")
    middle = len(request.keys) // 2
    for part in (slice(None, middle), slice(middle, None)):
        yield _affecting(ecosystem, kind, request.keys[part], request.subjects[part])


def _advisory(entry: Mapping[str, object], as_of: datetime) -> Advisory | None:
    id_ = text(entry.get("ghsa_id"))
    if id_ is None:
        return None
    cve = text(entry.get("cve_id"))
    malicious = entry.get("type") == "malware"
    return Advisory(
        id=id_,
        aliases=(cve,) if cve else (),
        summary=text(entry.get("summary")) or "",
        published=moment(entry.get("published_at")),
        modified=moment(entry.get("updated_at")),
        withdrawn=moment(entry.get("withdrawn_at")),
        severities=tuple(_vectors(mapping(entry.get("cvss_severities")))),
        rating=_RATINGS.get((text(entry.get("severity")) or "").lower()),
        affected=tuple(filter(None, map(_affected, mappings(entry.get("vulnerabilities"))))),
        malicious=malicious,
        url=text(entry.get("html_url")),
        source=SOURCE,
        as_of=as_of,
    )


def _vectors(severities: Mapping[str, object]) -> Iterator[Vector]:
    for key, system in (("cvss_v3", "CVSS_V3"), ("cvss_v4", "CVSS_V4")):
        if vector := text(mapping(severities.get(key)).get("vector_string")):
            yield Vector(system, vector)


def _affected(vulnerability: Mapping[str, object]) -> Affected | None:
    package = mapping(vulnerability.get("package"))
    type_ = _TYPES.get(text(package.get("ecosystem")) or "")
    purl = purl_of(type_, text(package.get("name")) or "") if type_ else None
    found = text(vulnerability.get("vulnerable_version_range"))
    if purl is None or found is None:
        return None
    exact, events = _range(found, text(vulnerability.get("first_patched_version")))
    ranges = (AffectedRange(RangeKind.ECOSYSTEM, events),) if events else ()
    return Affected(identity(purl), versions=frozenset(exact), ranges=ranges)


def _range(written: str, patched: str | None) -> tuple[list[str], tuple[Event, ...]]:
    """`>= 1.0, < 1.2` as exact versions and events.

    `> 1.0` counts from 1.0 on, because events have no exclusive start; what cannot be read affects everything.
    """
    bounds = [_BOUND.fullmatch(part) for part in written.split(",")]
    if not all(bounds):
        return [], (Event("introduced", "0"),)
    exact: list[str] = []
    start, end = "0", None
    for bound in filter(None, bounds):
        sign, version = bound[1], bound[2]
        if sign == "=":
            exact.append(version)
        elif sign in (">", ">="):
            start = version
        else:
            end = Event("fixed" if sign == "<" else "last_affected", version)
    if exact:
        return exact, ()
    if end is not None and end.kind == "last_affected" and patched:
        end = Event("fixed", patched)
    return [], (Event("introduced", start), *((end,) if end else ()))


def _likelihoods(entry: Mapping[str, object], as_of: datetime) -> dict[str, Known[Likelihood]]:
    """EPSS as GitHub repeats it: an object, or a list of one."""
    cve, value = text(entry.get("cve_id")), entry.get("epss")
    epss = mapping(value) or next(mappings(value), {})
    probability, percentile = number(epss.get("percentage")), number(epss.get("percentile"))
    if cve is None or probability is None or percentile is None or not (0 <= probability <= 1 and 0 <= percentile <= 1):
        return {}
    return {cve: Known(Likelihood(probability, percentile), SOURCE, as_of)}


# -- the comparison of a pull request


def comparison(repository: str, base: str, head: str) -> Request:
    """What GitHub's dependency graph knows of the packages between two commits. `repository` is `owner/name`."""
    owner, _, name = repository.partition("/")
    path = f"repos/{segment(owner)}/{segment(name)}/dependency-graph/compare/{segment(base)}...{segment(head)}"
    path = f"{path}?per_page={PAGE}"
    return Request(path, accept=_ACCEPT, limit_bytes=_LIMIT_BYTES, step="comparison", want=_OF_COMPARISON)


_OF_COMPARISON = Want.LICENSE | Want.ADVISORIES


_GAP = Gap(SOURCE, "its list of advisories for this version cannot be read", about=Want.ADVISORIES)


def read_comparison(request: Request, document: object, as_of: datetime) -> Answer:
    """License and advisories of each package version that the comparison names; a full page has a next one."""
    entries = list_of(document)
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    advisories: dict[str, Advisory] = {}
    for entry in mappings(entries):
        if (key := _key(text(entry.get("package_url")) or "")) is None:
            continue
        listed = entry.get("vulnerabilities")
        hits = [_hit(item, key, as_of) for item in mappings(listed)]
        known_hits = [hit for hit in hits if hit is not None]
        for hit in known_hits:
            advisories[hit.id] = _joined(advisories.get(hit.id), hit)
        complete = isinstance(listed, list) and len(known_hits) == len(listed)
        ids = tuple(dict.fromkeys(hit.id for hit in known_hits)) if complete else None
        license_ = named(entry.get("license"))
        versions[key] = VersionFacts(
            license=known(license_, SOURCE, as_of),
            advisories=known(ids, SOURCE, as_of),
            gaps=() if complete else (_GAP,),
        )
        if repository := repository_of(entry.get("source_repository_url")):
            packages[key[0]] = PackageFacts(repository=Known(repository, SOURCE, as_of))
    facts = Facts(versions, packages, advisories, sources=(SourceState(SOURCE, as_of),))
    if len(entries) < PAGE:
        return Answer(facts)
    path = f"{request.path.partition('&page=')[0]}&page={request.page + 2}"
    return Answer(facts, (next_page(request, path=path),))


def _key(package_url: str) -> PackageKey | None:
    try:
        type_, namespace, name, version = purls.parse(package_url)
    except ValueError:
        return None
    return (purls.package(type_, name, namespace), version) if version and plausible(version) else None


def _hit(item: Mapping[str, object], key: PackageKey, as_of: datetime) -> Advisory | None:
    """The little that the comparison says of an advisory; the full record is better wherever there is one."""
    id_ = text(item.get("advisory_ghsa_id"))
    if id_ is None:
        return None
    return Advisory(
        id=id_,
        summary=text(item.get("advisory_summary")) or "",
        rating=_RATINGS.get((text(item.get("severity")) or "").lower()),
        affected=(Affected(identity(key[0]), versions=frozenset({key[1] or ""})),),
        url=text(item.get("advisory_url")),
        source=SOURCE,
        as_of=as_of,
    )


def _joined(first: Advisory | None, second: Advisory) -> Advisory:
    return second if first is None else replace(first, affected=(*first.affected, *second.affected))
