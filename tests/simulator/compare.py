"""Merge bases, ranges and diffs of git, cached by the SHAs they are made of (objects never change)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .git import GitRepository

# "Limits on viewing content and diffs in a repository": above them the API leaves `patch` out.
PATCH_MAX_BYTES = 500_000
PATCH_MAX_LINES = 20_000
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_CACHE_SIZE = 2_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One changed file as the REST API shows it; `sha` is the blob's (the old one's of a removed file)."""

    path: str
    previous_path: str | None
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True, slots=True)
class Range:
    """`ahead` are the commits only the head has, oldest first; `behind` counts those only the base has."""

    merge_base: str | None
    ahead: tuple[str, ...]
    behind: int


class Comparer:
    """Comparisons within one fork network."""

    def __init__(self, git: GitRepository) -> None:
        self._git = git
        self._ranges: OrderedDict[tuple[str, str], Range] = OrderedDict()
        self._diffs: OrderedDict[tuple[str, str], tuple[FileChange, ...]] = OrderedDict()

    def range(self, base: str, head: str) -> Range:
        return _cached(self._ranges, (base, head), lambda: self._range(base, head))

    def diff(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Files that differ between two commits or trees, renames detected."""
        return _cached(self._diffs, (old, new), lambda: self._diff(old, new))

    def changes(self, base: str, head: str) -> tuple[FileChange, ...]:
        """Files changed on the head since it left the base (three dots)."""
        merge_base = self.range(base, head).merge_base
        return self.diff(merge_base, head) if merge_base else ()

    def names(self, old: str | None, new: str) -> dict[str, str]:
        """Changed paths of two commits and how: `added`, `removed` or `modified`; without renames and counts."""
        objects, found = self._git.objects, {}

        def walk(before: str | None, after: str | None, prefix: str) -> None:
            if before == after:
                return
            left = {e.name: e for e in objects.tree(before)} if before else {}
            right = {e.name: e for e in objects.tree(after)} if after else {}
            for name in left.keys() | right.keys():
                one, two = left.get(name), right.get(name)
                if one == two:
                    continue
                trees = [e.sha if e and e.type == "tree" else None for e in (one, two)]
                if any(trees):
                    walk(trees[0], trees[1], f"{prefix}{name}/")
                files = [e is not None and e.type != "tree" for e in (one, two)]
                if any(files):
                    found[prefix + name] = "modified" if all(files) else "removed" if files[0] else "added"

        walk(objects.commit(old).tree if old else None, objects.commit(new).tree, "")
        return dict(sorted(found.items()))

    def _range(self, base: str, head: str) -> Range:
        if base == head:
            return Range(base, (), 0)
        linear = self._linear(base, head)
        if linear is not None:
            return Range(base, linear, 0)
        merge_base = self._git.run("merge-base", base, head, check=False).decode().strip() or None
        sides = self._git.run("rev-list", "--topo-order", "--reverse", "--left-right", f"{base}...{head}")
        lines = sides.decode().split()
        ahead = tuple(line[1:] for line in lines if line[0] == ">")
        return Range(merge_base, ahead, len(lines) - len(ahead))

    def _linear(self, base: str, head: str) -> tuple[str, ...] | None:
        """The common case without a process: the base is found by following single parents from the head."""
        found: list[str] = []
        at = head
        while at != base:
            parents = self._git.objects.commit(at).parents
            if len(parents) != 1 or len(found) > 5_000:
                return None
            found.append(at)
            at = parents[0]
        return tuple(reversed(found))

    def _diff(self, old: str, new: str) -> tuple[FileChange, ...]:
        if old == new:
            return ()
        common = ("-c", "core.quotePath=false", "diff-tree", "-r", "-M", "--full-index", "--no-ext-diff")
        raw = self._git.run(*common, "--raw", "--numstat", "-z", old, new).decode(errors="surrogateescape")
        text = self._git.run(*common, "--no-textconv", "-p", old, new).decode(errors="replace")
        entries, counts = _parse_raw(raw)
        patches = _split_patches(text)
        answer: list[FileChange] = []
        for status, sha, path, previous in entries:
            patch = patches.pop(0) if patches else None
            if status == "T" and patches:  # a change of type is written as a removal and an addition
                patches.pop(0)
            additions, deletions = counts[path]
            answer.append(FileChange(path, previous, _STATUS[status], sha, additions, deletions, patch))
        return tuple(answer)


def _cached(cache: "OrderedDict[tuple[str, str], T]", key: tuple[str, str], make: Callable[[], T]) -> T:
    if key in cache:
        cache.move_to_end(key)
        return cache[key]
    value = cache[key] = make()
    if len(cache) > _CACHE_SIZE:
        cache.popitem(last=False)
    return value


def _parse_raw(raw: str) -> tuple[list[tuple[str, str, str, str | None]], dict[str, tuple[int, int]]]:
    fields = raw.split("\0")
    entries: list[tuple[str, str, str, str | None]] = []
    counts: dict[str, tuple[int, int]] = {}
    at = 0
    while at < len(fields) and fields[at]:
        if fields[at].startswith(":"):
            _, _, old_sha, new_sha, letter = fields[at].split(" ")
            status = letter[0]
            moved = status in "RC"
            previous = fields[at + 1] if moved else None
            path = fields[at + 2] if moved else fields[at + 1]
            entries.append((status, old_sha if status == "D" else new_sha, path, previous))
            at += 3 if moved else 2
        else:
            added, removed, path = fields[at].split("\t")
            at += 1
            if not path:  # with -z a rename is counts, old path, new path
                path = fields[at + 1]
                at += 2
            counts[path] = (int(added), int(removed)) if added != "-" else (0, 0)
    return entries, counts


def _split_patches(text: str) -> list[str | None]:
    """The hunks of each file in order; None where there are none or they are over the limit."""
    patches: list[str | None] = []
    for section in ("\n" + text).split("\ndiff --git ")[1:]:
        start = section.find("\n@@ ")
        hunks = section[start + 1 :].removesuffix("\n") if start >= 0 else ""
        too_large = len(hunks) > PATCH_MAX_BYTES or hunks.count("\n") > PATCH_MAX_LINES
        patches.append(None if too_large or not hunks else hunks)
    return patches
