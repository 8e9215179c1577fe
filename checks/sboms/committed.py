"""The SBOMs of a repository, and which manifests each of them is about.

A change lists what it touches and nothing else. So an SBOM that it leaves as it is, and a lock file beside an SBOM that
it edits, are asked for by name: docs/sbom-quality.md.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from checks.manifests import FORMATS, Format, read, recognize
from checks.model.dependency import Dependency, Inventory
from checks.model.dependency import Scope as Needed
from checks.model.errors import UnreadableManifest
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.values import Pattern
from checks.sboms import describe
from checks.sboms.bill import FORMAT
from checks.sboms.described import Described
from checks.sboms.matching import keys_of, types_of, within
from checks.sboms.terms import SbomSection, Scope

#: Formats that do not say which packages are installed: sums of more than that, catalogs, and what is run beside it.
_NO_SOURCE = frozenset(
    {FORMAT, "go-sum", "go-work", "gradle-catalog", "gradle-verification", "github-actions", "dockerfile", "compose"}
    | {"pre-commit", "gitmodules", "devcontainer", "runtime-version", "tool-versions", "runtime-txt", "chart-lock"}
    | {"terraform-lock", "flake-lock"}
)
#: Formats that may leave out what their packages bring, so that nothing of an SBOM is too much beside them.
_PARTIAL = frozenset({"requirements", "maven-pom", "msbuild", "nuget-config"})
_UNREADABLE = ("unreadable", "too-large")


@dataclass(frozen=True, slots=True)
class CommittedSbom:
    """One SBOM of the tree at the head."""

    path: str
    inventory: Inventory
    text: str | None
    """None: too large, or not UTF-8."""
    head: Described | None
    """What it says of itself, without its components: a monorepo has hundreds of them. None: it cannot be read."""
    edited: bool
    """Whether this change touches it, or there is no base."""
    added: bool
    """Whether it was not there before."""
    before: Inventory | None = None
    """What it listed at the base, where this change touches it."""
    covers: tuple[Pattern, ...] | None = None
    """What the policy says that it is about; None: what is in its folder and below."""
    manifests: tuple[ManifestPair, ...] = ()
    """What it is about, as far as it was read."""
    complete: frozenset[str] = frozenset()
    """Purl types of which every manifest that it is about was read."""

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)


@dataclass(frozen=True, slots=True)
class Repository:
    """What the check looks at."""

    sboms: tuple[CommittedSbom, ...]
    uncovered: tuple[ManifestPair, ...]
    """Manifests that no SBOM is about."""
    known: frozenset[str]
    """Every entry of every manifest at the head, by `matching.keys_of`."""


def is_source(path: str) -> bool:
    """Whether a file says which packages are installed."""
    format_ = recognize(path)
    return format_ is not None and format_.id not in _NO_SOURCE


def texts_of(listing: Listing, section: SbomSection) -> Iterator[str]:
    """Paths that must be read: edited SBOMs with the manifests beside them, and SBOMs beside or above manifests."""
    edited = [file.path for file in listing.files if file.head_path and _is_sbom(file.path, section)]
    yield from edited
    if not listing.base:
        return
    changed = [path for file in listing.files for path in {file.path, file.base_path or file.path} if is_source(path)]
    for folder in _folders(changed):
        for path in (posixpath.join(folder, name) for name in section.files):
            if not section.ignores(path):
                yield path
    yield from (entry.sbom for entry in section.covers if "*" not in entry.sbom and changed)
    for path in edited:
        for name, companions in _lock_names():
            manifest = posixpath.join(posixpath.dirname(path), name)
            yield manifest
            yield from (posixpath.join(posixpath.dirname(path), companion) for companion in companions)
        yield from (name for name in _covered_by(path, section) or () if "*" not in name)


def _folders(paths: Iterable[str]) -> list[str]:
    """The folders of the paths and those above them, the root first."""
    found: dict[str, None] = {}
    for path in paths:
        folder = posixpath.dirname(path)
        while folder not in found:
            found[folder] = None
            folder = posixpath.dirname(folder)
    return sorted(found, key=lambda folder: (folder.count("/") + bool(folder), folder))


@cache
def _lock_names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """File names without wildcards, with what is read beside them."""
    return tuple(
        (name, tuple(companion for companion in format_.companions if not companion.startswith("../")))
        for format_ in FORMATS
        if format_.id not in _NO_SOURCE
        for name in format_.names
        if "*" not in name
    )


def _is_sbom(path: str, section: SbomSection) -> bool:
    format_ = recognize(path)
    return format_ is not None and format_.id == FORMAT and not section.ignores(path)


def _covered_by(path: str, section: SbomSection) -> tuple[Pattern, ...] | None:
    """Patterns of the manifests that the policy says an SBOM is about; None: those in its folder and below."""
    return next((entry.manifests for entry in section.covers if entry.sbom.matches(path)), None)


def repository(snapshot: Snapshot, section: SbomSection) -> Repository:
    """The SBOMs with the manifests that they are about."""
    manifests = [*_changed(snapshot), *_unchanged(snapshot)]
    found = list(_sboms(snapshot, section))
    others = [pair for pair in snapshot.manifests if pair.head and pair.head.format != FORMAT]
    heads = {pair.path: pair.head for pair in (*others, *manifests) if pair.head}
    known = keys_of(chain.from_iterable(head.dependencies for head in heads.values()))
    about = _assigned(found, manifests)
    covered = {pair.path for pairs in about.values() for pair in pairs}
    return Repository(
        tuple(_with_manifests(sbom, about[sbom.path], snapshot.listing, known) for sbom in found),
        tuple(pair for pair in manifests if pair.path not in covered and pair.head is not None),
        known,
    )


def _changed(snapshot: Snapshot) -> Iterator[ManifestPair]:
    return (pair for pair in snapshot.manifests if is_source(pair.path) and (pair.head or pair.base))


def _unchanged(snapshot: Snapshot) -> Iterator[ManifestPair]:
    """Manifests beside an SBOM that this change edits, the same on both sides."""
    touched = {file.path for file in snapshot.listing.files}
    for path, text in snapshot.texts.items():
        format_ = recognize(path)
        if text is not None and path not in touched and format_ is not None and is_source(path):
            inventory = _read(format_, path, snapshot.texts)
            yield ManifestPair(path, inventory, inventory)


def _read(format_: Format, path: str, texts: Mapping[str, str | None]) -> Inventory:
    beside = {name: text.encode() for name in format_.companion_paths(path) if (text := texts.get(name)) is not None}
    return read(format_, path, (texts.get(path) or "").encode("utf-8", "replace"), beside)


def _sboms(snapshot: Snapshot, section: SbomSection) -> Iterator[CommittedSbom]:
    pairs = {pair.path: pair for pair in snapshot.manifests if pair.head and pair.head.format == FORMAT}
    added = {file.path for file in snapshot.listing.files if file.base_path is None}
    edited = {file.path for file in snapshot.listing.files}
    guessed = {path for path in snapshot.texts if path.rpartition("/")[2] in section.files or _is_sbom(path, section)}
    named = {path for path in snapshot.texts if any(entry.sbom == path for entry in section.covers)}
    for path in sorted({path for path in pairs if not section.ignores(path)} | guessed | named):
        text, pair = snapshot.texts.get(path), pairs.get(path)
        inventory = pair.head if pair else None
        if inventory is None:
            format_ = recognize(path) or next(item for item in FORMATS if item.id == FORMAT)
            inventory = _read(format_, path, snapshot.texts) if text is not None else Inventory(path, FORMAT)
        head = None if _broken(inventory) else _head(text)  # what lists nothing is not judged as if it listed nothing
        if head is None and text is not None and not _broken(inventory):
            continue  # `sbom.json` and `bom.json` are also names of other things
        yield CommittedSbom(
            path,
            inventory,
            text,
            head,
            edited=path in edited,
            added=path in added or not snapshot.listing.base,
            before=pair.base if pair else None,
            covers=_covered_by(path, section),
        )


def _broken(inventory: Inventory) -> bool:
    """Whether a whole file could not be read: then its name promised an SBOM, or its content began as one."""
    return any(problem.code in _UNREADABLE for problem in inventory.problems)


def _head(text: str | None) -> Described | None:
    try:
        return replace(describe.read(text).described, parts=()) if text is not None else None
    except (UnreadableManifest, RecursionError):
        return None


def _assigned(sboms: Sequence[CommittedSbom], manifests: Sequence[ManifestPair]) -> dict[str, list[ManifestPair]]:
    """Path of each SBOM → the manifests that it is about: what the policy says, else the nearest SBOM above."""
    about: dict[str, list[ManifestPair]] = {sbom.path: [] for sbom in sboms}
    by_folder: dict[str, list[CommittedSbom]] = {}
    for sbom in sboms:
        if sbom.covers is None:
            by_folder.setdefault(sbom.folder, []).append(sbom)
        else:
            about[sbom.path] += [pair for pair in manifests if any(item.matches(pair.path) for item in sbom.covers)]
    for pair in manifests:
        folder = posixpath.dirname(pair.path)
        while folder and folder not in by_folder:
            folder = posixpath.dirname(folder)
        for sbom in _speaking(by_folder.get(folder, ()), pair):
            about[sbom.path].append(pair)
    return about


def _speaking(sboms: Sequence[CommittedSbom], pair: ManifestPair) -> Iterable[CommittedSbom]:
    """Of several in one folder those that list packages of the manifest's kind: one may be about another ecosystem."""
    if len(sboms) < 2:
        return sboms
    types = _types([pair])
    return [sbom for sbom in sboms if types & types_of(sbom.inventory.dependencies)] or sboms


def _with_manifests(
    sbom: CommittedSbom, manifests: Sequence[ManifestPair], listing: Listing, known: frozenset[str]
) -> CommittedSbom:
    before = keys_of(item for pair in manifests if pair.base for item in pair.base.dependencies)
    unread = any(side and _broken(side) for pair in manifests for side in (pair.base, pair.head))
    # it was about these manifests alone if it listed nothing else, and an edit makes it about no other
    listed = (sbom.before or sbom.inventory).dependencies
    whole = not listing.base or within(listed, known, before)
    partial = [pair for pair in manifests if any(side and side.format in _PARTIAL for side in (pair.base, pair.head))]
    complete = _types(manifests) - _types(partial) if whole and not unread else frozenset[str]()
    return replace(sbom, manifests=tuple(manifests), complete=complete)


def _types(manifests: Sequence[ManifestPair]) -> frozenset[str]:
    sides = [side for pair in manifests for side in (pair.base, pair.head) if side]
    return types_of(item for side in sides for item in side.dependencies)


def wanted_of(pair: ManifestPair, section: SbomSection) -> Iterator[Dependency]:
    """What of a manifest must be listed. Tools leave out extras that are not installed, so optional ones may be."""
    for dependency in pair.head.dependencies if pair.head else ():
        scope = dependency.scope
        if section.scope is Scope.ALL or (scope.shipped and scope is not Needed.OPTIONAL):
            yield dependency
