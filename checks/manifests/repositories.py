"""From the address of a repository to a package URL: GitHub and Bitbucket have a type, the rest is generic."""

import re

from checks.model import purl

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}://)?(?:[^/@\s]{1,200}@)?([\w.-]{1,253})(?::\d{1,5})?[/:]([^?#\s]{1,1000})",
    re.IGNORECASE,
)
_TYPES = {"github.com": "github", "www.github.com": "github", "bitbucket.org": "bitbucket"}


def repository(address: str) -> tuple[str, str] | None:
    """Purl and name of `https://host/owner/repo.git`, `git@host:owner/repo`, `ssh://…`; None if it is no address."""
    match = _ADDRESS.match(address.strip().removeprefix("git+"))
    if not match:
        return None
    host = match[1].lower()
    parts = [part for part in match[2].removesuffix("/").removesuffix(".git").split("/") if part not in ("", ".", "..")]
    if not parts:
        return None
    type_ = _TYPES.get(host)
    if type_ and len(parts) >= 2:
        return purl.package(type_, parts[1], parts[0]), f"{parts[0]}/{parts[1]}"
    return purl.package("generic", parts[-1], "/".join((host, *parts[:-1]))), "/".join((host, *parts))
