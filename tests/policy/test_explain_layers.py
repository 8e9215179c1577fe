"""Which override holds for a repository, and why: condition by condition."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from app.cli.main import main
from app.policies import SHAPES, load_policies
from checks.model.facts import RepositoryFacts
from checks.model.phrase import plain
from checks.model.trace import Step
from checks.policy.explain import effective_values
from checks.policy.explain_layers import layers_told
from checks.policy.files import PolicyFiles

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = """\
version: 1
mode_property: gate
licenses:
  allow: [permissive]
  levels: {license-missing: {level: block, from: 2099-03-01, until_then: warn}}
overrides:
  - {match: {repositories: "web-*", visibility: private}, licenses: {allow_also: [MPL-2.0]}}
  - {match: {properties: {tier: firmware}}, mode: evaluate}
  - {match: {topics: [sandbox]}, mode: "off"}
  - {match: {scopes: development, paths: "tools/*"}, licenses: {detect: never}}
  - {match: {branches: main}, from: 2027-01-01, licenses: {allow: [MIT]}}
"""
WEB = RepositoryFacts("example/web-1", "private", properties={"tier": "server", "gate": "enforce"}, topics=("a", "b"))


def told(repository: RepositoryFacts | None, text: str = POLICY, target: str | None = "main") -> list[str]:
    policies = load_policies(PolicyFiles(text.encode(), "policy.yaml"))
    policy = policies.policy_for(repository, target, NOW) if repository else policies.plain
    return list(lines(layers_told(policies, policy, repository, target, NOW)))


def lines(steps: object, depth: int = 0) -> list[str]:
    found = []
    for step in steps:  # type: ignore[attr-defined]
        assert isinstance(step, Step)
        source = f" [{plain(step.source)}]" if step.source else ""
        found.append("  " * depth + f"{step.mark} {plain(step.what)}: {plain(step.actual)}{source}")
        found += lines(step.steps, depth + 1)
    return found


def test_every_condition_with_its_actual_value() -> None:
    assert told(WEB) == [
        "yes override 1: holds; it sets licenses.allow_also [policy.yaml:7]",
        "  yes the name of the repository: web-*; here example/web-1",
        "  yes the visibility of the repository: private; here private",
        "no override 2: does not hold; it sets mode [policy.yaml:8]",
        "  no the property tier: firmware; here server",
        "no override 3: does not hold; it sets mode [policy.yaml:9]",
        "  no the topics of the repository: sandbox; here a and b",
        "yes override 4: holds for packages of scope development under tools/*; it sets licenses.detect "
        "[policy.yaml:10]",
        "fact override 5: is for this repository, from 2027-01-01 on; it sets licenses.allow [policy.yaml:11]",
        "  yes the branch that the change goes into: main; here main",
        "  no from: 2027-01-01",
        "yes mode by property: gate is enforce [the mode is enforce]",
        "fact license-missing is to come: block from 2099-03-01 on, warn until then",
    ]


def test_what_nobody_told_is_not_taken_for_a_no() -> None:
    found = told(RepositoryFacts("example/web-1"))
    assert "  unknown the visibility of the repository: private; it is not told" in found
    assert found[0].startswith("unknown override 1: nobody can tell whether it holds")
    assert "unknown mode by property: gate is not told [the mode is enforce]" in found


def test_for_no_repository_in_particular_it_says_what_each_is_for() -> None:
    found = told(None)
    assert found[0] == "fact override 1: for what it matches; it sets licenses.allow_also [policy.yaml:7]"
    assert not [line for line in found if "not told" in line]


def test_values_name_the_override_that_sets_them() -> None:
    policies = load_policies(PolicyFiles(POLICY.encode(), "policy.yaml"))
    policy = policies.policy_for(WEB, "main", NOW)
    values = {value.key: value for value in effective_values(policy, SHAPES, "policy.yaml", policies.overrides)}
    assert values["licenses.allow"].value == "permissive, MPL-2.0"
    assert (values["mode"].file, values["mode"].line) == ("policy.yaml", 2)
    assert (values["licenses.with_falls_back_to_base"].file, values["signoff"].value) == (None, "off")
    evaluated = policies.policy_for(
        RepositoryFacts("example/api", properties={"tier": "firmware"}, properties_known=True), "main", NOW
    )
    mode = next(value for value in effective_values(evaluated, SHAPES, "policy.yaml", policies.overrides))
    assert mode.key == "version"
    values = {value.key: value for value in effective_values(evaluated, SHAPES, "policy.yaml", policies.overrides)}
    assert (values["mode"].value, values["mode"].line, values["mode"].override) == ("evaluate", 8, 1)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(POLICY, encoding="utf-8")

    def _run(*arguments: str) -> tuple[int, str, str]:
        code = main(["policy", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return _run


def test_the_command_explains_a_repository(run: Run) -> None:
    code, out, err = run(
        *("explain", "--repository", "example/api", "--visibility", "public", "--property", "tier=firmware"),
        *("--property", "gate=evaluate", "--topic", "", "--target-branch", "main"),
    )
    assert (code, err) == (0, "")
    assert "  · for example/api, public, into main, tier=firmware, gate=evaluate\n" in out
    assert "  ✓ override 2: holds; it sets mode  [policy.yaml:8]\n" in out
    assert max(map(len, out.splitlines())) <= 100
    assert re.search(r"^mode +evaluate +policy.yaml:2$", out, re.MULTILINE), "the property says the mode"


def test_rules_of_the_policy_itself_are_values_too() -> None:
    text = """version: 1
custom_rules:
  - {id: no-beta, when: 'dependency.version.contains("beta")', message: No., from: 2027-03-01, until_then: warn}
"""
    policies = load_policies(PolicyFiles(text.encode(), "policy.yaml"))
    values = {value.key: value.value for value in effective_values(policies.plain, SHAPES, "policy.yaml")}
    assert (values["custom_rules.rules.0.from"], values["custom_rules.rules.0.until_then"]) == ("2027-03-01", "warn")


def test_the_command_explains_a_package_by_a_policy_and_no_facts(run: Run) -> None:
    code, out, _ = run("explain", "--repository", "example/api", "--dependency", "npm:left-pad@1.3.0", "--rule",
                       "license-missing")  # fmt: skip
    assert code == 0
    assert out.startswith("⚠ left-pad 1.3.0 may be used, with warnings, in the scope runtime.\n")
    assert "? license: nothing is known\n" in out
    assert "→ license-missing (warn, policy.yaml:5): No license is known for left-pad 1.3.0" in out
    assert "Off: vulnerabilities, freshness, packages" in out
    _, out, _ = run("explain", "--dependency", "npm:left-pad@1.3.0", "--format", "json")
    document = json.loads(out)
    assert (document["schema"], document["package"]["conclusion"], document["values"]) == (1, "warnings", None)


def test_a_rule_that_there_is_not_is_an_error_with_the_nearest(run: Run) -> None:
    code, _, err = run("explain", "--rule", "license-mising")
    assert (code, err) == (2, "ospo-gate: there is no rule license-mising\n  Did you mean license-missing?\n")


def test_hygiene_for_continuous_integration(run: Run) -> None:
    Path("policy.yaml").write_text(
        dedent("""\
            version: 1
            owner: {team: "@example/ospo"}
            licenses: {exceptions: [{package: pkg:npm/a, allow: [MIT], reason: x}]}
            """),
        encoding="utf-8",
    )
    assert run("hygiene")[:2] == (
        0,
        "policy.yaml:3: exception-needless\n"
        "    The exception for pkg:npm/a allows what licenses.allow has already. It changes nothing.\n"
        "    → Remove it.\n\n"
        "policy.yaml: 1 thing to tidy up; looked at the policy alone.\n",
    )
    assert run("hygiene", "--fail-on", "waiver-ended")[0] == 0
    assert run("hygiene", "--fail-on", "waiver-ended,exception-needless")[0] == 1
    assert run("hygiene", "--fail-on", "any", "--format", "markdown")[:2] == (
        1,
        "policy.yaml: 1 thing to tidy up; looked at the policy alone.\n\n"
        "| where | what | why | edit |\n|---|---|---|---|\n"
        "| `policy.yaml:3` | The exception for pkg:npm/a allows what licenses.allow has already. | "
        "It changes nothing. | Remove it. |\n",
    )
