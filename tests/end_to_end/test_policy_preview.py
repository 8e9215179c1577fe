"""A pull request of the policy repository, over HTTP: what it would change is said before anybody merges it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED
from tests.end_to_end.stage import PATIENCE, Stage
from tests.simulator import Pull

TOKEN = "a-token-that-only-the-tests-know"
OPEN = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\nowners: {default: '@example/ospo'}\n"
STRICT = OPEN.replace(", strong-copyleft", "")
CHECK = "ospo-gate / policy"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that has read one private repository, with a GPL package; the policy repository is private, too."""
    folder = tmp_path_factory.mktemp("preview")
    with Stage(folder, OSPO_GATE_API_TOKEN=TOKEN, OSPO_GATE_POLICY="example/policy/policy.yaml@main") as stage:
        stage.sim.create_repository("example", "policy", private=True, files={"policy.yaml": OPEN}, announce=True)
        vault = stage.sim.create_repository("example", "vault", private=True, files={"a": ""}, announce=True)
        vault.commit("main", COPYLEFT, "Use it", stage.ada)
        stage.until(lambda: preview(stage, OPEN)["coverage"]["read"] == 1, "the vault was read")
        yield stage


def preview(stage: Stage, text: str, **more: Any) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{stage.port}/api/v1/policy/preview",
        data=json.dumps({"new": {"main": text}, **more}).encode(),
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def propose(stage: Stage, branch: str, text: str, files: dict[str, str] | None = None) -> Pull:
    policy = stage.sim.repository("example/policy")
    policy.commit(branch, {"policy.yaml": text, **(files or {})}, f"Change the policy\n\n{SIGNED}", stage.ada)
    return policy.open_pull(head=branch, base="main", title="Change the policy", author=stage.ada)


def check(stage: Stage, pull: Pull) -> Any:
    return stage.until(lambda: stage.runs(pull.repository, pull.head_sha).get(CHECK), "the check of the policy")


def test_it_is_said_in_a_check_and_one_comment_what_would_be_blocked(stage: Stage) -> None:
    pull = propose(stage, "strict", STRICT)
    run = check(stage, pull)
    assert (run["conclusion"], run["output"]["title"]) == ("success", "The policy is valid")
    (body,) = [c["body"] for c in stage.own_comments(pull) if "ospo-gate:policy" in c["body"]]
    assert "| `license-not-allowed` | 1 | 1 |" in body
    assert "| `example/vault` | 1 |" in body
    assert "1 package would be newly blocked" in body
    assert "Changed: the key `licenses`." in body
    pull.repository.commit("strict", {"policy.yaml": OPEN + "mode: evaluate\n"}, f"Other\n\n{SIGNED}", stage.ada)
    stage.until(lambda: check(stage, pull), "the check on the new head")
    (again,) = [c["body"] for c in stage.own_comments(pull) if "ospo-gate:policy" in c["body"]]
    assert "Nothing changes" in again


def test_the_policy_of_the_head_judges_nothing(stage: Stage) -> None:
    vault = stage.sim.repository("example/vault")
    propose(stage, "lax", "version: 1\nmode: 'off'\n")
    vault.commit("more", {"package-lock.json": "{"}, f"Break it\n\n{SIGNED}", stage.ada)
    pull = vault.open_pull(head="more", base="main", title="Break it", author=stage.ada)
    assert stage.verdict(vault, pull.head_sha)["conclusion"] == "failure"


def test_a_policy_that_is_not_valid_fails_on_the_line_of_the_fault(stage: Stage) -> None:
    pull = propose(stage, "broken", "version: 1\nlicences: {}\n")
    run = check(stage, pull)
    assert (run["conclusion"], run["output"]["title"]) == ("failure", "The policy is not valid: 1 fault")
    (annotation,) = run["output"]["annotations"]
    assert (annotation["path"], annotation["start_line"]) == ("policy.yaml", 2)


def test_a_pull_request_about_something_else_gets_no_such_check(stage: Stage) -> None:
    policy = stage.sim.repository("example/policy")
    policy.commit("words", {"README.md": "Hello"}, f"Say hello\n\n{SIGNED}", stage.ada)
    pull = policy.open_pull(head="words", base="main", title="Say hello", author=stage.ada)
    stage.verdict(policy, pull.head_sha)
    assert CHECK not in stage.runs(policy, pull.head_sha)


EXAMPLE = """
now: 2026-11-20
tests:
  - name: copyleft is _used_
    dependencies: [{package: pkg:npm/a, version: 1.0.0, license: GPL-3.0-only}]
    expect: {conclusion: passed}
"""


def test_examples_beside_the_policy_are_judged_by_the_one_that_is_proposed(stage: Stage) -> None:
    pull = propose(stage, "examples", STRICT, {"tests/copyleft.yaml": EXAMPLE})
    run = check(stage, pull)
    assert run["conclusion"] == "failure"
    assert run["output"]["title"] == "The policy is valid, but its examples are not as expected"
    summary = run["output"]["summary"]
    assert summary.startswith("1 of 1 examples is not as expected:")
    assert "copyleft is \\_used\\_" in summary or "`copyleft is _used_`" in summary
    assert "license-not-allowed" in summary
    assert "`example/vault` | 1" in summary, "the preview stands below it"
    pull = propose(stage, "example", OPEN, {"tests/copyleft.yaml": EXAMPLE})
    output = check(stage, pull)["output"]
    assert (output["title"], output["summary"]) == ("The policy stays as it is", "The policy's example is as expected.")
    assert not [c for c in stage.own_comments(pull) if "ospo-gate:policy" in c["body"]]
    pull = propose(stage, "odd", OPEN, {"policy.test.yaml": "tests: [{nam: x}]\n"})
    output = check(stage, pull)["output"]
    assert "policy.test.yaml:1:" in output["summary"]


def test_the_command_asks_the_service(stage: Stage) -> None:
    (stage.folder / "strict.yaml").write_text(STRICT)
    gate = str(Path(sys.executable).with_name("ospo-gate"))
    command = [gate, "policy", "preview", "strict.yaml", "--fail-on", "newly-blocked"]
    environment = {"PATH": "", "OSPO_GATE_SERVER": f"http://127.0.0.1:{stage.port}", "OSPO_GATE_API_TOKEN": TOKEN}
    done = subprocess.run(command, cwd=stage.folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "example/vault" in done.stdout
    assert "To tell: @example/ospo" in done.stdout


def test_where_everybody_reads_along_private_repositories_are_only_counted(stage: Stage) -> None:
    policy = stage.sim.repository("example/policy")
    policy.set_visibility("public")
    pull = propose(stage, "public", STRICT)
    check(stage, pull)
    (body,) = [c["body"] for c in stage.own_comments(pull) if "ospo-gate:policy" in c["body"]]
    assert "| `license-not-allowed` | 1 | 1 |" in body
    assert "vault" not in body
    assert "glyph" not in body


def test_open_pull_requests_that_change_color_and_the_report_of_a_pilot(stage: Stage) -> None:
    site = stage.sim.create_repository("example", "site", private=True, files=CLEAN, announce=True)
    site.commit("gpl", COPYLEFT, f"Use it\n\n{SIGNED}", stage.ada)
    pull = site.open_pull(head="gpl", base="main", title="Use it", author=stage.ada)
    assert stage.verdict(site, pull.head_sha)["conclusion"] == "success"
    stage.settle()
    pulls = preview(stage, STRICT)["pulls"]
    (turn,) = [turn for turn in pulls["turns"] if turn["repository"] == "example/site"]
    assert (turn["author"], turn["before"], turn["after"]) == ("ada", "passes", "blocks")
    assert turn["rules"] == ["license-not-allowed"]
    since = preview(stage, STRICT, since="2020-01-01T00:00:00")["pulls"]
    assert "judged since 1 Jan 2020, the new policy would stop" in since["summary"]
    assert since["undecided"] == 0
