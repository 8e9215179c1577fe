"""What a policy has and the packages of checkouts do not need."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.cli.manifests import inventories
from checks.engine.evaluate import evaluate
from checks.engine.hygiene import unneeded
from checks.engine.plan import Plan
from checks.model.facts import Facts, RepositoryFacts, joined
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.hygiene import Point
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy


def in_use(paths: Sequence[Path], file: Path | None, policies: PolicySet, now: datetime) -> Iterator[Point]:
    """Each path is a repository with the name of its folder; `file` is a facts file, `now` UTC.

    Raises `UsageError` for a path without a manifest, `UnreadableFacts` for what is no facts file.
    """
    pairs: list[ManifestPair] = []
    reports, facts = [], Facts()
    for path in paths:
        plan = _plan([ManifestPair(item.path, None, item) for item in inventories(path, None)])
        repository = RepositoryFacts(path.resolve().name)
        policy = policies.policy_for(repository, None, now)
        known = replace(_known(file, plan, policy), repository=repository)
        reports.append(evaluate(plan, known, policy, now))
        pairs += plan.snapshot.manifests
        facts = joined(facts, known)
    return unneeded(policies, _plan(pairs), facts, reports, now)


def _plan(pairs: Sequence[ManifestPair]) -> Plan:
    return Plan(Snapshot(Listing("", ""), tuple(pairs)))


def _known(file: Path | None, plan: Plan, policy: Policy) -> Facts:
    if file is None:
        return Facts()
    from app.facts.file import FileFacts, open_facts

    return FileFacts(open_facts(file)).look_up(plan.questions(policy))
