"""Base against head: one change for each package version, with all its places."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from checks.engine.differences import differences
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency, Inventory, Origin, Scope
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


_names = st.sampled_from(["a", "b", "c", "d"])
_versions = st.sampled_from(["1.0.0", "1.1.0", "2.0.0"])
_lists = st.lists(st.tuples(_names, _versions), max_size=8).map(lambda rows: [dep(f"{n}@{v}") for n, v in rows])


def _versions_of(inventory_: Inventory) -> set[tuple[str, str | None]]:
    return {(d.purl, d.version) for d in inventory_.dependencies}


@given(_lists, _lists)
def test_the_changes_applied_to_the_base_give_the_head(base: list[Dependency], head: list[Dependency]) -> None:
    before, after = inventory(*base), inventory(*head)
    changes = differences([pair(before, after)])
    there = {(c.purl, c.version) for c in changes if c.kind is not ChangeKind.REMOVED}
    assert there == _versions_of(after)
    new = {(c.purl, c.version) for c in changes if c.kind in (ChangeKind.ADDED, ChangeKind.UPDATED)}
    assert new == _versions_of(after) - _versions_of(before)
    removed = {c.purl for c in changes if c.kind is ChangeKind.REMOVED}
    assert removed == {purl for purl, _ in _versions_of(before)} - {purl for purl, _ in _versions_of(after)}


@given(_lists, _lists, st.randoms())
def test_the_order_of_entries_does_not_matter(base: list[Dependency], head: list[Dependency], random: object) -> None:
    def shape(changes: tuple[Change, ...]) -> list[tuple[object, ...]]:
        return [(c.kind, c.purl, c.version, len(c.places)) for c in changes]

    shuffled = list(head)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert shape(differences([pair(inventory(*base), inventory(*head))])) == shape(
        differences([pair(inventory(*base), inventory(*shuffled))])
    )


@given(_lists)
def test_nothing_changes_between_equal_sides(rows: list[Dependency]) -> None:
    assert compare(rows, rows) == {}
