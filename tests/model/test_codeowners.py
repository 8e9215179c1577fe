"""CODEOWNERS by GitHub's rules: the last line that matches counts, and a hostile file costs no time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.codeowners import MAX_BYTES, MAX_RULES, parse

#: The kinds of lines that GitHub's documentation shows.
FILE = b"""\
# everything that nobody else owns
*       @global-owner1 @global-owner2
*.js    @js-owner # an owner of files by their ending
*.go    docs@example.com
/build/logs/ @doctocat
docs/*  @writers
apps/   @octocat
/docs/  @doctocat
/scripts/ @doctocat @octocat
**/logs @log-team
/apps/  @apps
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("package-lock.json", ("@global-owner1", "@global-owner2")),
        ("src/deep/a.js", ("@js-owner",)),
        ("go.go", ("docs@example.com",)),
        ("build/logs/x/y", ("@log-team",)),
        ("docs/getting-started.md", ("@doctocat",)),
        ("docs/deep/x.md", ("@doctocat",)),
        ("other/apps/x/y.txt", ("@octocat",)),
        ("scripts/run.sh", ("@doctocat", "@octocat")),
        ("deeply/nested/logs", ("@log-team",)),
        ("apps/web/uv.lock", ("@apps",)),
        ("apps/github/uv.lock", ()),
        ("apps/githubber/uv.lock", ("@apps",)),
    ],
)
def test_the_last_line_that_matches_counts(path: str, owners: tuple[str, ...]) -> None:
    assert parse(FILE).owners(path) == owners


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/deep/a.md", False),
        ("docs/*", "x/docs/a.md", False),
        ("docs/**", "docs/deep/a.md", True),
        ("docs/**", "docs", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("a/**/b", "x/a/b", False),
        ("lib", "x/lib/y", True),
        ("lib", "x/lib", True),
        ("lib/", "x/lib", False),
        ("/lib", "x/lib", False),
        ("*", "a/b/c", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("*.lock", "a/uv.lock", True),
        ("*.lock", "a/uv.lock.txt", False),
        ("package?lock.json", "package-lock.json", True),
        ("package?lock.json", "package/lock.json", False),
        ("a.b", "axb", False),
        (r"with\ blank/", "with blank/x", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("Lib", "lib", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert parse(f"{pattern} @a".encode()).owners(path) == (("@a",) if matches else ())


@pytest.mark.parametrize(
    "line", ["[abc] @a", "!x @a", r"\#x @a", "* nobody", "* @", "* @a/b/c", "* a@b", "/ @a", "* @a @-b"]
)
def test_what_github_skips_is_skipped_and_told(line: str) -> None:
    found = parse(f"* @first\n{line}\n".encode())
    assert found.owners("x") == ("@first",)
    assert [number for number, _ in found.faults] == [2]


@pytest.mark.parametrize("data", [b"", b"\n\n# nothing\n", b"\xff\xfe\x00", b"\xef\xbb\xbf"])
def test_a_file_that_says_nothing(data: bytes) -> None:
    assert parse(data).owners("x") == ()


def test_a_byte_order_mark_is_no_part_of_the_first_pattern() -> None:
    assert parse(b"\xef\xbb\xbf/x @a").owners("x") == ("@a",)


@pytest.mark.parametrize("data", [b"*" * (MAX_BYTES + 1), b"a @b\n" * (MAX_RULES + 1)])
def test_a_file_that_is_too_large_names_nobody_and_says_so(data: bytes) -> None:
    found = parse(data)
    assert (found.rules, len(found.faults)) == ((), 1)


def test_stars_that_would_take_a_backtracking_matcher_for_ever() -> None:
    found = parse(b"*a*a*a*a*a*a*a*a*a*a*b @a\n" + b"/".join([b"**", b"*a*"] * 30) + b"/b @a\n")
    assert found.owners("/".join(["a" * 100] * 40)) == ()


@given(st.binary(max_size=300), st.text(max_size=60))
def test_anything_is_read(data: bytes, path: str) -> None:
    parse(data).owners(path)
