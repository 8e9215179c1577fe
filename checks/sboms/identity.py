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
    r"(pkg:(npm|cargo|gem|nuget|hackage)/((?:%40[a-z0-9._-]+/)?[A-Za-z0-9._-]+))@([A-Za-z0-9._-]+)(?=[?#]|\Z)"
).match
#: The qualifiers that say where the bytes are; `vcs_url` may also be just one more address (purl specification).
_ADDRESS = re.compile(r"[?&](vcs_url|download_url|repository_url)=([^&#]*)", re.IGNORECASE).finditer
_PATH = ("file:", "./", "../")
_GIT = ("git+", "git:", "git@", "ssh:", "svn+", "hg+", "bzr+")


class Identity(NamedTuple):
    """One package, as its purl names it."""

    purl: str
    name: str
    version: str | None
    origin: Origin = Origin.REGISTRY
    source: str | None = None


def identity_of(text: str) -> Identity:
    """Raises ValueError if `text` is no package URL; its message quotes nothing of the text."""
    if len(text) > 2 * MAX_WORD:
        raise ValueError("it is too long")
    plain = _PLAIN(text)
    if plain:
        package, type_, name, version = plain.groups()
        known = Identity(package, name.replace("%40", "@"), version)
    else:
        known, type_ = _parsed(text)
    if type_ == "generic":
        known = known._replace(origin=Origin.URL)
    elif type_ in _REPOSITORIES:
        known = known._replace(origin=Origin.GIT)
    return _with_address(known, text) if "_url=" in text else known


def _parsed(text: str) -> tuple[Identity, str]:
    try:
        type_, namespace, name, version = purl.parse(text)
    except ValueError:
        raise ValueError("it needs 'pkg:', a type and a name") from None
    if not _TYPE(type_):
        raise ValueError("its type is not valid")
    return Identity(purl.package(type_, name, namespace), _name(type_, namespace, name), version), type_


def generic(name: str, group: str, version: str | None) -> Identity:
    """A component without purl: it reaches a build like any other, but no registry knows it (purl type `generic`)."""
    shown = f"{group}/{name}" if group else name
    return Identity(purl.package("generic", name, group), shown, version, Origin.URL)


def origin_of(known: Identity, address: str | None) -> Origin:
    """The origin of `known` when the document also names the `address` from which it was downloaded."""
    if address is None:
        return known.origin
    if known.purl.startswith("pkg:npm/"):
        return npm_origin_of(address, known.name, known.version)
    if address.startswith(_GIT):
        return Origin.GIT
    if address.startswith(_PATH):
        return Origin.PATH
    if known.origin is Origin.GIT and purl.type_of(known.purl) not in _REPOSITORIES and not address.endswith(".git"):
        return Origin.REGISTRY
    return known.origin


def _name(type_: str, namespace: str, name: str) -> str:
    separator = _JOINED.get(type_, "/")
    return f"{namespace}{separator}{name}" if namespace and separator else name


def _with_address(known: Identity, text: str) -> Identity:
    found = {match[1].lower(): unquote(match[2]) for match in _ADDRESS(text) if match[2]}
    if "download_url" in found:
        address = found["download_url"]
        origin = origin_of(known, address)
        return known._replace(
            origin=Origin.URL if origin is Origin.REGISTRY and not known.purl.startswith("pkg:npm/") else origin,
            source=address,
        )
    if "vcs_url" in found:
        return known._replace(origin=Origin.GIT, source=found["vcs_url"])
    return known._replace(source=found.get("repository_url"))
