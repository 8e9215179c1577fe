"""What default branches use is told to GitHub's dependency graph and to Dependency-Track until it has arrived."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.jobs import uploads
from app.service_settings import Submission
from app.store.repositories import RepositoryRow
from tests.end_to_end.examples import CLEAN, npm
from tests.jobs.office import Office, Run
from tests.simulator import Repository, Simulator, User
from tests.standins.dependencytrack import DependencyTrack

BUN = """\
{"lockfileVersion": 1, "workspaces": {"": {"name": "web", "dependencies": {"tiny": "1.0.0"}}},
 "packages": {"tiny": ["tiny@1.0.0", "", {}, ""]}}
"""


@pytest.fixture(params=[4, 5])
def track(request: pytest.FixtureRequest) -> Iterator[DependencyTrack]:
    with DependencyTrack(request.param) as server:
        assert isinstance(server, DependencyTrack)
        yield server


@pytest.fixture
def granted(github: tuple[Simulator, Any, int, User]) -> Iterator[None]:
    """The App may write contents."""
    sim, app, installation, _ = github
    before = dict(app.permissions)
    sim.ask_permissions(app, {**before, "contents": "write"})
    sim.accept_permissions(installation)
    yield
    sim.ask_permissions(app, before)
    sim.accept_permissions(installation)


async def pushed(office: Office, files: dict[str, Any]) -> Repository:
    repo = office.repository(files)
    row = RepositoryRow(repo.id, office.installation, repo.full_name, default_branch="main")
    await office.service.repositories.seen([row])
    await office.push(repo)
    await office.work()
    return repo


async def step(office: Office, seconds: float) -> None:
    office.clock.passes(seconds=seconds)
    claim = await office.service.subjects.claim(60, uploads.KEY)
    if claim:
        await office.service._handle(claim)


async def troubles(office: Office) -> list[str]:
    return [reason for _, _, reason in await office.service.uploads.store.troubles()]


def test_github_is_told_what_it_does_not_read_itself(run: Run, granted: None) -> None:
    async def story(office: Office) -> None:
        repo = await pushed(office, {**CLEAN, "web/bun.lock": BUN})
        (package,) = office.sim.dependencies(repo)
        assert (package["manifest"], package["package_url"], package["relationship"]) == (
            "web/bun.lock",
            "pkg:npm/tiny@1.0.0",
            "direct",
        )
        await office.push(repo, {"web/bun.lock": None})
        await office.work()
        assert office.sim.dependencies(repo) == []
        assert len(repo.snapshots) == 2
        await office.push(repo, npm(other=("1.0.0", "MIT", [])))
        await office.work()
        assert len(repo.snapshots) == 2

    run(story, dependency_submission=Submission.MISSING)


def test_or_all_of_it(run: Run, granted: None) -> None:
    async def story(office: Office) -> None:
        repo = await pushed(office, CLEAN)
        assert [package["manifest"] for package in office.sim.dependencies(repo)] == ["package-lock.json"]

    run(story, dependency_submission=Submission.ALL)


def test_a_refusal_of_github_is_told_and_tried_again(run: Run, granted: None) -> None:
    async def story(office: Office) -> None:
        office.sim.fail_next("POST /repos/*/dependency-graph/snapshots", 403, times=1)
        repo = await pushed(office, CLEAN)
        assert ["403" in reason for reason in await troubles(office)] == [True]
        await step(office, 31)
        assert (await troubles(office), len(office.sim.dependencies(repo))) == ([], 1)

    run(story, dependency_submission=Submission.ALL)


def test_without_the_permission_it_says_so(run: Run) -> None:
    async def story(office: Office) -> None:
        await pushed(office, CLEAN)
        (reason,) = await troubles(office)
        assert "contents: write" in reason

    run(story, dependency_submission=Submission.ALL)


def test_dependency_track_gets_the_document_of_the_branch(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        track.now, track.slow = office.service.subjects.clock, 2
        repo = await pushed(office, CLEAN)
        (project,) = track.projects.values()
        assert (project.name, project.version, project.latest) == (repo.full_name, "main", True)
        assert [one["purl"] for one in project.documents[0]["components"]] == ["pkg:npm/tiny@1.0.0"]
        for _ in range(4):
            await step(office, 400)
        assert (project.last_import is not None, await office.service.uploads.store.due_at()) == (True, None)
        await office.push(repo, {"README.md": "1"})
        await office.work()
        assert len(project.documents) == 1

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key)


def test_what_changes_meanwhile_is_sent_too(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        track.now, track.slow = office.service.subjects.clock, 1
        repo = await pushed(office, CLEAN)
        await office.push(repo, npm(other=("1.0.0", "MIT", [])))
        await office.work()
        for _ in range(8):
            await step(office, 400)
        (project,) = track.projects.values()
        assert [[one["name"] for one in bom["components"]] for bom in project.documents] == [["tiny"], ["other"]]
        assert await office.service.uploads.store.due_at() is None

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key)


def test_what_it_takes_and_loses_is_sent_again(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        track.now, track.loses = office.service.subjects.clock, True
        await pushed(office, CLEAN)
        for _ in range(14):
            await step(office, 400)
        assert await troubles(office) == ["Dependency-Track took it and does not show it"]
        track.loses = False
        for _ in range(16):
            await step(office, 400)
        assert await troubles(office) == []

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("key", "another", "Dependency-Track answered 401: the API key is not valid"),
        ("may_upload", False, "Dependency-Track answered 403: the API key may not do that: it needs BOM_UPLOAD, "
         "PROJECT_CREATION_UPLOAD and VIEW_PORTFOLIO"),
    ],
)  # fmt: skip
def test_a_refusal_is_told(run: Run, track: DependencyTrack, name: str, value: Any, said: str) -> None:
    key = track.key
    setattr(track, name, value)

    async def story(office: Office) -> None:
        await pushed(office, CLEAN)
        assert await troubles(office) == [said]

    run(story, dependency_track_url=track.url, dependency_track_api_key=key)
