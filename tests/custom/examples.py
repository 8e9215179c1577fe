"""Policies with rules of their own, judged in few words."""

from datetime import UTC, datetime
from textwrap import dedent

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.commit import Commit
from checks.model.dependency import Dependency
from checks.model.facts import Facts, RepositoryFacts
from checks.model.report import Report
from checks.model.snapshot import ChangedFile, Listing, Snapshot
from checks.policy.schema import Policy
from tests.engine.examples import inventory, pair

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def policy(rules: str, more: str = "") -> Policy:
    """A policy with these rules: a YAML list."""
    listed = "".join(f"  {line}\n" for line in dedent(rules).strip().splitlines())
    return load_policy(f"version: 1\ncustom_rules:\n{listed}{dedent(more)}".encode(), "policy.yaml")


def judge(
    rules: str | Policy,
    *dependencies: Dependency,
    commits: tuple[Commit, ...] = (),
    files: tuple[str, ...] = (),
    facts: Facts | None = None,
    now: datetime = NOW,
    repository: RepositoryFacts | None = None,
) -> Report:
    """A change that adds these dependencies."""
    from dataclasses import replace

    from checks.model.snapshot import FileStatus

    listing = Listing("b" * 40, "c" * 40, tuple(ChangedFile(path, FileStatus.ADDED) for path in files), commits)
    plan = Plan(Snapshot(listing, (pair(inventory(), inventory(*dependencies)),) if dependencies else ()))
    known = facts or Facts()
    if repository is not None:
        known = replace(known, repository=repository)
    return evaluate(plan, known, policy(rules) if isinstance(rules, str) else rules, now)


def rules_of(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]
