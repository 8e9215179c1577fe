"""What is said instead of a verdict while verdicts are paused."""

from collections.abc import Iterable
from datetime import UTC, datetime

from app.github.publication import Publication, paused
from app.store.pauses import PAUSED, Pause
from app.subject import Claim
from checks.render.markdown import code


def instead(claim: Claim, pause: Pause, names: Iterable[str]) -> Publication:
    """Neutral, and who, why and until when. `names`: of further check runs that a branch may require."""
    until = f"{datetime.fromtimestamp(pause.until, UTC):%Y-%m-%d %H:%M} UTC"
    summary = (
        f"Nothing was judged, and nothing is blocked: {code(pause.by, 200)} has paused this check until {until}. "
        f"The reason: {code(pause.reason, 1000)}.\n\nIt is judged by itself when the pause is over."
    )
    return paused(claim, f"paused until {until}", summary, names, f"{PAUSED}{pause.id}")
