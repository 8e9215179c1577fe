"""Default branches: judged at each push, each night and when the time to fix is over; the first day counts."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.github.publication import BRANCH
from app.subject import Again, Delivery
from tests.end_to_end.examples import CLEAN, SIGNED, npm
from tests.jobs.office import Office, Run
from tests.simulator.rest import contents
from tests.standins import Fault, Standins

POLICY = """\
version: 1
licenses: {allow: [permissive]}
signoff: {}
vulnerabilities: {fix_within: {high: 30 days}, levels: {advisories-unknown: block}}
"""
CHART = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "MIT", []))
SEVERE = {"database_specific": {"severity": "HIGH"}, "aliases": ["CVE-2026-1"]}


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        yield all_


@pytest.fixture
def vulnerable(standins: Standins) -> Standins:
    standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)
    return standins


def test_a_push_is_judged_and_its_verdict_has_a_name_of_its_own(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY.replace("fix_within: {high: 30 days}, ", ""))
        office.sim.reset_counts()
        head = await office.push(repo)
        await office.work()
        (title,) = office.branch(repo)
        assert title == "1 to fix"
        assert [run_["name"] for run_ in office.sim.check_runs(repo, head)] == ["ospo-gate / default branch"]
        asked = [request for request in office.sim.requests if request.kind != "token"]
        assert len(asked) == 3

    run(story, vulnerable.environment(), online=True)


def test_what_was_judged_when_it_came_in_is_not_judged_again(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(npm(old=("1.0.0", "GPL-3.0-only", [])), POLICY)
        await office.push(repo)
        await office.work()
        (run_,) = office.runs(repo, repo.head(), BRANCH)
        assert (run_["conclusion"], run_["output"]["annotations_count"]) == ("success", 0)

    run(story, standins.environment(), online=True)


def test_the_time_to_fix_ends_without_a_push(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        await office.work()
        for _ in range(29):
            office.clock.passes(days=1)
            await office.work()
        assert [run_["conclusion"] for run_ in office.runs(repo, repo.head(), BRANCH)] == ["success"]
        office.clock.passes(days=1, minutes=1)
        await office.work()
        *_, last = office.branch(repo)
        assert last == "1 to fix"

    run(story, vulnerable.environment(), online=True)


def test_a_pull_request_tells_it_as_a_note_and_counts_from_the_first_day(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY.replace("vulnerabilities: {", "vulnerabilities: {judge: everything, "))
        await office.push(repo)
        await office.work()
        first = office.clock.now()
        office.clock.passes(days=10)
        repo.commit("topic", npm(chart=("4.2.0", "MIT", [])), f"Remove tiny\n\n{SIGNED}", office.ada)
        pull = repo.open_pull(head="topic", base="main", author=office.ada)
        await office.want(pull)
        await office.work()
        assert office.conclusions(pull) == ["success"]
        (run_,) = office.runs(repo, pull.head_sha)
        assert f"`CVE-2026-1` due {first + timedelta(days=30):%Y-%m-%d}" in run_["output"]["summary"]

    run(story, vulnerable.environment(), online=True)


def test_an_advisory_of_today_is_told_tomorrow_without_a_push(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY.replace("fix_within: {high: 30 days}, ", ""))
        await office.push(repo)
        await office.work()
        standins.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **SEVERE)
        office.clock.passes(days=1, hours=4)
        await office.work()
        before, after = office.branch(repo)
        assert before != "1 to fix"
        assert after == "1 to fix"

    run(story, standins.environment(), online=True)


def test_a_night_without_news_posts_nothing(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        await office.work()
        office.sim.reset_counts()
        office.clock.passes(days=1)
        await office.work()
        assert [request.method for request in office.sim.requests if request.kind == "rest"] == ["GET"]
        assert len([request for request in office.sim.requests if request.kind == "graphql"]) == 1
        assert len(office.branch(repo)) == 1

    run(story, vulnerable.environment(), online=True)


def test_without_a_section_about_vulnerabilities_a_branch_rests(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CLEAN, "version: 1\nsignoff: {}\n")
        await office.push(repo)
        await office.work()
        assert office.branch(repo) == []
        office.sim.reset_counts()
        office.clock.passes(days=3)
        await office.work()
        assert office.sim.requests == []

    run(story, standins.environment(), online=True)


def test_a_source_that_is_down_does_not_start_the_time_anew(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        await office.work()
        office.clock.passes(days=20)
        down = Fault(status=503)
        async with office.service.database.write() as connection:
            await connection.exec_driver_sql("DELETE FROM fact")
        with vulnerable.osv.behaving(down), vulnerable.github.behaving(down):
            await office.work()
        assert office.branch(repo)[-1].startswith("could not judge")
        office.clock.passes(days=10, hours=1)
        await office.work()
        assert office.branch(repo)[-1] == "1 to fix"

    run(story, vulnerable.environment(), online=True)


def test_a_tree_that_github_cuts_off_is_said(run: Run, standins: Standins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "TREE_MAX_ENTRIES", 2)

    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        await office.work()
        assert office.branch(repo)[0].startswith("could not judge")
        (run_,) = office.runs(repo, repo.head(), BRANCH)
        assert "could not be listed" in run_["output"]["summary"]

    run(story, standins.environment(), online=True)


def test_the_newest_head_is_judged_though_its_push_was_not_heard_of(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CLEAN, POLICY)
        await office.push(repo)
        await office.work()
        assert len(office.branch(repo)) == 1
        repo.commit("main", CHART, "Unheard", office.ada)
        office.clock.passes(days=1)
        await office.work()
        for _ in range(3):  # an answer that names another head is believed after some seconds
            office.clock.passes(seconds=10)
            await office.work()
        (run_,) = office.runs(repo, repo.head(), BRANCH)
        assert "CVE-2026-1" in run_["output"]["summary"]

    run(story, vulnerable.environment(), online=True)


def test_re_run_judges_the_branch_again(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        head = await office.push(repo)
        await office.work()
        again = Again(office.installation, repo.id, head)
        await office.service.subjects.accept(Delivery("re-run", "check_run", "rerequested", again))
        await office.work()
        assert len(office.branch(repo)) == 2

    run(story, standins.environment(), online=True)


def test_a_policy_that_is_not_valid_is_said_on_the_branch(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, "version: 1\nvulnerabilites: {}\n")
        await office.push(repo)
        await office.work()
        assert office.branch(repo) == ["could not judge: the policy is not valid"]
        await office.push(repo, {"policy.yaml": POLICY})
        await office.work()
        assert not office.branch(repo)[0].startswith("could not judge")

    run(story, standins.environment(), online=True)


def test_a_worker_that_dies_while_it_posts_leaves_one_verdict(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        hold = office.sim.hold("createCheckRun")
        dying = asyncio.create_task(office.service.judge.handle(await office.claim()))
        assert await asyncio.to_thread(hold.wait_until_reached)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        hold.release()
        office.clock.passes(minutes=2)
        await office.work()
        assert len(office.branch(repo)) == 1

    run(story, vulnerable.environment(), online=True)


def test_what_cannot_be_read_is_said_under_the_name_of_the_branch_and_tried_again_at_night(
    run: Run, vulnerable: Standins
) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        office.sim.fail_next(f"GET /repos/{repo.full_name}/git/trees/*", 404)
        head = await office.push(repo)
        await office.work()
        assert [run_["name"] for run_ in office.sim.check_runs(repo, head)] == [BRANCH]
        assert office.branch(repo) == ["could not judge: the change could not be read"]
        office.clock.passes(days=1)
        await office.work()
        assert office.branch(repo)[-1] == "Everything is in order"

    run(story, vulnerable.environment(), online=True)


def test_hostile_file_names_stop_nothing(run: Run, vulnerable: Standins) -> None:
    names = {"a b/‮gpj.exe": "x", 'quo"te`|<!--.md': "x", "deep/" * 40 + "package-lock.json": "{"}

    async def story(office: Office) -> None:
        repo = office.repository({**CHART, **names}, POLICY)
        await office.push(repo)
        await office.work()
        (title,) = office.branch(repo)
        assert title.startswith(("could not judge", "1 to fix"))

    run(story, vulnerable.environment(), online=True)


def test_what_could_not_be_read_is_not_gone(run: Run, vulnerable: Standins) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CHART, POLICY)
        await office.push(repo)
        await office.work()
        seen = await office.service.judge.sightings.first_seen(repo.id)
        assert {name for _, name in seen} == {"GHSA-1", "CVE-2026-1"}
        await office.push(repo, {"package-lock.json": "{"})
        await office.work()
        assert await office.service.judge.sightings.first_seen(repo.id) == seen
        await office.push(repo, CLEAN)
        await office.work()
        assert await office.service.judge.sightings.first_seen(repo.id) == {}

    run(story, vulnerable.environment(), online=True)
