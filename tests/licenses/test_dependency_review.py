"""What dependency-review-action was measured to do, and what is right. The third column is its answer."""

import pytest

from checks.licenses.item import LicenseItem, items
from checks.licenses.judge import Judge, Terms, Verdict

ALLOW = [
    # allow list, declared, its answer, ours
    ("GPL-3.0-only", "GPL-2.0-or-later", "allowed", Verdict.ALLOWED),
    ("GPL-2.0-only", "GPL-2.0-or-later", "allowed", Verdict.ALLOWED),
    ("GPL-2.0-or-later", "GPL-3.0-only", "allowed", Verdict.ALLOWED),
    ("LGPL-2.0-or-later", "LGPL-2.1-only", "allowed", Verdict.ALLOWED),
    ("GPL-2.0-only", "GPL-2.0", "allowed", Verdict.ALLOWED),
    ("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", "forbidden", Verdict.ALLOWED),
    ("Apache-2.0", "Apache-2.0 WITH LLVM-exception", "forbidden", Verdict.ALLOWED),
    ("MIT", "MIT OR GPL-3.0-only", "allowed", Verdict.ALLOWED),
    ("MIT", "MIT AND ISC", "forbidden", Verdict.NOT_ALLOWED),
    ("MIT", "mit", "unresolved", Verdict.ALLOWED),
    ("MIT", "MIT/Apache-2.0", "unresolved", Verdict.ALLOWED),
    ("MIT", "MIT AND NOASSERTION", "unresolved", Verdict.UNKNOWN),
    ("MIT", "NOASSERTION", "reported, never fails", Verdict.UNKNOWN),
]
DENY = [
    # deny list, declared, its answer, ours (everything else allowed)
    ("GPL-3.0-only", "MIT AND GPL-3.0-only", "passes", Verdict.NOT_ALLOWED),
    ("GPL-3.0-only, MIT", "MIT AND GPL-3.0-only", "passes", Verdict.NOT_ALLOWED),
    ("GPL-3.0-only", "MIT OR GPL-3.0-only", "forbidden", Verdict.ALLOWED),
    ("GPL-3.0-only", "GPL-2.0-or-later", "forbidden", Verdict.ALLOWED),
    ("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", "passes", Verdict.NOT_ALLOWED),
    ("LicenseRef-clearlydefined-OTHER", "MIT AND OTHER", "passes", Verdict.NOT_ALLOWED),
    ("LicenseRef-clearlydefined-OTHER", "MIT OR OTHER", "forbidden", Verdict.ALLOWED),
]


def values(cell: str):  # type: ignore[no-untyped-def]
    return tuple(item.value for item in items(*cell.split(", ")))


@pytest.mark.parametrize(("allow", "declared", "_theirs", "ours"), ALLOW)
def test_allow(allow: str, declared: str, _theirs: str, ours: Verdict) -> None:
    assert Judge(Terms(values(allow))).judge(declared).verdict is ours


@pytest.mark.parametrize(("deny", "declared", "_theirs", "ours"), DENY)
def test_deny(deny: str, declared: str, _theirs: str, ours: Verdict) -> None:
    terms = Terms(values("permissive, strong-copyleft"), values(deny))
    assert Judge(terms).judge(declared).verdict is ours


def test_an_expression_in_a_list_is_refused_and_not_dropped() -> None:
    with pytest.raises(ValueError, match="list each of them: MIT, ISC"):
        LicenseItem.parse("MIT OR ISC")
