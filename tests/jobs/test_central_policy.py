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


def waiver(id_: str, rule: str = "license-not-allowed", package: str = "pkg:npm/glyph-core") -> bytes:
    return (
        f"id: {id_}\nrules: [{rule}]\npackage: {package}\nreason: Only the build uses it.\n"
        'approved_by: "@grace"\ncreated: 2026-11-20\nexpires: 2099-12-31\n'
    ).encode()


def decided(office: Office, **files: bytes) -> None:
    """What was decided on a page."""

    async def read() -> dict[str, bytes]:
        return {f"waivers/{name}.yaml": data for name, data in files.items()}

    office.service.policies.decided = read


def test_what_was_decided_on_a_page_counts_as_far_as_the_policy_is_valid_with_it(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-5", STRICT)
        decided(office, good=waiver("good"), old=waiver("old", "rule-of-another-release"), torn=b"id: [")
        assert (await central.verdict())[0] == "Everything is in order"
        current = await office.service.judge.kept_policy.read()
        assert current.error is None
        left_out = [(issue.file, issue.line) for issue in current.left_out]
        assert sorted(left_out) == [("waivers/old.yaml", 2), ("waivers/torn.yaml", 2)]

    run(story)


def test_a_policy_that_comes_to_refuse_a_decision_of_a_page_judges_without_it(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-6", STRICT)
        decided(office, good=waiver("good"))
        assert (await central.verdict())[0] == "Everything is in order"
        central.becomes(STRICT + "unwaivable: [license-not-allowed]\n")
        title, summary = await central.verdict()
        assert title == "1 to fix"
        assert "not valid" not in summary

    run(story)


def test_a_fault_of_the_policy_itself_is_not_said_of_the_decisions(run: Run) -> None:
    async def story(office: Office) -> None:
        central = Central(office, "policy-7", STRICT)
        decided(office, good=waiver("good"))
        await central.verdict()
        central.becomes("version: 1\nlicences: {}\n")
        current = await office.service.judge.kept_policy.read()
        assert current.error is not None
        assert [issue.key for issue in current.error.issues] == ["licences"]
        assert current.left_out == ()
        assert (await central.verdict())[0] == "Everything is in order"  # the last valid one has the decision

    run(story)
