"""A GitHub that signs people in, as strict as the real one about what it is given back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "Iv23liTheTestsOwnApp", "a-client-secret-that-only-the-tests-know"


@dataclass
class Person:
    id: int
    login: str
    sees: set[int] = field(default_factory=set)
    """Ids of the repositories that are not public."""


class Hub:
    """Whoever comes is `person`, and agrees unless `declines`."""

    def __init__(self) -> None:
        self.person = Person(7, "ada")
        self.declines = False
        self.down = False
        self.limited = False
        self.names: dict[str, int] = {}
        """Repositories by `owner/name`, also by earlier names."""
        self.tokens: dict[str, Person] = {}
        self.asked: list[str] = []
        self._codes: dict[str, tuple[Person, str, str]] = {}

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/login/oauth/authorize", self._authorize),
                Route("/login/oauth/access_token", self._token, methods=["POST"]),
                Route("/api/v3/user", self._user),
                Route("/api/v3/repositories/{id:int}", self._by_id),
                Route("/api/v3/repos/{owner}/{name}", self._by_name),
                Route("/api/v3/applications/{client}/token", self._revoke, methods=["DELETE"]),
            ]
        )

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        if self.declines:
            return RedirectResponse(f"{query['redirect_uri']}?error=access_denied&state={query['state']}", 302)
        code = secrets.token_hex(10)
        self._codes[code] = (self.person, query["code_challenge"], query["redirect_uri"])
        return RedirectResponse(f"{query['redirect_uri']}?code={code}&state={query['state']}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.json()
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "incorrect_client_credentials"})
        person, challenge, redirect = self._codes.pop(form["code"], (None, "", ""))
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        if person is None or not proven or form["redirect_uri"] != redirect:
            return JSONResponse({"error": "bad_verification_code"})
        token = f"ghu_{secrets.token_hex(18)}"
        self.tokens[token] = person
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": 28800})

    def _who(self, request: Request) -> Person | None:
        self.asked.append(request.url.path)
        return self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def _user(self, request: Request) -> Response:
        person = self._who(request)
        return _no(401) if person is None else JSONResponse({"id": person.id, "login": person.login})

    async def _by_id(self, request: Request) -> Response:
        return self._repository(request, request.path_params["id"])

    async def _by_name(self, request: Request) -> Response:
        name = f"{request.path_params['owner']}/{request.path_params['name']}"
        return self._repository(request, self.names.get(name.lower(), 0))

    def _repository(self, request: Request, id_: int) -> Response:
        person = self._who(request)
        if self.down:
            return _no(502)
        if self.limited:
            return JSONResponse({"message": "API rate limit exceeded"}, 403, {"x-ratelimit-remaining": "0"})
        if person is None:
            return _no(401)
        return JSONResponse({"id": id_}) if id_ in person.sees else _no(404)

    async def _revoke(self, request: Request) -> Response:
        assert request.headers["authorization"].startswith("Basic ")
        token: Any = (await request.json())["access_token"]
        return Response(status_code=204 if self.tokens.pop(token, None) else 404)


def _no(status: int) -> Response:
    return JSONResponse({"message": "no"}, status)
