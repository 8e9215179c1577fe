"""One helper for the tests of `freshness`: a policy, a package that changes, what is known of it, and what is said."""

from datetime import UTC, datetime, timedelta

from app.policies import CheckShape
from checks.freshness.terms import FreshnessSection
from checks.model.advisory import Advisory
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Location, Origin, Scope
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Observation
from checks.model.packages import Gap, Known, PackageFacts, Release, VersionFacts
from checks.model.phrase import plain
from checks.policy.load import load
from checks.rules.check import Context
from checks.rules.freshness import CHECK

SHAPE = CheckShape(CHECK.id)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: Of the sources in these tests.
READ = datetime(2026, 11, 20, 6, tzinfo=UTC)


def section(text: str = "{}") -> FreshnessSection:
    policy = load(f"version: 1\nfreshness: {text}\n".encode(), "policy.yaml", [SHAPE], own_version="0.1")
    found = policy.sections["freshness"]
    assert isinstance(found, FreshnessSection)
    return found


def at(text: str) -> datetime:
    """`2026-11-19` or `2026-11-19 18:05`, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def published(text: str) -> VersionFacts:
    return VersionFacts(published=Known(at(text), "deps.dev", READ))


def releases(*texts: str, latest: str | None = None) -> PackageFacts:
    """Each `version day`, or `version` without a known day; `!` in front: yanked."""
    found = []
    for text in texts:
        version, _, day = text.removeprefix("!").partition(" ")
        found.append(Release(version, at(day) if day else None, yanked="broken" if text[0] == "!" else None))
    return PackageFacts(
        releases=Known(tuple(found), "deps.dev", READ), latest=Known(latest, "deps.dev", READ) if latest else None
    )


def package(
    version: str | None = "5.3.0",
    *before: str,
    purl: str = "pkg:npm/http-lite",
    name: str = "http-lite",
    kind: ChangeKind | None = None,
    **entry: object,
) -> Change:
    """A package that is new, or updated from other versions; `entry` is what its lock file says."""
    given = {"scope": Scope.RUNTIME, "origin": Origin.REGISTRY, **entry}
    now = Dependency(purl, name, version, Location("package-lock.json", 31), **given)  # type: ignore[arg-type]
    old = tuple(Dependency(purl, name, text, Location("package-lock.json", 31)) for text in before)
    how = kind or (ChangeKind.UPDATED if before else ChangeKind.ADDED)
    return Change(how, purl, name, version, (Place(now, (now,)),), old)


def facts(
    change: Change,
    version: VersionFacts | None = None,
    of_package: PackageFacts | None = None,
    *,
    advisories: dict[str, tuple[str, ...]] | None = None,
    withdrawn: tuple[str, ...] = (),
) -> Facts:
    """What is known; `advisories` are ids by version."""
    versions: dict[PackageKey, VersionFacts] = {(change.purl, change.version): version} if version else {}
    for text, ids in (advisories or {}).items():
        known = versions.get((change.purl, text), VersionFacts())
        versions[change.purl, text] = VersionFacts(published=known.published, advisories=Known(ids, "OSV", READ))
    records = {id_: Advisory(id_, withdrawn=NOW) for id_ in withdrawn}
    return Facts(versions, {change.purl: of_package} if of_package else {}, records)


def observe(change: Change, known: Facts | None = None, policy: str = "{}", now: datetime = NOW) -> list[Observation]:
    assert CHECK.judge_dependency is not None
    return list(CHECK.judge_dependency(change, known or Facts(), section(policy), Context(now)))


def said(change: Change, known: Facts | None = None, policy: str = "{}", now: datetime = NOW) -> list[str]:
    """`rule: message` of everything that is found."""
    return [f"{found.rule}: {plain(found.message)}" for found in observe(change, known, policy, now)]


def rules(change: Change, known: Facts | None = None, policy: str = "{}", now: datetime = NOW) -> list[str]:
    return [found.rule for found in observe(change, known, policy, now)]


def changes_at(change: Change, known: Facts, policy: str = "{}", now: datetime = NOW) -> datetime | None:
    assert CHECK.changes_at is not None
    return CHECK.changes_at(change, known, section(policy), Context(now))


def wants(change: Change, policy: str = "{}") -> dict[PackageKey, Want]:
    assert CHECK.wants is not None
    return dict(CHECK.wants(change, section(policy)))


def gap(source: str, about: Want, retry: timedelta | None = None) -> Gap:
    return Gap(source, "no answer within 10 seconds", NOW + retry if retry else None, about)
