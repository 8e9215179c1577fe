"""A default branch as it stands, over the API: one request lists the tree, one query gives the texts and its head."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.github.client import Installation, document
from app.github.pull import CentralPolicy, PullSource, PullState, incomplete
from app.ports import Blob, FileRef, Side
from app.subject import About
from checks.model.snapshot import ChangedFile, FileStatus, Listing

_LINK = "120000"


class BranchSource(PullSource):
    """Implements `Source` for one head of a repository's default branch; everything counts as it stands."""

    def __init__(self, client: Installation, about: About, head: str, policy: CentralPolicy | None = None) -> None:
        super().__init__(client, about, 0, head, policy)
        self._listed: frozenset[str] | None = None
        """All files; None where GitHub did not list all."""

    async def listing(self) -> Listing:
        answer = await self.client.request("GET", f"{self._path}/git/trees/{self.head}", params={"recursive": "1"})
        tree = document(answer)
        # What a link leads to is listed itself, or lies elsewhere.
        paths = [row["path"] for row in tree["tree"] if row["type"] == "blob" and row["mode"] != _LINK]
        cut = (incomplete(f"GitHub lists only {len(paths)} of the files"),) if tree["truncated"] else ()
        self._listed = None if cut else frozenset(paths)
        return Listing("", self.head, tuple(ChangedFile(path, FileStatus.PRESENT) for path in paths), (), cut)

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        """Nothing is asked for that a whole listing does not have."""
        listed = self._listed
        return await super().read([r for r in refs if r.side is not Side.HEAD or listed is None or r.path in listed])

    def _state_field(self) -> tuple[str, dict[str, tuple[str, Any]]]:
        return "defaultBranchRef { target { oid } }", {}

    def _state_of(self, own: Mapping[str, Any]) -> PullState | None:
        target = (own.get("defaultBranchRef") or {}).get("target")
        return PullState(target["oid"], ()) if target else None

    async def _state_by_rest(self) -> PullState:
        answer = await self.client.request("GET", f"{self._path}/commits/HEAD", accept="application/vnd.github.sha")
        return PullState(answer.text.strip(), ())
