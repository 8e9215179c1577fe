"""Pull requests: their life, and the webhooks of each step."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .accounts import Organization, Owner, User
from .compare import FileChange
from .payloads import commit_json, pull_json, repository_json, user_json
from .repository import WEB_FLOW, Author, Files, Repository
from .world import Event, Json

if TYPE_CHECKING:
    from .comments import Comment


@dataclass(eq=False)
class Pull:
    """One pull request. `base_sha` is the tip of the base branch at the last push, not the merge base."""

    repository: Repository
    number: int
    id: int
    node_id: str
    title: str
    body: str | None
    user: User
    head_repository: Repository
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool
    created_at: str
    updated_at: str
    state: str = "open"
    closed_at: str | None = None
    merged_at: str | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    comments: "list[Comment]" = field(default_factory=list)
    queue: str | None = None
    reviews: list[Json] = field(default_factory=list)

    @property
    def head_owner(self) -> Owner:
        return self.head_repository.owner

    @property
    def merge_base(self) -> str | None:
        return self.repository.comparer.range(self.base_sha, self.head_sha).merge_base

    def commits(self) -> tuple[str, ...]:
        """SHAs of the commits of this pull request, oldest first."""
        return self.repository.comparer.range(self.base_sha, self.head_sha).ahead

    def files(self) -> tuple[FileChange, ...]:
        return self.repository.comparer.changes(self.base_sha, self.head_sha)

    def counts(self) -> tuple[int, int, int]:
        """Added lines, deleted lines, changed files."""
        files = self.files()
        return sum(f.additions for f in files), sum(f.deletions for f in files), len(files)

    def author_association(self) -> str:
        return self.repository_association(self.user)

    def repository_association(self, user: User) -> str:
        owner = self.repository.owner
        if owner is user:
            return "OWNER"
        if isinstance(owner, Organization) and user.login.lower() in owner.members:
            return "MEMBER"
        return "COLLABORATOR" if user.login.lower() in self.repository.collaborators else "NONE"

    def push(self, files: Files, message: str = "Change", author: Author | None = None) -> str:
        """One more commit on the head branch; sends `push` and `pull_request.synchronize`."""
        return self.head_repository.commit(self.head_ref, files, message, author or self.user)

    def force_push(self, files: Files, message: str = "Change", author: Author | None = None) -> str:
        """Replace all commits of the branch by one new commit on the merge base."""
        parent = self.merge_base or self.base_sha
        return self.head_repository.commit(self.head_ref, files, message, author or self.user, parent=parent)

    def synchronize(self, sha: str, sender: User) -> None:
        """What a push to the head branch does to an open pull request."""
        before, self.head_sha = self.head_sha, sha
        self.base_sha = self.repository.head(self.base_ref)
        self.repository.git.set_ref(f"refs/pull/{self.number}/head", sha)
        self._emit("synchronize", sender, {"before": before, "after": sha})

    def close(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.state, self.closed_at = "closed", self.repository.world.timestamp()
            self._emit("closed", sender or self.user)

    def reopen(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.state, self.closed_at = "open", None
            self._emit("reopened", sender or self.user)

    def ready_for_review(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.draft = False
            self._emit("ready_for_review", sender or self.user)

    def convert_to_draft(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.draft = True
            self._emit("converted_to_draft", sender or self.user)

    def change_base(self, branch: str, sender: User | None = None) -> None:
        with self.repository.world.lock:
            old = {"ref": {"from": self.base_ref}, "sha": {"from": self.base_sha}}
            self.base_ref, self.base_sha = branch, self.repository.head(branch)
            self._emit("edited", sender or self.user, {"changes": {"base": old}})

    def edit(self, title: str | None = None, body: str | None = None, sender: User | None = None) -> None:
        """Change title or description, as the author or somebody else would."""
        with self.repository.world.lock:
            changes: Json = {}
            if title is not None:
                changes["title"], self.title = {"from": self.title}, title
            if body is not None:
                changes["body"], self.body = {"from": self.body}, body
            self._emit("edited", sender or self.user, {"changes": changes})

    def review(self, user: User, state: str = "APPROVED", body: str = "") -> None:
        """A submitted review: APPROVED, CHANGES_REQUESTED or COMMENTED; sends `pull_request_review.submitted`."""
        with self.repository.world.lock:
            world = self.repository.world
            number = world.next_id("review")
            review = {"id": number, "user": user, "state": state, "body": body, "commit_id": self.head_sha}
            self.reviews.append(review | {"submitted_at": world.timestamp()})
            shown = {**review, "user": user_json(world, user), "state": state.lower()}
            payload = {"review": shown, "pull_request": pull_json(self, full=False)}
            around = {"repository": repository_json(self.repository), "sender": user_json(world, user)}
            world.emit(Event("pull_request_review", "submitted", payload | around, self.repository))

    def merge(self, user: User | None = None, method: str = "merge") -> str:
        """Merge (`merge` or `squash`) and answer the SHA; raises RuntimeError on a conflict."""
        with self.repository.world.lock:
            who, repository, world = user or self.user, self.repository, self.repository.world
            title = f"Merge pull request #{self.number} from {self.head_owner.login}/{self.head_ref}"
            sha = self._merge_commit(title if method == "merge" else self.title, who, method == "squash")
            self.state, self.closed_at = "closed", world.timestamp()
            self.merged_at, self.merged_by, self.merge_commit_sha = self.closed_at, who, sha
            # GitHub keeps the base of a merged pull request as it was
            base = self.base_sha
            repository.update_branch(self.base_ref, sha, who)
            self.base_sha = base
            self._emit("closed", who)
            return sha

    def enqueue(self) -> str:
        """Put into the merge queue: answers the head SHA of `merge_group.checks_requested` (not on GHES)."""
        with self.repository.world.lock:
            repository = self.repository
            base = repository.head(self.base_ref)
            self.queue = f"gh-readonly-queue/{self.base_ref}/pr-{self.number}-{base}"
            sha = self._merge_commit(f"Merge pull request #{self.number}", self.user, False)
            repository.git.set_ref(f"refs/heads/{self.queue}", sha)
            self._emit_group("checks_requested", sha, base, {})
            return sha

    def dequeue(self, reason: str = "dequeued") -> None:
        """Take out of the queue: `reason` is merged, invalidated or dequeued."""
        with self.repository.world.lock:
            if self.queue is None:
                raise ValueError("not in the merge queue")
            sha, base = self.repository.head(self.queue), self.repository.head(self.base_ref)
            self._emit_group("destroyed", sha, base, {"reason": reason})
            self.repository.git.set_ref(f"refs/heads/{self.queue}", None)
            self.queue = None

    def _merge_commit(self, message: str, who: User, squash: bool) -> str:
        repository = self.repository
        base = repository.head(self.base_ref)
        merged = repository.git.run("merge-tree", "--write-tree", base, self.head_sha)
        tree = merged.decode().splitlines()[0]
        parents = [base] if squash else [base, self.head_sha]
        return repository.make_commit_of_tree(tree, message, who, parents, WEB_FLOW, verified=True)

    def _emit_group(self, action: str, sha: str, base: str, extra: Json) -> None:
        repository = self.repository
        if repository.world.ghes:
            return
        commit = commit_json(repository, sha)
        head = {"id": sha, "tree_id": commit["commit"]["tree"]["sha"], "message": commit["commit"]["message"],
                "timestamp": commit["commit"]["author"]["date"], "author": commit["commit"]["author"],
                "committer": commit["commit"]["committer"]}  # fmt: skip
        group = {
            "head_sha": sha,
            "head_ref": f"refs/heads/{self.queue}",
            "base_sha": base,
            "base_ref": f"refs/heads/{self.base_ref}",
            "head_commit": head,
        }
        payload = {**extra, "merge_group": group, "repository": repository_json(repository)}
        payload["sender"] = user_json(repository.world, self.user)
        repository.world.emit(Event("merge_group", action, payload, repository))

    def _emit(self, action: str, sender: User, extra: Json | None = None) -> None:
        world = self.repository.world
        self.updated_at = world.timestamp()
        payload = {
            "number": self.number,
            "pull_request": pull_json(self),
            **(extra or {}),
            "repository": repository_json(self.repository),
            "sender": user_json(world, sender),
        }
        world.emit(Event("pull_request", action, payload, self.repository))


def open_pull(
    repository: Repository,
    head: str,
    base: str,
    title: str,
    user: User,
    head_repository: Repository,
    draft: bool,
    body: str | None,
) -> Pull:
    """Refuses what GitHub refuses: a missing branch, or a head without commits of its own."""
    world = repository.world
    head_sha, base_sha = head_repository.head(head), repository.head(base)
    if not repository.comparer.range(base_sha, head_sha).ahead:
        raise ValueError(f"No commits between {base} and {head}")
    number, now = repository.next_number, world.timestamp()
    repository.next_number += 1
    identity = world.next_id("pull")
    pull = Pull(
        repository, number, identity, "", title, body, user, head_repository, head, head_sha, base, base_sha,
        draft, now, now,
    )  # fmt: skip
    pull.node_id = world.register("PR", identity, pull)
    repository.pulls[number] = pull
    repository.git.set_ref(f"refs/pull/{number}/head", head_sha)
    pull._emit("opened", user)
    return pull
