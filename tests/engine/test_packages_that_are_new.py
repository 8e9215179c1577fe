"""Whether a package is new here, and where an observation about the whole stands."""

from checks.engine.differences import differences
from checks.model.change import ChangeKind
from checks.model.dependency import Dependency
from checks.model.snapshot import ManifestPair
from tests.engine.examples import dep, inventory, pair

OTHER = "other/package-lock.json"


def beside(*pairs: ManifestPair) -> dict[str, bool]:
    """For each package version that is added: whether another version of it was there."""
    added = (change for change in differences(pairs) if change.kind is ChangeKind.ADDED)
    return {f"{change.name}@{change.version}": change.beside for change in added}


def step(base: tuple[Dependency, ...], head: tuple[Dependency, ...]) -> ManifestPair:
    return pair(inventory(*base), inventory(*head))


def test_a_package_is_new_where_no_version_of_it_was_there() -> None:
    one, two, lib = dep("a@1.0.0"), dep("a@2.0.0"), dep("lib@1.0.0")
    assert beside(step((lib,), (lib, one))) == {"a@1.0.0": False}
    assert beside(step((one,), (one, two))) == {"a@2.0.0": True}
    assert beside(step((one,), (two,))) == {}, "an update"
    assert beside(pair(None, inventory(one))) == {"a@1.0.0": False}


def test_a_package_that_moves_to_another_file_is_not_new() -> None:
    here, there = dep("a@1.0.0"), dep("a@1.0.0", path=OTHER)
    moved = (
        ManifestPair("package-lock.json", inventory(here), None),
        ManifestPair(OTHER, None, inventory(there, path=OTHER)),
    )
    assert beside(*moved) == {"a@1.0.0": True}


def test_everything_is_there_without_a_base() -> None:
    (change,) = differences((pair(None, inventory(dep("a@1.0.0"))),), everything=True)
    assert (change.kind, change.beside) == (ChangeKind.PRESENT, False)
