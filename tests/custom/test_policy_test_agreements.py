"""`ospo-gate policy test` with agreements: who signed what is a part of an example."""

from pathlib import Path

import pytest

from app.cli.main import main

POLICY = """\
version: 1
agreements:
  documents: [{name: CLA, text: cla.md, version: 2, kind: both}]
"""
EXAMPLES = """\
now: 2026-11-20
tests:
  - name: nobody has signed
    signatures: []
    commits: [{message: Add, login: ada}]
    expect: {conclusion: action-required, findings: [agreement-missing]}
  - name: the author has signed, in any case of letters
    signatures: [{document: CLA, version: "2", login: Ada}]
    commits: [{message: Add, login: ada}]
    expect: {conclusion: passed}
  - name: somebody else has signed
    signatures: [{document: CLA, version: "2", login: bob}]
    commits: [{message: Add, login: ada}]
    expect: {findings: [{rule: agreement-missing, level: block, about: ada}]}
  - name: an older version was signed
    signatures: [{document: CLA, version: "1", login: ada}]
    commits: [{message: Add, login: ada}]
    expect: {findings: [agreement-outdated]}
  - name: it was taken back
    signatures: [{document: CLA, version: "2", login: ada, at: 2026-01-01, revoked: 2026-06-01}]
    commits: [{message: Add, login: ada}]
    expect: {findings: [agreement-ended]}
  - name: the company signed for its people, and one of them has said so
    signatures:
      - {document: CLA, version: "2", login: boss, company: corp}
      - {document: CLA, version: "2", login: bob, company: corp, act: acknowledged}
    companies: [{id: corp, accounts: [Bob]}]
    commits: [{message: Add, login: bob}, {message: Fix, login: ada}]
    expect: {findings: [{rule: agreement-missing, about: ada}]}
"""


def run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> tuple[int, str]:
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "cla.md").write_text("# CLA\n\nYou agree.\n")
    (folder / "policy.test.yaml").write_text(text)
    monkeypatch.chdir(folder)
    code = main(["policy", "test"])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_who_signed_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out = run(tmp_path, capsys, monkeypatch, EXAMPLES)
    assert code == 0, out
    assert "6 as expected" in out


def test_another_expectation_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = EXAMPLES.replace("expect: {findings: [agreement-outdated]}", "expect: {conclusion: passed}")
    code, out = run(tmp_path, capsys, monkeypatch, wrong)
    assert code == 1
    assert "an older version was signed" in out
    assert "agreement-outdated" in out
