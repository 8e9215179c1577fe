"""Inventories as bytes: equal after a round trip, and no bytes do harm."""

import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.manifests import codec, read, recognize
from checks.manifests.codec import decode, encode
from checks.model.dependency import Dependency, Inventory, Location, Origin, Problem, Scope

FULL = Inventory(
    path="web/package-lock.json",
    format="npm-lock",
    dependencies=(
        Dependency("pkg:npm/a", "a", "1.0.0", Location("web/package-lock.json", 3, 9), Scope.RUNTIME, direct=True,
                   source="https://registry.example/a", license="MIT", published=datetime(2026, 1, 2, tzinfo=UTC),
                   integrity=("sha512-A", "sha1-B"), required_at=Location("web/package.json", 4, 4),
                   installed_at="node_modules/a"),
        Dependency("pkg:npm/b", "\ud800b", None, Location("web/package-lock.json", 10), Scope.TEST, None, Origin.GIT),
    ),
    edges=((1,), ()),
    parents=(-1, 0),
    problems=(Problem("entry", "odd", Location("web/package-lock.json", 12, 12)),),
)  # fmt: skip


@pytest.mark.parametrize("value", [FULL, Inventory("uv.lock", "uv-lock"), replace(FULL, edges=(), parents=())])
def test_a_round_trip(value: Inventory) -> None:
    assert decode(encode(value)) == value


_texts = st.text(max_size=8)
_places = st.builds(Location, st.sampled_from(["a", "b/c"]), st.integers(0, 9), st.integers(0, 9))
_dependencies = st.builds(
    Dependency, _texts, _texts, st.none() | _texts, _places, st.sampled_from(Scope), st.none() | st.booleans(),
    st.sampled_from(Origin), st.none() | _texts, st.none() | _texts,
    st.none() | st.datetimes(timezones=st.just(UTC)), st.lists(_texts, max_size=2).map(tuple), st.none() | _places,
    st.none() | _texts,
)  # fmt: skip


@given(st.lists(_dependencies, max_size=4))
def test_every_inventory_survives(dependencies: list[Dependency]) -> None:
    value = Inventory("a", "npm-lock", tuple(dependencies))
    assert decode(encode(value)) == value


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(ValueError, match="inventory"):
        decode(data)


@given(st.integers(0, len(encode(FULL)) - 1))
def test_what_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="inventory"):
        decode(encode(FULL)[:length])


def _with(**changes: object) -> bytes:
    document = json.loads(zlib.decompress(encode(FULL)))
    return zlib.compress(json.dumps(document | changes).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"form": 0},
        {"name": ["a"]},
        {"name": [1, 2]},
        {"place": [[0, 1], [0, 1, 2]]},
        {"place": [[0, -1, 2], [0, 1, 2]]},
        {"place": [[9, 1, 2], [0, 1, 2]]},
        {"place": [[0, True, 2], [0, 1, 2]]},
        {"scope": ["runtime", "nowhere"]},
        {"direct": ["yes", None]},
        {"published": ["soon", None]},
        {"integrity": [[1], []]},
        {"edges": [3, 0]},
        {"edges": [1, 10**12]},
        {"targets": [7]},
        {"parents": [5, 5]},
        {"parents": [-1]},
        {"problems": [["entry", "odd"]]},
        {"problems": [[1, 2, 0, 0, 0]]},
        {"paths": {}},
        {"purl": None},
    ],
)
def test_what_is_hostile_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an inventory"):
        decode(_with(**changes))


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_UNPACKED", 1000)
    with pytest.raises(ValueError, match="longer than an inventory can be"):
        decode(zlib.compress(b" " * 100_000))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ValueError, match="not an inventory"):
        decode(zlib.compress(b"[" * 100_000))


def test_it_is_small() -> None:
    path = Path(__file__).parent.parent.parent / "requirements" / "dev.txt"
    format_ = recognize("requirements/dev.txt")
    assert format_ is not None
    data = path.read_bytes()
    assert len(encode(read(format_, "requirements/dev.txt", data))) < len(data)
