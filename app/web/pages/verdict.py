"""A stored report with the history of its subject as one page: values that a template only writes down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from app.store.verdicts import Happened, Judged, Standing, Verdict
from app.web.pages.finding import GROUPS, NOWHERE, Further, Json, Shown, block, finding, group, known_rules, parsed
from app.web.pages.links import Linked, Links
from app.web.pages.rendering import since, utc
from checks.conversation.overrides import named
from checks.model.phrase import visible
from checks.policy.override import Reasons
from checks.render.english import counted, listed, moment

#: Findings of one group on a page; the JSON has all of them.
MOST = 200

#: A conclusion in words, with its sign. The sign is decoration: the words say the same.
_CONCLUSIONS = {
    "passed": ("✅", "Everything is in order."),
    "nothing-to-check": ("✅", "There is nothing to check in this change."),
    "warnings": ("⚠️", "Nothing blocks"),
    "blocked": ("❌", "This cannot merge yet"),
    "cannot-judge": ("❔", "This could not be judged"),
    "action-required": ("✋", "This waits for an approval"),
    "would-block": ("⚠️", "Nothing is blocked yet, but this would be"),
    "off": ("➖", "Nothing is judged here: the mode of the policy is off."),
}
_ENDINGS = {
    "passed": "passed",
    "nothing-to-check": "nothing to check",
    "warnings": "passed with warnings",
    "blocked": "blocked",
    "cannot-judge": "could not be judged",
    "action-required": "waits for an approval",
    "would-block": "would block",
    "off": "not judged",
}
#: What the history says happened, for people; what is not listed is not shown.
_EVENTS = {
    "judged": "Judged",
    "refused": "Could not be judged",
    "paused": "Paused: nothing was judged",
    "first-seen": "Seen for the first time",
    "cleared": "Cleared",
    "waived": "Waived",
    "overridden": "Set to pass",
    "asked": "The owner of the policy was asked",
    "granted": "The owner of the policy granted it",
    "declined": "The owner of the policy declined it",
    "merged-in-spite": "Merged in spite of the verdict, or without waiting for one",
}


@dataclass(frozen=True, slots=True)
class Section:
    """The findings of one group."""

    id: str
    title: str
    findings: tuple[Shown, ...]
    more: int
    """How many are left out."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of facts as it was used."""

    name: str
    as_of: datetime | None
    age: timedelta | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: datetime
    said: str
    findings: tuple[str, ...]
    """Those that it happened to at the same moment."""
    head: Linked | None


@dataclass(frozen=True, slots=True)
class Head:
    """One head of the pull request."""

    commit: Linked
    ending: str
    at: datetime
    page: str
    shown: bool
    """Whether it is the one on this page."""


@dataclass(frozen=True, slots=True)
class Settable:
    """A check that people may set to pass."""

    check: str
    title: str
    who: str
    """In words."""
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The details of one verdict."""

    sign: str
    sentence: str
    conclusion: str
    head: Linked
    base: Linked | None
    judged_at: datetime
    judged_ago: timedelta
    again_at: datetime | None
    evaluates: bool
    sections: tuple[Section, ...]
    repair: str
    notices: tuple[str, ...]
    outcomes: tuple[Json, ...]
    sources: tuple[Source, ...]
    policy: Linked
    policy_version: str
    contact: str | None
    answered_within: str | None
    asks: bool
    """Whether a comment command asks for an exception."""
    settable: tuple[Settable, ...]
    """The checks that block, and that people may set to pass."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the subject came to where it is."""

    heads: tuple[Head, ...]
    events: tuple[Event, ...]


def page(verdict: Verdict, events: Sequence[Happened], links: Links, now: datetime, further: Further = NOWHERE) -> Page:
    """The page of a verdict. `links` are of its head."""
    report = verdict.document
    commands = frozenset(report.get("commands") or ())
    sign, sentence = said(report)
    first = {event.finding: utc(event.at) for event in events if event.what == "first-seen"}  # the oldest comes last
    made = utc(verdict.made_at)
    policy = report["policy"]
    return Page(
        sign=sign,
        sentence=sentence,
        conclusion=verdict.conclusion,
        head=links.commit(verdict.head),
        base=links.commit(report["base"]) if report.get("base") else None,
        judged_at=made,
        judged_ago=since(now, made),
        again_at=parsed(report.get("judge_again_at")),
        evaluates=report["mode"] == "evaluate",
        sections=tuple(_sections(report["findings"], links, first, commands, further)),
        repair=block(report.get("repair") or ()),
        notices=tuple(report.get("notices") or ()),
        outcomes=tuple(report["outcomes"]),
        sources=tuple(_source(source, now) for source in report.get("sources") or ()),
        policy=links.policy(),
        policy_version=str(policy["revision"] or policy["digest"]).removeprefix("sha256:")[:7],
        contact=report.get("contact"),
        answered_within=report.get("answered_within"),
        asks="waive" in commands,
        settable=tuple(_settable(report)),
    )


def _settable(report: Json) -> Iterator[Settable]:
    offers: Mapping[str, Json] = report.get("overridable") or {}
    for outcome in report["outcomes"]:
        check = outcome["check"]
        mine = [found for found in report["findings"] if found["check"] == check]
        stops = any(f["counts"] and f["level"] == "block" and f.get("waivable", True) for f in mine)
        if stops and check in offers:
            offer = offers[check]
            yield Settable(check, outcome["title"], named(offer["who"]), offer["reason"] == Reasons.REQUIRED)


def said(report: Json) -> tuple[str, str]:
    """The verdict's sign, and the verdict in one sentence."""
    sign, words = _CONCLUSIONS.get(report["conclusion"], ("❔", "Judged"))
    if words.endswith("."):
        return sign, words
    counts = dict.fromkeys(GROUPS, 0)
    for found in report["findings"]:
        counts[group(found)] += 1
    fix, approval, clears = counts["to_fix"], counts["approval"], counts["clears"]
    parts = [
        f"{fix:,} to fix" if fix else "",
        f"{approval:,} {'waits' if approval == 1 else 'wait'} for an approval" if approval else "",
        f"{clears:,} {'clears by itself' if clears == 1 else 'clear by themselves'}" if clears else "",
        counted(counts["warnings"], "warning") if counts["warnings"] else "",
    ]
    details = listed([part for part in parts if part])
    return sign, f"{words}: {details}." if details else f"{words}."


def _sections(
    findings: Sequence[Json],
    links: Links,
    first: Mapping[str | None, datetime],
    commands: frozenset[str],
    further: Further,
) -> Iterator[Section]:
    rules = known_rules()
    groups: dict[str, list[Json]] = {name: [] for name in GROUPS}
    for found in findings:
        groups[group(found)].append(found)
    for name, members in groups.items():
        if members:
            shown = tuple(
                finding(found, links, first.get(found["id"]), commands, rules, further) for found in members[:MOST]
            )
            yield Section(
                name.replace("_", "-"), f"{GROUPS[name]} ({len(members):,})", shown, len(members) - len(shown)
            )


def _source(source: Json, now: datetime) -> Source:
    as_of = parsed(source["as_of"])
    return Source(source["name"], as_of, since(now, as_of) if as_of else None, source["trouble"])


def course(heads: Sequence[Judged], events: Sequence[Happened], links: Links, path: str, shown: str | None) -> Course:
    """The history; `path` is the page's address without a head, `shown` the head that the page is about."""
    rows = (
        Head(
            commit=links.commit(row.head),
            ending=_ENDINGS.get(row.conclusion, row.conclusion),
            at=utc(row.made_at),
            page=f"{path}/{row.head}",
            shown=row.head == shown,
        )
        for row in heads
    )
    return Course(tuple(rows), tuple(_events(events, links)))


def _events(events: Sequence[Happened], links: Links) -> Iterator[Event]:
    told = (event for event in events if event.what in _EVENTS)
    for (at, what, head), members in groupby(told, key=lambda event: (event.at, event.what, event.head)):
        together = list(members)
        words = _EVENTS[what]
        if what == "judged":
            words += f": {_ENDINGS.get(together[0].details.get('conclusion', ''), 'done')}"
        if what == "overridden":  # GitHub shows who presses a button or comments
            said = together[0].details
            words += f": {visible(str(said.get('check', '')))} by @{visible(str(said.get('by', '')))}"
        findings = tuple(sorted(event.finding for event in together if event.finding))
        yield Event(utc(at), words, findings, links.commit(head) if head else None)


def waiting(standing: Standing, head: str | None) -> str:
    """What the queue does about the subject, in a sentence; empty when the verdict on `head` is the last word."""
    if standing.closed:
        return "It is closed, and what was judged stays true of its day."
    newer = head is not None and standing.head != head
    if standing.error is not None:
        what = f"The newer commit {standing.head[:7]}" if newer else "It"
        again = f"; the next attempt is on {moment(utc(standing.next_at))}" if standing.waits else ""
        return f"{what} could not be judged at the last attempt{again}."
    if not standing.due:
        return ""
    if newer:
        return f"The newer commit {standing.head[:7]} is being judged now."
    return "It is being judged now." if head is None else "It is being judged again now."


def redacted(document: Mapping[str, Any], public: bool) -> Json:
    """The report as it may be shown today: on a public repository without the names and reasons of waivers, which a
    report from a time when it was private still has."""
    if not public:
        return document
    hidden = {"approved_by": None, "reason": None}
    findings = [
        {
            **found,
            **{name: {**found[name], **hidden} for name in ("waiver", "lapsed") if found.get(name)},
            "override": {**found["override"], "reason": None} if found.get("override") else None,
        }
        for found in document["findings"]
    ]
    return {**document, "findings": findings}
