"""A worker in a process of its own, which can be killed or stopped."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from app.jobs.engine import Engine
from app.jobs.hands import Handle, Hands
from app.store.database import Database
from app.store.subjects import SubjectStore
from app.subject import Claim


def engine(kind: str, subjects: SubjectStore, handle: Handle, workers: int, lease: float) -> Engine:
    """An engine over these subjects; what is accepted through them is submitted to it."""
    hands = Hands(subjects, handle, lease)
    made: Engine
    if kind == "distributed":
        from app.jobs.distributed import Distributed

        made = Distributed(hands, workers)
    else:
        from app.jobs.embedded import Loop

        made = Loop(hands, workers)
    subjects.acceptance.submit = made.submit
    return made


async def _work(kind: str, url: str, lease: float, sign: Path, diary: Path) -> None:
    """`sign`: nothing goes on before this file is there."""
    subjects = SubjectStore(Database(url))

    def note(what: str, claim: Claim) -> None:
        with diary.open("a") as file:
            file.write(f"{os.getpid()} {what} {claim.key} {claim.head}\n")

    async def handle(claim: Claim) -> None:
        note("began", claim)
        while not await asyncio.to_thread(sign.exists):  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.005)
        if await subjects.may_publish(claim):
            note("published", claim)
        note("finished" if await subjects.finish(claim) else "fenced", claim)

    async with engine(kind, subjects, handle, 2, lease).running():
        await asyncio.sleep(600)


def main(arguments: Sequence[str]) -> int:
    kind, url, lease, sign, diary = arguments
    asyncio.run(_work(kind, url, float(lease), Path(sign), Path(diary)))
    return 0
