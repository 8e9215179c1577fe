"""The policy repository as the place where requests are decided: a branch, one file and a pull request for each.

Everything is looked for by its name before it is made, so that whoever is broken off begins anew and finds it. Writing
may be the work of a second App that is installed there alone: permissions are given to an App for all its repositories.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import structlog

from app.github.client import GitHubApp, GitHubError, Installation, RateLimited, document, repository_path
from app.github.contents import decoded
from app.github.pull import CentralPolicy
from app.github.remarks import say
from app.github.tokens import LOOKING, Permissions
from checks.model.snapshot import FileStatus
from checks.policy.files import DECISIONS
from checks.render.limits import COMMENT, cut

#: Beginning of the names of the branches.
BRANCH = "ospo-gate/"
#: What writing a file needs,
CONTENTS: Permissions = (("contents", "write"), ("metadata", "read"))
#: what talking on a pull request needs,
PULLS: Permissions = (("metadata", "read"), ("pull_requests", "write"))
#: what reading one needs,
READING: Permissions = (("contents", "read"), ("metadata", "read"), ("pull_requests", "read"))
#: and what saying whether it was approved needs.
CHECKS: Permissions = (("checks", "write"), ("metadata", "read"))
#: Seconds for which is believed who may see the repository, and where it is.
BELIEVED = 300.0
#: GitHub lists at most so many files of a pull request.
FILES = 3_000

log = structlog.get_logger()


class NotPermitted(GitHubError):
    """The App may not write there, or is not installed there: trying again does not help."""


@dataclass(frozen=True, slots=True)
class Home:
    """The policy repository as GitHub describes it."""

    id: int
    name: str
    """`owner/name`, as it is called today."""
    installation_id: int
    public: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A file of a branch."""

    text: str
    sha: str
    """Of its blob."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person says about a pull request: the last word of each counts."""

    login: str
    state: str
    """`APPROVED`, `CHANGES_REQUESTED`, `DISMISSED`, `COMMENTED`."""
    body: str
    at: str
    commit: str


@dataclass(slots=True)
class Proposals:
    """Reads and writes the policy repository. `app` reads and judges; `writer` makes branches and pull requests."""

    app: GitHubApp
    central: CentralPolicy
    writer: GitHubApp
    _homes: dict[int, tuple[float, Home]] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Of the decision files, with a slash at its end."""
        return f"{self.central.path.rpartition('/')[0]}/{DECISIONS}/".removeprefix("/")

    @property
    def base(self) -> str:
        return self.central.ref.removeprefix("refs/heads/")

    async def home(self, app: GitHubApp | None = None) -> Home:
        """Where it is, for an App (the one that reads). Raises `NotPermitted` where that is not installed."""
        app = app or self.app
        until, known = self._homes.get(app.app_id, (0.0, None))
        if known is None or until < app.clock():
            path = repository_path(self.central.repository)
            try:
                installed = document(await app.request("GET", f"{path}/installation"))
                client = app.installation(int(installed["id"]), [self.central.repository]).with_permissions(LOOKING)
                row = document(await client.request("GET", path))
            except GitHubError as error:
                raise _refusal(error, "the App is not installed on the policy repository") from None
            public = row.get("visibility") not in ("private", "internal") and row.get("private") is not True
            known = Home(int(row["id"]), str(row["full_name"]), int(installed["id"]), public)
            self._homes[app.app_id] = app.clock() + BELIEVED, known
        return known

    async def propose(self, name: str, path: str, text: str, title: str, body: str) -> int:
        """The number of the pull request that adds a file on the branch `name`, made if there is none. Raises
        `NotPermitted`."""
        branch = BRANCH + name
        known = await self.find(name)
        if known is not None:
            return known
        try:
            await self._branch(branch)
            await self.write(name, path, text, title)
            return await self._open(branch, title, body)
        except GitHubError as error:
            raise _refusal(error, "the App may not write to the policy repository") from None

    async def find(self, name: str) -> int | None:
        """The newest pull request of the branch, open or not."""
        home = await self.home(self.writer)
        client, path = await self._client(PULLS, self.writer)
        query = {"head": f"{home.name.partition('/')[0]}:{BRANCH}{name}", "state": "all", "base": self.base}
        rows = document(await client.request("GET", f"{path}/pulls", params=query))
        return max((int(row["number"]) for row in rows), default=None)

    async def _branch(self, branch: str) -> None:
        client, path = await self._client(CONTENTS, self.writer)
        tip = document(await client.request("GET", f"{path}/git/ref/heads/{quote(self.base, safe='/')}"))
        made = {"ref": f"refs/heads/{branch}", "sha": tip["object"]["sha"]}
        try:
            await client.request("POST", f"{path}/git/refs", json=made)
        except GitHubError as error:
            if error.status != 422 or "already exists" not in str(error):
                raise

    async def write(self, name: str, path: str, text: str, message: str) -> None:
        """The file of a branch has this text from now on."""
        before = await self.text(path, BRANCH + name, self.writer)
        if before is not None and before.text == text:
            return
        client, repository = await self._client(CONTENTS, self.writer)
        content = base64.b64encode(text.encode()).decode()
        body = {"message": message, "content": content, "branch": BRANCH + name}
        also = {"sha": before.sha} if before else {}
        await client.request("PUT", f"{repository}/contents/{quote(path, safe='/')}", json={**body, **also})

    async def _open(self, branch: str, title: str, body: str) -> int:
        client, path = await self._client(PULLS, self.writer)
        made = {"title": title, "head": branch, "base": self.base, "body": cut(body, COMMENT)}
        return int(document(await client.request("POST", f"{path}/pulls", json=made))["number"])

    async def written(self, name: str, path: str) -> Written | None:
        """A file of a branch as it is now."""
        return await self.text(path, BRANCH + name)

    async def text(self, path: str, ref: str, app: GitHubApp | None = None) -> Written | None:
        """A file at a branch or commit; None where there is none, or it is no text of less than a megabyte."""
        client, place = await self._client(READING, app or self.app)
        where = f"{place}/contents/{quote(path, safe='/')}"
        kind = "application/vnd.github.object+json"
        try:
            row = document(await client.request("GET", where, params={"ref": ref}, accept=kind))
        except GitHubError as error:
            if error.status != 404:
                raise
            return None
        data = decoded(row)
        try:
            return None if data is None else Written(data.decode(), str(row["sha"]))
        except UnicodeDecodeError:
            return None

    # -- what people did --------------------------------------------------------------------------------------------

    async def pull(self, number: int) -> Mapping[str, Any]:
        client, path = await self._client(READING, self.app)
        return dict(document(await client.request("GET", f"{path}/pulls/{number}")))

    async def decisions(self, number: int) -> Sequence[str]:
        """The paths of decision files that the pull request adds or changes."""
        client, path = await self._client(READING, self.app)
        rows = await client.pages(f"{path}/pulls/{number}/files", limit=FILES)
        names = [str(row["filename"]) for row in rows if row["status"] != str(FileStatus.REMOVED)]
        return [name for name in names if name.startswith(self.folder) and name.endswith((".yaml", ".yml"))]

    async def reviews(self, number: int) -> Sequence[Review]:
        """Of people, oldest first."""
        client, path = await self._client(READING, self.app)
        rows = await client.pages(f"{path}/pulls/{number}/reviews")
        return [
            Review(row["user"]["login"], row["state"], row.get("body") or "", row.get("submitted_at") or "",
                   row.get("commit_id") or "")
            for row in rows
            if row.get("user") and row["user"].get("type") != "Bot"
        ]  # fmt: skip

    async def last_word(self, number: int) -> tuple[str, str] | None:
        """Who of the people spoke last on a pull request, and what they said."""
        client, path = await self._client(PULLS, self.app)
        rows = await client.pages(f"{path}/issues/{number}/comments")
        said = [
            (str(row.get("created_at") or ""), str(row["user"]["login"]), str(row.get("body") or ""))
            for row in rows
            if row.get("user") and row["user"].get("type") != "Bot" and row.get("body")
        ]
        said += [(one.at, one.login, one.body) for one in await self.reviews(number) if one.body]
        return max(said)[1:] if said else None

    # -- saying -----------------------------------------------------------------------------------------------------

    async def say(self, number: int, marker: str, text: str) -> None:
        """A comment that begins with `marker`, once."""
        client, path = await self._client(PULLS, self.writer)
        await say(client, path, number, marker, text)

    async def close(self, number: int) -> None:
        """Close a pull request without merging it."""
        client, path = await self._client(PULLS, self.writer)
        await client.request("PATCH", f"{path}/pulls/{number}", json={"state": "closed"})

    async def ask_review(self, number: int, logins: Sequence[str], teams: Sequence[str]) -> None:
        """Best effort: a team that may not see the repository cannot be asked."""
        client, path = await self._client(PULLS, self.writer)
        body = {"reviewers": list(logins), "team_reviewers": list(teams)}
        try:
            await client.request("POST", f"{path}/pulls/{number}/requested_reviewers", json=body)
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            log.info("no-reviewer-requested", pull=number, error=str(error))

    async def check(self, head: str, name: str, conclusion: str, title: str, summary: str, digest: str) -> None:
        """A check run on a commit, unless the newest of that name says the same."""
        client, path = await self._client(CHECKS, self.app)
        query = {"app_id": self.app.app_id, "check_name": name}
        found = document(await client.request("GET", f"{path}/commits/{head}/check-runs", params=query))
        if any(row["external_id"] == digest for row in found["check_runs"]):
            return
        body = {
            "name": name,
            "head_sha": head,
            "status": "completed",
            "conclusion": conclusion,
            "external_id": digest,
            "output": {"title": title, "summary": summary},
        }
        await client.request("POST", f"{path}/check-runs", json=body)

    async def _client(self, permissions: Permissions, app: GitHubApp) -> tuple[Installation, str]:
        home = await self.home(app)
        client = app.installation(home.installation_id, [home.id]).with_permissions(permissions)
        return client, repository_path(home.name)


def _refusal(error: GitHubError, meaning: str) -> GitHubError:
    """What GitHub lets nobody do who has no right; everything else is as it is."""
    if error.status in (403, 404, 422) and not isinstance(error, RateLimited):
        return NotPermitted(f"{meaning}: {error}", error.status)
    return error
