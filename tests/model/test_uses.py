"""What a manifest uses: each component once, with the direct dependency that brings it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from checks.model.dependency import Scope
from checks.model.uses import brings, brought_by, uses
from tests.store.bills import inventory

GRAPH = {"web@1": ["mid@1"], "mid@1": ["deep@1"], "cli@1": ["deep@1", "mid@1"]}


def test_what_brings_it_is_the_nearest_direct_dependency() -> None:
    found = uses(inventory(GRAPH))
    assert {purl[8:]: use.via and use.via[8:] for (purl, _), use in found.items()} == {
        "web": None,
        "cli": None,
        "mid": "web",
        "deep": "cli",
    }


def test_all_that_bring_it() -> None:
    lock = inventory(GRAPH)
    assert [entry.name for entry in brought_by(lock, ("pkg:npm/deep", "1"))] == ["cli", "web"]
    assert [entry.name for entry in brought_by(lock, ("pkg:npm/web", "1"))] == ["web"]
    assert brought_by(lock, ("pkg:npm/nobody", None)) == ()
    assert brings(lock, "pkg:npm/web") == {(f"pkg:npm/{name}", "1") for name in ("web", "mid", "deep")}
    assert brings(lock, "pkg:npm/mid") == frozenset()  # it is not direct


def test_several_entries_are_one_use_that_reaches_users() -> None:
    lock = inventory({"a@1": ["b@1"]}, scopes={"b@1": Scope.TEST})
    again = replace(lock.dependencies[1], scope=Scope.OPTIONAL, direct=None, license="MIT")
    lock = replace(lock, dependencies=(*lock.dependencies, again), edges=(*lock.edges, ()), parents=(*lock.parents, -1))
    use = uses(lock)["pkg:npm/b", "1"]
    assert (use.scope, use.direct, use.via, use.license) == (Scope.OPTIONAL, False, "pkg:npm/a", "MIT")


def test_a_file_without_a_graph() -> None:
    lock = replace(inventory({"a@1": [], "b@": []}), edges=(), parents=())
    assert {key: use.via for key, use in uses(lock).items()} == {("pkg:npm/a", "1"): None, ("pkg:npm/b", None): None}
    assert [entry.name for entry in brought_by(lock, ("pkg:npm/a", "1"))] == ["a"]


_NAMES = [f"p{number}@1" for number in range(6)]


@given(
    st.dictionaries(st.sampled_from(_NAMES), st.lists(st.sampled_from(_NAMES), max_size=4)),
    st.frozensets(st.sampled_from(_NAMES), min_size=1),
)
def test_what_brings_a_component_is_among_all_that_do(graph: dict[str, list[str]], direct: frozenset[str]) -> None:
    lock = inventory(graph, direct=sorted(direct))
    for key, use in uses(lock).items():
        ways = {entry.purl for entry in brought_by(lock, key)}
        assert use.via is None or use.via in ways
        assert all(key in brings(lock, way) for way in ways)
        assert bool(use.direct) == (key[0] in ways and use.via is None and use.direct)
