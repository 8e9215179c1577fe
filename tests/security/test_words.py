"""Words of strangers where they are kept, logged, exported or searched: they stay words."""

import json
import logging
from typing import Any

import pytest
from sqlalchemy import select

from app.redaction import redacted
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.requests import Asked, RequestStore
from app.store.tables import request
from app.store.words import given
from app.subject import Remark
from checks.conversation.commands import command, maybe_command
from checks.model.phrase import visible
from tests.store.conftest import run, url

__all__ = ["run", "url"]

QUOTES = "'; DROP TABLE request; --"
ODD = "\x00 \ud800 \u202e \x1b[31m é"


@pytest.mark.parametrize("text", [QUOTES, '"%s"', "%(a)s {0}", ODD], ids=ascii)
def test_what_people_write_is_kept_as_they_wrote_it(run: Any, text: str) -> None:
    """Both databases, whatever they take for text, and whatever would be SQL if it were pasted into some."""

    async def story(database: Database) -> None:
        store = RequestStore(database)
        remark = Remark(id=1, url="https://github.example/c/1", body=text, login="eve", account_id=9)
        asked = Asked("waive", "lic-1", "license-not-allowed", f"pkg:npm/{text}", text, text)
        assert not (await store.ask(1, 7, "7/pull/1", remark, asked)).joins
        assert (await store.ask(1, 7, "7/pull/2", Remark({**remark, "id": 2}), asked)).joins
        assert await store.pending("7/pull/1") == {"lic-1"}
        async with database.read() as connection:
            rows = (await connection.execute(select(request.c.about, request.c.version, request.c.reason))).all()
        assert {(given(row.about), given(row.version)) for row in rows} == {(f"pkg:npm/{text}", text)}
        assert {row.reason for row in rows} == {visible(text)}
        repositories = RepositoryStore(database)
        await repositories.seen([RepositoryRow(7, 1, "example/web")])
        names = ("example/web", "example/%", "example/we_", QUOTES, f"example/{ODD}")
        assert [row and row.id for row in [await repositories.named(name) for name in names]] == [7, *[None] * 4]

    run(story)


@pytest.mark.parametrize(
    "text",
    ["-eyJ", "eyJaaaaaaaa.", "-----BEGIN ", "-----BEGIN A-----", "-----BEGIN A A ", "://a:", "a:", "bearer ", "ghp_"],
)  # fmt: skip
def test_cutting_secrets_out_takes_linear_time(text: str) -> None:
    """Half a megabyte of beginnings without an end: a quadratic search would take minutes."""
    assert redacted(text * (500_000 // len(text)))


@pytest.mark.parametrize(
    "text",
    ["/ospo-gate ", "/ospo-gate waive \n", "`", "` `` ", "```\n", "~~~\n", "<!-- ", "<!-- /ospo-gate\n", "> ", "\n",
     " ", "<pre>\n", "<details>", "\\", "&lt;", "\u202e", "\x00"],
    ids=ascii,
)  # fmt: skip
def test_reading_a_comment_takes_linear_time(text: str) -> None:
    """GitHub lets people write 65,536 characters; whatever comes, it ends at once."""
    body = text * (262_144 // len(text)) + "\n/ospo-gate recheck"
    assert maybe_command(body)
    command(body)


def test_no_word_begins_a_line_of_its_own_in_the_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log is JSON: a line end, a terminal's escape or a quote in a name is part of the name."""
    from app import logs
    from app.service_settings import LogLevel

    root = logging.getLogger()
    kept = root.handlers[:], root.level
    try:
        logs.configure(LogLevel.INFO)
        forged = 'x"}\n{"event": "published", "level": "info"}\r\x1b[2J\u2028\u0085\ud800'
        import structlog

        structlog.get_logger().info("failed", error=forged, **{"na\nme": forged})
        logging.getLogger("uvicorn.error").warning("%s", forged)
    finally:
        root.handlers[:], level = kept
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
    written = capsys.readouterr().err
    lines = written.splitlines()
    assert len(lines) == 2
    assert [json.loads(line)["event"] for line in lines] == ["failed", forged]
    assert written.isascii()
    assert "\x1b" not in written
