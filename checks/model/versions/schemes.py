"""Which rules order the versions of which purl type, and the three questions asked of them."""

from __future__ import annotations

from functools import lru_cache

from . import composer, distributions, dotted, maven, natural, pep440, rubygems, semver
from .text import MAX_LENGTH, Key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class InvalidVersion(ValueError):
    """Text that the ecosystem refuses as a version."""

    def __init__(self, purl_type: str, version: str, reason: str = "") -> None:
        shown = version if len(version) <= 60 else version[:60] + "…"
        super().__init__(f"{shown!r} is not a valid {purl_type} version{reason and ': '}{reason}")
        self.purl_type = purl_type
        self.version = version


class Scheme:
    """The rules of one ecosystem.

    three_parts: a bound of a range may leave out the minor and patch number, which a version may not.
    named: there are also versions without an order (branches, commits, digests); a range may name them.
    """

    __slots__ = ("is_prerelease", "key", "named", "three_parts")

    def __init__(
        self,
        key: Callable[[str], Key | None],
        is_prerelease: Callable[[str, Key], bool],
        *,
        three_parts: bool = False,
        named: bool = False,
    ) -> None:
        self.key = key
        self.is_prerelease = is_prerelease
        self.three_parts = three_parts
        self.named = named


# Longer ones are read, but not remembered, so that a hostile lock file cannot fill the memory.
_SHORT = 64

_SEMVER = Scheme(semver.semver_key, semver.is_semver_prerelease, three_parts=True)
_NATURAL = Scheme(natural.natural_key, natural.is_natural_prerelease, named=True)

SCHEMES: dict[str, Scheme] = {
    "apk": Scheme(distributions.apk_key, distributions.is_apk_prerelease),
    "cargo": _SEMVER,
    "cocoapods": Scheme(rubygems.pod_key, rubygems.is_gem_prerelease),
    "composer": Scheme(composer.composer_key, composer.is_composer_prerelease),
    "conan": Scheme(dotted.conan_key, dotted.is_conan_prerelease),
    "cran": Scheme(dotted.cran_key, dotted.is_never_prerelease),
    "deb": Scheme(distributions.deb_key, distributions.is_deb_prerelease),
    "gem": Scheme(rubygems.gem_key, rubygems.is_gem_prerelease),
    "golang": Scheme(semver.go_key, semver.is_semver_prerelease),
    "hackage": Scheme(dotted.hackage_key, dotted.is_never_prerelease),
    "hex": _SEMVER,
    "maven": Scheme(maven.maven_key, maven.is_maven_prerelease),
    "npm": _SEMVER,
    "nuget": Scheme(semver.nuget_key, semver.is_nuget_prerelease),
    "pub": Scheme(semver.pub_key, semver.is_semver_prerelease, three_parts=True),
    "pypi": Scheme(pep440.pep440_key, pep440.is_pep440_prerelease),
    "rpm": Scheme(distributions.rpm_key, distributions.is_rpm_prerelease),
    "swift": Scheme(semver.short_semver_key, semver.is_semver_prerelease),
}


def scheme(purl_type: str) -> Scheme:
    """The rules of a purl type; `github`, `generic` and every other type have the natural order."""
    return SCHEMES.get(purl_type, _NATURAL)


def sort_key(purl_type: str, version: str) -> Key:
    """A key for `sorted`, comparable with the keys of the same purl type only.

    Raises InvalidVersion where the ecosystem refuses the text, and for more than 1,000 characters.
    """
    return _remembered(purl_type, version) if len(version) <= _SHORT else _key(purl_type, version)


def _key(purl_type: str, version: str) -> Key:
    if len(version) > MAX_LENGTH:
        raise InvalidVersion(purl_type, version, f"longer than {MAX_LENGTH:,} characters")
    text = version.strip()
    if not text:
        raise InvalidVersion(purl_type, version, "it is empty")
    key = scheme(purl_type).key(text) if text.isprintable() and " " not in text else None
    if key is None:
        raise InvalidVersion(purl_type, version)
    return key


_remembered = lru_cache(maxsize=65_536)(_key)


def compare(purl_type: str, a: str, b: str) -> int:
    """-1, 0 or 1 as `a` is older than, equal to or newer than `b`; raises InvalidVersion."""
    left, right = sort_key(purl_type, a), sort_key(purl_type, b)
    return (left > right) - (left < right)


def is_prerelease(purl_type: str, version: str) -> bool:
    """Whether the version announces itself as one before a release; raises InvalidVersion.

    The mark is the ecosystem's own: SemVer's hyphen (Go's pseudo-versions too), PEP 440's a, b, rc and dev,
    a gem's letter, Maven's alpha to SNAPSHOT, Composer's stability, RPM's and Debian's `~rc`, apk's `_rc`.
    CRAN and Hackage have none.
    """
    key = sort_key(purl_type, version)
    return scheme(purl_type).is_prerelease(version.strip(), key)
