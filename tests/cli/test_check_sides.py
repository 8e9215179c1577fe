"""Which two sides `check` compares, and what it says when it cannot."""

import os
from pathlib import Path

import pytest

from tests.cli.checkout import CLEAN, COPYLEFT, POLICY, Checkout, change, lock
from tests.cli.conftest import Run

BASE = {"policy.yaml": POLICY, **CLEAN}


@pytest.fixture
def topic(tmp_path: Path) -> Checkout:
    """A branch that brings a copyleft package."""
    return change(tmp_path / "web", BASE, dict(COPYLEFT))


def _report(run: Run, folder: Path, *arguments: str) -> dict[str, object]:
    done = run(folder, "check", "--format", "json", *arguments)
    assert done.err == ""
    return done.json


def test_the_base_is_the_local_main_where_there_is_no_remote(run: Run, topic: Checkout) -> None:
    report = _report(run, topic.path)
    assert report["base"] == topic.git("rev-parse", "main")
    assert (report["head"], report["conclusion"]) == (topic.head, "blocked")


def test_the_base_is_the_default_branch_of_the_remote(run: Run, tmp_path: Path) -> None:
    origin = Checkout(tmp_path / "origin", BASE)
    origin.git("branch", "-m", "trunk")
    clone = origin.clone(tmp_path / "clone")
    clone.branch("topic")
    clone.commit(dict(COPYLEFT))
    assert _report(run, clone.path)["base"] == origin.head


def test_a_local_main_that_lags_behind_the_remote_does_not_count(run: Run, tmp_path: Path) -> None:
    origin = Checkout(tmp_path / "origin", BASE)
    clone = origin.clone(tmp_path / "clone")
    newer = origin.commit({"readme.txt": "more"})
    clone.git("fetch", "-q")
    clone.branch("topic", "origin/main")
    clone.commit(dict(COPYLEFT))
    assert _report(run, clone.path)["base"] == newer


def test_base_and_head_by_name_tag_and_short_id(run: Run, topic: Checkout) -> None:
    topic.git("tag", "-a", "v1", "-m", "v1", "main")
    topic.git("checkout", "-q", "main")
    for base, head in (("main", "topic"), ("v1", "topic"), ("topic~1", topic.git("rev-parse", "--short", "topic"))):
        report = _report(run, topic.path, f"--base={base}", "--head", head)
        assert (report["base"], report["conclusion"]) == (topic.git("rev-parse", "main"), "blocked")


def test_base_equal_to_head_is_nothing_to_check(run: Run, topic: Checkout) -> None:
    done = run(topic.path, "check", "--base", "HEAD", "--format", "json")
    assert (done.code, done.conclusion) == (0, "nothing-to-check")
    assert run(topic.path, "check", "--base", "HEAD").out.startswith("✓ Nothing to check\n")


def test_a_base_that_moved_on_does_not_blame_the_branch(run: Run, topic: Checkout) -> None:
    """What main gained after the branch began is no change of the branch."""
    begin = topic.git("rev-parse", "main")
    topic.git("checkout", "-q", "main")
    topic.commit({"package-lock.json": lock(tiny="MIT", worse="AGPL-3.0-only")}, signed=False)
    topic.git("checkout", "-q", "topic")
    report = _report(run, topic.path)
    assert report["base"] == begin
    assert [finding["subject"]["name"] for finding in report["findings"]] == ["glyph-core"]  # type: ignore[attr-defined]


def test_merge_commits_are_not_asked_for_a_sign_off_and_hide_nothing(run: Run, topic: Checkout) -> None:
    topic.git("checkout", "-q", "main")
    topic.commit({"readme.txt": "more"})
    topic.git("checkout", "-q", "topic")
    topic.git("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    report = _report(run, topic.path)
    assert report["base"] == topic.git("rev-parse", "main")
    assert [finding["rule"] for finding in report["findings"]] == ["license-not-allowed"]  # type: ignore[attr-defined]


def test_a_detached_head(run: Run, topic: Checkout) -> None:
    topic.git("checkout", "-q", "--detach")
    assert _report(run, topic.path)["conclusion"] == "blocked"


def test_a_folder_below_the_top_judges_the_whole_change(run: Run, topic: Checkout) -> None:
    topic.write({"deep/down/readme.txt": "x"})
    assert _report(run, topic.path / "deep" / "down")["conclusion"] == "blocked"
    assert _report(run, topic.path.parent, "web/deep")["conclusion"] == "blocked"


def test_a_worktree(run: Run, topic: Checkout, tmp_path: Path) -> None:
    topic.git("checkout", "-q", "main")
    topic.git("worktree", "add", "-q", str(tmp_path / "tree"), "topic")
    report = _report(run, tmp_path / "tree")
    assert report["conclusion"] == "blocked"


def test_a_submodule_is_its_own_repository(run: Run, topic: Checkout, tmp_path: Path) -> None:
    outer = Checkout(tmp_path / "outer", {"readme.txt": "x"})
    outer.git("submodule", "add", "-q", "-b", "topic", f"file://{topic.path}", "inner")
    outer.branch("update")
    outer.commit({}, "Add inner")
    assert _report(run, outer.path / "inner", "--base=origin/main", "--head=origin/topic")["conclusion"] == "blocked"
    done = run(outer.path, "check", "--format", "json")
    assert done.code == 0, "what a submodule holds is judged where it lives"


def test_a_shallow_clone_without_the_merge_base(run: Run, topic: Checkout, tmp_path: Path) -> None:
    shallow = topic.clone(tmp_path / "shallow", "--depth=1", "--no-single-branch", "--branch=topic")
    done = run(shallow.path, "check", "--base=origin/main")
    assert done.code == 2
    assert "common ancestor" in done.err
    assert "git fetch --unshallow" in done.err


def test_a_shallow_clone_that_would_hide_unsigned_commits(run: Run, tmp_path: Path) -> None:
    """The merge base is there, through a merge of main, and the first commits of the branch are not."""
    origin = change(tmp_path / "origin", BASE, {"one.txt": "1"}, signed=False)
    origin.commit({"two.txt": "2"})
    origin.git("checkout", "-q", "main")
    origin.commit({"three.txt": "3"})
    origin.git("checkout", "-q", "topic")
    origin.git("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    shallow = origin.clone(tmp_path / "shallow", "--depth=2", "--no-single-branch", "--branch=topic")
    assert run(origin.path, "check", "--format=json").conclusion == "blocked"
    done = run(shallow.path, "check", "--base=origin/main")
    assert done.code == 2
    assert "the clone is shallow" in done.err


def test_a_shallow_clone_with_the_whole_change(run: Run, topic: Checkout, tmp_path: Path) -> None:
    topic.git("checkout", "-q", "main")
    for number in range(3):
        topic.commit({"readme.txt": str(number)})
    topic.branch("late")
    topic.commit(dict(COPYLEFT))
    shallow = topic.clone(tmp_path / "shallow", "--depth=2", "--no-single-branch", "--branch=late")
    assert _report(run, shallow.path, "--base=origin/main")["conclusion"] == "blocked"


def test_no_git_repository(run: Run, tmp_path: Path) -> None:
    done = run(tmp_path, "check")
    assert done.code == 2
    assert "is not inside a git checkout" in done.err
    assert "--all" in done.err


def test_a_repository_without_commits(run: Run, tmp_path: Path) -> None:
    empty = Checkout(tmp_path / "web")
    done = run(empty.path, "check")
    assert (done.code, done.err.splitlines()[0]) == (2, "ospo-gate: this repository has no commits yet")
    empty.write(COPYLEFT)
    assert run(empty.path, "check", "--all", "--format=json").conclusion == "would-block", "the folder as it stands"


def test_unrelated_histories(run: Run, topic: Checkout) -> None:
    topic.git("checkout", "-q", "--orphan", "other")
    topic.commit({"readme.txt": "x"})
    done = run(topic.path, "check")
    assert done.code == 2
    assert "common ancestor" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--base=nowhere"], "--base: this checkout has no commit 'nowhere'"),
        (["--head=nowhere"], "--head: this checkout has no commit 'nowhere'"),
        (["--base=HEAD:policy.yaml"], "has no commit"),
        (["--base=--upload-pack=x"], "has no commit"),
        (["--base=a\nb"], "has no commit"),
        (["--base=main", "--all"], "--all judges everything as it stands"),
        (["nowhere"], "there is no such folder: nowhere"),
        (["nowhere", "--all"], "there is no such folder: nowhere"),
        (["x" * 5000], "there is no such folder"),
        (["--only="], "--only: no check is named"),
        (["--only=licences"], "--only: there is no check 'licences'"),
        (["--property=x"], "--property: expected NAME=VALUE"),
        (["--policy=nowhere.yaml"], "--policy: there is no such file: nowhere.yaml"),
        (["--policy=."], "--policy: . cannot be read: Is a directory"),
        (["--also=sarif"], "--also: expected FORMAT=FILE"),
        (["--also=xml=a"], "--also: expected FORMAT=FILE"),
        (["--also=sarif=nowhere/a"], "there is no folder to write nowhere/a into"),
        (["--output=."], ". is a folder"),
        (["--output=nowhere/report"], "there is no folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line_with_exit_2(
    run: Run, topic: Checkout, arguments: list[str], words: str
) -> None:
    done = run(topic.path, "check", *arguments)
    assert done.code == 2
    assert words in done.err.splitlines()[0]
    assert len(done.err.splitlines()) <= 3
    assert done.out == ""


def test_nothing_to_compare_with(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    checkout.git("branch", "-m", "trunk")
    done = run(checkout.path, "check")
    assert done.code == 2
    assert "no origin/HEAD, main or master" in done.err
    assert "--base REV" in done.err


def test_a_checkout_of_another_user_says_what_git_wants(
    run: Run, topic: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    done = run(topic.path, "check", "--all")
    assert done.code == 2
    assert "git config --global --add safe.directory" in done.err


def test_git_is_not_installed(run: Run, topic: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run(topic.path, "check")
    assert (done.code, done.err.splitlines()[0]) == (2, "ospo-gate: git is not installed")


def test_a_lock_file_in_a_folder_with_a_line_end_in_its_name(run: Run, tmp_path: Path) -> None:
    """git's batch protocol is made of lines, and a name that it cannot carry must not hide what it holds."""
    checkout = change(tmp_path / "web", BASE, {"a\nb/package-lock.json": COPYLEFT["package-lock.json"]})
    report = _report(run, checkout.path)
    assert report["conclusion"] == "blocked"
    assert report["findings"][0]["path"] == "a\nb/package-lock.json"  # type: ignore[index]


def test_a_lock_file_whose_name_is_not_utf_8(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    checkout.branch("topic")
    folder = os.fsencode(checkout.path) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/package-lock.json", "w") as file:
        file.write(COPYLEFT["package-lock.json"])
    checkout.commit({})
    assert _report(run, checkout.path)["conclusion"] == "blocked"
    for format_ in ("text", "sarif", "markdown", "workflow"):
        assert run(checkout.path, "check", "--format", format_).code == 1


def test_an_edited_manifest_that_is_not_committed_is_spoken_of(run: Run, topic: Checkout) -> None:
    topic.git("checkout", "-q", "main")
    topic.write({**COPYLEFT, "readme.txt": "not a manifest"})
    done = run(topic.path, "check")
    assert (done.code, done.err) == (0, "Not judged, because not committed: package-lock.json.\n")
    assert run(topic.path, "check", "--format=json").err == ""
    assert run(topic.path, "check", "--head=HEAD").err == ""


def test_a_touched_manifest_is_not_an_edited_one(run: Run, topic: Checkout) -> None:
    os.utime(topic.path / "package-lock.json", (1, 1))
    assert run(topic.path, "check").err == ""
