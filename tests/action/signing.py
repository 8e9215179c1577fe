"""A repository on the simulator, and the installed command as a workflow run calls it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt

from tests.simulator import App, Repository, Simulator, User
from tests.simulator.auth import load_key
from tests.simulator.comments import Comment
from tests.simulator.payloads import comment_json, issue_json, pull_json, repository_json, user_json
from tests.simulator.pulls import Pull

COMMAND = str(Path(sys.executable).with_name("ospo-gate"))
PHRASE = "I have read the CLA Document and I hereby sign the CLA"
POLICY = "version: 1\nagreements:\n  documents: [{name: Example CLA, version: 1, text: cla.md}]\n"
PERMISSIONS = {"contents": "write", "pull_requests": "write", "actions": "write", "metadata": "read"}


@dataclass
class Done:
    code: int
    out: str
    err: str


@dataclass
class Place:
    """`example/web` with a policy; `token` is what a job has."""

    sim: Simulator
    repo: Repository
    app: App
    folder: Path
    token: str = ""
    environ: dict[str, str] = field(default_factory=dict)

    def token_for(self, permissions: Mapping[str, str]) -> str:
        number = next(one.id for one in self.sim.world.installations.values() if one.app is self.app)
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": self.app.client_id}
        signed = jwt.encode(claims, load_key(self.app.private_key_pem), algorithm="RS256")  # type: ignore[arg-type]
        answer = httpx.post(
            f"{self.sim.api_url}/app/installations/{number}/access_tokens",
            json={"permissions": dict(permissions)},
            headers={"authorization": f"Bearer {signed}"},
        )
        return str(answer.json()["token"])

    def pull(self, *people: User, branch: str = "topic", **more: Any) -> Pull:
        """A pull request with a commit of each."""
        for number, person in enumerate(people):
            self.repo.commit(branch, {f"{branch}-{number}.txt": "1\n"}, f"Change {number}", person, notify=False)
        return self.repo.open_pull(branch, author=people[0], **more)

    def ran(self, pull: Pull, conclusion: str | None = "failure") -> dict[str, Any]:
        """A run of the workflow that judged the head of a pull request."""
        run = {
            "id": 100 + len(self.repo.runs), "workflow_id": 7, "event": "pull_request_target", "run_attempt": 1,
            "head_sha": pull.head_sha, "status": "completed" if conclusion else "in_progress", "conclusion": conclusion,
        }  # fmt: skip
        self.repo.runs.append(run)
        return run

    def on_pull(self, pull: Pull, *arguments: str, action: str = "synchronize", **environ: str) -> Done:
        payload = {"action": action, "number": pull.number, "pull_request": pull_json(pull)}
        return self.run("pull_request_target", payload, *arguments, **environ)

    def on_comment(self, comment: Comment, *arguments: str, action: str = "created", **environ: str) -> Done:
        world = self.sim.world
        payload = {"action": action, "issue": issue_json(comment.pull), "comment": comment_json(world, comment)}
        return self.run("issue_comment", {**payload, "sender": user_json(world, comment.user)}, *arguments, **environ)

    def says(self, pull: Pull, who: User, body: str = PHRASE, *arguments: str, **environ: str) -> Done:
        return self.on_comment(self.sim.comment(self.repo, pull.number, who, body), *arguments, **environ)

    def run(self, event: str, payload: Mapping[str, Any], *arguments: str, **environ: str) -> Done:
        file = self.folder / f"event-{os.urandom(4).hex()}.json"
        file.write_text(json.dumps({**payload, "repository": repository_json(self.repo, full=True)}))
        given = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "OSPO_"))}
        done = subprocess.run(
            [COMMAND, "sign", *arguments], capture_output=True, text=True, check=False, cwd=self.folder,
            env={
                **given, "GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.sim.api_url, "GITHUB_EVENT_NAME": event,
                "GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": self.repo.full_name, "GITHUB_RUN_ID": "99",
                "GITHUB_SERVER_URL": "https://github.example", "GITHUB_TOKEN": self.token, **self.environ, **environ,
            },
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def file(self, path: str = "signatures.json", branch: str = "ospo-gate-signatures") -> str:
        return self.repo.git.run("show", f"refs/heads/{branch}:{path}").decode()

    def comments(self, pull: Pull) -> list[str]:
        """What the job itself has written."""
        return [row["body"] for row in self.sim.comments(self.repo, pull.number) if row["user"]["type"] == "Bot"]


def place(sim: Simulator, folder: Path, files: Mapping[str, str] | None = None) -> Place:
    sim.create_org("example")
    repo = sim.create_repository(
        "example", "web", files={"policy.yaml": POLICY, "cla.md": "Be kind.\n"} if files is None else dict(files)
    )
    app = sim.create_app("actions", permissions=PERMISSIONS, webhook_url=None, webhook_secret=None)
    sim.install(app, "example")
    made = Place(sim, repo, app, folder)
    made.token = made.token_for(PERMISSIONS)
    repo.runs.append({"id": 99, "workflow_id": 7, "event": "issue_comment", "status": "in_progress", "head_sha": ""})
    return made
