"""The tokens of the API: each with a name and with what it may do."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Self

from checks.policy.values import Word

#: Characters of a secret, at least.
SHORTEST = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}").fullmatch


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
    """`NAME:SCOPE,SCOPE=SECRET`, for example `dashboards:read,metrics=…`; `all` stands for every scope."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        found = cls(text)
        # Never with what was given: it may be a secret.
        if not (text.isascii() and text.isprintable() and _NAME(found.name) and found.secret):
            raise ValueError("is not a name, its scopes and its token, such as 'ci:read,policy=TOKEN'")
        if not set(found._scopes) <= {*Grant, "all"}:
            raise ValueError(f"gives a scope that there is not; scopes: {', '.join(Grant)}, or all")
        if len(found.secret) < SHORTEST:
            raise ValueError(f"is shorter than {SHORTEST} characters: create one with `openssl rand -hex 32`")
        return found

    @property
    def name(self) -> str:
        return self.partition("=")[0].partition(":")[0]

    @property
    def _scopes(self) -> list[str]:
        return self.partition("=")[0].partition(":")[2].split(",")

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


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may call the API; it is on where there is anybody."""

    tokens: tuple[_Token, ...] = ()

    @classmethod
    def of(cls, whole: str | None, tokens: Sequence[ApiToken] = ()) -> Self:
        """`whole`: a token that may do everything."""
        first = [_Token("api_token", frozenset(Grant), _digest(whole))] if whole else []
        return cls((*first, *(_Token(token.name, token.scopes, _digest(token.secret)) for token in tokens)))

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
        if any(scope in token.scopes for token in found):
            return None
        has = ", ".join(item for item in Grant if item in found[0].scopes)
        return 403, f"the token {found[0].name} has no scope '{scope}'; it has {has}"


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()
