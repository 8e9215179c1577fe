"""npm's vocabulary, shared by the locks of npm, yarn, pnpm and bun: names, aliases, versions and addresses."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from checks.model.dependency import Origin
from checks.model.purl import package

#: One exact version (semver 2.0), as opposed to a range, a tag or an address.
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?").fullmatch
#: `owner/repository`, npm's short form for a repository on GitHub.
_SHORT_FORM = re.compile(r"[^@/:\s.][^@/:\s]*/[^@/:\s]+").fullmatch
_GIT = ("git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:", "gist:")
_PATH = ("file:", "link:", "portal:", "./", "../", "/", "~/")
_ARCHIVE = (".tgz", ".tar.gz", ".tar")


@lru_cache(maxsize=65536)
def purl_of(name: str) -> str | None:
    """The purl of an npm name, None for text that no package can have as its name (`@a`, `a/b`, `..`)."""
    scope, slash, base = name.rpartition("/")
    if base in ("", ".", "..") or (slash and (len(scope) < 2 or scope[0] != "@" or "/" in scope)):
        return None
    if not slash and base[0] == "@":
        return None
    try:
        return package("npm", base, scope)
    except UnicodeEncodeError:
        return None


def split_at(text: str) -> tuple[str, str]:
    """`@a/b@1.2` → (`@a/b`, `1.2`): split at the first `@` that does not open a scope."""
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def alias_of(spec: str) -> tuple[str, str] | None:
    """Real name and range of `npm:name@range`, None for everything that names no other package."""
    if not spec.startswith("npm:"):
        return None
    name, range_ = split_at(spec[4:])
    return (name, range_) if purl_of(name) and not _EXACT(name) and name[:1] not in "^~<>=*" else None


def exact(version: object) -> str | None:
    """`version` if it is one exact version, without npm's optional leading `v` or `=`."""
    if not isinstance(version, str):
        return None
    text = version.lstrip("=").strip() if version[:1] == "=" else version
    return text.removeprefix("v") if len(text) <= 256 and _EXACT(text) else None


def version_in(address: str, name: str) -> str | None:
    """The version in the address of a registry's archive, `…/<name>/-/<base>-<version>.tgz`, as npm itself reads it."""
    head, found, version = address.partition(f"/{name}/-/{name[name.rfind('/') + 1 :]}-")
    if not (found and head.startswith(("http:", "https:")) and version.endswith(".tgz")):
        return None
    return exact(version.removesuffix(".tgz"))


def origin_of(address: str | None, name: str, version: str | None) -> Origin:
    """Where `address` gets its bytes from.

    Without host names, a registry is known by its layout: `…/<name>/-/<base>-<version>.tgz`. An address of another
    package or version is a URL like any other, whatever the entry calls it.
    """
    if address is None:
        return Origin.REGISTRY
    base = name[name.rfind("/") + 1 :]
    if address.startswith("http") and address.endswith(f"/{name}/-/{base}-{version}.tgz"):
        return Origin.REGISTRY
    return _unusual_origin(address, name, base, version)


def _unusual_origin(address: str, name: str, base: str, version: str | None) -> Origin:
    if address.startswith(_GIT) or _SHORT_FORM(address.split("#", 1)[0]):
        return Origin.GIT
    if address.startswith(_PATH):
        return Origin.PATH
    if not address.startswith(("http:", "https:")):
        return Origin.PATH if ":" not in address else Origin.URL
    path = unquote(address.split("#", 1)[0].split("?", 1)[0]).lower()
    if path.endswith(".git") or path.startswith("https://codeload."):
        return Origin.GIT
    name, base = name.lower(), base.lower()
    if version is not None:
        version = version.lower().split("+", 1)[0]
        named = f"/{name}/-/" in path or f"/{name}/download/" in path
        if (named and path.endswith(f"/{base}-{version}.tgz")) or f"/download/{name}/{version}/" in path:
            return Origin.REGISTRY
    return Origin.URL


def is_path(address: str) -> bool:
    """Whether `address` is a place in a file system."""
    return address.startswith(_PATH)


def is_archive(address: str) -> bool:
    """Whether a path names a packed package rather than a folder."""
    return address.split("#", 1)[0].lower().endswith(_ARCHIVE)


def license_of(entry: Mapping[str, object]) -> str | None:
    """The license statement of a package.json or of a lock entry that copies it; only text and the old object form."""
    value = entry.get("license")
    if isinstance(value, dict):
        value = value.get("type")
    return value if isinstance(value, str) and value else None


def names_in(entry: Mapping[str, object], *maps: str) -> dict[str, str]:
    """Name → specifier of all `maps` of an entry that are objects; the first map that has a name counts."""
    found: dict[str, str] = {}
    for map_ in maps:
        value = entry.get(map_)
        if isinstance(value, dict):
            for name, spec in value.items():
                if name not in found:
                    found[name] = spec if isinstance(spec, str) else ""
    return found
