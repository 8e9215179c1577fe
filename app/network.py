"""How a host is reached: whose certificates are trusted, and through which proxy. For each source on its own."""

import ipaddress
import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from app.address import Address, loopback, usable_proxy
from checks.model.errors import UsageError


def trusted(variables: Mapping[str, str], ca_file: str | None, setting: str) -> ssl.SSLContext:
    """The system's authorities (or those of SSL_CERT_FILE and SSL_CERT_DIR instead), and those of `ca_file`. Raises
    `UsageError` that names the variable or the `setting` whose certificates cannot be read."""
    import httpx2

    file, folder = variables.get("SSL_CERT_FILE"), variables.get("SSL_CERT_DIR")
    name = "SSL_CERT_FILE"
    try:
        if file or folder:
            context = ssl.create_default_context(cafile=file or None, capath=folder or None)
        elif ca_file:
            context = httpx2.create_ssl_context(trust_env=False)
        else:
            return _of_the_system()
        name = setting
        if ca_file:
            context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it has none"
        raise UsageError(f"{name}: no certificates can be read from it: {reason}") from None
    return context


@cache
def _of_the_system() -> ssl.SSLContext:
    """One for all hosts: to read the system's authorities takes 20 ms, and nothing of a host is kept in it."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)


def proxy_to(address: Address, variables: Mapping[str, str]) -> str | None:
    """The proxy that the environment names (HTTPS_PROXY, ALL_PROXY, NO_PROXY); None: directly. Raises `UsageError` for
    a kind of proxy that is not supported."""
    if loopback(address.host) or _bypassed(address, variables):
        return None
    for name in (f"{urlsplit(address).scheme}_proxy", "all_proxy"):
        if found := _variable(variables, name):
            return _usable(found, name.upper())
    return None


def _variable(variables: Mapping[str, str], name: str) -> str:
    return variables.get(name) or variables.get(name.upper()) or ""


def _bypassed(address: Address, variables: Mapping[str, str]) -> bool:
    """NO_PROXY has hosts (with all that is below them), hosts with ports, networks, or `*`."""
    host, place = address.host, urlsplit(address).netloc.lower()
    for item in _variable(variables, "no_proxy").lower().split(","):
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
