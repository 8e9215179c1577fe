"""An organization whose policy decides requests, with the people who ask and decide."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.end_to_end.examples import COPYLEFT, pull
from tests.end_to_end.stage import CONNECTIONS, PATIENCE, Stage
from tests.simulator import Pull, Repository, User

POLICY = """\
version: 1
owner: {team: "@example/ospo", responds_within: 2 days, escalate_to: "@example/board"}
approvers: {license: "@example/legal", default: "@example/ospo"}
licenses: {allow: [public-domain, permissive], override: {who: [writers, "@example/ospo"]}}
waivers_last: {block: 120 days}
"""
TOKEN = "a-token-of-the-api-0123456789"
EMPTY = {"package.json": "{}", "package-lock.json": '{"name": "web", "lockfileVersion": 3, "packages": {"": {}}}'}


class Office(Stage):
    """With an organization's policy, and the teams that decide."""

    policy: Repository

    def start_service(self) -> None:
        if not hasattr(self, "policy"):
            self.prepare()
        super().start_service()

    def prepare(self) -> None:
        """What there is before the service starts for the first time."""
        self.settings = {
            "OSPO_GATE_RETRY_SECONDS": "1",
            "OSPO_GATE_POLICY": "example/policy@main",
            "OSPO_GATE_API_TOKEN": TOKEN,
            "OSPO_GATE_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "OSPO_GATE_CLIENT_ID": self.app.client_id,
            "OSPO_GATE_CLIENT_SECRET": self.app.client_secret,
            **self.settings,
        }
        self.app.callback_urls = [f"http://127.0.0.1:{self.port}/signin/callback"]
        people = {name: self.sim.create_user(name, name.title(), f"{name}@example.com") for name in ("grace", "eve")}
        self.grace, self.eve = people["grace"], people["eve"]
        for user in people.values():
            self.org.add_member(user)
        self.org.create_team("legal", [self.grace, self.ada])  # who asks may be one who approves
        self.org.create_team("ospo", [self.eve])
        self.policy = self.sim.create_repository("example", "policy", private=True, files={"policy.yaml": POLICY})
        self.policy.teams.update(legal="write", ospo="write")
        self.may_write(True)

    def may_write(self, may: bool) -> None:
        self.sim.world.installations[self.installation].permissions["contents"] = "write" if may else "read"
        self.sim.expire_tokens()

    def blocked(self, private: bool = True) -> tuple[Pull, str]:
        """A blocked pull request of Ada's in a new repository, and the id of what blocks it."""
        name = f"shop-{len(self.sim.world.repositories)}"
        repo = self.sim.create_repository("example", name, private=private, files=EMPTY)
        change = pull(self, repo, COPYLEFT)
        verdict = self.verdict(repo, change.head_sha)
        assert verdict["conclusion"] == "failure"
        return change, verdict["output"]["summary"].partition("`")[2].partition("`")[0]

    def ask(self, change: Pull, body: str, user: User | None = None) -> None:
        self.sim.comment(change.repository, change.number, user or self.ada, body)

    def asked(self, private: bool = True, word: str = "waive") -> tuple[Pull, str, Pull]:
        """A blocked pull request, its finding, and the pull request on the policy repository that decides it."""
        change, id_ = self.blocked(private)
        known = set(self.policy.pulls)
        self.ask(change, f"/ospo-gate {word} {id_} linked *dynamically* @grace")
        (number,) = self.until(lambda: set(self.policy.pulls) - known, "a pull request on the policy repository")
        self.becomes(change, "action_required")
        self.until(lambda: number in [row["pull"] for row in self.requests()], "the service knows of it")
        return change, id_, self.policy.pulls[number]

    def last_day(self) -> str:
        """One that the policy takes for an exception."""
        return f"{datetime.now(UTC).date() + timedelta(days=30)}"

    def requests(self) -> list[dict[str, Any]]:
        """What the API lists as open."""
        url, bearer = f"http://127.0.0.1:{self.port}/api/v1/requests", {"Authorization": f"Bearer {TOKEN}"}
        found: list[dict[str, Any]] = httpx.get(url, headers=bearer, timeout=PATIENCE).json()["requests"]
        return found

    def decided(self, found: Pull, conclusion: str, words: str = "") -> str:
        """The summary of the newest check on a decision, when it says this."""

        def newest() -> str:
            runs = self.runs(self.policy, found.head_sha)
            run = runs.get("ospo-gate / approval")
            hit = run and run["conclusion"] == conclusion and words in run["output"]["summary"]
            return str(run["output"]["summary"]) if run and hit else ""

        return str(self.until(newest, f"an approval check: {conclusion} {words}"))

    def conclusion(self, change: Pull) -> str:
        return str(self.runs(change.repository, change.head_sha).get("ospo-gate", {}).get("conclusion"))

    def becomes(self, change: Pull, conclusion: str) -> None:
        self.until(lambda: self.conclusion(change) == conclusion, f"the verdict {conclusion}")

    def said(self, change: Pull, words: str) -> str:
        """Our comment with these words."""
        found = self.until(lambda: [c["body"] for c in self.own_comments(change) if words in c["body"]], f"“{words}”")
        assert len(found) == 1
        return str(found[0])

    def file(self, found: Pull) -> tuple[str, str]:
        """Path and text of the decision."""
        (changed,) = found.files()
        return changed.path, self.policy.git.run("show", f"{found.head_sha}:{changed.path}").decode()

    def sql(self, statement: str) -> list[Any]:
        """Of the service's own database, for what time alone would do."""
        with sqlite3.connect(self.folder / "gate.db", timeout=30) as database:
            return database.execute(statement).fetchall()

    @contextmanager
    def browser(self, login: str) -> Iterator[httpx.Client]:
        """Somebody who signed in."""
        base = f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=base, headers={"Accept": "text/html"}, **CONNECTIONS) as client:
            begun = client.get("/signin", params={"to": "/requests"})
            done = httpx.post(begun.headers["location"], data={"login": login}, timeout=PATIENCE)
            client.get(done.headers["location"])
            yield client
