"""Sentences that several renderers say. They are phrases, so each renderer makes their foreign words inert itself."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checks.model.dependency import Location
from checks.model.finding import AppliedOverride, Finding, Move, Subject
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.report import Report
from checks.render.english import age, capital, counted, day, listed, moment, number
from checks.render.outcomes import Groups, Thing

#: Longest chain that is shown in full; of a longer one both ends.
_CHAIN = 6
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")
_OWN_POLICY = "policy.yaml"
#: A policy's file, or `owner/repo/path@ref`, that the shell takes as one word and nothing else.
_PASTABLE = re.compile(r"(?!-)[\w./@-]{1,200}\Z", re.ASCII)


def subject(value: Subject) -> Phrase:
    """`left-grid 1.3.0`, `commit 9f2c1ab`, the person, the path, or the entry of the policy."""
    if value.purl:
        name = (Foreign(value.name or value.purl),)
        return (*name, " ", Foreign(value.version)) if value.version else name
    if value.commit:
        return ("commit ", Foreign(value.commit[:7]))
    return (Foreign(value.person or value.path or value.policy or "the change"),)


def place(location: Location) -> Phrase:
    """`package.json, line 31`."""
    return (Foreign(location.path), f", line {location.line}" if location.line else "")


def chain(finding: Finding) -> Phrase:
    """`chart-kit 4.2.0 → svg-mill 1.8.0 → glyph-core 2.1.0`; empty when nothing else brings it in."""
    if len(finding.why) < 2:
        return ()
    steps = [_step(step) for step in finding.why]
    if len(steps) > _CHAIN:
        steps = [*steps[:3], (f"{len(steps) - 5} more",), *steps[-2:]]
    return join(steps, " → ")


def _step(step: str) -> Phrase:
    name, space, version = step.rpartition(" ")
    return (Foreign(name), " ", Foreign(version)) if space else (Foreign(step),)


def others(thing: Thing, shown: int) -> Phrase:
    """What else has the first one's cause: `svg-mill 1.8.0 (lic-9qd), b 2 (lic-3fa) and 7 more`; may be empty.

    Where they are not `alike`, with what is said of each: `svg-mill 1.8.0 declares BSD (lic-9qd)`.
    """
    rest, same = thing[1:], alike(thing)
    items = [
        (*(subject(finding.subject) if same else finding.headline), " (", Foreign(finding.id), ")")
        for finding in rest[:shown]
    ]
    if len(rest) > shown:
        items.append((f"{len(rest) - shown:,} more",))
    return join(items, ", ", " and ")


def alike(thing: Thing) -> bool:
    """Whether the first one's sentence is true of all, but for the name and the version of the package."""
    return not thing[0].subject.purl or len(set(map(_predicate, thing))) == 1


def _predicate(finding: Finding) -> Phrase:
    named = (finding.subject.name, finding.subject.version)
    return tuple(part for part in finding.message if not isinstance(part, Foreign) or part not in named)


def clears(finding: Finding) -> str:
    """When it ends without anybody's help."""
    if finding.clears_at:
        return f"green on {moment(finding.clears_at)}"
    return "asked again until the source answers" if finding.move is Move.SERVICE else "in time"


def sentence(parts: Phrase) -> Phrase:
    """`parts` with a period at the end, if nothing else ends it."""
    return parts if parts and parts[-1].rstrip().endswith((".", "!", "?")) else (*parts, ".") if parts else ()


def clause(parts: Phrase) -> Phrase:
    """`parts` without a period at the end."""
    return (*parts[:-1], type(parts[-1])(parts[-1].removesuffix("."))) if parts else ()


def headed(parts: Phrase) -> Phrase:
    """`parts` as a heading: a capital letter, unless a foreign word comes first."""
    return parts if not parts or isinstance(parts[0], Foreign) else (capital(parts[0]), *parts[1:])


def accepted(finding: Finding, public: bool) -> Phrase:
    """`until 31 Mar 2027: left-grid 1.3.0 is LGPL-2.1-only (waiver W-2026-014)`.

    Who approved it and why is said only where that is not public.
    """
    waiver = finding.waiver
    if finding.override is not None:
        return _overridden(finding.override, finding.headline, public)
    if waiver is None:
        return finding.headline
    approval: Phrase = ()
    if not public:
        reason = f": {waiver.reason}" if waiver.reason else ""
        approval = (", approved by ", Foreign(waiver.approved_by), reason)
    soon = ", which is soon" if waiver.ending else ""
    ids = join([(id_,) for id_ in (waiver.id, *waiver.beside)], last=" and ")
    name = "waivers" if waiver.beside else "waiver"
    return (f"until {day(waiver.expires)}{soon}: ", *finding.headline, f" ({name} ", *ids, *approval, ")")


def _overridden(override: AppliedOverride, headline: Phrase, public: bool) -> Phrase:
    """`set to pass by @ada on 20 Nov 2026: commit 9f2c1ab has no sign-off (reason: signed on paper)`."""
    reason = say(" (reason: {})", override.reason) if override.reason and not public else ()
    return say("set to pass by {} on {}: {}{}", f"@{override.by}", (day(override.at),), headline, reason)


def policy_place(report: Report, finding: Finding) -> Phrase:
    """`policy.yaml line 41`; empty when a built-in default decided."""
    if finding.policy_line is None or report.policy.built_in:
        return ()
    return say("{} line {}", finding.policy_file or report.policy.source, finding.policy_line)


def fine(report: Report) -> str:
    """`The other 37 packages and 3 commits are fine.`; empty when nothing else was judged."""
    judged: dict[str, int] = {}
    bad: dict[str, set[str]] = {}
    for outcome in report.outcomes:
        judged[outcome.noun] = max(judged.get(outcome.noun, 0), outcome.judged)
        spoken = (
            str(f.subject)
            for f in report.of(outcome.check)
            if not f.subject.policy and (f.warns or f.blocks or not f.counts)
        )
        bad.setdefault(outcome.noun, set()).update(spoken)
    left = {noun: count - len(bad[noun]) for noun, count in judged.items() if count > len(bad[noun])}
    if not left:
        return ""
    things = listed([counted(count, noun) for noun, count in left.items()])
    one = sum(left.values()) == 1
    if any(bad.values()):
        return f"The other {things.removeprefix('1 ')} {'is' if one else 'are'} fine."
    if one:
        return f"The only {things.removeprefix('1 ')} is fine."
    return f"{things} are fine." if 1 in left.values() else f"All {things} are fine."


def repair_heading(todo: Sequence[Thing]) -> str:
    """`Both, from the top of your branch`: what the block of commands repairs of what is to be fixed."""
    if not todo:
        return "Or without waiting for anybody, from the top of your branch"
    if not all(finding.fix and finding.fix.commands for thing in todo for finding in thing):
        which = "What commands can fix, "
    else:
        which = {1: "", 2: "Both, "}.get(len(todo), f"All {number(len(todo))}, ")
    return capital(f"{which}from the top of your branch")


def before(groups: Groups) -> str:
    """One sentence for old debt; empty when there is none."""
    count = len(groups.before)
    if not count:
        return ""
    verb, pronoun = ("was", "does") if count == 1 else ("were", "do")
    return f"{counted(count, 'finding')} {verb} there before this change and {pronoun} not count."


def notices(report: Report) -> Iterator[Phrase]:
    """Sentences about the run itself, and what cannot be judged here."""
    yield from (sentence(notice) for notice in report.notices)
    for outcome in report.outcomes:
        yield from (sentence(("Not judged here: ", *reason)) for reason in outcome.not_judged_here)


def exception(report: Report) -> Phrase:
    """How to get an exception where no comment command offers it; without the contact, which may be a link."""
    answered = f", answered within {report.answered_within}" if report.answered_within else ""
    return (f"Need an exception? It is a waiver in the policy, approved by the policy's owner{answered}",)


def short(revision: str) -> str:
    """The first seven characters of a commit or digest; the name of a branch or tag as it is."""
    digits = revision.rpartition(":")[2]
    return digits[:7] if _COMMIT.match(digits) else revision[:40]


def policy_version(report: Report) -> str:
    return short(report.policy.revision or report.policy.digest)


def same_verdict(report: Report) -> str:
    """The command that gives this verdict on a checkout of the head; empty without a base.

    The repository's own policy is read at the merge base again; every other one is named, if it can be pasted.
    """
    policy = report.policy
    own = policy.built_in or policy.source == _OWN_POLICY
    if not _COMMIT.match(report.base) or not (own or _PASTABLE.match(policy.source)):
        return ""
    return f"ospo-gate check --base {short(report.base)}{'' if own else f' --policy {policy.source}'}"


def judged_by(report: Report) -> Phrase:
    """`head 3e41c07 against b90d2e4, policy 8d2f61a, oldest data 20 Nov 2026`, as far as it is known.

    The day and no hour: what was published stays as it is when the same is judged again with newer data.
    """
    parts = [say("head {}", short(report.head))] if report.head else []
    if report.base:
        parts.append(say("against {}", short(report.base)))
    policy: Phrase = ("the built-in policy",) if report.policy.built_in else say("policy {}", policy_version(report))
    oldest = min((state.as_of for state in report.sources if state.as_of), default=None)
    data = f", oldest data {day(oldest.astimezone(UTC))}" if oldest else ""
    return (*join(parts, " "), ", " if parts else "", *policy, data)


def data(report: Report, now: datetime) -> Phrase:
    """`Data: OSV 2 hours old, deps.dev 3 days old`; empty where no source gave any."""
    aged = [say(f"{{}} {age(now - state.as_of)} old", state.name) for state in report.sources if state.as_of]
    return ("Data: ", *join(aged, ", ")) if aged else ()


def off(report: Report) -> Phrase:
    """Why nothing was judged."""
    return say("The policy's mode for this repository is off, so nothing was judged ({}).", report.policy.source)
