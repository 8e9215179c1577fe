"""A pull request as a source: two requests for all of an ordinary one.

The comparison gives the merge base, the files and the commits with their accounts; one GraphQL query gives every text
of both sides, the git ids of the policy, the present head and our own comment. What is too large for it is read by blob
id.
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.answers import commit_of, file_of, incomplete
from app.github.client import GitHubError, GraphQLAnswer, Installation, RateLimited, document, repository_path
from app.ports import Blob, FileRef, Side
from app.subject import About
from checks.agreements.comment import older_bot
from checks.model.commit import Commit
from checks.model.dependency import Problem
from checks.model.errors import SourceError
from checks.model.patch import added_lines
from checks.model.snapshot import AddedLine, ChangedFile, Listing

#: GitHub lists at most 300 files in a comparison and 3,000 for a pull request (REST reference).
COMPARE_FILES = 300
PULL_FILES = 3000
#: Without paging a comparison gives the newest 250 commits.
COMPARE_COMMITS = 250
#: Commits that are read; a change beyond this is not one that anybody reviews, and it does not pass.
COMMITS = 10_000
#: Texts in one GraphQL query; beyond it GitHub has been seen to time out.
TEXTS = 40
#: So many guessed names weigh as much as one text: nearly all of them are answered by null.
GUESSES = 5
#: Of all texts in one query (bytes); a single one is cut by GitHub at 512,000.
LARGE = 512_000


@dataclass(frozen=True, slots=True)
class PullState:
    """What the query told about the pull request itself."""

    head: str
    comments: tuple[Mapping[str, Any], ...]
    """Our own comments, oldest first, if they were asked for."""
    all_comments: bool = True
    """Whether every comment was looked at."""
    open: bool = True
    older: str | None = None
    """Which other bot has a comment about signatures there, as `older_bot` names it; comments of others are theirs, so
    it stays as it is."""


@dataclass(frozen=True, slots=True)
class CentralPolicy:
    """The organization's policy: where it is."""

    repository: str
    path: str
    ref: str

    @property
    def label(self) -> str:
        """What its last valid text is kept under."""
        return f"{self.repository}/{self.path}@{self.ref}"


def owner_settings(repository: str) -> str:
    """Where an owner's settings for all repositories (`owner/name`) are."""
    return f"{repository.split('/', 1)[0]}/.github"


class PullSource:
    """Implements `Source` for one head of a pull request."""

    def __init__(
        self,
        client: Installation,
        about: About,
        number: int,
        head: str,
        policy: CentralPolicy | None = None,
        find_comment: bool = False,
        owner_settings: bool = False,
    ) -> None:
        """`owner_settings`: whether the token reaches the owner's `.github` repository."""
        self.client = client
        self.about = about
        self.number = number
        self.head = head
        self.policy = policy
        self.find_comment = find_comment
        self.owner_settings = owner_settings
        self.base = ""
        self.state: PullState | None = None
        self._patches: dict[str, str | None] = {}

    @property
    def _path(self) -> str:
        return repository_path(self.about.repository)

    async def listing(self) -> Listing:
        comparison = await self._compare()
        self.base = comparison["merge_base_commit"]["sha"]
        files, problems = await self._files(comparison)
        commits = await self._commits(comparison)
        if len(commits) != comparison["total_commits"]:
            problems.append(incomplete(f"GitHub listed {len(commits)} of {comparison['total_commits']} commits"))
        return Listing(
            self.base, self.head, tuple(files), tuple(commits), tuple(problems),
            target=self.about.base_ref or None, number=self.number or None,
            branch=self.about.head_ref or None, fork=self.about.fork,
        )  # fmt: skip

    async def _compare(self) -> Mapping[str, Any]:
        try:
            answer = await self.client.request("GET", f"{self._path}/compare/{self.about.base}...{self.head}")
        except GitHubError as error:
            if error.status != 404:
                raise
            raise SourceError(
                "GitHub could not compare base and head: the histories do not meet, or the commits are gone",
                hint="Push the branch again, based on the target branch.",
            ) from None
        return dict(document(answer))

    async def _files(self, comparison: Mapping[str, Any]) -> tuple[list[ChangedFile], list[Problem]]:
        rows = comparison.get("files") or []
        if len(rows) >= COMPARE_FILES:
            rows = await self.client.pages(f"{self._path}/pulls/{self.number}/files", limit=PULL_FILES)
        self._patches = {row["filename"]: _patch(row) for row in rows}
        if len(rows) < PULL_FILES or await self._has_files(len(rows)):
            return [file_of(row) for row in rows], []
        return [file_of(row) for row in rows], [incomplete(f"GitHub lists only {PULL_FILES} of the changed files")]

    async def _has_files(self, count: int) -> bool:
        """Whether the pull request changes just so many files: a list that is full may be cut."""
        pull = document(await self.client.request("GET", f"{self._path}/pulls/{self.number}"))
        return bool(pull["head"]["sha"] == self.head and pull.get("changed_files") == count)

    async def _commits(self, comparison: Mapping[str, Any]) -> list[Commit]:
        rows = comparison["commits"]
        if comparison["total_commits"] > COMPARE_COMMITS:
            # The comparison has the newest; the pages begin with the oldest.
            path = f"{self._path}/compare/{self.about.base}...{self.head}"
            older = await self.client.pages(
                path, key="commits", limit=min(comparison["total_commits"], COMMITS) - len(rows)
            )
            rows = [*older, *rows]
            rows = list({row["sha"]: row for row in rows}.values())
        return [commit_of(row) for row in rows]

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        missing = {Side.BASE: not self.base, Side.OWNER: not self.owner_settings}
        usable = [ref for ref in refs if not missing.get(ref.side)]
        batches = list(_batches(usable)) or [[]]
        found: dict[FileRef, Blob] = {}
        for index, batch in enumerate(batches):
            found.update(await self._read_batch(batch, with_pull=index == 0))
        return found

    async def _read_batch(self, refs: Sequence[FileRef], with_pull: bool) -> Mapping[FileRef, Blob]:
        answer = await self._asked(refs, with_pull)
        if answer is None or (answer.errors and not answer.data and len(refs) < 2):
            if with_pull:
                self.state = await self._state_by_rest()
            return await self._read_by_rest(refs)
        if answer.errors and not answer.data:  # GitHub gave up on the query as a whole: smaller ones may pass
            middle = len(refs) // 2
            first = await self._read_batch(refs[:middle], with_pull)
            return {**first, **await self._read_batch(refs[middle:], False)}
        own = answer.data.get("repository") or {}
        elsewhere = {side: answer.data.get(side) or {} for side in (Side.POLICY, Side.OWNER)}
        if with_pull:
            self.state = self._state_of(own) or await self._state_by_rest()
        rows = {ref: elsewhere.get(ref.side, own).get(f"b{index}") for index, ref in enumerate(refs)}
        blobs = {ref: _blob(ref, row) for ref, row in rows.items() if row and "oid" in row}
        # Null is "no such file" only where nothing failed: an alias can fail alone, and a lock file must not vanish.
        doubtful = [ref for ref in refs if ref not in blobs] if answer.errors else []
        return {**blobs, **await self._read_by_rest(doubtful)}

    async def _asked(self, refs: Sequence[FileRef], with_pull: bool) -> GraphQLAnswer | None:
        """The answer of GraphQL; None when there is none, so that REST has to do."""
        try:
            return await self.client.graphql(*self._query(refs, with_pull))
        except RateLimited:
            raise
        except GitHubError:
            return None

    def _state_field(self) -> tuple[str, dict[str, tuple[str, Any]]]:
        """What of the repository is queried for the state, and the variables in it: their types and values."""
        comments = _COMMENTS if self.find_comment else ""
        return f"pullRequest(number: $number) {{ headRefOid state {comments} }}", {"number": ("Int!", self.number)}

    def _state_of(self, own: Mapping[str, Any]) -> PullState | None:
        return _state(own.get("pullRequest"))

    async def _state_by_rest(self) -> PullState:
        pull = document(await self.client.request("GET", f"{self._path}/pulls/{self.number}"))
        return PullState(pull["head"]["sha"], (), not self.find_comment, pull.get("state") != "closed")

    async def _read_by_rest(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        found = [(ref, await self._content(ref)) for ref in refs]
        return {ref: blob for ref, blob in found if blob is not None}

    async def _content(self, ref: FileRef) -> Blob | None:
        """One file by REST; content beyond 1 MB is left out. None: there is no such file."""
        place = repository_path(self._repository(ref.side))
        path = f"{place}/contents/{quote(ref.path.rstrip('/'), safe='/', errors='surrogateescape')}"
        try:
            answer = await self.client.request(
                "GET", path, params={"ref": self._revision(ref.side)}, accept="application/vnd.github.object+json"
            )
        except GitHubError as error:
            if error.status != 404:
                raise
            return None
        row = document(answer)
        if isinstance(row, dict) and ref.side is Side.POLICY and row.get("sha"):
            return Blob(row["sha"], 0, None)
        if isinstance(row, dict) and row.get("type") == "dir" and ref.path.endswith("/"):
            return _listed(row["sha"], row.get("entries") or ())
        if not isinstance(row, dict) or row.get("type") not in ("file", "symlink") or ref.path.endswith("/"):
            return None
        return Blob(row["sha"], row["size"], _decoded(row))

    def _query(self, refs: Sequence[FileRef], with_pull: bool) -> tuple[str, dict[str, Any]]:
        owner, name = self.about.repository.split("/", 1)
        variables: dict[str, Any] = {"owner": owner, "name": name}
        declared = ["$owner: String!", "$name: String!"]
        fields: dict[str, list[str]] = {"repository": [], Side.POLICY: [], Side.OWNER: []}
        for index, ref in enumerate(refs):
            place = ref.side if ref.side in fields else "repository"
            declared.append(f"$e{index}: String!")
            variables[f"e{index}"] = f"{self._revision(ref.side)}:{ref.path.rstrip('/')}"
            fields[place].append(f"b{index}: object(expression: $e{index}) {{ {_asked_of(ref)} }}")
        if with_pull:
            state, given = self._state_field()
            fields["repository"].append(state)
            declared += [f"${name}: {type_}" for name, (type_, _) in given.items()]
            variables |= {name: value for name, (_, value) in given.items()}
        own = " ".join(fields["repository"])
        parts = [f"repository(owner: $owner, name: $name) {{ id {own} }}"]
        for side in (Side.POLICY, Side.OWNER):
            if fields[side]:
                words = (f"{side}Owner", f"{side}Name")
                declared += [f"${word}: String!" for word in words]
                variables |= dict(zip(words, self._repository(side).split("/", 1), strict=True))
                where = f"owner: ${words[0]}, name: ${words[1]}"
                parts.append(f"{side}: repository({where}) {{ id {' '.join(fields[side])} }}")
        fragment = _TEXT if any(_asked_of(ref) == "...text" for ref in refs) else ""
        return f"query({', '.join(declared)}) {{ {' '.join(parts)} }} {fragment}", variables

    def _repository(self, side: Side) -> str:
        """`owner/name` of where the files of a side are."""
        if side is Side.OWNER:
            return owner_settings(self.about.repository)
        return self.policy.repository if side is Side.POLICY and self.policy else self.about.repository

    def _revision(self, side: Side) -> str:
        if side in (Side.DEFAULT, Side.OWNER):
            return "HEAD"
        if side is Side.POLICY:
            assert self.policy is not None
            return self.policy.ref
        return self.base if side is Side.BASE else self.head

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        unique = {blob.id: blob for blob in blobs}.values()
        contents = await asyncio.gather(*(self._fetch(blob) for blob in unique))
        return {blob.id: data for blob, data in zip(unique, contents, strict=True)}

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        found = {path: self._patches.get(path) for path in paths}
        return {path: None if patch is None else added_lines(patch) for path, patch in found.items()}

    async def _fetch(self, blob: Blob) -> bytes:
        path = f"{self._path}/git/blobs/{quote(blob.id, safe='')}"
        answer = await self.client.request("GET", path, accept="application/vnd.github.raw+json")
        if object_id(answer.content, blob.id) != blob.id:
            raise GitHubError("GitHub sent other bytes than the object id says", 502)
        return answer.content


def _batches(refs: Sequence[FileRef]) -> Iterator[list[FileRef]]:
    """Files for one query each."""
    batch: list[FileRef] = []
    weight = 0
    for ref in refs:
        weight += 1 if ref.guessed else GUESSES
        if batch and weight > TEXTS * GUESSES:
            yield batch
            batch, weight = [], 1 if ref.guessed else GUESSES
        batch.append(ref)
    if batch:
        yield batch


_COMMENTS = (
    "comments(first: 100) { pageInfo { hasNextPage } "
    "nodes { id fullDatabaseId body viewerDidAuthor author { __typename } } }"
)
_TEXT = "fragment text on Blob { oid byteSize isBinary isTruncated text }"


def _asked_of(ref: FileRef) -> str:
    """Of the policy its git ids suffice: whether it is the one that is known. A folder tells what is in it."""
    if ref.side is Side.POLICY:
        return "oid"
    return "... on Tree { oid entries { name type } }" if ref.path.endswith("/") else "...text"


def _blob(ref: FileRef, row: Mapping[str, Any]) -> Blob:
    if ref.side is Side.POLICY:
        return Blob(row["oid"], 0, None)
    return _listed(row["oid"], row["entries"]) if ref.path.endswith("/") else blob_of(row)


def _listed(id_: str, entries: Sequence[Mapping[str, Any]]) -> Blob:
    """A folder: the names of its files, each followed by NUL."""
    names = [entry["name"] for entry in entries if entry["type"] in ("blob", "file")]
    data = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogatepass")
    return Blob(id_, len(data), data)


def object_id(data: bytes, like: str) -> str:
    """The git object id of a blob, by the same hash as `like` (SHA-1, or SHA-256 in newer repositories)."""
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()


def blob_of(row: Mapping[str, Any]) -> Blob:
    """A text is taken only if its bytes have the id that GitHub names; everything else is read by id."""
    text = row.get("text")
    data = text.encode("utf-8", "surrogatepass") if text is not None and not row.get("isTruncated") else None
    if data is not None and object_id(data, row["oid"]) != row["oid"]:
        data = None
    return Blob(row["oid"], row["byteSize"], data)


def _decoded(row: Mapping[str, Any]) -> bytes | None:
    """The content in a REST answer, if it is there in full."""
    try:
        data = base64.b64decode(row.get("content") or "")
    except binascii.Error:
        return None
    return data if object_id(data, row["sha"]) == row["sha"] else None


def _state(row: Mapping[str, Any] | None) -> PullState | None:
    if row is None:
        return None
    comments = row.get("comments") or {}
    nodes = [node for node in comments.get("nodes") or () if node]
    own = tuple(node for node in nodes if node.get("viewerDidAuthor"))
    others = (
        node["body"] for node in nodes if node not in own and (node.get("author") or {}).get("__typename") == "Bot"
    )
    older = next(filter(None, map(older_bot, others)), None)
    complete = not (comments.get("pageInfo") or {}).get("hasNextPage")
    return PullState(row["headRefOid"], own, complete, row.get("state") not in ("CLOSED", "MERGED"), older)


def _patch(row: Mapping[str, Any]) -> str | None:
    """The patch; None where GitHub left it out for its size. Binary files and mere renames have no lines to tell."""
    patch: str | None = row.get("patch")
    return "" if patch is None and not row.get("changes") else patch


def central_policy(text: str) -> CentralPolicy:
    """`owner/repo[/path]@ref` as a place. Raises ValueError."""
    name, at, ref = text.partition("@")
    parts = name.split("/", 2)
    if not at or not ref or len(parts) < 2 or not all(parts):
        raise ValueError(f"expected owner/repo[/path]@ref, not '{text}'")
    return CentralPolicy("/".join(parts[:2]), parts[2] if len(parts) == 3 else "policy.yaml", ref)
