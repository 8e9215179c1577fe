"""Names of packages, both ways; fields of hostile JSON; the addresses of repositories."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.exchange import Request, silence
from checks.facts.fields import count, day, moment, number, text, texts
from checks.facts.names import name_of, plausible, purl_of, repository_of
from checks.model.facts import Want
from tests.facts.conversation import at


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:npm/%40angular/core", "@angular/core"),
        ("pkg:npm/left-pad", "left-pad"),
        ("pkg:maven/org.example/lib", "org.example:lib"),
        ("pkg:golang/github.com/Masterminds/goutils", "github.com/Masterminds/goutils"),
        ("pkg:composer/symfony/console", "symfony/console"),
        ("pkg:swift/github.com/apple/swift-nio", "github.com/apple/swift-nio"),
        ("pkg:github/actions/checkout", "actions/checkout"),
        ("pkg:cargo/serde", "serde"),
        ("pkg:nuget/Newtonsoft.Json", "Newtonsoft.Json"),
    ],
)
def test_a_purl_and_its_name_in_the_ecosystem(purl: str, name: str) -> None:
    assert name_of(purl) == name
    assert purl_of(purl[4:].partition("/")[0], name) == purl


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:npm/a?repository_url=https://registry.example",
        "pkg:golang/example.com/mod#sub",
        "pkg:cargo/space/serde",
        "pkg:maven/lib",
        "pkg:npm/%40scope/..",
        "pkg:npm/a%0Ab",
        "pkg:npm/a%20b",
        "pkg:npm/%E2%80%AEa",
        "left-pad",
        "",
    ],
)
def test_what_no_public_source_has_by_name(purl: str) -> None:
    assert name_of(purl) is None


@pytest.mark.parametrize("name", ["", "a/", "/a", "../a", "a b", "a\n", "x" * 301])
def test_what_is_no_name(name: str) -> None:
    assert purl_of("npm", name) is None


_WORD = st.text(alphabet="abcXYZ09._-@", min_size=1, max_size=6).filter(lambda word: plausible(word))


@given(st.sampled_from(["npm", "golang", "composer", "github"]), st.lists(_WORD, min_size=2, max_size=3))
def test_names_come_back_from_their_purl(type_: str, parts: list[str]) -> None:
    name = "/".join(parts)
    purl = purl_of(type_, name)
    assert purl is not None
    back = name_of(purl)
    assert back is not None
    assert back.lower() == name.lower()
    assert purl_of(type_, back) == purl


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/Example/Lib", "github.com/example/lib"),
        ("git+https://github.com/example/lib.git", "github.com/example/lib"),
        ("git@github.com:example/lib.git", "github.com/example/lib"),
        ("ssh://git@github.com/example/lib", "github.com/example/lib"),
        ("git://github.com/example/lib.git#main", "github.com/example/lib"),
        ("https://www.github.com/example/lib/tree/main/packages/x", "github.com/example/lib"),
        ("https://user:secret@github.com/example/lib", "github.com/example/lib"),
        ("github:example/lib", "github.com/example/lib"),
        ("example/lib", "github.com/example/lib"),
        ("https://github.com/example", None),
        ("https://github.com/example/..", None),
        ("https://github.com.evil.example/example/lib", None),
        ("https://evil.example/github.com/example/lib", None),
        ("https://gitlab.com/example/lib", None),
        ("a/b/c", None),
        (7, None),
        (None, None),
    ],
)
def test_repositories(address: object, repository: str | None) -> None:
    assert repository_of(address) == repository


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-02T03:04:05Z", at("2026-01-02T03:04:05")),
        ("2026-01-02T03:04:05.123456789Z", at("2026-01-02T03:04:05.123456")),
        ("2026-01-02T03:04:05.1+02:00", at("2026-01-02T01:04:05.1")),
        ("2026-01-02 03:04:05 Z", at("2026-01-02T03:04:05")),
        ("2026-01-02T03:04:05", at("2026-01-02T03:04:05")),
        ("2026-01-02", at("2026-01-02")),
        ("1900-01-01T00:00:00+00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-W01-1", None),
        ("20260102", None),
        ("yesterday", None),
        ("2026-01-02T03:04:05Z" * 100, None),
        (1767322800, None),
        (None, None),
    ],
)
def test_times(written: object, read: datetime | None) -> None:
    assert moment(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("2026-01-02", date(2026, 1, 2)), ("2026-01-02T03:04:05Z", date(2026, 1, 2)), ("2026-13-02", None), (True, None)],
)
def test_days(written: object, read: date | None) -> None:
    assert day(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (3, 3.0),
        ("0.25", 0.25),
        (True, None),
        ("nan", None),
        (float("inf"), None),
        (10**400, None),
        ([], None),
        ("x", None),
    ],
)
def test_numbers(written: object, read: float | None) -> None:
    assert number(written) == read


def test_counts_and_texts() -> None:
    assert [count(value) for value in (0, 3, -1, True, 2**60, "3")] == [0, 3, None, None, None, None]
    assert [text(value) for value in (" a ", "", " ", None, 7, ["a"])] == ["a", None, None, None, None, None]
    assert text("a" * 5_000) == "a" * 2_000
    assert texts(["a", 7, None, "", "b"]) == ("a", "b")
    assert (texts("a"), texts({"a": 1}), texts(None)) == (("a",), (), ())


def test_a_source_that_could_not_answer_leaves_a_gap_about_what_was_asked() -> None:
    request = Request("path", (("pkg:npm/a", "1"), ("pkg:npm/b", None)), Want.LICENSE | Want.RELEASES)
    facts = silence(request, "deps.dev", "it did not answer in time", at("2026-11-20T10:00"))
    (gap,) = facts.version("pkg:npm/a", "1").silent(Want.LICENSE)
    assert (gap.source, gap.reason, gap.retry_at) == ("deps.dev", "it did not answer in time", at("2026-11-20T10:00"))
    assert not facts.version("pkg:npm/a", "1").silent(Want.PUBLISHED)
    assert facts.package("pkg:npm/b").silent(Want.RELEASES)
    assert not facts.package("pkg:npm/b").silent(Want.HEALTH)
    assert facts.sources[0].trouble == "it did not answer in time"
