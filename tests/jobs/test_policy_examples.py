"""The examples beside a proposed policy, whoever proposes it."""

from app.jobs.policy_examples import SECONDS, judged
from app.policies import load_policies
from checks.policy.files import PolicyFiles

POLICY = load_policies(PolicyFiles(b"version: 1\nlicenses: {allow: [permissive]}\n", "policy.yaml"))


def examples(*names: str, conclusion: str = "passed") -> dict[str, bytes]:
    package = "{package: pkg:npm/a, version: 1.0.0, license: MIT}"
    expect = f"expect: {{conclusion: {conclusion}}}"
    lines = [f"  - {{name: '{name}', dependencies: [{package}], {expect}}}" for name in names]
    return {"policy.test.yaml": "\n".join(["now: 2026-11-20", "tests:", *lines]).encode()}


def test_all_are_as_expected() -> None:
    assert judged(POLICY, {}) == ("", True)
    assert judged(POLICY, examples("a")) == ("The policy's example is as expected.", True)
    assert judged(POLICY, examples("a", "b")) == ("All 2 examples are as expected.", True)


def test_names_are_inert_and_many_are_counted() -> None:
    text, passed = judged(POLICY, examples("@example/team <b>", *map(str, range(30)), conclusion="blocked"))
    assert not passed
    assert text.startswith("31 of 31 examples are not as expected:")
    assert "`@example/team <b>`" in text
    assert "- and 11 more" in text


def test_files_that_are_none_name_the_line() -> None:
    text, passed = judged(POLICY, {"tests/a.yaml": b"now: 2026-11-20\ntests: [{nam: x}]\n"})
    assert not passed
    assert "tests/a.yaml:2:" in text


def test_examples_without_end_are_stopped() -> None:
    seconds = iter(range(0, 10_000, int(SECONDS) - 1))
    text, passed = judged(POLICY, examples(*map(str, range(50))), lambda: next(seconds))
    assert not passed
    assert text.startswith("The examples take longer than 20 s: 2 were judged, others are not.")
