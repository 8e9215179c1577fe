"""A person is forgotten on request: nothing names them any more, and nobody else is touched."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from app.store.database import Database
from app.store.persons import Person, forget_person
from app.store.reports import SENDING, SENT
from app.store.tables import (
    command,
    delivery,
    history,
    manifest,
    metadata,
    outbox,
    pause,
    policy_version,
    report,
    request,
    snapshot,
    subject,
)

Run = Callable[[Callable[[Database], Any]], Any]

ADA = Person("ada", ["Ada Lovelace", "Àda Ł."], ["ada@example.com"])
#: What no row may have afterwards.
THEIRS = (
    "Ada Lovelace",
    r"\bada@example",
    "'[Aa]da'",
    r"@ada(?!-)",
    r"7\+ada",
    "member ada",
    r"\b99\b",
    "Àda",
    "waive it",
)


async def everything(database: Database) -> str:
    """All rows of all tables, as text."""
    async with database.read() as connection:
        tables = [(await connection.execute(select(table))).mappings().all() for table in metadata.sorted_tables]
    return "\n".join(str(row) for rows in tables for row in rows)


async def fill(database: Database) -> None:
    remark = {"id": 5, "url": "https://x/5", "body": "/ospo-gate waive it", "login": "Ada", "account_id": 99}
    about = {"repository": "ada-labs/web", "repository_node": "R", "author": "ada", "author_is_bot": False}
    finding = {
        "check": "signoff",
        "message": "Commit 1234 by the member ada has no sign-off; Ada Lovelace <ada@example.com> must sign it.",
        "why": ["Àda Ł."],
    }
    other = {"check": "licenses", "message": "The package ada is by Adalbert <canada@example.com>, @ada-labs."}
    at = {"made_at": 1.0, "subject": "7/pull/1"}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (delivery, {"id": "d", "event": "issue_comment", "received_at": 1.0, "command": {"about": {"remark": remark}}}),
        (
            subject,
            {"key": "7/comment/5", "installation_id": 1, "repository_id": 7, "number": 1, "head": "h", "head_at": 1.0,
             "next_at": 1.0, "about": {**about, "remark": remark}, "comment": {"id": 6, "body": "Ask @ada."}},
        ),
        (
            report,
            {**at, "head": "h", "digest": "d", "policy_digest": "p", "conclusion": "blocked",
             "document": {"findings": [finding, other]}},
        ),
        (outbox, {**at, "token": 1, "state": SENT, "publication": {"text": "by Ada Lovelace"}}),
        (outbox, {**at, "token": 2, "state": SENDING, "publication": {"text": "of nobody"}}),
        (history, {"at": 1.0, "what": "asked", "subject": "7/pull/1", "details": {"by": "Ada", "kind": "waive"}}),
        (command, {"comment_id": 5, "subject": "7/pull/1", "account_id": 99, "word": "waive", "at": 1.0}),
        (command, {"comment_id": 6, "subject": "7/pull/1", "account_id": 98, "word": "waive", "at": 1.0}),
        (
            request,
            {"comment_id": 5, "comment_url": "u", "installation_id": 1, "repository_id": 7, "subject": "7/pull/1",
             "kind": "waive", "finding": "F", "rule": "vulnerable", "about": "a", "asked_at": 1.0,
             "reason": "ask 7+ada@users.noreply.github.com", "account_id": 99, "login": "Ada"},
        ),
        (pause, {"until": 1.0, "reason": "by @ada", "by": "ada", "made_at": 1.0}),
        (
            manifest,
            {"repository_id": 7, "digest": "d", "path": "a", "format": "f", "owners": ["@ada", "@ada-labs/web"]},
        ),
        (
            snapshot,
            {"subject": "7/pull/1", "repository_id": 7, "head": "h", "base": "b", "head_at": 1.0, "stored_at": 1.0,
             "data": {"listing": {"commits": [{"author": {"name": "Ada Lovelace", "email": "ada@example.com"}}]}}},
        ),
        (policy_version, {"source": "example/policy", "digest": "d", "author": "ada", "loaded_at": 1.0}),
    ]  # fmt: skip
    async with database.write() as connection:
        for table, row in rows:
            await connection.execute(insert(table).values(row))


def test_nothing_names_them_any_more(run: Run) -> None:
    async def story(database: Database) -> None:
        await fill(database)
        before = await everything(database)
        assert [word for word in THEIRS if not re.search(word, before)] == []
        found = await forget_person(database, ADA)
        after = await everything(database)
        assert [word for word in THEIRS if re.search(word, after)] == []
        assert found == {
            "delivery": 1, "subject": 1, "report": 1, "history": 1, "manifest": 1, "request": 2, "pause": 2,
            "command": 1, "outbox": 1, "signature": 0, "company": 0, "override": 0, "snapshot": 1, "policy_version": 1,
        }  # fmt: skip
        assert sum((await forget_person(database, ADA)).values()) == 0, "once is enough"

    run(story)


def test_what_is_not_theirs_stays_as_it_was(run: Run) -> None:
    async def story(database: Database) -> None:
        await fill(database)
        await forget_person(database, ADA)
        async with database.read() as connection:
            (document,) = (await connection.execute(select(report.c.document))).scalars()
            about = (await connection.execute(select(subject.c.about))).scalar_one()
            asked = (await connection.execute(select(request.c.rule, request.c.login, request.c.reason))).one()
        theirs, other = document["findings"]
        assert theirs["message"] == "Commit 1234 by the member ghost has no sign-off; ghost <ghost> must sign it."
        assert other["message"] == "The package ada is by Adalbert <canada@example.com>, @ada-labs."
        assert (about["repository"], about["author"], about["remark"]["body"]) == ("ada-labs/web", "ghost", "")
        assert tuple(asked) == ("vulnerable", "ghost", "ask ghost")

    run(story)


def test_more_rows_than_one_transaction_takes(run: Run) -> None:
    async def story(database: Database) -> None:
        rows = [
            {"at": 1.0, "what": "asked", "subject": f"7/pull/{number}", "details": {"by": "ada"}}
            for number in range(450)
        ]
        async with database.write() as connection:
            await connection.execute(insert(history), rows)
        assert (await forget_person(database, Person("ada")))["history"] == 450

    run(story)
