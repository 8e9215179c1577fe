"""A policy that somebody names on the command line: a file, a folder, or a path at a revision of the checkout."""

import os
from pathlib import Path

from app.cli.drive import drive
from app.policies import PATH, PolicyPlace
from app.ports import Source
from app.sources.checkout import GitSource
from app.sources.folder import FolderSource
from app.sources.git import Repository
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.snapshot import Listing
from checks.policy.layers import PolicySet

_TREE = Listing("", "")


def policy_given(text: str) -> PolicySet | None:
    """The policy, with what it extends and the decisions beside it; None: `text` names no file, folder or revision.

    Raises `PolicyError`, `SourceError` and `UsageError`.
    """
    path = Path(text)
    if os.path.isdir(text):
        return _loaded(FolderSource(path), PATH)
    if os.path.isfile(text):
        return _loaded(FolderSource(path.parent), path.name)
    revision, colon, name = text.partition(":")
    if not colon or not revision or not name:
        return None
    repository = Repository.containing(Path.cwd())
    head = repository.commit(revision)
    if head is None:
        hint = "Name a commit, a tag or a branch: HEAD~1:policy.yaml"
        raise UsageError(f"there is no revision {visible(revision, 60)}", hint=hint)
    return _loaded(GitSource(repository, head, None), name, Listing("", head))


def _loaded(source: Source, path: str, listing: Listing = _TREE) -> PolicySet:
    place = PolicyPlace(path=path, named=True, folders=True)

    async def read() -> PolicySet:
        blobs = await source.read(place.refs(listing))
        return (await place.load(listing, blobs, source)).policies

    return drive(read())
