"""What Dependency-Track finds in default branches is read back after an upload and again, and judged on request."""

import json
from collections.abc import Iterator

import pytest

from app.jobs import uploads
from app.subject import pull_key
from tests.end_to_end.examples import CLEAN, SIGNED, npm
from tests.jobs.office import Office, Run
from tests.jobs.test_uploads import pushed, step, troubles
from tests.simulator import Repository
from tests.standins.dependencytrack import Decision, DependencyTrack, Known

WANTED = """\
version: 1
vulnerabilities:
  levels: {advisories-unknown: off}
  dependency_track: {analyses: true}
"""
UNWANTED = WANTED[: WANTED.index("  dependency_track")]
UNTRUSTED = WANTED.replace("true", "false")
TWO = npm(tiny=("1.0.0", "MIT", []), other=("2.0.0", "MIT", []))
OTHER = "pkg:npm/other@2.0.0"
DAY = 86_400.0


@pytest.fixture(params=[4, 5])
def track(request: pytest.FixtureRequest) -> Iterator[DependencyTrack]:
    with DependencyTrack(request.param) as server:
        assert isinstance(server, DependencyTrack)
        server.known[OTHER] = [Known("CVE-2026-1", [{"ghsaId": "GHSA-1"}])]
        yield server


async def arrived(office: Office, track: DependencyTrack) -> Repository:
    """A repository whose branch uses `other`, of which the server was told."""
    track.now = office.service.subjects.clock
    repo = await pushed(office, TWO)
    for _ in range(3):
        await step(office, 400)
    assert await troubles(office) == []
    return repo


async def verdict(office: Office, repo: Repository, policy: str) -> tuple[str, str]:
    """The conclusion of a pull request that brings `other`, by this policy, and what its check says."""
    repo.commit("main", {"policy.yaml": policy, **CLEAN}, "Begin again", office.ada)
    branch = f"change-{len(repo.git.branches())}"
    repo.commit(branch, TWO, f"Change\n\n{SIGNED}", office.ada)
    pull = repo.open_pull(head=branch, base="main", author=office.ada)
    await office.want(pull)
    while await office.service.subjects.waiting():
        claim = await office.claim()
        if claim.key != uploads.KEY:
            await office.service._handle(claim)
    (shown,) = office.runs(repo, pull.head_sha)
    report = await office.service.judge.reports.newest(pull_key(repo.id, pull.number))
    return shown["conclusion"], json.dumps(report, default=str)


def test_it_is_judged_in_every_repository_whose_policy_wants_it(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        await arrived(office, track)
        conclusion, said = await verdict(office, office.repository(), WANTED)
        assert (conclusion, "CVE-2026-1" in said, "Dependency-Track" in said) == ("failure", True, True)
        conclusion, said = await verdict(office, office.repository(), UNWANTED)
        assert (conclusion, "CVE-2026-1" in said) == ("success", False)

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key, dependency_track_hours=24)


def test_a_decision_counts_in_its_own_project_where_the_policy_says_so(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        track.decisions[OTHER, "CVE-2026-1"] = Decision("NOT_AFFECTED", "CODE_NOT_REACHABLE", suppressed=True)
        repo = await arrived(office, track)
        assert (await verdict(office, repo, UNTRUSTED))[0] == "failure"
        assert (await verdict(office, repo, WANTED))[0] == "success"
        assert (await verdict(office, office.repository(), WANTED))[0] == "failure"

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key, dependency_track_hours=24)


def test_what_it_does_not_find_any_more_is_not_kept(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        await arrived(office, track)
        track.known.clear()
        await step(office, DAY)
        assert (await verdict(office, office.repository(), WANTED))[0] == "success"

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key, dependency_track_hours=24)


def test_a_refusal_is_told_and_what_is_known_stays(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        await arrived(office, track)
        track.may_view = False
        await step(office, DAY)
        (reason,) = await troubles(office)
        assert "reading back needs VIEW_VULNERABILITY and VIEW_POLICY_VIOLATION, too" in reason
        assert (await verdict(office, office.repository(), WANTED))[0] == "failure"
        track.may_view = True
        await step(office, 31)
        assert await troubles(office) == []

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key, dependency_track_hours=24)


def test_nothing_is_asked_unless_it_is_wanted(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        await arrived(office, track)
        assert not [path for path in track.paths if "finding" in path or "violation" in path]

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key)


def test_what_was_uploaded_before_is_read_back_from_then_on(run: Run, track: DependencyTrack) -> None:
    async def story(office: Office) -> None:
        await arrived(office, track)
        store = office.service.uploads.store
        await store.follow("track-findings", uploads.TRACK)
        await store.follow("track-findings", uploads.TRACK)
        one = await store.next()
        assert one is not None
        assert (one.target, one.wanted) == ("track-findings", 1)

    run(story, dependency_track_url=track.url, dependency_track_api_key=track.key)
