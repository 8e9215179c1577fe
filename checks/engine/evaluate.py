"""The verdict. Levels, modes and waivers are applied here and nowhere else."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from checks.engine.ages import expires_at
from checks.engine.below import Graphs
from checks.engine.plan import Plan, policy_of, running
from checks.engine.reminding import changes_at as waivers_change_at
from checks.engine.reminding import endings, idle, lapse
from checks.engine.waiving import Waived, Waiving
from checks.model.change import Change
from checks.model.dependency import Dependency, Location
from checks.model.facts import Facts, joined
from checks.model.finding import Finding, Level, Move, Observation
from checks.model.phrase import Phrase, say
from checks.model.report import CheckOutcome, Conclusion, Mode, Report
from checks.policy.schema import Coming, Later, Policy
from checks.policy.section import Judge, Section
from checks.rules import CHECKS
from checks.rules.check import Check, Context, Rule, rules_of

#: Digits that people do not confuse when they type a finding id (Crockford's base 32, lower case).
_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghjkmnpqrstvwxyz")


class _Seen(NamedTuple):
    """One observation with the check and the places that it belongs to."""

    check: Check
    rule: Rule
    observation: Observation
    paths: tuple[str, ...]
    policy: Policy
    """The one that holds for it."""
    floor: "_Seen | None" = None
    """The same, as it is seen by the policy that may only be made stricter."""
    coming: Coming | None = None
    """Set where an entry of the policy says it only from a day on."""


def evaluate(
    plan: Plan,
    facts: Facts,
    policy: Policy,
    now: datetime,
    only: frozenset[str] | None = None,
    whole: bool = True,
) -> Report:
    """Judge a plan. Equal arguments give an equal report; `now` (UTC) is the only time that counts.

    `only` limits the checks by id; `None` judges all that the policy turns on.
    Without `whole` only package versions are judged, each by itself, as where one of a change is explained.
    """
    outcomes: list[CheckOutcome] = []
    seen: list[_Seen] = []
    later: list[datetime] = []
    if (old_at := expires_at(facts, policy)) is not None:
        later.append(old_at)
    if policy.mode is not Mode.OFF:
        outcomes, seen, moments = _run_all(plan, facts, policy, Context(now, policy.remarks), only, whole)
        later += moments
    if policy.floor is not None and policy.floor.mode is not Mode.OFF:
        _, below, moments = _run_all(plan, facts, policy.floor, Context(now), only, whole)
        seen, later = _over_floor(seen, below), [*later, *moments]
    if policy.later is not None and policy.mode is not Mode.OFF:
        seen += _to_come(seen, policy.later, plan, facts, Context(now), only, whole)
    listing = plan.snapshot.listing
    waiving = Waiving(policy, facts.repository, listing.target, now, Graphs(plan.snapshot).below)
    findings = _findings(seen, facts, waiving)
    if whole and plan.everything:
        ran = [outcome.check for outcome in outcomes]
        unused = idle(findings, ran, policy, facts.repository, now)
        findings = _findings([*seen, *(_of_waiver(item, plan, policy) for item in unused)], facts, waiving)
    return Report(
        conclusion=_conclude(findings, outcomes, policy.mode, facts.requested),
        mode=policy.mode,
        findings=findings,
        outcomes=tuple(outcomes),
        policy=policy.reference,
        base=listing.base,
        head=listing.head,
        repository=facts.repository,
        sources=facts.sources,
        notices=tuple(_notices(plan, policy, findings, facts)),
        judge_again_at=_judge_again_at(findings, later, policy, now),
        contact=str(policy.root.owner.contact) if policy.root.owner.contact else None,
        answered_within=str(policy.root.owner.responds_within) if policy.root.owner.responds_within else None,
    )


def _run_all(
    plan: Plan, facts: Facts, policy: Policy, context: Context, only: frozenset[str] | None, whole: bool
) -> tuple[list[CheckOutcome], list[_Seen], list[datetime]]:
    outcomes, seen, later = list[CheckOutcome](), list[_Seen](), list[datetime]()
    for check, section in running(policy, only):
        outcome, found, moments = _run(check, section, policy, plan, facts, context, whole)
        outcomes.append(outcome)
        seen.extend(found)
        later.extend(moments)
    return outcomes, seen, later


def _over_floor(seen: Iterable[_Seen], below: Iterable[_Seen]) -> list[_Seen]:
    """What is seen by a policy and by its floor: nothing of the floor is lost."""
    left: dict[tuple[object, ...], list[_Seen]] = {}
    for item in below:
        left.setdefault(_identity(item), []).append(item)
    paired = []
    for item in seen:
        same = left.get(_identity(item))
        paired.append(item._replace(floor=same.pop(0)) if same else item)
    return [*paired, *(item for items in left.values() for item in items)]


def _to_come(
    seen: Iterable[_Seen],
    later: Later,
    plan: Plan,
    facts: Facts,
    context: Context,
    only: frozenset[str] | None,
    whole: bool,
) -> list[_Seen]:
    """What entries of lists will say from their day on, and nothing says yet."""
    checks = later.checks if only is None else later.checks & only
    known = {_identity(item) for item in seen}
    found = []
    for day, policy in later.policies() if checks else ():
        for item in _run_all(plan, facts, policy, context, checks, whole)[1]:
            level = item.policy.levels[item.check.id][item.rule.id]
            if item.check.id in checks and _identity(item) not in known and level in (Level.BLOCK, Level.WARN):
                known.add(_identity(item))
                found.append(item._replace(coming=Coming(level, day, Level.NOTE)))
    return found


def _identity(item: _Seen) -> tuple[object, ...]:
    subject = item.observation.subject
    return item.check.id, item.rule.id, subject.key, subject.version, item.paths


def _run(
    check: Check, section: Section, policy: Policy, plan: Plan, facts: Facts, context: Context, whole: bool
) -> tuple[CheckOutcome, list[_Seen], list[datetime]]:
    rules = {rule.id: rule for rule in rules_of(check, section)}
    judged: int | None = None
    given = 0
    found: list[_Seen] = []
    elsewhere: tuple[Phrase, ...] = ()
    later: list[datetime | None] = []
    if check.own_facts is not None:
        facts = joined(facts, check.own_facts(plan.snapshot, section))
    if check.judge_dependency is not None:
        changes = plan.judged(check, section)
        given = sum(1 for change in changes if change.introduced or plan.everything)
        for change in changes:
            part = policy_of(policy, check.id, change)
            narrow = part.sections.get(check.id)
            if narrow is None:
                continue
            for observation in check.judge_dependency(change, facts, narrow, context):
                found.append(_placed(check, rules[observation.rule], observation, change, plan, part))
            if check.changes_at is not None:
                later.append(check.changes_at(change, facts, narrow, context))
    if whole and check.judge_pull is not None:
        judgment = check.judge_pull(plan.snapshot, facts, section, context)
        judged = judgment.judged
        elsewhere = judgment.not_judged_here
        later.append(judgment.changes_at)
        for observation in judgment.observations:
            found.append(_seen(check, rules[observation.rule], observation, plan, policy))
    outcome = CheckOutcome(check.id, check.title, given if judged is None else judged, check.noun, elsewhere)
    return outcome, found, [moment for moment in later if moment]


def _seen(check: Check, rule: Rule, observation: Observation, plan: Plan, policy: Policy) -> _Seen:
    """An observation about the whole; one about a package that names no place has the places of its change."""
    subject = observation.subject
    change = plan.change_of(subject.purl, subject.version) if subject.purl and not observation.location else None
    if change is not None:
        part = policy_of(policy, check.id, change)
        return _placed(check, rule, observation, change, plan, part if check.id in part.sections else policy)
    places = (observation.location, *observation.related)
    return _Seen(check, rule, observation, tuple(dict.fromkeys(place.path for place in places if place)), policy)


def _placed(check: Check, rule: Rule, observation: Observation, change: Change, plan: Plan, policy: Policy) -> _Seen:
    """An observation about a package, with the places, the chain and the novelty of its change.

    It stands on the line of the manifest that brought the package where this change edits that line, because GitHub
    folds lock files; otherwise, and always as a further place, on the line of the lock file.
    """
    locations = [place.dependency.location for place in change.places]
    required = [place.why[0].required_at for place in change.places if plan.brings(place.why[0])]
    edited = [location for location in required if location and location.path in plan.changed_paths]
    ordered = tuple(dict.fromkeys((*edited, *locations)))
    placed = replace(
        observation,
        location=ordered[0],
        related=ordered[1:],
        why=tuple(_step(step) for step in change.places[0].why),
        introduced=(observation.introduced and change.introduced) or plan.everything,
    )
    return _Seen(check, rule, placed, tuple(dict.fromkeys(location.path for location in locations)), policy)


def _of_waiver(observation: Observation, plan: Plan, policy: Policy) -> _Seen:
    """What only the engine can see, because no check knows of waivers."""
    check = CHECKS.named("inventory")
    rule = next(rule for rule in check.rules if rule.id == observation.rule)
    return _seen(check, rule, observation, plan, policy)


def _step(dependency: Dependency) -> str:
    return f"{dependency.name} {dependency.version}" if dependency.version else dependency.name


def _findings(seen: Sequence[_Seen], facts: Facts, waiving: Waiving) -> tuple[Finding, ...]:
    ids = _ids(seen)
    findings = [_stricter(item, ids[index], facts, waiving) for index, item in enumerate(seen)]
    return tuple(sorted((f for f in findings if f.level is not Level.OFF), key=_order))


def _stricter(item: _Seen, id_: str, facts: Facts, waiving: Waiving) -> Finding:
    """The finding; where the floor of the policy sees it, too, the one that does more."""
    found = _finding(item, id_, facts, waiving)
    if item.floor is None:
        return found
    return max(found, _finding(item.floor, id_, facts, waiving), key=_weight)


def _weight(finding: Finding) -> tuple[bool, ...]:
    return finding.blocks, finding.warns, finding.notes, finding.level is not Level.OFF


def _finding(item: _Seen, id_: str, facts: Facts, waiving: Waiving) -> Finding:
    observation, rule, policy = item.observation, item.rule, item.policy
    section = policy.sections[item.check.id]
    level = item.coming.until_then if item.coming else policy.levels[item.check.id][rule.id]
    waived = waiving.of(observation, item.paths) if rule.waivable else Waived()
    text = section.guidance.get(rule.id)
    coming = item.coming or policy.coming.get(rule.id)
    place = policy.place_of(observation.policy_key)
    everywhere = rule.everywhere or section.judge is Judge.EVERYTHING
    counts = (observation.introduced or everywhere) and waived.by is None
    override = facts.overrides.get(item.check.id) if counts and rule.waivable and level is Level.BLOCK else None
    return Finding(
        id=id_,
        check=item.check.id,
        rule=rule.id,
        level=level,
        introduced=observation.introduced,
        move=Move.OWNER if id_ in facts.requested and observation.move is Move.AUTHOR else observation.move,
        clears_at=observation.clears_at,
        changes_at=observation.changes_at,
        subject=observation.subject,
        message=(*observation.message, *_later(coming), *(lapse(waived.lapsed) if waived.lapsed else ())),
        headline=observation.headline,
        location=observation.location,
        related=observation.related,
        why=observation.why,
        evidence=observation.evidence,
        guidance=text.guidance if text else None,
        policy_line=place.line if place else None,
        policy_file=(place.file or None) if place else None,
        waiver=waived.by,
        fix=observation.fix,
        could_not_tell=rule.could_not_tell,
        counts=counts and override is None and level is not Level.OFF,
        override=override,
        lapsed=waived.lapsed,
        advisories=observation.advisories,
        licenses=observation.licenses,
        waivable=rule.waivable and rule.id not in waiving.unwaivable,
    )


_VERBS = {Level.BLOCK: "blocks", Level.WARN: "is a warning", Level.NOTE: "is a note", Level.OFF: "is not shown"}


def _later(coming: Coming | None) -> Phrase:
    """What is added to the sentence of a finding whose level changes on a day."""
    return say(f" It {_VERBS[coming.level]} from {{}} on.", coming.day) if coming else ()


def _ids(seen: Sequence[_Seen]) -> list[str]:
    """Short ids from rule, subject and manifest; longer only where two would be equal."""
    keys, counted = [], dict[tuple[str, ...], int]()
    for item in seen:
        observation = item.observation
        key: tuple[str, ...] = (item.rule.id, observation.subject.key, item.paths[0] if item.paths else "")
        counted[key] = counted.get(key, 0) + 1
        if counted[key] > 1:
            key = (*key, observation.subject.version or str(counted[key]))
        keys.append((item.check.prefix, _digest(key)))
    return _shortened(keys)


def _shortened(keys: Sequence[tuple[str, str]]) -> list[str]:
    """Three digits each, and more only for those that would otherwise be equal."""
    lengths = dict.fromkeys(keys, 3)
    for _ in range(13):
        taken = Counter((prefix, digest[:length]) for (prefix, digest), length in lengths.items())
        equal = [key for key, length in lengths.items() if taken[key[0], key[1][:length]] > 1]
        if not equal:
            break
        lengths.update((key, lengths[key] + 1) for key in equal)
    return [f"{prefix}-{digest[: lengths[prefix, digest]]}" for prefix, digest in keys]


def _digest(key: tuple[str, ...]) -> str:
    import base64

    digest = hashlib.sha256("\0".join(key).encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower().translate(_DIGITS)


_LEVELS = tuple(Level)


def _order(finding: Finding) -> tuple[object, ...]:
    location = finding.location or Location("")
    return (
        not finding.counts,
        _LEVELS.index(finding.level),
        location.path,
        location.line,
        finding.subject.key,
        finding.rule,
        finding.id,
    )


def _conclude(
    findings: Sequence[Finding], outcomes: Sequence[CheckOutcome], mode: Mode, requested: frozenset[str]
) -> Conclusion:
    if mode is Mode.OFF:
        return Conclusion.OFF
    blocking = [finding for finding in findings if finding.blocks]
    if blocking and mode is Mode.EVALUATE:
        return Conclusion.WOULD_BLOCK
    if blocking:
        return _why_blocked(blocking, requested)
    if any(finding.warns for finding in findings):
        return Conclusion.WARNINGS
    if not any(outcome.judged or outcome.not_judged_here for outcome in outcomes) and not findings:
        return Conclusion.NOTHING_TO_CHECK
    return Conclusion.PASSED


#: Whose move it is where nobody has to change the code: a decision, an approval or a signature is needed.
_BY_HAND = (Move.OWNER, Move.MAINTAINER, Move.SIGNER)


def _why_blocked(blocking: Sequence[Finding], requested: frozenset[str]) -> Conclusion:
    if all(finding.could_not_tell and finding.id not in requested for finding in blocking):
        return Conclusion.CANNOT_JUDGE
    if all(finding.id in requested or finding.move in _BY_HAND for finding in blocking):
        return Conclusion.ACTION_REQUIRED
    return Conclusion.BLOCKED


def _notices(plan: Plan, policy: Policy, findings: Sequence[Finding], facts: Facts) -> Iterator[Phrase]:
    yield from policy.announced
    for path in plan.snapshot.policy_changed:
        yield say(
            "This change edits {}. It is judged by the version at the merge base; the new one counts after the merge.",
            path,
        )
    if policy.reference.built_in:
        yield say("There is no policy yet: the built-in starter policy judges. Begin with: ospo-gate policy init")
    yield from endings(findings)
    if asked := sum(finding.blocks and finding.id in facts.requested for finding in findings):
        team = policy.root.owner.team
        who: Phrase = ("The owner of the policy",) if team is None or facts.repository.public else say("{}", team)
        yield say(
            "{} decides about {}, as was asked for.", who, ("1 finding" if asked == 1 else f"{asked:,} findings",)
        )


def _judge_again_at(
    findings: Iterable[Finding], later: Iterable[datetime], policy: Policy, now: datetime
) -> datetime | None:
    """The earliest moment at which time alone can change the report."""
    findings = tuple(findings)
    moments = [*waivers_change_at(findings, policy, now)]
    moments += [moment for finding in findings for moment in (finding.clears_at, finding.changes_at) if moment]
    moments += later
    moments += [policy.changes_at] if policy.changes_at else []
    return min((moment for moment in moments if moment > now), default=None)
