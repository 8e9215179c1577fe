"""Each default branch is read once: newest pushed first, some at a time, to its end after whatever happened."""

from dataclasses import replace

import pytest

from app.jobs import backfill
from app.jobs.branches import Branches
from app.store.backfill import Progress
from app.store.repositories import RepositoryRow
from app.subject import Delivery, Regained, Told, branch_key
from tests.end_to_end.examples import CLEAN
from tests.jobs.office import Office, Run
from tests.simulator import Repository


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step reads all that can be read, however busy the machine is."""
    monkeypatch.setattr(backfill, "STEP", 600.0)


async def found(office: Office, *repositories: Repository) -> None:
    """The service hears of them, as when the App is installed."""
    told = tuple(
        Told(r.id, office.installation, r.full_name, r.node_id, fork=r.parent is not None) for r in repositories
    )
    await office.service.subjects.accept(
        Delivery(f"i{repositories[0].id}", "installation", "created", Regained(office.installation, told))
    )


async def step(office: Office) -> None:
    """The task runs once, if it is due."""
    claim = await office.service.subjects.claim(60, backfill.KEY)
    if claim:
        await office.service._handle(claim)


async def progress(office: Office) -> Progress:
    return await office.service.backfill.store.progress()


def test_what_an_installation_brings_is_read(run: Run) -> None:
    async def story(office: Office) -> None:
        repos = [office.repository() for _ in range(3)]
        empty = office.sim.create_repository("example", "nothing-in-it")
        empty.delete_branch("main")
        bare = office.sim.create_repository("example", "no-manifest", files={"README.md": "x"})
        await found(office, *repos, empty, bare)
        office.sim.reset_counts()
        await step(office)
        assert await progress(office) == Progress(5, 5, 0, 0, [])
        for repo in (*repos, bare):
            tree = await office.service.documents.head(repo.id)
            assert tree is not None
            assert (tree.head, list(tree.documents)) == (repo.head(), [] if repo is bare else ["package-lock.json"])
        asked = [seen.kind for seen in office.sim.requests if seen.kind != "token"]
        assert asked.count("rest") == 4  # a tree each
        assert asked.count("graphql") == 2  # all heads; and the only text, which all have

    run(story)


def test_what_is_archived_or_a_fork_may_be_left_out(run: Run) -> None:
    async def story(office: Office) -> None:
        repos = [office.repository() for _ in range(3)]
        rows = [
            RepositoryRow(r.id, office.installation, r.full_name, archived=n == 0, fork=n == 1)
            for n, r in enumerate(repos)
        ]
        await office.service.repositories.seen(rows)
        await office.service.backfill.schedule()
        office.clock.passes(seconds=10)
        await step(office)
        assert (await progress(office)).read == 1
        assert await office.service.documents.head(repos[2].id)

    run(story, backfill_forks=False)


def test_what_the_event_left_out_is_asked_with_the_heads(run: Run) -> None:
    async def story(office: Office) -> None:
        shelved, plain = office.repository(), office.repository()
        parent = office.sim.create_repository("ada", "upstream", files={"README.md": "x"})
        fork = parent.fork(shelved.owner)
        shelved.archive()
        told = tuple(Told(r.id, office.installation, r.full_name) for r in (shelved, fork, plain))
        regained = Regained(office.installation, told)
        await office.service.subjects.accept(Delivery("left-out", "installation", "created", regained))
        await step(office)
        assert await progress(office) == Progress(2, 1, 0, 0, [])
        row = await office.service.repositories.get(plain.id)
        assert row
        assert row.default_branch == "main"
        assert await office.service.documents.head(plain.id)

    run(story, backfill_forks=False)


def test_what_was_pushed_last_is_read_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "STEP", 0.0)

    async def story(office: Office) -> None:
        repos = [office.repository() for _ in range(3)]
        repos[1].commit("main", {"a": "1"}, "later", office.ada, date=4_000_000_000)
        repos[2].commit("main", {"a": "1"}, "latest", office.ada, date=4_000_100_000)
        await found(office, *repos)
        monkeypatch.setattr(backfill, "STEP", 0.05)
        order: list[int] = []
        whole = Branches.read

        async def watched(self: Branches, client, about, id_, head, at):  # type: ignore[no-untyped-def]
            order.append(id_)
            return await whole(self, client, about, id_, head, at)

        monkeypatch.setattr(Branches, "read", watched)
        while (await progress(office)).read < 3:
            await step(office)
        assert order == [repos[2].id, repos[1].id, repos[0].id]

    run(story)


def test_a_share_of_the_limit_is_left_to_others_and_it_goes_on_later(run: Run) -> None:
    async def story(office: Office) -> None:
        repos = [office.repository({n: t.replace("tiny", f"tiny{i}") for n, t in CLEAN.items()}) for i in range(6)]
        await found(office, *repos)
        office.service.github.limits.clock = office.service.subjects.clock
        office.sim.advance(3700)
        office.clock.passes(seconds=3700)
        office.sim.limits.primary = 8
        office.sim.limits.enabled = True
        try:
            await step(office)
            half = await progress(office)
            assert 0 < half.read < 6
            assert half.failing == 0
            office.sim.advance(3700)
            office.clock.passes(seconds=3700)
            await step(office)
            assert (await progress(office)).read > half.read
        finally:
            office.sim.limits.primary = 5000

    run(story)


def test_what_cannot_be_read_is_told_and_holds_up_nobody(run: Run) -> None:
    async def story(office: Office) -> None:
        good, bad, hidden = office.repository(), office.repository(), office.repository()
        await found(office, good, bad, hidden)
        hidden.delete()
        office.sim.fail_next(f"GET /repos/{bad.full_name}/git/trees/*", 502, times=1)
        await step(office)
        after = await progress(office)
        assert (after.read, after.waiting, after.failing) == (1, 2, 2)
        assert dict(after.errors)[hidden.full_name] == "GitHub does not show the repository"
        assert "502" in dict(after.errors)[bad.full_name]
        office.clock.passes(seconds=61)
        await step(office)
        assert (await progress(office)).read == 2

    run(story)


def test_what_ends_the_process_is_tried_after_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(office: Office) -> None:
        repos = [office.repository() for _ in range(3)]
        repos[1].commit("main", {"a": "1"}, "first in line", office.ada, date=4_000_000_000)
        await found(office, *repos)
        whole = Branches.read

        async def deadly(self: Branches, client, about, id_, head, at):  # type: ignore[no-untyped-def]
            if id_ == repos[1].id:
                raise MemoryError
            return await whole(self, client, about, id_, head, at)

        monkeypatch.setattr(Branches, "read", deadly)
        claim = await office.service.subjects.claim(60, backfill.KEY)
        assert claim
        await office.service.hands.work(claim)
        office.clock.passes(seconds=20)
        await step(office)
        assert ((await progress(office)).read, (await progress(office)).waiting) == (2, 1)
        monkeypatch.setattr(Branches, "read", whole)
        office.clock.passes(seconds=120)
        await step(office)
        assert (await progress(office)).read == 3

    run(story)


def test_a_push_that_was_not_heard_of_is_found_at_night(run: Run) -> None:
    async def story(office: Office) -> None:
        repo, quiet = office.repository(), office.repository()
        await found(office, repo, quiet)
        await step(office)
        repo.commit("main", {"package-lock.json": None, "package.json": None}, "none left", office.ada)
        office.clock.passes(days=1)
        office.sim.reset_counts()
        await step(office)
        tree = await office.service.documents.head(repo.id)
        assert tree is not None
        assert (tree.head, tree.documents) == (repo.head(), {})
        assert len([seen for seen in office.sim.requests if seen.kind != "token"]) == 2

    run(story)


def test_a_push_that_touches_no_manifest_costs_no_request(run: Run) -> None:
    async def story(office: Office) -> None:
        office.sim.create_repository(
            "example", "policy", files={"policy.yaml": "version: 1\nlicenses: {allow: [permissive]}\n"}
        )
        repo = office.repository()
        before = await office.push(repo)
        await office.work()
        repo.commit("main", {"README.md": "1"}, "words", office.ada)
        office.sim.reset_counts()
        await office.push(repo)
        claim = await office.claim()
        await office.service._handle(replace(claim, about=replace(claim.about, untouched_since=before)))
        assert office.sim.requests == []
        tree = await office.service.documents.head(repo.id)
        assert tree is not None
        assert tree.head == repo.head()
        assert claim.key == branch_key(repo.id)

    run(story, policy="example/policy@main")
