"""The client of Dependency-Track against both versions of its stand-in: lists by pages, answers that are not sound."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.address import Address
from app.dependency_track import DependencyTrack as Client
from app.dependency_track import DependencyTrackError
from checks.vulnerabilities.tracked import Analysis, Answers
from tests.standins.dependencytrack import Decision, DependencyTrack, Known
from tests.standins.server import Fault

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(params=[4, 5])
def track(request: pytest.FixtureRequest) -> Iterator[DependencyTrack]:
    with DependencyTrack(request.param) as server:
        assert isinstance(server, DependencyTrack)
        yield server


def told(track: DependencyTrack, packages: int = 1) -> Client:
    """A client of a server that was told of so many packages."""
    client = Client(Address.parse(track.url), track.key, httpx.AsyncHTTPTransport)
    components = [
        {"name": f"p{n}", "version": "1.0.0", "purl": f"pkg:npm/p{n}@1.0.0", "type": "library"} for n in range(packages)
    ]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}
    asyncio.run(client.upload("example/web", "main", json.dumps(bom).encode()))
    return client


def reported(client: Client, version: str = "main") -> Answers | None:
    return asyncio.run(client.reported("example/web", version, lambda: AT))


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_are_read_however_many_there_are(track: DependencyTrack, count: int) -> None:
    client = told(track, count)
    for number in range(count):
        track.known[f"pkg:npm/p{number}@1.0.0"] = [Known(f"CVE-2026-{number}")]
        track.violations[f"pkg:npm/p{number}@1.0.0"] = [{"type": "SECURITY", "name": "x", "violationState": "INFO"}]
    answers = reported(client)
    assert answers is not None
    assert (len(answers.findings), len(answers.violations), answers.at) == (count, count, AT)
    assert len([path for path in track.paths if "finding" in path]) <= 1 + count // 100


@pytest.mark.parametrize("count", [100, 101])
def test_without_a_total_it_ends_too(track: DependencyTrack, count: int) -> None:
    client = told(track, count)
    for number in range(count):
        track.known[f"pkg:npm/p{number}@1.0.0"] = [Known(f"CVE-2026-{number}")]
    with track.behaving(Fault(headers={"X-Total-Count": "many"})):
        answers = reported(client)
    assert answers is not None
    assert len(answers.findings) == count


def test_suppressed_findings_come_with_their_justification(track: DependencyTrack) -> None:
    client = told(track)
    track.known["pkg:npm/p0@1.0.0"] = [Known("CVE-2026-1"), Known("CVE-2026-2")]
    track.decisions["pkg:npm/p0@1.0.0", "CVE-2026-1"] = Decision("NOT_AFFECTED", "CODE_NOT_PRESENT", suppressed=True)
    answers = reported(client)
    assert answers is not None
    assert len(answers.findings) == 2
    (analysis,) = answers.analyses.values()
    assert analysis == Analysis("CODE_NOT_PRESENT", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert track.paths.count("/api/v1/analysis") == 1


def test_of_a_project_that_is_not_there_nothing_is_known(track: DependencyTrack) -> None:
    assert reported(told(track), "other") is None


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(body=b"<html>"), "Dependency-Track's answer could not be read"),
        (Fault(body=b"[" * 40_000), "Dependency-Track's answer could not be read"),
        (Fault(body=b"{}"), "Dependency-Track's answer is no list of objects"),
        (Fault(body=b"[1]"), "Dependency-Track's answer is no list of objects"),
        (Fault(packed_zeros=50_001), "Dependency-Track's answer is too long"),
        (Fault(half=True), "Dependency-Track could not be reached"),
        (Fault(status=503), "Dependency-Track answered 503"),
        (Fault(status=302, headers={"Location": "https://elsewhere.example/"}), "Dependency-Track answered 302"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/finding", "/api/v1/violation"])
def test_an_answer_that_is_not_sound_is_told(
    track: DependencyTrack, monkeypatch: pytest.MonkeyPatch, path: str, fault: Fault, said: str
) -> None:
    monkeypatch.setattr("app.dependency_track._LONGEST", 50_000)
    client = told(track)
    fault.path = path
    with track.behaving(fault), pytest.raises(DependencyTrackError) as error:
        reported(client)
    assert str(error.value).startswith(said)
    assert track.key not in str(error.value)


def test_a_project_whose_id_is_none_leads_nowhere(track: DependencyTrack) -> None:
    client = told(track)
    with track.behaving(Fault(path="/api/v1/project", body=b'{"uuid": "../../user/self"}')):
        assert reported(client) is None
    assert not [path for path in track.paths if "finding" in path]


def test_a_list_without_end_is_given_up(track: DependencyTrack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.dependency_track._PAGES", 2)
    client = told(track, 300)
    for number in range(300):
        track.violations[f"pkg:npm/p{number}@1.0.0"] = [{"type": "SECURITY", "name": "x", "violationState": "INFO"}]
    with pytest.raises(DependencyTrackError, match="more than 200 entries"):
        reported(client)
