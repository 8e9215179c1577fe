"""Version specifiers of PEP 440, and the constraints of Poetry, which are made of them."""

from checks.manifests.rangetests import COMPARE, Test, UnknownRangeError, all_of, any_of, caret_index, compares, integer
from checks.model.versions import sort_key
from checks.model.versions.text import Key, compiled

_CLAUSE = r"(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)"
_NO_PRE, _NO_DEV = (3, 0), (1,)


def pypi(range_: str) -> Test:
    inner = range_[1:-1] if range_.startswith("(") and range_.endswith(")") else range_
    tests: list[Test] = []
    for part in inner.split(","):
        if not part.strip() and inner.strip():
            continue  # PEP 440 reads `>=1,` as `>=1`
        found = compiled(_CLAUSE).fullmatch(part.strip())
        if found is not None:
            tests.append(_clause(found[1], found[2]))
        elif inner.strip():
            raise UnknownRangeError
    return all_of(tests)


def _clause(operator: str, text: str) -> Test:
    if operator == "===":
        return lambda version, _key: version.lower() == text.lower()
    if operator in ("==", "!=") and text.endswith(".*"):
        prefix = _begins(text[:-2])
        return prefix if operator == "==" else lambda version, key: not prefix(version, key)
    bound = sort_key("pypi", text)
    if operator == "~=":
        if "." not in text:
            raise UnknownRangeError
        release = compiled(r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*").match(text.lower())
        prefix = _begins((release[0] if release else text).rpartition(".")[0])
        return lambda version, key: key[:5] >= bound[:5] and prefix(version, key)
    if operator in ("<", ">"):
        return lambda _version, key: _exclusive(operator, key, bound)
    if bound[5] and operator in ("==", "!="):
        return compares(operator, bound)
    compare = COMPARE[operator]
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


def _begins(prefix: str) -> Test:
    """`==1.2.*`: the same epoch and the same first numbers, missing ones being 0."""
    if compiled(r"v?(?:[0-9]{1,9}!)?[0-9]{1,16}(?:\.[0-9]{1,16})*").fullmatch(prefix) is None:
        raise UnknownRangeError
    epoch, _, release = prefix.removeprefix("v").rpartition("!")
    wanted = tuple(int(part) for part in release.split("."))

    def test(_text: str, key: Key) -> bool:
        numbers = key[1]
        assert isinstance(numbers, tuple)
        return key[0] == int(epoch or 0) and (numbers + (0,) * len(wanted))[: len(wanted)] == wanted

    return test


def poetry(range_: str) -> Test:
    """Poetry's constraints: PEP 440 with `^`, `~`, `*` and `||`; a bare version is exactly that one."""
    sets = compiled(r"\|\|?").split(range_)
    return any_of([all_of([_poetry_clause(part) for part in _poetry_parts(each)]) for each in sets])


def _poetry_parts(text: str) -> list[str]:
    joined = compiled(r"([<>=!~^])\s+").sub(r"\1", text.strip())
    return [part for part in compiled(r"[\s,]+").split(joined) if part]


def _poetry_clause(text: str) -> Test:
    if text == "*":
        return lambda _text, _key: True
    found = compiled(r"(\^|~)(?!=)([0-9]+(?:\.[0-9]+)*)(.*)").fullmatch(text)
    if found is not None:
        numbers = [integer(part) for part in found[2].split(".")]
        at = caret_index(numbers) if found[1] == "^" else min(1, len(numbers) - 1)
        upper = ".".join(str(number) for number in (*numbers[:at], numbers[at] + 1))
        return all_of([_clause(">=", found[2] + found[3]), _clause("<", upper)])
    if compiled(r"[0-9].*").fullmatch(text):
        return _clause("==", text)
    found = compiled(_CLAUSE).fullmatch(text.replace("=", "==", 1) if compiled(r"=[^=].*").fullmatch(text) else text)
    if found is None:
        raise UnknownRangeError
    return _clause(found[1], found[2])
