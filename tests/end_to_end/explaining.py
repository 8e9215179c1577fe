"""An organization whose service has pages, and pull requests whose verdicts somebody wants to understand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.examples import COPYLEFT, SIGNED
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

TOKEN = "a-token-that-only-the-tests-know"
POLICY = """\
version: 1
owner: {team: "@example/ospo"}
licenses:
  allow: [public-domain, permissive]
freshness: {minimum_age: 3 days}
packages: {}
signoff: {}
custom_rules:
  - id: no-gpl-in-firmware
    when: >
      dependency.license.category == "strong-copyleft" && repository.properties.tier == "firmware"
    message: "${dependency.name} must not be shipped"
overrides:
  - {match: {repositories: "secret-*"}, mode: "off"}
waivers:
  - {id: W-2026-014, rules: [license-not-allowed], package: pkg:npm/glyph-core, repositories: [secret-*],
     reason: Nobody may read this., approved_by: "@grace", expires: 2099-03-31}
"""


class Explaining(Stage):
    """With a policy of the organization, and pages where `ada` signs in."""

    def __init__(self, folder: Path, policy: str = POLICY, **settings: str) -> None:
        super().__init__(folder, "github.com", OSPO_GATE_API_TOKEN=TOKEN, OSPO_GATE_PUBLIC_POLICY="true", **settings)
        self.text = policy

    def start_service(self) -> None:
        if "OSPO_GATE_PUBLIC_URL" not in self.settings:
            self.url = f"http://127.0.0.1:{self.port}"
            self.app.callback_urls = [f"{self.url}/signin/callback"]
            self.settings |= {
                "OSPO_GATE_PUBLIC_URL": self.url,
                "OSPO_GATE_CLIENT_ID": self.app.client_id,
                "OSPO_GATE_CLIENT_SECRET": self.app.client_secret,
                "OSPO_GATE_POLICY": "example/policy/policy.yaml@main",
            }
            self.policy = self.sim.create_repository(
                "example", "policy", private=True, files={"policy.yaml": self.text}
            )
        super().start_service()

    def judged(self, repository: Repository, files: dict[str, Any] = COPYLEFT, message: str = "") -> Pull:
        """A pull request with its verdict, and with what was read of it kept."""
        branch = f"change-{len(repository.pulls) + 1}"
        repository.commit(branch, files, message or f"Change something\n\n{SIGNED}", self.ada)
        found = repository.open_pull(head=branch, base="main", title="Change something", author=self.ada)
        self.verdict(repository, found.head_sha)
        self.settle()
        return found

    def page(self, pull: Pull) -> str:
        return f"{self.url}/r/{pull.repository.full_name}/pull/{pull.number}/{pull.head_sha}"

    @contextmanager
    def signed_in(self, login: str = "ada") -> Iterator[httpx.Client]:
        with httpx.Client(headers={"Accept": "text/html"}, timeout=30) as client:
            there = client.get(f"{self.url}/signin").headers["location"]
            client.get(httpx.post(there, data={"login": login}).headers["location"])
            yield client
