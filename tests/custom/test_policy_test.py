"""`ospo-gate policy test`: examples beside a policy, judged by the engine that judges pull requests."""

import json
from pathlib import Path

import pytest

from app.cli.main import main

POLICY = """
version: 1
licenses: {allow: [MIT]}
signoff: {}
custom_rules:
  - id: no-left-pad
    when: dependency.name == "left-pad"
    message: Write it yourself.
    from: 2027-01-01
    until_then: warn
overrides:
  - {match: {properties: {tier: firmware}}, licenses: {deny: [strong-copyleft]}}
waivers:
  - {id: W-1, rules: [license-not-allowed], package: pkg:npm/old, reason: b, approved_by: "@c", expires: 2026-12-31}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    (folder / "policy.test.yaml").write_text(text)
    code = main(["policy", "test", *options])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_sections_overrides_waivers_days_and_commits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        folder,
        """
now: 2026-11-20
tests:
  - name: MIT passes
    dependencies: [{package: pkg:npm/a, version: 1.0.0, license: MIT}]
    expect: {conclusion: passed}
  - name: what was there before blocks nobody
    dependencies: [{package: pkg:npm/b, version: 1.0.0, license: GPL-3.0-only, change: present}]
    expect: {conclusion: passed, findings: [license-not-allowed]}
  - name: an update counts
    dependencies: [{package: pkg:npm/b, version: 2.0.0, from: 1.0.0, license: GPL-3.0-only}]
    expect: {conclusion: blocked, findings: [{rule: license-not-allowed, level: block, about: pkg:npm/b@2.0.0}]}
  - name: old is covered until the end of the year
    dependencies: [{package: pkg:npm/old, version: 1.0.0, license: GPL-3.0-only}]
    expect: {findings: [{rule: license-not-allowed, waiver: W-1}]}
  - name: and not after it
    now: 2027-02-01T00:00:00Z
    dependencies: [{package: pkg:npm/old, version: 1.0.0, license: GPL-3.0-only}]
    expect: {conclusion: blocked, findings: [{rule: license-not-allowed, level: block}], others: allowed}
  - name: left-pad blocks from January on
    now: 2027-01-01
    dependencies: [{package: pkg:npm/left-pad, version: 1.0.0, license: MIT}]
    expect: {findings: [{rule: no-left-pad, level: block, about: left-pad}], others: allowed}
  - name: and is a warning until then
    dependencies: [{package: pkg:npm/left-pad, version: 1.0.0, license: MIT}]
    expect: {conclusion: warnings, findings: [{rule: no-left-pad, level: warn}]}
  - name: the second commit is not signed off
    commits:
      - {message: "a\\n\\nSigned-off-by: Ada <ada@example.com>"}
      - {message: b}
    expect: {conclusion: blocked, findings: [{rule: signoff-missing, about: "2"}]}
""",
        capsys,
    )
    assert (code, out.splitlines()[-1]) == (0, "8 as expected"), out


def test_each_difference_is_said_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """
now: 2026-11-20
tests:
  - name: wrong in every way
    dependencies:
      - {package: pkg:npm/left-pad, version: 1.0.0, license: MIT}
      - {package: pkg:npm/b, version: 1.0.0, license: GPL-3.0-only}
    expect:
      conclusion: passed
      findings:
        - {rule: no-left-pad, level: block}
        - signoff-missing
"""
    code, out, _ = run(folder, text, capsys, "--format", "json")
    (test,) = json.loads(out)["tests"]
    assert (code, test["passed"]) == (1, False)
    assert [(item["line"], item["kind"], item["expected"]) for item in test["differences"]] == [
        (9, "conclusion", "passed"),
        (11, "missing", "no-left-pad · block"),
        (12, "missing", "signoff-missing"),
        (8, "unexpected", "no such finding"),
    ]
    code, out, _ = run(folder, text, capsys)
    assert code == 1
    assert "✗ wrong in every way" in out
    assert "policy.test.yaml:11: missing" in out
    assert "actual    no-left-pad · warn · pkg:npm/left-pad@1.0.0" in out


def test_what_is_not_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policy.yaml").write_text(
        'version: 1\ncustom_rules: [{id: no-advisories, when: "size(dependency.advisories) > 0", message: x}]\n'
    )
    text = """
now: 2026-11-20
tests:
  - name: known and none
    dependencies: [{package: pkg:npm/a, version: 1.0.0}]
    expect: {conclusion: passed}
  - name: one
    dependencies: [{package: pkg:npm/a, version: 1.0.0, advisories: [{id: CVE-2026-1, severity: high, fixed: 1.1.0}]}]
    expect: {findings: [no-advisories]}
  - name: no source could tell
    dependencies: [{package: pkg:npm/a, version: 1.0.0, unknown: advisories}]
    expect: {conclusion: cannot-judge, findings: [no-advisories-unknown]}
"""
    assert run(folder, text, capsys)[:2] == (0, "✓ known and none\n✓ one\n✓ no source could tell\n\n3 as expected\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("now: 2026-11-20\ntests: [{name: a, expect: {findings: [no-left-pat]}}]", "did you mean 'no-left-pad'?"),
        ("tests: [{name: a, expect: {}}]", "'a' does not say when it is judged"),
        ("now: today\ntests: []", "expected a day such as"),
        ("now: 2026-11-20T10:00:00\ntests: []", "expected a day such as"),
        ("now: 2026-11-20\ntests: [{name: a, expct: {}, expect: {}}]", "did you mean 'expect'?"),
        ("now: 2026-11-20\ntests: [{name: a, expect: {}, dependencies: [{package: npm/a}]}]", "expected a package URL"),
        ("now: 2026-11-20\ntests: [{name: a, expect: {}, commits: [{message: a, author: Ada}]}]", "expected 'Name"),
        ("now: 2026-11-20\ntests: []", "no example was judged"),
        ("", "the policy is empty"),
    ],
)
def test_examples_are_read_strictly(text: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(folder, text, capsys)
    assert (code, out) == (2, "")
    assert message in err


def test_only_some_and_files_that_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "x.yaml").write_text(
        "now: 2026-11-20\ntests: [{name: First, expect: {}}, {name: second, expect: {conclusion: blocked}}]"
    )
    assert main(["policy", "test", "policy.yaml", "more/x.yaml", "--only", "first"]) == 0
    assert main(["policy", "test", "policy.yaml", "more/x.yaml"]) == 1
    assert main(["policy", "test"]) == 2
    assert "there are no examples beside policy.yaml" in capsys.readouterr().err


def test_the_repositorys_own_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policy.yaml").write_text(POLICY + "repository_file: {honor: true}\n")
    text = """
now: 2026-11-20
tests:
  - name: stricter
    repository_file: "custom_rules: {levels: {no-left-pad: block}}"
    dependencies: [{package: pkg:npm/left-pad, version: 1.0.0, license: MIT}]
    expect: {conclusion: blocked, findings: [{rule: no-left-pad, level: block}]}
"""
    code, out, _ = run(folder, text, capsys)
    assert code == 0, out


def test_the_branch_is_the_default_one_unless_the_example_says_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "policy.yaml").write_text(
        POLICY + "  - {id: W-2, rules: [no-left-pad], branches: ['release/*'], package: pkg:npm/left-pad, reason: b, "
        "approved_by: '@c', expires: 2026-12-31}\n"
    )
    text = """
now: 2026-11-20
tests:
  - name: as usual
    dependencies: [{package: pkg:npm/left-pad, version: 1.0.0, license: MIT}]
    expect: {findings: [no-left-pad]}
  - name: for a release
    target: release/1
    dependencies: [{package: pkg:npm/left-pad, version: 1.0.0, license: MIT}]
    expect: {findings: [{rule: no-left-pad, waiver: W-2}]}
"""
    code, out, _ = run(folder, text, capsys)
    assert code == 0, out


@pytest.mark.parametrize(
    ("finding", "code"), [("{waiver: W-1}", 0), ("{}", 1), ("{waiver: W-2}", 1), ("{waiver: W-1, about: new}", 1)]
)
def test_a_waiver_is_expected_by_its_name(
    finding: str, code: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = finding.replace("{", "{rule: license-not-allowed, ", 1)
    text = f"""
now: 2026-11-20
tests:
  - name: old
    dependencies: [{{package: pkg:npm/old, version: 1.0.0, license: GPL-3.0-only}}]
    expect: {{findings: [{expected}]}}
"""
    assert run(folder, text, capsys)[0] == code
