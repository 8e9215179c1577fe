"""A merge queue: each pull request is tried as a commit of GitHub's on top of those before it.

The group's branch `gh-readonly-queue/…` is a real one. `process()` does what GitHub does when checks answer.
"""

from dataclasses import dataclass

from . import rulesets
from .accounts import User
from .payloads import merge_group_json, repository_json, user_json
from .pulls import Pull
from .repository import Repository
from .world import Event, Json

BOT = "github-merge-queue[bot]"
# why a pull request left, in the words of pull_request.dequeued, and what merge_group.destroyed says then
_MERGED, _DEQUEUED = "MERGE", "dequeued"


@dataclass(eq=False)
class Entry:
    """One pull request in the queue with the group that was built for it. `asked_at` is the simulator's clock."""

    pull: Pull
    user: User
    branch: str = ""
    head_sha: str = ""
    base_sha: str = ""
    asked_at: float = 0.0


class MergeQueue:
    """The queue of one branch. On GHES it works too, but no `merge_group` is sent there."""

    def __init__(self, repository: Repository, branch: str) -> None:
        self.repository, self.branch = repository, branch
        self.entries: list[Entry] = []

    def add(self, pull: Pull, user: User) -> str:
        """Put a pull request at the end; answers the SHA of its group. Raises RuntimeError on a conflict."""
        if pull.state != "open" or pull.draft or self._entry(pull):
            raise ValueError("only an open pull request that is no draft can be put into the queue, and once")
        entry = Entry(pull, user)
        self._build(entry, self._tip())
        self.entries.append(entry)
        pull.emit("enqueued", user)
        self._announce(entry)
        return entry.head_sha

    def remove(self, pull: Pull, user: User, why: str = "MANUAL") -> None:
        """Take a pull request out; those behind it are tried anew. `why` is a reason of `pull_request.dequeued`."""
        entry = self._entry(pull)
        if entry is None:
            raise ValueError("not in the merge queue")
        behind = self.entries[self.entries.index(entry) + 1 :]
        self._drop(entry, _DEQUEUED, why, user)
        self._rebuild(behind)

    def invalidate(self) -> None:
        """Build every group anew, as after a push to the branch."""
        self._rebuild(list(self.entries))

    def process(self) -> list[str]:
        """Merge or drop from the front as the required checks say, until one is waited for.

        Answers what happened, oldest first: `merged #1`, `dropped #2: CI_FAILURE`.
        """
        done: list[str] = []
        with self.repository.world.lock:
            while self.entries:
                entry = self.entries[0]
                if entry.base_sha != self.repository.head(self.branch):
                    self.invalidate()
                    continue
                states = set(rulesets.lacking(self.repository, self.branch, entry.head_sha).values())
                if not states:
                    self.merge_first()
                    done.append(f"merged #{entry.pull.number}")
                elif why := self._failure(entry, states):
                    self.remove(entry.pull, self.bot(), why)
                    done.append(f"dropped #{entry.pull.number}: {why}")
                else:
                    break
        return done

    def merge_first(self) -> None:
        """Merge the first group whatever its checks say."""
        entry, bot = self.entries[0], self.bot()
        self.repository.update_branch(self.branch, entry.head_sha, bot)
        self._drop(entry, "merged", _MERGED, bot)
        entry.pull.finish_merge(entry.head_sha, bot)

    def bot(self) -> User:
        """The account that GitHub merges as."""
        world = self.repository.world
        if BOT not in world.users:
            world.add_user(BOT, "GitHub Merge Queue", "merge-queue@bots.example.com", "Bot")
        return world.users[BOT]

    def _failure(self, entry: Entry, states: set[str]) -> str | None:
        if "failing" in states:
            return "CI_FAILURE"
        rule = rulesets.queue_parameters(self.repository, self.branch) or {}
        minutes = rule.get("check_response_timeout_minutes", rulesets.RESPONSE_TIMEOUT_MINUTES)
        return "CI_TIMEOUT" if self.repository.world.now() - entry.asked_at > minutes * 60 else None

    def _entry(self, pull: Pull) -> Entry | None:
        return next((entry for entry in self.entries if entry.pull is pull), None)

    def _tip(self) -> str:
        return self.entries[-1].head_sha if self.entries else self.repository.head(self.branch)

    def _build(self, entry: Entry, base: str) -> None:
        """A commit on `base` and a branch for it; raises RuntimeError on a conflict."""
        pull = entry.pull
        rule = rulesets.queue_parameters(self.repository, self.branch) or {}
        squash = rule.get("merge_method") == "SQUASH"
        entry.head_sha, entry.base_sha = pull.merge_commit(base, pull.user, squash), base
        entry.branch = f"gh-readonly-queue/{self.branch}/pr-{pull.number}-{base}"
        entry.asked_at = self.repository.world.now()
        pull.queue = entry.branch

    def _announce(self, entry: Entry) -> None:
        self.repository.update_branch(entry.branch, entry.head_sha, self.bot())
        self._emit(entry, "checks_requested", {})

    def _drop(self, entry: Entry, reason: str, why: str, user: User) -> None:
        self.entries.remove(entry)
        self._destroy(entry, reason)
        entry.pull.queue = None
        entry.pull.emit("dequeued", user, {"reason": why})

    def _destroy(self, entry: Entry, reason: str) -> None:
        self._emit(entry, "destroyed", {"reason": reason})
        self.repository.update_branch(entry.branch, None, self.bot())

    def _rebuild(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._destroy(entry, "invalidated")
            self.entries.remove(entry)
        for entry in entries:
            try:
                self._build(entry, self._tip())
            except RuntimeError:
                entry.pull.queue = None
                entry.pull.emit("dequeued", self.bot(), {"reason": "MERGE_CONFLICT"})
            else:
                self.entries.append(entry)
                self._announce(entry)

    def _emit(self, entry: Entry, action: str, extra: Json) -> None:
        repository = self.repository
        if repository.world.ghes:
            return
        refs = (f"refs/heads/{entry.branch}", f"refs/heads/{self.branch}")
        group = merge_group_json(repository, entry.head_sha, entry.base_sha, *refs)
        payload = {**extra, "merge_group": group, "repository": repository_json(repository)}
        payload["sender"] = user_json(repository.world, self.bot())
        repository.world.emit(Event("merge_group", action, payload, repository))
