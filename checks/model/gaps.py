"""What is said where nobody answered: who was asked, whose turn it is now, and when they are asked again."""

from collections.abc import Sequence
from datetime import datetime

from checks.model.finding import Evidence, Move
from checks.model.packages import EVERYBODY, PRIVATE, Gap
from checks.model.phrase import Phrase, join, say

#: Of a reason (characters).
_REASON = 160


def who(gaps: Sequence[Gap], nobody: str, private: str) -> Phrase:
    """`OSV and deps.dev could not answer`; `nobody` where none was asked that could have known.

    Where the package is private, that nobody outside learns its name; `private` is what to do about that.
    """
    failed = dict.fromkeys(gap.source for gap in gaps if gap.source != EVERYBODY)
    if failed:
        return (*join([say("{}", source) for source in failed], last=" and "), " could not answer")
    return (f"it is private, so nobody outside is asked; {private}",) if withheld(gaps) else (nobody,)


def withheld(gaps: Sequence[Gap]) -> bool:
    """Whether the one reason is that the package is private."""
    return bool(gaps) and all(gap.reason == PRIVATE for gap in gaps)


def turn(gaps: Sequence[Gap], otherwise: Move) -> Move:
    """Ours where somebody failed who is asked again, else `otherwise`."""
    return Move.SERVICE if any(gap.source != EVERYBODY for gap in gaps) else otherwise


def asked_again(gaps: Sequence[Gap]) -> datetime | None:
    """The earliest moment (UTC) at which somebody may answer."""
    return min((gap.retry_at for gap in gaps if gap.retry_at), default=None)


def evidence(gaps: Sequence[Gap]) -> tuple[Evidence, ...]:
    """Each source and why it gave no answer."""
    asked = dict.fromkeys((gap.reason[:_REASON], gap.source) for gap in gaps)
    return tuple(Evidence("asked", say("{}", reason), say("{}", source)) for reason, source in asked)
