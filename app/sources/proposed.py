"""A pull request as GitHub's API has it, without a checkout: its commits with their accounts, and files of its base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.answers import commit_of, file_of, incomplete
from app.plain_api import RAW, PlainApi, RefusedError, repository_path
from checks.model.commit import Commit
from checks.model.errors import SourceError
from checks.model.snapshot import ChangedFile, Listing

#: GitHub lists at most 300 files in a comparison and 3,000 for a pull request (REST reference).
COMPARE_FILES, PULL_FILES = 300, 3_000
#: Commits that are read; a change beyond this is not one that anybody reviews, and it does not pass.
COMMITS = 10_000
#: Bytes of one file of the base: settings and texts of agreements.
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """One head of a pull request."""

    api: PlainApi
    repository: str
    """`owner/name`."""
    number: int
    head: str
    base: str
    """The commit at the tip of the branch that it goes into."""
    target: str
    """The name of that branch."""
    row: Mapping[str, Any]
    """The pull request, as GitHub tells it now."""

    @classmethod
    def of(cls, api: PlainApi, repository: str, number: int, head: str | None = None) -> "Proposed":
        """A pull request at `head`, or at the head that it has now. Raises `SourceError`."""
        path = repository_path(repository)
        row = api.get(f"{path}/pulls/{number}").json
        try:
            target = str(row["base"]["ref"])
            tip = api.get(f"{path}/git/ref/heads/{quote(target, safe='/')}").json["object"]["sha"]
            return cls(api, repository, number, head or str(row["head"]["sha"]), str(tip), target, row)
        except (LookupError, TypeError):
            raise _unreadable(number) from None

    @property
    def is_open(self) -> bool:
        return self.row.get("state") == "open"

    def listing(self) -> Listing:
        """Every commit and file, or a problem that says what is missing. Raises `SourceError`."""
        try:
            first, commits = compared(self.api, self.repository, self.base, self.head)
            files, cut = self._files(first.get("files") or [])
            problems = [incomplete(f"GitHub lists only {PULL_FILES} of the changed files")] if cut else []
            if len(commits) != first["total_commits"]:
                problems.append(incomplete(f"GitHub listed {len(commits)} of {first['total_commits']} commits"))
            source = self.row["head"].get("repo") or {}
            return Listing(
                first["merge_base_commit"]["sha"], self.head, files, commits, tuple(problems), target=self.target,
                number=self.number, branch=self.row["head"].get("ref"),
                fork=None if source.get("full_name") == self.repository else source.get("clone_url"),
            )  # fmt: skip
        except (LookupError, TypeError, AttributeError):
            raise _unreadable(self.number) from None

    def _files(self, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[ChangedFile, ...], bool]:
        """The files, and whether there may be more."""
        if len(rows) >= COMPARE_FILES:
            rows = self.api.pages(f"{repository_path(self.repository)}/pulls/{self.number}/files", limit=PULL_FILES)
        return tuple(map(file_of, rows)), len(rows) >= PULL_FILES

    def read(self, path: str) -> bytes | None:
        """A file of the base, and never of the head; None: there is none. Raises `SourceError`."""
        where = f"{repository_path(self.repository)}/contents/{quote(path, safe='/')}"
        try:
            data = self.api.get(where, {"ref": self.base}, RAW).data
        except RefusedError as error:
            if error.status == 404:
                return None
            raise
        if len(data) > LARGEST:
            raise SourceError(f"{path} has more than {LARGEST:,} bytes")
        return data


def compared(api: PlainApi, repository: str, base: str, head: str) -> tuple[Mapping[str, Any], tuple[Commit, ...]]:
    """The first page of GitHub's comparison, and the commits of all its pages, oldest first. Raises `SourceError`."""
    path = f"{repository_path(repository)}/compare/{quote(base, safe='')}...{quote(head, safe='')}"
    first: Mapping[str, Any] = {}
    rows: list[Any] = []
    try:
        for page in range(1, COMMITS // 100 + 1):
            answer = api.get(path, {"per_page": 100, "page": page}).json
            first = first or answer
            rows += answer["commits"]
            if len(answer["commits"]) < 100:
                break
        return first, tuple(map(commit_of, {row["sha"]: row for row in rows}.values()))
    except (LookupError, TypeError, AttributeError):
        raise SourceError("GitHub's answer about the commits could not be read") from None


def _unreadable(number: int) -> SourceError:
    return SourceError(f"GitHub's answer about pull request {number} could not be read")
