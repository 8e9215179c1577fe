"""How many lines a change of a checkout has, counted by git as GitHub counts them."""

import asyncio
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policies
from app.sources.checkout import GitSource
from app.sources.git import Repository
from app.sources.line_counts import counted
from checks.agreements.needed import is_trivial, wants_lines
from checks.agreements.terms import Trivial
from checks.model.facts import Facts
from checks.model.snapshot import Listing
from checks.policy.files import PolicyFiles
from tests.agreements.examples import section

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
}  # fmt: skip
NOW = datetime(2026, 11, 20, tzinfo=UTC)
POEM = "".join(f"line {number}\n" for number in range(20))


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **IDENTITY}, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    for name, text in {"poem.txt": POEM, "other.txt": POEM, "gone.txt": "a\nb\n", "run.sh": "true\n"}.items():
        (tmp_path / name).write_text(text)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    return tmp_path


def committed(folder: Path) -> tuple[GitSource, Listing]:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Change")
    source = GitSource(Repository(folder), git(folder, "rev-parse", "HEAD"), git(folder, "rev-parse", "HEAD~"))
    return source, asyncio.run(source.listing())


def lines(folder: Path) -> dict[str, int | None]:
    source, listing = committed(folder)
    assert {file.changed_lines for file in listing.files} == {None}, "nobody counts who is not asked"
    return {file.path: file.changed_lines for file in counted(source, listing).files}


def test_text_counts_and_what_is_none_does_not(repo: Path) -> None:
    (repo / "poem.txt").write_text(POEM.replace("line 3\n", "line three\n"))
    (repo / "new.txt").write_text("one\ntwo")
    (repo / "gone.txt").unlink()
    (repo / "empty.txt").write_text("")
    (repo / "picture.png").write_bytes(b"\x89PNG\0\0\1")
    (repo / "run.sh").chmod(0o755)
    (repo / "link").symlink_to("poem.txt")
    assert lines(repo) == {
        "poem.txt": 2, "new.txt": 2, "gone.txt": 2, "empty.txt": None, "picture.png": None, "run.sh": None, "link": 1,
    }  # fmt: skip


def test_a_moved_file_counts_with_what_changed_in_it(repo: Path) -> None:
    git(repo, "mv", "poem.txt", "moved.txt")
    git(repo, "mv", "other.txt", "other two.txt")
    (repo / "moved.txt").write_text(POEM + "the end\n")
    assert lines(repo) == {"moved.txt": 1, "other two.txt": None}


def test_a_submodule_may_bring_anything(repo: Path) -> None:
    sha = git(repo, "rev-parse", "HEAD")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{sha},vendor/lib")
    git(repo, "commit", "-qm", "Change")
    source = GitSource(Repository(repo), git(repo, "rev-parse", "HEAD"), sha)
    (file,) = counted(source, asyncio.run(source.listing())).files
    assert (file.path, file.changed_lines) == ("vendor/lib", None)


def test_names_that_look_like_something_else(repo: Path) -> None:
    names = [":100644 a", "1\t1\tx", "-\t-\ty", "line\nend", "\N{GREEK SMALL LETTER ALPHA}", "{a => b}", "HEAD", "--"]
    for name in names:
        (repo / name).write_text("one\ntwo\n")
    raw = os.fsencode(repo) + b"/bytes-\xff"
    Path(os.fsdecode(raw)).write_text("one\n")
    assert lines(repo) == {**dict.fromkeys(names, 2), "bytes-\udcff": 1}


def test_the_change_does_not_say_itself_what_is_text(repo: Path) -> None:
    (repo / ".gitattributes").write_text("*.bin diff\n*.txt -diff\n")
    (repo / "blob.bin").write_bytes(b"\0\1" * 100)
    (repo / "large.txt").write_text("x" * (1024 * 1024 + 1))
    (repo / "new.txt").write_text("one\n")
    assert lines(repo) == {".gitattributes": 2, "blob.bin": None, "large.txt": None, "new.txt": 1}


def test_it_counts_in_a_linked_checkout(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    there = tmp_path_factory.mktemp("linked") / "tree"
    git(repo, "worktree", "add", "-q", str(there))
    (there / "new.txt").write_text("one\n")
    assert lines(there) == {"new.txt": 1}


def test_lines_are_counted_only_where_they_decide(repo: Path) -> None:
    (repo / "new.txt").write_text("one\ntwo\n")
    source, listing = committed(repo)

    def counts(policy: str, only: frozenset[str] | None = None) -> int:
        asked: list[Listing] = []

        def count(given: Listing) -> Listing:
            asked.append(given)
            return counted(source, given)

        place = PolicyPlace(given=load_policies(PolicyFiles(policy.encode(), "policy.yaml")))
        chain = FactChain(Facts(), ())
        asyncio.run(Gate(place, chain, lambda: NOW, only=only, count=count).judge(source))
        return len(asked)

    document = "documents: [{name: CLA, version: 1, text: cla.md}]"
    assert counts("version: 1\nsignoff: {}\n") == 0
    assert counts(f"version: 1\nagreements: {{{document}}}\n") == 0
    assert counts(f"version: 1\nagreements: {{{document}, trivial: {{files: 5}}}}\n") == 0
    trivial = f"version: 1\nagreements: {{{document}, trivial: {{lines: 3}}}}\n"
    assert counts(trivial) == 1
    assert counts(trivial, frozenset({"signoff"})) == 0
    assert counts(trivial.replace("lines: 3", "lines: 1")) == 0, "one file has at least one line"
    done = counted(source, listing)
    assert is_trivial(done, Trivial(lines=3))
    assert not is_trivial(done, Trivial(lines=2))
    assert not is_trivial(listing, Trivial(lines=3))


def test_a_change_that_could_not_be_listed_is_not_counted(repo: Path) -> None:
    (repo / "new.txt").write_text("one\n")
    _, listing = committed(repo)
    asked = section("documents: [{name: CLA, version: 1, text: a}]\ntrivial: {lines: 9}")
    assert wants_lines(listing, asked)
    assert not wants_lines(replace(listing, commits=()), asked)
    assert not wants_lines(replace(listing, merge_queue=True), asked)
    few = section("documents: [{name: CLA, version: 1, text: a}]\ntrivial: {files: 1, lines: 9}")
    assert not wants_lines(listing, few)
