"""Whatever happens in whatever order: nothing wanted is lost, and an older head never has the last word."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import select

from app.store.database import Database
from app.store.subjects import SubjectStore
from app.store.tables import delivery, subject
from app.subject import About, Again, Claim, Delivery, Wanted

T = TypeVar("T")
KEYS = ("7/pull/1", "8/pull/1")
LEASE = 10.0


class Gate(RuleBasedStateMachine):
    """Events, workers and time. A head is named by GitHub's time of its event."""

    claims: Bundle[Claim] = Bundle("claims")
    ids: Bundle[Delivery] = Bundle("ids")
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "gate.db")
        self.runner = asyncio.Runner()
        self.now = 1_000.0
        self.times = itertools.count(1)
        self.store = SubjectStore(Database(f"sqlite+aiosqlite:///{self.folder / 'gate.db'}"), lambda: self.now)
        self.newest: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self.held: dict[str, tuple[Claim, float]] = {}
        self.published: dict[str, int] = {}
        self.failed: dict[str, int] = {}
        self.accepted: set[str] = set()
        self.given: list[Claim] = []

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(story)

    # -- events -----------------------------------------------------------------------------------------------------

    @rule(target=ids, key=st.sampled_from(KEYS), forced=st.booleans())
    def happens(self, key: str, forced: bool) -> Delivery:
        """On GitHub; when it is delivered is another matter."""
        return self._event(key, forced)

    @rule(target=ids, key=st.sampled_from(KEYS))
    def happens_and_is_delivered(self, key: str) -> Delivery:
        event = self._event(key, forced=False)
        self._deliver(event)
        return event

    def _event(self, key: str, forced: bool) -> Delivery:
        at = next(self.times)
        repository_id, _, number = key.split("/")
        about = About("example/web", "R_1", "PR_1")
        command = Wanted(key, int(repository_id), int(repository_id), int(number), str(at), float(at), about, forced)
        return Delivery(f"d{at}", "pull_request", "synchronize", command)

    @rule(delivered=ids, others=st.lists(ids, max_size=3))
    def is_delivered(self, delivered: Delivery, others: list[Delivery]) -> None:
        """Once or again, alone or with others at the same time."""
        self._deliver(delivered, *others)

    def _deliver(self, *deliveries: Delivery) -> None:
        async def together() -> list[bool]:
            return await asyncio.gather(*(self.store.accept(each) for each in deliveries))

        for each, taken in zip(deliveries, self.run(together()), strict=True):
            command = each.command
            assert isinstance(command, Wanted)
            if each.id not in self.accepted:
                assert taken
            self.accepted.add(each.id)
            self.newest[command.key] = max(self.newest.get(command.key, 0), int(command.head))

    @rule(key=st.sampled_from(KEYS))
    def somebody_presses_rerun(self, key: str) -> None:
        if key in self.newest:
            id_ = f"again-{next(self.times)}"
            again = Again(int(key.split("/")[0]), int(key.split("/")[0]), str(self.newest[key]))
            self.accepted.add(id_)
            assert self.run(self.store.accept(Delivery(id_, "check_run", "rerequested", again)))

    # -- workers ----------------------------------------------------------------------------------------------------

    @rule(target=claims)
    def is_claimed(self) -> Any:
        return self._claimed() or multiple()

    @rule(target=claims)
    def is_taken_over_from_the_dead(self) -> Any:
        self.now += LEASE + 1
        return self._claimed() or multiple()

    @rule(newer=st.booleans())
    def is_worked_on(self, newer: bool) -> None:
        """From the claim to the end, perhaps with an event in between."""
        if claim := self._claimed():
            if newer:
                self._deliver(self._event(claim.key, forced=False))
            self._finish(claim, None, again=False)

    def _claimed(self) -> Claim | None:
        claim = self.run(self.store.claim(LEASE))
        if claim is None:
            return None
        holder = self.held.get(claim.key)
        assert holder is None or holder[1] < self.now, "two at once"
        assert claim.token > self.tokens.get(claim.key, 0)
        assert claim.head == str(self.newest[claim.key])
        self.tokens[claim.key] = claim.token
        self.held[claim.key] = (claim, self.now + LEASE)
        self.given.append(claim)
        return claim

    @rule(claim=claims)
    def lease_is_kept(self, claim: Claim) -> None:
        if self.run(self.store.keep(claim, LEASE)):
            assert claim.token == self.tokens[claim.key]
            self.held[claim.key] = (claim, self.now + LEASE)

    @rule(claim=claims)
    def is_published(self, claim: Claim) -> None:
        """By whoever holds the claim, or held it once: a zombie may wake at any time."""
        self._publish(claim)

    def _publish(self, claim: Claim) -> None:
        if self._may_publish(claim):
            assert int(claim.head) >= self.published.get(claim.key, 0)
            self.published[claim.key] = int(claim.head)

    def _may_publish(self, claim: Claim) -> bool:
        mine, newest = claim.token == self.tokens[claim.key], claim.head == str(self.newest[claim.key])
        assert self.run(self.store.may_publish(claim)) == (mine and newest)
        return mine and newest

    @rule(claim=consumes(claims), failed=st.sampled_from([None, "GitHub answered 404"]), again=st.booleans())
    def is_finished(self, claim: Claim, failed: str | None, again: bool) -> None:
        self._finish(claim, failed, again)

    def _finish(self, claim: Claim, failed: str | None, again: bool) -> None:
        if failed is None:
            self._publish(claim)
        mine = self.run(self.store.finish(claim, self.now + 50 if again else None, failed))
        if mine and failed:
            self.failed[claim.key] = int(claim.head)
        assert mine == (claim.token == self.tokens[claim.key])
        self._let_go(claim)

    @rule(claim=consumes(claims), seconds=st.integers(0, 30))
    def is_tried_again(self, claim: Claim, seconds: int) -> None:
        self.run(self.store.retry(claim, "GitHub answered 502", self.now + seconds))
        self._let_go(claim)

    @rule(claim=consumes(claims), seconds=st.integers(0, 30))
    def is_postponed(self, claim: Claim, seconds: int) -> None:
        self.run(self.store.postpone(claim, "rate limit", self.now + seconds))
        self._let_go(claim)

    @rule(claim=consumes(claims))
    def is_released(self, claim: Claim) -> None:
        self.run(self.store.release(claim))
        self._let_go(claim)

    @rule(claim=consumes(claims))
    def was_overtaken(self, claim: Claim) -> None:
        """It posted, and then learned that it had lost the claim."""
        self.run(self.store.overtaken(claim))

    def _let_go(self, claim: Claim) -> None:
        if claim.token == self.tokens[claim.key]:
            self.held.pop(claim.key, None)

    @rule(seconds=st.sampled_from([0.1, 7, 11, 60]))
    def time_passes(self, seconds: float) -> None:
        """Leases of workers that died meanwhile run out."""
        self.now += seconds

    # -- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def only_the_last_claim_speaks_and_only_of_the_newest_head(self) -> None:
        for claim in self.given[-4:]:
            self._may_publish(claim)

    @invariant()
    def what_waits_has_a_time(self) -> None:
        due = self.run(self.store.seconds_until_due())
        assert (due is None) == (not self.run(self._open()))

    async def _open(self) -> list[str]:
        async with self.store.database.read() as connection:
            rows = await connection.execute(select(subject.c.key).where(subject.c.wanted > subject.c.done))
            return [row.key for row in rows]

    def teardown(self) -> None:
        try:
            self.run(self._all_comes_to_an_end())
        finally:
            self.run(self.store.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    async def _all_comes_to_an_end(self) -> None:
        self.now += 1_000
        while claim := await self.store.claim(LEASE):
            assert await self.store.may_publish(claim)
            self.published[claim.key] = int(claim.head)
            assert await self.store.finish(claim)
        assert await self._open() == []
        async with self.store.database.read() as connection:
            rows = {row.id: row.state for row in await connection.execute(select(delivery.c.id, delivery.c.state))}
        assert rows.keys() == self.accepted
        assert set(rows.values()) <= {"done", "failed"}
        for key, head in self.newest.items():
            assert head in (self.published.get(key), self.failed.get(key)), "a head was lost"


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A migrated database, copied for each run."""
    Gate.template = tmp_path_factory.mktemp("template") / "gate.db"

    async def migrate() -> None:
        database = Database(f"sqlite+aiosqlite:///{Gate.template}")
        await database.migrate()
        await database.close()

    asyncio.run(migrate())


TestGate = Gate.TestCase
TestGate.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
