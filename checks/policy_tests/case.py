"""Makes of an example what the engine judges: a plan and facts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from checks.advisories.ecosystems import identity
from checks.engine.plan import Plan
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Exploited, RangeKind, Vector
from checks.model.commit import AccountType, Commit, Person
from checks.model.dependency import Dependency, Inventory, Location
from checks.model.facts import Facts, Membership, PackageKey, RepositoryFacts, Want
from checks.model.packages import Gap, Known, PackageFacts, Release, Scorecard, VersionFacts
from checks.model.purl import package, parse
from checks.model.signatures import Act, Company, How, SignatureRecord, Signatures, Signer
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from checks.policy_tests.shapes import (
    Brought,
    Example,
    ExampleAdvisory,
    ExampleCommit,
    ExampleDependency,
    ExampleSignature,
    Told,
)

#: The source of all that an example says.
SOURCE = "example"
_BASE, _HEAD = "0" * 40, "1" * 40
_WANTS = {
    Told.LICENSE: Want.LICENSE | Want.TEXTS,
    Told.PUBLISHED: Want.PUBLISHED,
    Told.STATUS: Want.STATUS,
    Told.ADVISORIES: Want.ADVISORIES,
    Told.RELEASES: Want.RELEASES,
    Told.HEALTH: Want.HEALTH,
}


def plan_of(example: Example) -> Plan:
    """The change that an example describes."""
    paths: dict[str, tuple[list[Dependency], list[Dependency]]] = {}
    for item in example.dependencies:
        base, head = paths.setdefault(str(item.path), ([], []))
        line = len(head) + 1
        head.append(_dependency(item, item.version, line))
        if item.change is Brought.PRESENT:
            base.append(head[-1])
        elif item.from_ is not None:
            base.append(_dependency(item, item.from_, line))
    pairs = [ManifestPair(path, _inventory(path, base), _inventory(path, head)) for path, (base, head) in paths.items()]
    files = [ChangedFile(path, FileStatus.MODIFIED) for path in paths]
    files += [ChangedFile(str(f.path), f.status, changed_lines=f.changed_lines) for f in example.files]
    commits = tuple(_commit(commit, number) for number, commit in enumerate(example.commits, 1))
    target = example.target or example.repository.default_branch
    return Plan(Snapshot(Listing(_BASE, _HEAD, tuple(files), commits, target=target), tuple(pairs)))


def facts_of(example: Example, now: datetime) -> Facts:
    """What an example says is known."""
    advisories = {a.id: _advisory(a, item) for item in example.dependencies for a in item.advisories}
    exploited = {
        name: Known(Exploited(a.exploited.date), SOURCE, now)
        for item in example.dependencies
        for a in item.advisories
        if a.exploited
        for name in (a.id, *a.aliases)
    }
    logins = {commit.login.lower() for commit in example.commits if commit.login}
    members = {login.lower() for login in example.members}
    return Facts(
        versions=_versions(example.dependencies, now),
        packages={_purl(item): _package(item, now) for item in example.dependencies},
        advisories=advisories,
        exploited=exploited,
        members={login: Membership.MEMBER if login in members else Membership.NOT_MEMBER for login in logins},
        repository=repository_of(example),
        accounts_known=True,
        signatures=_signatures(example, now),
    )


def _signatures(example: Example, now: datetime) -> Signatures | None:
    if example.signatures is None:
        return None
    records = [record for number, told in enumerate(example.signatures) for record in _records(told, number, now)]
    companies = tuple(
        Company(
            told.id, told.id, domains=tuple(map(str.lower, told.domains)), accounts=tuple(map(_signer, told.accounts))
        )
        for told in example.companies
    )
    return Signatures(tuple(sorted(records, key=lambda record: record.at)), companies, as_of=now, source=SOURCE)


def _records(told: ExampleSignature, number: int, now: datetime) -> Iterator[SignatureRecord]:
    signed = SignatureRecord(
        f"{SOURCE}-{number}",
        told.act,
        told.document,
        told.version,
        _signer(told.login),
        told.at.at if told.at else now - timedelta(days=1),
        How.COMMENT,
        company=told.company,
    )
    yield signed
    if told.revoked is not None:
        yield replace(signed, id=f"{signed.id}-revoked", act=Act.REVOKED, at=told.revoked.at, ends=signed.id)


def _signer(login: str) -> Signer:
    return Signer(_account(login), login)


def _account(login: str) -> int:
    """An id of an account, because agreements go by that: the same for the same login, in any case of letters."""
    return int.from_bytes(sha256(login.lower().encode("utf-8", "replace")).digest()[:6], "big") + 1


def repository_of(example: Example) -> RepositoryFacts:
    """The repository of an example."""
    told = example.repository
    return RepositoryFacts(
        name=told.name,
        visibility=told.visibility,
        default_branch=told.default_branch,
        properties=told.properties,
        license=Known(told.license, SOURCE) if told.license else None,
        topics=told.topics,
        properties_known=True,
    )


def _purl(item: ExampleDependency) -> str:
    type_, namespace, name, _ = parse(item.package)
    return package(type_, name, namespace)


def _dependency(item: ExampleDependency, version: str | None, line: int) -> Dependency:
    _, namespace, name, _ = parse(item.package)
    return Dependency(
        _purl(item),
        f"{namespace}/{name}" if namespace else name,
        version,
        Location(str(item.path), line, line),
        item.scope,
        item.direct,
        item.origin,
        item.source,
        item.license,
        item.published.at if item.published else None,
    )


def _inventory(path: str, dependencies: Iterable[Dependency]) -> Inventory:
    return Inventory(path, "index", tuple(dependencies))


def _commit(commit: ExampleCommit, number: int) -> Commit:
    name, _, email = commit.author[:-1].rpartition(" <")
    kind = commit.type if commit.login else AccountType.UNKNOWN
    person = Person(name, email, commit.login, _account(commit.login) if commit.login else None, kind)
    parents = tuple(f"{parent:040x}" for parent in range(commit.parents))
    return Commit(f"{number:040x}", person, person, commit.message, parents, commit.verified)


def _versions(items: Iterable[ExampleDependency], now: datetime) -> Mapping[PackageKey, VersionFacts]:
    found: dict[PackageKey, VersionFacts] = {}
    for item in items:
        told = {name for name in Told if name not in item.unknown}
        found[_purl(item), item.version] = VersionFacts(
            published=Known(item.published.at, SOURCE, now) if item.published else None,
            deprecated=Known("", SOURCE, now) if item.deprecated else None,
            yanked=Known("", SOURCE, now) if item.yanked else None,
            advisories=Known(tuple(a.id for a in item.advisories), SOURCE, now) if Told.ADVISORIES in told else None,
            gaps=_gaps(item),
        )
        if item.from_ is not None:
            found.setdefault((_purl(item), item.from_), VersionFacts(advisories=Known((), SOURCE, now)))
    return found


def _package(item: ExampleDependency, now: datetime) -> PackageFacts:
    released = item.published.at if item.published else None
    releases = [Release(item.version, released)] if item.version else []
    releases += [Release(item.latest)] if item.latest and item.latest != item.version else []
    return PackageFacts(
        releases=Known(tuple(releases), SOURCE, now) if releases and Told.RELEASES not in item.unknown else None,
        latest=Known(item.latest, SOURCE, now) if item.latest else None,
        archived=Known(item.archived, SOURCE, now) if item.archived is not None else None,
        scorecard=Known(Scorecard(float(item.scorecard)), SOURCE, now) if item.scorecard is not None else None,
        maintainers=Known(item.maintainers, SOURCE, now) if item.maintainers is not None else None,
        dependents=Known(item.dependents, SOURCE, now) if item.dependents is not None else None,
        gaps=_gaps(item),
    )


def _gaps(item: ExampleDependency) -> tuple[Gap, ...]:
    return tuple(Gap(SOURCE, "the example says so", about=_WANTS[told]) for told in item.unknown)


def _advisory(told: ExampleAdvisory, item: ExampleDependency) -> Advisory:
    events = (Event("introduced", "0"), *(Event("fixed", version) for version in told.fixed))
    affected = Affected(
        identity(_purl(item)),
        versions=frozenset({item.version} if item.version else ()),
        ranges=(AffectedRange(RangeKind.ECOSYSTEM, events),),
    )
    return Advisory(
        told.id,
        told.aliases,
        published=told.published.at if told.published else None,
        severities=(Vector("CVSS", told.cvss),) if told.cvss else (),
        rating=told.severity.upper() if told.severity else None,
        affected=(affected,),
        malicious=told.malicious,
        source=SOURCE,
    )
