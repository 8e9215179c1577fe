"""`overrides:` of a policy: for which repositories, branches and packages it says something else, and from when on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, NamedTuple

from checks.model.change import Change
from checks.model.dependency import Scope
from checks.model.facts import RepositoryFacts
from checks.policy.document import Entries, Scalar
from checks.policy.shape import KeyFault, OneOrMore, key
from checks.policy.values import Day, Pattern, RepositoryPattern


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


_Patterns = Annotated[tuple[Pattern, ...], OneOrMore]


class Condition(NamedTuple):
    """One condition of an override with what is known about it."""

    what: str
    """In words of the policy; the name of a property is foreign."""
    wanted: tuple[str, ...]
    actual: str | tuple[str, ...] | None
    """None: nobody told, or there is no such property."""
    holds: bool | None
    """None: nobody told."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an override is for. All conditions that are given must hold; of a list one entry."""

    repositories: Annotated[tuple[RepositoryPattern, ...], OneOrMore] = key(
        "Repositories by name: `web-*` in any organization, `example/web-*` in that one.", default=()
    )
    topics: _Patterns = key("Topics of the repository.", default=())
    visibility: Annotated[tuple[Visibility, ...], OneOrMore] = key("`public`, `internal` or `private`.", default=())
    properties: Mapping[str, _Patterns] = key(
        "Custom properties of the repository: `{distribution: internal}`.", default_factory=lambda: MappingProxyType({})
    )
    branches: _Patterns = key("Branches that the change goes into.", default=())
    paths: _Patterns = key("Packages all of whose manifests are under these paths.", default=())
    scopes: Annotated[tuple[Scope, ...], OneOrMore] = key("Packages of these scopes.", default=())

    def faults(self) -> Iterator[KeyFault]:
        """A property without a value would hold for nothing."""
        for name, patterns in self.properties.items():
            if not patterns:
                yield KeyFault("properties", f"'{name}' has no value", "write {name: value} or {name: [value, value]}")

    @property
    def narrow(self) -> bool:
        """Whether it is about single packages of a repository."""
        return bool(self.paths or self.scopes)

    def holds(self, repository: RepositoryFacts, target: str | None) -> bool | None:
        """Whether it holds for a repository and a target branch, whatever the package; None: nobody told."""
        answers = [condition.holds for condition in self.conditions(repository, target)]
        return False if False in answers else None if None in answers else True

    def unknown(self, repository: RepositoryFacts, target: str | None) -> tuple[str, ...]:
        """What nobody told, in words of the policy."""
        return tuple(condition.what for condition in self.conditions(repository, target) if condition.holds is None)

    def conditions(self, repository: RepositoryFacts, target: str | None) -> Iterator[Condition]:
        """Each condition about the repository and the branch, in the order in which people read them."""
        if self.repositories:
            name = repository.name
            yield Condition("the name of the repository", self.repositories, name, _any(self.repositories, name))
        if self.visibility:
            seen = repository.visibility
            holds = None if seen is None else seen in self.visibility
            yield Condition("the visibility of the repository", self.visibility, seen, holds)
        if self.topics:
            topics = repository.topics
            holds = None if topics is None else any(p.matches(topic) for p in self.topics for topic in topics)
            yield Condition("the topics of the repository", self.topics, topics, holds)
        for name, patterns in self.properties.items():
            value = property_of(repository, name)
            yield Condition(f"the property {name}", patterns, value, _property(repository, value, patterns))
        if self.branches:
            yield Condition("the branch that the change goes into", self.branches, target, _any(self.branches, target))

    def covers(self, change: Change) -> bool:
        """Whether it holds for a package: its scope, and all of its places."""
        return all(condition.holds for condition in self.conditions_of(change))

    def conditions_of(self, change: Change) -> Iterator[Condition]:
        """Each condition about a package; the next one only when somebody asks for it."""
        if self.scopes:
            yield Condition("the scope of the package", self.scopes, change.scope, change.scope in self.scopes)
        if self.paths:
            paths = tuple(dict.fromkeys(place.dependency.location.path for place in change.places))
            holds = all(any(p.matches(path) for p in self.paths) for path in paths)
            yield Condition("the paths of the package", self.paths, paths, holds)


def _any(patterns: Iterable[Pattern], text: str | None) -> bool | None:
    return None if text is None else any(pattern.matches(text) for pattern in patterns)


def _property(repository: RepositoryFacts, value: str | None, patterns: tuple[Pattern, ...]) -> bool | None:
    """A property with several values has them with commas between them."""
    if value is None:
        return False if repository.properties_known else None
    values = (value, *value.split(",")) if "," in value else (value,)
    return any(pattern.matches(one.strip()) for pattern in patterns for one in values)


def property_of(repository: RepositoryFacts, name: str) -> str | None:
    """The value of a custom property, whose name is the same in any case."""
    found = repository.properties.get(name)
    if found is not None:
        return found
    return next((value for key, value in repository.properties.items() if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class OverrideHead:
    """The keys of an override besides those of the policy that it changes."""

    match: Match = key("What it is for. Default: everything.", default_factory=Match)
    from_: Day | None = key("The day from which on it holds, UTC. Default: always.", name="from", default=None)


class Override(NamedTuple):
    """One entry of `overrides`."""

    position: int
    match: Match
    day: Day | None
    patch: Entries
    name: Scalar | Entries
    """Where it stands."""
