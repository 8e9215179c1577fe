"""What differs between two SBOMs, or between what they could be made of: by package, and nothing is judged."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from checks.model.dependency import SCOPE_ORDER, Origin, Scope
from checks.model.provenance import host
from checks.sboms.content import Component, Content
from checks.sboms.wording import worded

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}

#: Versions that each update tells: hostile documents have thousands of them on both sides.
MANY = 100


class Kind(StrEnum):
    """The words of `ospo-gate diff`, and two that only SBOMs need. In the order in which people read them."""

    RESOURCED = "re-sourced"
    """Same version, other hash or address."""
    ADDED = "added"
    UPDATED = "updated"
    RELICENSED = "relicensed"
    MOVED = "moved"
    """Another scope."""
    REMOVED = "removed"
    RESTATED = "restated"
    """Only one of the two says something about license, hash or scope."""


class Difference(NamedTuple):
    """One version of one package that differs."""

    kinds: tuple[Kind, ...]
    """In their order; an update may also be relicensed."""
    before: tuple[Component, ...]
    """Of an update the versions that are there no more, `MANY` at most."""
    after: tuple[Component, ...]
    now_stated: tuple[str, ...] = ()
    """`license`, `hash` or `scope`."""
    no_longer_stated: tuple[str, ...] = ()

    @property
    def shown(self) -> Component:
        return (self.after or self.before)[0]


def compare(base: Content, head: Content) -> tuple[Difference, ...]:
    """By kind, then by name. Two spellings of a purl or of a version (`v1.0`) that tools use are one."""
    before, after = _by_package(base), _by_package(head)
    found = [
        difference
        for key in before.keys() | after.keys()
        for difference in _package(before.get(key, {}), after.get(key, {}))
    ]
    order = list(Kind)
    return tuple(sorted(found, key=lambda item: (order.index(item.kinds[0]), item.shown.name.lower(), item.shown.ref)))


_Versions = Mapping[str, Sequence[Component]]


def _by_package(content: Content) -> Mapping[str, _Versions]:
    found: dict[str, dict[str, list[Component]]] = {}
    for component in content.components:
        version = component.version or ""
        if version[:1] in "vV" and version[1:2].isdigit():
            version = version[1:]
        found.setdefault(package(component).lower(), {}).setdefault(version, []).append(component)
    return found


def package(component: Component) -> str:
    """The package URL without version and qualifiers."""
    return component.purl.partition("?")[0].partition("@")[0]


def _package(before: _Versions, after: _Versions) -> Iterator[Difference]:
    for version in sorted(before.keys() & after.keys()):
        found = _same_version(tuple(before[version]), tuple(after[version]))
        if found:
            yield found
    gone = tuple(item for version in sorted(before.keys() - after.keys()) for item in before[version])[:MANY]
    new = sorted(after.keys() - before.keys())
    was = _stated(gone)
    for version in new:
        now = tuple(after[version])
        changed = _changes(was, _stated(now))
        yield Difference((Kind.UPDATED, *changed) if gone else (Kind.ADDED,), gone, now)
    if gone and not new:
        for version in sorted(before.keys() - after.keys()):
            yield Difference((Kind.REMOVED,), tuple(before[version]), ())


def _same_version(before: tuple[Component, ...], after: tuple[Component, ...]) -> Difference | None:
    now, no_longer = (
        tuple(word for word, said in _SAID.items() if said(one) and not said(other))
        for one, other in ((after, before), (before, after))
    )
    kinds = [Kind.RESOURCED] if _resourced(before, after) else []
    kinds += _changes(_stated(before), _stated(after))
    kinds += [Kind.RESTATED] if now or no_longer else []
    return Difference(tuple(kinds), before, after, now, no_longer) if kinds else None


class _Stated(NamedTuple):
    licenses: tuple[str, ...]
    scope: Scope


def _stated(components: Sequence[Component]) -> _Stated:
    return _Stated(licenses(components), scope(components))


def _changes(before: _Stated, after: _Stated) -> list[Kind]:
    """What is another one, where both sides say something."""
    found = []
    if before.licenses and after.licenses and before.licenses != after.licenses:
        found.append(Kind.RELICENSED)
    if Scope.UNKNOWN not in (before.scope, after.scope) and before.scope is not after.scope:
        found.append(Kind.MOVED)
    return found


def licenses(components: Iterable[Component]) -> tuple[str, ...]:
    """What counts of the statements: the concluded one, else the declared one, else all that are disputed."""
    found: set[str] = set()
    for item in components:
        raw = item.concluded or item.declared
        found.update([worded(raw).text] if raw else [text for _, text in item.disputed])
    return tuple(sorted(found))


def scope(components: Sequence[Component]) -> Scope:
    """The nearest to users."""
    return min((item.scope for item in components), key=_RANK.__getitem__, default=Scope.UNKNOWN)


def hashes(components: Collection[Component]) -> tuple[tuple[str, str], ...]:
    """Algorithm and digits; of what is pinned otherwise its name (`h1`) and the rest."""
    found = {pair for item in components for pair in item.hashes}
    for item in components:
        for text in item.integrity:
            name, _, rest = text.partition(":")
            found.add((name, rest))
    return tuple(sorted(found))


_SAID: Mapping[str, Callable[[Sequence[Component]], bool]] = {
    "license": lambda items: bool(licenses(items)),
    "hash": lambda items: bool(hashes(items)),
    "scope": lambda items: scope(items) is not Scope.UNKNOWN,
}


def other_hashes(before: Collection[Component], after: Collection[Component]) -> bool:
    """Whether both state hashes of one algorithm, and none in common."""
    one, other = set(hashes(before)), set(hashes(after))
    return not one & other and bool({name for name, _ in one} & {name for name, _ in other})


def _resourced(before: Sequence[Component], after: Sequence[Component]) -> bool:
    if other_hashes(before, after):
        return True
    places = _places(before), _places(after)
    if places[0] == places[1]:
        named = hosts(before), hosts(after)
        return all(named) and named[0] != named[1]
    same_bytes = bool(set(hashes(before)) & set(hashes(after)))
    silent = any(item.origin is not Origin.REGISTRY and item.source is None for item in (*before, *after))
    return not (same_bytes and silent)  # npm can leave out the address of what comes from a registry


def _places(components: Iterable[Component]) -> set[str]:
    """Where the bytes come from, if that is no registry."""
    return {
        f"{item.origin.value} {item.purl.partition('?')[2]}" if item.origin is not Origin.REGISTRY else "registry"
        for item in components
    }


def hosts(components: Iterable[Component]) -> tuple[str, ...]:
    """The hosts of the addresses that are named."""
    return tuple(sorted({host(item.source) for item in components if item.source}))
