"""Package URLs: written fast, read strictly (purl specification 1.0)."""

from functools import lru_cache
from urllib.parse import quote, unquote

#: Types whose names and namespaces are lower-cased by the specification. Not `golang`, though it says so: the case of a
#: module path matters to Go, and every source of facts about modules compares it (`github.com/Masterminds/goutils`).
_LOWER = frozenset({"github", "bitbucket", "composer", "hex", "pub", "oci", "alpm", "apk", "deb", "rpm"})
_SAFE = "-._~:"


@lru_cache(maxsize=65536)
def package(type_: str, name: str, namespace: str = "") -> str:
    """The purl of a package without version: `package("npm", "core", "@angular")` → `pkg:npm/%40angular/core`.

    `namespace` may have several segments separated by `/`. Applies the type's normalization rules.
    """
    if type_ == "pypi":
        name = name.lower().replace("_", "-")
    elif type_ in _LOWER:
        name, namespace = name.lower(), namespace.lower()
    segments = [quote(part, safe=_SAFE) for part in namespace.split("/") if part] if namespace else []
    return "/".join((f"pkg:{type_}", *segments, quote(name, safe=_SAFE)))


def versioned(purl: str, version: str | None) -> str:
    """`purl` with its version, percent-encoded; unchanged when there is none."""
    return f"{purl}@{quote(version, safe=_SAFE)}" if version else purl


def type_of(purl: str) -> str:
    """`npm` of `pkg:npm/left-pad`."""
    return purl[4:].split("/", 1)[0]


def parse(text: str) -> tuple[str, str, str, str | None]:
    """Type, namespace (`/` between segments), name and version, decoded; qualifiers and subpath are dropped.

    Raises ValueError for anything that is not a purl. Read from the right, as the specification says.
    """
    if not text[:4].lower() == "pkg:":
        raise ValueError(f"not a package URL (it does not begin with 'pkg:'): {text[:80]!r}")
    rest = text[4:].lstrip("/").split("#", 1)[0].split("?", 1)[0]
    type_, slash, rest = rest.partition("/")
    rest = rest.strip("/")
    at = rest.rfind("@")
    version = None
    if at > rest.rfind("/") and at > 0:
        rest, version = rest[:at], unquote(rest[at + 1 :]) or None
    segments = [unquote(part) for part in rest.split("/") if part]
    if not slash or not type_ or not segments:
        raise ValueError(f"not a package URL (type and name are needed): {text[:80]!r}")
    return type_.lower(), "/".join(segments[:-1]), segments[-1], version
