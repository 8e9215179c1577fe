"""An organization whose default branches were read, two policies, and what the second one would change."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from app.policies import load_policies
from app.preview import Previewed, preview
from app.store.database import Database
from app.store.preview import PreviewStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uses import UseStore
from checks.engine.impact import Move, Row
from checks.engine.indexed import INDEXED
from checks.engine.preview import Comparison
from checks.model.dependency import Inventory
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READ_AT = 1_790_000_000.0


def policy(text: str) -> PolicySet:
    return load_policies(PolicyFiles(f"version: 1\n{text}\n".encode(), "policy.yaml"))


async def organization(
    database: Database,
    trees: Mapping[str, Sequence[Inventory]],
    rows: Mapping[str, RepositoryRow] | None = None,
) -> None:
    """Repositories by name with what their default branches have; `rows` is what events told of some."""
    for number, (name, inventories) in enumerate(trees.items(), 1):
        row = (rows or {}).get(name) or RepositoryRow(number, 11, name, visibility="private", archived=False)
        await RepositoryStore(database).seen([row])
        await UseStore(database).store(number, "a" * 40, READ_AT, inventories)


async def previewed(database: Database, old: str, new: str) -> Previewed:
    return await preview(PreviewStore(database), Comparison(policy(old), policy(new), NOW, INDEXED))


def moves(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """What moves, by the name of the row."""
    return {row.name: {move.value: count for move, count in row.moves.items()} for row in rows}


def blocked(found: Previewed) -> int:
    return found.impact.total.moves.get(Move.BLOCKED, 0)
