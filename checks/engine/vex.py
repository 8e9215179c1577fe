"""VEX out of decisions: what waivers, acceptances and trusted statements say of the vulnerabilities of a whole tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.advisories.groups import Vulnerability
from checks.advisories.vex_bill import CYCLONEDX, JUSTIFICATIONS, Said, VexBill
from checks.engine.plan import Plan
from checks.engine.waiving import Waiving
from checks.model.advisory import Statement, VexStatus
from checks.model.change import Change
from checks.model.facts import Facts, joined
from checks.model.finding import Level, Observation, Subject
from checks.policy.schema import Policy
from checks.policy.waivers import Waiver
from checks.rules import CHECKS
from checks.vulnerabilities.case import Case
from checks.vulnerabilities.judgment import rules_of
from checks.vulnerabilities.terms import Accepted, VulnerabilitiesSection

CHECK = "vulnerabilities"
#: Codes of a waiver's reason, besides the justifications of VEX, that say what is done.
_FALSE, _PLANNED = "false_positive", "update_planned"
_FALSE_POSITIVE = "The report was examined and is a false positive."


@dataclass(frozen=True, slots=True)
class Edition:
    """Who says it of what, and to whom."""

    author: str
    author_url: str
    product: str
    """The name that people know it by."""
    product_purl: str
    tool_version: str
    internal: bool = False
    """With the reasons, approvers and tickets."""
    undecided: bool = False
    """With what nobody has decided about yet, as under investigation."""


def vex_bill(plan: Plan, facts: Facts, policy: Policy, now: datetime, edition: Edition) -> VexBill:
    """What is said at `now` (UTC) of the vulnerabilities of all packages of a plan without base. A waiver or acceptance
    that has ended says nothing."""
    section = policy.sections.get(CHECK) or VulnerabilitiesSection()
    assert isinstance(section, VulnerabilitiesSection)
    own = CHECKS.named(CHECK).own_facts
    if own is not None:
        facts = joined(facts, own(plan.snapshot, section))
    # What holds because of the package that brings it is said of that way to it, and a reader would take it for all.
    waiving = Waiving(policy, facts.repository, plan.snapshot.listing.target, now)
    decisions = _Decisions(policy, facts, now, edition, waiving)
    said = [item for change in plan.changes for item in decisions.about(Case(change, facts, section, now))]
    ordered = tuple(sorted(said, key=lambda item: (item.label, item.purl, item.version or "")))
    return VexBill(
        author=edition.author,
        author_url=edition.author_url,
        product=edition.product,
        product_purl=edition.product_purl,
        at=now,
        tool_version=edition.tool_version,
        said=ordered,
        internal=edition.internal,
    )


@dataclass(frozen=True, slots=True)
class _Decisions:
    policy: Policy
    facts: Facts
    now: datetime
    edition: Edition
    waiving: Waiving

    def about(self, case: Case) -> Iterator[Said]:
        """What is decided about each vulnerability of a package version."""
        if case.own:
            return
        for item in case.certain:
            if (said := self._said(case, item)) is not None:
                yield said

    def _said(self, case: Case, item: Vulnerability) -> Said | None:
        accepted = case.accepted(item)
        if isinstance(accepted, Statement):
            return self._stated(case.change, item, accepted)
        if isinstance(accepted, Accepted):
            notes = f"{accepted.reason} Approved by {accepted.approved_by}."
            return self._lived_with(case.change, item, str(accepted.expires), notes)
        if waiver := self._waiver(case, item):
            return self._waived(case.change, item, waiver)
        if not self.edition.undecided:
            return None
        return _of(case.change, item, VexStatus.UNDER_INVESTIGATION)

    def _stated(self, change: Change, item: Vulnerability, statement: Statement) -> Said:
        known = statement.justification in JUSTIFICATIONS or statement.justification in CYCLONEDX
        notes = f"Stated by {statement.author or 'nobody by name'} in {statement.path}."
        return _of(
            change,
            item,
            statement.status,
            justification=statement.justification if known else "",
            impact="" if known or statement.status is VexStatus.FIXED else _reason(statement.justification),
            notes=notes if self.edition.internal else "",
            since=statement.at,
        )

    def _waived(self, change: Change, item: Vulnerability, waiver: Waiver) -> Said:
        code = (waiver.reason.code or "").lower().replace("-", "_")
        ticket = f" {waiver.ticket}." if waiver.ticket else ""
        control = f" {_sentence(waiver.compensating_control)}" if waiver.compensating_control else ""
        notes = f"{waiver.id}: {_sentence(waiver.reason.text)}{control} Approved by {waiver.approved_by}.{ticket}"
        since = waiver.created.begins if waiver.created else None
        if code not in JUSTIFICATIONS and code not in CYCLONEDX and code != _FALSE:
            return self._lived_with(change, item, str(waiver.expires), notes, since, planned=code == _PLANNED)
        return _of(
            change,
            item,
            VexStatus.NOT_AFFECTED,
            justification="" if code == _FALSE else code,
            impact=_FALSE_POSITIVE if code == _FALSE else "",
            notes=notes if self.edition.internal else "",
            since=since,
        )

    def _lived_with(
        self,
        change: Change,
        item: Vulnerability,
        expires: str,
        notes: str,
        since: datetime | None = None,
        *,
        planned: bool = False,
    ) -> Said:
        action = (
            f"An update is planned by {expires}."
            if planned
            else f"The risk is accepted until {expires}; no update is planned before."
        )
        internal = notes if self.edition.internal else ""
        status = VexStatus.AFFECTED
        return _of(change, item, status, action=action, updates=planned, notes=internal, since=since)

    def _waiver(self, case: Case, item: Vulnerability) -> Waiver | None:
        """The waiver that covers the vulnerability: where several rules speak about it, each must be waived."""
        levels = self.policy.levels.get(CHECK, {})
        waivable = {rule.id: rule.waivable for rule in CHECKS.named(CHECK).rules}
        found: Waiver | None = None
        for rule in rules_of(case, item):
            waiver = self._covering(case.change, item, rule) if waivable[rule] else None
            if waiver is None and levels.get(rule) in (Level.BLOCK, Level.WARN):
                return None
            found = found or waiver
        return found

    def _covering(self, change: Change, item: Vulnerability, rule: str) -> Waiver | None:
        subject = Subject(purl=change.purl, version=change.version, name=change.name)
        observation = Observation(rule, subject, message=(), headline=(), advisories=(item.called,))
        paths = tuple(dict.fromkeys(place.dependency.location.path for place in change.places))
        return self.waiving.covering(observation, paths)


def _of(
    change: Change,
    item: Vulnerability,
    status: VexStatus,
    *,
    justification: str = "",
    impact: str = "",
    action: str = "",
    updates: bool = False,
    notes: str = "",
    since: datetime | None = None,
) -> Said:
    return Said(
        label=item.label,
        aliases=tuple(sorted(item.names - {item.label})),
        purl=change.purl,
        version=change.version,
        status=status,
        justification=justification,
        impact=impact,
        action=action,
        updates=updates,
        notes=notes,
        since=since,
        summary=item.summary,
        url=item.url,
    )


def _reason(justification: str) -> str:
    """Of a statement that is passed on, where it is no code that every format has."""
    return _FALSE_POSITIVE if justification == _FALSE else _sentence(justification)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
