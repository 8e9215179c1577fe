"""What a policy speaks of: packages, properties and names of repositories, paths. All else it treats alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from checks.policy.document import Entries, Items, Scalar
from checks.policy.packages import PackageIndex
from checks.policy.values import Duration, PackagePattern, RepositoryPattern

#: Keys of the policy that speak of where a manifest is.
_PLACES = frozenset({"path", "paths"})
#: Keys that name vulnerabilities, and the one that may say how likely their exploitation is.
_VULNERABILITIES = frozenset({"advisory", "advisories"})
_PROBABILITY = "block_from"
#: When the time to fix a vulnerability begins.
_CLOCK, _FIXES = "clock", "fix-available"


@dataclass(frozen=True, slots=True)
class Mentions:
    """What parts of a policy speak of."""

    packages: frozenset[PackagePattern] = frozenset()
    repositories: frozenset[RepositoryPattern] = frozenset()
    properties: frozenset[str] = frozenset()
    """Names of custom properties."""
    paths: bool = False
    """Whether anything depends on where a manifest is."""
    versions: bool = False
    """Whether anything depends on the version of a package that is named."""
    below: bool = False
    """Whether anything depends on what brings a package."""
    each_repository: bool = False
    """Whether repositories are told apart by more than what they are matched by: a custom rule reads their names."""
    fixes: bool = False
    """Whether anything depends on which version fixes a vulnerability."""
    durations: frozenset[Duration] = frozenset()
    advisories: frozenset[str] = frozenset()
    """Names of vulnerabilities, in lower case."""
    probabilities: frozenset[float] = frozenset()
    """Of exploitation."""

    @classmethod
    def of(cls, parts: Iterable[object]) -> "Mentions":
        """What these values of a policy speak of, however deep."""
        packages, repositories, properties = set(), set(), set()
        names: set[str] = set()
        durations, advisories, probabilities = set(), set(), set()
        for name, value in _leaves("", parts):
            if isinstance(value, PackagePattern):
                packages.add(value)
                names.add(name)
            elif isinstance(value, RepositoryPattern):
                repositories.add(value)
            elif isinstance(value, Duration):
                durations.add(value)
            elif name in _VULNERABILITIES:
                advisories.add(str(value).lower())
            elif name == _PROBABILITY and (limit := _probability(str(value))) is not None:
                probabilities.add(limit)
            elif name in _PLACES:
                names.add("paths")
            elif name == _CLOCK:
                names.add(str(value))
            elif name in ("versions", "below", "each_repository"):
                names.add(name)
            elif name == "property" or name.endswith("_property") or name == "properties":
                properties.add(str(value))
        return cls(
            *(frozenset(packages), frozenset(repositories), frozenset(properties)),
            *("paths" in names, "versions" in names, "below" in names, "each_repository" in names),
            fixes=_FIXES in names,
            durations=frozenset(durations),
            advisories=frozenset(advisories),
            probabilities=frozenset(probabilities),
        )


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Single values with the key that they belong to; of a mapping of custom properties the names."""
    if isinstance(value, Entries):
        for key, node in value.entries:
            yield from _leaves(key.text, node)
    elif isinstance(value, Items):
        for node in value.items:
            yield from _leaves(name, node)
    elif isinstance(value, Scalar):
        yield name, _read(PackagePattern, value.text) or _read(Duration, value.text) or value.text
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            if item.compare:  # what does not count as a difference decides nothing
                yield from _leaves(item.name, getattr(value, item.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield name, key
            if name != "properties":
                yield from _leaves(str(key), item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _leaves(name, item)
    elif value is not None and value is not False and (name == _CLOCK or not isinstance(value, Enum)):
        yield name, value


def _probability(text: str) -> float | None:
    """None: it is the word of a severity."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None


def _read(form: type[PackagePattern | Duration], text: str) -> PackagePattern | Duration | None:
    """What a node of the file says that was not read as a value: the patch of an override."""
    try:
        return form.parse(text) if form is Duration or text.startswith("pkg:") else None
    except ValueError:
        return None


class Named:
    """Which of these patterns match a package: equal for packages between which they make no difference."""

    def __init__(self, packages: Iterable[PackagePattern]) -> None:
        # What holds for a whole ecosystem distinguishes nothing in it.
        self._index = PackageIndex(sorted(package for package in packages if not package.whole_type))

    def __call__(self, purl: str) -> tuple[int, ...]:
        return tuple(self._index.positions(purl))


class Matching:
    """Which of these patterns match a repository: equal for repositories between which they make no difference."""

    def __init__(self, patterns: Iterable[RepositoryPattern]) -> None:
        self._patterns = [pattern for pattern in sorted(patterns) if "*" in pattern]
        self._names = {pattern.casefold() for pattern in patterns if "*" not in pattern}

    def __call__(self, repository: str) -> tuple[str, ...]:
        name = repository.casefold()
        exact = self._names.intersection((name, name.rpartition("/")[2]))
        return (*sorted(exact), *(pattern for pattern in self._patterns if pattern.matches(repository)))
