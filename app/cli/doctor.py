"""`ospo-gate doctor`: whether the service can work as it should, and the next step where it can not."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.db import not_installed
from app.cli.output import say
from app.settings import fact_settings, service_settings
from checks.model.errors import GateError, UsageError
from checks.render.english import counted

if TYPE_CHECKING:
    from app.doctor.line import Line
    from app.service_settings import ServiceSettings


def run(options: argparse.Namespace) -> int:
    if options.repositories < 0:
        raise UsageError("--repositories: not below 0")
    settings = service_settings()
    try:
        lines = asyncio.run(_look(settings, options.repositories))
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    say(_json(lines) if options.format == "json" else "".join(f"{line}\n" for line in _text(lines)))
    return int(any(line.level == "fault" for line in lines))


async def _look(settings: "ServiceSettings", repositories: int) -> "list[Line]":
    from app.doctor.tokens import tokens

    found = [line async for line in _database(settings)]
    found += tokens(settings.api_tokens, datetime.now(UTC).date())
    return found + [line async for line in _github(settings, repositories)]


async def _database(settings: "ServiceSettings") -> "AsyncIterator[Line]":
    from sqlalchemy.exc import SQLAlchemyError

    from app.doctor.database import database
    from app.doctor.line import fault
    from app.store.database import Database

    try:
        store = Database(settings.database)
    except GateError as error:
        yield fault("database", str(error), error.hint or "See OSPO_GATE_DATABASE.")
        return
    try:
        async for line in database(settings, store):
            yield line
    except (OSError, SQLAlchemyError) as error:
        await asyncio.sleep(0.05)  # a thread of the driver still answers to this loop
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        what = f"the database does not answer: {reason[0] if reason else type(error).__name__}"
        yield fault("database", what, "See to it that OSPO_GATE_DATABASE can be reached and written.")
    finally:
        await store.close()


async def _github(settings: "ServiceSettings", repositories: int) -> "AsyncIterator[Line]":
    from app.doctor import github, policy, requests, rules
    from app.doctor.line import fault
    from app.github.configured import central_place, github_app, github_reach, is_enterprise_server, second_app
    from app.service_settings import Submission

    try:
        environment = fact_settings()
        app = github_app(settings, environment)
        second = second_app(settings, github_reach(settings, environment))
        central = central_place(settings.policy)
    except GateError as error:
        yield fault("app", str(error), error.hint or "See docs/settings.md.")
        return
    submitting = settings.dependency_submission is not Submission.OFF
    parts = (
        github.app(app, is_enterprise_server(settings), submitting),
        github.installed(app, submitting),
        github.webhook(app),
        policy.policy(app, central),
        requests.requests(app, second, central),
        rules.required(app, repositories),
    )
    try:
        for part in parts:
            async for line in part:
                yield line
    except GateError as error:
        yield fault("github", str(error), error.hint or "What comes after this was not looked at.")
    finally:
        await app.close()
        if second:
            await second.close()


_MARKS = {"ok": "ok     ", "warning": "warning", "fault": "FAULT  "}


def _text(lines: "list[Line]") -> Iterator[str]:
    for line in lines:
        yield f"{_MARKS[line.level]}  {line.what}"
        if line.next:
            yield f"         {line.next}"
    faults = sum(line.level == "fault" for line in lines)
    warnings = sum(line.level == "warning" for line in lines)
    counts = f"{counted(faults, 'fault')}, {counted(warnings, 'warning')}"
    yield f"\n{counts}" if faults or warnings else "\nEverything is as it should be."


def _json(lines: "list[Line]") -> str:
    rows = [
        {"about": line.about, "level": line.level, "what": line.what, "next": line.next, "names": line.names}
        for line in lines
    ]
    healthy = not any(line.level == "fault" for line in lines)
    return json.dumps({"healthy": healthy, "lines": rows}, indent=2, ensure_ascii=False) + "\n"
