"""What a package URL of an SBOM says: our purl, the name for people, the version and where the bytes come from."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from checks.manifests.collect import MAX_WORD
from checks.manifests.npmspec import origin_of as npm_origin_of
from checks.model import purl
from checks.model.dependency import Origin

#: Types whose people write the namespace as part of the name.
_JOINED = {"maven": ":", "gradle": ":", "clojars": "/", "deb": "", "rpm": "", "apk": "", "alpm": ""}
#: Types that name a repository: the bytes come from Git, whatever the version is.
_REPOSITORIES = frozenset({"github", "githubactions", "gitlab", "bitbucket"})
_TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,63}").fullmatch
#: A purl that is written as ours: nothing to decode, to lower or to drop.
_PLAIN = re.compile(
    r"(pkg:(?:npm|cargo|gem|nuget|hackage)/((?:%40[a-z0-9._-]+/)?[A-Za-z0-9._-]+))@([A-Za-z0-9._-]+)(?=[?#]|\Z)"
).match
#: The qualifiers that say where the bytes are; `vcs_url` may also be just one more address (purl specification).
_ADDRESS = re.compile(r"[?&](vcs_url|download_url|repository_url)=([^&#]*)", re.IGNORECASE).finditer
_NPM = "pkg:npm/"
_PATH = ("file:", "./", "../")
_GIT = ("git+", "git:", "git@", "ssh:", "svn+", "hg+", "bzr+")


class Identity(NamedTuple):
    """One package, as its purl names it."""

    purl: str
    name: str
    version: str | None
    qualifiers: str = ""
    """What follows the version in the purl, if it holds an address."""


def identity_of(text: str) -> Identity:
    """Raises ValueError if `text` is no package URL; its message quotes nothing of the text."""
    if len(text) > 2 * MAX_WORD:
        raise ValueError("it is too long")
    qualifiers = text[text.find("?") :] if "_url=" in text else ""
    plain = _PLAIN(text)
    if plain:
        return Identity(plain[1], plain[2].replace("%40", "@"), plain[3], qualifiers)
    try:
        type_, namespace, name, version = purl.parse(text)
    except ValueError:
        raise ValueError("it needs 'pkg:', a type and a name") from None
    if not _TYPE(type_):
        raise ValueError("its type is not valid")
    return Identity(purl.package(type_, name, namespace), _name(type_, namespace, name), version, qualifiers)


def generic(name: str, group: str, version: str | None) -> Identity:
    """A component without purl: it reaches a build like any other, but no registry knows it (purl type `generic`)."""
    shown = f"{group}/{name}" if group else name
    return Identity(purl.package("generic", name, group), shown, version)


def whence(known: Identity, address: str | None) -> tuple[Origin, str | None]:
    """Origin and source of a package whose download `address` the document names, or else perhaps its purl."""
    if address is not None:
        return _origin(known, address), address
    if not known.qualifiers:
        return _origin_of_type(known), None
    found = {match[1].lower(): unquote(match[2]) for match in _ADDRESS(known.qualifiers) if match[2]}
    if "download_url" in found:
        address = found["download_url"]
        origin = _origin(known, address)
        # the qualifier is written where a package does not come from the default registry (purl specification)
        unusual = origin is Origin.REGISTRY and not known.purl.startswith(_NPM)
        return Origin.URL if unusual else origin, address
    if "vcs_url" in found:
        return Origin.GIT, found["vcs_url"]
    return _origin_of_type(known), found.get("repository_url")


def _origin(known: Identity, address: str) -> Origin:
    if known.purl.startswith(_NPM):
        return npm_origin_of(address, known.name, known.version)
    if address.startswith(_GIT) or address.endswith(".git"):
        return Origin.GIT
    return Origin.PATH if address.startswith(_PATH) else _origin_of_type(known)


def _origin_of_type(known: Identity) -> Origin:
    type_ = purl.type_of(known.purl)
    return Origin.URL if type_ == "generic" else Origin.GIT if type_ in _REPOSITORIES else Origin.REGISTRY


def _name(type_: str, namespace: str, name: str) -> str:
    separator = _JOINED.get(type_, "/")
    return f"{namespace}{separator}{name}" if namespace and separator else name
