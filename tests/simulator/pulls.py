"""Pull requests: their life, and the webhooks of each step."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import rulesets
from .accounts import Organization, Owner, User
from .compare import FileChange
from .payloads import pull_json, repository_json, review_json, user_json
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
    requested: list[str] = field(default_factory=list)
    """Logins and slugs of teams that were asked for a review; payloads do not show them."""

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
        return association_of(self.repository, self.user)

    def association_of(self, user: User) -> str:
        return association_of(self.repository, user)

    def push(self, files: Files, message: str = "Change", author: Author | None = None) -> str:
        """One more commit on the head branch; sends `push` and `pull_request.synchronize`."""
        return self.head_repository.commit(self.head_ref, files, message, author or self.user)

    def force_push(self, files: Files, message: str = "Change", author: Author | None = None) -> str:
        """Replace all commits of the branch by one new commit on the merge base."""
        parent = self.merge_base or self.base_sha
        return self.head_repository.commit(self.head_ref, files, message, author or self.user, parent=parent)

    def synchronize(self, sha: str, sender: User) -> None:
        """What a push to the head branch does to an open pull request."""
        self._leave_queue(sender)
        before, self.head_sha = self.head_sha, sha
        self.base_sha = self.repository.head(self.base_ref)
        self.repository.git.set_ref(f"refs/pull/{self.number}/head", sha)
        self.emit("synchronize", sender, {"before": before, "after": sha})

    def close(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self._leave_queue(sender or self.user)
            self.state, self.closed_at = "closed", self.repository.world.timestamp()
            self.emit("closed", sender or self.user)

    def reopen(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.state, self.closed_at = "open", None
            self.emit("reopened", sender or self.user)

    def ready_for_review(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self.draft = False
            self.emit("ready_for_review", sender or self.user)

    def convert_to_draft(self, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self._leave_queue(sender or self.user)
            self.draft = True
            self.emit("converted_to_draft", sender or self.user)

    def change_base(self, branch: str, sender: User | None = None) -> None:
        with self.repository.world.lock:
            self._leave_queue(sender or self.user)
            old = {"ref": {"from": self.base_ref}, "sha": {"from": self.base_sha}}
            self.base_ref, self.base_sha = branch, self.repository.head(branch)
            self.emit("edited", sender or self.user, {"changes": {"base": old}})

    def edit(self, title: str | None = None, body: str | None = None, sender: User | None = None) -> None:
        """Change title or description, as the author or somebody else would."""
        with self.repository.world.lock:
            changes: Json = {}
            if title is not None:
                changes["title"], self.title = {"from": self.title}, title
            if body is not None:
                changes["body"], self.body = {"from": self.body or ""}, body
            self.emit("edited", sender or self.user, {"changes": changes})

    def review(self, user: User, state: str = "APPROVED", body: str = "") -> None:
        """A submitted review: APPROVED, CHANGES_REQUESTED or COMMENTED; sends `pull_request_review.submitted`."""
        with self.repository.world.lock:
            world = self.repository.world
            number = world.next_id("review")
            review = {"id": number, "user": user, "state": state, "body": body, "commit_id": self.head_sha}
            self.reviews.append(review | {"submitted_at": world.timestamp()})
            payload = {"review": review_json(self, self.reviews[-1]), "pull_request": pull_json(self, full=False)}
            around = {"repository": repository_json(self.repository), "sender": user_json(world, user)}
            world.emit(Event("pull_request_review", "submitted", payload | around, self.repository))

    def merge(self, user: User | None = None, method: str = "merge", bypass: bool = False) -> str:
        """Merge (`merge` or `squash`) and answer the SHA.

        Raises `Blocked` when the rules of the base branch refuse it, unless the person may bypass them and does,
        and RuntimeError on a conflict.
        """
        with self.repository.world.lock:
            who, repository = user or self.user, self.repository
            refused = rulesets.refusal(repository, self.base_ref, self.head_sha)
            if refused and not bypass:
                raise rulesets.Blocked(refused)
            sha = self.merge_commit(repository.head(self.base_ref), who, method == "squash")
            self._leave_queue(who)
            # GitHub keeps the base of a merged pull request as it was
            base = self.base_sha
            repository.update_branch(self.base_ref, sha, who)
            self.base_sha = base
            self.finish_merge(sha, who)
            return sha

    def enqueue(self, user: User | None = None) -> str:
        """Put into the merge queue: answers the head SHA of `merge_group.checks_requested` (not sent on GHES)."""
        with self.repository.world.lock:
            return self.repository.queue(self.base_ref).add(self, user or self.user)

    def dequeue(self, reason: str = "dequeued", user: User | None = None) -> None:
        """Leave the queue as `dequeued` or as `merged`; `invalidated` builds all its groups anew."""
        with self.repository.world.lock:
            queue = self.repository.queue(self.base_ref)
            if reason == "merged":
                queue.merge_first()
            elif reason == "invalidated":
                queue.invalidate()
            else:
                queue.remove(self, user or self.user)

    def merge_commit(self, base: str, who: User, squash: bool = False) -> str:
        """A commit of GitHub's that merges the head into `base`, on no branch; RuntimeError on a conflict."""
        repository = self.repository
        merged = repository.git.run("merge-tree", "--write-tree", base, self.head_sha)
        title = f"Merge pull request #{self.number} from {self.head_owner.login}/{self.head_ref}"
        message = f"{self.title} (#{self.number})" if squash else f"{title}\n\n{self.title}"
        parents = [base] if squash else [base, self.head_sha]
        tree = merged.decode().splitlines()[0]
        return repository.make_commit_of_tree(tree, message, who, parents, WEB_FLOW, verified=True)

    def finish_merge(self, sha: str, who: User) -> None:
        """What a merge does to the pull request itself; sends `closed`."""
        self.state, self.closed_at = "closed", self.repository.world.timestamp()
        self.merged_at, self.merged_by, self.merge_commit_sha = self.closed_at, who, sha
        self.emit("closed", who)

    def _leave_queue(self, sender: User) -> None:
        if self.queue:
            self.repository.queue(self.base_ref).remove(self, sender)

    def emit(self, action: str, sender: User, extra: Json | None = None) -> None:
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


def association_of(repository: Repository, user: User) -> str:
    """How GitHub calls this person here. A concealed member looks like anybody else."""
    owner, login = repository.owner, user.login.lower()
    if owner is user:
        return "OWNER"
    if isinstance(owner, Organization) and login in owner.members and login not in owner.concealed:
        return "MEMBER"
    if login in repository.collaborators:
        return "COLLABORATOR"
    merged = any(pull.user is user and pull.merged_at for pull in repository.pulls.values())
    return "CONTRIBUTOR" if merged else "NONE"


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
    pull.emit("opened", user)
    return pull
