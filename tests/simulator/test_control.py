"""The simulator as a process of its own, driven through `/_sim/`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent
WORLD = {
    "users": [{"login": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}],
    "organizations": [{"login": "example", "members": ["ada"], "teams": {"legal": ["ada"]}}],
    "apps": [{"slug": "ospo-gate"}],
    "repositories": [{"owner": "example", "name": "web-shop", "files": {"a.txt": "1\n"}}],
    "installations": [{"app": "ospo-gate", "account": "example"}],
    "pulls": [{"repository": "example/web-shop", "head": "feature", "files": {"a.txt": "2\n"}, "author": "ada"}],
}


def test_a_world_is_built_and_looked_at_from_another_process(tmp_path: Path) -> None:
    source = tmp_path / "world.json"
    source.write_text(json.dumps(WORLD))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulator", "--world", str(source), "--unlimited"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        (pull,) = started["world"]["pulls"]
        assert (pull["repository"], pull["number"]) == ("example/web-shop", 1)
        with httpx.Client(base_url=started["url"] + "/_sim", trust_env=False) as control:
            here: dict[str, str | int] = {"repository": "example/web-shop", "number": 1}
            pushed = control.post("/push", json={**here, "files": {"b.txt": "1\n"}, "author": "ada"}).json()
            assert pushed["head_sha"] != pull["head_sha"]
            control.post("/comment", json={**here, "user": "ada", "body": "Hello <b>"})
            assert [c["body"] for c in control.get("/comments", params=here).json()] == ["Hello <b>"]
            assert control.get("/check_runs", params=here).json() == []
            assert control.post("/act", json={**here, "action": "merge"}).json()["state"] == "closed"
            assert control.get("/requests").json() == []
            page = control.get(f"{started['url']}/example/web-shop/pull/1", headers={"accept": "text/html"})
            assert "<h1>Change <small>#1</small></h1>" in page.text
            assert "<p>Hello &lt;b&gt;</p>" in page.text
            file = control.get(f"{started['url']}/example/web-shop/blob/main/a.txt", headers={"accept": "text/html"})
            assert '<div id="L1">' in file.text
            assert control.post("/limits", json={"primary": 10}).json()["primary"] == 10
            assert control.post("/unknown").status_code == 404
            assert control.post("/pulls", json={"repository": "example/none"}).status_code == 422
            assert control.post("/wait_idle").json() == {"idle": True}
    finally:
        process.terminate()
        assert process.wait(10) == 0
        assert process.stdout is not None
        process.stdout.close()
