"""What fails each time comes to an end that people see, whatever it is."""

from typing import Any

import pytest

from app.jobs.comments import MAX_ATTEMPTS
from app.store.requests import RequestStore
from app.subject import About, Delivery, Remark, Wanted, comment_key
from tests.end_to_end.examples import COPYLEFT
from tests.jobs.office import Office, Run


def test_a_command_that_meets_a_fault_of_ours_is_left_alone_after_some_attempts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(RequestStore, "obey", broken)

    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        remark = Remark(id=5, url="https://github.example/5", body="/ospo-gate help", login="ada", account_id=1)
        about = About(pull.repository.full_name, pull.repository.node_id, remark=remark)
        key = comment_key(pull.repository.id, 5)
        wanted = Wanted(key, office.installation, pull.repository.id, pull.number, "", 0.0, about)
        await office.service.subjects.accept(Delivery("said", "issue_comment", "created", wanted))
        for _ in range(MAX_ATTEMPTS + 1):
            await office.service.hands.work(await office.claim())
            office.clock.passes(hours=1)
        assert await office.service.subjects.seconds_until_due() is None
        (failed,) = await office.service.deliveries.newest(10, failed=True)
        assert failed.id == "said"
        assert (failed.error or "").startswith("internal error ")

    run(story)
