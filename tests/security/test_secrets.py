"""Secrets: in the environment or in files, in memory, and nowhere else."""

import json
import re
from dataclasses import MISSING, fields
from typing import Any

import pytest

from app import logs
from app.fact_settings import FactSettings
from app.github.key import AppKey
from app.redaction import Redaction
from app.service_settings import ServiceSettings
from checks.model.errors import UsageError
from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import SECRET, Stage

#: Settings whose names sound like secrets, and why they are none.
HARMLESS = {"private_key_file": "a path", "credentials": "a folder"}
_SOUNDS = re.compile(r"secret|token|password|key|credential|proxy|proxies|login", re.IGNORECASE)
CANARY = "canary-0123456789-of-a-setting"


@pytest.mark.parametrize("settings", [ServiceSettings, FactSettings])
def test_no_name_of_a_setting_is_without_a_decision(settings: Any) -> None:
    """A new setting that sounds like a secret is shown nowhere, or is on the list above."""
    for item in fields(settings):
        if _SOUNDS.search(item.name) and item.name not in HARMLESS:
            assert not item.repr, item.name


def test_every_secret_setting_is_cut_out_of_logs_and_reprs() -> None:
    basic: dict[str, Any] = {item.name: 1 for item in fields(ServiceSettings) if item.default is MISSING}
    for item in fields(ServiceSettings):
        if not item.repr:
            given: dict[str, Any] = {**basic, "webhook_secret": "s" * 16, item.name: CANARY}
            settings = ServiceSettings(**given)
            assert CANARY not in repr(settings)
            assert CANARY in set(logs.secrets_of(settings))
            said = Redaction(logs.secrets_of(settings)).deep({"error": f"refused: {CANARY}", CANARY: [CANARY]})
            assert CANARY not in json.dumps(said)


def test_the_database_has_none_of_them(stage: Stage) -> None:
    """Neither tokens, nor keys, nor what the settings have."""
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    stage.verdict(repo, change.head_sha)
    stage.settle()
    kept = b"".join(path.read_bytes() for path in stage.folder.iterdir() if path.name.startswith("gate.db"))
    assert repo.full_name.encode() in kept
    given = list(stage.sim.server.authenticator.tokens)
    lines = [line for line in stage.app.private_key_pem.splitlines() if len(line) > 40]
    assert given
    for secret in (SECRET, stage.settings["OSPO_GATE_API_TOKEN"], *given, *lines):
        assert secret.encode() not in kept


def test_the_key_comes_from_the_environment_or_a_file_and_is_not_repeated(stage: Stage, tmp_path: Any) -> None:
    pem = stage.app.private_key_pem
    file = tmp_path / "key.pem"
    file.write_text(pem)
    for key in (AppKey(pem), AppKey(pem.replace("\n", "\\n")), AppKey(file=str(file))):
        assert key.jwt(1).count(".") == 2
        assert "PRIVATE" not in repr(key.__dict__.get("_signed"))
    broken = pem.replace("PRIVATE", "PUBLIC")
    with pytest.raises(UsageError) as caught:
        AppKey(broken)
    assert pem.splitlines()[3] not in str(caught.value) + str(caught.value.hint)
