"""The check `inventory`: the same version from elsewhere, told with both sides."""

from dataclasses import replace

import pytest

from checks.model.dependency import Dependency
from checks.model.finding import Finding, Level
from checks.model.phrase import plain
from checks.model.snapshot import ManifestPair
from tests.engine.examples import dep, inventory, pair
from tests.engine.test_evaluate import judge

KNOWN = dep("lib@1.0.0", line=7, source="https://registry.example/lib/-/lib-1.0.0.tgz", integrity=("sha512-AAA",))
MIRRORED = replace(KNOWN, source="https://mirror.example/npm/lib/-/lib-1.0.0.tgz")


def change(before: Dependency, after: Dependency, path: str = "package-lock.json") -> ManifestPair:
    sides = [replace(d, location=replace(d.location, path=path)) for d in (before, after)]
    return pair(inventory(sides[0], path=path), inventory(sides[1], path=path))


def findings(before: Dependency, after: Dependency, policy: str = "") -> tuple[Finding, ...]:
    return judge(policy, change(before, after)).findings


def test_another_hash_of_the_same_version_blocks() -> None:
    (finding,) = findings(KNOWN, replace(KNOWN, integrity=("sha512-BBB",)))
    assert (finding.rule, finding.level, finding.blocks) == ("package-re-sourced", Level.BLOCK, True)
    assert plain(finding.message) == (
        "lib 1.0.0 is the same version as before, and has the hash sha512-BBB instead of sha512-AAA."
    )
    assert [(item.what, plain(item.actual)) for item in finding.evidence] == [
        ("before", "https://registry.example/lib/-/lib-1.0.0.tgz, hash sha512-AAA"),
        ("now", "https://registry.example/lib/-/lib-1.0.0.tgz, hash sha512-BBB"),
    ]
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("package-lock.json", 7)


def test_another_registry_is_told_with_what_the_hash_proves() -> None:
    (finding,) = findings(KNOWN, MIRRORED)
    assert plain(finding.message) == (
        "lib 1.0.0 is the same version as before, and comes from https://mirror.example/npm/lib/-/lib-1.0.0.tgz "
        "instead of https://registry.example/lib/-/lib-1.0.0.tgz, with the same hash."
    )


MIRRORS = "inventory:\n  same_sources: [['https://registry.example/', 'https://mirror.example/npm/']]"


def test_the_policy_can_say_that_two_addresses_are_one_source() -> None:
    assert findings(KNOWN, MIRRORED, MIRRORS) == ()
    assert findings(replace(KNOWN, integrity=()), replace(MIRRORED, integrity=()), MIRRORS) == ()


@pytest.mark.parametrize(
    "after", [replace(MIRRORED, integrity=("sha512-BBB",)), replace(MIRRORED, source="https://other.example/x")]
)
def test_a_mirror_excuses_neither_another_hash_nor_another_place(after: Dependency) -> None:
    assert [finding.rule for finding in findings(KNOWN, after, MIRRORS)] == ["package-re-sourced"]


def test_a_package_that_is_re_sourced_in_forty_manifests_is_one_finding_with_forty_places() -> None:
    pairs = [
        change(KNOWN, replace(KNOWN, integrity=("sha512-BBB",)), f"part-{n:02}/package-lock.json") for n in range(40)
    ]
    (finding,) = judge("", *pairs).findings
    assert len({finding.location, *finding.related}) == 40


def test_manifests_are_what_the_check_counts() -> None:
    (outcome,) = judge("", change(KNOWN, MIRRORED)).outcomes
    assert (outcome.judged, outcome.noun) == (1, "manifest")
