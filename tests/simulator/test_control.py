"""The simulator as a process of its own, driven through `/_sim/`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from . import Simulator
from .control import Control, world

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
        assert process.wait(60) == 0
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def control() -> Iterator[Control]:
    """A world with one pull request, driven in this process."""
    with Simulator() as sim:
        made = Control(sim)
        world(made, WORLD)
        yield made


def say(control: Control, command: str, **arguments: Any) -> Any:
    reply = control("POST", command, {"repository": "example/web-shop", **arguments})
    assert reply.status == 200, reply.data
    return reply.data


def test_a_queue_with_rules(control: Control) -> None:
    shown = say(control, "rules", checks=["ospo-gate"], app="ospo-gate", queue=True)["rules"]
    assert [rule["type"] for rule in shown] == ["required_status_checks", "merge_queue"]
    assert control("POST", "act", {"repository": "example/web-shop", "number": 1, "action": "merge"}).status == 422
    queued = say(control, "act", number=1, action="enqueue", user="ada")
    assert queued["queue"].startswith("gh-readonly-queue/main/pr-1-")
    assert [entry["number"] for entry in say(control, "queue")["waiting"]] == [1]
    say(control, "act", number=1, action="dequeue")
    assert say(control, "queue") == {"done": [], "waiting": []}
    assert say(control, "act", number=1, action="merge", bypass=True)["merged"] is True


def test_administration_and_people(control: Control) -> None:
    assert say(control, "people", collaborators={"Ada": "write"})["collaborators"] == {"ada": "write"}
    say(control, "administer", action="set_visibility", value="private")
    say(control, "administer", action="set_custom_properties", value={"tier": "gold"}, user="ada")
    assert say(control, "administer", action="rename", value="shop")["full_name"] == "example/shop"
    say(control, "administer", action="archive")
    repository = control.simulator.repository("example/shop")
    assert (repository.archived, repository.private) == (True, True)
    assert repository.custom_properties == {"tier": "gold"}
    refused = control("POST", "administer", {"repository": "example/shop", "action": "explode"})
    assert refused.status == 422


def test_installations_comments_and_alerts(control: Control) -> None:
    number = next(iter(control.simulator.world.installations))
    asked = say(control, "permissions", app="ospo-gate", permissions={"checks": "write"}, events=["push"])
    assert asked == {"permissions": {"metadata": "read", "checks": "write"}, "events": ["push"]}
    for action in ("accept_permissions", "suspend", "unsuspend"):
        say(control, "installation", id=number, action=action)
    comment = say(control, "comment", number=1, user="ada", body="One")
    say(control, "change_comment", id=comment["id"], body="Two")
    assert [c["body"] for c in say(control, "comments", number=1)] == ["Two"]
    say(control, "change_comment", id=comment["id"])
    assert say(control, "comments", number=1) == []
    say(control, "alerts", advisory={"ghsa_id": "GHSA-1", "package": "left-pad"})
    fixed = say(control, "alerts", number=1, action="fix")
    assert (fixed["state"], fixed["dependency"]["package"]["name"]) == ("fixed", "left-pad")
    assert say(control, "submitted") == {"snapshots": [], "packages": []}
    say(control, "installation", id=number, action="uninstall")
    assert control.simulator.world.installations == {}
