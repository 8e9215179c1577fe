"""What people hear of waivers: that one ends soon, that one has ended, that nothing needs one any more."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from checks.model.facts import RepositoryFacts
from checks.model.finding import AppliedWaiver, Evidence, Finding, Move, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.policy.schema import Policy
from checks.policy.waivers import Waiver

#: Waivers that the notices of one report name.
_NAMED = 5
#: Waivers that one report says to be idle, each by itself: a central policy has thousands.
_IDLE = 20
UNUSED = "waiver-unused"


def used(findings: Iterable[Finding]) -> frozenset[str]:
    """The ids of the waivers that cover a finding, alone or together."""
    return frozenset(id_ for finding in findings if (by := finding.waiver) for id_ in (by.id, *by.beside))


def changes_at(findings: Iterable[Finding], policy: Policy, now: datetime) -> Iterator[datetime]:
    """The moments at which time alone makes waivers say something else (UTC); some of them may be over."""
    findings = tuple(findings)
    needed, named = used(findings), {finding.subject.policy for finding in findings if finding.rule == UNUSED}
    for waiver in policy.root.waivers:
        if _entry(waiver) in named:
            yield waiver.expires.ends
        elif waiver.id in needed:
            yield waiver.expires.ends
            yield waiver.reminds_at(policy.root.remind_before.at_most)
        elif waiver.created and waiver.created.begins > now:
            yield waiver.created.begins


def lapse(lapsed: AppliedWaiver) -> Phrase:
    """What is added to the sentence of a finding that has returned."""
    return say(" Its waiver {} ended on {}; ask for a new one if it is still needed.", lapsed.id, _day(lapsed.expires))


def endings(findings: Iterable[Finding]) -> Iterator[Phrase]:
    """One sentence for each waiver that is near its end, the first to end first."""
    ending: dict[tuple[date, str], list[Finding]] = {}
    for finding in findings:
        if (by := finding.waiver) and by.ending:
            ending.setdefault((by.expires, by.id), []).append(finding)
    ordered = sorted(ending.items(), key=lambda item: item[0])
    for (day, id_), covered in ordered[:_NAMED]:
        names = join([say("{}", finding.id) for finding in covered[:_NAMED]], last=" and ")
        more = f" and {len(covered) - _NAMED:,} more" if len(covered) > _NAMED else ""
        what = (*names, more)
        yield say("Waiver {} ends on {}: settle {} until then, or ask for a new one.", id_, _day(day), what)
    if len(ordered) > _NAMED:
        yield say("{} more waivers end soon.", (f"{len(ordered) - _NAMED:,}",))


def idle(
    findings: Sequence[Finding], checks: Collection[str], policy: Policy, repository: RepositoryFacts, now: datetime
) -> list[Observation]:
    """What is to be said of the waivers that the findings of a whole tree do not need; `checks` are those that ran.

    Nothing of one that a check could not judge might need, nor of one for other repositories or branches.
    """
    unsure = {finding.check for finding in findings if finding.could_not_tell}
    sure = {rule for check in checks if check not in unsure for rule in policy.levels[check]}
    needed = used(findings)
    found = [
        (position, waiver)
        for position, waiver in enumerate(policy.root.waivers)
        if waiver.id not in needed
        and (waiver.ended(now) or (waiver.live(now) and sure.issuperset(waiver.rules)))
        and waiver.for_repository(repository)
        and not waiver.branches
    ]
    said = [_idle(position, waiver, waiver.ended(now)) for position, waiver in found[:_IDLE]]
    return [*said, _more_idle(len(found) - _IDLE)] if len(found) > _IDLE else said


def _idle(position: int, waiver: Waiver, ended: bool) -> Observation:
    if ended:
        said = say("Waiver {} ended on {} and is still in the policy; remove it.", waiver.id, _day(waiver.expires.date))
    else:
        said = say("Waiver {} covers nothing here; remove it if no other repository needs it.", waiver.id)
    return Observation(
        rule=UNUSED,
        subject=Subject(policy=_entry(waiver)),
        message=said,
        headline=say("waiver {} has ended" if ended else "waiver {} covers nothing here", waiver.id[:50]),
        move=Move.OWNER,
        evidence=(Evidence("rules", say("{}", ", ".join(waiver.rules)), ("waivers",)),),
        policy_key=("waivers", str(position)),
    )


def _entry(waiver: Waiver) -> str:
    return f"waivers: {waiver.id}"


def _more_idle(count: int) -> Observation:
    return Observation(
        rule=UNUSED,
        subject=Subject(policy="waivers"),
        message=say("{} more waivers cover nothing here, or have ended.", (f"{count:,}",)),
        headline=say("{} more waivers cover nothing here", (f"{count:,}",)),
        move=Move.OWNER,
        policy_key=("waivers",),
    )


def _day(day: date) -> tuple[str]:
    return (f"{day.day} {day:%b %Y}",)
