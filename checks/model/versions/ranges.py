"""Version ranges in two notations: `vers` (package-url/vers-spec) and the short one of policy files."""

from __future__ import annotations

from .constraints import Constraint, InvalidRange, check_alternation, conjunction, constraint, in_order
from .schemes import InvalidVersion, scheme, sort_key
from .text import Key, compiled

MAX_RANGE_LENGTH = 10_000

_VERS = r"\s*vers:([a-z0-9.+-]+)/"
_COMPARATOR = r"\s*(>=|<=|!=|==|=|<|>|)\s*"
_SEPARATOR = r"\s*(,?)"
_VERSION = r"[0-9A-Za-z][0-9A-Za-z.+~:!_^@/-]*"
_WILDCARD = r"(?:^|\.)[xX](?:\.|$)"
# What the vers specification wants quoted, and what cannot stand in printable ASCII.
_QUOTED = r"[^!-~]|[><=!*|%,]"
_MUST_BE_QUOTED = r"[><=*,]"


class Range:
    """Versions of one purl type: intervals and single versions, less the excluded ones.

    There is no prerelease magic: a version is inside exactly where it orders, so that `<2.0.0` contains
    `2.0.0-rc.1` and PyPI's `<=1.0` does not contain `1.0+local`. Made by `parse_range`.
    """

    __slots__ = ("_excluded", "_intervals", "_points", "_text", "purl_type")

    def __init__(self, purl_type: str, ordered: list[Constraint], text: str, *, empty: bool = False) -> None:
        self.purl_type = purl_type
        self._text = text
        self._excluded = [each for each in ordered if each.operator == "!="]
        self._points = [each for each in ordered if each.operator == "="]
        self._intervals = _intervals([each for each in ordered if each.is_lower or each.is_upper])
        if not self._points and not self._intervals and not empty:
            self._intervals.append(())

    def contains(self, version: str) -> bool:
        """Whether the version is inside.

        Raises InvalidVersion for text that the ecosystem refuses. A range that asks for no order takes any
        text where versions may be names: `*` everywhere, `=` and `!=` on GitHub.
        """
        key = self._key(version)
        if any(each.version == version or not each.holds(key) for each in self._excluded):
            return False
        return any(each.version == version or each.holds(key) for each in self._points) or any(
            all(bound.holds(key) for bound in interval) for interval in self._intervals
        )

    def _key(self, version: str) -> Key | None:
        try:
            return sort_key(self.purl_type, version)
        except InvalidVersion:
            asks_nothing = not self._excluded and not self._points
            if any(self._intervals) or not (asks_nothing or scheme(self.purl_type).named):
                raise
            return None

    def __contains__(self, version: str) -> bool:
        return self.contains(version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and (self.purl_type, self._text) == (other.purl_type, other._text)

    def __hash__(self) -> int:
        return hash((self.purl_type, self._text))

    def __str__(self) -> str:
        """The range in the notation it was written in: sorted, without blanks and what says nothing."""
        return self._text

    def __repr__(self) -> str:
        return f"<Range {self.purl_type} {self._text!r}>"


def parse_range(purl_type: str, text: str) -> Range:
    """Read a range of versions of a purl type; raises InvalidRange.

    - `vers:npm/>=1.0.0|<2.0.0`: the vers specification of package-url, `*` and `!=` included. The bounds are
      signposts on the line of versions, and a list that contradicts itself is refused, as it says. The type
      must be the purl type, or `all` or `none`.
    - `>=2, <3`: what a person writes. All comparators hold together, separated by a comma or a space;
      `1.3.0`, `=1.3.0` and `==1.3.0` are that version, several are alternatives; `*` is every version.

    In npm, Cargo, Hex and pub a bound may be short: `<1.4` is `<1.4.0`. On GitHub and in ecosystems without
    rules of their own, `=` and `!=` may name a commit or a branch.
    """
    if len(text) > MAX_RANGE_LENGTH:
        raise InvalidRange(text, MAX_RANGE_LENGTH, f"longer than {MAX_RANGE_LENGTH:,} characters")
    if text.lstrip().startswith("vers:"):
        return _parse_vers(purl_type, text)
    if text.strip() == "*":
        return Range(purl_type, [], "*")
    ordered = in_order(text, conjunction(text, _parse_short(purl_type, text)))
    return Range(purl_type, ordered, ", ".join(map(str, ordered)))


def _parse_short(purl_type: str, text: str) -> list[Constraint]:
    constraints: list[Constraint] = []
    position, separator = 0, ","
    while separator or text[position:].strip():
        operator, position = _scan(_COMPARATOR, text, position)
        found = compiled(_VERSION).match(text, position)
        if found is None:
            raise InvalidRange(text, position, _hint(text[position : position + 1]))
        if compiled(_WILDCARD).search(found[0]):
            raise InvalidRange(text, position, _hint("x"))
        separator, following = _scan(_SEPARATOR, text, found.end())
        if following == found.end() < len(text):
            raise InvalidRange(text, following, _hint(text[following]))
        constraints.append(constraint(purl_type, text, operator, found[0], position))
        position = following
    return constraints


def _parse_vers(purl_type: str, text: str) -> Range:
    head = compiled(_VERS).match(text)
    if head is None:
        place = text.index("vers:") + len("vers:")
        raise InvalidRange(text, place, "expected a type and a slash, as in vers:npm/<2.0.0")
    kind, position, rest = head[1], head.end(), text[head.end() :]
    if kind not in (purl_type, "all", "none"):
        raise InvalidRange(text, head.start(1), f"the range is for {kind}, the package is of type {purl_type}")
    if rest.strip() == "*":
        return Range(purl_type, [], f"vers:{kind}/*", empty=kind == "none")
    if kind != purl_type:
        raise InvalidRange(text, position, f"expected only a star after vers:{kind}/")
    constraints: list[Constraint] = []
    for part in rest.split("|"):
        if part.strip():
            constraints.append(_parse_vers_part(purl_type, text, part, position))
        position += len(part) + 1
    if not constraints:
        raise InvalidRange(text, head.end(), "expected a constraint, such as >=1.0.0, or a star")
    ordered = in_order(text, constraints)
    check_alternation(text, ordered)
    return Range(purl_type, ordered, f"vers:{kind}/" + "|".join(map(_quoted, ordered)))


def _parse_vers_part(purl_type: str, text: str, part: str, position: int) -> Constraint:
    """One signpost: blanks do not count, and what would be read as a comparator is percent-encoded."""
    operator, start = _scan(_COMPARATOR, part, 0)
    raw = "".join(part[start:].split())
    stray = compiled(_MUST_BE_QUOTED).search(raw)
    if stray is not None:
        reason = "a star stands alone" if stray[0] == "*" else f"{stray[0]!r} must be percent-encoded here"
        raise InvalidRange(text, position + part.index(stray[0], start), reason)
    return constraint(purl_type, text, operator, _unquote(text, raw, position + start), position + start)


def _scan(pattern: str, text: str, position: int) -> tuple[str, int]:
    """What a pattern that matches everywhere finds at the position, and where it ends."""
    found = compiled(pattern).match(text, position)
    return (found[1], found.end()) if found is not None else ("", position)


def _intervals(bounds: list[Constraint]) -> list[tuple[Constraint, ...]]:
    """Pairs of a lower and an upper bound; the first and the last may stand alone."""
    intervals: list[tuple[Constraint, ...]] = []
    for each in bounds:
        if each.is_upper and intervals and intervals[-1][-1].is_lower:
            intervals[-1] = (*intervals[-1], each)
        else:
            intervals.append((each,))
    return intervals


def _quoted(each: Constraint) -> str:
    quoted = compiled(_QUOTED).sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), each.version)
    return quoted if each.operator == "=" else each.operator + quoted


def _unquote(text: str, version: str, position: int) -> str:
    if "%" not in version:
        return version
    try:  # one character per byte, so that escapes and what stands beside them are decoded together
        narrow = version.encode().decode("latin-1")
        narrow = compiled(r"%([0-9A-Fa-f]{2})").sub(lambda found: chr(int(found[1], 16)), narrow)
        return narrow.encode("latin-1").decode()
    except UnicodeError as error:
        raise InvalidRange(text, position, "the percent escapes are not UTF-8") from error


def _hint(character: str) -> str:
    if character in ("^", "~", "x", "*"):
        return "write a range with comparators, as in >=1.2, <2"
    if character in ("[", "(", "]", ")"):
        return "write an interval with comparators, as in >=1.0, <2.0"
    if character == "|":
        return "alternatives are written vers:<type>/<1.0|>=2.0"
    return f"unexpected {character!r}" if character else "expected a version"
