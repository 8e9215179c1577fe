"""When the nightly work is done."""

from datetime import datetime, timedelta

#: The refresh of facts comes first; then the repositories follow, spread over the hours (seconds).
AFTER_REFRESH = 1_800
SPREAD = 3 * 3_600
#: A prime: repositories that were made one after the other do not come one after the other.
_STRIDE = 7_919


def next_night(now: datetime, hour: int) -> datetime:
    """The next time (UTC) that it is `hour` o'clock."""
    tonight = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)


def next_turn(now: datetime, hour: int, repository_id: int) -> datetime:
    """When a repository's default branch is judged again at the latest: its own minute of the night."""
    offset = timedelta(seconds=AFTER_REFRESH + repository_id * _STRIDE % SPREAD)
    turn = next_night(now, hour) + offset
    return turn - timedelta(days=1) if turn - timedelta(days=1) > now else turn
