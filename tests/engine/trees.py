"""The gate on two trees held in memory: files of the base and of the head, by path."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from app.ports import Blob, FileRef, Side
from checks.model.facts import Facts
from checks.model.finding import Finding
from checks.model.report import Report
from checks.model.snapshot import AddedLine, ChangedFile, FileStatus, Listing

Tree = Mapping[str, str]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class TreeSource:
    """A source that knows nothing but the change, as GitHub's does: other files must be asked for by name."""

    base: Tree | None
    head: Tree
    renamed: Mapping[str, str] = field(default_factory=dict)
    """New path → old path."""
    reads: list[list[str]] = field(default_factory=list)

    async def listing(self) -> Listing:
        if self.base is None:
            return Listing("", "a" * 40, tuple(ChangedFile(path, FileStatus.PRESENT) for path in self.head))
        return Listing("b" * 40, "a" * 40, tuple(self._changed()))

    def _changed(self) -> list[ChangedFile]:
        base, files = self.base or {}, []
        for path in sorted({*base, *self.head} - set(self.renamed.values())):
            if path in self.renamed:
                files.append(ChangedFile(path, FileStatus.RENAMED, self.renamed[path]))
            elif path not in base:
                files.append(ChangedFile(path, FileStatus.ADDED))
            elif path not in self.head:
                files.append(ChangedFile(path, FileStatus.REMOVED))
            elif base[path] != self.head[path]:
                files.append(ChangedFile(path, FileStatus.MODIFIED))
        return files

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        self.reads.append([f"{ref.side}:{ref.path}" for ref in refs])
        sides = {Side.BASE: self.base or {}, Side.HEAD: self.head}
        return {ref: _blob(sides[ref.side][ref.path]) for ref in refs if ref.path in sides.get(ref.side, {})}

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        raise AssertionError("nothing is large here")

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        return {path: tuple(self._added(path)) for path in paths}

    def _added(self, path: str) -> Iterator[AddedLine]:
        before = (self.base or {}).get(path, "").splitlines()
        for number, line in enumerate(self.head.get(path, "").splitlines(), 1):
            if line not in before:
                yield AddedLine(number, line)


def _blob(text: str) -> Blob:
    data = text.encode()
    return Blob(hashlib.sha256(data).hexdigest(), len(data), data)


def judge(source: TreeSource, policy: str = "version: 1") -> Report:
    place = PolicyPlace(given=load_policy(policy.encode(), "policy.yaml"))
    gate = Gate(place, FactChain(Facts(), ()), clock=lambda: NOW)
    return drive(gate.judge(source)).report


def findings(base: Tree | None, head: Tree, policy: str = "version: 1") -> tuple[Finding, ...]:
    """What the gate says about the step from `base` to `head`; without a base, about `head` as it stands."""
    return judge(TreeSource(base, head), policy).findings
