"""Package URLs and the names that ecosystems and sources use for the same package, both ways."""

import re
from urllib.parse import quote

from checks.model import purl as purls
from checks.model.facts import PackageKey

#: Longer names and versions are asked of nobody: no registry has them.
MAX_NAME = 300
#: The toolchain of a go.mod: advisories know it, no registry has it.
GO_TOOLCHAIN = "pkg:golang/stdlib"
#: What separates namespace and name in an ecosystem's own name; types that are not here have no namespace.
_SEPARATORS = {
    "composer": "/",
    "docker": "/",
    "github": "/",
    "golang": "/",
    "huggingface": "/",
    "maven": ":",
    "npm": "/",
    "swift": "/",
}


def name_of(purl: str) -> str | None:
    """The ecosystem's own name: `@angular/core`, `org.example:lib`, `github.com/owner/module`; Python's is normalized.

    None for what no public source has under that name: a purl with qualifiers or a subpath (another registry's
    package of the same name), and a name that cannot be one.
    """
    if "?" in purl or "#" in purl:
        return None
    try:
        type_, namespace, name, _ = purls.parse(purl)
    except ValueError:
        return None
    separator = _SEPARATORS.get(type_)
    if namespace and separator is None:
        return None
    if type_ == "maven" and not namespace:
        return None
    if type_ == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    full = f"{namespace}{separator}{name}" if namespace else name
    return full if plausible(full) else None


def purl_of(type_: str, name: str) -> str | None:
    """The purl of an ecosystem's own name; None if it cannot be a name."""
    if not plausible(name):
        return None
    separator = _SEPARATORS.get(type_)
    namespace, _, last = name.rpartition(separator) if separator else ("", "", name)
    if not last or (type_ == "maven" and (not namespace or ":" in namespace)):
        return None
    return purls.package(type_, last, namespace)


def plausible(text: str) -> bool:
    """Whether it can be a name or a version at all.

    One impossible item makes a source refuse the whole batch, so a pull request must not be able to slip one in; and
    no segment of it may lead out of the path that a name is put into.
    """
    return (
        0 < len(text) <= MAX_NAME
        and text.isprintable()
        and " " not in text
        and not any(part in ("", ".", "..") for part in re.split("[/:]", text))
    )


def version_of(key: PackageKey) -> str | None:
    """The version of `key` if there is one and it can be asked for."""
    version = key[1]
    return version if version and plausible(version) else None


def segment(text: str) -> str:
    """One segment of a path: everything is percent-encoded but letters, digits and `-._~`."""
    return quote(text, safe="")


#: The schemes and hosts that repositories on GitHub are written with.
_GITHUB = re.compile(
    r"(?:(?:git\+)?(?:https?|git|ssh)://)?(?:[\w.-]{1,100}(?::[^@/\s]{0,200})?@)?(?:www\.)?github\.com[/:]"
    r"([A-Za-z0-9](?:[A-Za-z0-9_-]{0,99}))/([\w.-]{1,100})(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_SHORTHAND = re.compile(r"(?:github:)?([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([\w.-]{1,100})")


def repository_of(address: object) -> str | None:
    """`github.com/owner/name` in lower case of an address or npm's shorthand; None for every other host."""
    if not isinstance(address, str) or len(address) > 2_000:
        return None
    match = _GITHUB.fullmatch(address.strip()) or _SHORTHAND.fullmatch(address.strip())
    if match is None:
        return None
    name = match[2].removesuffix(".git")
    return f"github.com/{match[1]}/{name}".lower() if name.strip(".") else None
