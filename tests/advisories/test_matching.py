"""Whether a version is affected, told in examples of the OSV schema's algorithm and of each ecosystem's order."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from checks.advisories.matching import affects, common_fix, fixed_versions
from checks.advisories.osv import read_record
from checks.model.advisory import Advisory
from checks.model.versions import compare
from tests.advisories.records import advisory, document, fixed, introduced, last_affected, limit

THING = "pkg:npm/thing"


@pytest.mark.parametrize(
    ("events", "affected", "others"),
    [
        ([introduced(), fixed("1.4.0")], "0.0.1 1.3.9 1.4.0-rc.1", "1.4.0 1.4.1 2.0.0"),
        ([introduced("1.2.0"), fixed("1.4.0")], "1.2.0 1.3.0", "1.1.9 1.2.0-beta 1.4.0"),
        ([introduced("1.2.0"), last_affected("1.4.0")], "1.2.0 1.4.0", "1.1.0 1.4.1"),
        ([introduced("1.2.0"), last_affected("1.2.0")], "1.2.0", "1.1.9 1.2.1"),
        ([introduced()], "0.0.0 9.9.9", ""),
        ([introduced("1.0.0"), fixed("1.5.0"), introduced("2.0.0"), fixed("2.3.0")], "1.0.0 2.2.9", "0.9.0 1.5.0"),
        ([fixed("2.3.0"), introduced("2.0.0"), fixed("1.5.0"), introduced("1.0.0")], "1.4.9 2.0.0", "1.9.9 2.3.0"),
        ([introduced("1.0.0"), fixed("2.0.0"), introduced("2.0.0"), fixed("3.0.0")], "1.5.0 2.0.0 2.5.0", "3.0.0"),
        ([introduced("1.0.0"), fixed("1.0.0")], "", "0.9.0 1.0.0 1.1.0"),
        ([introduced("1.0.0"), limit("2.0.0")], "1.0.0 1.9.9", "2.0.0 3.0.0"),
        ([introduced("1.0.0"), limit("*")], "1.0.0 99.0.0", "0.9.0"),
        ([introduced("1.0.0"), limit("2.0.0"), limit("3.0.0")], "2.5.0", "3.0.0"),
        ([fixed("1.0.0")], "0.9.0", "1.0.0"),  # the schema wants a beginning; before a fix is affected
    ],
)  # fmt: skip
def test_events(events: list[dict[str, str]], affected: str, others: str) -> None:
    record = advisory(*events)
    assert {version: affects(record, THING, version) for version in affected.split()} == dict.fromkeys(
        affected.split(), True
    )
    assert {version: affects(record, THING, version) for version in others.split()} == dict.fromkeys(
        others.split(), False
    )


#: Ecosystem, name, purl, a range, versions in it, versions outside.
ORDERS = """
PyPI       Thing             pkg:pypi/thing          0          1.10             1.9 1.10rc1 1.9.post1 | 1.10.0 2!0
Maven      a:b               pkg:maven/a/b           2.0-beta9  2.15.0           2.0-rc1 2.14.1 | 2.0-beta8 2.15.0
Go         stdlib            pkg:golang/stdlib       1.21.0-0   1.21.9           1.21rc2 go1.21 1.21.8 | 1.20.14 1.21.9
Go         a.example/m       pkg:golang/a.example/m  0          1.2.3            v1.2.2 | v1.2.3 v2.0.0+incompatible
RubyGems   rack              pkg:gem/rack            2.0.0.rc1  2.0.9.1          2.0.0.rc2 2.0.9 | 2.0.0.alpha 2.0.9.1
NuGet      Thing             pkg:nuget/THING         0          1.0.0.1          1.0 1.0.0.0 | 1.0.0.1
Packagist  a/b               pkg:composer/a/b        5.0.0      5.4.20           v5.4.19 5.0.0 | v4.4.0 v5.4.20
crates.io  time              pkg:cargo/time          0.0.0-0    0.2.23           0.1.43 0.2.0-alpha | 0.2.23
CRAN       readxl            pkg:cran/readxl         0.1.0      1.1.0            0.1.0 1.0.0 | 1.1.0
"""


@pytest.mark.parametrize("line", ORDERS.strip().splitlines())
def test_each_ecosystem_has_its_own_order(line: str) -> None:
    ecosystem, name, purl, start, end, *versions = line.split()
    record = advisory(introduced(start), fixed(end), ecosystem=ecosystem, name=name)
    inside, outside = versions[: versions.index("|")], versions[versions.index("|") + 1 :]
    assert [version for version in inside if affects(record, purl, version) is not True] == []
    assert [version for version in outside if affects(record, purl, version) is not False] == []


def test_listed_versions_count_whatever_the_ranges_say() -> None:
    record = advisory(introduced("2.0.0"), fixed("2.1.0"), versions=["1.0.0"])
    assert affects(record, THING, "1.0.0") is True
    assert affects(record, THING, "1.0.1") is False


@pytest.mark.parametrize(("version", "expected"), [("1.0.0", True), ("1.0", True), ("1.1", False), ("old", False)])
def test_where_only_versions_are_listed_another_spelling_is_the_same_version(
    version: str, expected: bool | None
) -> None:
    record = advisory(ecosystem="PyPI", versions=["1.0"])
    assert affects(record, "pkg:pypi/thing", version) is (expected if version != "old" else False)


@pytest.mark.parametrize("listed", ["1.2.3", "v1.2.3"])
def test_a_leading_v_does_not_matter(listed: str) -> None:
    assert (
        affects(advisory(ecosystem="Go", name="a.example/m", versions=[listed]), "pkg:golang/a.example/m", "v1.2.3")
        is True
    )


def test_a_leading_v_does_not_matter_beside_ranges() -> None:
    record = advisory(introduced("2.0.0"), fixed("2.1.0"), versions=["1.0.0"])
    assert affects(record, THING, "v1.0.0") is True


def test_a_range_of_semver_has_that_order_in_every_ecosystem() -> None:
    for kind, expected in (("SEMVER", True), ("ECOSYSTEM", False)):
        record = advisory(introduced(), fixed("1.0.0"), kind=kind, ecosystem="GitHub Actions", name="a/b")
        assert affects(record, "pkg:github/a/b", "v1.0.0-hotfix") is expected


def test_another_package_is_not_affected() -> None:
    assert affects(advisory(introduced()), "pkg:npm/other", "1.0.0") is False
    assert affects(advisory(introduced()), "pkg:pypi/thing", "1.0.0") is False


def test_several_entries_of_one_package_count_together() -> None:
    record = read_record(
        {"id": "GHSA-1", "affected": [document(*events)["affected"][0] for events in (
            (introduced("1.0.0"), fixed("1.1.0")), (introduced("2.0.0"), fixed("2.1.0")))]},
        None,
    )  # fmt: skip
    assert [affects(record, THING, version) for version in ("1.0.5", "2.0.5", "1.5.0")] == [True, True, False]


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (advisory(introduced("a" * 40), fixed("b" * 40), kind="GIT"), "1.0.0"),
        (advisory(), "1.0.0"),  # neither ranges nor versions
        (advisory(introduced("1.0.0"), fixed("2.0.0")), "main"),
        (advisory(introduced("1.0.0"), fixed("2.0.0")), "x" * 2000),
        (advisory(introduced("1.0.0"), fixed("2.0.0")), ""),
        (advisory(introduced("1.0.0"), fixed("2.0.0")), None),
        (advisory(introduced("nonsense"), fixed("2.0.0")), "1.0.0"),
        (advisory(introduced("0"), fixed("nonsense")), "1.0.0"),
        (advisory(versions=["1.0.0"]), None),
    ],
)
def test_what_cannot_be_told(record: Advisory, version: str | None) -> None:
    assert affects(record, THING, version) is None


@pytest.mark.parametrize("version", ["1.0.0", "main", "", None])
def test_malware_in_every_version_needs_none(version: str | None) -> None:
    assert affects(advisory(introduced("0"), id="MAL-2024-1"), THING, version) is True


def test_commits_beside_versions_are_left_out() -> None:
    entry = document(introduced(), fixed("2.0.0"))["affected"][0]
    entry["ranges"].append({"type": "GIT", "repo": "https://a.example", "events": [introduced("0"), fixed("b" * 40)]})
    record = read_record({"id": "GHSA-1", "affected": [entry]}, None)
    assert [affects(record, THING, version) for version in ("1.0.0", "2.0.0")] == [True, False]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("v45.0.7", True),
        ("v46.0.1", False),
        ("v45", True),  # whatever 45.x.y it is
        ("v46", None),  # may be 46.0.0 or 46.0.5
        ("v47", False),
        ("v46.1", False),
        ("main", None),
        ("0e58ed8671d6b60d0890c21b07f8835ace038e67", None),
    ],
)
def test_the_tag_of_an_action_moves(tag: str, expected: bool | None) -> None:
    record = advisory(introduced(), fixed("46.0.1"), ecosystem="GitHub Actions", name="tj-actions/changed-files")
    assert affects(record, "pkg:github/tj-actions/changed-files", tag) is expected


def test_releases_of_a_distribution_have_versions_of_their_own() -> None:
    entries = [
        document(introduced(), fixed(version), ecosystem=f"Debian:{release}", name="curl")["affected"][0]
        for release, version in (("11", "7.74.0-1.3+deb11u9"), ("12", "7.88.1-10+deb12u1"))
    ]
    record = read_record({"id": "DSA-1", "affected": entries}, None)
    versions = ["7.74.0-1.3+deb11u1", "7.88.1-10", "7.88.1-10+deb12u2"]
    assert [affects(record, "pkg:deb/debian/curl", version) for version in versions] == [True, None, False]


@pytest.mark.parametrize(
    ("version", "fixes"),
    [
        ("1.0.0", ("1.5.0", "2.3.0")),
        ("1.9.0", ("2.3.0",)),
        ("2.1.0", ("2.3.0",)),
        ("2.3.0", ()),
        (None, ("1.5.0", "2.3.0")),
    ],
)
def test_the_versions_that_fix_it(version: str | None, fixes: tuple[str, ...]) -> None:
    record = advisory(introduced("1.0.0"), fixed("1.5.0"), introduced("2.0.0"), fixed("2.3.0"))
    assert fixed_versions(record, THING, version) == fixes


def test_a_fix_that_another_range_affects_is_none() -> None:
    entries = [
        document(introduced("1.0.0"), fixed("1.5.0"))["affected"][0],
        document(introduced("1.4.0"), fixed("1.6.0"))["affected"][0],
    ]
    record = read_record({"id": "GHSA-1", "affected": entries}, None)
    assert fixed_versions(record, THING, "1.0.0") == ("1.6.0",)
    assert fixed_versions(advisory(introduced(), last_affected("1.0.0")), THING, "1.0.0") == ()


def test_a_fix_is_written_as_the_tools_of_go_take_it() -> None:
    module = advisory(introduced(), fixed("1.2.3"), ecosystem="Go", name="a.example/m")
    release = advisory(introduced(), fixed("1.21.9"), ecosystem="Go", name="stdlib")
    assert fixed_versions(module, "pkg:golang/a.example/m", "v1.0.0") == ("v1.2.3",)
    assert fixed_versions(release, "pkg:golang/stdlib", "1.20") == ("1.21.9",)


def test_one_version_that_fixes_all() -> None:
    first = advisory(introduced(), fixed("1.5.0"), introduced("2.0.0"), fixed("2.3.0"))
    second = advisory(introduced(), fixed("1.9.0"))
    assert common_fix([first], THING, "1.0.0") == "1.5.0"
    assert common_fix([first, second], THING, "1.0.0") == "1.9.0"
    assert common_fix([second, first], THING, "2.0.0") == "2.3.0"
    assert common_fix([first, advisory(introduced())], THING, "1.0.0") is None
    assert common_fix([first, advisory(introduced(), last_affected("1.9.9"))], THING, "1.0.0") == "2.3.0"
    assert common_fix([], THING, "1.0.0") is None


VERSIONS = st.builds("{}.{}.{}".format, *[st.integers(0, 4)] * 3)
EVENTS = st.lists(
    st.builds(
        lambda kind, version: {kind: version}, st.sampled_from(["introduced", "fixed", "last_affected"]), VERSIONS
    ),
    max_size=6,
)


@given(EVENTS, VERSIONS, VERSIONS)
def test_nothing_changes_between_two_events(events: list[dict[str, str]], one: str, other: str) -> None:
    """Two versions with no event between them, nor at either, have one answer."""
    record = advisory(introduced("2.2.2"), *events)
    low, high = (one, other) if compare("npm", one, other) <= 0 else (other, one)
    named = [version for event in (*events, introduced("2.2.2")) for version in event.values()]
    assume(not any(compare("npm", low, item) <= 0 <= compare("npm", high, item) for item in named))
    assert affects(record, THING, low) is affects(record, THING, high)


@given(EVENTS, EVENTS, VERSIONS)
def test_more_entries_never_take_an_answer_back(first: Any, second: Any, version: str) -> None:
    entries = [document(introduced("1.1.1"), *events)["affected"][0] for events in (first, second)]
    alone = affects(read_record({"id": "GHSA-1", "affected": entries[:1]}, None), THING, version)
    both = affects(read_record({"id": "GHSA-1", "affected": entries}, None), THING, version)
    assert both is True or alone is not True


@given(st.lists(EVENTS, min_size=1, max_size=3), VERSIONS)
def test_what_is_called_a_fix_fixes(all_events: Any, version: str) -> None:
    records = [advisory(introduced("0"), *events) for events in all_events]
    fix = common_fix(records, THING, version)
    if fix is not None:
        assert compare("npm", fix, version) > 0
        assert [affects(record, THING, fix) for record in records] == [False] * len(records)
    for record in records:
        fixes = fixed_versions(record, THING, version)
        assert all(compare("npm", a, b) < 0 for a, b in pairwise(fixes))
