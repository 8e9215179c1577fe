"""Commits and verdicts in one line each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import Facts
from checks.model.phrase import plain
from checks.model.snapshot import Listing, Snapshot
from checks.rules.check import Context, PullJudgment
from checks.rules.signoff import judge_pull
from checks.signoffs.matching import SignoffMode
from checks.signoffs.terms import RemediationPolicy, Require, SignoffSection

ADA = Person("Ada L", "ada@example.org")
BOB = Person("Bob", "bob@example.org")
SIGNED = "Add a thing\n\nSigned-off-by: Ada L <ada@example.org>\n"
BASE = "b" * 40
NOW = Context(datetime(2026, 11, 20, tzinfo=UTC))
PASS = "pass"


def sha(number: int) -> str:
    return f"{number:07x}" + "c" * 33


def commit(message: str, author: Person = ADA, committer: Person | None = None, number: int = 1, **more: Any) -> Commit:
    """Commit `number` of a branch; its parent is the one before."""
    parents = (sha(number - 1) if number > 1 else BASE,)
    return Commit(
        **{
            "sha": sha(number),
            "parents": parents,
            **more,
            "author": author,
            "committer": committer or author,
            "message": message,
        }
    )


def linked(person: Person, login: str, number: int = 123, kind: AccountType = AccountType.USER) -> Person:
    """The person with the account that GitHub links to the address."""
    return Person(person.name, person.email, login, number, kind)


def judge(
    *commits: Commit,
    mode: str = "dcoapp",
    require: str = "everyone",
    individual: bool = False,
    third_party: bool = False,
    merge_queue: bool = False,
    facts: Facts = Facts(),  # noqa: B008 - frozen
) -> PullJudgment:
    section = SignoffSection(
        require=Require(require), mode=SignoffMode(mode), remediation=RemediationPolicy(individual, third_party)
    )
    listing = Listing(BASE, "", (), tuple(commits), merge_queue=merge_queue)
    return judge_pull(Snapshot(listing), facts, section, NOW)


def verdicts(*commits: Commit, **policy: Any) -> list[str]:
    """For each failing commit its rule without `signoff-`; `pass` alone if all is well."""
    judgment = judge(*commits, **policy)
    rules = [observation.rule.removeprefix("signoff-") for observation in judgment.observations]
    return rules + ["not judged here"] * len(judgment.not_judged_here) or [PASS]


def verdict(message: str, author: Person = ADA, committer: Person | None = None, **policy: Any) -> str:
    """The verdict on one commit."""
    return "".join(verdicts(commit(message, author, committer), **policy))


def app_says(message: str, author: Person = ADA, committer: Person | None = None) -> str:
    """What the DCO app would print about one commit."""
    return app_sentences([commit(message, author, committer)], facts=Facts(accounts_known=True))[0]


def app_sentences(commits: Sequence[Commit], **policy: Any) -> list[str]:
    rows = [evidence for seen in judge(*commits, **policy).observations for evidence in seen.evidence]
    return [plain(row.actual) for row in rows if row.what == "the DCO app says"] or [PASS]
