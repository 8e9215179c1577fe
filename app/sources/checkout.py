"""A change in a git checkout, or its whole tree, as the gate wants it."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from app.ports import Blob, FileRef, Side
from app.sources.git import FETCH_ALL, Repository, failure, finish
from app.sources.history import MAX_COMMITS, Change, History
from checks.manifests import MAX_BYTES
from checks.model.dependency import Location, Problem
from checks.model.errors import SourceError
from checks.model.patch import files_of
from checks.model.snapshot import AddedLine, ChangedFile, FileStatus, Listing

MAX_FILES = 200_000
_STATUS = {"A": FileStatus.ADDED, "D": FileStatus.REMOVED, "R": FileStatus.RENAMED}


class GitSource:
    """The change between the merge base of two revisions and the second; without `base`, the whole tree of `head`."""

    def __init__(
        self,
        repository: Repository,
        head: str,
        base: str | None,
        target: str | None = None,
        history: History | None = None,
    ) -> None:
        """`target` is the branch that the change goes into, if somebody told; `history` a listing of its commits that
        was begun already."""
        self.repository = repository
        self.target = target
        self.head = head
        self.base = base or ""
        self._change = Change()
        if base and base != head:
            with history or History(repository, base, head) as begun:
                self._change = begun.read()
            # All ways from the head to the base's history lead through the only end, so it is the merge base. To find
            # that out by itself git would have to walk the same commits once more.
            ends = self._change.ends
            self.base = ends[0] if len(ends) == 1 else repository.merge_base(base, head)

    async def listing(self) -> Listing:
        if not self.base:
            tree = finish(self.repository.start("ls-tree", "-r", "-z", "--name-only", "--full-tree", self.head))
            files = tuple(ChangedFile(_path(name), FileStatus.PRESENT) for name in tree.stdout.split(b"\0") if name)
            return Listing("", self.head, files, target=self.target)
        if self.base == self.head:
            return Listing(self.base, self.head, target=self.target)
        difference = self.repository.start(
            "diff", "--raw", "-z", "-M", "--no-ext-diff", "--no-textconv", "--abbrev=40", self.base, self.head
        )
        files, change = tuple(_changed(finish(difference).stdout)), self._change
        if change.cut_off is not None:
            # Unsigned commits could hide behind it, and a nearer merge base with another policy.
            raise SourceError(
                f"the history of the change is cut off at {change.cut_off[:12]}: the clone is shallow", hint=FETCH_ALL
            )
        problems = _too_many(change.total, MAX_COMMITS, "commits") + _too_many(len(files), MAX_FILES, "files")
        return Listing(self.base, self.head, files[:MAX_FILES], change.commits, problems, target=self.target)

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        revisions = {Side.BASE: self.base, Side.DEFAULT: self.base, Side.HEAD: self.head}
        usable = [ref for ref in dict.fromkeys(refs) if revisions.get(ref.side)]
        if not usable:
            return {}
        names = [f"{revisions[ref.side]}:".encode() + os.fsencode(ref.path.rstrip("/")) for ref in usable]
        # A line end in a path is rare, and `-z` is newer than the git of some runners (2.38).
        lines = any(b"\n" in name for name in names)
        process = self.repository.start("cat-file", "--batch", *(["-z"] if lines else []), stdin=subprocess.PIPE)
        end = b"\0" if lines else b"\n"
        stdout, stderr = process.communicate(b"".join(name + end for name in names))
        if process.returncode:
            raise failure(stderr)
        return dict(_blobs(dict(zip(usable, names, strict=True)), stdout))

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return {}  # `read` leaves nothing out but what is larger than the gate reads

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        if not self.base or not paths:
            return dict.fromkeys(paths)
        difference = self.repository.start(
            "diff", "-U0", "-M", "--no-color", "--no-prefix", "--no-ext-diff", "--no-textconv", self.base, self.head
        )
        found = files_of(finish(difference).stdout.decode("utf-8", "surrogateescape"))
        return {path: found.get(path, ()) for path in paths}


def _too_many(count: int, limit: int, noun: str) -> tuple[Problem, ...]:
    if count <= limit:
        return ()
    return (
        Problem("listing", f"The change has {count:,} {noun}, more than the {limit:,} that are judged", Location("")),
    )


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _changed(raw: bytes) -> Iterator[ChangedFile]:
    fields = iter(raw.split(b"\0"))
    for meta in fields:
        if not meta:
            continue
        letter = meta.rsplit(b" ", 1)[1][:1].decode()
        first = _path(next(fields))
        status = _STATUS.get(letter, FileStatus.MODIFIED)
        if status is FileStatus.RENAMED:
            yield ChangedFile(_path(next(fields)), status, first)
        else:
            yield ChangedFile(first, status)


def _blobs(refs: Mapping[FileRef, bytes], raw: bytes) -> Iterator[tuple[FileRef, Blob]]:
    position = 0
    for ref, name in refs.items():
        if raw.startswith(missing := name + b" missing\n", position):
            position += len(missing)
            continue
        end = raw.index(b"\n", position)
        header = raw[position:end].split(b" ")
        position = end + 1
        if len(header) < 3 or header[-1] in (b"missing", b"ambiguous") or not header[-1].isdigit():
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            data = raw[position : position + size] if size <= MAX_BYTES else None
            yield ref, Blob(header[-3].decode(), size, data)
        elif header[-2] == b"tree" and ref.path.endswith("/"):
            names = _names(raw[position : position + size], len(header[-3]) // 2)
            yield ref, Blob(header[-3].decode(), len(names), names)
        position += size + 1


def _names(tree: bytes, id_bytes: int) -> bytes:
    """The names of the files of a tree object, each followed by NUL; no folders, links and submodules."""
    found, position = bytearray(), 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        mode, _, name = tree[position:end].partition(b" ")
        if mode.startswith(b"100"):
            found += name + b"\0"
        position = end + 1 + id_bytes
    return bytes(found)
