"""`ospo-gate deliveries`: what the service was told, what became of it, and once more."""

import argparse
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.cli.db import not_installed, on_current
from app.cli.moments import iso, moment, shown
from app.cli.output import say
from checks.model.errors import UsageError
from checks.model.phrase import visible

if TYPE_CHECKING:
    from app.store.database import Database
    from app.store.deliveries import Listed


def listed(options: argparse.Namespace) -> int:
    if options.limit < 1:
        raise UsageError("--limit: at least 1")
    since = moment("--since", options.since, datetime.now(UTC), ahead=False) if options.since else None

    async def story(database: "Database") -> "list[Listed]":
        from app.store.deliveries import SUBJECT, DeliveryStore

        repository = await repository_id(database, options.repository) if options.repository else None
        store, after = DeliveryStore(database), since.timestamp() if since else None
        found = list(await store.newest(options.limit, options.failed, after, options.event, repository))
        if options.failed and after is None and options.event in (None, SUBJECT):
            told = {one.subject for one in found}
            found += [one for one in await store.poisoned(options.limit, repository) if one.subject not in told]
        return found[: options.limit]

    found = on_current(story)
    if options.format == "json":
        say(_json([_document(one) for one in found]))
    else:
        say("".join(f"{line}\n" for one in found for line in _lines(one)) or "There are none.\n")
    return int(bool(options.failed and found))


def show(options: argparse.Namespace) -> int:
    one = on_current(lambda database: _found(database, options.id))
    if options.format == "json":
        say(_json({**_document(one), "command": one.command}))
    else:
        command = json.dumps(one.command, indent=2, ensure_ascii=False) if one.command else "it changed rows only"
        text = "\n".join(visible(line, 1000) for line in command.splitlines())
        say("".join(f"{line}\n" for line in _lines(one)) + f"    asked for: {text}\n")
    return 0


def replay(options: argparse.Namespace) -> int:
    if options.from_github:
        say(_delivered_again(options.id))
        return 0

    async def story(database: "Database") -> str:
        from app.store.acceptance import Unavailable
        from app.store.deliveries import command_of
        from app.store.subjects import SubjectStore
        from app.subject import Delivery, Wanted

        if "/" in options.id:  # the key of a subject: no webhook asked for it
            return await _once_more(database, options.id)
        one = await _found(database, options.id)
        try:
            command = command_of(one.command or {})
        except ValueError as error:
            raise UsageError(str(error), hint=_FROM_GITHUB) from None
        if isinstance(command, Wanted):
            command = replace(command, forced=True)  # posted even if the same stands there
        new = Delivery(f"replay-{secrets.token_hex(12)}", one.event, one.action, command)
        try:
            await SubjectStore(database).accept(new)
        except Unavailable as error:
            raise UsageError(f"it could not be stored: {error}") from None
        return f" as {new.id}"

    say(f"It is done again{on_current(story)}; a service that runs begins within seconds.\n")
    return 0


async def repository_id(database: "Database", name: str) -> int:
    """The id of a repository that the service knows. Raises `UsageError`."""
    from app.store.repositories import RepositoryStore

    row = await RepositoryStore(database).named(name)
    if row is None:
        raise UsageError(f"no repository '{visible(name)}' is known", hint="Write OWNER/NAME, as it is on GitHub.")
    return row.id


async def _once_more(database: "Database", key: str) -> str:
    from app.store.open_pulls import OpenPulls
    from app.store.verdicts import VerdictStore

    if await VerdictStore(database).standing(key) is None:
        raise UsageError(f"nothing '{visible(key)}' was ever asked for", hint=_FROM_GITHUB)
    await OpenPulls(database).due([key], datetime.now(UTC).timestamp(), 0.0)
    return ""


_FROM_GITHUB = "GitHub keeps deliveries for three days: ospo-gate deliveries replay --from-github ID"


async def _found(database: "Database", id_: str) -> "Listed":
    from app.store.deliveries import DeliveryStore

    one = await DeliveryStore(database).get(id_)
    if one is None:
        raise UsageError(f"no delivery '{visible(id_)}' was accepted", hint=_FROM_GITHUB)
    return one


def _delivered_again(guid: str) -> str:
    import asyncio

    from app.settings import fact_settings, service_settings

    settings = service_settings()
    try:
        from app.github.configured import github_app
        from app.github.deliveries import RETENTION_ENTERPRISE_SERVER, attempts, redeliver
    except ModuleNotFoundError as error:
        raise not_installed(error) from None

    async def ask() -> str:
        app = github_app(settings, fact_settings())
        try:
            async for attempt in attempts(app, datetime.now(UTC).timestamp() - RETENTION_ENTERPRISE_SERVER):
                if attempt.guid == guid:
                    await redeliver(app, attempt.id)
                    return f"GitHub delivers it again; the last attempt: {visible(attempt.status)}.\n"
        finally:
            await app.close()
        raise UsageError(f"GitHub does not know a delivery '{visible(guid)}' (any more)")

    return asyncio.run(ask())


def _lines(one: "Listed") -> Iterator[str]:
    what = one.event if one.action is None else f"{one.event}.{one.action}"
    tried = f", tried {one.attempts} times" if one.attempts > 1 else ""
    yield f"{shown(one.received_at)}  {one.state:8}  {visible(what):28}  {_place(one):40}  {visible(one.id)}".rstrip()
    if one.error:
        yield f"    {visible(one.error, 500)}{tried}"


def _place(one: "Listed") -> str:
    name = visible(one.repository or "")
    _, _, which = (one.subject or "").partition("/")
    kind, _, number = which.partition("/")
    return f"{name}#{number}" if kind == "pull" else f"{name} ({kind})" if kind else name


def _document(one: "Listed") -> dict[str, Any]:
    return {
        "id": one.id,
        "event": one.event,
        "action": one.action,
        "repository": one.repository,
        "subject": one.subject,
        "received_at": iso(one.received_at),
        "state": one.state,
        "error": one.error,
        "attempts": one.attempts,
        "done_at": iso(one.done_at) if one.done_at else None,
    }


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
