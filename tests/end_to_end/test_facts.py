"""The service as people run it, with facts: webhooks in, check runs out, on both kinds of GitHub."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.facts.container import write
from tests.end_to_end.examples import CLEAN, npm, pull, repository
from tests.end_to_end.stage import PATIENCE, Stage
from tests.facts_file.files import Builder
from tests.online.timed import Clock
from tests.standins import Standins

POLICY = "version: 1\nvulnerabilities: {levels: {advisories-unknown: block}}\n"
TOKEN = "a-token-that-only-the-tests-know"
CHART = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "MIT", []))


@pytest.fixture(scope="module")
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        severe = {"database_specific": {"severity": "HIGH"}, "aliases": ["CVE-2026-1"]}
        all_.osv.knows("GHSA-1", "npm", "chart", "4.2.0", **severe)
        yield all_


@pytest.fixture(scope="module", params=["github.com", "ghes"])
def office(
    request: pytest.FixtureRequest, standins: Standins, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """github.com with the network, GitHub Enterprise Server with a facts file alone."""
    folder = tmp_path_factory.mktemp(request.param.replace(".", "-"))
    settings = {"OSPO_GATE_ONLINE": "true", "OSPO_GATE_API_TOKEN": TOKEN, **standins.environment()}
    if request.param == "ghes":
        settings = {"OSPO_GATE_FACTS": str(_file(folder, standins)), "OSPO_GATE_API_TOKEN": TOKEN}
    with Stage(folder, request.param, **settings) as running:
        yield running


def _file(folder: Path, standins: Standins) -> Path:
    clock = Clock()
    file = Builder(standins, clock).build(CHART, POLICY)
    path = folder / "facts.db"
    path.write_bytes(b"".join(write(file.every(), clock.now(), file.header.read, file.header.complete)))
    return path


def test_a_vulnerable_package_is_blocked(office: Stage) -> None:
    repo = repository(office, {"policy.yaml": POLICY, **CLEAN})
    change = pull(office, repo, CHART)
    verdict = office.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "CVE-2026-1" in verdict["output"]["summary"]


def test_a_push_to_the_default_branch_is_judged_by_three_requests(office: Stage) -> None:
    repo = repository(office, {"policy.yaml": POLICY, **CLEAN})
    office.settle()
    office.sim.reset_counts()
    head = repo.commit("main", CHART, "Add a chart", office.ada)
    name = "ospo-gate / default branch"
    run = office.until(lambda: office.runs(repo, head).get(name), "a verdict on the branch")
    assert (run["conclusion"], run["output"]["title"]) == ("failure", "1 to fix")
    office.settle()
    assert len(office.counted()) == 3
    assert set(office.runs(repo, head)) == {name}


def test_a_push_to_another_branch_is_not(office: Stage) -> None:
    repo = repository(office, {"policy.yaml": POLICY, **CLEAN})
    office.settle()
    office.sim.reset_counts()
    repo.commit("topic", CHART, "Add a chart", office.ada)
    office.settle()
    assert office.counted() == []


def test_a_verdict_on_a_branch_is_none_on_a_pull_request_from_it(office: Stage) -> None:
    repo = repository(office, {"policy.yaml": f"{POLICY}signoff: {{}}\n", **CLEAN})
    repo.commit("release", {"version.txt": "1"}, "Begin a release", office.ada)
    head = repo.commit("main", {"readme.txt": "not signed off"}, "Change", office.ada)
    change = repo.open_pull(head="main", base="release", author=office.ada)
    assert office.verdict(repo, change.head_sha)["conclusion"] == "failure"
    office.settle()
    runs = office.runs(repo, head)
    assert (runs["ospo-gate"]["conclusion"], runs["ospo-gate / default branch"]["conclusion"]) == ("failure", "success")


def test_other_programs_may_ask_with_the_token(office: Stage) -> None:
    url = f"http://127.0.0.1:{office.port}/api/v1/ask?package=npm:chart@4.2.0"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=PATIENCE)
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        document = json.load(answer)
    assert (document["package"], document["verdict"]) == ("pkg:npm/chart@4.2.0", "yes")
    assert document["summary"].startswith("chart 4.2.0 may be used")
