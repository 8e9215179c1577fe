"""The file of signatures in a repository, read and added to through GitHub's API.

Two who sign at once both read, and one of them writes: the other is told by the git id of the file that it has changed,
reads again and writes again. Nothing is ever written over what somebody has not read.
"""

import base64
import binascii
import random
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from app.plain_api import RAW, PlainApi, RefusedError, repository_path
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible

#: The branch of its own that is made where no other is named.
OWN_BRANCH = "ospo-gate-signatures"
#: Seconds after which adding is given up; the longest pause between two attempts; the pause after the first.
PATIENCE, LONGEST_PAUSE, FIRST_PAUSE = 600.0, 30.0, 0.5
#: So often in a row may the same file be refused: then it is no race, but a rule that nobody can pass.
SAME = 6
_RULE = re.compile(
    r"rule violation|protected branch|through a pull request|required status|approving review|at least \d+ approv|"
    r"signed commits|not authorized to push",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:([A-Za-z0-9-]+/[A-Za-z0-9._-]+):)?([^@:\s][^@:]*?)(?:@([^@\s]+))?\Z")


class Place(NamedTuple):
    """Where the file is."""

    repository: str
    """`owner/name`."""
    path: str
    branch: str = OWN_BRANCH

    def __str__(self) -> str:
        return f"{self.repository}/{self.path}@{self.branch}"


def place_of(text: str, here: str) -> Place:
    """`path`, `path@branch` or `owner/repo:path@branch`; `here` is the repository of the workflow. Raises
    `UsageError`."""
    match = _NAME.match(text.strip())
    path = (match[2] if match else "").strip("/").removeprefix("./")
    if match is None or not path or {"", ".", ".."} & set(path.split("/")):
        raise UsageError(
            f"signatures: expected path[@branch] or owner/repo:path[@branch], not '{visible(text)}'",
            hint="For example signatures/cla.json@signatures",
        )
    return Place(match[1] or here, path, match[3] or OWN_BRANCH)


class Stored(NamedTuple):
    """The file as it was read."""

    text: str | None
    """None: there is none yet."""
    sha: str | None = None


class Added(NamedTuple):
    """What adding came to."""

    text: str
    attempts: int
    changed: bool


class SignaturesFile:
    """The file at one place."""

    def __init__(
        self,
        api: PlainApi,
        place: Place,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api, self.place, self.sleep, self.clock = api, place, sleep, clock
        self._repository = repository_path(place.repository)
        self._contents = f"{self._repository}/contents/{quote(place.path, safe='/')}"

    def read(self) -> Stored:
        """Raises `SourceError` where it cannot be known whether there is one."""
        try:
            answer = self.api.get(
                self._contents, {"ref": f"refs/heads/{self.place.branch}"}, "application/vnd.github.object+json"
            )
        except RefusedError as error:
            if error.status != 404:
                raise self._unreadable(error) from None
            self._reachable()
            return Stored(None)
        row = answer.json
        if not isinstance(row, dict) or row.get("type") != "file" or not isinstance(row.get("sha"), str):
            raise SourceError(f"{self.place} is not a file")
        return Stored(self._text(row), row["sha"])

    def add(self, change: Callable[[str | None], str], message: str, begin: str = "Begin the signatures") -> Added:
        """Write what `change` makes of the file, which may be called again with a newer one; it raises `ValueError` for
        a file that it does not add to. `begin` is the message of the commit that makes the file. Raises `SourceError`:
        then nothing is written, or it may be and doing it again changes nothing more."""
        end, same, last = self.clock() + PATIENCE, 0, Stored(None, "")
        attempt = 0
        while True:
            attempt += 1
            stored = self.read()
            text = self._changed(change, stored)
            if text == stored.text:
                return Added(text, attempt, changed=attempt > 1)
            try:
                self._write(stored, text, begin if stored.text is None else message)
                return Added(text, attempt, changed=True)
            except RefusedError as error:
                same, last = same + 1 if stored.sha == last.sha else 1, stored
                self._refused(error, same)
            if self.clock() > end:
                raise SourceError(
                    f"{self.place} was changed by others {attempt} times in a row, so it could not be added to",
                    hint="Run the workflow again: what is there already is not added twice.",
                )
            self._pause(attempt)

    def _pause(self, attempt: int) -> None:
        """At random up to a bound that grows, so that many who began together do not meet again and again."""
        most = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 10))
        self.sleep(random.SystemRandom().uniform(0, most))

    def _changed(self, change: Callable[[str | None], str], stored: Stored) -> str:
        try:
            return change(stored.text)
        except ValueError as error:
            raise SourceError(
                f"{self.place}: {visible(str(error))}", hint="Nothing was written: repair the file first."
            ) from None

    def _write(self, stored: Stored, text: str, message: str) -> None:
        content = base64.b64encode(text.encode()).decode()
        body: dict[str, object] = {"message": message, "content": content, "branch": self.place.branch}
        if stored.sha is not None:
            body["sha"] = stored.sha
        elif self.place.branch == OWN_BRANCH and not self._has_branch():
            self._make_branch(text, message)
            return
        self.api.call("PUT", self._contents, body)

    def _has_branch(self) -> bool:
        try:
            self.api.get(f"{self._repository}/git/ref/heads/{quote(self.place.branch, safe='/')}")
        except RefusedError as error:
            if error.status in (404, 409):
                return False
            raise
        return True

    def _make_branch(self, text: str, message: str) -> None:
        """With a history of its own, so that nothing of the code is in it."""
        git = f"{self._repository}/git"
        entry = {"path": self.place.path, "mode": "100644", "type": "blob", "content": text}
        tree = self.api.call("POST", f"{git}/trees", {"tree": [entry]}).json
        commit = self.api.call("POST", f"{git}/commits", {"message": message, "tree": tree["sha"], "parents": []}).json
        reference = {"ref": f"refs/heads/{self.place.branch}", "sha": commit["sha"]}
        self.api.call("POST", f"{git}/refs", reference)

    def _refused(self, error: RefusedError, same: int) -> None:
        """Raises unless trying again may help."""
        if _RULE.search(error.said) or (error.status in (409, 422) and same > SAME):
            raise SourceError(f"{self.place} cannot be written: {error.said}", hint=_WAYS_OUT) from None
        if error.status == 403:
            hint = (
                "The job needs `permissions: {contents: write}`; another repository needs a token that may write there."
            )
            raise SourceError(f"{self.place} cannot be written: {error.said}", hint=hint) from None
        if error.status == 404:
            raise SourceError(f"{self.place} cannot be written: there is no branch {self.place.branch}", hint=_WAYS_OUT)
        if error.status not in (409, 422) and not error.unsure:
            raise error

    def _reachable(self) -> None:
        """404 says of a repository that may not be read what it says of a file that is not there."""
        try:
            self.api.get(self._repository)
        except RefusedError as error:
            raise self._unreadable(error) from None
        if self.place.branch != OWN_BRANCH and not self._has_branch():
            raise SourceError(f"{self.place} cannot be read: there is no branch {self.place.branch}", hint=_WAYS_OUT)

    def _unreadable(self, error: RefusedError) -> SourceError:
        hint = "The token must be able to read it: for another repository give one of its own (signatures-token)."
        return SourceError(f"{self.place} cannot be read: {error}", hint=hint)

    def _text(self, row: dict[str, Any]) -> str:
        try:
            if row.get("encoding") == "base64":
                data = base64.b64decode(row.get("content") or "")
            else:  # more than 1 MB
                data = self.api.get(f"{self._repository}/git/blobs/{quote(row['sha'])}", accept=RAW).data
            return data.decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, TypeError):
            raise SourceError(f"{self.place} is not UTF-8 text", hint="Repair the file first.") from None


_WAYS_OUT = (
    f"Three ways out: leave the branch out of `signatures`, so that an unprotected branch `{OWN_BRANCH}` is made; keep "
    "the file in a repository of its own, with a token that may write there; or let the app of the token bypass the "
    "rules of the branch."
)
