"""The HTTP client of the online sources. Everything it sends is a question: POST is a query with a body, so that every
request may be made again.

It talks to base addresses of the settings alone, over TLS (plain HTTP only to this machine), follows no redirect to
another host, reads no more than was agreed, and never waits longer than the caller's budget. Nothing that it raises
holds an address, a name or a secret.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import httpx2

from app.address import Address, inert, origin
from app.facts.online.body import ENCODINGS, Body, too_large
from app.facts.online.host import Host
from app.facts.online.responses import KeptResponse, ResponseCache, ResponsesInMemory
from app.facts.online.retry import ATTEMPTS, delay, retry_after
from app.facts.online.timing import Timing
from app.facts.online.unavailable import Passing, Unavailable
from checks.facts.exchange import Form, Request

_REDIRECTS = (301, 302, 307, 308)
_HOPS = 3
_NOT_FOUND = (404, 410)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a source is asked, and how it is reached."""

    base: Address
    authorization: str | None = field(default=None, repr=False)
    """The value of the Authorization header; it goes to this base address only."""
    proxy: str | None = field(default=None, repr=False)
    """The proxy's address; None: directly."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a client waits (seconds) and how much it asks for at a time."""

    connect: float = 5.0
    read: float = 15.0
    """For the next bytes of an answer."""
    concurrency: int = 8
    """Requests to one host at the same time."""


class Client:
    """One for a process and its event loop. Use `async with`, or `close`."""

    def __init__(
        self,
        agent: str,
        tls: ssl.SSLContext,
        limits: Limits = Limits(),
        timing: Timing | None = None,
        responses: ResponseCache | None = None,
    ) -> None:
        self.timing = timing or Timing()
        self._agent = agent
        self._tls = tls
        self._limits = limits
        self._responses = responses or ResponsesInMemory()
        self._transports: dict[str | None, httpx2.AsyncHTTPTransport] = {}
        self._hosts: dict[str, Host] = {}

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    async def fetch(self, endpoint: Endpoint, request: Request, deadline: float) -> bytes | None:
        """The body of the answer, or None where the server knows of no such thing (404, 410). `deadline` is of the
        monotonic clock. Raises `Unavailable`."""
        try:
            url = endpoint.base.below(request.path)
        except ValueError:
            raise Unavailable("its name cannot be asked for") from None
        host = self._host(url)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(host, endpoint, request, url, deadline)
            except Passing as problem:
                wait = max(problem.wait or 0.0, delay(attempt, self.timing.jitter()))
                if attempt == ATTEMPTS or self._left(deadline) <= wait:
                    retry_at = self.timing.now() + timedelta(seconds=problem.wait) if problem.wait else None
                    raise Unavailable(problem.reason, retry_at, problem.status) from None
            await self.timing.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _left(self, deadline: float) -> float:
        return deadline - self.timing.monotonic()

    def _host(self, url: str) -> Host:
        place = origin(urlsplit(url))
        if place not in self._hosts:
            self._hosts[place] = Host(self.timing, self._limits.concurrency)
        return self._hosts[place]

    async def _attempt(
        self, host: Host, endpoint: Endpoint, request: Request, url: str, deadline: float
    ) -> bytes | None:
        try:
            async with asyncio.timeout(max(self._left(deadline), 0.0)), host.turn():
                return await self._follow(endpoint, request, url)
        except TimeoutError:
            raise Unavailable("it did not answer in time") from None

    async def _follow(self, endpoint: Endpoint, request: Request, url: str) -> bytes | None:
        """One request, and those that it is redirected to on the same host."""
        for _ in range(_HOPS + 1):
            answer = await self._send(endpoint, request, url)
            if not isinstance(answer, _Elsewhere):
                return answer.body
            url = _redirected(url, answer.location, request.method)
        raise Unavailable("it redirects in circles")

    async def _send(self, endpoint: Endpoint, request: Request, url: str) -> "_Body | _Elsewhere":
        kept = self._responses.get(url) if request.method == "GET" else None
        try:
            sent = httpx2.Request(
                request.method,
                url,
                headers=self._headers(endpoint, request, kept),
                content=request.body,
                extensions={"timeout": self._timeout()},
            )
            response = await self._transport(endpoint.proxy).handle_async_request(sent)
            try:
                return await self._read(response, request, url, kept)
            finally:
                await response.aclose()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            if _untrusted(error):
                raise Unavailable("its certificate is not trusted here") from None
            raise Passing(_reason(error)) from None

    def _headers(self, endpoint: Endpoint, request: Request, kept: KeptResponse | None) -> Mapping[str, str]:
        headers = {"User-Agent": self._agent, "Accept": request.accept, "Accept-Encoding": ENCODINGS}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if endpoint.authorization:
            headers["Authorization"] = endpoint.authorization
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept and kept.last_modified:
            headers["If-Modified-Since"] = kept.last_modified
        return headers

    def _timeout(self) -> Mapping[str, float | None]:
        seconds = self._limits
        return httpx2.Timeout(connect=seconds.connect, read=seconds.read, write=seconds.read, pool=None).as_dict()

    def _transport(self, proxy: str | None) -> httpx2.AsyncHTTPTransport:
        if proxy not in self._transports:
            tls = self._tls if proxy and proxy.startswith("https:") else None
            self._transports[proxy] = httpx2.AsyncHTTPTransport(
                verify=self._tls,
                trust_env=False,
                proxy=httpx2.Proxy(proxy, ssl_context=tls) if proxy else None,
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=self._limits.concurrency),
            )
        return self._transports[proxy]

    async def _read(
        self, response: httpx2.Response, request: Request, url: str, kept: KeptResponse | None
    ) -> "_Body | _Elsewhere":
        status, headers = response.status_code, response.headers
        if status == 304 and kept is not None:
            return _Body(kept.body)
        if status in _REDIRECTS:
            return _Elsewhere(headers.get("location", ""))
        if status in _NOT_FOUND:
            return _Body(None)
        if status == 429 or status >= 500:
            wait = retry_after(headers.get("retry-after"), self.timing.now())
            reason = (
                "it asks to be left alone for now" if status == 429 else f"it answered with an error (HTTP {status})"
            )
            raise Passing(reason, wait, status)
        if status != 200:
            raise Unavailable(f"it refused the request (HTTP {status})", status=status)
        _expect(headers, request)
        body = await Body(request.limit_bytes, headers.get("content-encoding", "")).read(_chunks(response))
        if request.method == "GET" and "no-store" not in headers.get("cache-control", "").lower():
            self._keep(url, body, headers)
        return _Body(body)

    def _keep(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        etag, modified = headers.get("etag"), headers.get("last-modified")
        if etag or modified:
            self._responses.put(url, KeptResponse(body, etag, modified))


@dataclass(frozen=True, slots=True)
class _Body:
    body: bytes | None


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    location: str


async def _chunks(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The bytes as they come: unpacked elsewhere, because one packed chunk can hold a thousand times its size."""
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    async for chunk in stream:
        yield chunk


def _expect(headers: Mapping[str, str], request: Request) -> None:
    """Raise for what cannot be the answer, before it is read: a sign-in page, a file of gigabytes."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    json = kind.endswith(("/json", "+json")) or kind in ("", "text/plain")  # so do file servers with copies
    if (request.form is Form.JSON and not json) or kind == "text/html":
        raise Unavailable(f"it answered with {'a web page' if kind == 'text/html' else 'something that is not JSON'}")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:19]) > request.limit_bytes:
        raise too_large(request.limit_bytes)


def _redirected(url: str, location: str, method: str) -> str:
    """Where a redirect leads. Raises `Unavailable` unless it is the same host."""
    try:
        target = urljoin(url, location)
        same = origin(urlsplit(target)) == origin(urlsplit(url))
    except ValueError:
        same = False
    if not location or not same or not inert(target) or method != "GET":
        raise Unavailable("it redirects to another place")
    return target


def _reason(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx2.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx2.ConnectError | httpx2.ProxyError | OSError):
        return "no connection"
    return "its answer was cut off or is not HTTP"


def _untrusted(error: BaseException | None) -> bool:
    """Whether the certificate is at fault: what networks that inspect TLS meet first."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
