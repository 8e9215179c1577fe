"""Inventories go into the database and come back equal, whatever is in them."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.database import Database
from app.store.inventories import InventoryStore
from app.store.tables import inventory as table
from checks.manifests.codec import decode, encode
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


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    dependencies = draw(st.lists(DEPENDENCIES, max_size=3).map(tuple))
    count = len(dependencies)
    indexes = st.integers(0, max(count - 1, 0))
    rows = st.lists(st.lists(indexes, max_size=2, unique=True).map(tuple), min_size=count, max_size=count).map(tuple)
    parents = st.lists(st.integers(-1, count - 1), min_size=count, max_size=count).map(tuple)
    problems = draw(st.lists(st.builds(Problem, TEXT, TEXT, LOCATIONS), max_size=2).map(tuple))
    edges, chain = draw(st.just(()) | rows), draw(st.just(()) | parents)
    return Inventory(draw(TEXT), draw(TEXT), dependencies, edges, chain, problems)


@settings(max_examples=150, deadline=None)
@given(inventories())
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
        await asyncio.gather(store.put(inventories), store.put(inventories))
        assert await store.get([*inventories, "unknown"]) == inventories

    run(story)


def test_a_damaged_entry_is_parsed_anew(run: Callable[[Callable[[Database], Any]], Any]) -> None:
    async def story(database: Database) -> None:
        store = InventoryStore(database)
        await store.put({"a" * 64: Inventory("uv.lock", "uv-lock"), "b" * 64: Inventory("uv.lock", "uv-lock")})
        async with database.write() as connection:
            await connection.execute(table.update().where(table.c.key == "a" * 64).values(data=b"damaged"))
        assert set(await store.get(["a" * 64, "b" * 64])) == {"b" * 64}
        await store.put({"a" * 64: Inventory("uv.lock", "uv-lock")})
        assert len(await store.get(["a" * 64, "b" * 64])) == 2

    run(story)
