"""From the installation of the App to a document that somebody fetches, with real processes between."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.examples import CLEAN, POLICY
from tests.end_to_end.stage import Stage

TOKEN = "a-token-that-only-the-tests-know"


def command(stage: Stage, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = str(Path(sys.executable).with_name("ospo-gate"))
    environment = {**stage.environment, "OSPO_GATE_API_TOKEN": TOKEN}
    return subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, cwd=stage.folder)


def test_what_was_there_before_the_app_can_be_fetched(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_API_TOKEN=TOKEN, OSPO_GATE_BACKFILL_SHARE="50") as stage:
        stage.sim.create_repository("example", "web", files={"policy.yaml": POLICY, **CLEAN}, announce=True)

        def read() -> Any:
            return command(stage, "backfill", "--status").returncode == 0

        stage.until(read, "the default branch is read")
        done = command(stage, "backfill", "--status")
        assert done.stdout == "1 of 1 default branches were read (100%).\n"
        again = command(stage, "backfill", "--repository", "Example/Web", "--share", "80%")
        assert (again.returncode, again.stderr) == (0, "")
        stage.until(read, "it is compared once more")
        unknown = command(stage, "backfill", "--repository", "example/other")
        assert (unknown.returncode, "not among the active repositories" in unknown.stderr) == (2, True)
        server = f"http://127.0.0.1:{stage.port}"
        fetched = command(stage, "sbom", "--server", server, "example/web")
        assert (fetched.returncode, fetched.stderr) == (0, "")
        assert [one["purl"] for one in json.loads(fetched.stdout)["components"]] == ["pkg:npm/tiny@1.0.0"]
        missing = command(stage, "sbom", "--server", server, "example/web", "--pull", "7")
        assert (missing.returncode, missing.stdout) == (2, "")
        assert "of example/web#7 nothing is stored" in missing.stderr
