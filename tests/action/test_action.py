"""The steps of the action, run by a shell as a runner runs them, on real checkouts."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.action.runner import Runner, pull_request
from tests.cli.checkout import CLEAN, COPYLEFT, POLICY, Checkout, command, lock
from tests.facts_file.files import archive, vulnerability

BASE = {"policy.yaml": POLICY, **CLEAN}


class Proposal:
    """A pull request as actions/checkout leaves it: the test merge is checked out, the head is one of its parents."""

    def __init__(
        self, path: Path, files: Mapping[str, str | None], base: Mapping[str, str] | None = None, signed: bool = True
    ) -> None:
        self.checkout = Checkout(path, BASE if base is None else base)
        self.base = self.checkout.head
        self.checkout.branch("topic")
        self.head = self.checkout.commit(files, signed=signed)
        # The base moves on, so that the merge is a real one.
        self.checkout.git("checkout", "-q", "main")
        self.base = self.checkout.commit({"other.txt": "something else"})
        self.checkout.git("checkout", "-q", "--detach")
        self.checkout.git("merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic")
        assert self.checkout.head != self.head

    @property
    def event(self) -> dict[str, object]:
        return pull_request(self.base, self.head)


@pytest.fixture
def blocked(tmp_path: Path) -> Proposal:
    return Proposal(tmp_path / "web", COPYLEFT, signed=False)


def test_a_blocked_pull_request(runner: Runner, blocked: Proposal) -> None:
    done = runner.judge(blocked.checkout, blocked.event, sarif_file="gate.sarif", report_file="gate.json")
    assert done.code == 1, done.out + done.err
    line = COPYLEFT["package-lock.json"].splitlines().index('    "node_modules/glyph-core": {') + 1
    assert any(command.startswith(f"::error file=package-lock.json,line={line},") for command in done.commands)
    assert any("glyph-core" in command for command in done.commands)
    assert len(done.commands) == len(done.out.splitlines()) == 2, done.out
    assert done.summary.startswith("### ")
    assert "glyph-core" in done.summary
    sarif = json.loads((blocked.checkout.path / "gate.sarif").read_text())
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["license-not-allowed"]
    report = json.loads((blocked.checkout.path / "gate.json").read_text())
    assert (report["conclusion"], report["head"]) == ("blocked", blocked.head), "the event's head, not the test merge"
    assert report["repository"]["name"] == "example/web"
    assert {name: value for name, value in done.outputs.items() if not name.endswith(("changes", "content"))} == {
        "conclusion": "blocked", "blocking": "2", "warnings": "0", "waived": "0",
        "sarif-file": "gate.sarif", "report-file": "gate.json",
    }  # fmt: skip
    assert done.err == ""


def test_a_clean_pull_request(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {"package-lock.json": lock(tiny="MIT", small="ISC")})
    done = runner.judge(proposal.checkout, proposal.event)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert done.outputs["conclusion"] == "passed"
    assert done.outputs["sarif-file"] == done.outputs["report-file"] == ""
    assert done.summary


def test_the_step_summary_can_be_left_alone(runner: Runner, blocked: Proposal) -> None:
    done = runner.judge(blocked.checkout, blocked.event, summary="false")
    assert (done.code, done.summary) == (1, "")


def test_evaluate_is_green_until_it_is_enforced(runner: Runner, tmp_path: Path) -> None:
    base = {**BASE, "policy.yaml": "version: 1\nmode: evaluate\nlicenses: {}\n"}
    proposal = Proposal(tmp_path / "web", COPYLEFT, base)
    done = runner.judge(proposal.checkout, proposal.event)
    assert (done.code, done.outputs["conclusion"]) == (0, "would-block")
    assert "::warning " in done.out
    assert runner.judge(proposal.checkout, proposal.event, enforce="true").code == 1


@pytest.mark.parametrize("named", ["", "policy.yaml"])
def test_a_pull_request_is_judged_by_the_policy_that_it_changes_not_by_its_own(
    runner: Runner, tmp_path: Path, named: str
) -> None:
    files = {**COPYLEFT, "policy.yaml": "version: 1\nmode: off\n"}
    proposal = Proposal(tmp_path / "web", files)
    done = runner.judge(proposal.checkout, proposal.event, policy=named)
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")
    assert "`policy.yaml`" in done.summary, "and the author is told so"


def test_a_named_policy_that_the_pull_request_deletes_still_judges(runner: Runner, tmp_path: Path) -> None:
    base = {**CLEAN, "rules/open-source.yaml": POLICY}
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, "rules/open-source.yaml": None}, base)
    done = runner.judge(proposal.checkout, proposal.event, policy="rules/open-source.yaml")
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")


def test_a_named_policy_that_only_the_pull_request_has_does_not_count(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, "mine.yaml": "version: 1\nmode: off\n"})
    done = runner.judge(proposal.checkout, proposal.event, policy="mine.yaml")
    assert done.code == 2
    assert "::error title=ospo-gate::there is no policy mine.yaml at the merge base" in done.out
    assert done.outputs["conclusion"] == ""


def test_a_link_to_the_policy_is_no_way_around(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, "mine.yaml": "version: 1\nmode: off\n"})
    link = tmp_path / "link.yaml"
    link.symlink_to(proposal.checkout.path / "mine.yaml")
    done = runner.judge(proposal.checkout, proposal.event, policy=str(link))
    assert done.code == 2
    assert "mine.yaml" in done.out


def test_everything_on_a_pull_request_is_judged_by_the_policy_at_its_merge_base(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, "policy.yaml": "version: 1\nmode: off\n"})
    done = runner.judge(proposal.checkout, proposal.event, all="true")
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")


def test_a_policy_from_outside_the_checkout(runner: Runner, blocked: Proposal, tmp_path: Path) -> None:
    policy = tmp_path / "central.yaml"
    policy.write_text("version: 1\nmode: off\n")
    done = runner.judge(blocked.checkout, blocked.event, policy=str(policy))
    assert (done.code, done.outputs["conclusion"]) == (0, "off")


def test_a_fork(runner: Runner, tmp_path: Path) -> None:
    """The head's commits come from another repository, and stand in the checkout through refs/pull/N/merge alone."""
    origin = Checkout(tmp_path / "origin", BASE)
    base = origin.head
    fork = origin.clone(tmp_path / "fork")
    head = fork.commit(COPYLEFT)
    origin.git("fetch", "-q", str(fork.path), f"{head}:refs/pull/7/head")
    origin.git("checkout", "-q", "--detach")
    origin.git("merge", "-q", "--no-ff", "-m", "Merge", head)
    origin.git("update-ref", "refs/pull/7/merge", "HEAD")
    job = Checkout(tmp_path / "job")
    job.git("remote", "add", "origin", f"file://{origin.path}")
    job.git("fetch", "-q", "--no-tags", "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge")
    job.git("checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
    done = runner.judge(job, pull_request(base, head, fork=True))
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")


def test_a_shallow_checkout_says_how_to_fetch_the_history(runner: Runner, blocked: Proposal, tmp_path: Path) -> None:
    blocked.checkout.git("branch", "merge", "HEAD")
    shallow = blocked.checkout.clone(tmp_path / "shallow", "--depth=1", "--branch=merge")
    done = runner.judge(shallow, blocked.event)
    assert done.code == 2
    assert done.commands == [done.out.rstrip("\n")]
    assert "::error title=ospo-gate::the head of the event" in done.out
    assert "fetch-depth: 0" in done.out


def test_pull_request_target_is_told_to_be_pull_request(runner: Runner, blocked: Proposal, tmp_path: Path) -> None:
    base_only = blocked.checkout.clone(tmp_path / "base", "--single-branch", "--branch=main")
    done = runner.judge(base_only, blocked.event, "pull_request_target")
    assert done.code == 2
    assert "Run this workflow on pull_request" in done.out


def test_a_merge_group_and_a_push(runner: Runner, blocked: Proposal) -> None:
    group = {"merge_group": {"base_sha": blocked.base, "head_sha": blocked.checkout.head}}
    assert runner.judge(blocked.checkout, group, "merge_group").code == 1
    push = {"before": blocked.base, "after": blocked.checkout.head, "ref": "refs/heads/main"}
    assert runner.judge(blocked.checkout, push, "push").code == 1
    new_branch = {"before": "0" * 40, "after": blocked.head, "ref": "refs/heads/topic"}
    assert runner.judge(blocked.checkout, new_branch, "push").code == 1


def test_everything_for_a_tag(runner: Runner, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", {"policy.yaml": POLICY, **COPYLEFT})
    done = runner.judge(
        checkout, {"ref": "refs/tags/v1", "before": "0" * 40, "after": checkout.head}, "push", all="true"
    )
    assert (done.code, done.outputs["blocking"]) == (1, "1")


def test_a_folder_below_the_workspace(runner: Runner, blocked: Proposal, tmp_path: Path) -> None:
    workspace = Checkout(tmp_path / "workspace", {"readme.txt": "no gate here"})
    shutil.move(blocked.checkout.path, workspace.path / "--web")
    done = runner.judge(workspace, blocked.event, path="--web")
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")


def test_only_some_checks(runner: Runner, blocked: Proposal) -> None:
    both = runner.judge(blocked.checkout, blocked.event, only="signoff,\nlicenses")
    assert (both.code, both.outputs["blocking"]) == (1, "2")
    assert runner.judge(blocked.checkout, blocked.event, only="signoff").outputs["blocking"] == "1"
    unknown = runner.judge(blocked.checkout, blocked.event, only="everything")
    assert unknown.code == 2
    assert "there is no check 'everything'" in unknown.out


def test_rules_of_the_policy_itself(runner: Runner, tmp_path: Path) -> None:
    own = 'custom_rules: [{id: no-glyph, when: dependency.name == "glyph-core", message: Use another font.}]\n'
    proposal = Proposal(tmp_path / "web", COPYLEFT, {**BASE, "policy.yaml": f"version: 1\n{own}"})
    done = runner.judge(proposal.checkout, proposal.event)
    assert done.code == 1, done.out + done.err
    assert "no-glyph" in done.out
    done = runner.run(proposal.checkout, proposal.event, step_="Install ospo-gate", custom_rules="yes")
    assert (done.code, "The input custom-rules is neither true nor false." in done.out) == (2, True)


def test_facts_come_from_a_file(runner: Runner, tmp_path: Path) -> None:
    policy = "version: 1\nvulnerabilities: {}\nsignoff: {}\n"
    proposal = Proposal(
        tmp_path / "web", {"package-lock.json": lock(tiny="MIT", small="ISC")}, BASE | {"policy.yaml": policy}
    )
    affected = vulnerability("GHSA-1111-1111-1111", ("npm", "small"), database_specific={"severity": "HIGH"})
    archive(tmp_path / "npm" / "all.zip", affected)
    built = command(["facts", "build", "--offline-osv", "npm/all.zip", "--all", "--output", "facts.db"], tmp_path)
    assert built.code == 0, built.err
    done = runner.judge(proposal.checkout, proposal.event, facts=str(tmp_path / "facts.db"))
    assert done.code == 1, done.out + done.err
    assert "GHSA-1111-1111-1111" in done.summary
    done = runner.judge(proposal.checkout, proposal.event, facts="facts.db")
    assert (done.code, done.summary) == (2, "")
    assert "there is no facts file" in done.out


def test_whether_github_has_a_license_gate_of_its_own_is_asked_with_a_token(runner: Runner, blocked: Proposal) -> None:
    done = runner.judge(blocked.checkout, blocked.event, github_license_gate="report-once")
    assert (done.code, "report-once needs GITHUB_TOKEN" in done.out) == (2, True)
    assert runner.judge(blocked.checkout, blocked.event, github_license_gate="both").code == 1
