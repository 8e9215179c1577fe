"""The address that a manifest names for a package, in the many forms in which package managers write one."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from checks.model.dependency import Dependency, Origin
from checks.model.purl import type_of

#: Types whose address is the reference of an image, which begins with a host only if that looks like one.
_IMAGES = frozenset({"docker", "oci", "devcontainer"})
#: Types that are a repository: what pins them stands elsewhere (a revision beside it, git's own tree).
_REPOSITORIES = frozenset({"github", "githubactions", "gitlab", "bitbucket", "generic"})
#: What the words of npm and bun for a code host mean.
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "gist": "gist.github.com"}
_INSECURE = frozenset({"http", "git", "svn", "ftp", "rsync"})
_DEFAULT_PORTS = {"http": "80", "https": "443", "ssh": "22"}

_URL = re.compile(r"(?:[a-z]+\+)?([a-z][a-z0-9.-]*)://([^/?#]*)([^?#]*)([^#]*)#?(.*)", re.IGNORECASE | re.DOTALL)
#: Programs disagree about what such an address means: some of them read a host.
_ODD = re.compile(r"(?:[a-z]+\+)?(https?|ftp|git|ssh):", re.IGNORECASE)
_SCP = re.compile(r"(?:[\w.+-]+@([\w.-]+)|(github|gitlab|bitbucket|gist)):(?!/)([^#]+)#?(.*)")
_SHORT = re.compile(r"([\w.-]+/[\w.-]+)(?:#(.*))?")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.%]+\]|[^:@\[\]]+)(?::(.*))?", re.IGNORECASE)
_HOST = re.compile(r"[^\s\\%@\0-\x20\x7f]+")
_COMMIT = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")
#: Lock files of bun shorten commits.
_SHORT_COMMIT = re.compile(r"(?:commit[=:])?[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a package comes from, as far as its entry says so."""

    scheme: str
    """Lower case and without a tool's prefix (`https` of `git+https`); empty where the form has none."""
    host: str
    """Lower case, with the port if it is not the scheme's own; empty where programs would not agree which it is."""
    path: str
    """Decoded and without `..`; it begins with a slash."""
    ref: str = ""
    """What it names within a repository, or another fragment."""

    @property
    def insecure(self) -> bool:
        """Whether anybody on the way can change the bytes."""
        return self.scheme in _INSECURE

    @property
    def repository(self) -> tuple[str, str]:
        """Host and path of the repository, whichever way its bytes are fetched."""
        parts = self.path.strip("/").split("/")
        if self.host == "codeload.github.com":
            return "github.com", "/" + "/".join(parts[:2])
        if self.host == "api.github.com" and parts[0] == "repos":
            return "github.com", "/" + "/".join(parts[1:3])
        return self.host, self.path.rstrip("/").removesuffix(".git")


def address(dependency: Dependency) -> Address | None:
    """The address that the entry names; None where it names none, or only its package manager's word for a registry."""
    if dependency.source is None or dependency.origin is Origin.PATH:
        return None
    return _parsed(dependency.source, type_of(dependency.purl), dependency.origin)


@lru_cache(maxsize=16384)
def _parsed(source: str, type_: str, origin: Origin) -> Address | None:
    if found := _URL.fullmatch(source):
        scheme, authority, path, _, ref = found.groups()
        if scheme.lower() == "lp":
            return _repository("https", "launchpad.net", f"/{authority}{path}", ref)
        return _url(scheme.lower(), authority, path, ref, origin) if authority else None
    if found := _ODD.match(source):
        return Address(found[1].lower(), "", "/")
    if origin is Origin.GIT:
        if found := _SCP.fullmatch(source):
            return _repository("ssh", found[1] or _HOSTS[found[2]], "/" + found[3], found[4])
        if found := _SHORT.fullmatch(source):
            return _repository("https", _HOSTS["github"], "/" + found[1], found[2] or "")
        return None
    host, slash, path = source.partition("/")
    name, _, port = host.partition(":")
    if type_ in _IMAGES:
        named = bool(slash) and ("." in host or bool(port) or host == "localhost")
    else:
        named = type_ == "terraform" and "." in host
    return Address("", _host("", name, port), "/" + path) if named else None


def _url(scheme: str, authority: str, path: str, ref: str, origin: Origin) -> Address:
    if "\\" in authority:  # browsers and npm end the host there, others do not
        return Address(scheme, "", "/")
    found = _AUTHORITY.fullmatch(authority.rpartition("@")[2])
    host, port = (found[1], found[2] or "") if found else ("", "")
    if port and not port.isdecimal():  # ssh://git@host:owner/name, as git's short form has it
        path, port = f"/{port}{path}", ""
    if origin is Origin.GIT:
        return _repository(scheme, _host(scheme, _HOSTS.get(host.lower(), host), port), path, ref)
    return Address(scheme, _host(scheme, host, port), _path(path))


def _repository(scheme: str, host: str, path: str, ref: str) -> Address:
    """pip writes the reference behind an `@` of the path, all others behind a `#`."""
    path, _, behind = path.partition("@")
    return Address(scheme, host.lower(), _path(path), behind or ref)


def _host(scheme: str, name: str, port: str) -> str:
    name = name.lower().rstrip(".")
    if not _HOST.fullmatch(name):
        return ""
    return f"{name}:{port}" if port and port != _DEFAULT_PORTS.get(scheme) else name


def _path(path: str) -> str:
    plain = unquote(path) if "%" in path else path
    return posixpath.normpath("/" + plain.lstrip("/")) if "/." in plain or "//" in plain else plain or "/"


def pinned(dependency: Dependency) -> bool:
    """Whether a package that comes from a repository is one commit of it; true where the entry cannot tell."""
    if dependency.origin is not Origin.GIT or not dependency.source or type_of(dependency.purl) in _REPOSITORIES:
        return True
    place = address(dependency)
    if place is not None and _SHORT_COMMIT.fullmatch(place.ref):
        return True
    return any(_COMMIT.search(text) for text in _where_commits_stand(dependency))


def _where_commits_stand(dependency: Dependency) -> Iterator[str]:
    yield from dependency.integrity
    yield dependency.version or ""
    yield dependency.source or ""
