"""What a package URL of an SBOM says: our purl, the name for people, the version and where the bytes come from."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from checks.manifests.collect import MAX_WORD
from checks.model import purl
from checks.model.dependency import Origin

#: Types whose people write the namespace as part of the name.
_JOINED = {"maven": ":", "gradle": ":", "clojars": "/", "deb": "", "rpm": "", "apk": "", "alpm": ""}
#: Types that name a repository: the bytes come from Git, whatever the version is.
_REPOSITORIES = frozenset({"github", "githubactions", "gitlab", "bitbucket"})
_TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,63}").fullmatch
#: A purl that is written as ours: nothing to decode, to lower or to drop.
_PLAIN = re.compile(r"(pkg:(npm|cargo|gem|nuget|hackage)/((?:%40[a-z0-9._-]+/)?[A-Za-z0-9._-]+))@([A-Za-z0-9._-]+)").fullmatch
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
    plain = _PLAIN(text) if len(text) <= MAX_WORD else None
    if plain:
        return Identity(plain[1], plain[3].replace("%40", "@"), plain[4])
    if len(text) > 2 * MAX_WORD:
        raise ValueError("it is too long")
    try:
        type_, namespace, name, version = purl.parse(text)
    except ValueError:
        raise ValueError("it needs 'pkg:', a type and a name") from None
    if not _TYPE(type_):
        raise ValueError("its type is not valid")
    origin, source = _origin(type_, text)
    return Identity(purl.package(type_, name, namespace), _name(type_, namespace, name), version, origin, source)


def generic(name: str, group: str, version: str | None) -> Identity:
    """A component without purl: it reaches a build like any other, but no registry knows it (purl type `generic`)."""
    shown = f"{group}/{name}" if group else name
    return Identity(purl.package("generic", name, group), shown, version, Origin.URL)


def origin_of(known: Identity, address: str | None) -> Origin:
    """The origin of `known` when the document also names the address from which it was downloaded."""
    if address and known.origin in (Origin.REGISTRY, Origin.URL):
        if address.startswith(_GIT):
            return Origin.GIT
        if address.startswith(("file:", "./", "../")):
            return Origin.PATH
    return known.origin


def _name(type_: str, namespace: str, name: str) -> str:
    separator = _JOINED.get(type_, "/")
    return f"{namespace}{separator}{name}" if namespace and separator else name


def _origin(type_: str, text: str) -> tuple[Origin, str | None]:
    """From the qualifiers that the purl specification defines for all types."""
    fallback = Origin.URL if type_ == "generic" else Origin.GIT if type_ in _REPOSITORIES else Origin.REGISTRY
    if "?" not in text:
        return fallback, None
    pairs = (pair.partition("=") for pair in text.split("#", 1)[0].partition("?")[2].split("&"))
    known = {key.lower(): unquote(value) for key, _, value in pairs if value}
    if "vcs_url" in known:
        return Origin.GIT, known["vcs_url"]
    if "download_url" in known:
        address = known["download_url"]
        return (Origin.PATH if address.startswith(("file:", "./", "../")) else Origin.URL), address
    return fallback, known.get("repository_url")
