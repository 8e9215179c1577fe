"""Every check run leads to the page of its verdict, where there are pages."""

from typing import Any

from tests.end_to_end.examples import CLEAN, COPYLEFT
from tests.jobs.office import Office

URL = "https://gate.example"


def test_check_runs_and_the_comment_lead_to_the_page_of_their_head(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await office.work()
        page = f"{URL}/r/{pull.repository.full_name}/pull/{pull.number}/{pull.head_sha}"
        runs = office.sim.check_runs(pull.repository, pull.head_sha)
        assert len(runs) > 1
        assert {run["details_url"] for run in runs} == {page}
        (comment,) = office.sim.comments(pull.repository, pull.number)
        stored = await office.service.judge.reports.newest(f"{pull.repository.id}/pull/{pull.number}")
        assert stored is not None
        assert stored["commands"] == ["waive", "wrong"]
        assert f"[Every step of this verdict]({page})" in comment["body"]

    run(story, public_url=f"{URL}/")


def test_without_pages_nothing_leads_to_them(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CLEAN | COPYLEFT)
        await office.want(pull)
        await office.work()
        for shown in office.sim.check_runs(pull.repository, pull.head_sha):
            assert "/r/" not in (shown["details_url"] or "")

    run(story)
