"""action.yml holds what the runner knows, pins what it uses, and puts no expression into a script."""

import re
import tomllib
from typing import Any

import pytest

from tests.action.runner import ROOT, action

DOCUMENT = action()
STEPS: list[dict[str, Any]] = DOCUMENT["runs"]["steps"]
TEXT = (ROOT / "action.yml").read_text()


def test_only_keys_that_the_runner_knows() -> None:
    assert set(DOCUMENT) == {"name", "description", "author", "branding", "inputs", "outputs", "runs"}
    assert set(DOCUMENT["branding"]) == {"icon", "color"}
    assert DOCUMENT["branding"]["color"] in {"white", "yellow", "blue", "green", "orange", "red", "purple"}
    assert set(DOCUMENT["runs"]) == {"using", "steps"}
    assert DOCUMENT["runs"]["using"] == "composite"
    for spec in DOCUMENT["inputs"].values():
        assert {"description", "default"} <= set(spec) <= {"description", "required", "default", "deprecationMessage"}
        assert isinstance(spec["default"], str), "a default that YAML reads as a boolean reaches the script as it likes"
    for spec in DOCUMENT["outputs"].values():
        assert set(spec) == {"description", "value"}
    for step in STEPS:
        allowed = (
            {"uses", "with"} if "uses" in step else {"run", "shell", "env", "working-directory", "continue-on-error"}
        )
        assert set(step) <= {"name", "id", "if"} | allowed


def test_inputs_and_outputs_are_the_promised_ones() -> None:
    assert tuple(DOCUMENT["inputs"]) == (
        *("path", "base", "head", "policy", "only", "all", "enforce", "facts", "online"),
        *("sarif-file", "report-file", "summary", "custom-rules", "python-version", "token"),
        "github-license-gate",
        *("fail-on-severity", "fail-on-scopes", "allow-licenses", "deny-licenses", "allow-dependencies-licenses"),
        *("allow-ghsas", "license-check", "vulnerability-check", "deny-packages", "deny-groups", "config-file"),
        *("external-repo-token", "comment-summary-in-pr", "warn-only", "retry-on-snapshot-warnings"),
        *("retry-on-snapshot-warnings-timeout", "show-openssf-scorecard", "warn-on-openssf-scorecard-level"),
        *("base-ref", "head-ref", "signatures", "signatures-token", "path-to-signatures", "branch"),
        *("remote-organization-name", "remote-repository-name", "path-to-document", "allowlist"),
        *("custom-pr-sign-comment", "custom-notsigned-prcomment", "custom-allsigned-prcomment"),
        *("signed-commit-message", "create-file-commit-message", "use-dco-flag", "suggest-recheck"),
        *("signed-empty-commit-message", "lock-pullrequest-aftermerge"),
    )
    assert list(DOCUMENT["outputs"]) == [
        *("conclusion", "blocking", "warnings", "waived", "sarif-file", "report-file"),
        *("comment-content", "dependency-changes", "vulnerable-changes", "invalid-license-changes", "denied-changes"),
    ]
    assert DOCUMENT["inputs"]["token"]["default"] == "", "it works without any token"


def test_every_input_is_used_and_nothing_else_is_asked_for() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", TEXT))
    assert used == set(DOCUMENT["inputs"])
    contexts = {name.split(".")[0] for name in re.findall(r"\$\{\{\s*([\w.-]+)", TEXT)}
    assert contexts == {"inputs", "steps"}, "no secrets, no event, nothing of the pull request"


@pytest.mark.parametrize("step", [step for step in STEPS if "run" in step], ids=lambda step: step["name"])
def test_scripts_have_a_shell_and_no_expression(step: dict[str, Any]) -> None:
    assert step["shell"] == "bash"
    assert "${{" not in step["run"]
    assert not re.search(r"(?m)^[^#]*\bpython\S* -m (?!venv|pip)", step["run"]), (
        "only the installed console script runs"
    )
    given = set(step.get("env", {}))
    named = set(re.findall(r"\$\{?(GATE_[A-Z_]+)", step["run"]))
    assert named == {name for name in given if name.startswith("GATE_")}


def test_what_is_used_is_pinned_by_commit_and_says_which_version() -> None:
    uses = re.findall(r"uses: (.+)", TEXT)
    assert uses
    for use in uses:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)


def test_the_token_reaches_the_judgment_and_not_the_installation() -> None:
    with_token = [step["name"] for step in STEPS if "inputs.token" in str(step)]
    assert with_token == ["Judge"]


def test_the_backend_that_is_locked_is_the_one_that_builds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]
    locked = (ROOT / "requirements" / "build.txt").read_text()
    assert locked.startswith("hatchling==")


@pytest.mark.parametrize("name", ["core.txt", "build.txt", "cel.txt", "service.txt"])
def test_locked_requirements_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    entries = re.findall(r"(?m)^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.DOTALL)
    assert entries
    for entry in entries:
        assert re.match(r"[\w.\[\]-]+==\S+", entry)
        assert "--hash=sha256:" in entry
    assert "://" not in text
    assert not re.search(r"(?m)^\s*--(index|extra|find|trusted)", text)


@pytest.mark.parametrize("other", ["build.txt", "cel.txt"])
def test_what_is_installed_together_agrees(other: str) -> None:
    """One pip reads both files; two versions of one package would stop it."""

    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / "requirements" / name).read_text()))

    core, beside = pins("core.txt"), pins(other)
    assert all(core[name] == beside[name] for name in core.keys() & beside.keys())
