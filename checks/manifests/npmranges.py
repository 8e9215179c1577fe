"""Ranges of npm (node-semver, classes/range.js) and of Cargo, whose comparators are the same."""

from checks.manifests.rangetests import COMPARE, Test, UnknownRangeError, any_of, integer
from checks.model.versions import sort_key
from checks.model.versions.text import Key, compiled

_NUMBER = r"(0|[1-9][0-9]*|[xX*])"
_PARTIAL = rf"[v=]*{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
_COMPARATOR = rf"(\^|~>?|>=|<=|>|<|=|)\s*{_PARTIAL}(?:\s+|\Z)"
_HYPHEN = rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*"
_RELEASE = ((2,),)
#: Below every version of the same three numbers: the `-0` that node-semver adds to an upper bound.
_LOWEST = ((0, 0),)

_Parts = tuple[int | None, int | None, int | None, str | None]


def npm(range_: str) -> Test:
    if range_ in ("", "*", "x", "X"):
        return lambda _text, _key: True  # npm takes even a prerelease for it where there is nothing else
    sets = [_npm_set(part) for part in range_.split("||")]
    # node-semver: where one alternative is everything, the others are dropped
    return any_of([_semver(bounds) for bounds in sets]) if all(sets) else _semver([])


def _npm_set(text: str) -> list[tuple[str, Key]]:
    hyphen = compiled(_HYPHEN).fullmatch(text)
    if hyphen is not None:
        low, high = _parts(hyphen.groups()[:4]), _parts(hyphen.groups()[4:])
        upper = _bounds("<=", high) if high[0] is not None else []
        return _asking([*_bounds(">=", low), *upper])
    bounds: list[tuple[str, Key]] = []
    position, text = 0, text.strip()
    while position < len(text):
        found = compiled(_COMPARATOR).match(text, position)
        if found is None:
            raise UnknownRangeError
        bounds += _bounds(found[1] or "=", _parts(found.groups()[1:]))
        position = found.end()
    return _asking(bounds)


def _asking(bounds: list[tuple[str, Key]]) -> list[tuple[str, Key]]:
    """Without `>=0.0.0`, which asks for nothing (node-semver)."""
    return [bound for bound in bounds if bound != (">=", (0, 0, 0, _RELEASE))]


def cargo(range_: str) -> Test:
    """Cargo's comparators are npm's, separated by commas, and a bare version means `^`."""
    bounds: list[tuple[str, Key]] = []
    for part in range_.split(","):
        found = compiled(_COMPARATOR).fullmatch(part.strip())
        if found is None:
            raise UnknownRangeError
        parts = _parts(found.groups()[1:])
        starred = any(group in ("*", "x", "X") for group in found.groups()[1:4])
        bounds += _bounds(found[1] or ("=" if starred else "^"), parts)
    return _semver(bounds)


def _parts(groups: tuple[str | None, ...]) -> _Parts:
    numbers: list[int | None] = []
    for text in groups[:3]:
        open_ = text is None or text in "xX*" or (bool(numbers) and numbers[-1] is None)
        numbers.append(None if open_ else integer(text or ""))
    return numbers[0], numbers[1], numbers[2], groups[3] if numbers[2] is not None else None


def _bounds(operator: str, parts: _Parts) -> list[tuple[str, Key]]:
    """The comparators that one comparator with a partial version stands for (node-semver, classes/range.js)."""
    major, minor, patch, pre = parts
    if major is None:
        return [("<", (0, 0, 0, _LOWEST))] if operator in ("<", ">") else []
    low = _semver_key(major, minor or 0, patch or 0, pre)
    if operator in ("~", "~>", "^"):
        return [(">=", low), ("<", _next(operator, parts))]
    after = (major + 1, 0, 0, _LOWEST) if minor is None else (major, minor + 1, 0, _LOWEST)
    if patch is not None:
        return [(operator, low)]
    if operator == ">":
        return [(">=", (*after[:3], _RELEASE))]
    if operator == "<=":
        return [("<", after)]
    if operator == "<":
        return [("<", (*low[:3], _LOWEST))]
    return [(">=", low)] if operator == ">=" else [(">=", low), ("<", after)]


def _next(operator: str, parts: _Parts) -> Key:
    """The first version that a caret or tilde leaves out."""
    major, minor, patch, _ = parts
    assert major is not None
    if minor is None or (operator == "^" and major > 0):
        return (major + 1, 0, 0, _LOWEST)
    if operator == "^" and minor == 0 and patch is not None:
        return (0, 0, patch + 1, _LOWEST)
    return (major, minor + 1, 0, _LOWEST)


def _semver_key(major: int, minor: int, patch: int, pre: str | None) -> Key:
    return sort_key("npm", f"{major}.{minor}.{patch}" + (f"-{pre}" if pre else ""))


def _semver(bounds: list[tuple[str, Key]]) -> Test:
    """All comparators together; a prerelease only where one of them names a prerelease of the same three numbers."""
    named = {bound[:3] for _, bound in bounds if bound[3] != _RELEASE}

    def test(_text: str, key: Key) -> bool:
        if key[3] != _RELEASE and key[:3] not in named:
            return False
        return all(COMPARE[operator](key, bound) for operator, bound in bounds)

    return test
