"""What commits tell of tools, and what the policy makes of it."""

from typing import Any

import pytest

from checks.model.commit import AccountType, Person
from checks.model.facts import Facts
from checks.model.phrase import plain
from checks.model.snapshot import Listing, Snapshot
from checks.rules.signoff import judge_pull
from checks.signoffs.machines import Signal, is_machine, signals
from checks.signoffs.terms import Declaring, GeneratedPolicy, Require, SignoffSection
from tests.signoffs.examples import BASE, NOW, commit, linked

TRAILER = "Signed-off-by: Ada L <ada@example.org>"
ASSISTED = "Assisted-by: Some Tool 4 (model)"
BOT = "Co-authored-by: helper[bot] <7+helper[bot]@users.noreply.github.com>"
AGENT = "Co-authored-by: Claude <noreply@anthropic.com>"


def said(message: str, declare: str, agents: tuple[str, ...] = (), **more: Any) -> list[str]:
    """The rules that speak of a commit besides its sign-off, and their sentences."""
    section = SignoffSection(generated=GeneratedPolicy(Declaring(declare), agents))
    snapshot = Snapshot(Listing(BASE, "", (), (commit(f"Add\n\n{message}\n{TRAILER}", **more),)))
    found = judge_pull(snapshot, Facts(accounts_known=True), section, NOW).observations
    return [f"{seen.rule}: {plain(seen.message)}" for seen in found if seen.rule.startswith("generated")]


@pytest.mark.parametrize("line", [ASSISTED, BOT, AGENT, "Generated-by: Tool"])
def test_off_says_nothing(line: str) -> None:
    assert said(line, "off") == []


def test_noted_records_what_the_commit_says() -> None:
    assert said(ASSISTED, "noted") == [
        "generated-code-noted: Commit 0000001 tells of a tool that helped: Assisted-by Some Tool 4 (model)."
    ]
    assert said("Why: because", "noted") == []


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (BOT, "generated-code-undeclared"),
        (AGENT, "generated-code-undeclared"),
        (f"{BOT}\n{ASSISTED}", "generated-code-noted"),
        (f"{AGENT}\nGenerated-by: Tool", "generated-code-noted"),
        (ASSISTED, "generated-code-noted"),
        (f"{AGENT}\nAssisted-by:", "generated-code-undeclared"),
        (f"Assisted-by: above the block\n\n{AGENT}", "generated-code-undeclared"),
    ],
)
def test_required_wants_a_trailer_where_a_tool_is_among_the_people(lines: str, rule: str) -> None:
    (sentence,) = said(lines, "required")
    assert sentence.startswith(f"{rule}: ")


def test_a_bot_as_author_declares_what_it_used() -> None:
    bot = linked(Person("helper[bot]", "7+helper[bot]@users.noreply.github.com"), "helper[bot]", kind=AccountType.BOT)
    assert said("", "required", author=bot)[0].startswith("generated-code-undeclared: Commit 0000001 has a tool among")


def test_the_command_is_one_that_reaches_the_commit() -> None:
    made = [commit(f"Say\n\n{AGENT}", number=number) for number in (1, 2)]
    section = SignoffSection(require=Require.NOBODY, generated=GeneratedPolicy(Declaring.REQUIRED))
    seen = judge_pull(Snapshot(Listing(BASE, made[1].sha, (), tuple(made))), Facts(), section, NOW).observations
    commands = [plain(one.fix.summary).partition(" with ")[2] for one in seen if one.fix]
    assert commands == [f"git rebase -i {BASE[:12]}", "git commit --amend"]


def test_the_policy_may_name_further_agents() -> None:
    line = "Co-authored-by: Ours <Agent@Example.org>"
    assert said(line, "required") == []
    assert said(line, "required", ("agent@example.org",))[0].startswith("generated-code-undeclared")


@pytest.mark.parametrize(
    ("email", "machine"),
    [
        ("7+helper[bot]@users.noreply.github.com", True),
        ("helper[bot]@users.noreply.ghe.example.com", True),
        ("noreply@anthropic.com", True),
        ("NoReply@Anthropic.com", True),
        ("223556219+Copilot@users.noreply.github.com", True),
        ("7+ada@users.noreply.github.com", False),
        ("bot@example.org", False),
        ("helper[bot]@example.org", False),
        ("", False),
    ],
)
def test_addresses_of_machines(email: str, machine: bool) -> None:
    assert is_machine(email) is machine


def test_merges_tell_of_nobody() -> None:
    assert said(AGENT, "required", parents=("1", "2")) == []


def test_one_tool_is_named_once() -> None:
    found = signals(commit(f"Add\n\n{AGENT}\n{AGENT}\n{TRAILER}"))
    assert found == (Signal("co-author", "Claude <noreply@anthropic.com>"),)
