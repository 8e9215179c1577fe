"""The HTTP side: one ASGI application that authenticates, limits, dispatches and records requests."""

import asyncio
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import rest, routing, web
from .auth import Authenticator, Caller
from .errors import ApiError, not_found
from .faults import Fault, Faults, Seen
from .graphql import GraphQLEndpoint
from .limits import Bucket, RateLimiter, resource_of
from .routing import Call, Reply
from .webhooks import Dispatcher
from .world import GHES_VERSION, Json, World

__all__ = ["RequestRecord", "Server", "rest"]

VERSIONS = {"github.com": ("2022-11-28", "2026-03-10"), "ghes": ("2022-11-28",)}
NO_DOCUMENT = object()  # a REST request; None is a GraphQL request without JSON
WRITE_POINTS = 5  # of the secondary limit; a GET costs 1
_KINDS = (("/access_tokens", "token"), ("/memberships/", "membership"), ("/members/", "membership"),
          ("/collaborators/", "membership"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as the simulator saw it. `kind` is token, membership, graphql or rest; times in seconds."""

    method: str
    path: str
    query: str
    kind: str
    status: int
    operation: str
    app_id: int | None
    installation_id: int | None
    at: float
    duration: float


class Server:
    """The ASGI application. `control` answers `/_sim/…`, `page` the few HTML pages."""

    def __init__(self, world: World, dispatcher: Dispatcher, limiter: RateLimiter, faults: Faults) -> None:
        self.world, self.dispatcher, self.limiter, self.faults = world, dispatcher, limiter, faults
        self.authenticator = Authenticator(world)
        self.graphql = GraphQLEndpoint(world, limiter)
        self.graphql_available = True
        self.requests: list[RequestRecord] = []
        self.control: Callable[[str, str, Json], Reply] | None = None
        self.page: Callable[[str], Reply] | None = None
        self.concurrent = 0
        self.peak = 0
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        raw_path = scope["raw_path"].partition(b"?")[0].decode("ascii", "replace")
        try:
            body = await request.body()
        except ClientDisconnect:  # it was killed
            return
        if raw_path.startswith("/_sim/"):
            response = await asyncio.to_thread(self._control, request, raw_path, body)
        elif (page := await self._page(request, raw_path, body)) is not None:
            response = page
        elif self.page is not None and "text/html" in request.headers.get("accept", "")[:9]:
            response = _response(self.page(raw_path))
        else:
            response = await self._api(request, raw_path, body)
        await response(scope, receive, send)

    async def _page(self, request: Request, path: str, body: bytes) -> Response | None:
        """One of GitHub's own pages, with faults and holds like any other answer."""
        if not web.has(path):
            return None
        query = dict(parse_qsl(request.url.query, keep_blank_values=True))
        seen = Seen(request.method, path, query, body)
        await self.faults.wait(seen)
        fault = self.faults.take(seen)
        if fault and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault and not fault.after:
            return _faulty(fault)
        accept = request.headers.get("accept", "")
        reply = await asyncio.to_thread(web.visit, self.world, request.method, path, query, body, accept)
        return _faulty(fault) if fault else _response(reply)

    async def _api(self, request: Request, raw_path: str, body: bytes) -> Response:
        start = time.perf_counter()
        self.concurrent += 1
        self.peak = max(self.peak, self.concurrent)
        query = dict(parse_qsl(request.url.query, keep_blank_values=True))
        path, is_graphql = self._place(raw_path)
        payload = _json(body) if is_graphql else None
        document = str(payload.get("query", "")) if isinstance(payload, dict) else ""
        seen = Seen(request.method, path, query, body, document)
        caller = Caller()
        try:
            await self.faults.wait(seen)
            fault = self.faults.take(seen)
            if fault and not fault.after:
                await asyncio.sleep(fault.delay_seconds)
                response = _faulty(fault)
            else:
                with self.world.lock:
                    caller, response = self._answer(request, path, query, body, payload if is_graphql else NO_DOCUMENT)
                if fault:
                    await asyncio.sleep(fault.delay_seconds)
                    response = _faulty(fault)
        finally:
            self.concurrent -= 1
        self._decorate(response, request)
        kind = "graphql" if is_graphql else next((k for part, k in _KINDS if part in path), "rest")
        token, app = caller.token, caller.app
        self.requests.append(
            RequestRecord(
                request.method, path, request.url.query, kind, response.status_code,
                self.graphql.summary(document) if is_graphql else "", app.id if app else None,
                token.installation.id if token else None, time.time(), time.perf_counter() - start,
            )
        )  # fmt: skip
        return response

    def _place(self, raw_path: str) -> tuple[str, bool]:
        """The path below the API root, and whether it is the GraphQL endpoint."""
        if self.world.ghes:
            if raw_path == "/api/graphql":
                return raw_path, True
            if not raw_path.startswith("/api/v3"):
                return f"/no-such-path{raw_path}", False
            return raw_path.removeprefix("/api/v3") or "/", False
        return raw_path, raw_path == "/graphql"

    def _answer(
        self, request: Request, path: str, query: dict[str, str], body: bytes, document: object
    ) -> tuple[Caller, Response]:
        caller = Caller()
        headers: dict[str, str] = {}
        try:
            if not request.headers.get("user-agent"):
                words = "Request forbidden by administrative rules."
                raise ApiError(403, f"{words} Please make sure your request has a User-Agent header")
            if self.limiter.settings.concurrent is not None and self.concurrent > self.limiter.settings.concurrent:
                raise self.limiter.secondary()
            caller = self.authenticator.caller(request.headers.get("authorization"))
            if document is not NO_DOCUMENT:
                return caller, self._graphql(request, caller, document)
            self._check_version(request)
            return caller, self._rest(request, caller, path, query, body, headers)
        except ApiError as error:
            response = _response(Reply(error.body(), error.status))
            if not headers and self.limiter.settings.enabled:
                resource = resource_of(path) if document is NO_DOCUMENT else "graphql"
                headers = self.limiter.headers(self.limiter.bucket(caller, resource), resource)
            response.headers.update(headers | error.headers)
            return caller, response

    def _check_version(self, request: Request) -> None:
        version = request.headers.get("x-github-api-version")
        if version and version not in VERSIONS[self.world.profile]:
            raise ApiError(400, f"The API version {version} is not supported.")

    def _rest(
        self, request: Request, caller: Caller, path: str, query: dict[str, str], body: bytes, headers: dict[str, str]
    ) -> Response:
        limited = self.limiter.settings.enabled
        free, resource = path == "/rate_limit", resource_of(path)
        bucket = self.limiter.bucket(caller, resource)
        if limited and not free:
            if bucket.used >= bucket.limit:
                headers |= self.limiter.headers(bucket, resource)
                raise self.limiter.exceeded(caller)
            self.limiter.spend(caller, resource)
        if limited:
            headers |= self.limiter.headers(bucket, resource)
        path = self._follow(path, request)
        found, params = routing.find(request.method, path)
        points = 1 if request.method == "GET" else WRITE_POINTS
        problem = self.limiter.check_secondary(caller, found.pattern.pattern, points, int(found.creates_content))
        if problem:
            raise problem
        accepted = routing.authorize(found, caller)
        if accepted:
            headers["x-accepted-github-permissions"] = accepted
        call = Call(
            self.world, request.method, path, query, dict(request.headers), _json(body), caller,
            self.authenticator, self.limiter, self.dispatcher, params,
        )  # fmt: skip
        response = _response(found.handler(call))
        if request.method == "GET" and response.status_code == 200:
            response = self._conditional(request, response, bucket, limited and not free)
        if limited:
            headers |= self.limiter.headers(bucket, resource)
        response.headers.update(headers)
        return response

    def _follow(self, path: str, request: Request) -> str:
        """`/repositories/{id}/…` is the same as `/repos/{owner}/{repo}/…`; old names redirect there."""
        parts = path.split("/")
        if parts[1] == "repositories" and len(parts) > 2 and parts[2].isdigit():
            repository = self.world.repositories.get(int(parts[2]))
            if repository is None:
                raise not_found()
            return "/".join(["", "repos", repository.owner.login, repository.name, *parts[3:]])
        if parts[1] == "repos" and len(parts) > 3:
            repository = self.world.repository(f"{parts[2]}/{parts[3]}")
            if repository and repository.full_name.lower() != f"{parts[2]}/{parts[3]}".lower():
                rest_of_path = "".join(f"/{part}" for part in parts[4:])
                location = f"{self.world.api_url}/repositories/{repository.id}{rest_of_path}"
                if request.url.query:
                    location += f"?{request.url.query}"
                status = 301 if request.method == "GET" else 307
                words = "Moved Permanently" if status == 301 else "Temporary Redirect"
                raise ApiError(status, words, headers={"location": location})
        return path

    def _conditional(self, request: Request, response: Response, bucket: Bucket, counted: bool) -> Response:
        etag = response.headers["etag"]
        wanted = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        if etag not in wanted and etag.removeprefix("W/") not in wanted:
            return response
        if counted:
            self.limiter.refund(bucket)
        return Response(status_code=304, headers={"etag": etag})

    def _graphql(self, request: Request, caller: Caller, payload: object) -> Response:
        if request.method != "POST":
            raise not_found()
        if not self.graphql_available:
            raise ApiError(404, "Not Found")
        if caller.token is None:
            if caller.app:
                raise ApiError(403, "Resource not accessible by integration")
            raise ApiError(401, "This endpoint requires you to be authenticated.")
        if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
            raise ApiError(400, "Problems parsing JSON")
        data, headers = self.graphql.execute(
            caller, payload["query"], payload.get("variables") or {}, payload.get("operationName")
        )
        response = _response(Reply(data))
        response.headers.update(headers)
        return response

    def _decorate(self, response: Response, request: Request) -> None:
        version = request.headers.get("x-github-api-version") or "2022-11-28"
        extra = {
            "x-github-request-id": ":".join(secrets.token_hex(2).upper() for _ in range(5)),
            "x-github-media-type": "github.v3; format=json",
            "x-github-api-version-selected": version,
            "server": "github.com",
        }
        if self.world.ghes:
            extra["x-github-enterprise-version"] = GHES_VERSION
        response.headers.update(extra)

    def _control(self, request: Request, path: str, body: bytes) -> Response:
        if self.control is None:
            return _response(Reply({"message": "Not Found"}, 404))
        given = _json(body)
        arguments = dict(request.query_params) | (given if isinstance(given, dict) else {})
        return _response(self.control(request.method, path.removeprefix("/_sim/"), arguments))


def _json(body: bytes) -> object:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


def _faulty(fault: Fault) -> Response:
    default: Json = {"message": "Server Error"}
    response = _response(Reply(fault.body if fault.body is not None else default, fault.status))
    response.headers.update(fault.headers)
    return response


def _response(reply: Reply) -> Response:
    """An answer with its ETag; JSON unless the data is bytes already."""
    if reply.status == 204:
        return Response(status_code=204, headers=reply.headers)
    if isinstance(reply.data, bytes):
        body, kind = reply.data, "application/octet-stream"
    else:
        body = json.dumps(reply.data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        kind = "application/json; charset=utf-8"
    etag = 'W/"' + hashlib.sha256(body).hexdigest() + '"'
    return Response(body, reply.status, {"content-type": kind, "etag": etag, **reply.headers})
