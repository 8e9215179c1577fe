"""What GitHub's refusals mean for the work: try later, wait for a limit, or give up."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.redaction import redacted
from checks.model.errors import GateError
from checks.model.phrase import visible

#: Words of refusals that are limits: GitHub's documentation, and what creating too fast has been seen to answer.
_LIMITS = ("rate limit", "submitted too quickly", "abuse detection")


class GitHubError(GateError):
    """GitHub refused or failed. `status` is 0 when no answer came."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether trying later may help."""
        return self.status in (0, 401, 408, 429) or self.status >= 500


class RateLimited(GitHubError):
    """A limit: the work waits in the queue until `retry_at` (seconds since 1970)."""

    def __init__(self, message: str, retry_at: float) -> None:
        super().__init__(message, 429)
        self.retry_at = retry_at


def document(answer: httpx.Response) -> Any:
    """The JSON of an answer; half an answer, or the page of a proxy, is a fault that passes."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise GitHubError("GitHub's answer could not be read", 502) from None


def message_of(answer: httpx.Response) -> str:
    """GitHub's own words for a refusal."""
    try:
        return redacted(visible(str(answer.json().get("message", ""))[:2000]))
    except (ValueError, AttributeError, RecursionError):
        return visible(answer.reason_phrase)


def names_a_limit(text: str) -> bool:
    """Whether a message speaks of a limit: a refusal for lack of permission has the same status."""
    return any(words in text.lower() for words in _LIMITS)


def server_time(answer: httpx.Response) -> float | None:
    """GitHub's clock when it answered (seconds since 1970)."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return None
