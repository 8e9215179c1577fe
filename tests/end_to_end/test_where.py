"""The running service answers where something is used, and says what that is founded on."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN
from tests.end_to_end.stage import PATIENCE, Stage

TOKEN = "a-token-that-only-the-tests-know"


def get(stage: Stage, path: str) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{stage.port}{path}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def test_a_service_that_has_read_nothing_says_so(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_API_TOKEN=TOKEN) as stage:
        stage.sim.create_repository("example", "web", files=CLEAN)
        answer = get(stage, "/api/v1/where?package=npm:lodash")
        assert (answer["standing"], answer["places"], answer["coverage"]["read"]) == ("never seen", [], 0)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(stage, "/api/v1/repositories/example/none/components")
