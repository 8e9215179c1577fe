"""What differs between what a manifest used and what it uses now: the rows to write, and the counters that follow."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.components import Key, Known, batches
from app.store.tables import component, component_license, license_, use
from checks.model.dependency import SCOPE_ORDER, Inventory
from checks.model.uses import Use, Uses, brings

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}


class Change:
    """What differs between the open rows of a manifest and what it says now."""

    def __init__(self, manifest_id: int, repository_id: int, at: float, inventory: Inventory | None) -> None:
        self.manifest_id = manifest_id
        self.repository_id = repository_id
        self.at = at
        self.inventory = inventory
        self.opened: list[dict[str, Any]] = []
        self.closed: list[int] = []
        self.altered: list[dict[str, Any]] = []
        self.keys: list[Key] = []
        """Of what is opened."""
        self._reach: dict[str, frozenset[Key]] = {}

    def compare(self, rows: Mapping[int, Any], found: Uses, known: Mapping[Key, Known]) -> None:
        packages = {purl: known[purl, version].package_id for purl, version in found}
        names = {package_id: purl for purl, package_id in packages.items()}
        wanted: set[int] = set()
        for key, item in found.items():
            id_ = known[key].id
            if id_ in wanted:
                continue  # another spelling of the same
            wanted.add(id_)
            row = rows.get(id_)
            now = {"scope": _RANK[item.scope], "direct": item.direct, "via_id": packages.get(item.via or "")}
            if row is None:
                own = {"manifest_id": self.manifest_id, "component_id": id_, "repository_id": self.repository_id}
                self.opened.append({**own, "since": self.at, **now})
                self.keys.append(key)
                continue
            if self._still(names.get(row.via_id), key, item):
                now["via_id"] = row.via_id
            if (row.scope, row.direct, row.via_id) != tuple(now.values()):
                self.altered.append({"of_component": id_, **{f"new_{name}": value for name, value in now.items()}})
        self.opened.sort(key=lambda row: row["component_id"])
        self.closed = sorted(rows.keys() - wanted)

    def _still(self, via: str | None, key: Key, item: Use) -> bool:
        """Whether the dependency that brought it still does, though another may be nearer now: then nothing changed."""
        if via is None or item.via is None or via == item.via or self.inventory is None:
            return False
        if via not in self._reach:
            self._reach[via] = brings(self.inventory, via)
        return key in self._reach[via]


#: What a manifest uses now; to be narrowed to it.
OPEN = select(use.c.component_id, use.c.scope, use.c.direct, use.c.via_id).where(use.c.until.is_(None))
_ALTER = (
    update(use)
    .where(
        use.c.manifest_id == bindparam("of_manifest"),
        use.c.component_id == bindparam("of_component"),
        use.c.until.is_(None),
    )
    .values(scope=bindparam("new_scope"), direct=bindparam("new_direct"), via_id=bindparam("new_via_id"))
)
_COUNT = update(component).where(component.c.id == bindparam("of")).values(uses=component.c.uses + bindparam("more"))
_LEFT = _COUNT.values(left_at=bindparam("at"))
_COUNT_LICENSE = (
    update(license_).where(license_.c.id == bindparam("of")).values(uses=license_.c.uses + bindparam("more"))
)


async def write(connection: AsyncConnection, change: Change) -> None:
    """Write what differs."""
    mine = (use.c.manifest_id == change.manifest_id) & use.c.until.is_(None)
    for batch in batches(change.closed):
        which = mine & use.c.component_id.in_(batch)
        # What came and went with heads of the same second was never there.
        await connection.execute(delete(use).where(which, use.c.since >= change.at))
        await connection.execute(update(use).where(which).values(until=change.at))
    if change.altered:
        await connection.execute(_ALTER, [{"of_manifest": change.manifest_id, **row} for row in change.altered])
    for rows in batches(change.opened):
        await connection.execute(insert(use), rows)
    await _count(connection, change)


async def _count(connection: AsyncConnection, change: Change) -> None:
    """The numbers of open uses follow. In the order of ids, so that two writers never wait for each other."""
    more = Counter({row["component_id"]: 1 for row in change.opened})
    more.subtract(change.closed)
    came = [{"of": id_, "more": count} for id_, count in sorted(more.items()) if count > 0]
    left = [{"of": id_, "more": count, "at": change.at} for id_, count in sorted(more.items()) if count < 0]
    for statement, rows in ((_COUNT, came), (_LEFT, left)):
        if rows:
            await connection.execute(statement, rows)
    licenses: Counter[int] = Counter()
    for batch in batches(sorted(more)):
        pairs = select(component_license).where(component_license.c.component_id.in_(batch))
        for row in await connection.execute(pairs):
            licenses[row.license_id] += more[row.component_id]
    rows = [{"of": id_, "more": count} for id_, count in sorted(licenses.items()) if count]
    if rows:
        await connection.execute(_COUNT_LICENSE, rows)
