"""The tokens of the API: each with a name, with what it may do, and perhaps with its last day."""

import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self

from checks.policy.values import Word

#: Characters of a secret, at least.
SHORTEST = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}").fullmatch
_DAY = re.compile(r"\d{4}-\d\d-\d\d").fullmatch


class Grant(StrEnum):
    """What a token may do."""

    READ = "read"
    """Ask what is used where, what may be used, and for SBOMs."""
    POLICY = "policy"
    """Ask what the policy says and why, what it said before, and what another one would change."""
    REQUESTS = "requests"
    """List requests for exceptions."""
    DECIDE = "decide"
    """Decide requests in the name of those who may."""
    AGREEMENTS = "agreements"
    """Export who signed which agreement."""
    METRICS = "metrics"
    """Read the metrics, where one listener serves all."""


class ApiToken(Word):
    """`NAME:SCOPE,SCOPE=SECRET`, for example `dashboards:read,metrics=…`; `all` stands for every scope. With a last
    day, in UTC: `NAME:SCOPE:2027-06-30=SECRET`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        found = cls(text)
        # Never with what was given: it may be a secret.
        if not (text.isascii() and text.isprintable() and _NAME(found.name) and found.secret):
            raise ValueError("is not a name, its scopes and its token, such as 'ci:read,policy=TOKEN'")
        if found._given[2] is not None and found.last_day is None:
            raise ValueError("has a last day that is none; a day is written 2027-06-30")
        if not set(found._scopes) <= {*Grant, "all"}:
            raise ValueError(f"gives a scope that there is not; scopes: {', '.join(Grant)}, or all")
        if len(found.secret) < SHORTEST:
            raise ValueError(f"is shorter than {SHORTEST} characters: create one with `openssl rand -hex 32`")
        return found

    @property
    def _given(self) -> tuple[str, str, str | None]:
        """Name, scopes and last day as they are written."""
        name, _, rest = self.partition("=")[0].partition(":")
        scopes, colon, day = rest.partition(":")
        return name, scopes, day if colon else None

    @property
    def name(self) -> str:
        return self._given[0]

    @property
    def _scopes(self) -> list[str]:
        return self._given[1].split(",")

    @property
    def last_day(self) -> date | None:
        """On which it may be used for the last time, in UTC; None: it has no end."""
        day = self._given[2] or ""
        try:
            return date.fromisoformat(day) if _DAY(day) else None
        except ValueError:
            return None

    @property
    def scopes(self) -> frozenset[Grant]:
        return frozenset(Grant) if "all" in self._scopes else frozenset(map(Grant, self._scopes))

    @property
    def secret(self) -> str:
        return self.partition("=")[2]


@dataclass(frozen=True, slots=True)
class _Token:
    name: str
    scopes: frozenset[Grant]
    digest: bytes = field(repr=False)
    """So that all have one length, which comparing would tell."""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may call the API; it is on where there is anybody."""

    tokens: tuple[_Token, ...] = ()
    clock: Callable[[], float] = time.time

    @classmethod
    def of(cls, whole: str | None, tokens: Sequence[ApiToken] = (), clock: Callable[[], float] = time.time) -> Self:
        """`whole`: a token that may do everything."""
        first = [_Token("api_token", frozenset(Grant), _digest(whole))] if whole else []
        named = (_Token(token.name, token.scopes, _digest(token.secret), token.last_day) for token in tokens)
        return cls((*first, *named), clock)

    def __bool__(self) -> bool:
        return bool(self.tokens)

    def refuses(self, header: str, scope: Grant) -> tuple[int, str] | None:
        """Status and reason, where the header `Authorization` (as it came) is of nobody who may; None: it is.

        Each token is compared whatever the others were, so that time tells nothing.
        """
        scheme, _, given = header.partition(" ")
        digest = _digest(given.strip())
        found = [token for token in self.tokens if hmac.compare_digest(digest, token.digest)]
        if not found or scheme.lower() != "bearer":
            return 401, "the Authorization header is missing or wrong"
        token, today = found[0], datetime.fromtimestamp(self.clock(), UTC).date()
        if token.last_day is not None and token.last_day < today:
            return 401, f"the token {token.name} ended with {token.last_day}"
        if scope in token.scopes:
            return None
        has = ", ".join(item for item in Grant if item in token.scopes)
        return 403, f"the token {token.name} has no scope '{scope}'; it has {has}"


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
