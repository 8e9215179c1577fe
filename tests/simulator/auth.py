"""Who is calling: an App by its JWT, an installation or a person by their token, or nobody."""

import time
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from .apps import App, Token
from .errors import ApiError
from .oauth import UserToken
from .world import World

JWT_MAX_SECONDS = 600
CLOCK_DRIFT_SECONDS = 60  # what GitHub forgives


@dataclass(frozen=True, slots=True)
class Caller:
    """`app` for all that sign in, `token` for an installation, `person` for a person who uses the App."""

    app: App | None = None
    token: Token | None = None
    person: UserToken | None = None

    @property
    def identity(self) -> str:
        if self.token:
            return f"installation ID {self.token.installation.id}"
        if self.person:
            return f"user ID {self.person.user.id}"
        return f"app ID {self.app.id}" if self.app else "anonymous"


def load_key(pem: str) -> PrivateKeyTypes:
    """A key that was made here; checking its numbers again would take 40 ms."""
    return serialization.load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)


class Authenticator:
    """Knows the issued tokens and the public keys."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens: dict[str, Token] = {}
        self._keys: dict[int, object] = {}

    def caller(self, authorization: str | None) -> Caller:
        """Raises ApiError 401 for anything that is neither a valid JWT nor a living token."""
        if not authorization:
            return Caller()
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "basic":
            return Caller()  # only endpoints for clients look at it
        if scheme.lower() not in ("bearer", "token"):
            raise ApiError(401, "Bad credentials")
        if value.startswith("ghs_"):
            return self._installation(value)
        if value.startswith("ghu_"):
            return self._person(value)
        if value.count(".") == 2:
            if scheme.lower() != "bearer":
                raise ApiError(401, "A JSON web token could not be decoded")
            return Caller(app=self._app(value))
        raise ApiError(401, "Bad credentials")

    def _installation(self, value: str) -> Caller:
        token = self.tokens.get(value)
        if token is None or token.expires_at <= self._world.now():
            raise ApiError(401, "Bad credentials")
        if token.installation.id not in self._world.installations:
            raise ApiError(401, "Bad credentials")
        if token.installation.suspended:
            raise ApiError(403, "This installation has been suspended")
        return Caller(app=token.installation.app, token=token)

    def _person(self, value: str) -> Caller:
        token = self._world.user_tokens.get(value)
        if token is None or (token.expires_at is not None and token.expires_at <= self._world.now()):
            raise ApiError(401, "Bad credentials")
        return Caller(app=token.app, person=token)

    def _app(self, value: str) -> App:
        try:
            header = jwt.get_unverified_header(value)
            claims = jwt.decode(value, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise ApiError(401, "A JSON web token could not be decoded") from None
        app = next((a for a in self._world.apps.values() if str(claims.get("iss")) in (str(a.id), a.client_id)), None)
        if app is None:
            raise ApiError(404, "Integration not found")
        if header.get("alg") != "RS256" or not self._signed_by(app, value):
            raise ApiError(401, "A JSON web token could not be decoded")
        now, issued, expires = time.time(), claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int | float) or issued > now + CLOCK_DRIFT_SECONDS:
            raise ApiError(
                401,
                "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
            )
        if not isinstance(expires, int | float) or expires <= now:
            raise ApiError(
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
                "assertion expires",
            )
        if expires - now > JWT_MAX_SECONDS + CLOCK_DRIFT_SECONDS or expires - issued > JWT_MAX_SECONDS + 60:
            raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future")
        return app

    def _signed_by(self, app: App, value: str) -> bool:
        if app.id not in self._keys:
            self._keys[app.id] = load_key(app.private_key_pem).public_key()
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_sub": False}
        try:
            jwt.decode(value, self._keys[app.id], algorithms=["RS256"], options=options)  # type: ignore[arg-type]
        except jwt.PyJWTError:
            return False
        return True
