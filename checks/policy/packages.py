"""Which package versions an entry of the policy speaks of: a package pattern and, if given, a version range."""

from collections.abc import Iterator

from checks.model.purl import type_of
from checks.policy.shape import KeyFault
from checks.policy.values import PackagePattern


def version_faults(package: PackagePattern | None, versions: str | None) -> Iterator[KeyFault]:
    """What is wrong with `versions` beside `package`."""
    if versions is None:
        return
    if package is None:
        yield KeyFault("versions", "'versions' needs 'package'")
        return
    from checks.model.versions import InvalidRange, parse_range

    try:
        parse_range(type_of(package), versions)
    except InvalidRange as error:
        yield KeyFault("versions", str(error))


def covers_version(versions: str | None, purl: str | None, version: str | None) -> bool:
    """Whether a version is in the range; one that is not known, or that its ecosystem cannot compare, is not."""
    if versions is None:
        return True
    from checks.model.versions import InvalidVersion, parse_range

    if purl is None or version is None:
        return False
    try:
        return parse_range(type_of(purl), versions).contains(version)
    except InvalidVersion:
        return False
