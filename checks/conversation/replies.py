"""What the gate answers in words. All of it is Markdown in which nothing that others wrote is active."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.conversation.commands import Word
from checks.model.phrase import Phrase, say
from checks.render.body import BLOCK
from checks.render.english import capital, counted
from checks.render.limits import first
from checks.render.markdown import code, link, pastable, phrase, prose, shell_block

#: How many findings are listed, and how many lines of evidence are shown of one.
FINDINGS, EVIDENCE = 30, 30
_Finding = Mapping[str, Any]


def marker(name: str) -> str:
    """First line of an answer: by it and its author the same answer is found again and renewed in place."""
    return f"<!-- ospo-gate:reply {name} -->"


@dataclass(frozen=True, slots=True)
class Asking:
    """How one asks here: what the policy says about requests, in words."""

    who: str
    """`people with write access`; empty: nobody may."""
    decides: Phrase
    """Who decides."""
    answered_within: str | None = None
    contact: str | None = None


def help_text(asking: Asking) -> str:
    rows = [
        ("/ospo-gate recheck", "judges this pull request once more."),
        ("/ospo-gate explain", "lists what the verdict rests on; with a finding, for example `lic-4k7`, all about it."),
        ("/ospo-gate pass CHECK REASON", "sets a check to pass on this head, for whom the policy allows it."),
        ("/ospo-gate help", "shows this list."),
    ]
    asks = [
        ("/ospo-gate waive FINDING REASON", "asks for an exception that has an end."),
        ("/ospo-gate wrong FINDING WHAT IS RIGHT", "says that the data is wrong."),
        ("/ospo-gate allow FINDING REASON", "asks that the policy allow it for everybody."),
    ]
    lines = [f"- {code(command)} {words}" for command, words in (*rows, *(asks if asking.who else ()))]
    parts = [
        "**What can be said here**, one command a comment, alone on its line:",
        "\n".join(lines),
        f"The last three are for {asking.who}; {_decides(asking)}" if asking.who else _closed(asking),
    ]
    return "\n\n".join(parts)


def explain(report: Mapping[str, Any] | None, finding: str | None) -> str:
    """All about one finding of a report (as JSON), or which there are."""
    if report is None:
        return "Nothing was judged here yet: the verdict comes with its check."
    found = [item for item in report["findings"] if item["counts"] or item["waiver"] or item.get("override")]
    if finding is None:
        return "\n\n".join(_overview(report, found))
    for item in report["findings"]:
        if item["id"] == finding:
            return "\n\n".join(_about(item))
    return f"{unknown(finding)}\n\n{_listed(found)}" if found else unknown(finding)


def unknown(finding: str) -> str:
    return f"There is no finding {code(finding)} in the newest verdict on this pull request."


def _overview(report: Mapping[str, Any], found: Sequence[_Finding]) -> Iterator[str]:
    conclusion = str(report["conclusion"]).replace("-", " ")
    yield f"**The verdict on {code((report['head'] or '')[:7])}: {conclusion}.**"
    if not found:
        judged = [counted(outcome["judged"], outcome["noun"]) for outcome in report["outcomes"] if outcome["judged"]]
        yield f"Nothing was found in {', '.join(dict.fromkeys(judged))}." if judged else "There was nothing to judge."
        return
    yield _listed(found)
    yield f"All about one of them: {code('/ospo-gate explain ' + found[0]['id'])}"


def _listed(found: Sequence[_Finding]) -> str:
    items = [f"{code(item['id'])} · {prose(item['headline'])} ({_state(item)})" for item in found]
    return "\n".join(f"- {item}" for item in first(items, FINDINGS))


def _state(item: _Finding) -> str:
    if item["waiver"]:
        return f"is accepted until {item['waiver']['expires']}"
    if item.get("override"):
        return "is set to pass"
    return {"block": "blocks", "warn": "warns", "note": "informs"}[item["level"]]


def _about(item: _Finding) -> Iterator[str]:
    yield f"{code(item['id'])} · **{prose(item['message'])}**"
    if item["why"]:
        yield f"It comes with {' → '.join(map(code, item['why']))}."
    file = f"{code(item['policy_file'])} " if item.get("policy_file") else "policy "
    line = f" ({file}line {item['policy_line']})" if item["policy_line"] else ""
    yield f"The rule is {code(item['rule'])}{line}: it {_state(item)}."
    if item["guidance"]:
        words, more = prose(item["guidance"]["text"]), link("Read more", item["guidance"]["link"])
        yield f"{words} {more}" if more.startswith("[") else words
    if item["evidence"]:
        yield "\n".join(f"- {_fact(fact)}" for fact in item["evidence"][:EVIDENCE])
    if item["clears_at"]:
        yield f"It clears by itself at {item['clears_at']}."
    if item["fix"]:
        yield f"Fix: {prose(item['fix']['summary'])}"
        commands = item["fix"]["commands"]
        if commands and pastable(commands) and sum(map(len, commands)) < BLOCK:
            yield shell_block(commands)


def _fact(fact: Mapping[str, Any]) -> str:
    source = f" ({prose(fact['source'])})" if fact["source"] else ""
    return f"{prose(fact['what'])}: {prose(fact['actual'])}{source}"


# -- requests --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for, as it was written down."""

    word: Word
    finding: _Finding
    login: str
    joins: bool = False
    """Whether somebody has asked for the same before."""


_ASKED = {
    Word.WAIVE: "**An exception** for {} was asked for",
    Word.WRONG: "**The data** behind {} was said to be wrong",
    Word.ALLOW: "**A change of the policy** for {} was asked for",
}


def asked(
    request: Request, asking: Asking, entry: str | None, editor: str | None, elsewhere: Sequence[str] | None = None
) -> str:
    """The answer to a request: that it is written down, who decides, and what that person needs for it. `elsewhere`:
    what is said instead of that where it is decided at the organization's policy.

    It says nothing of the reason: whoever may read it finds it in the comment above.
    """
    finding = request.finding
    joins = " The same was asked for before, and one decision answers all." if request.joins else ""
    what = _ASKED[request.word].format(code(finding["id"]))
    said = f"{what} by {code(request.login)}: {prose(finding['headline'])}."
    rest = _decision(request.word, entry, editor) if elsewhere is None else elsewhere
    return "\n\n".join((f"{said}{joins} {capital(_decides(asking))}", *rest))


def decided_on(label: str, address: str) -> str:
    """Where it is decided."""
    return f"It is decided on {link(code(label), address)}."


def added_by_hand(editor: str) -> str:
    """Where the App may not write to the policy repository."""
    return f"Or {link('add the decision as a file', editor)} to the policy: it is filled in."


def _decision(word: Word, entry: str | None, editor: str | None) -> Iterator[str]:
    where = link("the policy", editor)
    if word is not Word.WAIVE:
        return
    if entry is None:
        yield (
            f"The names in this finding mean more than themselves in a policy, so the entry for {code('waivers:')} in "
            f"{where} is to be written by hand."
        )
        return
    yield f"To grant it, add this to {code('waivers:')} in {where}, with your name as the one who approves:"
    yield _yaml_block(entry)


def _yaml_block(text: str) -> str:
    block = shell_block([text.rstrip("\n")])
    fence, _, rest = block.partition("sh\n")
    return f"{fence}yaml\n{rest}"


def refused(word: Word, asking: Asking) -> str:
    if not asking.who:
        return _closed(asking)
    return f"{code(f'/ospo-gate {word}')} is for {asking.who}. Ask one of them to send the line{_reached(asking)}."


def incomplete(word: Word, finding: str | None) -> str:
    what = {Word.WRONG: "what is right"}.get(word, "why")
    if finding is None:
        return f"Which finding? Its id stands behind it: {code(f'/ospo-gate {word} lic-4k7 {what}')}"
    return f"Say {what} in the same line: {code(f'/ospo-gate {word} {finding} …')}. Nothing was asked for yet."


def not_asked(word: Word, finding: _Finding) -> str:
    """Why nothing needs to be asked about a finding that does not stop anybody."""
    id_ = code(finding["id"])
    if finding["waiver"]:
        return f"{id_} is accepted until {finding['waiver']['expires']} already: nothing has to be asked for."
    return f"{id_} does not block: nothing has to be asked for."


def unwaivable(finding: _Finding) -> str:
    return f"{code(finding['id'])} cannot be waived: the rule {code(finding['rule'])} allows no exception."


def unheard() -> str:
    return "The gate has not heard of this pull request yet. It looks for such ones by itself; a push tells it at once."


def not_known() -> str:
    return "There is no such command."


def _decides(asking: Asking) -> str:
    within = f" within {prose(asking.answered_within)}" if asking.answered_within else ""
    return f"{phrase(asking.decides)} decides{within}."


def _closed(asking: Asking) -> str:
    return f"Requests are not taken in comments here{_reached(asking)}."


def _reached(asking: Asking) -> str:
    if not asking.contact:
        return ""
    return f", or write to {link(prose(asking.contact.removeprefix('https://')), asking.contact)}"


def decides(team: str | None, public: bool) -> Phrase:
    """Who decides; on a public repository no name is told."""
    return say("{}", team) if team and not public else ("the owner of the policy",)
