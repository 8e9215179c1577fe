"""What no webhook told is found by looking: pull requests without a verdict, ended ones, checks that hang."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.github import listing
from app.jobs import reached, reconcile
from app.jobs.judge import MAX_ATTEMPTS
from app.jobs.reconcile import Reconcile
from app.store import tables
from app.store.deliveries import DeliveryStore
from app.store.reports import SENDING
from app.subject import Claim, pull_key
from tests.end_to_end.examples import CLEAN, COPYLEFT
from tests.github.hub import pem
from tests.jobs.office import Office
from tests.simulator import Pull, Simulator, User


@pytest.fixture
def github() -> Iterator[tuple[Simulator, Any, int, User]]:
    """One that each test has for itself: a round sees all that there is."""
    with Simulator() as sim:
        app = sim.create_app(private_key_pem=pem())
        sim.create_org("example")
        yield (
            sim,
            app,
            sim.install(app, "example"),
            sim.create_user("ada", name="Ada Lovelace", email="ada@example.com"),
        )


async def looked(office: Office) -> list[str]:
    """What a whole round finds, an hour after all that happened."""
    before = len(await repairs(office))
    for key in (reached.KEY, reconcile.KEY):
        office.clock.passes(hours=1)
        await office.service.subjects.schedule(key, 0.0)
        while claim := await office.service.subjects.claim(60, key):
            await office.service._handle(claim)
            office.clock.passes(seconds=reconcile.PAUSE)
    found = await repairs(office)
    return found[: len(found) - before]


async def repairs(office: Office) -> list[str]:
    """What was found so far, the last first."""
    listed = await DeliveryStore(office.service.database).newest(1000, event="reconcile")
    return [one.action or "" for one in listed if one.action != "found"]


async def judged(office: Office, pull: Pull) -> None:
    """As an event of GitHub asks for it."""
    await office.want(pull, at=datetime.fromisoformat(pull.updated_at).timestamp())
    await office.work()


def test_a_pull_request_that_no_webhook_told_of_is_judged(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        assert await looked(office) == ["missing"]
        await office.work()
        assert office.titles(pull) == ["1 to fix"]
        assert await looked(office) == []

    run(story)


@pytest.mark.parametrize("base", ["main", "v1"])
def test_the_branch_that_it_goes_into_is_known_as_if_a_webhook_had_told(base: str, run: Any) -> None:
    async def story(office: Office) -> None:
        repo = office.repository()
        repo.commit("v1", CLEAN, "Old", office.ada)
        await office.push(repo)
        await office.work()
        repo.commit("topic", COPYLEFT, "Change", office.ada)
        pull = repo.open_pull(head="topic", base=base, author=office.ada)
        assert await looked(office) == ["missing"]
        await office.work()
        stored = await office.service.documents.pull(pull_key(repo.id, pull.number))
        assert (stored is not None) is (base == "main")

    run(story)


def test_a_push_that_no_webhook_told_of_is_judged(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CLEAN)
        await looked(office)
        await office.work()
        pull.push(COPYLEFT, "Charts\n\nSigned-off-by: Ada Lovelace <ada@example.com>", office.ada)
        assert await looked(office) == ["outdated"]
        await office.work()
        assert office.titles(pull) == ["1 to fix"]

    run(story)


def test_a_closed_and_a_merged_pull_request_are_ended(run: Any) -> None:
    async def story(office: Office) -> None:
        closed, merged, still = (office.pull(COPYLEFT) for _ in range(3))
        await looked(office)
        await office.work()
        closed.close()
        merged.merge(office.ada)
        assert sorted(await looked(office)) == ["closed", "closed"]
        known = await office.service.repairs.beliefs.pulls(
            {p.repository.id: [p.number] for p in (closed, merged, still)}
        )
        assert [known[p.repository.id][1].closed for p in (closed, merged, still)] == [True, True, False]
        assert await looked(office) == []
        in_spite = await history(office, "merged-in-spite")
        assert [(row["repository"], row["by"]) for row in in_spite] == [(merged.repository.full_name, "ada")]

    run(story)


async def history(office: Office, what: str) -> list[dict[str, Any]]:
    query = select(tables.history.c.details).where(tables.history.c.what == what)
    async with office.service.database.read() as connection:
        return list((await connection.execute(query)).scalars())


def test_a_pull_request_that_was_opened_again_unheard_is_judged(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await judged(office, pull)
        pull.close()
        await looked(office)
        pull.reopen()
        assert await looked(office) == ["outdated"]

    run(story)


def test_a_check_that_says_in_progress_for_ever_is_concluded_and_judged_again(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        await office.work()
        await hang(office, pull)
        assert await looked(office) == ["hanging"]
        await office.work()
        runs = office.runs(pull.repository, pull.head_sha)
        assert [(run["status"], run["conclusion"]) for run in runs] == [
            ("completed", "failure"), ("completed", "cancelled"), ("completed", "failure"),
        ]  # fmt: skip
        assert await looked(office) == []

    run(story)


def test_a_check_that_was_concluded_by_a_service_that_ended_then_is_judged_again(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        await office.work()
        client = await hang(office, pull)
        node = pull.repository.node_id
        run_ = (await listing.runs(client, office.service.github.app_id, "ospo-gate", [pull.node_id]))[pull.node_id]
        assert run_ is not None
        await listing.conclude(client, node, run_)
        assert await looked(office) == ["hanging"]
        await office.work()
        assert office.runs(pull.repository, pull.head_sha)[-1]["conclusion"] == "failure"

    run(story)


async def hang(office: Office, pull: Pull) -> Any:
    """A worker that died just after it said that it was at work."""
    client = office.service.github.installation(office.installation, [pull.repository.id])
    body = {"name": "ospo-gate", "head_sha": pull.head_sha, "status": "in_progress"}
    await client.request("POST", f"/repos/{pull.repository.full_name}/check-runs", json=body)
    return client


def test_what_waits_to_be_judged_is_left_alone(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        assert await looked(office) == ["missing"]
        pull.push({"a.txt": "1"}, "More", office.ada)
        assert await looked(office) == []

    run(story)


def test_a_push_of_this_very_minute_is_left_to_its_webhook(run: Any) -> None:
    async def story(office: Office) -> None:
        office.pull(COPYLEFT)
        service = office.service
        await service.subjects.schedule(reached.KEY, 0.0)
        await service._handle(await claimed(office, reached.KEY))
        patient = Reconcile(
            service.github, service.subjects, service.repairs.beliefs, service._accept, service._now, grace=1e6
        )
        await service.subjects.schedule(reconcile.KEY, 0.0)
        await patient.handle(await claimed(office, reconcile.KEY))
        assert await repairs(office) == []

    run(story)


def test_forty_repositories_take_two_requests_and_those_of_many_pull_requests_one_for_each_hundred_more(
    run: Any,
) -> None:
    async def story(office: Office) -> None:
        pulls = [office.pull(CLEAN) for _ in range(3)]
        repo = pulls[0].repository
        for number in range(listing.PULLS + 5):
            repo.commit(f"more-{number}", {"a.txt": str(number)}, "x", office.ada)
            repo.open_pull(f"more-{number}", author=office.ada)
        found = await looked(office)
        assert found.count("missing") >= listing.PULLS + 8
        await office.work()
        office.sim.reset_counts()
        assert await looked(office) == []
        asked = [request.path for request in office.sim.requests if request.path == "/graphql"]
        pages = -(-len(office.sim.world.repositories) // listing.REPOSITORIES)
        proofs = -(-len(found) // listing.RUNS) + pages
        assert len(asked) <= pages + 1 + proofs

    run(story)


def test_an_installation_that_github_does_not_answer_for_holds_up_no_other(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        office.sim.create_org("elsewhere")
        other = office.sim.create_repository("elsewhere", "shop", files={"a.txt": "1"})
        app = office.sim.world.installations[office.installation].app
        second = office.sim.install(app, "elsewhere")
        assert second > office.installation
        other.commit("topic", {"a.txt": "2"}, "x", office.ada)
        other.open_pull("topic", author=office.ada)
        await office.service.subjects.schedule(reached.KEY, 0.0)
        await office.service._handle(await claimed(office, reached.KEY))
        office.clock.passes(hours=1)
        office.sim.fail_next("pullRequests", 502)
        assert await looked(office) == ["missing"]
        assert [one.repository for one in await DeliveryStore(office.service.database).newest(1)] == ["elsewhere/shop"]
        assert "missing" in await looked(office)
        await office.work()
        assert office.titles(pull) == ["1 to fix"]
        office.sim.uninstall(second)

    run(story)


async def claimed(office: Office, key: str) -> Claim:
    claim = await office.service.subjects.claim(60, key)
    assert claim is not None
    return claim


def test_the_rest_of_an_installation_that_does_not_answer_is_for_the_next_round(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "REPOSITORIES", 1)

    async def story(office: Office) -> None:
        for _ in range(3):
            office.pull(CLEAN)
        office.sim.fail_next("pullRequests", 502)
        assert await looked(office) == []
        assert await looked(office) == ["missing"] * 3

    run(story)


def test_what_waits_in_a_repository_that_was_archived_unheard_rests(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        pull.repository.archive()
        await looked(office)
        assert await office.service.subjects.claim(60, pull_key(pull.repository.id, 1)) is None
        (rests,) = await DeliveryStore(office.service.database).poisoned(10)
        assert rests.error == "the repository is archived"
        pull.repository.unarchive()
        await looked(office)
        await office.work()
        assert office.titles(pull) == ["1 to fix"]

    run(story)


def taken_away(office: Office) -> None:
    office.sim.world.installations[office.installation].selected = set()


Change = Callable[[Office, Pull], object]


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (lambda office, pull: taken_away(office), "lost"),
        (lambda office, pull: pull.repository.rename(f"{pull.repository.name}-new"), "found"),
        (lambda office, pull: pull.repository.archive(), "found"),
        (lambda office, pull: pull.repository.set_visibility("private"), "found"),
    ],
    ids=["taken away", "renamed", "archived", "private"],
)
def test_what_became_of_a_repository_unheard_is_found(run: Any, change: Change, action: str) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        await office.work()
        change(office, pull)
        await looked(office)
        newest = (await DeliveryStore(office.service.database).newest(1, event="reconcile"))[0]
        assert newest.action == action
        row = await office.service.repositories.get(pull.repository.id)
        assert row is not None
        if action == "lost":
            assert row.gone_at is not None
        else:
            repo = pull.repository
            assert (row.name, row.archived, row.visibility) == (repo.full_name, repo.archived, repo.visibility)
        await office.work()

    run(story)


def test_an_installation_that_ended_unheard_is_found(run: Any) -> None:
    async def story(office: Office) -> None:
        app = office.sim.world.installations[office.installation].app
        office.sim.create_org("leaving")
        repo = office.sim.create_repository("leaving", "shop", files={"a.txt": "1"})
        second = office.sim.install(app, "leaving")
        await looked(office)
        office.sim.uninstall(second)
        assert await looked(office) == ["uninstalled"]
        row = await office.service.repositories.get(repo.id)
        assert row is not None
        assert row.gone_at is not None
        assert await looked(office) == []

    run(story)


def test_what_rests_with_an_error_is_tried_again_after_hours_and_not_in_every_round(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        claim = await claimed(office, pull_key(pull.repository.id, pull.number))
        await office.service.subjects.finish(claim, failed="no permission")
        assert await looked(office) == []
        office.clock.passes(hours=5)
        assert await looked(office) == ["rested"]
        await office.work()
        assert office.titles(pull) == ["1 to fix"]

    run(story)


def test_a_publication_that_nobody_can_finish_does_not_hide_the_failure(run: Any) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await looked(office)
        claim = await claimed(office, pull_key(pull.repository.id, pull.number))
        outgoing = await office.service.judge.reports.refuse(claim, {"head": pull.head_sha}, "x")
        await office.service.judge.reports.mark(outgoing, SENDING)
        await office.service.subjects.release(claim)
        for _ in range(MAX_ATTEMPTS + 2):
            office.clock.passes(hours=1)
            claim = await claimed(office, claim.key)
            await office.service.hands.work(claim)
        assert office.titles(pull) == ["could not judge: the change could not be read"]
        (failed,) = await DeliveryStore(office.service.database).poisoned(10)
        assert failed.state == "failed"
        assert (failed.error or "").startswith("internal error ")

    run(story)
