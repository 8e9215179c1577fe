"""Which proxy leads to a source: the settings' own for it, or what the environment names (HTTPS_PROXY, NO_PROXY)."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.address import Address, loopback
from app.fact_settings import SourceProxy, usable_proxy
from checks.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are configured."""

    of_sources: tuple[SourceProxy, ...] = field(default=(), repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to(self, source: str, address: Address) -> str | None:
        """The address of the proxy; None: directly. Raises `UsageError` for a kind of proxy that is not supported."""
        for own in self.of_sources:
            if own.source == source:
                return own.proxy
        if loopback(address.host) or self._bypassed(address):
            return None
        scheme = urlsplit(address).scheme
        for name in (f"{scheme}_proxy", "all_proxy"):
            if found := self._variable(name):
                return _usable(found, name.upper())
        return None

    def _variable(self, name: str) -> str:
        return self.variables.get(name) or self.variables.get(name.upper()) or ""

    def _bypassed(self, address: Address) -> bool:
        """NO_PROXY has hosts (with all that is below them), hosts with ports, networks, or `*`."""
        host, place = address.host, urlsplit(address).netloc.lower()
        for item in self._variable("no_proxy").lower().split(","):
            name = item.strip().removeprefix("*.").removeprefix(".")
            if name and (name in ("*", host, place) or host.endswith(f".{name}") or _within(host, name)):
                return True
        return False


def _within(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _usable(proxy: str, name: str) -> str:
    url = proxy if "://" in proxy else f"http://{proxy}"
    if not usable_proxy(url):  # and it is not shown: it may hold a password
        raise UsageError(f"{name}: only proxies that begin with http:// or https:// are supported")
    return url
