"""The organization's policy as it was read: the newest, the last one that was valid, and every version there was.

Files are kept once by their git id, so that each version can be had again as it was.
"""

import json
import time
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.found_policy import Found
from app.store.database import Database
from app.store.tables import policy, policy_file, policy_version
from app.store.words import kept
from checks.model.errors import PolicyError, PolicyIssue
from checks.policy.files import PolicyFiles, PolicyRef

#: Files of one statement.
BATCH = 200
#: Faults of one version that are remembered, and characters of each of their words.
FAULTS, _WORDS = 50, 1_000
#: Of a login or another name (characters).
_NAME = 100


@dataclass(frozen=True, slots=True)
class Newest:
    """What is known of the newest policy, and which one judges."""

    seen: Mapping[str, str | None] | None
    """As in `Found`; None: an older release wrote it."""
    digest: str | None
    """Of the last one that was valid, which judges; None: there is none, or an older release wrote it."""
    error: PolicyError | None
    """Why the newest one does not judge, if it does not."""

    def is_as(self, seen: Mapping[str, str]) -> bool:
        """Whether it is what has these git ids, by path."""
        known = {path: blob for path, blob in (self.seen or {}).items() if blob}
        return self.seen is not None and known == seen and (self.digest is not None or self.error is not None)


@dataclass(frozen=True, slots=True)
class Version:
    """The policy from some moment on."""

    id: int
    source: str
    digest: str
    revision: str | None
    author: str | None
    committed_at: float | None
    loaded_at: float
    error: PolicyError | None
    """Why it never judged; None: it is valid."""


class PolicyStore:
    """What was read of policies, by the label of their place (`owner/repo/path@ref`)."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock
        self._insert = (sqlite if database.sqlite else postgresql).insert

    async def newest(self, source: str) -> Newest | None:
        """None: nothing was read yet."""
        columns = (policy.c.digest, policy.c.seen, policy.c.fault, policy.c.stored_at, policy.c.filed_at)
        query = select(*columns).where(policy.c.source == source)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Newest(row.seen, row.digest if _current(row) else None, _error(row.fault)) if row else None

    async def last(self, source: str) -> PolicyFiles | None:
        """The files of the last one that was valid."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(policy).where(policy.c.source == source))).one_or_none()
            if row is None or not row.data:
                return None
            if not _current(row):
                return PolicyFiles(row.data, source, revision=row.revision)
            return await _restored(connection, row.files)

    async def keep(self, source: str, found: Found) -> bool:
        """Remember what was read; whether it is another version than the newest that is known."""
        now, files = self.clock(), found.files
        packed = _packed(found) if files else None
        fault = _written(found.error) if found.error else None
        looked = {"seen": dict(found.seen), "fault": fault, "looked_at": now}
        values: dict[str, Any] = {"data": b"", "revision": None, "stored_at": now, **looked}
        good = files is not None and found.error is None
        if files is not None and good:
            values |= {"data": files.main, "revision": files.revision, "digest": found.digest}
            values |= {"files": packed, "filed_at": now}
        version = {"source": source, "digest": found.digest, "loaded_at": now, "fault": fault}
        statement = self._insert(policy).values(source=source, **values)
        changes = values if good else looked
        async with self.database.write() as connection:
            await self._keep_files(connection, found, now)
            # the row's lock makes two processes that found the same write one version
            await connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=changes))
            return await self._append(connection, found, {**version, "files": packed})

    async def _append(self, connection: AsyncConnection, found: Found, version: Mapping[str, Any]) -> bool:
        mine = select(policy_version).where(policy_version.c.source == version["source"])
        before = (await connection.execute(mine.order_by(policy_version.c.id.desc()).limit(1))).one_or_none()
        if before is not None and (before.digest, before.fault) == (version["digest"], version["fault"]):
            return False
        commit = found.commit
        by = kept(commit.author)[:_NAME] if commit and commit.author else None
        told = {"revision": commit.id, "author": by, "committed_at": commit.at} if commit else {}
        await connection.execute(plain_insert(policy_version).values({**version, **told}))
        return True

    async def _keep_files(self, connection: AsyncConnection, found: Found, now: float) -> None:
        """Those that nobody has kept yet; sorted, so that two writers never wait for each other."""
        contents = sorted(_contents(found).items())
        known: set[str] = set()
        for start in range(0, len(contents), BATCH):
            ids = [blob for blob, _ in contents[start : start + BATCH]]
            have = await connection.execute(select(policy_file.c.blob).where(policy_file.c.blob.in_(ids)))
            known.update(have.scalars())
        rows = [{"blob": blob, "data": zlib.compress(data), "stored_at": now} for blob, data in contents
                if blob not in known]  # fmt: skip
        if rows:
            await connection.execute(self._insert(policy_file).on_conflict_do_nothing(), rows)

    async def files(self, blobs: Collection[str]) -> dict[str, bytes]:
        """Contents by git id, of those that are kept."""
        async with self.database.read() as connection:
            return await _files(connection, blobs)

    async def pinned(self, source: str) -> dict[PolicyRef, str]:
        """The git ids of what the last one took from other repositories: at a commit, so they stay what they are."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(policy).where(policy.c.source == source))).one_or_none()
        if row is None or not row.files:
            return {}
        others = (_ref(entry) for entry in _unpacked(row.files)["others"])
        return {ref: blob for ref, blob in others if ref.revision and blob}

    async def versions(
        self, source: str | None = None, before: int | None = None, limit: int = 50
    ) -> Sequence[Version]:
        """The versions of one policy, or of all, newest first; `before` a number."""
        query = select(policy_version).order_by(policy_version.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(policy_version.c.source == source)
        if before is not None:
            query = query.where(policy_version.c.id < before)
        async with self.database.read() as connection:
            return [_version(row) for row in await connection.execute(query)]

    async def with_digest(self, digest: str) -> Sequence[Version]:
        """The versions that had it, newest first: a verdict names the digest of its policy. Its beginning suffices."""
        query = select(policy_version).where(policy_version.c.digest.startswith(digest, autoescape=True))
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(policy_version.c.id.desc()).limit(50))
            return [_version(row) for row in rows]

    async def bundle(self, version: int) -> PolicyFiles | None:
        """All files of a version, as they were; None: there is no such version, or nothing of it could be read."""
        query = select(policy_version.c.files).where(policy_version.c.id == version)
        async with self.database.read() as connection:
            packed = (await connection.execute(query)).scalar_one_or_none()
            return await _restored(connection, packed) if packed else None


def _current(row: Any) -> bool:
    """Whether the files are those of `data`: an older release knows the main file alone."""
    return bool(row.filed_at == row.stored_at)


def _contents(found: Found) -> dict[str, bytes]:
    """What is to be kept of it, by git id."""
    files = found.files
    if files is None:
        return {}
    named: list[tuple[PolicyRef | str, bytes | None]] = [(files.path, files.main)]
    named += [*files.others.items(), *files.decisions.items()]
    return {found.blobs[name]: data for name, data in named if data is not None}


def _packed(found: Found) -> bytes:
    files, blobs = found.files, found.blobs
    assert files is not None
    document = {
        "name": files.name,
        "path": files.path,
        "revision": files.revision,
        "main": blobs[files.path],
        "decisions": [[path, blobs[path]] for path in files.decisions],
        "others": [[*ref, blobs[ref] if data is not None else None] for ref, data in files.others.items()],
    }
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(zlib.decompress(packed))
    return document


def _ref(entry: Sequence[Any]) -> tuple[PolicyRef, str | None]:
    return PolicyRef(*entry[:3]), entry[3]


async def _restored(connection: AsyncConnection, packed: bytes) -> PolicyFiles:
    document = _unpacked(packed)
    others = dict(map(_ref, document["others"]))
    decisions = dict(document["decisions"])
    ids = {document["main"], *decisions.values(), *(blob for blob in others.values() if blob)}
    data = await _files(connection, ids)
    return PolicyFiles(
        data[document["main"]],
        document["name"],
        document["path"],
        document["revision"],
        {ref: data[blob] if blob else None for ref, blob in others.items()},
        {path: data[blob] for path, blob in decisions.items()},
    )


async def _files(connection: AsyncConnection, blobs: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    wanted = sorted(blobs)
    for start in range(0, len(wanted), BATCH):
        query = select(policy_file).where(policy_file.c.blob.in_(wanted[start : start + BATCH]))
        found.update({row.blob: zlib.decompress(row.data) for row in await connection.execute(query)})
    return found


def _version(row: Row[Any]) -> Version:
    return Version(row.id, row.source, row.digest, row.revision, row.author, row.committed_at, row.loaded_at, row.fault)


def _written(error: PolicyError) -> str:
    """The first faults, as `_error` reads them."""
    issues = [[word[:_WORDS] if isinstance(word, str) else word for word in issue] for issue in error.issues[:FAULTS]]
    return json.dumps([error.file, issues])


def _error(fault: str | None) -> PolicyError | None:
    if fault is None:
        return None
    file, issues = json.loads(fault)
    return PolicyError(file, tuple(PolicyIssue(*issue) for issue in issues))
