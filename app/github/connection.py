"""githubkit behind one function: requests to one GitHub and to nowhere else, for what signs us in is never sent to
another host."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from githubkit import GitHub, UnauthAuthStrategy
from githubkit.exception import RequestError, RequestFailed, RequestTimeout

from app.address import Address, inert, origin
from app.github.errors import GitHubError
from app.network import proxy_to, trusted
from app.redaction import redacted
from app.version import VERSION
from checks.model.phrase import visible

#: Seconds to connect, and for the next bytes to come or go; GitHub itself gives up after 10.
TIMEOUT = (5.0, 20.0, 20.0, 20.0)
#: Seconds for one request and its whole answer.
WHOLE = 60.0
#: Bytes of one answer: GitHub's largest tree has 7 MB, its largest blob 100.
LARGEST = 120_000_000
_REDIRECTS = (301, 302, 307, 308)
_HOPS = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """How GitHub is reached from here."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of the environment: SSL_CERT_FILE, HTTPS_PROXY, NO_PROXY."""
    ca_file: str | None = None
    """PEM file of authorities to trust besides those of the system."""
    proxy: str | None = field(default=None, repr=False)
    """Address of a proxy, `direct`, or None: what the environment names."""

    def transport(self, address: Address) -> httpx.AsyncHTTPTransport:
        """The connections to this address. Raises `UsageError` for settings that cannot work."""
        own = None if self.proxy == "direct" else self.proxy
        proxy = own if self.proxy else proxy_to(address, self.variables)
        tls = trusted(self.variables, self.ca_file, "OSPO_GATE_GITHUB_CA_FILE")
        return httpx.AsyncHTTPTransport(
            verify=tls,
            trust_env=False,
            proxy=httpx.Proxy(proxy, ssl_context=tls if proxy.startswith("https:") else None) if proxy else None,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        )


class Connection:
    """Requests below one address."""

    def __init__(self, base: Address, transport: httpx.AsyncBaseTransport) -> None:
        self.base = base
        above = base.removesuffix("/api/v3")
        self.graphql = f"{base}/graphql" if above == base else f"{above}/api/graphql"
        self._origin = base.origin
        self._transport = transport
        # No cache and no retries of its own: docs/decisions/0003-githubkit.md. Each request brings its authorization.
        self._kit = _OneClient(
            UnauthAuthStrategy(),
            base_url=str(base),
            async_transport=transport,
            http_cache=False,
            auto_retry=False,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(TIMEOUT),
            user_agent=f"ospo-gate/{VERSION}",
        )

    async def close(self) -> None:
        await self._transport.aclose()

    async def send(
        self, method: str, place: str, headers: Mapping[str, str], params: Mapping[str, Any] | None, body: Any
    ) -> httpx.Response:
        """The answer to one request, whatever its status, after redirects within the same host. `place`: a path below
        the address, or a whole address that GitHub named. Raises `GitHubError` when no answer comes."""
        url = self._url(place, params)
        content = None if body is None else _encoded(body)
        headers = headers if content is None else {**headers, "Content-Type": "application/json"}
        for _ in range(_HOPS + 1):
            answer = await self._sent(method, url, headers, content)
            if answer.status_code not in _REDIRECTS:
                return answer
            if method != "GET" and answer.status_code in (301, 302):  # 307 and 308 alone keep the method
                raise GitHubError(f"GitHub redirected a {method}, which cannot be followed", answer.status_code)
            url = self._same_host(urljoin(url, answer.headers.get("location", "")))
        raise GitHubError("GitHub redirects in circles", 508)

    def _url(self, place: str, params: Mapping[str, Any] | None) -> str:
        if "://" in place:
            url = self._same_host(place)
        else:
            try:
                url = self.base.below(place)
            except ValueError:
                raise GitHubError("a name that no address can hold cannot be asked for", 422) from None
        return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url

    def _same_host(self, url: str) -> str:
        """Raises `GitHubError` for an address anywhere else."""
        try:
            same = origin(urlsplit(url)) == self._origin and inert(url)
        except ValueError:
            same = False
        if not same:
            raise GitHubError("GitHub named an address on another host, which is not asked", 421)
        return url

    async def _sent(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        try:
            async with asyncio.timeout(WHOLE):
                answer = await self._raw(method, url, headers, content)
                try:
                    return await _whole(answer)
                finally:
                    await answer.aclose()
        except (TimeoutError, RequestTimeout, httpx.TimeoutException):
            raise GitHubError("GitHub did not answer in time") from None
        except (RequestError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise GitHubError(f"GitHub could not be reached: {redacted(visible(str(error)))}") from None

    async def _raw(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        """The answer before its body is read, whatever its status: githubkit raises those that are refusals."""
        try:
            answer = await self._kit.arequest(method, url, headers=headers, content=content, stream=True)
        except RequestFailed as refused:
            answer = refused.response
        raw: httpx.Response = answer.raw_response
        return raw


class _OneClient(GitHub[UnauthAuthStrategy]):  # type: ignore[misc]  # mypy is spared githubkit's models
    """githubkit makes a client for each call; this one keeps it."""

    _client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def get_async_client(self) -> AsyncGenerator[httpx.AsyncClient, None]:
        if self._client is None:
            self._client = _Straight(**self._get_client_defaults(), transport=self.config.async_transport)
        yield self._client


class _Straight(httpx.AsyncClient):
    """Sends a request as it is: no cookie, no authorization and no redirect of its own."""

    async def send(self, request: httpx.Request, **_how: Any) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        answer.request = request
        return answer


async def _whole(answer: httpx.Response) -> httpx.Response:
    """The answer with its body, unpacked, no more than was agreed."""
    chunks, size = [], 0
    async for chunk in answer.aiter_bytes():
        size += len(chunk)
        if size > LARGEST:
            raise GitHubError(f"GitHub's answer has more than {LARGEST:,} bytes", 502)
        chunks.append(chunk)
    packed = (b"content-encoding", b"content-length", b"transfer-encoding")
    headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in packed]
    return httpx.Response(answer.status_code, headers=headers, content=b"".join(chunks), request=answer.request)


def _encoded(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a file name that is no UTF-8
        return json.dumps(body, separators=(",", ":")).encode()
