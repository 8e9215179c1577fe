"""One policy for the organization: read with each change, and its last valid version while the newest is not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from app.github.pull import CentralPolicy
from tests.end_to_end.examples import COPYLEFT
from tests.jobs.office import Office
from tests.store.test_policies import found

STRICT = "version: 1\nlicenses: {}\n"
OPEN = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"
LABEL = "example/{}/policy.yaml@main"


class Central:
    """The repository of the policy."""

    def __init__(self, office: Office, name: str, text: str | None) -> None:
        self.label = LABEL.format(name)
        self.office = office
        self.repository = office.sim.create_repository(
            "example", name, files={"readme.md": "", **({"policy.yaml": text} if text else {})}
        )
        place = CentralPolicy(f"example/{name}", "policy.yaml", "main")
        office.service.judge = replace(office.service.judge, central=place)

    def becomes(self, text: str) -> None:
        self.repository.commit("main", {"policy.yaml": text}, "Change the policy", self.office.ada)

    async def verdict(self, files: dict[str, Any] = COPYLEFT) -> tuple[str, str]:
        """Title and summary of a fresh pull request."""
        pull = self.office.pull(files)
        await self.office.want(pull)
        await self.office.work()
        (found,) = [
            row for row in self.office.sim.check_runs(pull.repository, pull.head_sha) if row["name"] == "ospo-gate"
        ]
        return found["output"]["title"], found["output"]["summary"]


Run = Callable[[Callable[[Office], Awaitable[None]]], None]


def test_it_judges_every_repository_and_the_summary_names_it_in_a_command(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-1", STRICT)
        title, summary = await central.verdict()
        assert title == "1 to fix"
        assert f"--policy {central.label}`" in summary
        central.becomes(OPEN)
        assert (await central.verdict())[0] == "Everything is in order"

    run(story)


def test_while_the_newest_is_not_valid_the_last_valid_one_judges_and_says_so(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-2", STRICT)
        await central.verdict()
        central.becomes("version: 1\nlicences: {}\n")
        title, summary = await central.verdict()
        assert title == "1 to fix"
        assert "The newest policy is not valid" in summary

    run(story)


@pytest.mark.parametrize("text", [None, "version: 1\nlicences: {}\n"], ids=["absent", "broken"])
def test_without_any_valid_version_nothing_passes(run: Run, text: str | None) -> None:
    async def story(office: Office) -> None:
        central = Central(office, f"policy-3-{bool(text)}", text)
        assert (await central.verdict())[0] == "could not judge: the policy is not valid"

    run(story)


def test_a_kept_version_that_a_new_release_does_not_take_does_not_stop_the_newest(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-4", STRICT)
        await office.service.policies.store.keep(central.label, found("version: 1\nold_key: 1\n"))
        assert (await central.verdict())[0] == "1 to fix"

    run(story)
