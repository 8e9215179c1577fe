"""Base against head: one change for each package version, with all its places."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.engine.differences import differences
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency, Location, Origin, Scope
from checks.model.snapshot import ManifestPair
from tests.engine.examples import dep, inventory, pair


def compare(base: list[Dependency] | None, head: list[Dependency]) -> dict[str, str]:
    """`name@version` → kind, without what was there before."""
    changes = differences([pair(None if base is None else inventory(*base), inventory(*head))])
    return {f"{c.name}@{c.version}": c.kind.value for c in changes if c.kind is not ChangeKind.PRESENT}


def test_added_updated_removed() -> None:
    base = [dep("kept@1.0.0"), dep("old@1.0.0"), dep("gone@3.0.0")]
    head = [dep("kept@1.0.0"), dep("old@2.0.0"), dep("new@0.1.0")]
    assert compare(base, head) == {"old@2.0.0": "updated", "new@0.1.0": "added", "gone@3.0.0": "removed"}


def test_an_update_knows_the_version_that_it_replaces() -> None:
    (change,) = differences([pair(inventory(dep("old@1.0.0")), inventory(dep("old@2.0.0")))])
    assert [before.version for before in change.before] == ["1.0.0"]


def test_a_development_tool_that_is_now_shipped_has_moved() -> None:
    assert compare([dep("tool@1.0.0", scope=Scope.DEVELOPMENT)], [dep("tool@1.0.0")]) == {"tool@1.0.0": "moved"}
    assert compare([dep("tool@1.0.0")], [dep("tool@1.0.0", scope=Scope.DEVELOPMENT)]) == {}


def test_the_same_version_from_elsewhere_is_re_sourced() -> None:
    known = dep("lib@1.0.0", integrity=("sha512-AAA",))
    assert compare([known], [replace(known, integrity=("sha512-BBB",))]) == {"lib@1.0.0": "re-sourced"}
    assert compare([known], [replace(known, origin=Origin.GIT)]) == {"lib@1.0.0": "re-sourced"}


def test_a_lock_file_that_states_more_hashes_than_before_is_not_re_sourced() -> None:
    known = dep("lib@1.0.0", integrity=("sha1-AAA",))
    assert compare([known], [replace(known, integrity=("sha512-BBB",))]) == {}
    assert compare([replace(known, integrity=())], [known]) == {}


def test_the_same_package_in_forty_manifests_is_one_change_with_forty_places() -> None:
    pairs = []
    for number in range(40):
        path = f"packages/{number:02}/package-lock.json"
        pairs.append(pair(inventory(path=path), inventory(dep("lib@1.0.0", path=path), path=path)))
    (change,) = differences(pairs)
    assert len(change.places) == 40
    assert change.places[0].dependency.location.path == "packages/00/package-lock.json"


def test_new_in_one_manifest_and_old_in_another_counts_only_where_it_is_new() -> None:
    old = inventory(dep("lib@1.0.0", path="a/package-lock.json"), path="a/package-lock.json")
    new = inventory(dep("lib@1.0.0", path="b/package-lock.json"), path="b/package-lock.json")
    (change,) = differences([pair(old, old), pair(inventory(path="b/package-lock.json"), new)])
    assert change.kind is ChangeKind.ADDED
    assert [place.dependency.location.path for place in change.places] == ["b/package-lock.json"]


def test_without_a_base_everything_is_present() -> None:
    (change,) = differences([pair(None, inventory(dep("lib@1.0.0")))], everything=True)
    assert change.kind is ChangeKind.PRESENT


def test_one_of_two_versions_that_is_gone_was_removed_and_not_updated() -> None:
    base = [dep("lib@1.0.0"), dep("lib@2.0.0")]
    assert compare(base, [dep("lib@2.0.0")]) == {"lib@1.0.0": "removed"}
    assert compare([dep("lib@2.0.0")], base) == {"lib@1.0.0": "added"}


def test_what_leaves_one_manifest_and_stays_in_another_was_removed_from_the_first() -> None:
    old = inventory(dep("lib@1.0.0", path="a/package-lock.json"), path="a/package-lock.json")
    kept = inventory(dep("lib@1.0.0", path="b/package-lock.json"), path="b/package-lock.json")
    changes = differences([pair(old, inventory(path="a/package-lock.json")), pair(kept, kept)])
    places = {c.kind.value: [p.dependency.location.path for p in c.places] for c in changes}
    assert places == {"present": ["b/package-lock.json"], "removed": ["a/package-lock.json"]}


REGISTRY, MIRROR = "https://registry.example/lib/-/lib-1.0.0.tgz", "https://mirror.example/npm/lib/-/lib-1.0.0.tgz"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"source": REGISTRY}, {"source": MIRROR}, True, id="another registry"),
        pytest.param({"source": REGISTRY}, {"source": None}, False, id="npm leaves the address out"),
        pytest.param({"source": None}, {"source": MIRROR}, False, id="npm writes the address again"),
        pytest.param(
            {"source": REGISTRY, "integrity": ("sha512-A",)},
            {"source": REGISTRY + "#d09d1f", "integrity": ("sha512-A",)}, False, id="only the fragment",
        ),
        pytest.param(
            {"source": REGISTRY, "integrity": ("sha512-A",)},
            {"source": MIRROR, "integrity": ("sha512-A",)}, True, id="another host, the same bytes",
        ),
        pytest.param({"integrity": ("a" * 40,)}, {"integrity": ("b" * 40,)}, True, id="bare SHA-1 of yarn 1"),
        pytest.param({"integrity": ("a" * 64,)}, {"integrity": ("b" * 64,)}, True, id="bare SHA-256 of Cargo"),
        pytest.param({"integrity": ("a" * 40,)}, {"integrity": ("sha512-A",)}, False, id="a newer algorithm"),
        pytest.param(
            {"integrity": ("sha256:1", "sha256:2")}, {"integrity": ("sha256:2", "sha256:3")}, False, id="one more wheel"
        ),
        pytest.param(
            {"origin": Origin.GIT, "source": "git+ssh://git@git.example/o/lib.git#c0ffee"},
            {"origin": Origin.GIT, "source": "https://git.example/o/lib#c0ffee"}, False, id="ssh or https",
        ),
        pytest.param(
            {"origin": Origin.GIT, "source": "git+https://git.example/o/lib.git#c0ffee"},
            {"origin": Origin.GIT, "source": "git+https://git.example/o/lib.git#decaf0"}, True, id="another commit",
        ),
    ],
)  # fmt: skip
def test_what_comes_from_elsewhere(before: dict[str, Any], after: dict[str, Any], expected: bool) -> None:
    known = dep("lib@1.0.0")
    found = compare([replace(known, **before)], [replace(known, **after)])
    assert found == ({"lib@1.0.0": "re-sourced"} if expected else {})


def test_a_move_between_any_scopes_can_be_told() -> None:
    base, head = dep("tool@1.0.0"), dep("tool@1.0.0", scope=Scope.DEVELOPMENT)
    (change,) = differences([pair(inventory(base), inventory(head))], every_move=True)
    assert (change.kind, change.before) == (ChangeKind.MOVED, (base,))


_names = st.sampled_from(["a", "b", "c", "d"])
_versions = st.sampled_from(["1.0.0", "1.1.0", "2.0.0"])
_lists = st.lists(st.tuples(_names, _versions), max_size=8).map(lambda rows: [dep(f"{n}@{v}") for n, v in rows])


_manifests = st.lists(st.tuples(_lists, _lists), min_size=1, max_size=3)

_Entry = tuple[str, str, str | None]


def _pairs(manifests: list[tuple[list[Dependency], list[Dependency]]]) -> list[ManifestPair]:
    """Several manifests with both sides."""
    pairs = []
    for number, sides in enumerate(manifests):
        path = f"part-{number}/package-lock.json"
        base, head = ([replace(d, location=Location(path, d.location.line)) for d in side] for side in sides)
        pairs.append(pair(inventory(*base, path=path), inventory(*head, path=path)))
    return pairs


def _entry(dependency: Dependency) -> _Entry:
    return dependency.location.path, dependency.purl, dependency.version


def _entries(pairs: list[ManifestPair], side: str) -> set[_Entry]:
    return {_entry(dependency) for each in pairs for dependency in getattr(each, side).dependencies}


def _apply(changes: tuple[Change, ...], base: set[_Entry]) -> set[_Entry]:
    """What a reader of the differences makes of the base."""
    gone = {_entry(place.dependency) for c in changes if c.kind is ChangeKind.REMOVED for place in c.places}
    replaced = {_entry(before) for c in changes for before in c.before}
    new = {_entry(place.dependency) for c in changes if c.introduced for place in c.places}
    return (base - gone - replaced) | new


@given(_manifests)
def test_the_changes_applied_to_the_base_give_the_head(
    manifests: list[tuple[list[Dependency], list[Dependency]]],
) -> None:
    pairs = _pairs(manifests)
    changes = differences(pairs, every_move=True)
    assert _apply(changes, _entries(pairs, "base")) == _entries(pairs, "head")
    quiet = {_entry(p.dependency) for c in changes if c.kind is ChangeKind.PRESENT for p in c.places}
    assert quiet <= _entries(pairs, "base") & _entries(pairs, "head")


@given(_manifests, st.randoms())
def test_the_order_of_manifests_does_not_matter(
    manifests: list[tuple[list[Dependency], list[Dependency]]], random: object
) -> None:
    pairs = _pairs(manifests)
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _shape(differences(pairs)) == _shape(differences(shuffled))


def _shape(changes: tuple[Change, ...]) -> list[tuple[object, ...]]:
    return [
        (c.kind, c.purl, c.version, [_entry(p.dependency) for p in c.places], {_entry(d) for d in c.before})
        for c in changes
    ]


@given(_lists, _lists, st.randoms())
def test_the_order_of_entries_does_not_matter(base: list[Dependency], head: list[Dependency], random: object) -> None:
    shuffled = list(head)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _shape(differences([pair(inventory(*base), inventory(*head))])) == _shape(
        differences([pair(inventory(*base), inventory(*shuffled))])
    )


@given(_lists)
def test_nothing_changes_between_equal_sides(rows: list[Dependency]) -> None:
    assert compare(rows, rows) == {}
