"""The comparison of an SBOM with lock files: laws that hold for all of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.dependency import Dependency, Origin
from checks.model.purl import package
from checks.sboms.matching import Match, comparable, keys_of, match, within
from tests.engine.examples import dep

NPM = frozenset({"npm"})
PACKAGES = st.lists(
    st.builds(
        dep,
        st.builds("{}@{}".format, st.sampled_from("abc"), st.sampled_from(["1.0.0", "1.1.0", "2.0.0"])),
    ),
    max_size=8,
)


def keys(items: tuple[Dependency, ...]) -> set[tuple[str, str | None]]:
    return {(item.purl, item.version) for item in items}


@given(PACKAGES)
def test_what_is_the_same_matches(items: list[Dependency]) -> None:
    assert match(items, items[::-1], keys_of(items), NPM) == Match()
    assert within(items, keys_of(items))


@given(PACKAGES, PACKAGES)
def test_every_difference_is_told_and_nothing_else(wanted: list[Dependency], listed: list[Dependency]) -> None:
    found = match(wanted, listed, keys_of(wanted), NPM)
    want, have = keys(tuple(wanted)), keys(tuple(listed))
    assert keys(found.lacking) == want - have
    told = keys(found.extra) | keys(tuple(pair[1] for pair in found.other_version))
    assert told <= have - want
    # one version of the SBOM may stand for several of the lock files; none is forgotten
    assert found.differs == (want != have)
    assert {purl for purl, _ in have - want} == {purl for purl, _ in told}


@given(PACKAGES, PACKAGES)
def test_without_all_manifests_nothing_is_too_much(wanted: list[Dependency], listed: list[Dependency]) -> None:
    assert match(wanted, listed, keys_of(wanted)).extra == ()


def test_tools_lower_names_and_drop_the_v_of_versions() -> None:
    module = replace(dep("x@v1.2.3"), purl=package("golang", "Goutils", "github.com/Masterminds"))
    listed = replace(module, purl=module.purl.lower(), version="1.2.3")
    assert not match([module], [listed], keys_of([module]), frozenset({"golang"})).differs


@pytest.mark.parametrize(
    ("lock", "sbom", "differs"),
    [
        ("sha512-" + "A" * 86 + "==", "sha512:" + "00" * 64, False),
        ("sha512-" + "A" * 85 + "Q==", "sha512:" + "00" * 64, True),
        ("sha512-" + "A" * 86 + "==", "sha256:" + "11" * 32, False),
        ("sha512-" + "A" * 86 + "==", "SHA512:" + "00" * 64, False),
        ("", "sha512:" + "00" * 64, False),
        ("sha512-nonsense", "sha512:" + "00" * 64, False),
    ],
)
def test_hashes_are_compared_as_bytes(lock: str, sbom: str, differs: bool) -> None:
    one, other = dep("a@1.0.0", integrity=(lock,)), dep("a@1.0.0", integrity=(sbom,))
    assert bool(match([one], [other], keys_of([one])).other_hash) is differs


def test_one_of_several_files_is_enough() -> None:
    wheel, source = "sha256:" + "11" * 32, "sha256:" + "22" * 32
    lock = dep("a@1.0.0", integrity=(wheel, source))
    assert not match([lock], [dep("a@1.0.0", integrity=(source,))], keys_of([lock])).differs


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        (dep("a@1.0.0"), True),
        (replace(dep("a@1.0.0"), version=None), False),
        (dep("a@1.0.0", origin=Origin.PATH), False),
        (dep("a@1.0.0", origin=Origin.GIT), True),
        (replace(dep("a@1.22"), purl="pkg:golang/stdlib"), False),
        (replace(dep("a@4"), purl="pkg:githubactions/actions/checkout"), False),
        (replace(dep("a@4"), purl="pkg:generic/a"), False),
    ],
)
def test_what_an_sbom_is_expected_to_list(dependency: Dependency, expected: bool) -> None:
    assert comparable(dependency) is expected


def test_many_versions_of_one_package_are_compared_in_linear_time() -> None:
    wanted = [dep(f"a@1.{number}") for number in range(20_000)]
    listed = [dep(f"a@2.{number}") for number in range(20_000)]
    found = match(wanted, listed, keys_of(wanted), NPM)
    assert (len(found.other_version), len(found.extra)) == (20_000, 19_999)
