"""Inventories go into the database and come back equal, whatever is in them."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.database import Database
from app.store.inventories import InventoryStore, decode, encode
from checks.model.dependency import Dependency, Inventory, Location, Origin, Problem, Scope

TEXT = st.text(st.characters(), max_size=8)  # surrogates and NUL included
LOCATIONS = st.builds(Location, TEXT, st.integers(0, 10**6), st.integers(0, 10**6))
OPTIONAL = st.none() | TEXT
DEPENDENCIES = st.builds(
    Dependency,
    purl=TEXT, name=TEXT, version=OPTIONAL, location=LOCATIONS, scope=st.sampled_from(Scope),
    direct=st.none() | st.booleans(), origin=st.sampled_from(Origin), source=OPTIONAL, license=OPTIONAL,
    published=st.none() | st.datetimes(timezones=st.just(UTC)), integrity=st.lists(TEXT, max_size=2).map(tuple),
    required_at=st.none() | LOCATIONS, installed_at=OPTIONAL,
)  # fmt: skip
INVENTORIES = st.builds(
    Inventory,
    path=TEXT, format=TEXT, dependencies=st.lists(DEPENDENCIES, max_size=3).map(tuple),
    edges=st.lists(st.lists(st.integers(0, 2), max_size=2).map(tuple), max_size=3).map(tuple),
    parents=st.lists(st.integers(-1, 2), max_size=3).map(tuple),
    problems=st.lists(st.builds(Problem, TEXT, TEXT, LOCATIONS), max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(INVENTORIES)
def test_decode_gives_back_what_was_encoded(inventory: Inventory) -> None:
    assert decode(encode(inventory)) == inventory


def test_every_field_is_generated_above() -> None:
    """A field that is added to the model and not to the codec would be lost in the cache."""
    fields = {field.name for field in dataclasses.fields(Dependency)}
    assert fields == {
        "purl", "name", "version", "location", "scope", "direct", "origin", "source", "license", "published",
        "integrity", "required_at", "installed_at",
    }  # fmt: skip
    assert {f.name for f in dataclasses.fields(Inventory) if f.init} == {
        "path", "format", "dependencies", "edges", "parents", "problems",
    }  # fmt: skip


def test_a_thousand_inventories_in_the_store(run: Callable[[Callable[[Database], Any]], Any]) -> None:
    async def story(database: Database) -> None:
        store = InventoryStore(database)
        inventories = {f"{n:064}": Inventory(f"part-{n}/uv.lock", "uv-lock") for n in range(1_000)}
        await store.put(inventories)
        await asyncio.gather(store.put(inventories), store.put(inventories))  # known ones stay
        assert await store.get([*inventories, "unknown"]) == inventories

    run(story)
