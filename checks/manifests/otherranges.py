"""Ranges of Composer and RubyGems."""

from checks.manifests.rangetests import Test, UnknownRangeError, all_of, any_of, caret_index, compares, integer
from checks.model.versions import sort_key
from checks.model.versions.text import Key, compiled

_COMPOSER = (
    r"(\^|~|>=|<=|!=|<>|==|=|>|<|)v?([0-9]+(?:\.[0-9]+){0,3})(\.[*x])?"
    r"(-?(?:alpha|beta|rc|a|b|patch|pl|p)[.-]?[0-9]*)?(?:@\w+)?"
)


def composer(range_: str) -> Test:
    return any_of([_composer_set(part.strip()) for part in compiled(r"\|\|?").split(range_)])


def _composer_set(text: str) -> Test:
    if text in ("*", ""):
        return lambda _text, _key: True
    joined = compiled(r"([<>=!~^])\s+").sub(r"\1", text)
    hyphen = compiled(r"(\S+)\s+-\s+(\S+)").fullmatch(joined)
    if hyphen is not None:
        exact = hyphen[2].count(".") >= 2
        return all_of([_composer_clause(">=" + hyphen[1]), _composer_clause(("<=" if exact else "~~") + hyphen[2])])
    return all_of([_composer_clause(part) for part in compiled(r"[\s,]+").split(joined)])


def _composer_clause(text: str) -> Test:
    tail = text.startswith("~~")
    found = compiled(_COMPOSER).fullmatch(text.removeprefix("~~").lower())
    if found is None:
        raise UnknownRangeError
    operator, release, star, pre = found[1], found[2], found[3], found[4] or ""
    numbers = [integer(part) for part in release.split(".")]
    low = sort_key("composer", release + (pre or "-dev"))
    if tail:
        return compares("<", _composer_bound(numbers, len(numbers) - 1))
    if star:
        return all_of([compares(">=", low), compares("<", _composer_bound(numbers, len(numbers) - 1))])
    if operator in ("^", "~"):
        at = caret_index(numbers) if operator == "^" else max(len(numbers) - 2, 0)
        return all_of([compares(">=", low), compares("<", _composer_bound(numbers, at))])
    if operator in (">=", "<"):
        return compares(operator, low)
    return compares("!=" if operator == "<>" else operator, sort_key("composer", release + pre))


def _composer_bound(numbers: list[int], at: int) -> Key:
    """The version before the first one that is left out: `-dev` is Composer's lowest stability."""
    kept = [*numbers[:at], numbers[at] + 1, 0, 0, 0][:4]
    return sort_key("composer", ".".join(map(str, kept)) + "-dev")


def gem(range_: str) -> Test:
    tests = []
    for part in range_.split(","):
        found = compiled(r"(~>|>=|<=|!=|=|>|<|)\s*([0-9A-Za-z.-]+)").fullmatch(part.strip())
        if found is None:
            raise UnknownRangeError
        tests.append(_pessimistic(found[2]) if found[1] == "~>" else compares(found[1], sort_key("gem", found[2])))
    return all_of(tests)


def _pessimistic(text: str) -> Test:
    """Gem::Requirement `~>`: at least this one, and below the next of all numbers but the last."""
    low = sort_key("gem", text)
    numbers = [integer(part) for part in _gem_release(text).split(".")]
    at = max(len(numbers) - 2, 0)
    upper = sort_key("gem", ".".join(map(str, (*numbers[:at], numbers[at] + 1))))
    return lambda version, key: key >= low and sort_key("gem", _gem_release(version)) < upper


def _gem_release(text: str) -> str:
    found = compiled(r"[0-9]+(?:\.[0-9]+)*(?![0-9A-Za-z])").match(text)
    return found[0] if found else text
