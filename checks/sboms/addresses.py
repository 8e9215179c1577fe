"""Addresses of packages as documents may carry them: URIs without credentials, or none at all."""

import re
from functools import lru_cache
from urllib.parse import quote

from checks.model.dependency import Origin
from checks.sboms.inert import inert

#: What the readers of manifests leave where a password stood.
_MASK = "•••"
_MASKED = re.compile(r"//[^/@]*•••[^/@]*@")
_PART = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/\-]++|%[0-9A-Fa-f]{2})*+"
#: RFC 3986 with a name as host; validators of documents judge by it. What git alone writes (`git@host:path`) is none.
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*://(?:[A-Za-z0-9._~!$&'()*+,;=:\-]*@)?[A-Za-z0-9._~\-]+(?::[0-9]{0,5})?"
    rf"(?:/{_PART})?(?:\?(?:{_PART}|\?)*+)?(?:#(?:{_PART}|\?)*+)?"
).fullmatch
_SCP = re.compile(r"(?:([A-Za-z0-9._\-]+)@)?([A-Za-z0-9.\-]+\.[A-Za-z]+):(?!//)([^\s:]+)").fullmatch
#: `ssh://host:owner/name`, where only a port may stand.
_NO_PORT = re.compile(r"(ssh://(?:[^@/]*@)?[^:/@]+):(?![0-9]+/)").sub
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})").sub
_SCHEMES = ("http://", "https://", "ftp://")
#: Characters that a URI may have anywhere; the rest is percent-encoded.
_SAFE = "!#$%&'()*+,/:;=?@~-._"


@lru_cache(maxsize=65536)
def address(origin: Origin, source: str | None) -> str | None:
    """The URI from which the bytes come; None for names of registries, paths and what is no URI.

    Of git `git+https://host/path@revision`, as SPDX 2.3 (clause 7.7) and the purl specification write it.
    """
    if source is None or origin is Origin.PATH or len(source) > 2048:
        return None
    if _MASK in source:
        source = _MASKED.sub("//", source)
        if _MASK in source:
            return None
    if origin is Origin.GIT:
        return _git(source)
    if not source.startswith(_SCHEMES) or inert(source) != source or (origin is Origin.REGISTRY and _is_index(source)):
        return None
    return source if _URI(source) else _uri(source)


def _is_index(source: str) -> bool:
    """A registry that is a git repository (CocoaPods) holds descriptions, and nothing is downloaded from it."""
    return source.endswith(".git")


def _uri(text: str) -> str | None:
    text = quote(_STRAY("%25", text), safe=_SAFE)
    return text if _URI(text) else None


def _git(source: str) -> str | None:
    base, _, revision = source.removeprefix("git+").partition("#")
    scp = _SCP(base)
    if scp:
        base = f"ssh://{scp[1] or 'git'}@{scp[2]}/{scp[3]}"
    base = _NO_PORT(r"\1/", base)
    if "://" not in base or inert(base) != base:
        return None
    text = base if base.startswith("git:") else f"git+{base}"
    revision = revision.partition("&")[0].removeprefix("commit=")
    if revision and inert(revision) == revision and "=" not in revision:
        text += f"@{revision}"
    return _uri(text)


#: Hosts whose first folder is the account that publishes what lies below it.
_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_ACCOUNTS = frozenset({"github", "githubactions", "gitlab", "bitbucket"})


def supplier(type_: str, group: str) -> str | None:
    """Who publishes the packages of a namespace, where that is an account and not only a word in a name."""
    if type_ in _ACCOUNTS:
        return group.partition("/")[0] or None
    host, _, rest = group.partition("/")
    return (rest.partition("/")[0] or None) if type_ == "golang" and host in _HOSTS else None
