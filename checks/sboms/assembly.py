"""From inventories to the content of one document: each package version once, with all its places."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Origin, Scope
from checks.model.facts import PackageKey
from checks.sboms.addresses import address, supplier
from checks.sboms.checksums import checksum
from checks.sboms.content import Component, Content, Subject, Tool
from checks.sboms.inert import inert

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}
#: SPDX: nothing is said; neither is a statement.
_NO_STATEMENT = frozenset({"", "NOASSERTION", "NONE"})
#: Sentences about what could not be read; more of them say nothing new.
MAX_UNREAD = 1_000


class Licensed(NamedTuple):
    """What is known about the license of a package version besides what its manifest says."""

    declared: str | None
    concluded: str | None = None


class About(NamedTuple):
    """What no manifest tells about a document."""

    subject: Subject
    tool: Tool
    created: str | None = None
    authors: tuple[str, ...] = ()
    scope: str = "all"
    """`shipped` or `all`."""
    folder: str = ""
    """Before every path, with its `/`: where the inventories lie in the repository."""
    uncommitted: tuple[str, ...] = ()
    """Manifests that were read as they are on disk, and differ from the commit."""


class _Node:
    """One package version while its places are gathered."""

    __slots__ = ("direct", "first", "integrity", "license", "places", "requires", "scope", "source")

    def __init__(self, first: Dependency) -> None:
        self.first = first
        self.scope = first.scope
        self.direct = first.direct
        self.license = first.license
        self.source = first.source
        self.places: list[Location] = []
        self.integrity: dict[str, None] = {}
        self.requires: set[int] | None = None

    def also(self, dependency: Dependency) -> None:
        if dependency.scope is not self.scope and _RANK[dependency.scope] < _RANK[self.scope]:
            self.scope = dependency.scope
        if self.direct is None or dependency.direct:
            self.direct = dependency.direct if self.direct is None else True
        self.license = self.license or dependency.license
        self.source = self.source or dependency.source


def assemble(
    inventories: Sequence[Inventory],
    about: About,
    licenses: Mapping[PackageKey, Licensed] | None = None,
    *,
    apart: bool = False,
) -> Content:
    """`licenses`: what is known beyond the manifests, by purl and version. `apart`: every entry is a component of its
    own, as an SBOM lists them."""
    nodes = _Nodes(apart)
    for inventory in inventories:
        nodes.gather(inventory, about.folder)
    kept = [n for n, node in enumerate(nodes.all) if about.scope == "all" or node.scope.shipped]
    named = sorted((_purl(nodes.all[n].first), n) for n in kept)
    place = {n: index for index, (_, n) in enumerate(named)}
    refs = refs_of([purl for purl, _ in named])
    components = tuple(
        _component(nodes.all[n], purl, ref, place, licenses or {}) for (purl, n), ref in zip(named, refs, strict=True)
    )
    subject = about.subject._replace(
        requires=tuple(index for index, component in enumerate(components) if component.direct),
        complete=_complete(inventories),
    )
    unread = _unread(inventories, about)
    return Content(subject, components, about.tool, about.created, about.authors, about.scope, unread)


class _Nodes:
    """Every package version once, in the order in which they are met."""

    def __init__(self, apart: bool) -> None:
        self.all: list[_Node] = []
        self._apart = apart
        self._known: dict[tuple[str | None, ...], int] = {}

    def gather(self, inventory: Inventory, folder: str) -> None:
        numbers = [self._number(dependency, folder) for dependency in inventory.dependencies]
        for number, required in zip(numbers, inventory.edges, strict=False):
            node = self.all[number]
            if node.requires is None:
                node.requires = set()
            node.requires.update([numbers[index] for index in required])
            node.requires.discard(number)

    def _number(self, dependency: Dependency, folder: str) -> int:
        key: tuple[str | None, ...] = (dependency.purl, dependency.version)
        if dependency.origin is not Origin.REGISTRY:
            key = (*key, dependency.origin.value, address(dependency.origin, dependency.source))
        number = len(self.all) if self._apart else self._known.setdefault(key, len(self.all))
        if number == len(self.all):
            self.all.append(_Node(dependency))
        node = self.all[number]
        node.also(dependency)
        location = dependency.location
        path = location.path
        if folder or not (path.isascii() and path.isprintable()):
            location = Location(inert(folder + path), location.line, location.end_line)
        node.places.append(location)
        if dependency.integrity:
            node.integrity.update(dict.fromkeys(dependency.integrity))
        return number


def _purl(dependency: Dependency) -> str:
    """The whole purl; where the bytes come from no registry, it says so, or it would be the wrong package."""
    version = dependency.version
    if not version:
        text = dependency.purl
    elif version.isascii() and version.isprintable():
        text = f"{dependency.purl}@{quote(version, safe='-._~:')}"
    else:
        text = f"{dependency.purl}@{quote(inert(version), safe='-._~:')}"
    if dependency.origin is Origin.REGISTRY:
        return text
    place = address(dependency.origin, dependency.source)
    if place is None:
        return text
    return f"{text}?{'vcs_url' if dependency.origin is Origin.GIT else 'download_url'}={quote(place, safe='-._~:/')}"


def refs_of(purls: Sequence[str]) -> list[str]:
    """The purl itself; of equal ones, which come from different paths, every further one with its number."""
    used: dict[str, int] = {}
    refs = []
    for purl in purls:
        count = used[purl] = used.get(purl, 0) + 1
        refs.append(purl if count == 1 else f"{purl}#{count}")
    return refs


def _component(
    node: _Node, purl: str, ref: str, place: Mapping[int, int], licenses: Mapping[PackageKey, Licensed]
) -> Component:
    first = node.first
    known = licenses.get((first.purl, first.version)) if licenses else None
    declared = known.declared if known and known.declared else node.license
    type_, _, path = first.purl[4:].partition("/")
    namespace, _, name = path.rpartition("/")
    if "%" in path:
        namespace, name = inert(unquote(namespace)), inert(unquote(name))
    hashes: dict[tuple[str, str], None] = {}
    other = []
    for text in node.integrity:
        found = checksum(first.purl, text)
        if found is None:
            other.append(inert(text))
        else:
            hashes[found] = None
    requires = node.requires
    return Component(
        ref,
        purl,
        "" if type_ == "golang" else namespace,
        (f"{namespace}/{name}" if namespace else name) if type_ == "golang" else name,
        inert(first.version) if first.version else None,
        node.scope,
        node.direct,
        first.origin,
        _download(first.origin, node.source, name),
        _statement(declared),
        _statement(known.concluded) if known else None,
        tuple(hashes),
        tuple(other),
        supplier(type_, namespace),
        tuple(node.places),
        None if requires is None else tuple(sorted([place[n] for n in requires if n in place])),
    )


def _download(origin: Origin, source: str | None, name: str) -> str | None:
    """Where the bytes lie. Many lock files name the registry instead, which is no place of one package."""
    found = address(origin, source)
    if found is None or origin is not Origin.REGISTRY:
        return found
    return found if name.lower() in found.lower() else None


def _statement(raw: str | None) -> str | None:
    return None if raw is None or raw.strip() in _NO_STATEMENT else raw


def _complete(inventories: Iterable[Inventory]) -> bool:
    return all(
        not inventory.problems and all(dependency.direct is not None for dependency in inventory.dependencies)
        for inventory in inventories
    )


def _unread(inventories: Iterable[Inventory], about: About) -> tuple[str, ...]:
    sentences = [f"{inert(path)} was read as it is on disk, and differs from the commit." for path in about.uncommitted]
    for inventory in inventories:
        for problem in inventory.problems:
            at = f"{about.folder}{problem.location.path}" + (
                f":{problem.location.line}" if problem.location.line else ""
            )
            sentences.append(inert(f"{at}: {problem.message}"))
    return limited(sentences)


def limited(sentences: Sequence[str]) -> tuple[str, ...]:
    """As many as a reader may look at, and how many more there are."""
    more = len(sentences) - MAX_UNREAD
    return (*sentences[:MAX_UNREAD], *((f"{more:,} more entries could not be read.",) if more > 0 else ()))


def ecosystem(component: Component) -> str:
    """The purl type: `npm`."""
    return component.purl[4 : component.purl.index("/")]


def told_directness(component: Component, content: Content) -> str | None:
    """`no` or `unknown`, where the requirements of the subject would make readers think something else."""
    if content.subject.requires or content.parts:
        return "unknown" if component.direct is None else None
    return "no" if component.direct is False else None


def scope_between(requirer: Scope, required: Scope) -> Scope:
    """What a requirement is for, where formats put the scope on the way to a package and not on the package."""
    return required if _RANK[required] > _RANK[requirer] else Scope.RUNTIME
