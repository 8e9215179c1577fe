"""What a merge queue is about to merge, over the API: like a pull request, but made by GitHub and without people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.answers import incomplete
from app.github.client import Installation, document
from app.github.pull import COMPARE_FILES, CentralPolicy, PullSource, PullState
from app.subject import About
from checks.model.dependency import Problem
from checks.model.snapshot import ChangedFile, FileStatus, Listing

_Tree = Mapping[str, str]
"""Blob ids by path."""


class GroupSource(PullSource):
    """Implements `Source` for a merge group: what its head brings to its base."""

    def __init__(
        self,
        client: Installation,
        about: About,
        head: str,
        policy: CentralPolicy | None = None,
        owner_settings: bool = False,
    ) -> None:
        super().__init__(client, about, 0, head, policy, owner_settings=owner_settings)

    async def listing(self) -> Listing:
        return replace(await super().listing(), merge_queue=True)

    async def _files(self, comparison: Mapping[str, Any]) -> tuple[list[ChangedFile], list[Problem]]:
        """A comparison lists 300 files and there is no pull request to ask for more: the two trees tell the rest."""
        if len(comparison.get("files") or ()) < COMPARE_FILES:
            return await super()._files(comparison)
        (before, cut_before), (after, cut_after) = await self._tree(self.base), await self._tree(self.head)
        problems = [incomplete(f"GitHub lists only {len(after)} of the files")] if cut_before or cut_after else []
        return list(_differences(before, after)), problems

    async def _tree(self, commit: str) -> tuple[_Tree, bool]:
        """The files of a commit, and whether GitHub left some out."""
        answer = await self.client.request("GET", f"{self._path}/git/trees/{commit}", params={"recursive": "1"})
        tree = document(answer)
        return {row["path"]: row["sha"] for row in tree["tree"] if row["type"] == "blob"}, tree["truncated"]

    def _state_field(self) -> tuple[str, dict[str, tuple[str, Any]]]:
        return "", {}

    def _state_of(self, own: Mapping[str, Any]) -> PullState | None:
        """The head of a group never moves: another one is another group."""
        return PullState(self.head, ())

    async def _state_by_rest(self) -> PullState:
        return PullState(self.head, ())


def _differences(before: _Tree, after: _Tree) -> Sequence[ChangedFile]:
    removed = [ChangedFile(path, FileStatus.REMOVED) for path in before.keys() - after.keys()]
    added = [ChangedFile(path, FileStatus.ADDED) for path in after.keys() - before.keys()]
    both = [path for path in after.keys() & before.keys() if before[path] != after[path]]
    found = [*removed, *added, *(ChangedFile(path, FileStatus.MODIFIED) for path in both)]
    return sorted(found, key=lambda file: file.path)
