"""Sessions of people who signed in with GitHub: all of one is in an encrypted cookie, and nothing of it is stored.

Every web process that has the secret reads every cookie. What a cookie holds is encrypted and authenticated (Fernet:
AES-128-CBC with HMAC-SHA-256), so neither the person's token nor their name can be read or changed on the way.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Request, Response

#: A working day; GitHub's own tokens for people live as long (seconds).
LONGEST = 8 * 3600
#: From the way to GitHub until the way back (seconds).
ATTEMPT = 600
#: Bytes of a cookie that every browser keeps (RFC 6265, section 6.1), with its name and attributes.
COOKIE = 4096 - 200

#: Each with a key of its own, so that one cookie can never be given for the other. The number rises with every change
#: of the fields: a cookie of another release is then nobody's.
_SESSION, _ATTEMPT = "session", "sign-in"
_FORM = 1


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in."""

    account: int
    """GitHub's id of the account: a login can be given up and taken by somebody else."""
    login: str
    token: str = field(repr=False)
    """The person's own token: it may do what both the person and our App may."""
    expires_at: float
    """Seconds since 1970."""
    csrf: str = field(repr=False)
    """What every form of this session must send."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who is on the way to GitHub and back. It binds what comes back to this browser."""

    state: str
    verifier: str = field(repr=False)
    """Of PKCE (RFC 7636): whoever catches the code on its way back cannot use it."""
    back_to: str
    expires_at: float


class CookieTooLarge(Exception):
    """A browser would drop it."""


class Sessions:
    """Writes and reads the cookies."""

    def __init__(self, secret: str, secure: bool, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.secure = secure
        self._sealers = {purpose: _sealer(secret, purpose) for purpose in (_SESSION, _ATTEMPT)}

    def start(self, response: Response, account: int, login: str, token: str, seconds: float) -> Session:
        """Sign somebody in for `seconds`, eight hours at most. Raises `CookieTooLarge`."""
        expires = self.clock() + min(seconds, LONGEST)
        session = Session(account, login, token, expires, secrets.token_urlsafe(32))
        self._put(response, _SESSION, asdict(session))
        return session

    def of(self, request: Request) -> Session | None:
        """Who sent the request; None for nobody, and for a cookie that is too old or not ours."""
        found = self._get(request, _SESSION)
        return Session(**found) if found else None

    def end(self, response: Response) -> None:
        self._drop(response, _SESSION)

    def attempt(self, response: Response, back_to: str) -> Attempt:
        """Remember in this browser that somebody sets out for GitHub."""
        attempt = Attempt(
            secrets.token_urlsafe(32), secrets.token_urlsafe(64), back_to, expires_at=self.clock() + ATTEMPT
        )
        self._put(response, _ATTEMPT, asdict(attempt))
        return attempt

    def attempted(self, request: Request) -> Attempt | None:
        found = self._get(request, _ATTEMPT)
        return Attempt(**found) if found else None

    def end_attempt(self, response: Response) -> None:
        self._drop(response, _ATTEMPT)

    def _name(self, purpose: str) -> str:
        """With the prefix a browser takes the cookie from this very host only, and never over plain HTTP."""
        return f"{'__Host-' if self.secure else ''}ospo-gate-{purpose}"

    def _put(self, response: Response, purpose: str, values: Mapping[str, Any]) -> None:
        sealed = self._sealers[purpose].encrypt(json.dumps(values).encode()).decode()
        if len(sealed) > COOKIE:
            raise CookieTooLarge
        seconds = max(0, int(values["expires_at"] - self.clock()))
        response.set_cookie(
            self._name(purpose), sealed, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def _get(self, request: Request, purpose: str) -> dict[str, Any] | None:
        sealed = request.cookies.get(self._name(purpose), "")
        if not sealed or len(sealed) > COOKIE:
            return None
        try:
            values: dict[str, Any] = json.loads(self._sealers[purpose].decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            return None
        return values if values["expires_at"] > self.clock() else None

    def _drop(self, response: Response, purpose: str) -> None:
        name = self._name(purpose)
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")


def _sealer(secret: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"ospo-gate {purpose} {_FORM}".encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
