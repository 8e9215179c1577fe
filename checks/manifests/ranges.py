"""Whether a locked version satisfies what a manifest asks for, in the manifest's own notation.

`satisfies` answers None where it cannot tell (a tag, an address, a notation that is not read here): nothing is then
said about the lock file. The rules are those of the tools: node-semver, Cargo, PEP 440, Poetry, Composer, RubyGems.
"""

from collections.abc import Callable
from functools import lru_cache

from checks.manifests.npmranges import cargo, npm
from checks.manifests.otherranges import composer, gem
from checks.manifests.pypiranges import poetry, pypi
from checks.manifests.rangetests import Test, UnknownRangeError
from checks.model.versions import InvalidVersion, sort_key

#: A longer requirement is nobody's range (characters).
MAX_RANGE = 1_000
#: More bars than these are not read; an alternative has two.
MAX_BARS = 100

#: By notation: the purl type whose order its versions have, and the reader of its ranges.
_NOTATIONS: dict[str, tuple[str, Callable[[str], Test]]] = {
    "npm": ("npm", npm),
    "cargo": ("cargo", cargo),
    "pypi": ("pypi", pypi),
    "poetry": ("pypi", poetry),
    "composer": ("composer", composer),
    "gem": ("gem", gem),
}


def satisfies(notation: str, range_: str, version: str) -> bool | None:
    """Whether `version` is what `range_` asks for; None where that cannot be told.

    `notation`: `npm`, `cargo`, `pypi`, `poetry`, `composer` or `gem`; every other one cannot be told.
    """
    test = _test(notation, range_.strip())
    if test is None:
        return None
    try:
        return test(version, sort_key(_NOTATIONS[notation][0], version))
    except (InvalidVersion, UnknownRangeError):
        return None


@lru_cache(maxsize=4096)
def _test(notation: str, range_: str) -> Test | None:
    known = _NOTATIONS.get(notation)
    if known is None or len(range_) > MAX_RANGE or range_.count("|") > MAX_BARS:
        return None
    try:
        return known[1](range_)
    except (UnknownRangeError, InvalidVersion):
        return None
