"""Judging again from what was read before: nothing is asked twice, and only what a new policy wants in addition."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from app.store.repositories import RepositoryRow
from app.store.tables import inventory, snapshot, snapshot_text
from app.subject import Again, Changed, Delivery, Kind, PolicyPushed
from tests.end_to_end.examples import CLEAN, COPYLEFT
from tests.jobs.office import Office
from tests.jobs.test_central_policy import OPEN, STRICT, Central
from tests.simulator import Pull

Run = Callable[[Callable[[Office], Awaitable[None]]], None]
_numbers = itertools.count(1)
REQUIREMENTS = {"requirements.txt": "left-pad==1.0\n"}


class Desk:
    """A pull request that was judged by the organization's policy."""

    def __init__(self, office: Office, files: dict[str, str], policy: str = STRICT) -> None:
        self.office = office
        self.central = Central(office, f"kept-{next(_numbers)}", policy)
        self.pull: Pull = office.pull(files)

    async def judged(self) -> None:
        await self.office.want(self.pull)
        await self.office.work()

    async def pushed(self, policy: str) -> list[str]:
        """The requests that judging again takes, without those about the policy itself."""
        self.central.becomes(policy)
        return await self.again(PolicyPushed())

    async def again(self, command: PolicyPushed | Changed | Again) -> list[str]:
        self.office.sim.reset_counts()
        await self.office.service.subjects.accept(Delivery(f"r{next(_numbers)}", "push", None, command))
        self.office.clock.passes(seconds=1)
        await self.office.work()
        asked = [f"{r.method} {r.path}" for r in self.office.sim.requests if r.kind in ("graphql", "rest")]
        about = (f"/repos/{self.central.repository.full_name}", "/app/installations")
        return [line for line in asked if not any(path in line for path in about)]

    @property
    def titles(self) -> list[str]:
        return self.office.titles(self.pull)


def test_only_what_is_said_and_the_files_of_the_policy_are_requests(run: Run) -> None:
    async def story(office: Office) -> None:
        desk = Desk(office, COPYLEFT)
        await desk.judged()
        assert await desk.pushed(OPEN) == ["POST /graphql", "POST /graphql"], "the policy's file, and the verdict"
        assert desk.titles == ["1 to fix", "Everything is in order"]

    run(story)


def test_what_is_judged_from_what_is_kept_is_what_github_would_tell(run: Run) -> None:
    files = {**COPYLEFT, **REQUIREMENTS, "Dockerfile": "FROM debian:12\n", "NOTICE": "x\n"}
    both = "version: 1\nlicenses: {}\nsignoff: {}\nfreshness: {}\npackages: {}\nsbom: {}\nnotices: {}\n"

    async def story(office: Office) -> None:
        desk = Desk(office, files)
        await desk.judged()
        await desk.pushed(both)
        kept = said(desk)
        rerun = Again(office.installation, desk.pull.repository.id, desk.pull.head_sha)
        assert any("/compare/" in line for line in await desk.again(rerun)), "who asks again gets it from GitHub"
        assert said(desk) == kept

    run(story)


def said(desk: Desk) -> dict[str, tuple[str, str]]:
    """Title and summary of the newest run of each name."""
    runs = desk.office.sim.check_runs(desk.pull.repository, desk.pull.head_sha)
    newest = {run["name"]: run["output"] for run in sorted(runs, key=lambda run: run["id"])}
    return {name: (output["title"], output["summary"]) for name, output in newest.items()}


def test_a_text_that_only_the_new_policy_wants_is_read_then_and_kept(run: Run) -> None:
    async def story(office: Office) -> None:
        desk = Desk(office, {**CLEAN, "bom.json": '{"bomFormat": "CycloneDX", "specVersion": "1.6"}\n'}, "version: 1\n")
        await desk.judged()
        more = await desk.pushed("version: 1\nsbom: {}\n")
        assert len([line for line in more if "/compare/" in line]) == 1, "the source must know its merge base"
        again = await desk.pushed("version: 1\nsbom: {}\nlicenses: {}\n")
        assert [line for line in again if "GET" in line] == []

    run(story)


def test_of_many_added_lines_those_that_are_too_many_are_read_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.recorded.LINES", 3)
    strict = "version: 1\nlicenses: {allow: [permissive]}\nai_models: {}\n"
    model = 'model = AutoModel.from_pretrained("acme/talk")\n'

    async def story(office: Office) -> None:
        desk = Desk(office, {**COPYLEFT, "few.py": "import x\n", "many.py": "import x\n" * 5 + model}, strict)
        await desk.judged()
        async with office.service.database.read() as connection:
            (row,) = (await connection.execute(select(snapshot))).all()
        assert list(row.data["added"]) == ["few.py"]
        again = await desk.pushed(strict.replace("permissive", "permissive, strong-copyleft"))
        assert len([line for line in again if "/compare/" in line]) == 1
        assert "acme/talk" in str(office.sim.check_runs(desk.pull.repository, desk.pull.head_sha)[-1]["output"])

    run(story)


@pytest.mark.parametrize("lost", ["inventories", "texts", "all", "form"])
def test_what_is_lost_is_read_again(run: Run, lost: str) -> None:
    async def story(office: Office) -> None:
        desk = Desk(office, {**COPYLEFT, **REQUIREMENTS})
        await desk.judged()
        async with office.service.database.write() as connection:
            for table in {"inventories": [inventory], "texts": [snapshot_text], "all": [snapshot]}.get(lost, []):
                await connection.execute(delete(table))
            if lost == "form":
                await connection.execute(update(snapshot).values(data={"form": 1, "listing": "of another release"}))
        await desk.pushed(OPEN)
        first, second = desk.titles
        assert ("1 to fix" in first, "to fix" in second) == (True, False)

    run(story)


def test_a_new_head_is_another_record(run: Run) -> None:
    async def story(office: Office) -> None:
        desk = Desk(office, COPYLEFT)
        await desk.judged()
        desk.pull.push({"package-lock.json": None, "package.json": "{}"}, "Remove it", office.ada)
        await office.want(desk.pull)
        await office.work()
        assert desk.titles == ["Nothing to check"]
        assert await desk.pushed(OPEN) == ["POST /graphql"], "the policy's file: nothing new is to be said"

    run(story)


def test_another_visibility_is_judged_from_what_is_kept(run: Run) -> None:
    override = "overrides:\n- {match: {visibility: [private]}, mode: evaluate}\n"

    async def story(office: Office) -> None:
        desk = Desk(office, COPYLEFT, STRICT + override)
        await desk.judged()
        repository = desk.pull.repository
        told = replace(
            (await office.service.repositories.get(repository.id))
            or RepositoryRow(repository.id, office.installation, repository.full_name),
            visibility="private",
        )
        await office.service.repositories.seen([told])
        assert await desk.again(Changed(repository.id)) == ["POST /graphql"], "what is said"
        assert desk.office.conclusions(desk.pull) == ["failure", "neutral"]

    run(story)


def test_those_that_a_waiver_sets_free_come_first(run: Run) -> None:
    waiver = (
        "waivers:\n- {id: W-1, rules: [license-not-allowed], package: pkg:npm/glyph-core, reason: a tool,\n"
        "   approved_by: '@grace', created: 2026-11-20, expires: 2099-03-31}\n"
    )
    other = {name: text.replace("glyph-core", "other-core") for name, text in COPYLEFT.items()}

    async def story(office: Office) -> None:
        desk = Desk(office, other)
        pulls = [desk.pull, *(office.pull(files) for files in (CLEAN, other, COPYLEFT))]
        for pull in pulls:
            await office.want(pull)
        await office.work()
        desk.central.becomes(STRICT + waiver)
        await office.service.subjects.accept(Delivery(f"r{next(_numbers)}", "push", None, PolicyPushed()))
        order: list[int] = []
        while await office.service.subjects.waiting() or len(order) < len(pulls):
            claim = await office.claim()
            await office.service._handle(claim)
            if claim.kind is Kind.PULL:
                order.append(claim.repository_id)
            office.clock.passes(seconds=0.1)
        first, second, third, fourth = (pull.repository.id for pull in pulls)
        assert order == [fourth, first, third, second]

    run(story)
