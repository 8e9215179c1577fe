"""A registry that somebody configured, and the login that belongs to it."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from app.address import Address
from checks.policy.values import Pattern


@dataclass(frozen=True, slots=True)
class Registry:
    """Where packages of a type are looked up, with what it lets us in with."""

    format: str
    """What it speaks: a key of `app.facts.online.registries.FORMATS`."""
    address: Address
    scope: str | None = None
    """The npm scope that it serves, with its `@`; None: all packages."""
    authorization: str | None = field(default=None, repr=False)
    """The value of the Authorization header."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What a package manager's configuration says."""

    registries: tuple[Registry, ...] = ()
    private: tuple[Pattern, ...] = ()
    """Packages that it fetches from nowhere public, by purl."""


def registry(
    format_: str, url: str, scope: str | None = None, authorization: str | None = None
) -> tuple[Registry, ...]:
    """One registry, or none where the address is not one that we ask (plain HTTP, a folder). A user and password in
    the address become its login."""
    try:
        parts = urlsplit(url.strip())
        if parts.username is not None:
            authorization = basic(unquote(parts.username), unquote(parts.password or ""))
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        address = Address.parse(urlunsplit(parts._replace(fragment="")))
    except ValueError:
        return ()
    if authorization is not None and not (authorization.isascii() and authorization.isprintable()):
        return ()
    return (Registry(format_, address, scope, authorization),)


def basic(user: str, password: str) -> str:
    """The header of HTTP's Basic scheme (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def together(found: Iterable[Configured]) -> Configured:
    parts = list(found)
    return Configured(
        tuple(registry for part in parts for registry in part.registries),
        tuple(pattern for part in parts for pattern in part.private),
    )
