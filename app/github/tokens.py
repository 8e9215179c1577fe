"""What an installation token is for, and the ones that are known: in memory alone, for 50 minutes of their hour."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakValueDictionary

#: Seconds that a token must still live to be used.
MARGIN = 600
#: Repositories that GitHub narrows one token to.
MOST = 500
Permissions = tuple[tuple[str, str], ...]
#: What judging and publishing need together; a token never gets more.
WORK: Permissions = (("checks", "write"), ("contents", "read"), ("metadata", "read"), ("pull_requests", "write"))
#: What reading a change needs,
READING: Permissions = (("contents", "read"), ("metadata", "read"), ("pull_requests", "read"))
#: what saying something about it needs,
PUBLISHING: Permissions = (("checks", "write"), ("metadata", "read"), ("pull_requests", "write"))
#: and what asking for members needs; apart, because an App without it must still be able to judge.
MEMBERS: Permissions = (("members", "read"), ("metadata", "read"))
LOOKING: Permissions = (("metadata", "read"),)


class TokenKey(NamedTuple):
    """What a token is for. Repositories by their id, which survives a rename, or by `owner/name` where only that is
    known."""

    installation_id: int
    repositories: tuple[int | str, ...]
    permissions: Permissions = WORK

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one for one in self.repositories if isinstance(one, int))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one for one in self.repositories if isinstance(one, str))


@dataclass(frozen=True, slots=True)
class Token:
    text: str = field(repr=False)
    expires_at: float
    """Seconds since 1970."""


class Tokens:
    """The known tokens. Nothing of them is stored."""

    def __init__(self) -> None:
        self._known: dict[TokenKey, Token] = {}
        self._locks: WeakValueDictionary[TokenKey, asyncio.Lock] = WeakValueDictionary()

    def lock(self, key: TokenKey) -> asyncio.Lock:
        """Held by whoever asks for a token, so that it is asked for once."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    def get(self, key: TokenKey, now: float) -> Token | None:
        known = self._known.get(key)
        return known if known and known.expires_at - now >= MARGIN else None

    def put(self, key: TokenKey, token: Token, now: float) -> None:
        self._known = {known: old for known, old in self._known.items() if old.expires_at > now}
        self._known[key] = token

    def drop(self, key: TokenKey, text: str) -> None:
        """After a 401: the next call asks for a new one, unless another call has already."""
        if (known := self._known.get(key)) is not None and known.text == text:
            del self._known[key]

    def forget(self, installation_id: int) -> set[TokenKey]:
        """Drop all of an installation; which they were."""
        gone = {key for key in self._known if key.installation_id == installation_id}
        for key in gone:
            del self._known[key]
        return gone
