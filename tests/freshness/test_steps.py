"""Major, minor or patch in every ecosystem, and the distance between two versions."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from checks.freshness.releases import behind, current, newer, stable
from checks.freshness.steps import Part, numbers, part
from checks.model.packages import Release
from checks.model.versions import InvalidVersion, compare
from checks.model.versions.schemes import SCHEMES

MAJOR, MINOR, PATCH = Part.MAJOR, Part.MINOR, Part.PATCH
#: Versions as each ecosystem writes them; `generic` stands for every type without rules of its own.
TYPES = (*SCHEMES, "generic", "github", "docker")


@pytest.mark.parametrize(
    ("purl_type", "before", "after", "step"),
    [
        ("npm", "1.9.9", "2.0.0", MAJOR),
        ("npm", "0.1.0", "0.2.0", MINOR),
        ("npm", "1.2.3", "1.2.4-rc.1", PATCH),
        ("npm", "1.2.3", "1.2.3+build", PATCH),
        ("cargo", "2.0.0", "1.0.0", MAJOR),
        ("pypi", "1.0", "1.1", MINOR),
        ("pypi", "2024.1", "1!1.0", MAJOR),
        ("pypi", "1!2.0", "1!2.0.post1", PATCH),
        ("golang", "v1.2.3", "v2.0.0+incompatible", MAJOR),
        ("golang", "v0.0.0-20191109021931-daa7c04131f5", "v0.1.0", MINOR),
        ("golang", "1.21rc2", "1.22", MINOR),
        ("maven", "5.3.20.RELEASE", "5.3.21.RELEASE", PATCH),
        ("maven", "1-alpha-2", "1.0", PATCH),
        ("maven", "33.0-jre", "34.0-jre", MAJOR),
        ("nuget", "1.0", "1.0.0.1", PATCH),
        ("gem", "3.2", "3.10", MINOR),
        ("composer", "v1.0.0-RC1", "2.0", MAJOR),
        ("composer", "dev-main", "2.0", None),
        ("deb", "1:2.3-1", "1:2.3-2", PATCH),
        ("deb", "2.3-1", "1:2.3-1", MAJOR),
        ("rpm", "1_1-9", "1.2-1", MINOR),
        ("cran", "1-2", "1.3", MINOR),
        ("conan", "cci.20200203", "1.0", None),
        ("apk", "1.2.3-r1", "1.2.3-r2", PATCH),
        ("hackage", "1.0", "1.0.0", PATCH),
        ("swift", "v1", "1.2", MINOR),
        ("github", "v4", "v5", MAJOR),
        ("github", "release/v1", "release-1.4", MINOR),
        ("github", "main", "v4", None),
        ("github", "11bd71901bbe5b1630ceea73d27597364c9af683", "v4", None),
        ("docker", "3.12-slim", "3.13-slim", MINOR),
        ("generic", "OpenSSL_1_0_2k", "1.1.1", MINOR),
        ("npm", "not a version", "1.0.0", None),
        ("npm", "9" * 2_000, "1.0.0", None),
    ],
)
def test_what_an_update_changes(purl_type: str, before: str, after: str, step: Part | None) -> None:
    assert part(purl_type, before, after) is step
    assert part(purl_type, after, before) is step


#: What people write before and behind the numbers; each ecosystem takes some of it.
BEFORE = ("", "", "v", "go", "1!", "1:", "0:", "release-")
BEHIND = ("", "", "-rc.1", "rc1", ".post1", "+build", "-1", "~rc1", "_p1", "-r2", "-SNAPSHOT", ".RELEASE", "b2")
versions = st.builds(
    lambda before, digits, behind: before + ".".join(digits) + behind,
    st.sampled_from(BEFORE),
    st.lists(st.sampled_from(("0", "1", "2", "9", "10", "2026")), min_size=2, max_size=4),
    st.sampled_from(BEHIND),
)


@given(st.sampled_from(TYPES), versions, versions)
def test_equal_versions_are_no_step_and_order_follows_the_numbers(purl_type: str, one: str, other: str) -> None:
    first, second = numbers(purl_type, one), numbers(purl_type, other)
    assume(first is not None and second is not None)
    assert first is not None
    assert second is not None
    order = compare(purl_type, one, other)
    if order == 0:
        assert part(purl_type, one, other) is PATCH
    if part(purl_type, one, other) is not PATCH:
        assert (first > second) is (order > 0)


@given(st.sampled_from(TYPES), versions, versions, versions)
def test_the_way_through_a_third_version_is_never_smaller(purl_type: str, one: str, way: str, other: str) -> None:
    """The larger of two steps is the step of both together, whichever way they go."""
    sizes = (PATCH, MINOR, MAJOR)
    steps = [part(purl_type, *pair) for pair in ((one, other), (one, way), (way, other))]
    assume(None not in steps)
    whole, first, second = (sizes.index(step) for step in steps if step is not None)
    assert whole <= max(first, second)


@given(st.sampled_from(TYPES), st.text(max_size=30))
def test_any_text_has_numbers_or_none(purl_type: str, text: str) -> None:
    found = numbers(purl_type, text)
    try:
        compare(purl_type, text, text)
    except InvalidVersion:
        assert found is None


def found(*texts: str) -> tuple[Release, ...]:
    return stable("npm", [Release(text.lstrip("!"), yanked="" if text[:1] == "!" else None) for text in texts])


def test_stable_releases_are_ordered_and_what_is_none_is_left_out() -> None:
    kept = found("10.0.0", "9.0.0", "!11.0.0", "12.0.0-rc.1", "latest", "", "9.0.1")
    assert [release.version for release in kept] == ["9.0.0", "9.0.1", "10.0.0"]
    assert [release.version for release in newer("npm", kept, "9.0.0")] == ["9.0.1", "10.0.0"]
    assert newer("npm", kept, "main") == ()


def test_the_current_release() -> None:
    kept = found("1.0.0", "2.0.0", "3.0.0")
    assert [release.version for latest in ("2.0.0", "9.9.9", None) if (release := current(kept, latest))] == [
        "2.0.0",
        "3.0.0",
        "3.0.0",
    ]
    assert current((), "1.0.0") is None


@pytest.mark.parametrize(
    ("used", "majors", "minors"),
    [
        ("1.0.0", (2, "2020.1.0"), (2, "1.2.0")),
        ("1.1.0", (2, "2020.1.0"), (1, "1.2.0")),
        ("1.5.0", (2, "2020.1.0"), None),
        ("3.0.0", (1, "2020.1.0"), None),
        ("2020.1.0", None, None),
        ("main", None, None),
    ],
)
def test_distance_counts_versions_not_numbers(
    used: str, majors: tuple[int, str] | None, minors: tuple[int, str] | None
) -> None:
    """From 3 to 2020 is one major version, because there is none between them."""
    kept = found("1.0.0", "1.1.0", "1.1.5", "1.2.0", "3.0.0", "2020.1.0")
    distances = behind("npm", used, kept, kept[-1])
    assert {part: (distance.count, distance.to.version) for part, distance in distances.items()} == {
        part: expected for part, expected in ((MAJOR, majors), (MINOR, minors)) if expected
    }
