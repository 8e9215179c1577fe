"""The same over PostgreSQL, with the distributed engine: web and worker are two processes."""

from pathlib import Path
from typing import Any

import pytest

from tests.signing.stage import PHRASE, Signing, sign


def test_signing_turns_pull_requests_green(tmp_path: Path, postgres: Any) -> None:
    pytest.importorskip("procrastinate")
    postgres.psql("CREATE DATABASE signing;")
    url = str(postgres.get_uri(database="signing", driver="psycopg"))
    settings = {"OSPO_GATE_DATABASE": url, "OSPO_GATE_ENGINE": "distributed"}
    with Signing(tmp_path, None, **settings) as stage, stage.worker():
        ada, eve = (stage.sim.create_user(f"pg-{n}", email=f"pg-{n}@example.com") for n in (1, 2))
        first, second, by_comment = stage.pull(ada), stage.pull(ada), stage.pull(eve)
        assert stage.conclusion(first) == "action_required"
        assert stage.conclusion(by_comment) == "action_required"
        with stage.signed_in("pg-1") as client:
            assert sign(client).status_code == 303
        stage.becomes(first, "success")
        stage.becomes(second, "success")
        stage.sim.comment(by_comment.repository, by_comment.number, eve, PHRASE)
        stage.becomes(by_comment, "success")
