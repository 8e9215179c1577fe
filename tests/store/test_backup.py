"""A back-up is one consistent file, made while others write."""

import sqlite3
import stat
from pathlib import Path

import pytest

from app.store.backup import back_up
from checks.model.errors import UsageError


def database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1);")
    return connection


def rows(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [n for (n,) in connection.execute("SELECT n FROM t ORDER BY n")]
    finally:
        connection.close()


def test_it_has_what_is_committed_and_nothing_else(tmp_path: Path) -> None:
    writer = database(tmp_path / "gate.db")
    writer.execute("INSERT INTO t VALUES (2)")
    writer.commit()
    writer.execute("INSERT INTO t VALUES (3)")  # is not committed while the copy is made
    size = back_up(tmp_path / "gate.db", tmp_path / "copy.db")
    writer.commit()
    writer.close()
    assert rows(tmp_path / "copy.db") == [1, 2]
    assert rows(tmp_path / "gate.db") == [1, 2, 3]
    assert (tmp_path / "copy.db").stat().st_size == size
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "gate.db"]


def test_a_database_that_nobody_uses_is_backed_up(tmp_path: Path) -> None:
    database(tmp_path / "gate.db").close()
    back_up(tmp_path / "gate.db", tmp_path / "copy.db")
    assert rows(tmp_path / "copy.db") == [1]


def test_nothing_is_written_over_and_nothing_half_remains(tmp_path: Path) -> None:
    database(tmp_path / "gate.db").close()
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(UsageError, match="is there already"):
        back_up(tmp_path / "gate.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"
    with pytest.raises(UsageError, match="there is no database"):
        back_up(tmp_path / "other.db", tmp_path / "new.db")
    (tmp_path / "text.db").write_text("no database " * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        back_up(tmp_path / "text.db", tmp_path / "new.db")
    assert not (tmp_path / "other.db").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "gate.db", "text.db"]
