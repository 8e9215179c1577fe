"""The action in place of dependency-review-action: its inputs, its configuration file, its outputs."""

import json
from pathlib import Path

import pytest

from tests.action.runner import Runner
from tests.action.test_action import Proposal
from tests.cli.checkout import CLEAN, COPYLEFT, POLICY, command, lock
from tests.facts_file.files import archive, vulnerability


@pytest.fixture
def copyleft(tmp_path: Path) -> Proposal:
    """A pull request that brings GPL-3.0-only to a repository without a policy."""
    return Proposal(tmp_path / "web", COPYLEFT, CLEAN)


def test_a_denied_license_blocks_and_later_steps_read_it_as_before(runner: Runner, copyleft: Proposal) -> None:
    done = runner.judge(
        copyleft.checkout, copyleft.event, online="false", deny_licenses="GPL-3.0-only, AGPL-3.0-only",
        fail_on_severity="critical", comment_summary_in_pr="always",
    )  # fmt: skip
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked"), done.out + done.err
    assert "The inputs of dependency-review-action judge" in done.summary
    assert "Without effect here: `comment-summary-in-pr: always`" in done.summary
    forbidden = json.loads(done.outputs["invalid-license-changes"])
    assert forbidden == {
        "forbidden": [
            {
                "change_type": "added",
                "manifest": "package-lock.json",
                "ecosystem": "npm",
                "name": "glyph-core",
                "version": "1.0.0",
                "package_url": "pkg:npm/glyph-core@1.0.0",
                "license": "GPL-3.0-only",
                "source_repository_url": None,
                "scope": "runtime",
                "vulnerabilities": [],
            }
        ],
        "unresolved": [],
        "unlicensed": [],
    }
    assert json.loads(done.outputs["dependency-changes"]) == forbidden["forbidden"]
    assert json.loads(done.outputs["vulnerable-changes"]) == json.loads(done.outputs["denied-changes"]) == []
    assert done.outputs["comment-content"].startswith("### ❌ One thing to fix")


def test_an_allowed_license_passes_and_no_input_leaves_the_built_in_policy(runner: Runner, copyleft: Proposal) -> None:
    allowed = runner.judge(copyleft.checkout, copyleft.event, online="false", allow_licenses="MIT, GPL-3.0-only")
    assert (allowed.code, allowed.outputs["blocking"]) == (0, "0"), allowed.out
    none = runner.judge(copyleft.checkout, copyleft.event, base_ref=copyleft.base)
    assert none.outputs["conclusion"] == "would-block", "base-ref says where to look, not what to judge"
    assert "dependency-review-action" not in none.summary


def test_warn_only_never_fails(runner: Runner, copyleft: Proposal) -> None:
    done = runner.judge(copyleft.checkout, copyleft.event, online="false", allow_licenses="MIT", warn_only="true")
    assert (done.code, done.outputs["conclusion"]) == (0, "would-block")


def test_a_denied_package(runner: Runner, copyleft: Proposal) -> None:
    done = runner.judge(copyleft.checkout, copyleft.event, online="false", deny_packages="pkg:npm/glyph-core")
    assert done.code == 1
    assert [change["name"] for change in json.loads(done.outputs["denied-changes"])] == ["glyph-core"]
    other = runner.judge(copyleft.checkout, copyleft.event, online="false", deny_packages="pkg:pypi/glyph-core")
    assert other.code == 0, "the ecosystem counts"


def test_vulnerabilities_from_a_facts_file(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {"package-lock.json": lock(tiny="MIT", small="ISC")}, CLEAN)
    affected = vulnerability("GHSA-1111-1111-1111", ("npm", "small"), database_specific={"severity": "MODERATE"})
    archive(tmp_path / "npm" / "all.zip", affected)
    built = command(["facts", "build", "--offline-osv", "npm/all.zip", "--all", "--output", "facts.db"], tmp_path)
    assert built.code == 0, built.err
    facts = str(tmp_path / "facts.db")
    done = runner.judge(proposal.checkout, proposal.event, facts=facts, fail_on_severity="moderate")
    assert done.code == 1, done.out + done.err
    (change,) = json.loads(done.outputs["vulnerable-changes"])
    (entry,) = change["vulnerabilities"]
    assert (change["name"], entry["severity"], entry["advisory_ghsa_id"]) == (
        "small",
        "moderate",
        "GHSA-1111-1111-1111",
    )
    assert set(entry) == {"severity", "advisory_ghsa_id", "advisory_summary", "advisory_url"}
    for inputs in ({"fail_on_severity": "high"}, {"allow_ghsas": "GHSA-1111-1111-1111"}):
        passed = runner.judge(proposal.checkout, proposal.event, facts=facts, **inputs)
        assert (passed.code, json.loads(passed.outputs["vulnerable-changes"])) == (0, []), inputs


def test_a_policy_beats_the_inputs_and_says_so(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", COPYLEFT, {**CLEAN, "policy.yaml": POLICY})
    done = runner.judge(proposal.checkout, proposal.event, allow_licenses="GPL-3.0-only", warn_only="true")
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")
    assert "these inputs do not count: `allow-licenses` and `warn-only`" in done.summary


def test_a_policy_that_only_the_pull_request_brings_does_not_judge_it(runner: Runner, tmp_path: Path) -> None:
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, "policy.yaml": "version: 1\nmode: off\n"}, CLEAN)
    done = runner.judge(proposal.checkout, proposal.event, online="false", allow_licenses="MIT")
    assert done.code == 1
    everything = runner.judge(proposal.checkout, proposal.event, online="false", allow_licenses="MIT", all="true")
    assert everything.code == 1


def test_the_configuration_file_is_that_of_the_merge_base(runner: Runner, tmp_path: Path) -> None:
    name = ".github/dependency-review-config.yml"
    base = {**CLEAN, name: "allow_licenses: [MIT]\nfail_on_severty: high\n"}
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, name: "allow-licenses: [MIT, GPL-3.0-only]\n"}, base)
    done = runner.judge(proposal.checkout, proposal.event, online="false", config_file=f"./{name}")
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked")
    assert "`fail_on_severty`" in done.summary, "what it would ignore is named"
    wider = runner.judge(
        proposal.checkout, proposal.event, online="false", config_file=name, allow_licenses="MIT,GPL-3.0-only"
    )
    assert wider.code == 0, "an input replaces the key of the file"


def test_what_cannot_be_read_is_an_error_that_names_the_input(runner: Runner, copyleft: Proposal) -> None:
    for inputs, message in (
        ({"config_file": "none.yml"}, "config-file: there is no none.yml at the merge base"),
        ({"fail_on_severity": "severe"}, "inputs: fail-on-severity: 'severe' is none of"),
        ({"deny_packages": "lodash"}, "inputs: deny-packages: not a package URL"),
        ({"license_check": "false", "vulnerability_check": "false"}, "are both off"),
    ):
        done = runner.judge(copyleft.checkout, copyleft.event, online="false", **inputs)
        assert done.code == 2, inputs
        assert "::error title=ospo-gate::" in done.out
        assert message in done.out


@pytest.mark.parametrize("value", ['"; touch trap; echo "', "$(touch trap)", "a\nb=c", "::error::x", "--help"])
def test_no_value_of_an_input_runs_or_speaks(runner: Runner, copyleft: Proposal, value: str) -> None:
    done = runner.judge(copyleft.checkout, copyleft.event, online="false", allow_licenses=value, allow_ghsas=value)
    assert not (copyleft.checkout.path / "trap").exists()
    assert done.code == 1, "nothing is allowed"
    assert {row.partition(",")[0] for row in done.commands} == {f"::{level} file=package-lock.json" for level in
        ("error", "warning")}  # fmt: skip
