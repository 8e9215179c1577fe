"""Which lines a change adds: out of GitHub's patches and out of `git diff`."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from checks.model.patch import added_lines, every_line, files_of
from checks.model.snapshot import AddedLine

PATCH = """\
@@ -1,3 +1,4 @@ def load():
 import torch
-model = None
+model = load("a")
+other = load("b")
 print(model)
@@ -10 +11,2 @@
+last = 1
 end
\\ No newline at end of file"""


def numbered(patch: str) -> list[tuple[int, str]]:
    return [(line.line, line.text) for line in added_lines(patch)]


def test_added_lines_have_the_numbers_of_the_head() -> None:
    assert numbered(PATCH) == [(2, 'model = load("a")'), (3, 'other = load("b")'), (11, "last = 1")]


def test_the_line_end_of_windows_is_no_part_of_the_line() -> None:
    assert numbered("@@ -0,0 +1 @@\n+text\r") == [(1, "text")]


def test_a_line_that_looks_like_a_header_is_a_line() -> None:
    assert numbered("@@ -0,0 +1,2 @@\n+++ b/evil\n+@@ -1 +1 @@") == [(1, "++ b/evil"), (2, "@@ -1 +1 @@")]


def test_a_patch_that_is_cut_off_gives_what_is_there() -> None:
    assert numbered("@@ -0,0 +1,5 @@\n+one") == [(1, "one")]


@given(st.text(alphabet="@-+ ,0123456789ab\\\n", max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    added_lines(text)
    files_of(text)


def test_a_whole_file_is_all_of_its_lines() -> None:
    assert every_line("one\ntwo\n") == (AddedLine(1, "one"), AddedLine(2, "two"))
    assert every_line(None) is None


LINES = st.lists(st.sampled_from(["a", "b", "@@ -1 +1 @@", "+++ other", "--- other", "", "\\ x"]), max_size=12)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_git_and_the_reader_agree_on_what_is_added(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    @given(LINES, LINES)
    def agree(before: list[str], after: list[str]) -> None:
        (tmp_path / "old").mkdir(exist_ok=True)
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "old" / "file").write_text("".join(f"{line}\n" for line in before))
        (tmp_path / "new" / "file").write_text("".join(f"{line}\n" for line in after))
        done = subprocess.run(
            ["git", "diff", "--no-index", "-U0", "--no-prefix", "old/file", "new/file"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        added: Mapping[str, tuple[AddedLine, ...]] = files_of(done.stdout)
        found = added.get("new/file", ())
        assert [after[line.line - 1] for line in found] == [line.text for line in found]
        left = len(after) - len(found)
        assert left == len(before) - done.stdout.count("\n-") + done.stdout.count("\n--- old/file")

    agree()
