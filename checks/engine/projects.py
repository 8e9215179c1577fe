"""The manifest beside the lock: which files are asked for by name, and what was read of them put together.

A listing has the files of the change only. A manifest that changed brings in its lock files, a lock file its manifest
and the other lock files beside it. They are asked for by name, and most of the names do not exist: that is cheaper than
a listing of the tree, which would cost a request before the one that reads.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checks.engine.plan import ManifestRequest
from checks.manifests import recognize
from checks.manifests.families import Family, family_of, folders_above, governs, is_workspace
from checks.model.dependency import Inventory
from checks.model.snapshot import Listing, ManifestPair

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.project import Lock, Project, Requirement

#: Names that are asked for beyond the files of the change; what is left of a huge change is not held against locks.
MAX_ASKED = 300


class ProjectRequest(NamedTuple):
    """One manifest with the names of what may stand beside and above it."""

    family: Family
    path: str
    """At the head."""
    base_path: str | None
    locks: tuple[str, ...]
    """Lock files that may exist at the head, the nearest folder first."""
    roots: tuple[str, ...]
    """Files that tell whether a folder above is a workspace."""
    also: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All that is read at the head."""
        return (self.path, *self.locks, *self.roots, *self.also)


def wanted_projects(listing: Listing) -> tuple[ProjectRequest, ...]:
    """The manifests that the change touches, directly or through a lock file beside them."""
    here = {file.head_path: file.base_path for file in listing.files if file.head_path}
    gone = {file.path for file in listing.files if file.head_path is None}
    whole = None if listing.base else frozenset(here)
    requests, names = [], set[str]()
    for path, family in sorted(_manifests([*here, *gone])):
        if path in gone or (whole is not None and path not in whole):
            continue
        request = _request(family, path, here.get(path, path) if path in here else path, here, whole)
        fresh = set(request.names) - here.keys()
        if whole is None and len(names | fresh) > MAX_ASKED:
            continue
        names |= fresh
        requests.append(request)
    return tuple(requests)


def _manifests(paths: Iterable[str]) -> set[tuple[str, Family]]:
    found = (family_of(path) for path in paths)
    return {(path, family) for family, path in filter(None, found)}


def _request(
    family: Family, path: str, base: str | None, here: Mapping[str, str | None], whole: frozenset[str] | None
) -> ProjectRequest:
    folder = posixpath.dirname(path)
    own = _in(folder, family.locks)
    # a lock file of its own in the change answers it: nothing above needs to be asked for
    above = folders_above(path) if family.roots and not any(lock in here for lock in own) else ()
    locks = own + tuple(lock for up in above for lock in _in(up, family.locks))
    roots = tuple(root for up in above for root in _in(up, family.roots))
    also = _in(folder, family.also)
    if whole is not None:
        locks, roots, also = (tuple(name for name in names if name in whole) for names in (locks, roots, also))
    return ProjectRequest(family, path, base, locks, roots, also)


def _in(folder: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(posixpath.join(folder, name) for name in names)


def unchanged_locks(requests: Sequence[ProjectRequest], read: Iterable[str], listing: Listing) -> list[ManifestRequest]:
    """Lock files that exist and are no part of the change: equal on both sides, so the head's is read for both."""
    changed = {file.path for file in listing.files}
    there = set(read)
    paths = dict.fromkeys(lock for request in requests for lock in request.locks if lock in there - changed)
    return [ManifestRequest(format_, path, None, path) for path in paths if (format_ := recognize(path)) is not None]


class Tree(NamedTuple):
    """What was read, by path: texts of both sides, and the inventories of all lock files."""

    base: Mapping[str, str]
    head: Mapping[str, str]
    locks: Mapping[str, ManifestPair]


def projects(requests: Sequence[ProjectRequest], tree: Tree) -> "tuple[Project, ...]":
    """The manifests that could be read, with the lock files that govern them."""
    return tuple(filter(None, (_project(request, tree) for request in requests)))


def _project(request: ProjectRequest, tree: Tree) -> "Project | None":
    text = tree.head.get(request.path)
    if text is None:
        return None
    from checks.manifests.asked import asked
    from checks.model.project import Project

    requirements = asked(request.path, text)
    before = tree.base.get(request.base_path) if request.base_path else None
    governing = _nearest(
        lock for lock in request.locks if lock in tree.locks and governs(lock, request.path, tree.head)
    )
    workspace = is_workspace(request.path, text) or any(not _beside(lock, request.path) for lock in governing)
    return Project(
        request.path,
        None if request.base_path is None else asked(request.base_path, before or ""),
        requirements,
        tuple(_lock(path, requirements, tree, workspace) for path in governing if tree.locks[path].head),
        bool(governing) or any(name in tree.head for name in request.also),
        _names(request.family),
    )


def _nearest(locks: Iterable[str]) -> list[str]:
    """Those of one folder: the nearest one that has any."""
    found = sorted(locks, key=lambda path: -path.count("/"))
    return [path for path in found if posixpath.dirname(path) == posixpath.dirname(found[0])]


def _beside(lock: str, manifest: str) -> bool:
    return posixpath.dirname(lock) == posixpath.dirname(manifest)


def _lock(path: str, requirements: "Sequence[Requirement]", tree: Tree, workspace: bool) -> "Lock":
    from checks.model.project import Lock

    pair = tree.locks[path]
    assert pair.head is not None
    unsure = frozenset(_unsure(pair.head, requirements, tree.head.get(path), workspace))
    return Lock(path, pair.base, pair.head, unsure)


def _unsure(lock: Inventory, requirements: "Sequence[Requirement]", text: str | None, workspace: bool) -> Iterator[str]:
    """Names that are no package of the lock file and may still be answered by it, as a link to a folder.

    yarn 1 does not write folders of the workspace down at all; where the text is not at hand, no workspace is judged.
    """
    from checks.manifests.agreement import by_package, package_key  # 3 ms, where there is a manifest at all

    entries = by_package(lock)
    for requirement in requirements:
        if package_key(requirement.purl) not in entries:
            silent = workspace and (text is None or lock.format == "yarn-lock")
            if silent or (text is not None and _mentions(text, requirement.name)):
                yield requirement.name


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w@.-]){re.escape(name)}(?![\w.-])", text) is not None


def _names(family: Family) -> str:
    *others, last = family.locks
    return f"{', '.join(others)} or {last}" if others else last
