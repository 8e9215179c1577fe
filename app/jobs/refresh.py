"""The nightly task: facts that are in use are asked for again, some at a time, before somebody waits for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.facts.shared import SharedFacts
from app.jobs.nights import next_night
from app.store.facts import FactStore, Used
from app.store.subjects import SubjectStore
from app.subject import Claim, task_key
from checks.model.facts import NOTHING, PackageKey, Questions, Want

#: The key of its subject: its lease lets one process at a time do it.
KEY = task_key("refresh-facts")
#: What is renewed; what a vulnerability source says is asked for together with advisories.
KINDS = ("version", "advisories", "releases", "health")
#: Records of one step, and the pause between two (seconds): pull requests go on in between.
STEP = 1_000
PAUSE = 2.0
#: What nobody has used for so long is not renewed.
USED = timedelta(days=14)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Refresh:
    """Handles the claims of the task. A claim's `head` is the record that it has come to."""

    subjects: SubjectStore
    records: FactStore
    facts: SharedFacts
    hour: int
    """Of the day (UTC)."""
    clock: Callable[[], datetime]

    async def schedule(self) -> None:
        """See to it that it runs tonight."""
        await self.subjects.schedule(KEY, next_night(self.clock(), self.hour).timestamp())

    async def handle(self, claim: Claim) -> None:
        now = self.clock()
        if not self.facts.asks:
            await self.subjects.finish(claim)
            return
        used = await self.records.used(KINDS, (now - USED).timestamp(), claim.head, STEP)
        if not used:
            log.info("facts-refreshed")
            await self.subjects.finish(claim, next_night(now, self.hour).timestamp(), head="")
            return
        # Whether an answer is old enough to be asked for again is known to those who keep it.
        await self.facts.answer(questions(used))
        await self.subjects.finish(claim, now.timestamp() + PAUSE, head=used[-1].id)


def questions(used: Iterable[Used]) -> Questions:
    """What was asked of public sources: only a package of which they know already may be asked about without the
    manifest that tells whether it is private."""
    asked: dict[PackageKey, Want] = {}
    for record in used:
        if record.key.source.startswith("registry "):
            continue
        purl, _, version = record.key.key.partition("@")
        key = (purl, version or None)
        asked[key] = asked.get(key, NOTHING) | record.about
    return asked
