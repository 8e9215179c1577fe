"""What the pages read, on both databases."""

from collections.abc import Callable
from typing import Any

from app.store.database import Database
from app.store.reports import ReportStore
from app.store.subjects import SubjectStore
from app.store.verdicts import VerdictStore
from tests.store.test_reports import PUBLICATION, claim, document
from tests.store.test_subjects import delivery, wanted

Run = Callable[[Callable[[Database], Any]], Any]


def test_each_head_has_its_last_verdict(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 100.0
        reports, verdicts = ReportStore(database, lambda: now), VerdictStore(database)
        for head, conclusion in (("a", "blocked"), ("b", "blocked"), ("a", "passed")):
            await reports.save(claim(head=head), document(conclusion), PUBLICATION, 0.1)
            now += 1
        newest = await verdicts.verdict("7/pull/1")
        assert newest is not None
        assert (newest.head, newest.conclusion, newest.made_at) == ("a" * 40, "passed", 102.0)
        of_b = await verdicts.verdict("7/pull/1", "bbbbbbb")
        assert of_b is not None
        assert (of_b.head, of_b.document["conclusion"]) == ("b" * 40, "blocked")
        assert await verdicts.verdict("7/pull/1", "%") is None
        assert await verdicts.verdict("7/pull/2") is None
        heads = await verdicts.heads("7/pull/1", 10)
        assert [(row.head[0], row.conclusion) for row in heads] == [("a", "passed"), ("b", "blocked")]
        assert len(await verdicts.heads("7/pull/1", 1)) == 1
        assert await verdicts.judged_at("7/pull/1", "aaaaaaa") == 102.0
        assert await verdicts.judged_at("7/pull/1", "ccccccc") is None

    run(story)


def test_the_newest_history_comes_first(run: Run) -> None:
    async def story(database: Database) -> None:
        reports, verdicts = ReportStore(database), VerdictStore(database)
        await reports.save(claim(), document("blocked", "lic-1"), PUBLICATION, 0.1)
        await reports.save(claim(), document("passed"), PUBLICATION, 0.1)
        told = [event.what for event in await verdicts.history("7/pull/1", 10)]
        assert told == ["cleared", "concluded", "judged", "first-seen", "concluded", "judged"]
        assert [event.finding for event in await verdicts.history("7/pull/1", 1)] == ["lic-1"]

    run(story)


def test_what_the_queue_does_is_told(run: Run) -> None:
    async def story(database: Database) -> None:
        now = 100.0
        subjects, verdicts = SubjectStore(database, lambda: now), VerdictStore(database, lambda: now)
        assert await verdicts.standing("7/pull/1") is None
        await subjects.accept(delivery("d1", wanted()))
        claimed = await subjects.claim(60)
        assert claimed is not None
        waiting = await verdicts.standing(claimed.key)
        assert waiting is not None
        assert (waiting.due, waiting.waits, waiting.closed, waiting.error) == (True, True, False, None)
        await subjects.retry(claimed, "GitHub answered 502", 200.0)
        later = await verdicts.standing(claimed.key)
        assert later is not None
        assert (later.due, later.waits, later.error, later.next_at) == (False, True, "GitHub answered 502", 200.0)

    run(story)
