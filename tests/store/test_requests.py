"""What people asked in comments: obeyed within bounds, written down once, joined where it is the same."""

import asyncio
from dataclasses import replace
from typing import Any

from app.store.database import Database
from app.store.requests import HOUR, Asked, RequestStore, Turn
from app.store.subjects import SubjectStore
from app.subject import About, Delivery, Remark, Wanted

PULL, OTHER = "7/pull/1", "7/pull/2"
LICENSE = Asked("waive", "lic-4k7", "license-not-allowed", "pkg:npm/glyph-core", "2.1.0", "linked dynamically")


def remark(id_: int, account: int = 1) -> Remark:
    return Remark(id=id_, url=f"https://github.example/c/{id_}", body="", login=f"person-{account}", account_id=account)


def test_a_person_is_heard_so_often_and_told_once(run: Any) -> None:
    async def story(database: Database) -> None:
        now = 1_000_000.0
        store = RequestStore(database, lambda: now)

        async def say(id_: int, account: int = 1, pull: str = PULL) -> Turn:
            return await store.obey(pull, remark(id_, account), "recheck", 2)

        assert [await say(id_) for id_ in (1, 2, 3, 4)] == [Turn.OBEYED, Turn.OBEYED, Turn.ENOUGH, Turn.IGNORED]
        assert [await say(id_) for id_ in (1, 3)] == [Turn.OBEYED, Turn.ENOUGH]  # a worker died and another looks
        assert await say(5, account=2) is Turn.OBEYED
        assert await say(6, pull=OTHER) is Turn.OBEYED
        now += HOUR + 1
        assert await say(7) is Turn.OBEYED

    run(story)


def test_the_same_comment_asks_once(run: Any) -> None:
    async def story(database: Database) -> None:
        store = RequestStore(database)
        subjects = SubjectStore(database)
        await subjects.accept(
            Delivery("d", "e", None, Wanted(PULL, 11, 7, 1, "a" * 40, 1.0, About("example/web", "R")))
        )
        claim = await subjects.claim(60)
        assert claim is not None
        await subjects.finish(claim)
        assert not (await store.ask(11, 7, PULL, remark(1), LICENSE)).joins
        assert not (await store.ask(11, 7, PULL, remark(1), LICENSE)).joins
        assert await store.pending(PULL) == {"lic-4k7"}
        assert await store.pending(OTHER) == frozenset()
        again = await subjects.claim(60)  # the verdict is made again with the request
        assert again is not None
        assert (again.key, again.wanted, again.forced) == (PULL, 2, False)

    run(story)


def test_who_asks_for_the_same_joins(run: Any) -> None:
    async def story(database: Database) -> None:
        store = RequestStore(database)
        await store.ask(11, 7, PULL, remark(1), LICENSE)
        assert (await store.ask(11, 8, "8/pull/3", remark(2), LICENSE)).joins
        assert not (await store.ask(12, 9, "9/pull/1", remark(3), LICENSE)).joins  # another organization
        assert not (await store.ask(11, 7, PULL, remark(4), replace(LICENSE, kind="wrong"))).joins
        assert not (await store.ask(11, 7, PULL, remark(5), replace(LICENSE, about="pkg:npm/other"))).joins

    run(story)


def test_two_at_once_ask_both(run: Any) -> None:
    async def story(database: Database) -> None:
        store = RequestStore(database)
        await asyncio.gather(*(store.ask(11, 7, PULL, remark(id_), LICENSE) for id_ in range(1, 6)))
        assert await store.pending(PULL) == {"lic-4k7"}

    run(story)
