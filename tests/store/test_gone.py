"""What is known of a repository that the App does not see any more goes after a time of grace, all of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, insert, select

from app.store.database import Database
from app.store.housekeeping import Retention, sweep
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.subjects import SubjectStore
from app.store.tables import (
    command,
    contributor,
    delivery,
    history,
    metadata,
    outbox,
    override,
    report,
    request,
    sighting,
    snapshot,
    subject,
)
from app.subject import Delivery, Lost

Run = Callable[[Callable[[Database], Any]], Any]
DAY = 86_400.0
OF_VERDICTS = (
    command, contributor, delivery, history, outbox, override, report, request, sighting, snapshot, subject,
)  # fmt: skip


async def fill(database: Database, repository_id: int) -> None:
    key = f"{repository_id}/pull/1"
    own = {"repository_id": repository_id, "installation_id": 5}
    said = {"subject": key, "made_at": 1.0}
    texts = dict.fromkeys(("kind", "finding", "rule", "about", "reason", "login", "comment_url"), "x")
    rows: list[tuple[Any, dict[str, Any]]] = [
        (subject, {**own, "key": key, "number": 1, "about": {}, "head": "h", "head_at": 1.0, "next_at": 1.0}),
        (report, {**said, "head": "h", "digest": "d", "policy_digest": "p", "conclusion": "passed", "document": {}}),
        (outbox, {**said, "token": 1, "state": "waiting", "publication": {}}),
        (contributor, {"subject": key, "account_id": 7}),
        (history, {"at": 1.0, "what": "judged", "subject": key, "details": {}}),
        (sighting, {"repository_id": repository_id, "name": "n", "first_seen_at": 1.0}),
        (override, {**own, "subject": key, "head": "h", "check_id": "signoff", "account_id": 1, "login": "x",
                    "reason": "x", "way": "button", "at": 1.0}),
        (snapshot, {"subject": key, "repository_id": repository_id, "head": "h", "base": "b", "head_at": 1.0,
                    "data": {}, "stored_at": 1.0}),
        (command, {"comment_id": repository_id, "subject": key, "account_id": 1, "word": "waive", "at": 1.0}),
        (request, {**own, **texts, "comment_id": repository_id, "subject": key, "account_id": 1, "asked_at": 1.0}),
        (delivery, {"id": str(repository_id), "event": "push", "subject": key, "received_at": 1.0}),
    ]  # fmt: skip
    async with database.write() as connection:
        for table, row in rows:
            await connection.execute(insert(table).values(row))


async def counts(database: Database) -> set[int]:
    async with database.read() as connection:
        queries = [select(func.count()).select_from(table) for table in OF_VERDICTS]
        return {int((await connection.execute(query)).scalar_one()) for query in queries}


def test_an_uninstalled_app_forgets_after_the_time_of_grace(run: Run) -> None:
    async def story(database: Database) -> None:
        seen = [RepositoryRow(1, 5, "example/a"), RepositoryRow(2, 6, "other/b")]
        await RepositoryStore(database, lambda: 0.0).seen(seen)
        for repository in (1, 2):
            await fill(database, repository)
        lost = Delivery("gone", "installation", "deleted", Lost(5, "the App was uninstalled"))
        await SubjectStore(database, lambda: DAY).accept(lost)
        async with database.write() as connection:
            await connection.execute(delivery.delete().where(delivery.c.id == "gone"))
        kept = Retention(gone=7)
        await sweep(database, lambda: 7 * DAY, kept)
        assert await counts(database) == {2}, "it may be installed again"
        await sweep(database, lambda: 9 * DAY, kept)
        assert await counts(database) == {1}
        assert await RepositoryStore(database).get(1) is None
        assert await RepositoryStore(database).get(2) is not None

    run(story)


def test_every_table_with_a_repository_or_a_subject_is_thought_of() -> None:
    """A new one must be forgotten, too: here or in `app.store.forgetting`."""
    elsewhere = {"backfill", "manifest", "pull_inventory", "pull_manifest", "reading", "upload", "use", "pause"}
    found = {
        table.name for table in metadata.sorted_tables if {"repository_id", "subject"} & {c.name for c in table.columns}
    }
    assert found - {table.name for table in OF_VERDICTS} == elsewhere
