"""GitHub's database of advisories: reviewed ones and malware, for servers that reach nothing else.

It answers with records and does not say which of the asked versions each is about; the records tell.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from checks.advisories.ecosystems import identity
from checks.advisories.matching import affects
from checks.facts.exchange import Answer, Request, list_of, said
from checks.facts.fields import mapping, mappings, moment, number, text
from checks.facts.names import name_of, purl_of
from checks.facts.questions import answerable
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Likelihood, RangeKind, Vector
from checks.model.facts import Facts, PackageKey, Questions, SourceState, Want
from checks.model.packages import Gap, Known, VersionFacts
from checks.model.purl import type_of

SOURCE = "GitHub"
#: The source takes 1,000 packages, and gives 100 advisories a page.
MAX_BATCH = 100
PAGE = 100
LIMIT_BYTES = 30_000_000
#: Characters of names in one address; servers refuse addresses of more than about 8,000.
_MAX_PATH = 6_000
ACCEPT = "application/vnd.github+json"
_REVIEWED, _MALWARE = "reviewed", "malware"
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
RATINGS = {"low": "low", "medium": "moderate", "moderate": "moderate", "high": "high", "critical": "critical"}
_BOUND = re.compile(r"\s*(<=|>=|<|>|=)\s*(\S+)\s*")


def answers(purl_type: str) -> Want:
    """Twelve ecosystems."""
    return Want.ADVISORIES if purl_type in _ECOSYSTEMS else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """For each ecosystem and up to 100 versions: one request for reviewed advisories; one for malware follows."""
    asked: dict[str, list[tuple[PackageKey, str]]] = {}
    for key in answerable(questions, answers):
        if name := name_of(key[0]):
            asked.setdefault(_ECOSYSTEMS[type_of(key[0])], []).append((key, f"{name}@{key[1]}"))
    for ecosystem, found in asked.items():
        for part in _parts(found):
            keys, packages = zip(*part, strict=True)
            yield _affecting(ecosystem, _REVIEWED, keys, packages)


def _parts(found: list[tuple[PackageKey, str]]) -> Iterator[list[tuple[PackageKey, str]]]:
    part: list[tuple[PackageKey, str]] = []
    length = 0
    for item in found:
        added = len(quote(item[1], safe="")) + 3
        if part and (len(part) == MAX_BATCH or length + added > _MAX_PATH):
            yield part
            part, length = [], 0
        part.append(item)
        length += added
    if part:
        yield part


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The records, and which of them hit which version; what that is, is said with the second kind.

    A full page may not be all, so its packages are asked for again in two halves.
    """
    entries = list_of(document)
    if len(entries) >= PAGE:
        if len(request.keys) > 1:
            return Answer(more=tuple(_halves(request)))
        return _silent(request, f"it names more than {PAGE - 1} advisories for one version", as_of)
    records = [_advisory(entry, as_of) if isinstance(entry, dict) else None for entry in entries]
    advisories = {record.id: record for record in records if record is not None}
    if len(advisories) < len(records):
        return _silent(request, "it names an advisory that cannot be read", as_of)
    likelihoods = {cve: fact for entry in mappings(entries) for cve, fact in _likelihoods(entry, as_of).items()}
    hits = tuple(_hits(request, index, advisories.values()) for index in range(len(request.keys)))
    facts = Facts(advisories=advisories, likelihoods=likelihoods, sources=(SourceState(SOURCE, as_of),))
    ecosystem, _, kind = request.step.partition(" ")
    if kind == _REVIEWED:
        malware = _affecting(ecosystem, _MALWARE, request.keys, request.subjects)
        return Answer(facts, (replace(malware, carried=hits),))
    versions = {
        key: VersionFacts(advisories=Known(ids, SOURCE, as_of)) for key, ids in zip(request.keys, hits, strict=True)
    }
    return Answer(replace(facts, versions=versions))


def _affecting(ecosystem: str, kind: str, keys: tuple[PackageKey, ...], packages: tuple[str, ...]) -> Request:
    path = f"advisories?ecosystem={ecosystem}&type={kind}&per_page={PAGE}&affects={quote(','.join(packages), safe='')}"
    step = f"{ecosystem} {kind}"
    return Request(path, keys, Want.ADVISORIES, accept=ACCEPT, limit_bytes=LIMIT_BYTES, step=step, subjects=packages)


def _halves(request: Request) -> Iterator[Request]:
    ecosystem, _, kind = request.step.partition(" ")
    middle = len(request.keys) // 2
    for part in (slice(None, middle), slice(middle, None)):
        half = _affecting(ecosystem, kind, request.keys[part], request.subjects[part])
        yield replace(half, carried=request.carried[part])


def _hits(request: Request, index: int, advisories: Iterable[Advisory]) -> tuple[str, ...]:
    """What affects one of the versions, and what may. Where only one was asked about, everything is about it."""
    before = request.carried[index] if request.carried else ()
    alone = len(request.keys) == 1
    found = (item.id for item in advisories if alone or affects(item, *request.keys[index]) is not False)
    return tuple(dict.fromkeys((*before, *found)))


def _silent(request: Request, reason: str, as_of: datetime) -> Answer:
    silent = VersionFacts(gaps=(Gap(SOURCE, reason, about=Want.ADVISORIES),))
    return said(SOURCE, as_of, dict.fromkeys(request.keys, silent))


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
        rating=RATINGS.get((text(entry.get("severity")) or "").lower()),
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
    exact, range_ = _range(found, text(vulnerability.get("first_patched_version")))
    return Affected(identity(purl), versions=frozenset(exact), ranges=(range_,) if range_ else ())


def _range(written: str, patched: str | None) -> tuple[list[str], AffectedRange | None]:
    """`>= 1.0, < 1.2` as exact versions and a range. `> 1.0` counts from 1.0 on: events have no exclusive start."""
    bounds = [_BOUND.fullmatch(part) for part in written.split(",")]
    if not all(bounds):
        return [], AffectedRange(RangeKind.UNREADABLE, ())
    exact: list[str] = []
    start, end = "0", None
    for sign, version in (bound.groups() for bound in bounds if bound):
        if sign == "=":
            exact.append(version)
        elif sign in (">", ">="):
            start = version
        else:
            end = Event("fixed" if sign == "<" else "last_affected", version)
    if exact:
        return exact, None
    if end is not None and end.kind == "last_affected" and patched:
        end = Event("fixed", patched)
    return [], AffectedRange(RangeKind.ECOSYSTEM, (Event("introduced", start), *((end,) if end else ())))


def _likelihoods(entry: Mapping[str, object], as_of: datetime) -> dict[str, Known[Likelihood]]:
    """EPSS as GitHub repeats it: an object, or a list of one."""
    cve, value = text(entry.get("cve_id")), entry.get("epss")
    epss = mapping(value) or next(mappings(value), {})
    probability, percentile = number(epss.get("percentage")), number(epss.get("percentile"))
    if cve is None or probability is None or percentile is None or not (0 <= probability <= 1 and 0 <= percentile <= 1):
        return {}
    return {cve: Known(Likelihood(probability, percentile), SOURCE, as_of)}
