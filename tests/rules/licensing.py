"""The check `licenses` through its own doors: a policy, a package with its facts, and what is said about it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.policies import CheckShape
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Location, Origin, Scope
from checks.model.facts import Facts, RepositoryFacts, SourceState
from checks.model.finding import Observation
from checks.model.packages import Known, LicenseText, VersionFacts
from checks.model.phrase import plain
from checks.policy.load import load
from checks.rules.check import Context
from checks.rules.licenses import CHECK
from checks.rules.licenses.section import LicensesSection

SHAPE = CheckShape(CHECK.id)
NOW = Context(datetime(2026, 11, 20, tzinfo=UTC))
PURL = "pkg:npm/glyph-core"
#: SHA-256 of nothing that exists; policies write SHA-A and SHA-B.
A, B = "a" * 64, "b" * 64


def section(text: str = "{}") -> LicensesSection:
    text = text.replace("SHA-A", A).replace("SHA-B", B)
    policy = load(f"version: 1\nlicenses: {text}\n".encode(), "policy.yaml", [SHAPE], own_version="0.1")
    found = policy.sections["licenses"]
    assert isinstance(found, LicensesSection)
    return found


def place(
    license_: str | None = None,
    scope: Scope = Scope.RUNTIME,
    origin: Origin = Origin.REGISTRY,
    *,
    purl: str = PURL,
    version: str | None = "2.1.0",
    path: str = "package-lock.json",
) -> Place:
    name = purl.rpartition("/")[2]
    dependency = Dependency(purl, name, version, Location(path, 7), scope, license=license_, origin=origin)
    return Place(dependency, (dependency,))


def text(license_: str | None, path: str = "LICENSE", *, sha256: str = A, similarity: float = 1.0) -> LicenseText:
    return LicenseText(path, sha256, license_, similarity)


def texts(*found: LicenseText) -> VersionFacts:
    return VersionFacts(texts=Known(found, "node_modules"))


def change(*places: Place, kind: ChangeKind = ChangeKind.ADDED, before: tuple[Dependency, ...] = ()) -> Change:
    first = places[0].dependency
    return Change(kind, first.purl, first.name, first.version, places, before)


def judge(
    *places: Place,
    policy: str = "{}",
    facts: VersionFacts | None = None,
    repository: RepositoryFacts | None = None,
    kind: ChangeKind = ChangeKind.ADDED,
    before: tuple[Dependency, ...] = (),
    earlier: VersionFacts | None = None,
    sources: tuple[SourceState, ...] = (),
) -> list[Observation]:
    """What is said about one package; `facts` are about its version, `earlier` about the one in `before`."""
    made = change(*places, kind=kind, before=before)
    versions = {(made.purl, made.version): facts} if facts else {}
    if earlier:
        versions |= {(item.purl, item.version): earlier for item in before}
    known = Facts(versions=versions, repository=repository or RepositoryFacts(), sources=sources)
    assert CHECK.judge_dependency is not None
    return list(CHECK.judge_dependency(made, known, section(policy), NOW))


def said(*places: Place, **given: object) -> list[str]:
    """`rule: sentence` of each observation."""
    return [f"{found.rule}: {plain(found.message)}" for found in judge(*places, **given)]  # type: ignore[arg-type]


def rows(observation: Observation) -> Iterator[tuple[str, str, str]]:
    """The evidence as plain text."""
    for item in observation.evidence:
        yield item.what, plain(item.actual), plain(item.source)
