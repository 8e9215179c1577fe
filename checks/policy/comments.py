"""What the policy says about commands in comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from checks.policy.shape import KeyFault, key

#: So many commands of one person an hour are a conversation; more are a machine.
_MOST = 1_000


class Requests(StrEnum):
    """Who may ask the owner of the policy for something."""

    WRITERS_AND_MEMBERS = "writers-and-members"
    WRITERS = "writers"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class CommentsKeys:
    """Commands in comments on pull requests: docs/comments.md."""

    enabled: bool = key("Whether commands are obeyed; `comments: off` is short for `{enabled: false}`.", default=True)
    requests: Requests = key(
        "Who may ask by `waive`, `wrong` and `allow`: `writers-and-members` (who has write access to the repository; "
        "and the author of the pull request, as an active member of the organization), `writers` or `nobody`.",
        default=Requests.WRITERS_AND_MEMBERS,
    )
    per_hour: int = key("How many commands of one person on one pull request are obeyed in an hour.", default=10)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        if text != "off":
            raise ValueError("expected keys with values, {} or off")
        return cls(enabled=False)

    def faults(self) -> Iterator[KeyFault]:
        if not 1 <= self.per_hour <= _MOST:
            yield KeyFault("per_hour", f"must be 1 to {_MOST:,}")
