"""What is to be decided: one while it is open, joined by everybody who asks for the same, decided once."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

from app.store.database import Database
from app.store.matters import TASK, Decision, MatterStore, State
from app.store.requests import Asked, RequestStore
from app.store.subjects import SubjectStore
from app.subject import About, Closed, Delivery, Proposal, Remark, Wanted
from checks.conversation.outcomes import Notice

FINDING = {"id": "lic-4k7", "subject": {"version": "2.1.0"}, "level": "block"}
ASKED = Asked("waive", "lic-4k7", "license-not-allowed", "pkg:npm/a", "2.1.0", "why", document=FINDING, due_at=9.0)
PULL = "7/pull/1"


def remark(id_: int, account: int = 1) -> Remark:
    return Remark(id=id_, url="https://github.example/c", body="", login=f"person-{account}", account_id=account)


def test_the_same_is_one_matter_however_many_ask_at_once(run: Any) -> None:
    async def story(database: Database) -> None:
        requests, store = RequestStore(database), MatterStore(database)
        asks = (requests.ask(11, 7, f"7/pull/{n}", remark(n, n), ASKED) for n in range(1, 9))
        found = await asyncio.gather(*asks)
        (id_,) = {one.matter for one in found}
        assert sum(not one.joins for one in found) == 1
        other = replace(ASKED, version="3.0.0")
        assert (await requests.ask(11, 7, PULL, remark(20), other)).matter != id_
        assert len(await store.requests(id_ or 0)) == 8
        assert await store.waiting(await store.requests(id_ or 0)) == frozenset()

    run(story)


def test_it_is_decided_once_and_then_asked_anew(run: Any) -> None:
    async def story(database: Database) -> None:
        requests, store, subjects = RequestStore(database), MatterStore(database), SubjectStore(database)
        await subjects.accept(
            Delivery("d", "e", None, Wanted(PULL, 11, 7, 1, "a" * 40, 1.0, About("example/web", "R")))
        )
        first = (await requests.ask(11, 7, PULL, remark(1), ASKED)).matter or 0
        matter = await store.get(first)
        assert matter is not None
        assert await requests.pending(PULL) == {"lic-4k7"}
        made = Decision(False, "page", "no \ud800", "grace", 5)
        answers = await asyncio.gather(*(store.decide(matter, made, Notice("t", "b")) for _ in range(3)))
        assert sorted(answers) == [False, False, True]
        assert await requests.pending(PULL) == frozenset()
        (decided,) = await store.decisions(first)
        assert (decided.granted, decided.login, decided.reason) == (False, "grace", "no \ud800")
        again = await requests.ask(11, 7, PULL, remark(2), ASKED)
        assert again.matter != first
        assert not again.joins

    run(story)


def test_a_decision_of_a_page_is_a_file_until_its_last_day_is_over(run: Any) -> None:
    async def story(database: Database) -> None:
        now = 1_800_000_000.0  # 15 Jan 2027
        store, requests = MatterStore(database, lambda: now), RequestStore(database, lambda: now)
        for number, until in enumerate((date(2027, 1, 14), date(2027, 1, 15), None)):
            asked = replace(ASKED, about=f"pkg:npm/{number}")
            id_ = (await requests.ask(11, 7, PULL, remark(number + 1), asked)).matter or 0
            matter = await store.get(id_)
            assert matter is not None
            path = f"waivers/{number}.yaml"
            await store.decide(matter, Decision(True, "page", "", "grace", 5, until, path, f"id: {number}\n"))
        assert await store.files() == {"waivers/1.yaml": b"id: 1\n", "waivers/2.yaml": b"id: 2\n"}

    run(story)


def test_what_happens_to_a_pull_request_or_its_decision_is_looked_at(run: Any) -> None:
    async def story(database: Database) -> None:
        requests, store, subjects = RequestStore(database), MatterStore(database), SubjectStore(database)
        id_ = (await requests.ask(11, 7, PULL, remark(1), ASKED)).matter or 0
        matter = await store.get(id_)
        assert matter is not None

        async def due(command: Any, number: int) -> list[str]:
            await subjects.accept(Delivery(f"d{number}", "e", None, command))
            keys = []
            while claim := await subjects.claim(60):
                keys.append(claim.key)
                await subjects.finish(claim)
            return keys

        assert await due(Closed(PULL, "a" * 40, 2.0, "example/web"), 1) == [f"{TASK}{id_}"]
        assert await due(Closed("7/pull/9", "a" * 40, 2.0, "example/web"), 2) == []
        assert await due(Proposal(3, f"ospo-gate/{matter.name}", open=False), 3) == [f"{TASK}{id_}"]
        assert await due(Proposal(4, "ospo-gate/of-a-fork"), 4) == ["0/task/approval-4"]
        await store.withdraw(matter)
        assert (await store.get(id_) or matter).state is State.WITHDRAWN
        assert await due(Closed(PULL, "a" * 40, 3.0, "example/web"), 5) == []

    run(story)
