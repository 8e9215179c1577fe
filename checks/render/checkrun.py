"""Check runs as plain dicts in REST shape: the verdict's summary, each check's own run, and its annotations."""

from collections.abc import Iterator, Sequence
from typing import Any

from checks.model.finding import Evidence, Finding
from checks.model.phrase import say
from checks.model.report import CheckOutcome, Conclusion, Report
from checks.render import sentences
from checks.render.body import NAMES
from checks.render.english import capital
from checks.render.limits import ANNOTATION_TEXT, ANNOTATION_TITLE, CHECK_TEXT, cut, cut_bytes, first, fit, utf8_length
from checks.render.markdown import code, pastable, phrase
from checks.render.outcomes import (
    Groups,
    Thing,
    check_conclusion,
    check_run_conclusion,
    check_title,
    grouped,
    things,
    title,
    volume,
)
from checks.render.plaintext import line, shown
from checks.render.presentation import Presentation, repository_path
from checks.render.summary import judged, table

#: Name of the verdict's run: the one to require.
VERDICT = "ospo-gate"
#: Identifier of the verdict's button: whoever may press it asks to judge once more.
RECHECK = "recheck"
#: GitHub takes three buttons with a label of 20 characters and a description of 40.
_BUTTONS = ({"label": "Check again", "description": "Judge this head once more", "identifier": RECHECK},)
#: How many items each list of a summary, and the text below it, shows.
ITEMS = 50

_LEVELS = {"error": "failure", "warning": "warning", "note": "notice"}

#: One annotation, or one check run, as REST takes it.
Json = dict[str, Any]


def verdict(report: Report, presentation: Presentation, *, annotated: bool = False) -> Json:
    """`name`, `conclusion`, `output` and, where a page answers, `details_url`.

    Annotations live on the checks' own runs; `annotated` puts all of them here, for when no others are posted.
    """
    groups = grouped(report.findings)
    if report.conclusion is Conclusion.OFF:
        text = phrase(sentences.off(report))
    else:
        tail = (table(report), judged(report))
        text = fit(lambda items: _summary(report, groups, tail, items), ITEMS, CHECK_TEXT, size=utf8_length)
    found = annotations(report, report.findings, presentation) if annotated else []
    run = _run(VERDICT, check_run_conclusion(report), title(report), text, found, presentation)
    return {**run, "actions": list(_BUTTONS)} if presentation.buttons else run


def check_run(report: Report, check: str, presentation: Presentation) -> Json:
    """The run of one check: its findings with their evidence, and its annotations. KeyError if it did not run."""
    outcome = {outcome.check: outcome for outcome in report.outcomes}[check]
    findings = report.of(check)
    text = fit(
        lambda items: _summary(report, grouped(findings), (judged(report),), items, outcome),
        ITEMS,
        CHECK_TEXT,
        size=utf8_length,
    )
    run = _run(
        f"{VERDICT} / {outcome.title}",
        check_conclusion(report, check),
        check_title(report, outcome),
        text,
        annotations(report, findings, presentation),
        presentation,
    )
    if details := fit(lambda items: _evidence(report, findings, items), ITEMS, CHECK_TEXT, size=utf8_length):
        run["output"]["text"] = details
    return run


def _run(name: str, conclusion: str, head: str, text: str, found: list[Json], presentation: Presentation) -> Json:
    run: Json = {
        "name": name,
        "conclusion": conclusion,
        "output": {"title": head, "summary": text, "annotations": found},
    }
    if presentation.details_url:
        run["details_url"] = presentation.details_url
    return run


def _summary(
    report: Report, groups: Groups, tail: Sequence[str], items: int, outcome: CheckOutcome | None = None
) -> str:
    public = report.repository.public
    accepted = [f"{code(f.id)} · {phrase(sentences.accepted(f, public))}" for f in groups.accepted]
    parts = (
        _list("To fix", [_line(thing) for thing in things(groups.to_fix)], items),
        _list("Waits for approval", [_line(thing) for thing in things(groups.approval)], items),
        _list("Clears by itself", [_clearing(thing) for thing in things(groups.clears)], items),
        _list("Warnings", [_line(thing) for thing in things(groups.warnings)], items),
        _list("Notes", [_line(thing) for thing in things(groups.notes)], items),
        _list("Accepted", accepted, items),
        " ".join(_rest(report, groups, outcome)),
        *tail,
    )
    return "\n\n".join(part for part in parts if part)


def _list(heading: str, entries: Sequence[str], items: int) -> str:
    if not entries:
        return ""
    if len(entries) == 1 and heading == "Accepted":
        return f"**{heading}** · {entries[0]}"
    return f"**{heading}**\n" + "\n".join(f"- {entry}" for entry in first(entries, items))


def _line(thing: Thing) -> str:
    """`dco-9f2` · commit `9f2c1ab` has no sign-off → `git commit --amend --signoff --no-edit`"""
    return f"{_said(thing)}{_way_out(thing[0])}"


def _clearing(thing: Thing) -> str:
    """`age-m2c` · `http-lite` 5.3.0 is too new → green on 22 Nov 2026, 18:05 UTC (5.2.4 is old enough)"""
    finding = thing[0]
    fix = f" ({phrase(sentences.clause(finding.fix.summary))})" if finding.fix else ""
    return f"{_said(thing)} → {sentences.clears(finding)}{fix}"


def _said(thing: Thing) -> str:
    more = f" (also {phrase(sentences.others(thing, NAMES))})" if len(thing) > 1 else ""
    return f"{code(thing[0].id)} · {phrase(thing[0].headline)}{more}"


def _way_out(finding: Finding) -> str:
    if finding.fix is None:
        return ""
    commands = finding.fix.commands
    if len(commands) == 1 and pastable(commands) and "\n" not in commands[0]:
        return f" → {code(commands[0], 2_000)}"
    return f" → {phrase(sentences.clause(finding.fix.summary))}"


def _rest(report: Report, groups: Groups, outcome: CheckOutcome | None) -> Iterator[str]:
    if outcome is None:
        yield from filter(None, (sentences.fine(report), sentences.before(groups)))
        yield from (phrase(notice) for notice in sentences.notices(report))
    else:
        yield from filter(None, (sentences.before(groups),))
        yield from (phrase(("Not judged here: ", *reason)) for reason in outcome.not_judged_here)


def _evidence(report: Report, findings: Sequence[Finding], items: int) -> str:
    """Conditions and actual values of every finding that counts, most severe first."""
    counted = [finding for finding in findings if finding.counts and finding.evidence]
    blocks = [
        "\n".join((f"**{code(f.id)} · {phrase(f.headline)}**", *(f"- {_fact(fact)}" for fact in f.evidence)))
        for f in counted
    ]
    return "\n\n".join(first(blocks, items))


def _fact(fact: Evidence) -> str:
    source = f" ({phrase(fact.source)})" if fact.source else ""
    return f"{phrase((fact.what,))}: {phrase(fact.actual)}{source}"


def annotations(report: Report, findings: Sequence[Finding], presentation: Presentation) -> list[Json]:
    """All annotations, blocking ones first; the caller sends them in chunks of `ANNOTATIONS_PER_REQUEST`.

    None for what has no line (commits), for what was there before, and for what is waived: it needs nobody.
    """
    order = ("error", "warning", "note")
    counted = sorted((f for f in findings if f.counts), key=lambda f: order.index(volume(f, report)))
    found = (_annotation(report, finding, presentation) for finding in counted)
    return [annotation for annotation in found if annotation]


def _annotation(report: Report, finding: Finding, presentation: Presentation) -> Json | None:
    path = repository_path(finding.location.path) if finding.location else None
    if finding.location is None or path is None:
        return None
    start = max(finding.location.line, 1)
    annotation: Json = {
        "path": path,
        "start_line": start,
        "end_line": max(finding.location.end_line, start),
        "annotation_level": _LEVELS[volume(finding, report)],
        "title": annotation_title(finding),
        "message": cut_bytes(annotation_message(report, finding, presentation.commands), ANNOTATION_TEXT),
    }
    if finding.evidence:
        annotation["raw_details"] = cut_bytes(_details(finding), ANNOTATION_TEXT)
    return annotation


def annotation_title(finding: Finding) -> str:
    """The headline with the id, which is never cut off."""
    id_ = f" · {shown(finding.id)}"
    return cut(line(sentences.headed(finding.headline)), ANNOTATION_TITLE - len(id_)) + id_


def annotation_message(report: Report, finding: Finding, commands: frozenset[str] = frozenset()) -> str:
    """Plain text, one thing a line: what and how it got here, the policy, the way out."""
    return "\n".join(_message(report, finding, commands))


def _message(report: Report, finding: Finding, commands: frozenset[str]) -> Iterator[str]:
    yield line(finding.message)
    if chain := sentences.chain(finding):
        yield line(chain)
    if finding.related:
        places = [line(sentences.place(place)) for place in finding.related]
        yield f"Also in {'; '.join(first(places, NAMES))}"
    policy = line(sentences.policy_place(report, finding))
    guidance = finding.guidance.text.strip().removesuffix(".") if finding.guidance else ""
    if guidance:
        yield f"{line((guidance,))}{f' ({policy})' if policy else ''}."
    elif policy:
        yield f"Policy: {policy}"
    yield from _fixes(finding)
    words = [word for word in ("wrong", "waive") if word in commands and (word == "wrong" or finding.waivable)]
    offers = " or ".join(f"/ospo-gate {word} {finding.id} …" for word in words)
    if offers:
        yield f"Wrong{', or an exception needed' if 'waive' in words else ''}? Comment {offers}"


def _fixes(finding: Finding) -> Iterator[str]:
    if finding.clears_at:
        yield f"{capital(sentences.clears(finding))}."
    if finding.fix:
        yield f"Fix: {line(sentences.sentence(finding.fix.summary))}"
        if pastable(finding.fix.commands):
            yield from (f"  {part}" for command in finding.fix.commands for part in command.split("\n"))
        if finding.fix.suggestion:
            place, text = finding.fix.suggestion
            yield f"Line {place.line:,} is then: {line(say('{}', text.strip()))}"


def _details(finding: Finding) -> str:
    """The evidence in columns."""
    rows = [(line((fact.what,)), line(fact.actual), line(fact.source)) for fact in finding.evidence]
    first_width, second_width = (min(40, max(len(row[column]) for row in rows)) for column in (0, 1))
    return "\n".join(f"{a:<{first_width}}  {b:<{second_width}}  {c}".rstrip() for a, b, c in rows)
