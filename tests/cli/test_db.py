"""`ospo-gate db`, and what the service says of a schema that it may not change."""

import sqlite3
from pathlib import Path

import pytest

from app.cli.main import main


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the database that the environment names; nothing else of the service's settings is there."""
    monkeypatch.setenv("OSPO_GATE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}")
    return tmp_path / "gate.db"


def test_a_schema_is_checked_upgraded_and_checked_again(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "check"]) == 1
    assert "run `ospo-gate db upgrade`" in capsys.readouterr().out
    assert main(["db", "upgrade"]) == 0
    assert main(["db", "check"]) == 0
    assert "is the one of this release" in capsys.readouterr().out


def test_a_schema_of_a_newer_release_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert main(["db", "check"]) == 1
    assert "newer than this release" in capsys.readouterr().out


def test_a_url_need_not_name_the_driver(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSPO_GATE_DATABASE", f"sqlite:///{path}")
    assert main(["db", "upgrade"]) == 0
    monkeypatch.setenv("OSPO_GATE_DATABASE", f"sqlite+pysqlite:///{path}")
    assert main(["db", "check"]) == 2
    assert "expected sqlite+aiosqlite://…, not sqlite+pysqlite://…" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["where", "left-pad"], ["backfill", "--status"]])
def test_who_asks_makes_no_database(words: list[str], path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert f"there is no database at {path}" in capsys.readouterr().err
    assert not path.exists()
    path.touch()
    assert main(words) == 2
    assert "Bring it up to date: ospo-gate db upgrade" in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OSPO_GATE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'no' / 'folder' / 'gate.db'}")
    assert main(["db", "check"]) == 2
    assert "the database does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "work"])
def test_an_old_schema_is_not_served_when_it_may_not_be_changed(
    command: str, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"APP_ID": "1", "WEBHOOK_SECRET": "s" * 16, "PRIVATE_KEY": "x", "MIGRATE": "false"}.items():
        monkeypatch.setenv(f"OSPO_GATE_{name}", value)
    assert main([command]) == 2
    assert "ospo-gate db upgrade" in capsys.readouterr().err


def test_the_distributed_engine_needs_postgresql_and_workers_need_to_be(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"APP_ID": "1", "WEBHOOK_SECRET": "s" * 16, "PRIVATE_KEY": "x", "WORKERS": "0"}.items():
        monkeypatch.setenv(f"OSPO_GATE_{name}", value)
    assert main(["work"]) == 2
    assert "OSPO_GATE_WORKERS is 0" in capsys.readouterr().err
    monkeypatch.setenv("OSPO_GATE_ENGINE", "distributed")
    assert main(["serve"]) == 2
    assert "needs PostgreSQL" in capsys.readouterr().err


def test_a_back_up_and_a_person_who_is_forgotten(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    copy = path.with_name("copy.db")
    assert main(["db", "backup", str(copy)]) == 0
    assert f"Wrote {copy}" in capsys.readouterr().out
    assert main(["db", "backup", str(copy)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["db", "backup", str(path.parent / "no" / "folder.db")]) == 2
    assert "could not be written: No such file or directory" in capsys.readouterr().err
    assert main(["db", "forget-person", "ada", "--email", "ada@example.com", "--name", "Ada Lovelace"]) == 0
    assert "says `ghost`" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["@ada"], ["a b"], ["ada", "--name", "a"], ["ada", "--email", "  "]])
def test_a_person_must_be_named_exactly(words: list[str], path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    assert main(["db", "forget-person", *words]) == 2
    assert "everywhere" in (said := capsys.readouterr().err) or "no login" in said
