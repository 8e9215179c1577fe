"""The ecosystems of the OSV schema and the package URLs that our readers give the same packages."""

import re
from functools import lru_cache

from checks.model.purl import package, parse, type_of

#: Purl type of an ecosystem whose name is the package's name, by OSV's word.
_PLAIN = {
    "Bioconductor": "bioconductor",
    "Bitnami": "bitnami",
    "ConanCenter": "conan",
    "CRAN": "cran",
    "crates.io": "cargo",
    "Hackage": "hackage",
    "Hex": "hex",
    "Julia": "julia",
    "NuGet": "nuget",
    "opam": "opam",
    "Pub": "pub",
    "PyPI": "pypi",
    "RubyGems": "gem",
}
#: Those whose name has a namespace in front of its last slash.
_SLASHED = {
    "GitHub Actions": "github",
    "Go": "golang",
    "npm": "npm",
    "Packagist": "composer",
}
#: Distributions: type and namespace. What follows the colon (`Debian:12`) is the release.
_DISTRIBUTIONS = {
    "AlmaLinux": ("rpm", "almalinux"),
    "Alpine": ("apk", "alpine"),
    "Alpaquita": ("apk", "alpaquita"),
    "Chainguard": ("apk", "chainguard"),
    "Debian": ("deb", "debian"),
    "Mageia": ("rpm", "mageia"),
    "openEuler": ("rpm", "openeuler"),
    "openSUSE": ("rpm", "opensuse"),
    "Red Hat": ("rpm", "redhat"),
    "Rocky Linux": ("rpm", "rocky-linux"),
    "SUSE": ("rpm", "suse"),
    "Ubuntu": ("deb", "ubuntu"),
    "Wolfi": ("apk", "wolfi"),
}
#: Purl types for which somebody publishes advisories; of the others nobody can say that there are none.
COVERED = frozenset(
    {*_PLAIN.values(), *_SLASHED.values(), *(type_ for type_, _ in _DISTRIBUTIONS.values())}
    | {"maven", "swift", "vscode-extension"}
)
_RUN = re.compile(r"[-_.]+")
_REPOSITORY = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}://)?(?:[^/@\s]{1,200}@)?([\w.-]{1,253}/[^?#\s]{1,1000})", re.IGNORECASE
)


def purl_of(ecosystem: str, name: str, given: str = "") -> str:
    """The purl, without version, of a package as an advisory names it; empty where the ecosystem has no purl type.

    `given` is the purl that the record itself states; it counts only for an ecosystem that is not known here.
    """
    word, _, _ = ecosystem.partition(":")
    found = _purl_of(word, name)
    if found is None and given:
        try:
            type_, namespace, last, _ = parse(given)
        except ValueError:
            return ""
        found = package(type_, last, namespace)
    return identity(found) if found else ""


def release_of(ecosystem: str) -> str:
    """`Debian:12` for a distribution, whose releases have versions of their own; empty for everything else."""
    return ecosystem if ecosystem.partition(":")[0] in _DISTRIBUTIONS else ""


def _purl_of(ecosystem: str, name: str) -> str | None:
    if not name:
        return None
    if ecosystem in _PLAIN:
        return package(_PLAIN[ecosystem], name)
    if ecosystem in _SLASHED:
        return _split(_SLASHED[ecosystem], name, "/")
    if ecosystem in _DISTRIBUTIONS:
        type_, namespace = _DISTRIBUTIONS[ecosystem]
        return package(type_, name, namespace)
    if ecosystem == "Maven":
        return _split("maven", name, ":")
    if ecosystem == "SwiftURL":
        match = _REPOSITORY.fullmatch(name)
        return _split("swift", match[1].removesuffix("/").removesuffix(".git"), "/") if match else None
    if ecosystem == "VSCode":
        return _split("vscode-extension", name.replace(".", "/", 1) if "/" not in name else name, "/")
    return None


def _split(type_: str, name: str, separator: str) -> str | None:
    namespace, _, last = name.rpartition(separator)
    if type_ == "github":  # an action below the root of its repository: our readers name the repository
        namespace, _, last = "/".join(name.split("/")[:2]).rpartition("/")
    return package(type_, last, namespace) if last else None


@lru_cache(maxsize=65_536)
def identity(purl: str) -> str:
    """The form in which two purls are compared. `Affected.purl` has it; apply it to a purl before looking it up.

    Python's names are equal by PEP 503, those of NuGet, Swift's hosts and Visual Studio Code in any case.
    """
    type_ = type_of(purl)
    if type_ == "pypi":
        head, _, name = purl.rpartition("/")
        return f"{head}/{_RUN.sub('-', name)}".lower()
    return purl.lower() if type_ in ("nuget", "swift", "vscode-extension") else purl
