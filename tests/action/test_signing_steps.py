"""The action's own step for agreements, run by a shell as a runner runs it, and the example workflow of the docs."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.runner import ROOT, Done, Runner
from tests.action.signing import PHRASE, Place, place
from tests.cli.checkout import Checkout
from tests.simulator import Simulator
from tests.simulator.payloads import comment_json, issue_json, pull_json, repository_json


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with Simulator() as sim:
        yield place(sim, tmp_path)


def run(here: Place, runner: Runner, event: str, payload: Mapping[str, Any], **inputs: str) -> Done:
    runner.environ = {"GITHUB_API_URL": here.sim.api_url, "GITHUB_RUN_ID": "99"}
    folder = Checkout(here.folder / "empty")
    given = {**payload, "repository": repository_json(here.repo, full=True)}
    return runner.judge(folder, given, event, token=here.token, **inputs)


def test_judge_sign_and_judge_again(here: Place, runner: Runner) -> None:
    ada = here.sim.create_user("ada", name="Ada", email="ada@example.org")
    pull = here.pull(ada)
    proposed = {"action": "opened", "number": 1, "pull_request": pull_json(pull)}
    done = run(here, runner, "pull_request_target", proposed, signatures="cla.json")
    assert (done.code, done.outputs["conclusion"]) == (1, "action-required"), done.out + done.err
    assert "ada" in done.summary
    comment = here.sim.comment(here.repo, 1, ada, PHRASE)
    said = {"action": "created", "issue": issue_json(pull), "comment": comment_json(here.sim.world, comment)}
    done = run(here, runner, "issue_comment", said, signatures="cla.json")
    assert (done.code, done.err) == (0, ""), done.out
    assert all(line.startswith("::notice title=ospo-gate::") for line in done.out.splitlines())
    done = run(
        here, runner, "pull_request_target", proposed, path_to_signatures="cla.json", branch="ospo-gate-signatures"
    )
    assert done.code == 0, "the inputs of the CLA action say the same"


def test_a_checkout_is_judged_with_people(here: Place, runner: Runner) -> None:
    ada = here.sim.create_user("ada", name="Ada", email="ada@example.org")
    pull = here.pull(ada)
    path = here.folder / "checkout"
    here.repo.git.run("clone", "-q", here.repo.clone_url, str(path))
    checkout = object.__new__(Checkout)
    checkout.path = path
    checkout.git("checkout", "-q", pull.head_sha)
    runner.environ = {"GITHUB_API_URL": here.sim.api_url}
    event = {"action": "opened", "pull_request": pull_json(pull), "repository": repository_json(here.repo, full=True)}
    done = runner.judge(checkout, event, "pull_request", token=here.token, signatures="cla.json")
    assert done.code == 1, done.out + done.err
    assert "ada has not signed Example CLA, version 1." in done.out
    here.says(pull, ada, PHRASE, "--signatures", "cla.json")
    assert len(json.loads(here.file("cla.json"))["records"]) == 1
    done = runner.judge(checkout, event, "pull_request", token=here.token, signatures="cla.json")
    assert done.code == 0, done.out + done.err


def test_the_example_workflow_checks_nothing_out_and_asks_for_no_more_than_it_needs() -> None:
    text = (ROOT / "docs" / "agreements-without-a-server.md").read_text()
    workflow = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    assert workflow["permissions"] == {"contents": "write", "pull-requests": "write", "actions": "write"}
    (step,) = workflow["jobs"]["agreements"]["steps"]
    assert step["uses"].startswith("example/ospo-gate@")
    assert "concurrency" not in workflow
    assert set(step["with"]) == {"signatures", "token"}
