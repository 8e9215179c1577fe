"""An explanation as a document: what the command prints as JSON, the API answers, and the terminal and pages show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from checks.engine.explain import CheckTold, Explained
from checks.engine.explain_facts import known
from checks.model.change import Change
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Finding, Level
from checks.model.purl import versioned
from checks.model.trace import Mark, Step
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
    public: bool = False,
) -> Json:
    """Which policy holds and why: the head of every explanation. `now` is UTC; `told`: None for no repository in
    particular; `public`: everybody may read it, so what is for other repositories is left out."""
    repository = told or RepositoryFacts()
    origins = Origins(policy.reference.source, policies.overrides)
    steps = tuple(layers_told(policies, policy, told, target, now, change, public))
    if public:
        steps = tuple(step._replace(steps=()) for step in steps if step.mark is not Mark.NO)
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


def with_pages(document: Json, pages: Mapping[str, str]) -> Json:
    """With the address of every rule that the document names, where one shows the policy; `pages` by rule."""
    package = document["package"] or {"checks": (), "others": ()}
    named = [rule["id"] for check in package["checks"] for rule in check["rules"]]
    named += [finding["rule"] for finding in package["others"]]
    named += [step["what"] for step in document["rule"] or ()]
    return {**document, "pages": {rule: pages[rule] for rule in dict.fromkeys(named) if rule in pages}}


def package_json(
    explained: Explained,
    facts: Facts,
    policies: PolicySet,
    policy: Policy,
    now: datetime,
    public: bool = False,
    told: Sequence[Json] = (),
) -> Json:
    """Why a package is judged as it is. `public`: everybody may read it, so of waivers only those that cover something
    are named. `told`: what a verdict has said of it, whose findings keep their ids."""
    asked, report = explained.asked, explained.report
    origins = Origins(policy.reference.source, policies.overrides)
    where = where_in(policy, origins)
    by_rule = {finding.id for check in explained.checks for rule in check.rules for finding in rule.findings}
    ids = _ids(report.findings, told)
    shown = [_named(finding, public, ids) for finding in report.findings if finding.id not in by_rule]
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
            _check(check, where if check.policy is None else where_in(check.policy, origins), public, ids)
            for check in explained.checks
        ],
        "waivers": [
            {"finding": ids.get(finding.id, finding.id), "rule": finding.rule, "steps": steps_json(shown_steps, where)}
            for finding, steps in explained.waivers
            if (shown_steps := _covering(steps) if public else steps)
        ],
        "others": [*shown, *(finding for finding in told if finding["id"] not in ids.values())],
    }


def _ids(findings: Iterable[Finding], told: Sequence[Json]) -> Mapping[str, str]:
    """What findings are called in another report that was made of the same, or nearly."""
    left: dict[tuple[str, ...], list[str]] = {}
    for item in told:
        case = (item["rule"], item["subject"]["purl"] or "", item["subject"]["version"] or "")
        left.setdefault(case, []).append(item["id"])
    found = {}
    for finding in findings:
        names = left.get((finding.rule, finding.subject.purl or "", finding.subject.version or ""), [])
        if names:
            found[finding.id] = names.pop(0)
    return found


def _named(finding: Finding, public: bool, ids: Mapping[str, str]) -> Json:
    return {**finding_json(finding, public), "id": ids.get(finding.id, finding.id)}


def _covering(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The waivers that cover it, without their conditions, which may name what not everybody knows."""
    return tuple(step._replace(steps=()) for step in steps if step.mark is Mark.YES)


def _not_silent(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Rules of the organization's own without the conditions of those that say nothing here."""
    return tuple(step if step.speaks else step._replace(steps=()) for step in steps)


def _check(check: CheckTold, where: Where, public: bool, ids: Mapping[str, str]) -> Json:
    return {
        "id": check.id,
        "title": check.title,
        "on": check.on,
        "policy": where((check.id,)) if check.on else "",
        "result": _result(check),
        "steps": steps_json(_not_silent(check.steps) if public and check.id == "custom_rules" else check.steps, where),
        "rules": [
            {
                "id": rule.id,
                "level": str(rule.level),
                "policy": where((check.id, "levels", rule.id)),
                "findings": [_named(finding, public, ids) for finding in rule.findings],
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
