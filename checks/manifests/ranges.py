"""Whether a locked version satisfies what a manifest asks for, in the manifest's own notation.

`satisfies` answers None where it cannot tell (a tag, an address, a notation that is not read here): nothing is then
said about the lock file. The rules are those of the tools: node-semver, Cargo, PEP 440, Poetry, Composer, RubyGems.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from checks.model.versions import InvalidVersion, sort_key
from checks.model.versions.text import Key, compiled

#: A longer requirement is nobody's range (characters).
MAX_RANGE = 1_000
#: More alternatives than these are not read.
MAX_ALTERNATIVES = 50


class _UnknownError(Exception):
    """A range that is not read here."""


#: A test of one version: the text as it stands and its sort key.
_Test = Callable[[str, Key], bool]
_COMPARE: dict[str, Callable[[Key, Key], bool]] = {
    "": eq, "=": eq, "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def satisfies(notation: str, range_: str, version: str) -> bool | None:
    """Whether `version` is what `range_` asks for; None where that cannot be told.

    `notation`: `npm`, `cargo`, `pypi`, `poetry`, `composer` or `gem`; every other one cannot be told.
    """
    try:
        test = _tests(notation, range_.strip())
        return None if test is None else test(version, sort_key(_TYPE.get(notation, notation), version))
    except InvalidVersion:
        return None


@lru_cache(maxsize=4096)
def _tests(notation: str, range_: str) -> _Test | None:
    read = _READERS.get(notation)
    if read is None or len(range_) > MAX_RANGE or range_.count("|") > 2 * MAX_ALTERNATIVES:
        return None
    try:
        return read(range_)
    except (_UnknownError, InvalidVersion):
        return None


def _all(tests: list[_Test]) -> _Test:
    return lambda text, key: all(test(text, key) for test in tests)


def _any(tests: list[_Test]) -> _Test:
    return lambda text, key: any(test(text, key) for test in tests)


def _compares(operator: str, bound: Key) -> _Test:
    compare = _COMPARE[operator]
    return lambda _text, key: compare(key, bound)


# -- node-semver and Cargo -------------------------------------------------------------------------------------------

_NUMBER = r"(0|[1-9][0-9]*|[xX*])"
_PARTIAL = rf"[v=]*{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
_COMPARATOR = rf"(\^|~>?|>=|<=|>|<|=|)\s*{_PARTIAL}(?:\s+|\Z)"
_HYPHEN = rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*"
_RELEASE = ((2,),)
#: Below every version of the same three numbers: the `-0` that node-semver adds to an upper bound.
_LOWEST = ((0, 0),)

_Parts = tuple[int | None, int | None, int | None, str | None]


def _npm(range_: str) -> _Test:
    if range_ in ("", "*", "x", "X"):
        return lambda _text, _key: True  # npm takes even a prerelease for it where there is nothing else
    sets = [_npm_set(part) for part in range_.split("||")]
    # node-semver: where one alternative is everything, the others are dropped
    return _any([_semver(bounds) for bounds in sets]) if all(sets) else _semver([])


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
            raise _UnknownError
        bounds += _bounds(found[1] or "=", _parts(found.groups()[1:]))
        position = found.end()
    return _asking(bounds)


def _asking(bounds: list[tuple[str, Key]]) -> list[tuple[str, Key]]:
    """Without `>=0.0.0`, which asks for nothing (node-semver)."""
    return [bound for bound in bounds if bound != (">=", (0, 0, 0, _RELEASE))]


def _cargo(range_: str) -> _Test:
    """Cargo's comparators are npm's, separated by commas, and a bare version means `^`."""
    bounds: list[tuple[str, Key]] = []
    for part in range_.split(","):
        found = compiled(_COMPARATOR).fullmatch(part.strip())
        if found is None:
            raise _UnknownError
        parts = _parts(found.groups()[1:])
        starred = any(group in ("*", "x", "X") for group in found.groups()[1:4])
        bounds += _bounds(found[1] or ("=" if starred else "^"), parts)
    return _semver(bounds)


def _parts(groups: tuple[str | None, ...]) -> _Parts:
    numbers: list[int | None] = []
    for text in groups[:3]:
        open_ = text is None or text in "xX*" or (bool(numbers) and numbers[-1] is None)
        numbers.append(None if open_ else _integer(text or ""))
    return numbers[0], numbers[1], numbers[2], groups[3] if numbers[2] is not None else None


def _integer(digits: str) -> int:
    if len(digits) > 16:
        raise _UnknownError
    return int(digits)


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


def _semver(bounds: list[tuple[str, Key]]) -> _Test:
    """All comparators together; a prerelease only where one of them names a prerelease of the same three numbers."""
    named = {bound[:3] for _, bound in bounds if bound[3] != _RELEASE}

    def test(_text: str, key: Key) -> bool:
        if key[3] != _RELEASE and key[:3] not in named:
            return False
        return all(_COMPARE[operator](key, bound) for operator, bound in bounds)

    return test


# -- PEP 440 and Poetry ----------------------------------------------------------------------------------------------

_CLAUSE = r"(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)"
_NO_PRE, _NO_DEV = (3, 0), (1,)


def _pypi(range_: str) -> _Test:
    inner = range_[1:-1] if range_.startswith("(") and range_.endswith(")") else range_
    tests: list[_Test] = []
    for part in inner.split(","):
        if not part.strip() and inner.strip():
            continue  # PEP 440 reads `>=1,` as `>=1`
        found = compiled(_CLAUSE).fullmatch(part.strip())
        if found is not None:
            tests.append(_clause(found[1], found[2]))
        elif inner.strip():
            raise _UnknownError
    return _all(tests)


def _clause(operator: str, text: str) -> _Test:
    if operator == "===":
        return lambda version, _key: version.lower() == text.lower()
    if operator in ("==", "!=") and text.endswith(".*"):
        prefix = _begins(text[:-2])
        return prefix if operator == "==" else lambda version, key: not prefix(version, key)
    bound = sort_key("pypi", text)
    if operator == "~=":
        if "." not in text:
            raise _UnknownError
        release = compiled(r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*").match(text.lower())
        prefix = _begins((release[0] if release else text).rpartition(".")[0])
        return lambda version, key: key[:5] >= bound[:5] and prefix(version, key)
    if operator in ("<", ">"):
        return lambda _version, key: _exclusive(operator, key, bound)
    if bound[5] and operator in ("==", "!="):
        return _compares(operator, bound)
    compare = _COMPARE[operator]
    return lambda _version, key: compare(key[:5], bound[:5])


def _exclusive(operator: str, key: Key, bound: Key) -> bool:
    """`<1.0` leaves out the prereleases of 1.0 and `>1.0` its post-releases and local versions (PEP 440)."""
    if operator == "<":
        announced = key[2] != _NO_PRE or key[4] != _NO_DEV
        final = bound[2] == _NO_PRE and bound[4] == _NO_DEV
        same = key[:2] == bound[:2] if bound[3] == -1 else key[:4] == bound[:4]
        return key < bound and not (same and announced and final)
    post = key[:3] == bound[:3] and bound[4] == _NO_DEV and key[3] != -1 and bound[3] == -1
    return key > bound and not post and not (key[:5] == bound[:5] and bool(key[5]))


def _begins(prefix: str) -> _Test:
    """`==1.2.*`: the same epoch and the same first numbers, missing ones being 0."""
    if compiled(r"v?(?:[0-9]{1,9}!)?[0-9]{1,16}(?:\.[0-9]{1,16})*").fullmatch(prefix) is None:
        raise _UnknownError
    epoch, _, release = prefix.removeprefix("v").rpartition("!")
    wanted = tuple(int(part) for part in release.split("."))

    def test(_text: str, key: Key) -> bool:
        numbers = key[1]
        assert isinstance(numbers, tuple)
        return key[0] == int(epoch or 0) and (numbers + (0,) * len(wanted))[: len(wanted)] == wanted

    return test


def _poetry(range_: str) -> _Test:
    """Poetry's constraints: PEP 440 with `^`, `~`, `*` and `||`; a bare version is exactly that one."""
    sets = compiled(r"\|\|?").split(range_)
    return _any([_all([_poetry_clause(part) for part in _poetry_parts(each)]) for each in sets])


def _poetry_parts(text: str) -> list[str]:
    joined = compiled(r"([<>=!~^])\s+").sub(r"\1", text.strip())
    return [part for part in compiled(r"[\s,]+").split(joined) if part]


def _poetry_clause(text: str) -> _Test:
    if text == "*":
        return lambda _text, _key: True
    found = compiled(r"(\^|~)(?!=)([0-9]+(?:\.[0-9]+)*)(.*)").fullmatch(text)
    if found is not None:
        numbers = [_integer(part) for part in found[2].split(".")]
        at = _caret_index(numbers) if found[1] == "^" else min(1, len(numbers) - 1)
        upper = ".".join(str(number) for number in (*numbers[:at], numbers[at] + 1))
        return _all([_clause(">=", found[2] + found[3]), _clause("<", upper)])
    if compiled(r"[0-9].*").fullmatch(text):
        return _clause("==", text)
    found = compiled(_CLAUSE).fullmatch(text.replace("=", "==", 1) if compiled(r"=[^=].*").fullmatch(text) else text)
    if found is None:
        raise _UnknownError
    return _clause(found[1], found[2])


def _caret_index(numbers: list[int]) -> int:
    """The place of the first number that is not 0, which a caret keeps; the last one where all are."""
    return next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)


# -- Composer and RubyGems -------------------------------------------------------------------------------------------

_COMPOSER = (
    r"(\^|~|>=|<=|!=|<>|==|=|>|<|)v?([0-9]+(?:\.[0-9]+){0,3})(\.[*x])?"
    r"(-?(?:alpha|beta|rc|a|b|patch|pl|p)[.-]?[0-9]*)?(?:@\w+)?"
)


def _composer(range_: str) -> _Test:
    return _any([_composer_set(part.strip()) for part in compiled(r"\|\|?").split(range_)])


def _composer_set(text: str) -> _Test:
    if text in ("*", ""):
        return lambda _text, _key: True
    joined = compiled(r"([<>=!~^])\s+").sub(r"\1", text)
    hyphen = compiled(r"(\S+)\s+-\s+(\S+)").fullmatch(joined)
    if hyphen is not None:
        exact = hyphen[2].count(".") >= 2
        return _all([_composer_clause(">=" + hyphen[1]), _composer_clause(("<=" if exact else "~~") + hyphen[2])])
    return _all([_composer_clause(part) for part in compiled(r"[\s,]+").split(joined)])


def _composer_clause(text: str) -> _Test:
    tail = text.startswith("~~")
    found = compiled(_COMPOSER).fullmatch(text.removeprefix("~~").lower())
    if found is None:
        raise _UnknownError
    operator, release, star, pre = found[1], found[2], found[3], found[4] or ""
    numbers = [_integer(part) for part in release.split(".")]
    low = sort_key("composer", release + (pre or "-dev"))
    if tail:
        return _compares("<", _composer_bound(numbers, len(numbers) - 1))
    if star:
        return _all([_compares(">=", low), _compares("<", _composer_bound(numbers, len(numbers) - 1))])
    if operator in ("^", "~"):
        at = _caret_index(numbers) if operator == "^" else max(len(numbers) - 2, 0)
        return _all([_compares(">=", low), _compares("<", _composer_bound(numbers, at))])
    if operator in (">=", "<"):
        return _compares(operator, low)
    return _compares("!=" if operator == "<>" else operator, sort_key("composer", release + pre))


def _composer_bound(numbers: list[int], at: int) -> Key:
    """The version before the first one that is left out: `-dev` is Composer's lowest stability."""
    kept = [*numbers[:at], numbers[at] + 1, 0, 0, 0][:4]
    return sort_key("composer", ".".join(map(str, kept)) + "-dev")


def _gem(range_: str) -> _Test:
    tests = []
    for part in range_.split(","):
        found = compiled(r"(~>|>=|<=|!=|=|>|<|)\s*([0-9A-Za-z.-]+)").fullmatch(part.strip())
        if found is None:
            raise _UnknownError
        tests.append(_pessimistic(found[2]) if found[1] == "~>" else _compares(found[1], sort_key("gem", found[2])))
    return _all(tests)


def _pessimistic(text: str) -> _Test:
    """Gem::Requirement `~>`: at least this one, and below the next of all numbers but the last."""
    low = sort_key("gem", text)
    numbers = [_integer(part) for part in _gem_release(text).split(".")]
    at = max(len(numbers) - 2, 0)
    upper = sort_key("gem", ".".join(map(str, (*numbers[:at], numbers[at] + 1))))
    return lambda version, key: key >= low and sort_key("gem", _gem_release(version)) < upper


def _gem_release(text: str) -> str:
    found = compiled(r"[0-9]+(?:\.[0-9]+)*(?![0-9A-Za-z])").match(text)
    return found[0] if found else text


_TYPE = {"poetry": "pypi"}
_READERS: dict[str, Callable[[str], _Test]] = {
    "npm": _npm, "cargo": _cargo, "pypi": _pypi, "poetry": _poetry, "composer": _composer, "gem": _gem,
}  # fmt: skip
