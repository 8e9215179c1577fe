"""The fields of what a rule is asked about, as far as they are known; what is not known is absent."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from checks.advisories.ecosystems import COVERED, identity
from checks.custom.program import MAX_ITEMS, MAX_VALUE
from checks.model.change import Change
from checks.model.commit import AccountType, Commit
from checks.model.dependency import Origin
from checks.model.facts import NOTHING, Facts, Want
from checks.model.packages import Known, VersionFacts
from checks.model.purl import parse, type_of
from checks.model.snapshot import Listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.licenses.tree import Expression

#: The categories, the strictest first: what `dependency.license.category` is of several.
STRICTEST = (
    "unknown", "proprietary", "non-commercial", "source-available", "ai-use-restricted", "network-copyleft",
    "strong-copyleft", "weak-copyleft", "permissive", "public-domain",
)  # fmt: skip
_DAY = timedelta(days=1)


class Package(NamedTuple):
    """A package version with all that a rule may be told of it."""

    change: Change
    facts: Facts
    now: datetime
    """UTC."""

    @property
    def known(self) -> VersionFacts:
        return self.facts.version(self.change.purl, self.change.version)

    @property
    def asked(self) -> bool:
        """Whether anybody was asked about this version."""
        return (self.change.purl, self.change.version) in self.facts.versions

    def answered(self, want: Want) -> bool:
        """Whether a source that was asked has nothing to say, rather than being silent."""
        return self.asked and not self.known.silent(want)

    @property
    def published(self) -> datetime | None:
        dates = (place.dependency.published for place in self.change.places)
        known = self.known.published
        return next((date for date in dates if date), known.value if known else None)


def own(change: Change) -> bool:
    """Whether it is a folder of the repository itself: no dependency on anybody."""
    return all(place.dependency.origin is Origin.PATH for place in change.places)


def still_wanted(change: Change, want: Want) -> Want:
    """What must be asked: not what the lock file says."""
    if any(place.dependency.license for place in change.places):
        want &= ~Want.LICENSE
    if any(place.dependency.published for place in change.places):
        want &= ~Want.PUBLISHED
    if type_of(change.purl) not in COVERED:
        want &= ~Want.ADVISORIES
    return want or NOTHING


# -- packages ----------------------------------------------------------------------------------------------------------


def _namespace(package: Package) -> str | None:
    try:
        return parse(package.change.purl)[1]
    except ValueError:
        return None


def _direct(package: Package) -> bool | None:
    said = [place.dependency.direct for place in package.change.places]
    return True if True in said else None if None in said else False


def _statements(package: Package) -> list[str]:
    stated = dict.fromkeys(p.dependency.license for p in package.change.places if p.dependency.license)
    known = package.known.license
    return list(stated) or ([known.value] if known and known.value.strip() else [])


def _expression(package: Package) -> str | None:
    from checks.licenses.statement import read

    found = dict.fromkeys(read(raw).text for raw in _statements(package))
    return " AND ".join(f"({text})" if len(found) > 1 and " OR " in text else text for text in found) or None


def _ids(package: Package) -> list[str] | None:
    """None where nothing is declared, or not all of it is understood."""
    from checks.licenses.statement import read
    from checks.licenses.tree import License, With, leaves

    found: dict[str, None] = {}
    for raw in _statements(package):
        expression = read(raw).expression
        if expression is None:
            return None
        for leaf in leaves(expression):
            license_ = leaf.license if isinstance(leaf, With) else leaf
            if not isinstance(license_, License):
                return None
            found[str(license_)] = None
    return list(found) or None


def _categories(package: Package) -> list[str] | None:
    from checks.licenses.index import categories

    ids = _ids(package)
    return sorted({str(category) for id_ in ids for category in categories(id_)}) if ids else None


def _category(package: Package) -> str | None:
    """What has to be taken: of alternatives the mildest, of parts and of several statements the strictest."""
    from checks.licenses.statement import read

    if _ids(package) is None:
        return None
    expressions = [read(raw).expression for raw in _statements(package)]
    return min((_taken(expression) for expression in expressions if expression), key=STRICTEST.index, default=None)


def _taken(expression: "Expression") -> str:
    from checks.licenses.index import categories
    from checks.licenses.tree import And, Or, With

    if isinstance(expression, And | Or):
        inner = [_taken(part) for part in expression.parts]
        return (max if isinstance(expression, Or) else min)(inner, key=STRICTEST.index)
    license_ = expression.license if isinstance(expression, With) else expression
    return min(map(str, categories(str(license_))), key=STRICTEST.index)


def _age(package: Package) -> int | None:
    published = package.published
    return (package.now - published) // _DAY if published and published.tzinfo else None


def _said(package: Package, said: Known[str] | None) -> bool | None:
    return True if said is not None else False if package.answered(Want.STATUS) else None


def _advisories(package: Package) -> list[dict[str, object]] | None:
    from checks.advisories.severity import rating_of

    if type_of(package.change.purl) not in COVERED:
        return []
    known = package.known.advisories
    if known is None or package.known.silent(Want.ADVISORIES):
        return None
    found = []
    for id_ in known.value:
        advisory = package.facts.advisories.get(id_)
        if advisory is None:
            return None
        rating = rating_of(advisory, package.change.purl)
        purl = identity(package.change.purl)
        ranges = [r for affected in advisory.affected if affected.purl == purl for r in affected.ranges]
        found.append(
            _present(
                id=advisory.id,
                aliases=list(advisory.aliases),
                severity=str(rating.severity) if rating.severity else None,
                score=rating.score,
                fixed=list(dict.fromkeys(event.version for r in ranges for event in r.events if event.kind == "fixed")),
                malicious=advisory.malicious,
            )
        )
    return found


def _of_package(name: str) -> Callable[[Package], object]:
    def value(package: Package) -> object:
        known = getattr(package.facts.package(package.change.purl), name)
        return known.value if known else None

    return value


def _score(package: Package) -> float | None:
    known = package.facts.package(package.change.purl).scorecard
    return float(known.value.overall) if known and known.value.overall is not None else None


_PACKAGE: Mapping[str, Callable[[Package], object]] = {
    "dependency.purl": lambda package: package.change.purl,
    "dependency.type": lambda package: type_of(package.change.purl),
    "dependency.namespace": _namespace,
    "dependency.name": lambda package: package.change.name,
    "dependency.version": lambda package: package.change.version,
    "dependency.scope": lambda package: package.change.scope.value,
    "dependency.direct": _direct,
    "dependency.origin": lambda package: package.change.places[0].dependency.origin.value,
    "dependency.source": lambda package: package.change.places[0].dependency.source,
    "dependency.paths": lambda package: list(dict.fromkeys(p.dependency.location.path for p in package.change.places)),
    "dependency.via": lambda package: package.change.places[0].why[0].name,
    "dependency.license.expression": _expression,
    "dependency.license.ids": _ids,
    "dependency.license.categories": _categories,
    "dependency.license.category": _category,
    "dependency.published": lambda package: package.published,
    "dependency.age_days": _age,
    "dependency.deprecated": lambda package: _said(package, package.known.deprecated),
    "dependency.yanked": lambda package: _said(package, package.known.yanked),
    "dependency.advisories": _advisories,
    "dependency.latest": _of_package("latest"),
    "dependency.archived": _of_package("archived"),
    "dependency.maintainers": _of_package("maintainers"),
    "dependency.dependents": _of_package("dependents"),
    "dependency.scorecard": _score,
    "change.kind": lambda package: package.change.kind.value,
    "change.introduced": lambda package: package.change.introduced,
    "change.from": lambda package: [item.version for item in package.change.before if item.version],
}

# -- everything else ---------------------------------------------------------------------------------------------------

_COMMIT: Mapping[str, Callable[[Commit], object]] = {
    "commit.sha": lambda commit: commit.sha,
    "commit.subject": lambda commit: commit.subject,
    "commit.message": lambda commit: commit.message,
    "commit.parents": lambda commit: len(commit.parents),
    "commit.verified": lambda commit: commit.verified,
    "commit.author.name": lambda commit: commit.author.name,
    "commit.author.email": lambda commit: commit.author.email,
    "commit.author.login": lambda commit: commit.author.login,
    "commit.author.type": lambda commit: _account(commit.author.account_type),
    "commit.committer.name": lambda commit: commit.committer.name,
    "commit.committer.email": lambda commit: commit.committer.email,
    "commit.committer.login": lambda commit: commit.committer.login,
    "commit.sign_offs": lambda commit: _sign_offs(commit),
    "commit.trailers": lambda commit: _trailers(commit),
}


def _account(kind: AccountType) -> str | None:
    return None if kind is AccountType.UNKNOWN else kind.value


def _sign_offs(commit: Commit) -> list[str]:
    from checks.signoffs.trailers import sign_offs

    return [str(found) for found in sign_offs(commit.message)]


def _trailers(commit: Commit) -> list[str]:
    from checks.signoffs.trailers import trailer_block

    return [f"{trailer.key}: {trailer.value}" for trailer in trailer_block(commit.message)]


def of_package(package: Package, names: Iterable[str]) -> dict[str, object]:
    """The values of these fields that are about a package version."""
    return _read(_PACKAGE, package, names)


def of_commit(commit: Commit, names: Iterable[str]) -> dict[str, object]:
    """The values of these fields that are about a commit."""
    return _read(_COMMIT, commit, names)


def of_pull(listing: Listing) -> dict[str, object]:
    """The fields of a pull request."""
    files = [
        _present(
            path=file.path,
            status=file.status.value,
            previous_path=file.previous_path if file.previous_path != file.path else None,
            changed_lines=file.changed_lines,
        )
        for file in listing.files
    ]
    told = {
        "pull.number": listing.number,
        "pull.target": listing.target,
        "pull.files": None if listing.problems else files,
        "pull.commits": None if listing.problems else len(listing.commits),
    }
    return {name: value for name, value in told.items() if _fits(value)}


def of_repository(facts: Facts, properties: Iterable[str]) -> dict[str, object]:
    """The fields of the repository; of `properties` those that have no value are the empty text, if all are known."""
    repository = facts.repository
    own = dict(repository.properties)
    if repository.properties_known:
        own = {**dict.fromkeys(properties, ""), **own}
    complete = repository.properties_known or own.keys() >= set(properties)
    told = {
        "repository.name": repository.name,
        "repository.owner": repository.name.partition("/")[0] if repository.name else None,
        "repository.visibility": repository.visibility,
        "repository.default_branch": repository.default_branch,
        "repository.topics": None if repository.topics is None else list(repository.topics),
        "repository.license": repository.license.value if repository.license else None,
        "repository.properties": own if complete else None,
    }
    return {name: value for name, value in told.items() if _fits(value)}


def _read(readers: Mapping[str, Callable[..., object]], subject: object, names: Iterable[str]) -> dict[str, object]:
    found = {name: readers[name](subject) for name in names if name in readers}
    return {name: value for name, value in found.items() if _fits(value)}


def _present(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _fits(value: object) -> bool:
    """Whether a condition can look at a value: not what is too large, and no text that is not Unicode."""
    if isinstance(value, str):
        return len(value) <= MAX_VALUE and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value))
    if isinstance(value, list):
        return len(value) <= MAX_ITEMS and all(map(_fits, value))
    if isinstance(value, dict):
        return all(map(_fits, value.keys())) and all(map(_fits, value.values()))
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return value is not None and (not isinstance(value, int) or abs(value) < 1 << 63)
