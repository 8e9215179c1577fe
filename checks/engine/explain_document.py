"""An explanation as a document: what the command prints as JSON, the API answers, and the terminal and pages show."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from checks.engine.explain import CheckTold, Explained
from checks.engine.explain_facts import known
from checks.model.change import Change
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level
from checks.model.purl import versioned
from checks.policy.explain import Origins, effective_values
from checks.policy.explain_layers import layers_told
from checks.policy.layers import PolicySet
from checks.policy.load import SectionShape
from checks.policy.schema import Policy
from checks.render.json_report import finding_json
from checks.render.steps import Where, steps_json

Json = dict[str, Any]


def where_in(policy: Policy, origins: Origins) -> Where:
    """Where the values of a policy stand."""

    def where(path: tuple[str, ...]) -> str:
        for length in range(len(path), 0, -1):
            if path[:length] in policy.places:
                return origins.of(policy, path[:length], has_value=True)
        return ""

    return where


def about_policy(
    policies: PolicySet,
    policy: Policy,
    told: RepositoryFacts | None,
    target: str | None,
    now: datetime,
    change: Change | None = None,
) -> Json:
    """Which policy holds and why: the head of every explanation. `now` is UTC; `told`: None for no repository in
    particular."""
    repository = told or RepositoryFacts()
    origins = Origins(policy.reference.source, policies.overrides)
    steps = layers_told(policies, policy, told, target, now, change)
    return {
        "schema": 1,
        "policy": {
            "source": policy.reference.source,
            "digest": policy.reference.digest,
            "revision": policy.reference.revision,
        },
        "at": now.isoformat(),
        "repository": {
            "name": repository.name,
            "visibility": repository.visibility,
            "properties": dict(repository.properties),
            "topics": None if repository.topics is None else list(repository.topics),
            "target_branch": target,
        },
        "mode": str(policy.mode),
        "layers": steps_json(steps, where_in(policies.plain, origins)),
    }


def values_json(policies: PolicySet, policy: Policy, shapes: Iterable[SectionShape]) -> list[Json]:
    """Every effective value with its place; `file` null: a default."""
    found = effective_values(policy, tuple(shapes), policy.reference.source, policies.overrides)
    return [value._asdict() | {"override": None if value.override is None else value.override + 1} for value in found]


def package_json(explained: Explained, facts: Facts, policies: PolicySet, policy: Policy, now: datetime) -> Json:
    """Why a package is judged as it is."""
    asked, report = explained.asked, explained.report
    origins = Origins(policy.reference.source, policies.overrides)
    where = where_in(policy, origins)
    told = {finding.id for check in explained.checks for rule in check.rules for finding in rule.findings}
    facts_told = known(asked.purl, asked.version, facts, now)
    return {
        "package": versioned(asked.purl, asked.version),
        "name": asked.name,
        "version": asked.version,
        "scope": str(asked.scope),
        "conclusion": str(report.conclusion),
        "judge_again_at": report.judge_again_at.isoformat() if report.judge_again_at else None,
        "facts": steps_json(facts_told, where),
        "checks": [
            _check(check, where if check.policy is None else where_in(check.policy, origins))
            for check in explained.checks
        ],
        "waivers": [
            {"finding": finding.id, "rule": finding.rule, "steps": steps_json(steps, where)}
            for finding, steps in explained.waivers
        ],
        "others": [finding_json(finding, public=False) for finding in report.findings if finding.id not in told],
    }


def _check(check: CheckTold, where: Where) -> Json:
    return {
        "id": check.id,
        "title": check.title,
        "on": check.on,
        "policy": where((check.id,)) if check.on else "",
        "result": _result(check),
        "steps": steps_json(check.steps, where),
        "rules": [
            {
                "id": rule.id,
                "level": str(rule.level),
                "policy": where((check.id, "levels", rule.id)),
                "findings": [finding_json(finding, public=False) for finding in rule.findings],
            }
            for rule in check.rules
        ],
    }


def _result(check: CheckTold) -> str:
    """What becomes of the package in this check: `blocks`, `warns`, `notes`, `accepted`, `in order` or `off`."""
    if not check.on:
        return "off"
    found = [finding for rule in check.rules for finding in rule.findings]
    levels = {finding.level for finding in found if finding.counts}
    for level, word in ((Level.BLOCK, "blocks"), (Level.WARN, "warns"), (Level.NOTE, "notes")):
        if level in levels:
            return word
    return "accepted" if any(finding.accepted for finding in found) else "in order"
