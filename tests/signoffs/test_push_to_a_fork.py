"""The last command of the block, for a branch that is in a fork: pasted into a shell, with real repositories."""

from pathlib import Path

import pytest

from checks.engine.block import push
from checks.model.snapshot import Listing
from tests.signoffs.test_repair_in_git import Branch

HOSTILE = "a'b;$(touch-pwned)`x`&c"


class Fork(Branch):
    """A clone without a remote, and the fork that its branch was pushed to."""

    def __init__(self, folder: Path, name: str) -> None:
        (folder / "clone").mkdir()
        super().__init__(folder / "clone")
        self.name, self.fork = name, str(folder / "the fork.git")
        self.git("init", "-q", "--bare", self.fork)
        self.commit("One")
        self.git("push", "-q", self.fork, f"HEAD:refs/heads/{name}")
        self.head = self.listing.head

    def command(self, rewritten: bool) -> str:
        return push(Listing("b" * 40, self.head, branch=self.name, fork=self.fork), rewritten)

    @property
    def pushed(self) -> str:
        return self.git("--git-dir", self.fork, "rev-parse", f"refs/heads/{self.name}").strip()


@pytest.mark.parametrize("name", ["topic", "feature/x", "-x", HOSTILE, "ünï"])
def test_a_rewritten_branch_goes_to_the_fork(tmp_path: Path, name: str) -> None:
    work = Fork(tmp_path, name)
    work.git("commit", "-q", "--amend", "--signoff", "--no-edit")
    work.paste((work.command(rewritten=True),))
    assert work.pushed == work.listing.head != work.head
    assert not list(tmp_path.rglob("touch-pwned"))


def test_work_that_somebody_else_haspushed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    work = Fork(tmp_path, "topic")
    command = work.command(rewritten=True)
    work.commit("Two")
    work.git("push", "-q", work.fork, "HEAD:refs/heads/topic")
    theirs = work.pushed
    work.git("commit", "-q", "--amend", "--signoff", "--no-edit")
    with pytest.raises(AssertionError, match="stale info"):
        work.paste((command,))
    assert work.pushed == theirs


def test_a_further_commit_goes_there_without_force(tmp_path: Path) -> None:
    work = Fork(tmp_path, "topic")
    work.commit("Two")
    assert "force" not in work.command(rewritten=False)
    work.paste((work.command(rewritten=False),))
    assert work.pushed == work.listing.head


@pytest.mark.parametrize(
    ("branch", "fork"),
    [(None, None), ("topic", None), (None, "https://git.example/x"), ("a\u202eb", "https://git.example/x")],
)
def test_what_is_not_known_or_not_visible_is_left_to_git(branch: str | None, fork: str | None) -> None:
    listing = Listing("b" * 40, "a" * 40, branch=branch, fork=fork)
    assert (push(listing, True), push(listing, False)) == ("git push --force-with-lease", "git push")
