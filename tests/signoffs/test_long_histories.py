"""Fifty thousand commits of a real repository, through the plain command."""

import json
from pathlib import Path

import pytest

from app.cli.main import main
from app.sources.history import MAX_COMMITS
from tests.signoffs.histories import history, signed

UNSIGNED = (1, 2, 25_000, 49_999, 50_000)
_COMMITS = 50_000


def mostly_signed(number: int) -> tuple[str, str]:
    who, message = signed(number)
    return who, message.replace("Signed-off-by: Person", "Tested-by: Person") if number in UNSIGNED else message


def judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    main(["check", str(folder), "--base", "main", "--no-cache", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    return [(finding["rule"], finding["message"].partition("“")[2].partition("”")[0]) for finding in report["findings"]]


def test_each_of_fifty_thousand_commits_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _COMMITS <= MAX_COMMITS
    history(tmp_path, _COMMITS, mostly_signed)
    expected = {("signoff-mismatch" if n % 10 == 0 else "signoff-missing", f"Change {n}") for n in UNSIGNED}
    assert set(judged(tmp_path, capsys)) == expected


def test_more_commits_than_anybody_reads_never_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history(tmp_path, MAX_COMMITS + 1)
    assert [rule for rule, _ in judged(tmp_path, capsys)] == ["listing-incomplete"]
