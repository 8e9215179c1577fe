"""What the owner of a policy should tidy up: what the policy shows by itself, and what nothing that is known needs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from checks.engine.hygiene_sections import contradictions
from checks.engine.plan import Plan
from checks.engine.waiver_usage import usage
from checks.model.facts import Facts, RepositoryFacts
from checks.model.phrase import plain
from checks.model.report import Report
from checks.policy.hygiene import Point, places_of, tidy
from checks.policy.layers import PolicySet
from checks.policy.shape import Place
from checks.rules.licenses.allowances import unused
from checks.rules.licenses.section import LicensesSection


def hygiene(policies: PolicySet, now: datetime, tickets: bool = False) -> tuple[Point, ...]:
    """By file and line, what the policy shows by itself; `now` is UTC, `tickets`: whether waivers must name one."""
    return ordered((*tidy(policies, now, tickets), *contradictions(policies, now)))


def ordered(points: Iterable[Point]) -> tuple[Point, ...]:
    """By file and line, each once."""
    return tuple(sorted(dict.fromkeys(points), key=lambda point: (point.file, point.line, point.topic, point.key)))


def unreachable(policies: PolicySet, repositories: Sequence[RepositoryFacts]) -> Iterator[Point]:
    """Overrides that hold for none of the repositories, which are all that are known."""
    places = places_of(policies)
    left = {override.position: override for override in policies.overrides}
    for repository in repositories:
        if not left:
            return
        held = [position for position, override in left.items() if override.match.holds(repository, None) is not False]
        for position in held:
            del left[position]
    for override in left.values() if repositories else ():
        at = Place(override.name.line, override.name.column, override.name.file)
        yield places.at(
            "override-unreachable",
            at,
            ("overrides", str(override.position)),
            f"override {override.position + 1} holds for none of {len(repositories):,} known repositories",
            "It waits for a repository that nobody has looked at, or its name or property is misspelled.",
            "correct what it matches, or remove it",
        )


def unneeded(
    policies: PolicySet, tree: Plan, facts: Facts, reports: Sequence[Report], now: datetime
) -> Iterator[Point]:
    """Allowances and waivers that no package of `tree` needs, which is all that is in use; `now` is UTC."""
    places, policy = places_of(policies), policies.plain
    section = policy.sections.get("licenses")
    if isinstance(section, LicensesSection):
        for item in unused(tree.snapshot, facts, section):
            what, why = plain(item.message).rstrip("."), "It waits for something that nobody has looked at."
            yield places.point("allowance-unused", item.policy_key, what, why, "remove it, if no repository needs it")
    for position, used in enumerate(usage(reports, policy, now)):
        if used.live and not used.findings:
            what = f"waiver {used.waiver.id} covers nothing that is in use"
            why = "An exception that nobody needs is one that nobody watches."
            yield places.point("waiver-unused", ("waivers", str(position)), what, why, "remove it")
