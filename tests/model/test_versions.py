"""The order of versions in every ecosystem, told in examples from its specification, and ranges of them."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import InvalidVersion as PackagingInvalidVersion
from packaging.version import Version as PackagingVersion

from checks.model.versions import (
    InvalidRange,
    InvalidVersion,
    Range,
    compare,
    is_prerelease,
    parse_range,
    sort_key,
)

# Oldest first. `=` joins versions that are equal.
ORDERED = {
    # SemVer 2.0.0, section 11
    "npm": """
        0.9.9  1.0.0-0  1.0.0-9  1.0.0-10  1.0.0-alpha=1.0.0-alpha+build  1.0.0-alpha.1  1.0.0-alpha.beta
        1.0.0-beta  1.0.0-beta.2  1.0.0-beta.11  1.0.0-rc.1  1.0.0=v1.0.0=1.0.0+20130313144700  1.0.1
        1.9.0  1.10.0  1.11.0  2.0.0
    """,
    "cargo": "0.1.0  1.0.0-alpha  1.0.0-alpha.1  1.0.0=1.0.0+21AF26D3  1.0.1",
    "hex": "1.0.0-rc.0  1.0.0=1.0.0+build  1.0.1",
    "swift": "1.0.0-beta.1  1.0.0=v1.0.0=1.0=v1  1.0.1  2.0.0",
    # pub_semver: a build orders after the same version without one
    "pub": "1.0.0-dev.1  1.0.0  1.0.0+1  1.0.0+2  1.0.0+10  1.0.0+a  1.0.1-dev",
    # Go modules reference, pseudo-versions; the releases of Go itself
    "golang": """
        v0.0.0-20191109021931-daa7c04131f5  v0.1.0  v1.2.3-pre.0.20191109021931-daa7c04131f5
        v1.2.3-pre.1  v1.2.3=1.2.3  v1.2.4-0.20191109021931-daa7c04131f5  v1.2.4
        v1.21.0-beta.1  go1.21rc2=1.21rc2=1.21.0-rc.2  go1.21.0=1.21  v2.0.0+incompatible=v2.0.0=v2
    """,
    "nuget": """
        1.0.0-alpha  1.0.0-alpha.1  1.0.0-beta=1.0.0-BETA  1.0.0-beta.2  1.0.0-beta.11
        1.0.0=1=1.0=1.0.0.0=1.0.0+meta=1.00.0  1.0.0.1-pre  1.0.0.1  1.0.1
    """,
    # PEP 440, summary of permitted suffixes and relative ordering
    "pypi": """
        1.dev0=1.0.dev0  1.0.dev456  1.0a1=1.0alpha1=1.0-A.1  1.0a2.dev456  1.0a12.dev456  1.0a12
        1.0b1.dev456  1.0b2  1.0b2.post345.dev456  1.0b2.post345  1.0rc1.dev456  1.0rc1=1.0c1=1.0preview1
        1.0=1=v1.0.0  1.0+abc.5  1.0+abc.7  1.0+5=1.0+05  1.0.post456.dev34  1.0.post456=1.0-456=1.0rev456
        1.0.15  1.1.dev1  2013.10  1!0.5
    """,
    # Gem::Version
    "gem": """
        0.9  1.0.a.2=1.0.a2=1.a.2  1.0.a9  1.0.a10  1.0.b1  1.0.0-rc1=1.0.0.pre.rc1  1.0.rc1  1=1.0=1.0.0
        1.0.0.1  1.2.4  1.3.0.pre  1.3.0  3.2  3.10
    """,
    # Pod::Version: a hyphen separates
    "cocoapods": "0.9  1.0.0-alpha=1.0.0.alpha  1.0.0-alpha.1=1.0.0-alpha1  1.0.0-beta  1.0.0=1.0  1.0.1",
    # Maven, POM reference, version order specification
    "maven": """
        0.9  1-alpha=1.0.0-ALPHA=1.alpha  1-a1=1-alpha-1=1alpha1  1-beta  1-b2  1-m1=1-milestone-1
        1.0-rc1=1.0-cr1  1.0-SNAPSHOT  1=1.0=1.0.0=1.ga=1-final=1.0.RELEASE=1-0  1-sp  1-sp-1
        1-foo=1.foo=1.0.0-foo.0.0  1-foo1=1-foo-1  1-foo2  1-foo10  1-jre
        1-1=1.0-1=1-ga-1  1-1.0.1  1-2  1-10  1.0.1-alpha  1.0.1  1.1
        1.1.1  1.9  1.10
    """,
    # composer/semver and PHP's version_compare
    "composer": """
        dev-feature  dev-main  0.9  1.0.0-dev=1.0-dev  1.0.0-alpha1=1.0a1=1.0.0-ALPHA-1  1.0.0-alpha2
        1.0.0-beta1  1.0.0-beta2  1.0.0-RC1-dev  1.0.0-RC1=1.0rc1
        1.0.0=1=v1.0=1.0.0.0=1.0.0+build=1.0.0-stable
        1.0.0-p1=1.0.0-patch1=1.0pl1  1.0.0.1  1.9  1.10  1.x-dev=1.x.x-dev  2.0  2010.01.02  20100102
    """,
    # R's numeric_version
    "cran": "0.1-1=0.1.1  0.1-4  0.1-10  1.0  1.0-0=1.0.0  1.0.1  1.8  1.8.0",
    # Haskell Package Versioning Policy
    "hackage": "0  0.1.26.0  1  1.0  1.0.0  1.0.1  1.1  1.10",
    # Conan's Version
    "conan": """
        1.0-alpha.3+b1  1.0-alpha.3+b2  1.0-alpha.22  1=1.0=1.0.0.0  1.0+b1  1.0+b2  1.0.2=1.0.2.0  1.0.2a
        1.0.3  1.0.10  1.1.a  1.2  2  cci.20200203
    """,
    # deb-version(7)
    "deb": """
        1.0~~  1.0~~a  1.0~rc1-1  1.0~rc2-1  1.0=1.0-0=0:1.0  1.0-1  1.0-1+b1  1.0-1.1  1.0-2ubuntu1  1.0-10
        1.0a  1.0+dfsg-1  1.0.1  1.2=1.02  1.10  1:0.5
    """,
    # rpm-version(7)
    "rpm": """
        1.0~rc1  1.0~rc1^git1  1.0~rc2  1.0=1_0=0:1.0=1.0.  1.0-0  1.0-1.el7  1.0-1.1  1.0-9.EL  1.0-9.0.1
        1.0^git1  1.0^20160101-1  1.0.rc1  1.0.1=1.0.01  1.0.10  1:0.1  2:xyz  2:1
    """,
    # apk-tools
    "apk": """
        0.1_pre20060810  1.0_alpha  1.0_alpha2  1.0_beta  1.0_pre1  1.0_rc1  1.0=01.0  1.0-r0=1.0-r  1.0-r1
        1.0-r10  1.0_cvs1  1.0_git20200101  1.0_p1  1.0_p2  1.0a  1.0b  1.0.01  1.0.1  1.0.10  1.2  6.6.2p1
        6.6.2p2  20061003
    """,
    "github": """
        v1.0.0-dev  v1.0-alpha.1=v1.0a1  v1.0.0-beta2=1.0b2  v1.0-M1  v1.0.0-rc.1=v1.0.0rc1
        v1=v1.0=1.0.0=release-1.0=rel/1.0=V1  v1.0.2  1.0.2b  1.0.2k=OpenSSL_1_0_2k  v1.1  v1.9  v1.10  v4
        2024.06.01
    """,
    "generic": "1.0-rc1  1.0  1.0-patch1  1.0.1  1.0.2a  10",
}

PRERELEASES = {
    "npm": ("1.0.0-0", "1.0.0+1"),
    "pub": ("1.0.0-dev", "1.0.0+1"),
    "golang": ("v0.0.0-20191109021931-daa7c04131f5", "v2.0.0+incompatible"),
    "nuget": ("1.0-pre", "1.0.0.1"),
    "pypi": ("1.0.dev1 1.0rc1 1.0.post1.dev2", "1.0 1.0.post1 1.0+local"),
    "gem": ("1.0.rc1 1.0-1", "1.0.1"),
    "cocoapods": ("1.0-1 1.0.beta", "1.0"),
    "maven": ("1-alpha 1.0-M1 1-SNAPSHOT 1.0-20240101.123456-1 2.0-preview-1", "1 33.0-jre 1-sp 1.0.Final"),
    "composer": ("dev-main 1.x-dev 1.0-RC1", "1.0 1.0-p1"),
    "cran": ("", "1.0 1.0-1"),
    "hackage": ("", "1.0"),
    "conan": ("1.0-pre", "1.0 1.0+b"),
    "deb": ("1.0~rc1-1 1.0~beta-1", "1.0-1 1.0-1~deb12u1"),
    "rpm": ("1.0~rc1-1", "1.0^git1-1"),
    "apk": ("1.0_rc1", "1.0_p1-r0"),
    "github": ("v1.0-rc1", "v1.0 1.0.2b v1.0-linux"),
}

REFUSED = {
    "npm": [
        "1",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-01",
        "1.2.3-",
        "1.2.3-a..b",
        "latest",
        "=1.2.3",
        "1.2.3+",
    ],
    "cargo": ["1.0", "1.0.0-a_b"],
    "golang": ["(devel)", "v1.2-pre", "1.2.3.4"],
    "nuget": ["1.0.0.0.0", "1.0-", "1.0-a..b"],
    "pub": ["1.0", "1.0.0+"],
    "pypi": ["1.0-horsea", "2013-01-23T17:11:52", "1.0+", "french toast", "1.0\u0131"],
    "gem": ["1beta", "1..0", "a.1"],
    "cocoapods": ["1.0+b", "x"],
    "composer": ["1.2.3.#", "1.0-foo", "dev-", "1.0.0.0.0", "1.0+"],
    "cran": ["1.", "a"],
    "hackage": ["1.01", "1-2"],
    "conan": ["1/2"],
    "deb": ["1.0-", ":1.0", "a:1.0", "1.0_1", "-1", "1.0:1"],
    "rpm": ["-1", "1:"],
    "apk": ["1.0A", ".1", "1-r-0", "1.0_blah", "1.0bc"],
    "github": ["main", "8f4b7f84864484a7bf31766abe9204da3cbe65b3"],
    "generic": ["latest", "sha256:" + "a1" * 32],
}

TYPES = [*ORDERED, "somebody-elses"]


@pytest.mark.parametrize("purl_type", ORDERED)
def test_every_version_is_newer_than_all_before_it(purl_type: str) -> None:
    steps = [step.split("=") for step in ORDERED[purl_type].split()]
    for index, step in enumerate(steps):
        for version in step:
            assert compare(purl_type, version, step[0]) == 0, (version, step[0])
            for newer in steps[index + 1 :]:
                assert compare(purl_type, version, newer[0]) == -1, (version, newer[0])
                assert compare(purl_type, newer[0], version) == 1, (newer[0], version)


@pytest.mark.parametrize("purl_type", REFUSED)
def test_what_the_ecosystem_refuses_is_an_error(purl_type: str) -> None:
    for version in [*REFUSED[purl_type], "", "  ", "1 .0.0", "1.0.0\x00", "1" * 1001]:
        with pytest.raises(InvalidVersion) as error:
            compare(purl_type, version, version)
        assert error.value.purl_type == purl_type
        assert len(str(error.value)) < 200


@pytest.mark.parametrize("purl_type", PRERELEASES)
def test_prereleases_by_the_mark_of_the_ecosystem(purl_type: str) -> None:
    before, after = PRERELEASES[purl_type]
    assert [version for version in before.split() if not is_prerelease(purl_type, version)] == []
    assert [version for version in after.split() if is_prerelease(purl_type, version)] == []


def test_an_unknown_type_has_the_natural_order() -> None:
    assert sorted(["1.10", "1.9", "1.10-rc1"], key=lambda version: sort_key("somebody-elses", version)) == [
        "1.9",
        "1.10-rc1",
        "1.10",
    ]


# --- ranges

INSIDE = [
    # type, range, inside, outside
    ("npm", "<1.4", "1.3.9 1.4.0-rc.1 0.0.0", "1.4.0 2.0.0"),
    ("npm", ">=2, <3", "2.0.0 2.9.9 3.0.0-alpha", "2.0.0-rc.1 3.0.0"),
    ("npm", ">= 2 <3", "2.0.0", "1.0.0 3.0.0"),
    ("npm", ">1, >2, <5, <=4", "2.0.1 4.0.0", "2.0.0 4.0.1"),
    ("npm", "1.3.0", "1.3.0 1.3.0+build", "1.3.1 1.3.0-rc.1"),
    ("npm", "=1.3.0", "1.3.0", "1.3.1"),
    ("npm", "==1.3", "1.3.0", "1.3.1"),
    ("npm", "1.3.0, 1.4.0", "1.3.0 1.4.0", "1.3.5"),
    ("npm", "1.3.0, <2", "1.3.0", "1.2.0"),
    ("npm", ">=1, !=1.2.0, <2", "1.1.0 1.2.1", "1.2.0"),
    ("npm", ">=1, !=1", "1.0.1", "1.0.0"),
    ("npm", "!=1.2.0", "1.1.0", "1.2.0"),
    ("npm", ">=1, <=1", "1.0.0", "1.0.1"),
    ("npm", "*", "0.0.0 9.9.9 anything", ""),
    ("npm", "vers:npm/*", "0.0.0", ""),
    ("npm", "vers:all/*", "0.0.0 anything", ""),
    ("npm", "vers:none/*", "", "0.0.0 anything"),
    ("npm", "vers:npm/>=1.0.0|<2.0.0", "1.0.0 2.0.0-rc.1", "0.9.0 2.0.0"),
    ("npm", "vers:npm/<1.0.0|>=2.0.0", "0.9.0 2.0.0", "1.0.0 1.5.0"),
    ("npm", "vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3 2.0.0 4.9.9", "1.2.4 5.0.0"),
    ("npm", "vers:npm/ > 1.0.0 | != 1.5.0 | < 2 . 0.0 ", "1.4.0 1.6.0", "1.0.0 1.5.0 2.0.0"),
    ("npm", "vers:npm/|>=1.0.0||<2.0.0|", "1.0.0", "2.0.0"),
    ("npm", "vers:npm/!=1.0.0|!=2.0.0", "1.5.0", "1.0.0 2.0.0"),
    ("pypi", "vers:pypi/0.0.6|0.0.1|>=3.0|0.0.2", "0.0.1 3.0 4", "2.0.3 0.0.3"),
    ("pypi", "vers:pypi/>=1%212.0", "1!2.0 1!3", "1.0 3.0"),
    ("pypi", ">=1!2.0", "1!2.0", "3.0"),
    ("pypi", "<=1.0", "1.0.0 1.0rc1", "1.0+local 1.0.post1"),
    ("maven", ">=1.0-beta-1, <2", "1.0 1.0-SNAPSHOT 2-SNAPSHOT", "1.0-alpha-1 2.0"),
    ("deb", ">=1:1.0~rc1-1", "1:1.0-1 2:0", "1.0-1 1:1.0~beta1-1"),
    ("github", ">=4", "v4 v4.1.0 4", "v3.9"),
    (
        "github",
        "=8f4b7f84864484a7bf31766abe9204da3cbe65b3, v4",
        "8f4b7f84864484a7bf31766abe9204da3cbe65b3 v4.0.0",
        "v4.1 main 0000000000000000000000000000000000000000",
    ),
    ("github", "!=main", "v4 8f4b7f84864484a7bf31766abe9204da3cbe65b3", "main"),
]


@pytest.mark.parametrize(("purl_type", "text", "inside", "outside"), INSIDE)
def test_membership(purl_type: str, text: str, inside: str, outside: str) -> None:
    found = parse_range(purl_type, text)
    assert [version for version in inside.split() if not found.contains(version)] == []
    assert [version for version in outside.split() if version in found] == []
    assert parse_range(purl_type, str(found)) == found


@pytest.mark.parametrize(
    ("purl_type", "text", "written"),
    [
        ("npm", "<3  >=2", ">=2, <3"),
        ("npm", "  =1.3.0 ", "1.3.0"),
        ("npm", ">1,>=2,<9", ">=2, <9"),
        ("npm", ">=1, !=1, !=7.0.0, <2", ">1, <2"),
        ("npm", "vers:npm/ <2.0.0 | >=1.0.0", "vers:npm/>=1.0.0|<2.0.0"),
        ("npm", "vers:none/ *", "vers:none/*"),
        ("pypi", "vers:pypi/=1!2", "vers:pypi/1%212"),
        ("maven", "vers:maven/%C3%A9", "vers:maven/%C3%A9"),
    ],
)
def test_a_range_is_written_in_its_notation_and_in_order(purl_type: str, text: str, written: str) -> None:
    assert str(parse_range(purl_type, text)) == written
    assert repr(parse_range(purl_type, text)) == f"<Range {purl_type} {written!r}>"
    assert hash(parse_range(purl_type, text)) == hash(parse_range(purl_type, written))


@pytest.mark.parametrize(
    ("purl_type", "text", "position", "words"),
    [
        ("npm", "", 0, "expected a version"),
        ("npm", ">=", 2, "expected a version"),
        ("npm", ">=2,", 4, "expected a version"),
        ("npm", ">=2,, <3", 4, "unexpected ','"),
        ("npm", "^1.2", 0, ">=1.2, <2"),
        ("npm", "~1.2", 0, ">=1.2, <2"),
        ("npm", ">=1 ~2", 4, ">=1.2, <2"),
        ("npm", "1.2.*", 4, ">=1.2, <2"),
        ("maven", "1.x", 0, ">=1.2, <2"),
        ("maven", "[1.0,2.0)", 0, ">=1.0, <2.0"),
        ("npm", "<1 || >2", 3, "vers:<type>/"),
        ("npm", "<1>2", 2, "unexpected '>'"),
        ("npm", ">=1, <banana", 6, "'banana' is not a valid npm version"),
        ("npm", "<1, >2", 5, "no version can match"),
        ("npm", ">1, <1", 5, "no version can match"),
        ("npm", "1.0.0, !=1", 0, "no version can match"),
        ("npm", "1.0.0, 2.0.0, <2", 7, "no version can match"),
        ("github", ">=main", 2, "'main' is not a valid github version"),
        ("github", "=main, !=main", 1, "no version can match"),
        ("npm", "vers:npm", 5, "a type and a slash"),
        ("npm", "vers:pypi/*", 5, "for pypi"),
        ("npm", "vers:all/1.0.0", 9, "only a star"),
        ("npm", "vers:npm/", 9, "expected a constraint"),
        ("npm", "vers:npm/>=", 11, "expected a version"),
        ("npm", "vers:npm/>=1.0.0|*", 17, "a star stands alone"),
        ("npm", "vers:npm/1.0.0|<1.0.0", 16, "twice"),
        ("npm", "vers:npm/>1.0.0|>2.0.0", 17, "beside >1.0.0"),
        ("npm", "vers:npm/<1.0.0|<2.0.0", 17, "beside <1.0.0"),
        ("npm", "vers:npm/>1.0.0|2.0.0|<3.0.0", 16, "beside >1.0.0"),
        ("maven", "vers:maven/>=1.0<2.0", 16, "percent-encoded"),
        ("maven", "vers:maven/%FF", 11, "not UTF-8"),
        ("npm", "1" * 10_001, 10_000, "longer than 10,000 characters"),
    ],
)
def test_an_error_names_the_place_and_the_way_out(purl_type: str, text: str, position: int, words: str) -> None:
    with pytest.raises(InvalidRange) as error:
        parse_range(purl_type, text)
    assert (error.value.position, words in str(error.value)) == (position, True), str(error.value)


def test_a_version_that_is_none_is_never_inside_or_outside_silently() -> None:
    with pytest.raises(InvalidVersion):
        parse_range("npm", "<2").contains("latest")
    with pytest.raises(InvalidVersion):
        parse_range("npm", "1.0.0").contains("latest")
    with pytest.raises(InvalidVersion):
        parse_range("github", "<4").contains("8f4b7f84864484a7bf31766abe9204da3cbe65b3")


# --- properties

PARTS = (
    *("0", "1", "2", "10", "00", "01", "0.0", "20240131", "9" * 30, "1!", "2:", "v", "go1."),
    *(
        "a",
        "b",
        "m",
        "alpha",
        "beta",
        "rc",
        "cr",
        "pre",
        "dev",
        "SNAPSHOT",
        "sp",
        "ga",
        "final",
        "x",
        "P",
        "post",
    ),
    *(".", ".", ".", "-", "-", "+", "~", "^", "_", "_p", "_git", "-r1", "é", "*"),
)
FORMED = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)
CORE = st.lists(st.sampled_from(["0", "1", "2", "10"]), min_size=3, max_size=3).map(".".join)
VERSIONS = FORMED | st.builds("{}{}".format, CORE, FORMED) | CORE | st.builds("{}-{}".format, CORE, FORMED)
ANY_TYPE = st.sampled_from(TYPES)


def valid(purl_type: str, versions: list[str]) -> list[str]:
    kept = []
    for version in versions:
        try:
            sort_key(purl_type, version)
        except InvalidVersion:
            continue
        kept.append(version)
    return kept


@settings(max_examples=250, deadline=None)
@given(ANY_TYPE, st.lists(VERSIONS, min_size=2, max_size=8))
def test_the_order_is_total(purl_type: str, texts: list[str]) -> None:
    versions = valid(purl_type, texts)
    for a in versions:
        assert compare(purl_type, a, a) == 0
        for b in versions:
            assert compare(purl_type, a, b) == -compare(purl_type, b, a)
            for c in versions:
                if compare(purl_type, a, b) <= 0 and compare(purl_type, b, c) <= 0:
                    assert compare(purl_type, a, c) <= 0
                    if compare(purl_type, a, b) < 0:
                        assert compare(purl_type, a, c) < 0


@settings(max_examples=100, deadline=None)
@given(ANY_TYPE, st.lists(VERSIONS, max_size=12, unique=True))
def test_sorting_is_stable_and_does_not_depend_on_where_it_starts(purl_type: str, texts: list[str]) -> None:
    versions = valid(purl_type, texts)
    ordered = sorted(versions, key=lambda version: sort_key(purl_type, version))
    for left, right in pairwise(ordered):
        assert compare(purl_type, left, right) <= 0
        if compare(purl_type, left, right) == 0:
            assert versions.index(left) <= versions.index(right)
    backwards = versions[::-1]
    backwards.sort(key=lambda version: sort_key(purl_type, version))
    assert [sort_key(purl_type, each) for each in backwards] == [sort_key(purl_type, each) for each in ordered]


PEP440 = st.from_regex(
    r"v?([0-2]!)?[0-3](\.[0-3]){0,3}([-_.]?(a|alpha|b|beta|c|rc|pre|preview)[-_.]?[0-3]?)?"
    r"(-[0-3]|[-_.]?(post|rev|r)[-_.]?[0-3]?)?([-_.]?dev[-_.]?[0-3]?)?(\+[a-c0-3]+([-_.][a-c0-3]+)?)?",
    fullmatch=True,
)


@settings(max_examples=150, deadline=None)
@given(PEP440, PEP440)
def test_pep440_as_packaging_has_it(a: str, b: str) -> None:
    left, right = PackagingVersion(a), PackagingVersion(b)
    assert compare("pypi", a, b) == (left > right) - (left < right)
    assert is_prerelease("pypi", a) == left.is_prerelease


@settings(max_examples=200, deadline=None)
@given(VERSIONS | st.text(max_size=12))
def test_pep440_refuses_what_packaging_refuses(text: str) -> None:
    try:
        PackagingVersion(text)
    except PackagingInvalidVersion:
        accepted = False
    else:
        accepted = True
    assert bool(valid("pypi", [text])) == accepted


@settings(max_examples=200, deadline=None)
@given(ANY_TYPE, VERSIONS, VERSIONS, VERSIONS)
def test_a_range_and_its_complement_share_no_version_and_leave_none_out(
    purl_type: str, a: str, b: str, version: str
) -> None:
    try:
        below, above = parse_range(purl_type, f"<{a}"), parse_range(purl_type, f">={a}")
        same, other = parse_range(purl_type, f"={a}"), parse_range(purl_type, f"!={a}")
        low, high = sorted([a, b], key=lambda each: sort_key(purl_type, each))
        inner = parse_range(purl_type, f">={low}, <{high}")
        outer = _vers(purl_type, f"<{low}", f">={high}")
        either = parse_range(purl_type, f"{a}, {b}")
        order = compare(purl_type, version, a)
    except ValueError:
        return
    assert below.contains(version) is (order < 0) is not above.contains(version)
    assert same.contains(version) is (order == 0) is not other.contains(version)
    assert inner.contains(version) is not outer.contains(version)
    assert either.contains(version) is (order == 0 or compare(purl_type, version, b) == 0)
    for each in (below, above, same, other, inner, outer, either):
        assert parse_range(purl_type, str(each)) == each


def _vers(purl_type: str, *constraints: str) -> Range:
    quoted = "|".join(each.replace("%", "%25").replace("*", "%2A").replace("!", "%21") for each in constraints)
    return parse_range(purl_type, f"vers:{purl_type}/{quoted}")


@settings(max_examples=400, deadline=None)
@given(
    ANY_TYPE,
    st.text(max_size=30) | FORMED | st.text(alphabet="<>=!*|,% vers:npm/1.0-ax", max_size=30),
    VERSIONS,
)
def test_any_text_is_read_or_refused(purl_type: str, text: str, version: str) -> None:
    valid(purl_type, [text])
    for notation in (text, f">={text}", f"vers:{purl_type}/{text}"):
        found = range_or_position(purl_type, notation)
        if isinstance(found, int):
            assert 0 <= found <= len(notation)
            continue
        assert parse_range(purl_type, str(found)) == found
        with suppress(InvalidVersion):
            found.contains(version)


def range_or_position(purl_type: str, notation: str) -> Range | int:
    """The range, or where it is refused."""
    try:
        return parse_range(purl_type, notation)
    except InvalidRange as error:
        return error.position


# --- limits


@pytest.mark.parametrize("purl_type", TYPES)
def test_the_longest_and_the_worst_text_ends(purl_type: str) -> None:
    worst = [
        *(part * (1000 // len(part)) for part in ("1", "1.", "0.", "a", "1a", "-", "~", "1-", ".1", "_p1", "a1-")),
        *(head + "1" * 980 + tail for head in ("1.0.0-a", "1.0-alpha") for tail in ("", "!", "-x")),
    ]
    for text in worst:
        valid(purl_type, [text])
        for notation in (">=" + text, ",".join([">=" + text[:50]] * 150), "|".join([text[:50]] * 150)):
            try:
                parse_range(purl_type, notation)
            except InvalidRange:
                continue


@pytest.mark.parametrize("purl_type", TYPES)
def test_more_digits_than_python_reads_at_once(purl_type: str) -> None:
    with pytest.raises(InvalidVersion):
        sort_key(purl_type, "1." + "9" * 4300 + ".0")
    with pytest.raises(InvalidRange):
        parse_range(purl_type, "<1." + "9" * 4300 + ".0")


def test_long_numbers_are_exact_under_the_lowest_limit() -> None:
    limit = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(640)
        assert compare("npm", "1.0." + "9" * 900, "1.0.1" + "0" * 900) == -1
        assert compare("npm", "1.0." + "1" + "0" * 900, "1.0.1" + "0" * 899 + "1") == -1
    finally:
        sys.set_int_max_str_digits(limit)


def test_importing_it_loads_nothing_heavy() -> None:
    """`re` comes with the first version that is read; a start without one does not pay for it."""
    code = "import sys, checks.model.versions; print(*sys.modules)"
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert not {"re", "enum", "typing", "inspect", "dataclasses", "packaging", "urllib"} & set(ran.stdout.split())
