"""Why a source could not be asked or did not answer."""

from datetime import datetime


class Unavailable(Exception):
    """A source gave no answer. The reason is for people and holds no address, name or secret."""

    def __init__(self, reason: str, retry_at: datetime | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_at = retry_at
        """When asking again may help (UTC), if somebody said."""
        self.status = status
        """Of the answer, if there was one."""


class Passing(Unavailable):
    """A failure that another attempt may not meet: no connection, a time-out, 429 and 5xx."""

    def __init__(self, reason: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(reason, status=status)
        self.wait = wait
        """Seconds that the source wants to be left alone, if it said so."""
