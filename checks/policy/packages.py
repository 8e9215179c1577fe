"""Which package versions an entry of the policy speaks of: a package pattern and, if given, a version range."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from checks.model.purl import type_of
from checks.policy.shape import KeyFault
from checks.policy.values import PackagePattern

if TYPE_CHECKING:
    from checks.model.versions import Range


def version_faults(package: PackagePattern | None, versions: str | None) -> Iterator[KeyFault]:
    """What is wrong with `versions` beside `package`."""
    if versions is None:
        return
    if package is None:
        yield KeyFault("versions", "'versions' needs 'package'")
        return
    from checks.model.versions import InvalidRange

    try:
        _range(type_of(package), versions)
    except InvalidRange as error:
        yield KeyFault("versions", str(error))


def covers_version(versions: str | None, purl: str | None, version: str | None) -> bool:
    """Whether a version is in the range; one that is not known, or that its ecosystem cannot compare, is not."""
    if versions is None:
        return True
    from checks.model.versions import InvalidVersion

    if purl is None or version is None:
        return False
    try:
        return _range(type_of(purl), versions).contains(version)
    except InvalidVersion:
        return False


@lru_cache(maxsize=4096)
def _range(purl_type: str, versions: str) -> "Range":
    """Read once: entries share ranges, and each is asked about every package that it names."""
    from checks.model.versions import parse_range

    return parse_range(purl_type, versions)


class PackageIndex:
    """Finds the entries of a list that may speak of a package without trying every pattern: most name just one."""

    __slots__ = ("_named", "_patterns")

    def __init__(self, packages: Iterable[PackagePattern]) -> None:
        self._named: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, PackagePattern]] = []
        for position, package in enumerate(packages):
            if "*" in package:
                self._patterns.append((position, package))
            else:
                self._named.setdefault(package.casefold(), []).append(position)

    def positions(self, purl: str) -> list[int]:
        """The entries whose pattern matches, in their order."""
        named = self._named.get(purl.casefold(), []) if self._named else []
        matched = [position for position, package in self._patterns if package.matches(purl)]
        return sorted([*named, *matched]) if matched else named
