"""Entries of the policy that the whole tree does not need, through the whole gate."""

import json

import pytest

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from tests.engine.trees import NOW, TreeSource, findings, judge

A = "a" * 64


def lock(**licenses: str | None) -> dict[str, str]:
    """A package-lock.json with packages of version 1.0.0 and these licenses."""
    packages = {
        f"node_modules/{name}": {"version": "1.0.0", **({"license": license_} if license_ else {})}
        for name, license_ in licenses.items()
    }
    document = {"lockfileVersion": 3, "packages": {"": {"dependencies": dict.fromkeys(licenses, "1.0.0")}, **packages}}
    return {"package-lock.json": json.dumps(document, indent=1)}


def unused(policy: str, **licenses: str | None) -> list[str]:
    found = findings(None, lock(**licenses), f"version: 1\nlicenses: {policy}")
    return [plain(item.message) for item in found if item.rule == "license-allowance-unused"]


@pytest.mark.parametrize(
    ("allow", "message"),
    [
        ("MPL-2.0", ["licenses.allow has MPL-2.0, and none of the 2 packages here is under it."]),
        ("weak-copyleft", ["licenses.allow has weak-copyleft, and none of the 2 packages here is under it."]),
        ("ISC", []),
        ("MIT", []),
        ("public-domain", []),
        ("permissive", []),
    ],
)
def test_licenses_that_no_package_has(allow: str, message: list[str]) -> None:
    """A branch that was not chosen is a use, and what is allowed without any policy needs none."""
    assert unused(f"{{allow: [permissive, {allow}]}}", a="MIT", b="MIT OR ISC") == message


@pytest.mark.parametrize("license_", [None, "BSD", "NOASSERTION", "MIT*"])
def test_where_a_license_is_not_known_nothing_is_called_unused(license_: str | None) -> None:
    assert unused("{allow: [permissive, MPL-2.0]}", a="MIT", b=license_) == []


def test_actions_and_images_of_which_nobody_gives_a_license_leave_nothing_open() -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n"
    tree = {**lock(a="MIT"), ".github/workflows/a.yml": workflow, "Dockerfile": "FROM debian:13\n"}
    found = findings(None, tree, "version: 1\nlicenses: {allow: [permissive, MPL-2.0]}")
    assert [plain(item.message) for item in found] == [
        "licenses.allow has MPL-2.0, and the only package here is not under it."
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("package: pkg:npm/gone, allow: [MPL-2.0]", "has pkg:npm/gone, and there is no such package here."),
        ("package: pkg:npm/a, versions: '<1', allow: [MPL-2.0]", "has pkg:npm/a, and there is no such package here."),
        (
            "package: pkg:npm/a, allow: [EPL-2.0, GPL-3.0-only]",
            "lets pkg:npm/a be EPL-2.0 or GPL-3.0-only, and here it is something else.",
        ),
        ("package: pkg:npm/a, allow: [MPL-2.0]", ""),
        ("package: 'pkg:npm/*a', allow: [weak-copyleft]", ""),
        ("package: pkg:npm/b, allow: [weak-copyleft]", ""),
    ],
)
def test_exceptions_without_effect(entry: str, message: str) -> None:
    found = unused(f"{{exceptions: [{{{entry}, reason: x}}]}}", a="MPL-2.0", b=None)
    assert found == ([f"licenses.exceptions {message}"] if message else [])


def test_clarifications_of_what_is_not_there() -> None:
    entry = "{clarify: [{package: pkg:npm/%s, license: MIT, evidence: L, sha256: %s}]}"
    assert unused(entry % ("a", A), a="MIT") == []
    assert unused(entry % ("gone", A), a="MIT") == [
        "licenses.clarify has pkg:npm/gone, and there is no such package here."
    ]


def test_a_clarified_package_uses_what_it_was_clarified_as() -> None:
    policy = (
        "{allow: [permissive, MPL-2.0], clarify: [{package: pkg:npm/a, license: MPL-2.0, evidence: L, sha256: %s}]}"
    )
    assert unused(policy % A, a=None) == []


def test_what_a_source_knows_is_a_use() -> None:
    policy = load_policy(b"version: 1\nlicenses: {allow: [permissive, MPL-2.0]}", "policy.yaml")
    facts = Facts(versions={("pkg:npm/a", "1.0.0"): VersionFacts(Known("MPL-2.0", "registry.example"))})
    gate = Gate(PolicyPlace(given=policy), FactChain(facts, ()), clock=lambda: NOW)
    assert drive(gate.judge(TreeSource(None, lock(a=None)))).report.findings == ()


def test_only_the_whole_tree_can_tell() -> None:
    policy = "version: 1\nlicenses: {allow: [permissive, MPL-2.0]}"
    assert findings(lock(a="MIT"), lock(a="MIT", b="MIT"), policy) == ()
    assert len(findings(None, lock(a="MIT", b="MIT"), policy)) == 1


def test_a_tree_without_packages_uses_nothing_and_says_nothing() -> None:
    assert findings(None, {"README.md": "x"}, "version: 1\nlicenses: {allow: [MPL-2.0]}") == ()


def test_the_finding_names_its_entry_and_its_line_and_keeps_its_id() -> None:
    policy = "version: 1\nlicenses:\n  allow:\n    - permissive\n    - %sMPL-2.0\n    - EPL-2.0\n"
    first, second = (findings(None, lock(a="MIT"), policy % more) for more in ("", "LGPL-2.1-only\n    - "))
    assert [str(item.subject) for item in first] == ["policy:licenses.allow: EPL-2.0", "policy:licenses.allow: MPL-2.0"]
    assert [item.policy_line for item in first] == [6, 5]
    assert {item.id for item in first} < {item.id for item in second}
    assert all(item.location is None and item.notes for item in first)


def test_packages_are_counted_one_by_one() -> None:
    policy = "version: 1\nlicenses: {allow: [permissive, MPL-2.0]}"
    report = judge(TreeSource(lock(a="MIT"), lock(a="MIT", b="MIT", c="MIT")), policy)
    assert [outcome.judged for outcome in report.outcomes if outcome.check == "licenses"] == [2]
