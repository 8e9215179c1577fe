"""GitHub's dependency graph: what it knows of the packages that a pull request adds and removes (dependency review)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from checks.advisories.ecosystems import identity
from checks.facts.exchange import Answer, Request, known, list_of, next_page
from checks.facts.fields import mappings, text
from checks.facts.github import ACCEPT, LIMIT_BYTES, PAGE, RATINGS, SOURCE
from checks.facts.names import plausible, repository_of, segment
from checks.facts.statements import named
from checks.model import purl as purls
from checks.model.advisory import Advisory, Affected
from checks.model.facts import Facts, PackageKey, SourceState, Want
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts

_OF_COMPARISON = Want.LICENSE | Want.ADVISORIES
_GAP = Gap(SOURCE, "its list of advisories for this version cannot be read", about=Want.ADVISORIES)


def request(repository: str, base: str, head: str) -> Request:
    """What GitHub's dependency graph knows of the packages between two commits. `repository` is `owner/name`."""
    owner, _, name = repository.partition("/")
    path = f"repos/{segment(owner)}/{segment(name)}/dependency-graph/compare/{segment(base)}...{segment(head)}"
    path = f"{path}?per_page={PAGE}"
    return Request(path, accept=ACCEPT, limit_bytes=LIMIT_BYTES, step="comparison", want=_OF_COMPARISON)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """License and advisories of each package version that the comparison names; a full page has a next one."""
    entries = list_of(document)
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    advisories: dict[str, Advisory] = {}
    for entry in mappings(entries):
        if (key := _key(text(entry.get("package_url")) or "")) is None:
            continue
        hits = _hits(entry.get("vulnerabilities"), key, as_of)
        for hit in hits or ():
            advisories[hit.id] = _joined(advisories.get(hit.id), hit)
        versions[key] = VersionFacts(
            license=known(named(entry.get("license")), SOURCE, as_of),
            advisories=known(None if hits is None else tuple(dict.fromkeys(hit.id for hit in hits)), SOURCE, as_of),
            gaps=(_GAP,) if hits is None else (),
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


def _hits(listed: object, key: PackageKey, as_of: datetime) -> list[Advisory] | None:
    """The advisories of one version; None if one of them cannot be read, because nothing may be missed."""
    found = [_hit(item, key, as_of) for item in mappings(listed)]
    hits = [hit for hit in found if hit is not None]
    return hits if isinstance(listed, list) and len(hits) == len(listed) else None


def _hit(item: Mapping[str, object], key: PackageKey, as_of: datetime) -> Advisory | None:
    """The little that the comparison says of an advisory; the full record is better wherever there is one."""
    id_ = text(item.get("advisory_ghsa_id"))
    if id_ is None:
        return None
    return Advisory(
        id=id_,
        summary=text(item.get("advisory_summary")) or "",
        rating=RATINGS.get((text(item.get("severity")) or "").lower()),
        affected=(Affected(identity(key[0]), versions=frozenset({key[1] or ""})),),
        url=text(item.get("advisory_url")),
        source=SOURCE,
        as_of=as_of,
    )


def _joined(first: Advisory | None, second: Advisory) -> Advisory:
    return second if first is None else replace(first, affected=(*first.affected, *second.affected))
