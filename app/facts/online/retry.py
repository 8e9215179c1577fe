"""When a request is made again, and after how long."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ATTEMPTS = 3
#: Seconds before the second attempt; doubled for each further one. A random half of it is left out, so that those who
#: failed together do not come back together.
FIRST_DELAY = 0.5
#: What a server may ask for at most (seconds).
LONGEST = 86_400.0


def delay(attempt: int, jitter: float) -> float:
    """Seconds before the attempt after `attempt` (1: the first one); `jitter` is 0 to 1."""
    return float(FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + 0.5 * jitter))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number of them or a date (RFC 9110, 10.2.3)."""
    text = (value or "").strip()[:64]
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST)
