"""Which waivers of a policy are needed, by the reports of many repositories."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from checks.model.report import Report
from checks.policy.schema import Policy
from checks.policy.waivers import Waiver


class Usage(NamedTuple):
    """What one waiver does."""

    waiver: Waiver
    findings: int
    """Findings that it covers."""
    repositories: tuple[str, ...]
    """Where, by name."""
    live: bool
    ended: bool
    ending: bool


def usage(reports: Iterable[Report], policy: Policy, now: datetime) -> tuple[Usage, ...]:
    """Each waiver of the policy with what it covers in the reports, in the order of the policy; `now` is UTC."""
    found: dict[str, list[str]] = {}
    for report in reports:
        for finding in report.waived:
            if finding.waiver:
                for id_ in (finding.waiver.id, *finding.waiver.beside):
                    found.setdefault(id_, []).append(report.repository.name or "")
    remind = policy.root.remind_before.at_most
    return tuple(
        Usage(
            waiver,
            len(found.get(waiver.id, ())),
            tuple(sorted(set(found.get(waiver.id, ())) - {""})),
            waiver.live(now),
            waiver.ended(now),
            waiver.live(now) and waiver.reminds_at(remind) <= now,
        )
        for waiver in policy.root.waivers
    )
