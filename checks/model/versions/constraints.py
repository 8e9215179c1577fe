"""The parts of a range: a comparator with its version, and what makes a list of them a sound one."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne

from .schemes import InvalidVersion, scheme, sort_key
from .text import Key, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SHORT_BOUND = r"v?[0-9]+(?:\.[0-9]+)?"
_NOTHING = "no version can match; alternatives are written vers:<type>/<1.0|>=2.0"
_HOLDS: dict[str, Callable[[Key, Key], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class InvalidRange(ValueError):
    """Text that is not a range; `position` counts characters from 0, the message from 1."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        shown = text if len(text) <= 80 else text[:80] + "…"
        super().__init__(f"version range {shown!r}, character {position + 1}: {reason}")
        self.text = text
        self.position = position
        self.reason = reason


class Constraint:
    """One comparator and its version; `key` is None for a name without an order (a commit, a branch)."""

    __slots__ = ("key", "operator", "position", "version")

    def __init__(self, operator: str, version: str, key: Key | None, position: int) -> None:
        self.operator = operator
        self.version = version
        self.key = key
        self.position = position

    @property
    def identity(self) -> object:
        """Equal for versions that are the same one (`1.0` and `1.0.0` where the ecosystem says so)."""
        return self.version if self.key is None else self.key

    @property
    def is_lower(self) -> bool:
        return self.operator[0] == ">"

    @property
    def is_upper(self) -> bool:
        return self.operator[0] == "<"

    def holds(self, key: Key | None) -> bool:
        """A version without an order is inside no bound, and another one than every version with an order."""
        if key is None or self.key is None:
            return self.operator == "!="
        return _HOLDS[self.operator](key, self.key)

    def __str__(self) -> str:
        return self.version if self.operator == "=" else self.operator + self.version


def constraint(purl_type: str, text: str, operator: str, version: str, position: int) -> Constraint:
    """Check one comparator and its version, which begins at `position` of the range's text."""
    operator = "=" if operator in ("", "==") else operator
    if not version:
        raise InvalidRange(text, position, "expected a version")
    rules = scheme(purl_type)
    bound = version
    if rules.three_parts and compiled(_SHORT_BOUND).fullmatch(version):
        bound = version + ".0" * (2 - version.count("."))
    key: Key | None = None
    try:
        key = sort_key(purl_type, bound)
    except InvalidVersion as error:
        if not (rules.named and operator in ("=", "!=") and version.isprintable() and " " not in version):
            raise InvalidRange(text, position, str(error)) from error
    return Constraint(operator, version, key, position)


def conjunction(text: str, constraints: list[Constraint]) -> list[Constraint]:
    """All of them together: one interval without its exclusions, or single versions."""
    points = distinct(each for each in constraints if each.operator == "=")
    others = [each for each in constraints if each.operator != "="]
    if points:
        if others and (len(points) > 1 or not _agree(points[0], others)):
            raise InvalidRange(text, points[-1].position, _NOTHING)
        return points
    excluded = distinct(each for each in others if each.operator == "!=")
    low = _strictest([each for each in others if each.is_lower], excluded)
    high = _strictest([each for each in others if each.is_upper], excluded)
    bounds = [each for each in (low, high) if each is not None]
    if low is not None and high is not None:
        if low.key == high.key and low.operator == ">=" and high.operator == "<=":
            return [Constraint("=", low.version, low.key, low.position)]
        if not low.holds(high.key) or not high.holds(low.key):
            raise InvalidRange(text, max(low.position, high.position), _NOTHING)
    return bounds + [each for each in excluded if each.key is None or all(bound.holds(each.key) for bound in bounds)]


def distinct(constraints: Iterable[Constraint]) -> list[Constraint]:
    """The first of those that name the same version."""
    first: dict[object, Constraint] = {}
    for each in constraints:
        first.setdefault(each.identity, each)
    return list(first.values())


def in_order(text: str, constraints: list[Constraint]) -> list[Constraint]:
    """Sorted by version, names first; the vers specification makes a version that is there twice an error."""
    seen: set[object] = set()
    for each in constraints:
        if each.identity in seen:
            raise InvalidRange(text, each.position, f"{each.version} is there twice")
        seen.add(each.identity)
    return sorted(constraints, key=lambda each: ((), each.version) if each.key is None else (each.key, ""))


def check_alternation(text: str, ordered: list[Constraint]) -> None:
    """vers specification, validation: lower and upper bounds alternate, versions stand outside them."""
    previous: Constraint | None = None
    for each in ordered:
        if each.operator == "!=" or each.key is None:
            continue
        if previous is not None and (
            (each.is_upper and not previous.is_lower) or (previous.is_lower and not each.is_upper)
        ):
            raise InvalidRange(text, each.position, f"{each} says nothing beside {previous}")
        previous = each


def _agree(point: Constraint, others: list[Constraint]) -> bool:
    return all(
        each.holds(point.key) and not (each.operator == "!=" and each.identity == point.identity) for each in others
    )


def _strictest(bounds: list[Constraint], excluded: list[Constraint]) -> Constraint | None:
    """The bound that lets the fewest through; `>=1, !=1` is `>1`."""
    best: Constraint | None = None
    for each in bounds:
        if best is None or best.holds(each.key) or (each.key == best.key and len(each.operator) == 1):
            best = each
    if best is not None and any(each.identity == best.identity for each in excluded):
        return Constraint(best.operator[0], best.version, best.key, best.position)
    return best
