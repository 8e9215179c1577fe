"""Where a change begins and which commits it has, in histories of every shape: git's own words are right."""

import asyncio
import random
import subprocess
from pathlib import Path

import pytest

from app.sources.checkout import GitSource
from app.sources.git import Repository
from checks.model.errors import SourceError

COMMITS = 40


def git(folder: Path, *words: str, data: bytes | None = None) -> list[str]:
    done = subprocess.run(["git", *words], cwd=folder, input=data, capture_output=True, check=False)
    return done.stdout.decode().split()


def history(folder: Path, seed: int) -> list[str]:
    """Commits with zero to three earlier ones as parents, and times that may run backwards."""
    choose = random.Random(seed)
    stream = b""
    for mark in range(1, COMMITS + 1):
        parents = choose.sample(range(max(1, mark - 6), mark), min(mark - 1, choose.choice([0, 1, 1, 1, 1, 2, 2, 3])))
        who = f"Ada <ada@example.com> {1_700_000_000 + choose.randrange(90)} +0000"
        stream += f"commit refs/heads/c{mark}\nmark :{mark}\nauthor {who}\ncommitter {who}\ndata 4\nSay\n\n".encode()
        # Without `from` the branch begins anew.
        stream += b"".join(
            f"{'merge' if position else 'from'} :{parent}\n".encode() for position, parent in enumerate(parents)
        )
    git(folder, "init", "-q")
    git(folder, "fast-import", "--quiet", data=stream)
    return git(folder, "rev-parse", *(f"c{mark}" for mark in range(1, COMMITS + 1)))


@pytest.mark.parametrize("seed", range(4))
def test_it_begins_at_the_merge_base_and_has_what_the_base_does_not_have(seed: int, tmp_path: Path) -> None:
    commits = history(tmp_path, seed)
    choose, shapes = random.Random(seed), set()
    for _ in range(25):
        base, head = choose.sample(commits, 2)
        found = git(tmp_path, "merge-base", base, head)
        if not found:
            shapes.add("unrelated")
            with pytest.raises(SourceError, match="common ancestor"):
                GitSource(Repository(tmp_path), head, base)
            continue
        source = GitSource(Repository(tmp_path), head, base)
        listing = asyncio.run(source.listing())
        wanted = git(tmp_path, "rev-list", f"{base}..{head}")
        shapes.add("merged" if any(len(commit.parents) > 1 for commit in listing.commits) else "plain")
        assert source.base == found[0]
        assert sorted(commit.sha for commit in listing.commits) == sorted(wanted)
    assert {"merged", "plain"} <= shapes
