"""The command inside this process, because starting python for each case would cost most of the time."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.main import main
from tests.cli.checkout import GIT, Ran

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GH_", "OSPO_GATE_")) or name in ("NO_COLOR", "FORCE_COLOR", "RUNNER_TEMP"):
            monkeypatch.delenv(name)
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(folder, "check", …)`: the command as it is run in that folder."""

    def run_in(folder: Path, *arguments: str) -> Ran:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_in
