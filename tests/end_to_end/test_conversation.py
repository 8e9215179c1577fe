"""Requests as a conversation, over HTTP: asked on a pull request, decided on the policy repository, told to everybody."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.subject import task_key
from tests.end_to_end.examples import COPYLEFT, npm, pull
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository, User

POLICY = """\
version: 1
owner: {team: "@example/ospo", contact: "https://example.com/open-source", responds_within: 2 days}
approvers: {license: "@example/legal", default: "@example/ospo"}
licenses: {allow: [public-domain, permissive]}
waivers_last: {block: 120 days}
"""


class Office(Stage):
    """With an organization's policy, and the teams that decide."""

    policy: Repository

    def start_service(self) -> None:
        if not hasattr(self, "policy"):
            self.sim.accept_all = True
            self.grace, self.eve = (self.sim.create_user(name, name.title(), f"{name}@example.com") for name in ("grace", "eve"))
            for user in (self.grace, self.eve):
                self.org.add_member(user)
            self.org.create_team("legal", [self.grace])
            self.org.create_team("ospo", [self.eve])
            self.policy = self.sim.create_repository("example", "policy", private=True, files={"policy.yaml": POLICY})
            self.policy.teams["legal"] = "write"
            self.policy.teams["ospo"] = "write"
            granted = self.sim.world.installations[self.installation].permissions
            granted["contents"] = "write"
        super().start_service()

    def blocked(self, private: bool = True, files: dict[str, Any] | None = None) -> tuple[Pull, str]:
        """A blocked pull request of Ada's, and the id of what blocks it."""
        number = len(self.sim.world.repositories)
        lock = '{"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}}}'
        before = {"package.json": "{}", "package-lock.json": lock}
        repo = self.sim.create_repository("example", f"shop-{number}", private=private, files=before)
        change = pull(self, repo, files or COPYLEFT)
        verdict = self.verdict(repo, change.head_sha)
        assert verdict["conclusion"] == "failure"
        return change, verdict["output"]["summary"].partition("`")[2].partition("`")[0]

    def ask(self, change: Pull, body: str, user: User | None = None) -> None:
        self.sim.comment(change.repository, change.number, user or self.ada, body)

    def proposed(self, count: int) -> Pull:
        """The newest pull request on the policy repository, when there are so many."""
        return self.until(lambda: len(self.policy.pulls) >= count and self.policy.pulls[max(self.policy.pulls)], "a proposal")

    def approval(self, found: Pull) -> tuple[str, str]:
        """Conclusion and summary of the newest check on a decision."""
        runs = [run for run in self.sim.check_runs(self.policy, found.head_sha) if run["name"] == "ospo-gate / approval"]
        newest = max(runs, key=lambda run: run["id"], default=None)
        return (newest["conclusion"], newest["output"]["summary"]) if newest else ("", "")

    def until_approval(self, found: Pull, conclusion: str) -> str:
        return self.until(lambda: (a := self.approval(found))[0] == conclusion and a[1], f"an approval check: {conclusion}")

    def conclusion(self, change: Pull) -> str:
        return str(self.runs(change.repository, change.head_sha)["ospo-gate"]["conclusion"])

    def said(self, change: Pull) -> str:
        return "\n".join(comment["body"] for comment in self.own_comments(change))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = {"OSPO_GATE_RETRY_SECONDS": "1", "OSPO_GATE_LEASE_SECONDS": "2", "OSPO_GATE_POLICY": "example/policy@main"}
    with Office(tmp_path_factory.mktemp("office"), "github.com", **settings) as running:
        yield running
        running.sim.faults.clear()


def test_blocked_asked_approved_merged_green(office: Office) -> None:
    change, id_ = office.blocked()
    count = len(office.policy.pulls)
    office.ask(change, f"/ospo-gate waive {id_} linked *dynamically* @grace")
    found = office.proposed(count + 1)
    print(found.title); print(found.body)
    print(office.policy.git.run("show", found.head_sha).decode())
    office.until(lambda: office.conclusion(change) == "action_required", "it waits")
    office.until_approval(found, "action_required")
    found.review(office.grace)
    print(office.until_approval(found, "success"))
    found.merge(office.grace)
    office.until(lambda: office.conclusion(change) == "success", "green")
    office.until(lambda: "was granted" in office.said(change), "told")
    print(office.said(change))
