"""Which rules speak about the vulnerabilities of a package version, and what they say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from checks.advisories.groups import Vulnerability
from checks.model.advisory import Exploited, Statement, Violation
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.gaps import asked_again
from checks.model.packages import Known
from checks.model.phrase import Phrase, join, say
from checks.vulnerabilities import unknown, wording
from checks.vulnerabilities.case import Case
from checks.vulnerabilities.terms import Accepted

#: How many facts about single vulnerabilities (exploitation, dates) the evidence shows.
_SHOWN = 10
#: Who reports violations of its policies, and what those are about.
_TRACK, _KINDS = "Dependency-Track", ("license", "security", "operational")
_Items = Sequence[Vulnerability]


def said(case: Case) -> Iterator[Observation]:
    """At most one observation a rule; each lists its vulnerabilities, the worst first."""
    if case.own:
        return
    spoken: dict[str, list[Vulnerability]] = {}
    for item in case.certain:
        for rule in rules_of(case, item):
            spoken.setdefault(rule, []).append(item)
    for rule, items in spoken.items():
        yield _SAY[rule](case, items)
    if case.fixed:
        yield _fixed(case)
    if violations := case.violations:
        yield _violated(case, violations)
    yield from unknown.said(case, [item for item in case.certain if not item.malicious and not case.accepted(item)])


def next_moment(case: Case) -> datetime | None:
    """When the time to fix something ends, or that for which the policy accepts it (UTC)."""
    ends: list[datetime | None] = []
    timed = case.section.accept or (case.was_there and case.section.fix_within.limits)
    for item in case.certain if timed else ():  # to find them takes as long as to judge
        accepted, allowance = case.accepted(item), case.allowance(item)
        if isinstance(accepted, Accepted):
            ends.append(accepted.expires.ends)
        elif allowance and accepted is None:
            ends.append(allowance.ends)
    return min((moment for moment in ends if moment and moment > case.now), default=None)


def rules_of(case: Case, item: Vulnerability) -> Iterator[str]:
    """By severity exactly one rule, and beside it those of exploitation: to know more never takes a rule back."""
    if item.malicious:
        yield "malicious-package"
        return
    if case.accepted(item):
        yield "vulnerability-accepted"
        return
    if case.exploited(item):
        yield "vulnerability-exploited"
    if case.likelihood(item):
        yield "vulnerability-likely"
    yield _by_severity(case, item)


def _by_severity(case: Case, item: Vulnerability) -> str:
    allowance = case.allowance(item)
    if allowance is not None:
        return "vulnerability-overdue" if allowance.ends and allowance.ends <= case.now else "vulnerability-due"
    severity = item.rating.severity
    if severity is None:
        return "severity-unknown"
    return "vulnerable" if severity.rank >= case.threshold.rank else "vulnerable-below-threshold"


def _observe(
    case: Case,
    rule: str,
    items: _Items,
    message: Phrase,
    headline: Phrase,
    evidence: Sequence[Evidence] = (),
    key: tuple[str, ...] = (),
) -> Observation:
    return Observation(
        rule=rule,
        subject=Subject(purl=case.change.purl, version=case.change.version, name=case.change.name),
        message=message,
        headline=headline,
        evidence=(*evidence, *wording.evidence(case, items)),
        policy_key=("vulnerabilities", *(key or ("levels", rule))),
        advisories=tuple(item.called for item in items),
    )


def _has(case: Case, items: _Items, more: Phrase = (), *, must: bool = True) -> Phrase:
    """`lodash 4.17.20 has CVE-2021-23337 (high 7.2), which is exploited; update to 4.17.21, which fixes it.`"""
    has = say("{} has {}", wording.about(case), wording.listing(items))
    return (*has, *wording.told_by(case, items), *more, "; ", *wording.remedy(case, items, must=must), ".")


def _malicious(case: Case, items: _Items) -> Observation:
    message = say(
        "{} is malicious ({}); remove it, and replace every secret that it could read.",
        wording.about(case),
        wording.labels(items),
    )
    return _observe(case, "malicious-package", items, message, wording.shortened(case, (" is malicious",)))


def _exploited(case: Case, items: _Items) -> Observation:
    which = "which is being exploited" if len(items) == 1 else "which are being exploited"
    return _observe(
        case,
        "vulnerability-exploited",
        items,
        _has(case, items, (f", {which}",)),
        wording.headline(case, items, " exploited"),
        [_entry(item, known) for item in items[:_SHOWN] if (known := case.exploited(item))],
    )


def _entry(item: Vulnerability, known: Known[Exploited]) -> Evidence:
    due = f", due {known.value.due}" if known.value.due else ""
    used = ", used by ransomware" if known.value.ransomware else ""
    words = say("{} in the catalog since {}" + due + used, wording.name(item), known.value.added)
    return Evidence("exploited", words, wording.source(known))


def _likely(case: Case, items: _Items) -> Observation:
    found = [(item, known) for item in items if (known := case.likelihood(item))]
    highest = max(known.value.probability for _, known in found)
    limit = case.section.epss.block_from if case.section.epss else ""
    return _observe(
        case,
        "vulnerability-likely",
        items,
        _has(case, items, (f", likely to be exploited within 30 days ({highest:.0%})",)),
        wording.headline(case, items, f" likely exploited ({highest:.0%})"),
        [
            Evidence(
                "probability",
                say(
                    "{}: {}, and the policy takes less than {}",
                    wording.name(item),
                    (f"{known.value.probability:.1%}",),
                    limit,
                ),
                wording.source(known),
            )
            for item, known in found[:_SHOWN]
        ],
        ("epss", "block_from"),
    )


def _vulnerable(case: Case, items: _Items) -> Observation:
    evidence = Evidence("block_from", (str(case.section.block_from),))
    head = wording.headline(case, items, f" ({items[0].rating.severity})")
    return _observe(case, "vulnerable", items, _has(case, items), head, [evidence], ("block_from",))


def _below(case: Case, items: _Items) -> Observation:
    evidence = Evidence("block_from", (str(case.section.block_from),))
    head = wording.headline(case, items, f" ({items[0].rating.severity})")
    message = _has(case, items, must=False)
    return _observe(case, "vulnerable-below-threshold", items, message, head, [evidence], ("block_from",))


def _unrated(case: Case, items: _Items) -> Observation:
    unread = [item for item in items if case.unread(item)]
    many = f"{len(items):,} vulnerabilities, " if len(items) > 1 else ""
    why = "whose records could not be read" if len(unread) == len(items) else "whose severity nobody gives"
    has = say("{} has " + many + "{}, " + why, wording.about(case), wording.labels(items))
    message = (*has, *wording.told_by(case, items), "; ", *wording.remedy(case, items, must=True), ".")
    head = wording.headline(case, items, " not rated")
    observation = _observe(case, "severity-unknown", items, message, head)
    if len(unread) < len(items):
        return observation
    return replace(observation, move=Move.SERVICE, clears_at=asked_again(case.gaps))


def _overdue(case: Case, items: _Items) -> Observation:
    day = wording.day(min(ends for _, _, ends in _deadlines(case, items)))
    which = "it" if len(items) == 1 else "the first of them"
    message = _has(case, items, (f", and the time to fix {which} ended on {day}",))
    return _timed(case, "vulnerability-overdue", items, message, f" overdue since {day}")


def _due(case: Case, items: _Items) -> Observation:
    deadlines = _deadlines(case, items)
    if not deadlines:
        message = _has(case, items, (", and the time to fix it begins with the first fixed version",), must=False)
        return _timed(case, "vulnerability-due", items, message, " has no fix yet")
    first = min(ends for _, _, ends in deadlines)
    message = _has(case, items, (f", to be fixed by {wording.day(first)}",), must=False)
    observation = _timed(case, "vulnerability-due", items, message, f" due {wording.day(first)}")
    return replace(observation, changes_at=first)


def _deadlines(case: Case, items: _Items) -> list[tuple[Vulnerability, datetime, datetime]]:
    """Each vulnerability, when its time began and when it ends (UTC); without those that wait for a fix."""
    allowances = [(item, case.allowance(item)) for item in items]
    return [(item, found.since, found.ends) for item, found in allowances if found and found.since and found.ends]


def _timed(case: Case, rule: str, items: _Items, message: Phrase, tail: str) -> Observation:
    evidence = [
        Evidence(
            "to be fixed by",
            say("{} {}", wording.day(ends), wording.name(item)),
            (f"{case.section.fix_within.of(item.rating.severity)} from {wording.day(since)}, {case.section.clock}",),
        )
        for item, since, ends in _deadlines(case, items)[:_SHOWN]
    ]
    return _observe(case, rule, items, message, wording.headline(case, items, tail), evidence, ("fix_within",))


def _accepted(case: Case, items: _Items) -> Observation:
    found = [(item, by) for item in items if (by := case.accepted(item))]
    by_policy = [by for _, by in found if isinstance(by, Accepted)]
    message = say(
        "{} has {}, and {}.", wording.about(case), wording.labels(items), _acceptance([by for _, by in found])
    )
    evidence = [_accepted_by(item, by) for item, by in found[: wording.LISTED]]
    tail, key = (" accepted by VEX", "vex") if len(by_policy) < len(found) else (" accepted", "accept")
    observation = _observe(
        case, "vulnerability-accepted", items, message, wording.headline(case, items, tail), evidence, (key,)
    )
    return replace(observation, changes_at=min((by.expires.ends for by in by_policy), default=None))


def _acceptance(found: Sequence[Statement | Accepted]) -> Phrase:
    """Who says that there is nothing to do, and until when; not why, which is nobody's business on public pages."""
    author = next((by.author or "an unnamed author" for by in found if isinstance(by, Statement)), None)
    days = [by.expires for by in found if isinstance(by, Accepted)]
    stated = say("a VEX statement of {} says that there is nothing to do", author) if author is not None else ()
    accepted = say("the policy accepts it until {}", min(days)) if days else ()
    return join([phrase for phrase in (stated, accepted) if phrase], last=", and ")


def _accepted_by(item: Vulnerability, by: Statement | Accepted) -> Evidence:
    if isinstance(by, Accepted):
        return Evidence("accepted until", say("{}: {}", wording.name(item), by.expires), ("policy",))
    return Evidence(
        "VEX statement",
        say("{} {}: {}", wording.name(item), (str(by.status),), by.justification or by.status),
        say("{}, by {}" + (f", {wording.day(by.at)}" if by.at else ""), by.path, by.author),
    )


def _fixed(case: Case) -> Observation:
    before = dict.fromkeys(item.version or "no version" for item in case.change.before)
    versions = join([say("{}", version) for version in list(before)[: wording.NAMED]], last=" and ")
    message = say("{} no longer has {}, which {} had.", wording.about(case), wording.listing(case.fixed), versions)
    head = wording.shortened(case, (" fixes ", *wording.counted(case.fixed)))
    return _observe(case, "vulnerability-fixed", (), message, head, tuple(wording.fixed(case.fixed)))


def _violated(case: Case, violations: Sequence[Violation]) -> Observation:
    """What is approved there is not reported any more, so nothing needs to be said of waivers."""
    names = list(dict.fromkeys(item.policy for item in violations))
    policies = [say('"{}"', name) for name in names[: wording.NAMED]]
    if len(names) > wording.NAMED:
        policies.append((f"{len(names) - wording.NAMED:,} more",))
    which = "policy" if len(names) == 1 else "policies"
    message = say(
        "{} violates the " + which + " {} of Dependency-Track; use another version, or have it approved there.",
        wording.about(case),
        join(policies, last=" and "),
    )
    evidence = [_reported(item) for item in violations[:_SHOWN]]
    return Observation(
        rule="track-violation",
        subject=Subject(purl=case.change.purl, version=case.change.version, name=case.change.name),
        message=message,
        headline=wording.shortened(case, (" violates a policy of Dependency-Track",)),
        evidence=tuple(evidence),
        policy_key=("vulnerabilities", "dependency_track", "violations"),
    )


def _reported(item: Violation) -> Evidence:
    what = f"{kind} policy" if (kind := item.kind.lower()) in _KINDS else "policy"
    said = say("{} ({}): {}", item.policy, item.state, item.text or "no details")
    return Evidence(what, said, wording.source(Known((), _TRACK, item.as_of)))


_SAY: Mapping[str, Callable[[Case, _Items], Observation]] = {
    "malicious-package": _malicious,
    "vulnerability-exploited": _exploited,
    "vulnerable": _vulnerable,
    "vulnerability-likely": _likely,
    "vulnerability-overdue": _overdue,
    "vulnerability-due": _due,
    "severity-unknown": _unrated,
    "vulnerable-below-threshold": _below,
    "vulnerability-accepted": _accepted,
}
