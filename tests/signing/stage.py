"""A stage where the organization's policy asks for agreements, and people who sign in with a browser."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.stage import CONNECTIONS, PATIENCE, Stage
from tests.simulator import Pull, Repository, User

TEXT = """\
# Example Contributor License Agreement

You **own** what you give, see [the example](https://example.com/cla).

| What | Whom |
|---|---|
| a license | everybody |
"""
POLICY = """\
version: 1
owner: {team: "@example/ospo", contact: "https://example.com/open-source"}
agreements:
  documents:
    - {name: Example CLA, version: "2", text: cla/v2.md, reason: The patent clause is clearer.}
    - name: Company CLA
      version: "1"
      text: cla/company.md
      kind: corporate
      instead_of: [Example CLA]
      fields: [{name: country, label: Country, type: country, required: true}]
"""
FILES = {"policy.yaml": POLICY, "cla/v2.md": TEXT, "cla/company.md": "# Company agreement\n\nFor all of its people.\n"}
PHRASE = "I have read the CLA Document and I hereby sign the CLA"
CLA, COMPANY = "/agreements/documents/Example%20CLA", "/agreements/documents/Company%20CLA"


class Signing(Stage):
    """With pages, and a policy repository."""

    def __init__(self, folder: Path, files: dict[str, Any] | None = None, **settings: str) -> None:
        super().__init__(folder, "github.com", **settings)
        self.files = files or FILES

    def start_service(self) -> None:
        if "OSPO_GATE_PUBLIC_URL" not in self.settings:
            self._prepare()
        super().start_service()

    def _prepare(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.app.callback_urls = [f"{self.url}/signin/callback"]
        self.settings |= {
            "OSPO_GATE_PUBLIC_URL": self.url,
            "OSPO_GATE_CLIENT_ID": self.app.client_id,
            "OSPO_GATE_CLIENT_SECRET": self.app.client_secret,
            "OSPO_GATE_POLICY": "example/policy/policy.yaml@main",
            "OSPO_GATE_API_TOKEN": TOKEN,
        }
        self.policy = self.sim.create_repository("example", "policy", files=self.files)
        self.repository = self.sim.create_repository("example", "web", files={"readme.md": "A shop\n"})
        self.lin = self.sim.create_user("lin", name="Lin", email="lin@acme.example")
        self.grace = self.sim.create_user("grace", name="Grace", email="grace@example.com")
        self.org.add_member(self.grace)
        self.org.create_team("ospo", [self.grace])

    def pull(self, user: User, message: str = "Change", repository: Repository | None = None) -> Pull:
        """A pull request with one commit of somebody."""
        here = repository or self.repository
        branch = f"topic-{len(here.pulls) + 1}"
        here.commit(branch, {f"{branch}.txt": "x\n"}, message, user)
        return here.open_pull(head=branch, base="main", author=user)

    def conclusion(self, pull: Pull) -> str:
        return str(self.verdict(pull.repository, pull.head_sha)["conclusion"])

    def becomes(self, pull: Pull, conclusion: str) -> dict[str, Any]:
        """The verdict, when it is this one."""

        def found() -> dict[str, Any] | None:
            run = self.runs(pull.repository, pull.head_sha).get("ospo-gate")
            return run if run and run["conclusion"] == conclusion else None

        run: dict[str, Any] = self.until(found, f"the verdict {conclusion}")
        return run

    @contextmanager
    def signed_in(self, login: str) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.url, headers={"Accept": "text/html"}, **CONNECTIONS) as client:
            there = client.get("/signin", params={"to": "/agreements"}).headers["location"]
            back = httpx.post(there, data={"login": login}, timeout=PATIENCE).headers["location"]
            assert client.get(back).headers["location"] == "/agreements"
            yield client

    def records(self) -> list[dict[str, Any]]:
        """All that is stored, as the export has it."""
        answer = httpx.get(f"{self.url}/api/v1/agreements/signatures.json", headers=BEARER, timeout=PATIENCE)
        found = json.loads(answer.content)
        return list(found["records"])

    def stored(self) -> int:
        with sqlite3.connect(self.folder / "gate.db") as database:
            return int(database.execute("SELECT count(*) FROM signature").fetchone()[0])


TOKEN = "a-token-of-the-api-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def form(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form with this address."""
    body = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert body, html
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', body[1]))


def sign(client: httpx.Client, path: str = CLA, **filled: str) -> httpx.Response:
    """Read the document, and sign it as the form asks."""
    page = client.get(path).text
    return client.post(path, data={**form(page, path), "read": "on", **filled})
