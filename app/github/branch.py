"""A default branch as it stands, over the API: one request lists the tree, one query gives the texts and its head."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.answers import incomplete
from app.github.client import GitHubError, Installation, RateLimited, document
from app.github.pull import LARGE, TEXTS, CentralPolicy, PullSource, PullState, blob_of
from app.ports import Blob, FileRef, Side
from app.subject import About
from checks.model import codeowners
from checks.model.codeowners import CodeOwners
from checks.model.snapshot import ChangedFile, FileStatus, Listing

_LINK = "120000"
#: Requests for the parts of a tree that GitHub does not list at once (beyond 100,000 entries or 7 MB).
PARTS = 300
#: Files of one tree that are looked at.
FILES = 3_000_000


class BranchSource(PullSource):
    """Implements `Source` for one head of a repository's default branch; everything counts as it stands."""

    def __init__(self, client: Installation, about: About, head: str, policy: CentralPolicy | None = None) -> None:
        super().__init__(client, about, 0, head, policy)
        self.listed: Mapping[str, Blob] = {}
        """Every file that GitHub lists, without its content."""
        self.whole = False
        """Whether GitHub lists all of them."""
        self._owners: FileRef | None = None
        self._owned: Blob | None = None

    async def listing(self) -> Listing:
        rows, self.whole = await self._tree()
        # What a link leads to is listed itself, or lies elsewhere.
        self.listed = {
            path: Blob(row["sha"], row.get("size", 0), None) for path, row in rows.items() if row["mode"] != _LINK
        }
        place = next((place for place in codeowners.PLACES if place in self.listed), None)
        if place and self.listed[place].size <= codeowners.MAX_BYTES:
            self._owners = FileRef(Side.HEAD, place)
        cut = () if self.whole else (incomplete(f"GitHub lists only {len(self.listed)} of the files"),)
        files = tuple(ChangedFile(path, FileStatus.PRESENT) for path in self.listed)
        return Listing("", self.head, files, (), cut)

    async def _tree(self) -> tuple[dict[str, Mapping[str, Any]], bool]:
        """The files by path, and whether these are all: a tree that is too large for one answer is walked."""
        rows: dict[str, Mapping[str, Any]] = {}
        waiting, requests = [("", self.head)], 0
        while waiting:
            if requests >= PARTS or len(rows) > FILES:
                return rows, False
            folder, sha = waiting.pop()
            whole = await self._listed_at(sha, recursive=True)
            requests += 1
            if not whole["truncated"]:
                rows.update(_files(folder, whole))
                continue
            level = await self._listed_at(sha, recursive=False)
            requests += 1
            rows.update(_files(folder, level))
            if level["truncated"]:
                return {**rows, **dict(_files(folder, whole))}, False
            waiting += [(f"{folder}{row['path']}/", row["sha"]) for row in level["tree"] if row["type"] == "tree"]
        return rows, True

    async def _listed_at(self, sha: str, recursive: bool) -> Mapping[str, Any]:
        params = {"recursive": "1"} if recursive else None
        return dict(document(await self.client.request("GET", f"{self._path}/git/trees/{sha}", params=params)))

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        """Nothing is asked for that a whole listing does not have; CODEOWNERS comes with the first texts."""
        owners = self._owners if self._owners and self._owned is None else None
        wanted = dict.fromkeys((*refs, owners) if owners else refs)
        found = await super().read(
            [r for r in wanted if r.side is not Side.HEAD or not self.whole or r.path in self.listed]
        )
        if owners:
            self._owned = found.get(owners)
        return found

    async def codeowners(self) -> CodeOwners | None:
        """The file by which paths have owners; one without lines where there is none, None where it cannot be read."""
        if self._owners is None:
            return codeowners.parse(b"") if self.whole else None
        blob = self._owned or self.listed[self._owners.path]
        data = blob.data if blob.data is not None else (await self.fetch((blob,))).get(blob.id)
        return codeowners.parse(data or b"")

    def _state_field(self) -> tuple[str, dict[str, tuple[str, Any]]]:
        return "defaultBranchRef { target { oid } }", {}

    def _state_of(self, own: Mapping[str, Any]) -> PullState | None:
        target = (own.get("defaultBranchRef") or {}).get("target")
        return PullState(target["oid"], ()) if target else None

    async def _state_by_rest(self) -> PullState:
        answer = await self.client.request("GET", f"{self._path}/commits/HEAD", accept="application/vnd.github.sha")
        return PullState(answer.text.strip(), ())


class TreeSource(BranchSource):
    """The manifests of one commit alone, without a policy: what is known by its content is not asked for."""

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        """From the listing, without contents: `fetch` gets those that nobody knows yet."""
        return {ref: self.listed[ref.path] for ref in refs if ref.path in self.listed}

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        unique = {blob.id: blob for blob in blobs}
        found: dict[str, bytes] = {}
        for batch in _batches([blob for blob in unique.values() if blob.size <= LARGE]):
            found |= await self._texts(batch)
        return {**found, **await super().fetch([blob for id_, blob in unique.items() if id_ not in found])}

    async def _texts(self, blobs: Sequence[Blob]) -> dict[str, bytes]:
        """Those of one query that come whole; the others are read one by one. Where GitHub gives up on many, fewer may
        pass."""
        owner, name = self.about.repository.split("/", 1)
        declared = ", ".join(f"$e{index}: String!" for index in range(len(blobs)))
        fields = " ".join(f"b{index}: object(expression: $e{index}) {{ ...text }}" for index in range(len(blobs)))
        query = (
            f"query($owner: String!, $name: String!, {declared}) {{ "
            f"repository(owner: $owner, name: $name) {{ id {fields} }} }} "
            "fragment text on Blob { oid byteSize isBinary isTruncated text }"
        )
        variables = {"owner": owner, "name": name} | {f"e{index}": blob.id for index, blob in enumerate(blobs)}
        try:
            own = (await self.client.graphql(query, variables)).data.get("repository") or {}
        except RateLimited:
            raise
        except GitHubError:
            if len(blobs) <= TEXTS:
                return {}
            middle = len(blobs) // 2
            return {**await self._texts(blobs[:middle]), **await self._texts(blobs[middle:])}
        rows = [row for index in range(len(blobs)) if (row := own.get(f"b{index}")) and "oid" in row]
        return {blob.id: blob.data for blob in map(blob_of, rows) if blob.data is not None}


def _files(folder: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((f"{folder}{row['path']}", row) for row in tree["tree"] if row["type"] == "blob")


#: Bytes of all texts of one query: GitHub gives up on an answer after ten seconds.
_TOGETHER = 5_000_000
#: A text of so many bytes is small: five of them, by their ids, cost GitHub what one large one does.
_SMALL, _OF_ONE = 8_000, 5


def _batches(blobs: Sequence[Blob]) -> Iterator[list[Blob]]:
    batch: list[Blob] = []
    size = weight = 0
    for blob in blobs:
        weighs = 1 if blob.size <= _SMALL else _OF_ONE
        if batch and (weight + weighs > TEXTS * _OF_ONE or size + blob.size > _TOGETHER):
            yield batch
            batch, size, weight = [], 0, 0
        batch.append(blob)
        size, weight = size + blob.size, weight + weighs
    if batch:
        yield batch
