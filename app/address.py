"""Addresses that may be asked: they come from settings and package manager configuration, never from a checkout."""

import ipaddress
from typing import ClassVar, Self
from urllib.parse import SplitResult, unquote, urlsplit

from checks.policy.values import Word

#: Characters of an address with path and query; servers commonly refuse more than 8 kB.
MAX_LENGTH = 8000
_PORTS = {"https": 443, "http": 80}
_EXPECTED = "expected an address such as 'https://host/path'"


class Address(Word):
    """A base address: `https://host[:port][/path]`, without a slash at the end. Plain HTTP only on this machine: with
    TLS, a name that leads somewhere else (DNS rebinding, an address inside of the network) ends at the certificate."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "format": "uri"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if len(text) > MAX_LENGTH or not inert(text) or set('"<>^`{|}?#') & set(text):
            raise ValueError(_EXPECTED)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_EXPECTED) from None
        if not host or port == 0:
            raise ValueError(_EXPECTED)
        if parts.username is not None or parts.password is not None:
            raise ValueError("has a user or password in it")  # and is not repeated
        if not (parts.scheme == "https" or (parts.scheme == "http" and loopback(host))):
            raise ValueError("expected an address that begins with https:// (http:// only for this machine)")
        return cls(text.rstrip("/"))

    @property
    def origin(self) -> str:
        return origin(urlsplit(self))

    @property
    def host(self) -> str:
        return urlsplit(self).hostname or ""

    def below(self, path: str) -> str:
        """The address of `path` below this one. Raises ValueError where the result would be anywhere else."""
        url = f"{self}/{path.lstrip('/')}" if path else str(self)
        if len(url) > MAX_LENGTH or not inert(url):
            raise ValueError("a name that no address can hold")
        return url


def loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def usable_proxy(url: str) -> bool:
    """Whether it is the address of an HTTP or HTTPS proxy."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isascii()
    except ValueError:
        return False


def origin(parts: SplitResult) -> str:
    """Scheme, host and port: what credentials and redirects are held to. Raises ValueError for an impossible port."""
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS.get(parts.scheme)}"


def inert(url: str) -> bool:
    """Whether each segment of the path is a plain name: no `..`, however it is escaped, and no control characters."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    return not any(unquote(segment) in (".", "..") for segment in urlsplit(url).path.split("/"))
