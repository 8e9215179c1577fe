"""The organization's policy, read from its repository: all of its files at one commit, and only those that nobody has
read before.

A commit and the folders that matter are listed, which tells the git id of each file; contents come by these ids, many
in one query. What the policy extends at a commit of another repository never changes, so it is read once.
"""

import posixpath
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from app.found_policy import Commit, Found, KnownFiles
from app.github.branch import TreeSource
from app.github.client import GitHubError, Installation, document, repository_path
from app.github.contents import read_file
from app.github.pull import CentralPolicy, object_id
from app.github.tokens import Permissions
from app.policies import is_decision
from app.ports import Blob
from app.subject import About
from checks.model.errors import PolicyError, PolicyIssue
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import DECISIONS, EXAMPLES, MAX_DECISIONS, PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import wanted

#: What reading a policy needs.
CONTENTS: Permissions = (("contents", "read"), ("metadata", "read"))
#: Of one file (bytes): whatever characters it has, more of them are no policy.
LARGEST = 4 * MAX_CHARACTERS
#: Rounds in which what a policy extends names further files; policies are refused long before.
ROUNDS = 10
#: Files with examples.
MAX_EXAMPLES = 200
_FILE = "100"

Elsewhere = Callable[[str], Awaitable[Installation | None]]
"""Calls for reading another repository (`owner/name`); None: this policy may not be made of what is there."""


class PolicyReader:
    """Reads one policy. `pinned`: the git ids of what it took from other repositories before."""

    def __init__(
        self,
        client: Installation,
        place: CentralPolicy,
        known: KnownFiles,
        elsewhere: Elsewhere,
        pinned: Mapping[PolicyRef, str] | None = None,
    ) -> None:
        self.client = client.with_permissions(CONTENTS)
        self.place = place
        self.known = known
        self.elsewhere = elsewhere
        self.pinned = pinned or {}
        self._trees: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self._ids: dict[str, str | None] = {}
        self._seen: dict[str, str | None] = {}
        self._blobs: dict[PolicyRef | str, str] = {}

    async def read(self) -> Found:
        """The policy as it stands now; one that cannot be read has an `error`. Raises `GitHubError` and `RateLimited`
        for what will pass."""
        try:
            commit = await self._commit()
        except GitHubError as error:
            if error.passing or error.status not in (403, 404, 409, 410, 422):
                raise
            return Found({}, error=self._error(self._unreadable(error)))
        return await self._at(commit)

    def _unreadable(self, error: GitHubError) -> str:
        place = self.place
        if error.status == 409 or "No commit found" in str(error):
            return (
                f"there is no branch {place.ref} in {place.repository}: was it renamed? OSPO_GATE_POLICY names where "
                "the policy is"
            )
        return f"the repository {place.repository} is not there, or the App may not read it"

    async def _commit(self) -> Commit:
        path = f"{repository_path(self.place.repository)}/commits/{quote(self.place.ref, safe='/')}"
        row = document(await self.client.request("GET", path))
        try:
            author, written = row.get("author") or {}, row["commit"]["committer"]
            name = author.get("login") or row["commit"]["author"]["name"]
            return Commit(str(row["sha"]), str(name), datetime.fromisoformat(written["date"]).timestamp())
        except (LookupError, TypeError, ValueError, AttributeError):
            raise GitHubError("GitHub's answer could not be read", 502) from None

    async def _at(self, commit: Commit) -> Found:
        path = self.place.path
        folder = beside_main(path, DECISIONS)
        main = await self._row(commit.id, path)
        listed = await self._folder(commit.id, folder)
        self._seen |= {path: main["sha"] if main else None, folder: self._ids.get(folder)}
        if main is None:
            return self._found(commit, fault=f"there is no file {path} on {self.place.ref} of {self.place.repository}")
        decisions = {
            f"{folder}/{name}": row for name, row in sorted(listed.items())
            if row["type"] == "blob" and row["mode"].startswith(_FILE) and is_decision(name.encode(errors="replace"))
        }  # fmt: skip
        if len(decisions) > MAX_DECISIONS:
            fault = f"{folder}/ has {len(decisions):,} decisions: at most {MAX_DECISIONS:,} are read"
            return self._found(commit, fault=fault)
        rows = {path: main, **decisions}
        for name, row in rows.items():
            if row.get("size", 0) > LARGEST:
                return self._found(commit, fault=f"{name} has {row['size']:,} bytes, too many for a policy")
        contents = await self._contents({row["sha"]: row.get("size", 0) for row in rows.values()})
        self._blobs.update({name: row["sha"] for name, row in rows.items()})
        read = {name: contents[row["sha"]] for name, row in decisions.items()}
        files = PolicyFiles(contents[main["sha"]], self.place.label, path, commit.id, decisions=read)
        return replace(self._found(commit), files=await self._completed(files, commit), blobs=dict(self._blobs))

    def _found(self, commit: Commit, fault: str | None = None) -> Found:
        return Found(dict(self._seen), commit, error=self._error(fault) if fault else None)

    def _error(self, fault: str) -> PolicyError:
        return PolicyError(self.place.label, (PolicyIssue(1, 1, "", fault),))

    async def _completed(self, files: PolicyFiles, commit: Commit) -> PolicyFiles:
        """With all that it names, as far as it is there."""
        for _ in range(ROUNDS):
            refs = wanted(files)
            if not refs:
                break
            files = files.having({ref: await self._other(ref, commit) for ref in refs})
        return files

    async def _other(self, ref: PolicyRef, commit: Commit) -> bytes | None:
        if ref.repository is None and ref.revision in (None, commit.id):
            return await self._beside(ref, commit)
        if (blob := self.pinned.get(ref)) and (data := (await self.known.files([blob])).get(blob)):
            self._blobs[ref] = blob
            return data
        name = ref.repository or self.place.repository
        client = self.client if name == self.place.repository else await self.elsewhere(name)
        data = await _read(client, name, ref) if client else None
        if data is not None:
            self._blobs[ref] = object_id(data, commit.id)
        return data

    async def _beside(self, ref: PolicyRef, commit: Commit) -> bytes | None:
        row = await self._row(commit.id, ref.path)
        self._seen[ref.path] = row["sha"] if row else None
        if row is None or row.get("size", 0) > LARGEST:
            return None
        self._blobs[ref] = row["sha"]
        return (await self._contents({row["sha"]: row.get("size", 0)}))[row["sha"]]

    async def examples(self, commit: Commit) -> Mapping[str, bytes]:
        """The files with examples beside the policy, by path. Raises `PolicyError` where there are too many."""
        path = self.place.path
        rows: dict[str, Mapping[str, Any]] = {}
        for pattern in EXAMPLES:
            folder, name = posixpath.split(beside_main(path, pattern))
            listed = await self._folder(commit.id, folder)
            rows |= {
                posixpath.join(folder, found): row for found, row in sorted(listed.items())
                if row["type"] == "blob" and row["mode"].startswith(_FILE) and fnmatchcase(found, name)
            }  # fmt: skip
        size = sum(row.get("size", 0) for row in rows.values())
        if size > LARGEST or len(rows) > MAX_EXAMPLES:
            raise self._error(
                f"there are {len(rows):,} files with examples, of {size:,} bytes: at most {MAX_EXAMPLES} with "
                f"{LARGEST:,} bytes are read"
            )
        contents = await self._contents({row["sha"]: row.get("size", 0) for row in rows.values()})
        return {name: contents[row["sha"]] for name, row in rows.items()}

    # -- the tree ---------------------------------------------------------------------------------------------------

    async def _row(self, tree: str, path: str) -> Mapping[str, Any] | None:
        """What the tree says of a file; None: there is none."""
        folder, name = posixpath.split(path)
        row = (await self._folder(tree, folder)).get(name)
        return row if row and row["type"] == "blob" else None

    async def _folder(self, tree: str, path: str) -> Mapping[str, Mapping[str, Any]]:
        """What stands in a folder, by name; of one that is not there nothing."""
        if path not in self._trees:
            sha: str | None = tree
            if path:
                above, name = posixpath.split(path)
                row = (await self._folder(tree, above)).get(name) if above != path else None
                sha = row["sha"] if row and row["type"] == "tree" else None
                self._ids[path] = sha
            self._trees[path] = await self._listed(sha) if sha else {}
        return self._trees[path]

    async def _listed(self, sha: str) -> Mapping[str, Mapping[str, Any]]:
        path = f"{repository_path(self.place.repository)}/git/trees/{sha}"
        rows = document(await self.client.request("GET", path))
        try:
            return {str(row["path"]): row for row in rows["tree"]}
        except (LookupError, TypeError, AttributeError):
            raise GitHubError("GitHub's answer could not be read", 502) from None

    async def _contents(self, sizes: Mapping[str, int]) -> Mapping[str, bytes]:
        """By git id; only what is not known is asked for."""
        known = dict(await self.known.files(list(sizes)))
        missing = [Blob(sha, size, None) for sha, size in sizes.items() if sha not in known]
        if missing:
            source = TreeSource(self.client, About(self.place.repository, ""), "")
            known.update(await source.fetch(missing))
        return known


async def _read(client: Installation, repository: str, ref: PolicyRef) -> bytes | None:
    """None: it is not there, or may not be read."""
    try:
        return await read_file(client, repository, ref.path, ref.revision)
    except GitHubError as error:
        if error.passing:
            raise
        return None


def remote(elsewhere: Elsewhere) -> Callable[[Sequence[PolicyRef]], Awaitable[Mapping[PolicyRef, bytes | None]]]:
    """Reads what a repository's own policy extends from others."""

    async def read(refs: Sequence[PolicyRef]) -> Mapping[PolicyRef, bytes | None]:
        found: dict[PolicyRef, bytes | None] = {}
        for ref in refs:
            name = ref.repository or ""
            client = await elsewhere(name)
            found[ref] = await _read(client, name, ref) if client else None
        return found

    return read
