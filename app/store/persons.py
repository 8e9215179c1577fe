"""A person's data on request: what names them is deleted, or says `ghost` where something else stands on it.

Decisions stay (who asked for a waiver is part of why it exists), but not by whom. What repositories, GitHub and the
organization's policy say is not ours: it comes again when it is read again.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, Text, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.database import Database
from app.store.reports import SENT, SUPERSEDED
from app.store.signers import GHOST, accounts_of, forget_signer
from app.store.tables import (
    command,
    delivery,
    history,
    manifest,
    outbox,
    override,
    pause,
    policy_version,
    report,
    request,
    snapshot,
    subject,
)

#: Rows of one transaction: webhooks are accepted in between.
SLICE = 200
#: Fields whose whole value is a login.
_LOGINS = ("author", "by", "login", "merged_by", "ended_by")
#: The checks whose sentences name accounts as they are.
_NAME_PEOPLE = ("signoff", "agreements")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to forget. Names and addresses are those of commits, as they were written."""

    login: str
    names: Sequence[str] = ()
    emails: Sequence[str] = ()

    @property
    def words(self) -> Sequence[str]:
        return (self.login, *self.names, *self.emails)


async def forget_person(database: Database, person: Person) -> dict[str, int]:
    """How many rows of each table were changed or deleted. It can be repeated."""
    ids = await _accounts(database, person)
    ghosts = _Ghosts(person, ids)
    done = {
        name: await _each(database, table, columns, ghosts)
        for name, table, columns in (
            ("delivery", delivery, ("command",)),
            ("subject", subject, ("about", "comment", "last_error")),
            ("report", report, ("document",)),
            ("history", history, ("details",)),
            ("manifest", manifest, ("owners",)),
            ("request", request, ("reason",)),
            ("pause", pause, ("reason",)),
            ("override", override, ("reason",)),
        )
    }
    done |= await forget_signer(database, ids, person.login, person.emails)
    async with database.write() as connection:
        done["command"] = await _changed(connection, delete(command).where(command.c.account_id.in_(ids)))
        asked = update(request).where(_same(request.c.login, person.login)).values(login=GHOST, account_id=0)
        done["request"] += await _changed(connection, asked)
        passed = update(override).where(_same(override.c.login, person.login)).values(login=GHOST, account_id=0)
        done["override"] += await _changed(connection, passed)
        for column in (pause.c.by, pause.c.ended_by):
            who = update(pause).where(_same(column, person.login)).values({column.name: GHOST})
            done["pause"] += await _changed(connection, who)
        over = outbox.c.state.in_((SENT, SUPERSEDED)) & ghosts.mentioned(outbox.c.publication)
        # what was read of a pull request is read again when it is needed
        done["snapshot"] = await _changed(connection, delete(snapshot).where(ghosts.mentioned(snapshot.c.data)))
        wrote = update(policy_version).where(_same(policy_version.c.author, person.login)).values(author=GHOST)
        done["policy_version"] = await _changed(connection, wrote)
        done["outbox"] = await _changed(connection, delete(outbox).where(over))
    return done


async def _accounts(database: Database, person: Person) -> set[int]:
    """The numbers of the account, as far as we know the login by them."""
    async with database.read() as connection:
        query = select(request.c.account_id).where(_same(request.c.login, person.login), request.c.account_id != 0)
        found = set((await connection.execute(query)).scalars())
        remarks = select(subject.c.about).where(_contains(subject.c.about, person.login))
        for about in (await connection.execute(remarks)).scalars():
            remark = about.get("remark") or {}
            if str(remark.get("login", "")).lower() == person.login.lower():
                found.add(int(remark["account_id"]))
        return found | await accounts_of(connection, person.login)


async def _each(database: Database, table: Table, columns: Sequence[str], ghosts: "_Ghosts") -> int:
    """Rewrite the columns of a table where they speak of the person."""
    (key,) = table.primary_key.columns
    spoken = or_(*(ghosts.mentioned(table.c[name]) for name in columns))
    query = select(key, *(table.c[name] for name in columns)).where(spoken).order_by(key).limit(SLICE)
    changed, last = 0, None
    while True:
        async with database.write() as connection:
            after = query if last is None else query.where(key > last)
            rows = (await connection.execute(after)).all()
            for row in rows:
                new = {name: ghosts.of(row._mapping[name]) for name in columns}
                if any(new[name] != row._mapping[name] for name in columns):
                    await connection.execute(update(table).where(key == row[0]).values(new))
                    changed += 1
        if len(rows) < SLICE:
            return changed
        last = rows[-1][0]


class _Ghosts:
    """Puts `ghost` where a person was."""

    def __init__(self, person: Person, ids: set[int]) -> None:
        self.person = person
        self.ids = ids
        login = re.escape(person.login)
        texts = [
            rf"(?<!\w)(?:\d+\+)?{login}@users\.noreply\.[\w.-]+",
            rf"(?<![\w@])@{login}(?![\w-])",
            *(rf"(?<![\w.+-]){re.escape(email)}(?![\w-])" for email in person.emails),
            *(rf"(?<!\w){re.escape(name)}(?!\w)" for name in person.names),
        ]
        self._text = re.compile("|".join(texts), re.IGNORECASE)
        self._bare = re.compile(rf"(?<![\w-]){login}(?![\w-])", re.IGNORECASE)

    def mentioned(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Where it may be; what is there is looked at more exactly."""
        return or_(*(_contains(column, word) for word in self.person.words))

    def of(self, value: Any, bare: bool = False) -> Any:
        """The same value without the person. `bare`: its texts name accounts as they are."""
        match value:
            case str():
                text = self._text.sub(GHOST, value)
                return self._bare.sub(GHOST, text) if bare else text
            case list():
                return [self.of(item, bare) for item in value]
            case dict():
                return dict(self._fields(value, bare or value.get("check") in _NAME_PEOPLE))
            case _:
                return value

    def _fields(self, fields: dict[str, Any], bare: bool) -> Iterator[tuple[str, Any]]:
        theirs = self._is(fields.get("login"))
        for name, value in fields.items():
            if name in _LOGINS and self._is(value):
                yield name, GHOST
            elif theirs and name == "account_id":
                yield name, 0
            elif theirs and name == "body":  # what they wrote
                yield name, ""
            else:
                yield name, self.of(value, bare)

    def _is(self, value: object) -> bool:
        return isinstance(value, str) and value.lower() == self.person.login.lower()


def _contains(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """As JSON writes it, and as it is."""
    text = func.lower(cast(column, Text))
    forms = dict.fromkeys((word.lower(), json.dumps(word)[1:-1].lower()))
    return or_(*(text.contains(form, autoescape=True) for form in forms))


def _same(column: Column[Any], login: str) -> ColumnElement[bool]:
    return func.lower(cast(column, String)) == login.lower()


async def _changed(connection: AsyncConnection, statement: Any) -> int:
    return int((await connection.execute(statement)).rowcount)
