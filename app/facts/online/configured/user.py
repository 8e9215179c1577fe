"""Reads the configuration of package managers from the user's home, never from a checkout: a pull request could send
lookups elsewhere, or have logins sent to it."""

import netrc
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from app.facts.online.configured.cargo import read_cargo
from app.facts.online.configured.go import read_go
from app.facts.online.configured.npm import read_npmrc
from app.facts.online.configured.nuget import read_nuget
from app.facts.online.configured.pip import read_pip
from app.facts.online.configured.registry import Configured, Registry, basic, together

#: Configuration files are small; one beyond this is none (bytes).
_MAX_FILE = 1_000_000
Reader = Callable[[list[str], Mapping[str, str]], Configured]


def configured(home: Path | None, variables: Mapping[str, str], checkout: Path | None = None) -> Configured:
    """What npm, pip, Go, Cargo and NuGet are configured with for this user; nothing at or below `checkout` is read."""
    places: list[tuple[Reader, Iterator[Path]]] = [
        (read_npmrc, _npm(home, variables)),
        (read_pip, _pip(home, variables)),
        (read_go, _go(home, variables)),
        (read_cargo, _cargo(home, variables)),
        (read_nuget, _nuget(home)),
    ]
    found = together(
        read([text for path in paths if (text := _text(path, checkout)) is not None], variables)
        for read, paths in places
    )
    logins = _logins(home, variables, checkout)
    return replace(found, registries=tuple(_with_login(registry, logins) for registry in found.registries))


def _npm(home: Path | None, variables: Mapping[str, str]) -> Iterator[Path]:
    own = variables.get("NPM_CONFIG_USERCONFIG") or variables.get("npm_config_userconfig")
    if own or home:
        yield Path(own) if own else Path(home or "", ".npmrc")
    if shared := variables.get("NPM_CONFIG_GLOBALCONFIG") or variables.get("npm_config_globalconfig"):
        yield Path(shared)


def _pip(home: Path | None, variables: Mapping[str, str]) -> Iterator[Path]:
    if own := variables.get("PIP_CONFIG_FILE"):
        yield Path(own)
    settings = variables.get("XDG_CONFIG_HOME")
    if home:
        yield Path(settings or home / ".config", "pip", "pip.conf")
        yield home / ".pip" / "pip.conf"
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield Path("/etc/pip.conf")


def _go(home: Path | None, variables: Mapping[str, str]) -> Iterator[Path]:
    if own := variables.get("GOENV"):
        yield Path(own)
    elif home:
        yield Path(variables.get("XDG_CONFIG_HOME") or home / ".config", "go", "env")


def _cargo(home: Path | None, variables: Mapping[str, str]) -> Iterator[Path]:
    folder = variables.get("CARGO_HOME")
    if folder or home:
        for name in ("config.toml", "config", "credentials.toml", "credentials"):
            yield Path(folder or Path(home or "", ".cargo"), name)


def _nuget(home: Path | None) -> Iterator[Path]:
    if home:
        yield home / ".nuget" / "NuGet" / "NuGet.Config"
        yield home / ".config" / "NuGet" / "NuGet.Config"
        yield home / "AppData" / "Roaming" / "NuGet" / "NuGet.Config"


def _text(path: Path, checkout: Path | None) -> str | None:
    """The text of a regular file outside of the checkout, also where a link leads into it."""
    try:
        if not path.is_absolute() or _within(path, checkout) or path.stat().st_size > _MAX_FILE:
            return None
        return path.read_text("utf-8-sig") if path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _within(path: Path, checkout: Path | None) -> bool:
    return checkout is not None and path.resolve().is_relative_to(checkout.resolve())


def _logins(home: Path | None, variables: Mapping[str, str], checkout: Path | None) -> Mapping[str, str]:
    """Logins by host, as pip, Go and curl take them from ~/.netrc."""
    own = variables.get("NETRC")
    path = Path(own) if own else Path(home or "", ".netrc")
    if not path.is_absolute() or not os.path.isfile(path) or _within(path, checkout):
        return {}
    try:
        hosts = netrc.netrc(str(path)).hosts
    except (OSError, ValueError, netrc.NetrcParseError):
        return {}
    return {
        host: basic(user, password) for host, (user, _, password) in hosts.items() if host != "default" and password
    }


def _with_login(registry: Registry, logins: Mapping[str, str]) -> Registry:
    login = registry.authorization or logins.get(registry.address.host)
    return replace(registry, authorization=login)
