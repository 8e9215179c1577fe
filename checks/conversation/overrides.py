"""Why a check was not set to pass, in words."""

from collections.abc import Sequence
from enum import StrEnum

from checks.policy.override import ADMINS, MAINTAINERS, WRITERS
from checks.render.markdown import code

_PEOPLE = {
    WRITERS: "people with write access here",
    MAINTAINERS: "maintainers of this repository",
    ADMINS: "administrators of this repository",
}


class Refusal(StrEnum):
    UNKNOWN = "unknown"
    NOBODY = "nobody"
    MOVED = "moved"
    NOTHING = "nothing"
    NOT_YOU = "not-you"
    OWN = "own"
    REASON = "reason"


def refused(why: Refusal, about: str, who: Sequence[str] = ()) -> str:
    """The answer as Markdown; `about` is a check, or what somebody wrote in its place."""
    match why:
        case Refusal.UNKNOWN if not about:
            return f"Which check? {code('/ospo-gate pass signoff why')}"
        case Refusal.UNKNOWN:
            return f"There is no check or finding {code(about)} in the newest verdict on this pull request."
        case Refusal.NOBODY:
            return f"The policy lets nobody set {code(about)} to pass."
        case Refusal.MOVED:
            return (
                f"The branch has moved since: {code(about)} is judged at its new head, and the button is on that check."
            )
        case Refusal.NOTHING:
            return f"{code(about)} has nothing to set to pass: it passes, or nobody may accept what blocks it."
        case Refusal.NOT_YOU:
            return f"Setting {code(about)} to pass is for {named(who)}."
        case Refusal.OWN:
            return f"The policy lets nobody set {code(about)} to pass on their own pull request: ask somebody else."
        case Refusal.REASON:
            line = code(f"/ospo-gate pass {about} why")
            return f"Setting {code(about)} to pass needs a reason: comment {line}. Nothing was changed yet."


def named(who: Sequence[str]) -> str:
    """Who that is, in words: a team's name is not for everybody's eyes, and nobody is called by an answer."""
    words = [_PEOPLE[word] for word in who if word in _PEOPLE]
    if any(word not in _PEOPLE for word in who):
        words.append("those whom the policy names")
    return " and ".join(words)
