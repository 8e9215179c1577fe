"""`ospo-gate deliveries`, `pause` and `resume`: on the service's database, while it runs or not."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.store.database import Database
from app.store.deliveries import COMMANDS as KNOWN
from app.store.deliveries import DeliveryStore, command_of
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.subjects import SubjectStore
from app.subject import (
    About,
    Again,
    Archived,
    Cancelled,
    Changed,
    Closed,
    Command,
    Delivery,
    Kind,
    Lost,
    PolicyChanged,
    PolicyPushed,
    Regained,
    Remark,
    Told,
    Wanted,
)

Story = Callable[[SubjectStore], Awaitable[Any]]


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], Any]:
    """Tells a story to the database that the environment names."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"
    monkeypatch.setenv("OSPO_GATE_DATABASE", url)

    def tell(story: Story) -> Any:
        async def on_database() -> Any:
            database = Database(url)
            try:
                await database.migrate()
                return await story(SubjectStore(database))
            finally:
                await database.close()

        return asyncio.run(on_database())

    return tell


def wanted(repository: int = 7, number: int = 12, head: str = "a" * 40, name: str = "example/web") -> Wanted:
    about = About(name, "R_1", "PR_1")
    return Wanted(f"{repository}/pull/{number}", 1, repository, number, head, 1.0, about)


async def opened(subjects: SubjectStore, id_: str, command: Command | None = None) -> None:
    await subjects.accept(Delivery(id_, "pull_request", "opened", command or wanted()))


async def fails(subjects: SubjectStore, error: str) -> None:
    claim = await subjects.claim(60)
    assert claim is not None
    await subjects.finish(claim, failed=error)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["deliveries", *words])
    return code, capsys.readouterr().out


def test_they_are_listed_newest_first_and_the_failed_ones_with_their_error(
    tell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(subjects: SubjectStore) -> None:
        await opened(subjects, "d-1")
        await fails(subjects, "GitHub answered 404: \x1b[31mnot found")
        await opened(subjects, "d-2", wanted(8, 1, name="example/shop"))
        await RepositoryStore(subjects.database).seen([RepositoryRow(8, 1, "example/shop")])

    tell(story)
    code, text = said(capsys, "list")
    assert code == 0
    assert [line.split()[-1] for line in text.splitlines() if not line.startswith(" ")] == ["d-2", "d-1"]
    assert "accepted  pull_request.opened           example/shop#1" in text
    code, text = said(capsys, "list", "--failed")
    assert code == 1
    assert text.splitlines()[1] == "    GitHub answered 404: \\x1b[31mnot found"
    assert "d-2" not in text
    there = json.loads(said(capsys, "list", "--repository", "Example/SHOP", "--format", "json")[1])
    assert [one["id"] for one in there] == ["d-2"]
    assert said(capsys, "list", "--event", "push") == (0, "There are none.\n")
    assert said(capsys, "list", "--since", "2999-01-01")[1] == "There are none.\n"
    assert "d-1" in said(capsys, "list", "--since", "1h")[1]
    assert len(said(capsys, "list", "--limit", "1")[1].splitlines()) == 1


def test_what_is_tried_again_after_an_error_is_among_the_failed(tell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def story(subjects: SubjectStore) -> None:
        await opened(subjects, "d-1")
        for _ in range(3):
            claim = await subjects.claim(60)
            assert claim is not None
            await subjects.retry(claim, "internal error 1234", time.time() - 1)

    tell(story)
    code, text = said(capsys, "list", "--failed")
    assert code == 1
    assert "internal error 1234, tried 3 times" in text


def test_one_is_shown_with_what_it_asked_for(tell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tell(lambda subjects: opened(subjects, "d-1"))
    code, text = said(capsys, "show", "d-1", "--format", "json")
    assert code == 0
    assert json.loads(text)["command"]["about"]["repository"] == "example/web"
    assert '"head": "aaaa' in said(capsys, "show", "d-1")[1]
    assert main(["deliveries", "show", "nobody"]) == 2
    assert "no delivery 'nobody' was accepted" in capsys.readouterr().err


def test_a_replay_wants_it_once_more_and_heals_what_failed(tell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def fail(subjects: SubjectStore) -> None:
        await opened(subjects, "d-1")
        await fails(subjects, "gone")

    async def claimed(subjects: SubjectStore) -> bool:
        claim = await subjects.claim(60)
        assert claim is not None
        await subjects.finish(claim)
        return claim.forced

    tell(fail)
    code, text = said(capsys, "replay", "d-1")
    assert code == 0
    assert text.startswith("It is done again as replay-")
    assert tell(claimed)
    assert said(capsys, "list", "--failed") == (0, "There are none.\n")


def test_what_no_webhook_asked_for_is_listed_and_done_again_by_its_subject(
    tell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def woken_by_time(subjects: SubjectStore) -> None:
        await opened(subjects, "d-1")
        claim = await subjects.claim(60)
        assert claim is not None
        await subjects.finish(claim, again_at=time.time() - 1)
        await fails(subjects, "gone")

    tell(woken_by_time)
    code, text = said(capsys, "list", "--failed")
    assert code == 1
    assert "example/web#12" in text
    assert text.splitlines()[0].endswith("7/pull/12")
    assert said(capsys, "replay", "7/pull/12")[0] == 0
    tell(lambda subjects: fails(subjects, "gone again"))
    assert "gone again" in said(capsys, "list", "--failed")[1]
    assert main(["deliveries", "replay", "8/pull/1"]) == 2


REMARK = Remark(id=1, url="u", body="/ospo-gate help", login="ada", account_id=3)
COMMANDS: tuple[Command, ...] = (
    wanted(),
    Wanted("7/comment/1", 1, 7, 2, "", 0.0, About("a/b", "R", remark=REMARK)),
    Again(1, 7, "a" * 40),
    Closed("7/pull/1", "a" * 40, 1.0, "example/web", True, "ada"),
    Cancelled("7/group/x"),
    Changed(7, (Kind.PULL, Kind.BRANCH)),
    Archived(7, True),
    Lost(1, "gone", (7, 8)),
    Regained(1, (Told(7, 1, "example/web", properties={"tier": "1"}),)),
    Regained(1),
    PolicyChanged(),
    PolicyPushed(),
)


def test_every_command_is_read_back_as_it_was(tell: Any) -> None:
    async def story(subjects: SubjectStore) -> None:
        kept = DeliveryStore(subjects.database)
        for number, command in enumerate(COMMANDS):
            await opened(subjects, f"d-{number}", command)
            one = await kept.get(f"d-{number}")
            assert one is not None
            assert command_of(one.command or {}) == command

    tell(story)
    assert {type(command).__name__ for command in COMMANDS} == set(KNOWN)


@pytest.mark.parametrize("stored", [{}, {"type": "Unheard"}, {"type": "Wanted", "key": "x"}, {"type": "Changed"}])
def test_a_command_of_another_release_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="command"):
        command_of(stored)


def test_a_pause_is_begun_and_ended_by_somebody(tell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    async def known(subjects: SubjectStore) -> None:
        await RepositoryStore(subjects.database).seen([RepositoryRow(8, 1, "example/shop")])

    tell(known)
    assert main(["pause", "--until", "2h", "--reason", "wrong data", "--by", "ada"]) == 0
    assert " UTC by ada: new verdicts are neutral." in capsys.readouterr().out
    assert main(["pause", "--until", "1d", "--reason", "x", "--by", "eve", "--repository", "example/shop"]) == 0
    assert "by eve in example/shop" in capsys.readouterr().out
    assert main(["resume", "--repository", "example/shop", "--by", "ada"]) == 0
    assert "Ended the pause of eve" in capsys.readouterr().out
    assert main(["resume", "--installation", "5", "--by", "ada"]) == 0
    assert capsys.readouterr().out == "Nothing is paused in installation 5.\n"
    assert main(["resume", "--by", "ada"]) == 0
    assert "Ended the pause of ada" in capsys.readouterr().out
    assert main(["resume", "--by", "ada"]) == 0
    assert capsys.readouterr().out == "Nothing is paused.\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--until", "2020-01-01", "--reason", "x"], "ends within 31 days"),
        (["--until", "40d", "--reason", "x"], "ends within 31 days"),
        (["--until", "soon", "--reason", "x"], "'soon' is no time"),
        (["--until", "999999d", "--reason", "x"], "'999999d' is no time"),
        (["--until", "0001-01-01T00:00+23:59", "--reason", "x"], "is no time"),
        (["--until", "2h", "--reason", " "], "--reason: 1 to 1000 characters"),
        (["--until", "2h", "--reason", "x", "--by", ""], "--by: 1 to 200 characters"),
        (["--until", "2h", "--reason", "x", "--repository", "no/body"], "no repository 'no/body' is known"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(
    tell: Any, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    async def nothing(_: SubjectStore) -> None:
        pass

    tell(nothing)
    assert main(["pause", *words]) == 2
    assert reason in capsys.readouterr().err


def test_an_old_schema_is_named(tell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gate.db").touch()
    assert main(["deliveries", "list"]) == 2
    assert "ospo-gate db upgrade" in capsys.readouterr().err
