"""A repository: its settings, its branches and what a push to it sets off."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import administration
from .accounts import Owner, User
from .compare import Comparer
from .git import GitRepository
from .payloads import push_payload
from .world import Event, Json, World

if TYPE_CHECKING:
    from .alerts import Advisory, Alert
    from .apps import App
    from .merge_queue import MergeQueue
    from .pulls import Pull
    from .snapshots import Snapshot

Files = Mapping[str, str | bytes | None]
Author = User | tuple[str, str]
UNSIGNED: Json = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
NO_COMMIT = "0" * 40
WEB_FLOW = ("GitHub", "noreply@github.com")


@dataclass(eq=False)
class Repository:
    """One repository over a bare git repository. Attributes may be set by a test at any time."""

    world: World
    id: int
    node_id: str
    owner: Owner
    name: str
    private: bool
    git: GitRepository
    comparer: Comparer
    default_branch: str = "main"
    parent: "Repository | None" = None
    description: str | None = None
    license: Json | None = None
    topics: list[str] = field(default_factory=list)
    custom_properties: dict[str, Any] = field(default_factory=dict)
    visibility: str = "public"
    archived: bool = False
    collaborators: dict[str, str] = field(default_factory=dict)  # login in lower case → permission
    teams: dict[str, str] = field(default_factory=dict)  # slug of a team → permission
    rules: dict[str, list[Json]] = field(default_factory=dict)  # branch → active rules
    waiting_rulesets: list[Json] = field(default_factory=list)  # that are disabled or only evaluate
    protections: dict[str, Json] = field(default_factory=dict)  # branch → checks that its classic protection requires
    pulls: "dict[int, Pull]" = field(default_factory=dict)
    verifications: dict[str, Json] = field(default_factory=dict)  # commit → verification
    alerts: "list[Alert]" = field(default_factory=list)
    snapshots: "list[Snapshot]" = field(default_factory=list)
    queues: "dict[str, MergeQueue]" = field(default_factory=dict)
    runs: list[Json] = field(default_factory=list)  # workflow runs, oldest first
    tips: dict[str, str] = field(default_factory=dict)  # commit → branch that was last set to it
    next_number: int = 1
    created_at: str = ""
    _clock: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def git_dir(self) -> Path:
        return self.git.git_dir

    @property
    def clone_url(self) -> str:
        """What `git clone` accepts: a path, for a fork as URL because git does not copy linked objects."""
        return str(self.git.git_dir) if self.parent is None else f"file://{self.git.git_dir}"

    def head(self, branch: str | None = None) -> str:
        """SHA at the tip of a branch (default: the default branch); raises KeyError when there is none."""
        sha = self.git.ref(f"refs/heads/{branch or self.default_branch}")
        if sha is None:
            raise KeyError(f"{self.full_name} has no branch {branch or self.default_branch}")
        return sha

    def commit(
        self,
        branch: str,
        files: Files,
        message: str,
        author: Author | None = None,
        *,
        parent: str | Sequence[str] | None = None,
        committer: Author | None = None,
        date: int | None = None,
        verified: bool = False,
        notify: bool = True,
    ) -> str:
        """Push one commit to a branch and answer its SHA.

        A content of None deletes the file. Without `parent` it follows the branch, or the default branch for
        a new one; with it the branch is set (a force-push when that leaves commits behind). `date` is in
        seconds since 1970. `notify=False` sends neither webhooks nor updates open pull requests.
        """
        with self.world.lock:
            tip = self.git.ref(f"refs/heads/{branch}")
            parents = self._parents(tip, parent)
            sha = self.make_commit(files, message, author, parents, committer, date, verified)
            self.update_branch(branch, sha, self._pusher(author), notify)
            return sha

    def commits(self, branch: str, changes: Sequence[tuple[Files, str, Author | None]]) -> list[str]:
        """Push several commits `(files, message, author)` at once: one push, one webhook."""
        with self.world.lock:
            parents = self._parents(self.git.ref(f"refs/heads/{branch}"), None)
            shas: list[str] = []
            for files, message, author in changes:
                shas.append(self.make_commit(files, message, author, parents))
                parents = [shas[-1]]
            self.update_branch(branch, shas[-1], self._pusher(changes[-1][2]))
            return shas

    def make_commit(
        self,
        files: Files,
        message: str,
        author: Author | None,
        parents: Sequence[str],
        committer: Author | None = None,
        date: int | None = None,
        verified: bool = False,
    ) -> str:
        """Write a commit object without moving any branch."""
        base = self.git.objects.commit(parents[0]).tree if parents else None
        return self.make_commit_of_tree(
            self.git.write_tree(base, files), message, author, parents, committer, date, verified
        )

    def make_commit_of_tree(
        self,
        tree: str,
        message: str,
        author: Author | None,
        parents: Sequence[str],
        committer: Author | None = None,
        date: int | None = None,
        verified: bool = False,
    ) -> str:
        when = date if date is not None else self._tick()
        who = _identity(author or self.world.users["octo-dev"])
        by = _identity(committer) if committer else who
        sha = self.git.write_commit(tree, parents, f"{who} {when} +0000", f"{by} {when} +0000", message)
        if verified:
            stamp = {"signature": "-----BEGIN PGP SIGNATURE-----", "payload": f"tree {tree}"}
            self.verifications[sha] = {"verified": True, "reason": "valid", **stamp, "verified_at": None}
        return sha

    def verification(self, sha: str) -> Json:
        return self.verifications.get(sha, UNSIGNED)

    def update_branch(self, branch: str, sha: str | None, sender: User, notify: bool = True) -> None:
        """Move (or with None delete) a branch, with everything GitHub does after a push."""
        ref = f"refs/heads/{branch}"
        before = self.git.ref(ref)
        if before == sha:
            return
        self.git.set_ref(ref, sha)
        if sha:
            self.tips[sha] = branch
        if not notify:
            return
        self._tell_push(ref, before or NO_COMMIT, sha or NO_COMMIT, sender)
        if sha:
            self._request_suites(sha, branch, before, sender)
        for repository in list(self.world.repositories.values()):
            for pull in list(repository.pulls.values()):
                if pull.state == "open" and pull.head_repository is self and pull.head_ref == branch:
                    if sha:
                        pull.synchronize(sha, sender)
                    else:
                        pull.close(sender)

    def open_pull(
        self,
        head: str,
        base: str | None = None,
        title: str = "Change",
        author: User | None = None,
        *,
        head_repository: "Repository | None" = None,
        draft: bool = False,
        body: str | None = None,
    ) -> "Pull":
        """Open a pull request for branch `head` (of a fork when given); sends `pull_request.opened`."""
        from .pulls import open_pull

        with self.world.lock:
            who = author or self.world.users["octo-dev"]
            return open_pull(self, head, base or self.default_branch, title, who, head_repository or self, draft, body)

    def fork(self, owner: Owner, name: str | None = None) -> "Repository":
        """A fork that shares its objects with this repository."""
        with self.world.lock:
            fork = create_repository(self.world, owner, name or self.name, self.private, parent=self)
            for branch, sha in self.git.branches().items():
                fork.git.set_ref(f"refs/heads/{branch}", sha)
            return fork

    def delete_branch(self, branch: str, sender: User | None = None) -> None:
        """Open pull requests from this branch are closed, as GitHub does."""
        with self.world.lock:
            self.update_branch(branch, None, sender or self.world.users["octo-dev"])

    def tag(self, name: str, sha: str | None = None, sender: User | None = None) -> None:
        """A lightweight tag; sends `push`."""
        with self.world.lock:
            target, ref = sha or self.head(), f"refs/tags/{name}"
            self.git.set_ref(ref, target)
            self._tell_push(ref, NO_COMMIT, target, sender or self.world.users["octo-dev"])

    def queue(self, branch: str | None = None) -> "MergeQueue":
        """The merge queue of a branch; with `process()` it does what the required checks say."""
        from .merge_queue import MergeQueue

        return self.queues.setdefault(branch or self.default_branch, MergeQueue(self, branch or self.default_branch))

    def require_checks(self, *contexts: str, app: "App | None" = None, branch: str | None = None) -> None:
        """A rule that requires these checks, from this App if one is given."""
        from .rulesets import add_rule, required_checks

        add_rule(self, branch or self.default_branch, "required_status_checks", required_checks(contexts, app))

    def protect(self, branch: str, context: str, app: "App | None" = None) -> None:
        """Classic protection of a branch that requires a check; it is shown, and holds up no merge here."""
        checks = [{"context": context, "app_id": app.id if app else None}]
        self.protections[branch] = {"enforcement_level": "everyone", "contexts": [context], "checks": checks}

    def require_queue(self, timeout_minutes: int = 60, method: str = "MERGE", branch: str | None = None) -> None:
        """A rule that lets changes in by a merge queue only; `method` is MERGE or SQUASH."""
        from .rulesets import add_rule, merge_queue

        add_rule(self, branch or self.default_branch, "merge_queue", merge_queue(timeout_minutes, method))

    def alert(self, advisory: "Advisory", manifest: str = "package-lock.json") -> "Alert":
        """An alert of Dependabot; sends `dependabot_alert.created`."""
        from .alerts import open_alert

        with self.world.lock:
            return open_alert(self, advisory, manifest)

    def rename(self, name: str, sender: User | None = None) -> None:
        with self.world.lock:
            administration.rename(self, name, sender)

    def transfer(self, owner: Owner, sender: User | None = None) -> None:
        with self.world.lock:
            administration.transfer(self, owner, sender)

    def archive(self, sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_archived(self, True, sender)

    def unarchive(self, sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_archived(self, False, sender)

    def set_visibility(self, visibility: str, sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_visibility(self, visibility, sender)

    def set_default_branch(self, branch: str, sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_default_branch(self, branch, sender)

    def set_topics(self, topics: list[str], sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_topics(self, list(topics), sender)

    def set_custom_properties(self, values: dict[str, Any], sender: User | None = None) -> None:
        with self.world.lock:
            administration.set_custom_properties(self, values, sender)

    def delete(self, sender: User | None = None) -> None:
        with self.world.lock:
            administration.delete(self, sender)

    def _tell_push(self, ref: str, before: str, after: str, sender: User) -> None:
        if self.world.subscribed("push"):
            self.world.emit(Event("push", None, push_payload(self, ref, before, after, sender), self))

    def _request_suites(self, sha: str, branch: str, before: str | None, sender: User) -> None:
        from .checks import request_suites

        request_suites(self, sha, branch, before, sender)

    def _parents(self, tip: str | None, parent: str | Sequence[str] | None) -> list[str]:
        if parent is not None:
            return [parent] if isinstance(parent, str) else list(parent)
        start = tip or self.git.ref(f"refs/heads/{self.default_branch}")
        return [start] if start else []

    def _pusher(self, author: Author | None) -> User:
        if isinstance(author, User):
            return author
        known = self.world.account_of(author[1]) if author else None
        return known or self.world.users["octo-dev"]

    def _tick(self) -> int:
        """Commits of one second would have no order, so each is at least a second after the one before."""
        self._clock = max(self._clock + 1, int(self.world.now()) - 3600)
        return self._clock


def create_repository(
    world: World, owner: Owner, name: str, private: bool, default_branch: str = "main", parent: Repository | None = None
) -> Repository:
    """A repository without commits, or with the objects of its fork parent."""
    number = world.next_id("repository")
    network = parent.git.objects if parent else None
    git = GitRepository(world.directory / owner.login / f"{name}-{number}.git", network, default_branch)
    comparer = parent.comparer if parent else Comparer(git)
    repository = Repository(world, number, "", owner, name, private, git, comparer, default_branch, parent)
    repository.node_id = world.register("R", number, repository)
    repository.visibility = "private" if private else "public"
    repository.created_at = world.timestamp()
    repository._clock = int(time.time()) - 7200
    world.repositories[number] = repository
    world.names[repository.full_name.lower()] = number
    return repository


def _identity(author: Author) -> str:
    name, email = (author.name, author.email) if isinstance(author, User) else author
    return f"{name} <{email}>"
