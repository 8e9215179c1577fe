"""`ospo-gate backfill`: have default branches read, and say how far that has come."""

import argparse
from typing import TYPE_CHECKING

from app.cli.db import on_current
from app.cli.output import say
from checks.model.errors import UsageError
from checks.model.phrase import visible

if TYPE_CHECKING:
    from app.store.backfill import Progress
    from app.store.database import Database


def run(options: argparse.Namespace) -> int:
    share = _share(options.share)
    progress, troubles = on_current(lambda database: _told(database, options, share))
    say(_words(progress) + "".join(f"  {visible(line, 300)}\n" for line in troubles))
    return 1 if options.status and (progress.waiting or not progress.read) else 0


async def _told(database: "Database", options: argparse.Namespace, share: int | None) -> "tuple[Progress, list[str]]":
    from app.store.backfill import BackfillStore
    from app.store.effects import BACKFILL
    from app.store.repositories import RepositoryStore
    from app.store.subjects import SubjectStore
    from app.store.uploads import UploadStore

    store, subjects = BackfillStore(database), SubjectStore(database)
    if not options.status:
        ids = None
        if options.repository:
            row = await RepositoryStore(database).named(options.repository)
            if row is None or row.gone_at is not None or row.archived:
                raise UsageError(f"--repository: {visible(options.repository)} is not among the active repositories")
            ids = [row.id]
        await store.want(again=True, installation_id=options.installation, repository_ids=ids)
        await subjects.schedule(BACKFILL, subjects.clock() + 1)
        if share is not None:
            await subjects.tell(BACKFILL, {"share": share})
        await subjects.hurry(BACKFILL, subjects.clock())
    progress = await store.progress()
    lines = [f"{name}: {reason}" for name, reason in progress.errors]
    return progress, lines + [f"{n}: {to}: {reason}" for n, to, reason in await UploadStore(database).troubles()]


def _share(given: str | None) -> int | None:
    if given is None:
        return None
    text = given.removesuffix("%")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 90):
        raise UsageError("--share: expected 1% to 90%")
    return int(text)


def _words(progress: "Progress") -> str:
    if not progress.repositories:
        return "The service knows no repositories yet: they come with the App's installation.\n"
    part = progress.read * 100 // progress.repositories
    lines = [f"{progress.read:,} of {progress.repositories:,} default branches were read ({part}%)."]
    if progress.waiting:
        lines.append(f"{progress.waiting:,} are to be read now.")
    if progress.failing:
        lines.append(f"{progress.failing:,} of these could not be read when it was tried last.")
    return "".join(f"{line}\n" for line in lines)
