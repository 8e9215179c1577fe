"""Taking over signatures into the service's database: added once, and pull requests turn green by themselves."""

import json
import subprocess
import sys
from pathlib import Path

from tests.signing.stage import Signing


def imported(stage: Signing, *words: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("ospo-gate")), "agreements", "import", *words, "--into-service"]
    done = subprocess.run(command, env=stage.environment, capture_output=True, text=True, cwd=stage.folder, check=False)
    return done.returncode, done.stdout + done.stderr


def test_who_signed_elsewhere_need_not_sign_again(stage: Signing) -> None:
    author = stage.sim.create_user("earlier", email="earlier@example.com")
    pull = stage.pull(author)
    assert stage.conclusion(pull) == "action_required"
    signed = {
        "name": "earlier", "id": author.id, "comment_id": 5, "created_at": "2026-01-02T03:04:05Z", "repoId": 1,
        "pullRequestNo": 7,
    }  # fmt: skip
    nobody = {**signed, "name": "lost", "id": None, "comment_id": 6}
    file = stage.folder / "cla.json"
    file.write_text(json.dumps({"signedContributors": [signed, nobody]}))
    before = stage.stored()
    words = (str(file), "--document", "Example CLA", "--version", "2")
    code, said = imported(stage, *words)
    assert code == 1, "one row does not match"
    stage.becomes(pull, "success")
    added = stage.stored() - before
    assert f"The service's database: {added} record" in said
    assert "The service's database: 0 records added." in imported(stage, *words)[1]
    assert stage.stored() == before + added
