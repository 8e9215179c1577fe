"""What people are told about requests: who asked, on their pull request, and who owns the policy, elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from checks.conversation.approval import Ruling
from checks.conversation.commands import Word
from checks.model.phrase import plain, visible
from checks.render.english import counted, day, moment
from checks.render.markdown import code, phrase, prose

#: Why a request has no pull request on the policy repository, where that is no fault.
PRIVATE = "the policy repository is public, and a private repository asks"
#: Characters of a reason that is given back.
REASON = 2_000
#: Names of requests that a notice lists.
NAMES = 5


class Notice(NamedTuple):
    """One thing to tell through other channels. Plain text, in which foreign words are visible ones."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class End:
    """What was decided about a request."""

    kind: Word
    finding: str
    granted: bool
    until: date | None = None
    by: str | None = None
    """Login; foreign text."""
    reason: str = ""
    """Foreign text."""


_GRANTED = {
    Word.WAIVE: "The exception for {} was granted",
    Word.WRONG: "The data behind {} was set right",
    Word.ALLOW: "The policy was changed for {}",
}
_DECLINED = {
    Word.WAIVE: "The exception for {} was declined",
    Word.WRONG: "The data behind {} stays as it is",
    Word.ALLOW: "The policy stays as it is for {}",
}


def announced(end: End, public: bool) -> str:
    """On the pull request of who asked. `public`: neither the reason nor who decided is shown."""
    words = (_GRANTED if end.granted else _DECLINED)[end.kind].format(code(end.finding))
    until = f" until {day(end.until)}" if end.until and end.granted else ""
    by = f" by {code(end.by)}" if end.by and not public else ""
    said = [f"{'✅' if end.granted else '❌'} **{words}{until}**{by}."]
    if end.granted:
        said.append("The verdict is made again with it; nothing is left to do for it here.")
    elif end.reason.strip() and not public:
        said.append(f"> {prose(visible(end.reason, REASON))}")
    else:
        said.append("The owner of the policy knows more." if not end.reason.strip() or public else "")
    return "\n\n".join(said)


def decided_elsewhere(granted: bool, by: str | None) -> str:
    """On the pull request of the policy repository, when it was decided on the page."""
    who = f" by {code(by)}" if by else ""
    return f"It was {'granted' if granted else 'declined'}{who} on its page, so this is closed."


def asked(finding: Mapping[str, Any], names: Sequence[str], decide: str) -> Notice:
    """That there is something to decide. `decide`: where, in words."""
    more = f" and {len(names) - NAMES:,} more" if len(names) > NAMES else ""
    who = ", ".join(visible(name) for name in names[:NAMES])
    title = f"To decide: {finding['headline']} ({finding['id']})"
    return Notice(title, f"{finding['message']}\nAsked by {who}{more}.\n{decide}.")


def late(finding: Mapping[str, Any], due_at: datetime, escalate_to: str, page: str | None) -> Notice:
    """That it was not decided in time."""
    to = f" For {escalate_to}." if escalate_to else ""
    where = f"\n{page}" if page else ""
    title = f"Unanswered: {finding['headline']} ({finding['id']})"
    return Notice(title, f"An answer was expected by {moment(due_at)}.{to}\n{finding['message']}{where}")


def in_spite(finding: Mapping[str, Any], number: int, why: str) -> Notice:
    """That a decision counts which nobody approved who may."""
    title = f"Merged without the approval it needs: {finding['headline']} ({finding['id']})"
    return Notice(title, f"Pull request #{number} on the policy repository was merged all the same. {why}")


# -- the check on pull requests of the policy repository -------------------------------------------------------------


def check_title(rulings: Sequence[Ruling]) -> str:
    """Of the check run that says whether decisions are approved."""
    wrong = sum(not one.approved and not one.waits for one in rulings)
    waits = sum(one.waits for one in rulings)
    if wrong:
        return f"{counted(wrong, 'decision')} may not be merged"
    if waits:
        return f"{counted(waits, 'decision')} {'waits' if waits == 1 else 'wait'} for approval"
    return f"{counted(len(rulings), 'decision')} approved" if rulings else "there is nothing to approve"


def check_summary(rulings: Sequence[Ruling]) -> str:
    if not rulings:
        return "This changes no file of decisions."
    return "\n".join(f"- {_sign(one)} {code(one.path)}: {phrase(one.why)}" for one in rulings)


def _sign(one: Ruling) -> str:
    return "✅" if one.approved else "✋" if one.waits else "❌"


def in_words(rulings: Sequence[Ruling]) -> str:
    """What is wrong, as plain text."""
    return " ".join(f"{visible(one.path)}: {plain(one.why)}" for one in rulings if not one.approved)
