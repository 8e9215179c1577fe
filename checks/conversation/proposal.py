"""The pull request on the policy repository that decides a request: all that an approver decides on, in Markdown.

Nothing that others wrote is active in it, and nobody is mentioned: who is to look is asked for a review.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from checks.conversation.commands import Word
from checks.model.phrase import visible
from checks.render.body import BLOCK
from checks.render.english import counted, day, listed, moment
from checks.render.limits import first
from checks.render.markdown import code, link, pastable, prose, shell_block
from checks.texts.recognition import BETWEEN, DIFFERS

#: How many requests, repositories and lines of evidence are shown.
ASKERS, REPOSITORIES, EVIDENCE = 20, 10, 20
#: Texts whose differences are shown, how many of each, and characters of one.
TEXTS, ROWS, ROW = 3, 12, 300
#: Characters of a title on GitHub.
TITLE = 256

_ASKS = {
    Word.WAIVE: "An exception for {}",
    Word.WRONG: "Other data for {}",
    Word.ALLOW: "A change of the policy for {}",
}
_MERGING = {
    Word.WAIVE: "Merging it grants the exception, for this and nothing else",
    Word.WRONG: "Merging it sets the data right for every repository",
    Word.ALLOW: "Merging it changes the policy for every repository",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """One request. All but the numbers is foreign text."""

    login: str
    where: str
    """`owner/name`."""
    number: int
    reason: str | None
    """None: it is not for everybody's eyes here."""
    url: str | None
    """Of the pull request."""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Who uses the package, by the default branches that were read."""

    uses: int
    repositories: int | None
    """None: too many to be counted."""
    named: tuple[str, ...]
    """Those that may be named here."""
    covered: int
    """How many of the repositories the decision covers."""
    whole: bool
    """Whether every default branch was read."""


@dataclass(frozen=True, slots=True)
class Text:
    """A license in question: its id, where it can be read, and how its standard text begins."""

    license: str
    address: str
    begins: str | None = None


@dataclass(frozen=True, slots=True)
class TextDifference:
    """How a license text that was found differs from a standard one."""

    license: str
    place: str
    """The file, with the beginning of its digest."""
    rows: Sequence[str]
    """`+ words that it has besides`, `- words that it lacks`."""


def text_differences(finding: Mapping[str, Any]) -> tuple[TextDifference, ...]:
    """Those that the evidence of a finding tells; of a report as it was stored, so that nothing in it is taken for
    granted."""
    found = []
    for fact in finding["evidence"][:EVIDENCE]:
        name = str(fact["what"]).removeprefix(DIFFERS)
        if name != fact["what"]:
            rows = str(fact["actual"]).split(BETWEEN)[:ROWS]
            found.append(TextDifference(name, str(fact["source"] or "its license text"), rows))
    return tuple(found[:TEXTS])


@dataclass(frozen=True, slots=True)
class Brief:
    """What an approver decides on."""

    name: str
    kind: Word
    finding: Mapping[str, Any]
    """As the JSON of the report has it."""
    path: str
    """Of the decision file."""
    askers: Sequence[Asker]
    properties: Mapping[str, str]
    """Custom properties of the first repository, if they may be shown."""
    visibility: str | None
    approvers: Sequence[str]
    """`@login` or `@organization/team`."""
    due_at: datetime | None = None
    until: date | None = None
    usage: Usage | None = None
    texts: Sequence[Text] = ()
    differences: Sequence[TextDifference] = ()
    page: str | None = None
    """Address of its page here."""
    incomplete: str | None = None
    """Why the file is to be completed by hand, in a sentence."""


def listed_licenses(statements: Sequence[str]) -> tuple[str, ...]:
    """The licenses of SPDX expressions that are on SPDX's list."""
    from checks.licenses.item import LicenseExpression
    from checks.licenses.tree import leaves

    ids: dict[str, None] = {}
    for statement in statements:
        try:
            expression = LicenseExpression.parse(statement).expression
        except ValueError:
            continue
        ids.update(dict.fromkeys(str(leaf).partition(" WITH ")[0] for leaf in leaves(expression)))
    return tuple(id_ for id_ in ids if not id_.startswith(("LicenseRef-", "DocumentRef-")))


def marker(name: str) -> str:
    """First line of the pull request's description."""
    return f"<!-- ospo-gate:request {name} -->"


def title(kind: Word, finding: Mapping[str, Any]) -> str:
    """Of the pull request, and of the commit when it is merged: a name in it mentions nobody."""
    asks = {Word.WAIVE: "Exception", Word.WRONG: "Correction", Word.ALLOW: "Amendment"}[kind]
    return f"{asks} {finding['id']}: {code(finding['headline'])}"[:TITLE]


def body(brief: Brief) -> str:
    """The description of the pull request."""
    finding = brief.finding
    parts = [marker(brief.name)]
    what = _ASKS[brief.kind].format(code(finding["id"]))
    parts.append(f"**{what} is asked for: {prose(finding['headline'])}.**")
    parts.extend(_decide(brief))
    if brief.incomplete:
        parts.append(f"⚠️ {prose(brief.incomplete)}")
    parts.append("### Who asks, and why")
    parts.append("\n".join(f"- {item}" for item in first([*map(_asker, brief.askers)], ASKERS)))
    parts.extend(_finding(finding))
    parts.extend(_context(brief))
    parts.extend(_usage(brief))
    parts.extend(_texts(brief.texts))
    parts.extend(_differences(brief))
    parts.extend(_cost(brief))
    return "\n\n".join(parts)


def _decide(brief: Brief) -> Iterator[str]:
    until = f" until {day(brief.until)}" if brief.until else ""
    turn = "All pull requests that it covers then turn green by themselves."
    yield f"{_MERGING[brief.kind]}{until}: {code(brief.path)}. {turn}"
    who = listed([code(one) for one in brief.approvers[:REPOSITORIES]]).replace(" and ", " or ")
    approve = (
        f"{who} approves it by a review; nobody approves their own request."
        if who
        else (
            "The policy names nobody who approves, so whoever may merge it decides; nobody approves their own request."
        )
    )
    answer = f" An answer is expected by {moment(brief.due_at)}." if brief.due_at else ""
    yield (
        f"{approve}{answer} To decline, close it without merging: what was said last here goes back to who asked, "
        "where that is not public."
    )
    if brief.page:
        yield f"The same on {link('its page', brief.page)}, where it can be decided, too."


def _asker(asker: Asker) -> str:
    where = f"{code(asker.where)} #{asker.number}"
    if asker.url:
        where = link(f"{code(asker.where)} #{asker.number}", asker.url)
    until = f", wanted until {day(asker.until)}" if asker.until else ""
    said = f": {prose(asker.reason)}" if asker.reason else ", with a reason that is not shown here"
    return f"{code(asker.login)} on {where}{until}{said}"


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    yield "### What was found"
    line = f", by line {finding['policy_line']} of the policy" if finding.get("policy_line") else ""
    yield f"{prose(finding['message'])} The rule is {code(finding['rule'])}{line}."
    if covered := finding.get("waiver"):
        ends = day(date.fromisoformat(covered["expires"]))
        yield f"The waiver {code(covered['id'])} covers it until {ends}; this one would take its place."
    facts = [fact for fact in finding["evidence"] if not str(fact["what"]).startswith(DIFFERS)]
    if facts:
        yield "\n".join(f"- {_fact(fact)}" for fact in facts[:EVIDENCE])


def _fact(fact: Mapping[str, Any]) -> str:
    source = f" ({prose(fact['source'])})" if fact["source"] else ""
    return f"{prose(fact['what'])}: {prose(fact['actual'])}{source}"


def _context(brief: Brief) -> Iterator[str]:
    finding = brief.finding
    found = []
    if len(finding["why"]) > 1:
        found.append(f"It comes with {' → '.join(map(code, finding['why']))}.")
    elif finding["subject"]["purl"]:
        found.append("It is a direct dependency, as far as the manifest tells.")
    if finding["path"]:
        found.append(f"It stands in {code(finding['path'])}.")
    if brief.visibility:
        found.append(f"The repository is {prose(brief.visibility)}.")
    found.extend(f"{code(name)} is {code(value)}." for name, value in sorted(brief.properties.items())[:EVIDENCE])
    if found:
        yield "### Where it would be used"
        yield "\n".join(f"- {item}" for item in found)


def _usage(brief: Brief) -> Iterator[str]:
    usage = brief.usage
    if usage is None:
        return
    yield "### Who uses it today"
    if not usage.uses:
        yield "No default branch uses it yet."
    else:
        count = "Many repositories" if usage.repositories is None else counted(usage.repositories, "repository")
        uses = "use" if usage.repositories != 1 else "uses"
        places = counted(usage.uses, "place")
        yield f"{count} {uses} it on the default branch, in {places}; this covers {usage.covered:,} of them."
        if usage.named:
            yield "\n".join(f"- {item}" for item in first([*map(code, usage.named)], REPOSITORIES))
    if not usage.whole:
        yield "Not every default branch was read yet, so there may be more."


def _texts(texts: Sequence[Text]) -> Iterator[str]:
    if not texts:
        return
    yield "### The license"
    for text in texts:
        yield f"{link(code(text.license), text.address)}"
        if text.begins:
            block = shell_block([text.begins])
            yield block.replace("sh\n", "text\n", 1)


def _differences(brief: Brief) -> Iterator[str]:
    """How the text that was found differs from the standard one: what decides whether it is that license after all."""
    if not brief.differences:
        return
    yield "### How the text differs"
    yield (
        "After − stands what only the standard text has, after + what only this one has. Case, layout and copyright "
        "notices do not count."
    )
    for found in brief.differences:
        yield f"{code(found.place)}, compared with {code(found.license)}:"
        yield shell_block(visible(row, ROW) for row in found.rows).replace("sh\n", "diff\n", 1)


def _cost(brief: Brief) -> Iterator[str]:
    yield "### What a refusal costs"
    waits = counted(len({(one.where, one.number) for one in brief.askers}), "pull request")
    yield f"{waits} would {'be blocked when the waiver ends' if brief.finding.get('waiver') else 'stay blocked'}."
    fix = brief.finding["fix"]
    if not fix:
        yield "No change is known that would clear it."
        return
    yield f"What would clear it: {prose(fix['summary'])}"
    commands = fix["commands"]
    if commands and pastable(commands) and sum(map(len, commands)) < BLOCK:
        yield shell_block(commands)


# -- what is said later ----------------------------------------------------------------------------------------------


def joined(asker: Asker, taken: bool) -> str:
    """On the pull request, when somebody else asks for the same. `taken`: the file covers them now."""
    words = (
        "The file covers it now."
        if taken
        else "The file was changed by hand: add it there if the decision is for it, too."
    )
    return f"The same is asked for by {_asker(asker)}\n\n{words}"


def late(due_at: datetime, again: bool, told: Sequence[str]) -> str:
    """When nobody has answered in time."""
    still = "is still unanswered" if again else "is unanswered"
    who = f" {listed(list(told))} please decide, or say who does." if told else ""
    return f"⏰ This {still}: an answer was expected by {moment(due_at)}.{who}"


def idle() -> str:
    return (
        "No open pull request asks for this any more: the change was taken back, or its pull request was closed. "
        "Merging it would allow what nobody needs now; closing it is the tidy end."
    )


def wanted_again() -> str:
    return "It is asked for again: the pull request that needs it is open."
