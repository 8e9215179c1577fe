"""Every row of docs/license-cases.md."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from checks.licenses.item import LicenseItem, items
from checks.licenses.judge import Item, Judge, Reason, Terms, Verdict

VERDICTS = {"allowed": Verdict.ALLOWED, "unknown": Verdict.UNKNOWN, "not allowed": Verdict.NOT_ALLOWED}
PAGE = Path(__file__).parents[2] / "docs" / "license-cases.md"
SETTING = re.compile(r"For all rows: `([\w.]+): (.+)`")


class Case(NamedTuple):
    topic: str
    declared: str
    allow: str
    deny: str
    verdict: str
    decided_by: str
    reason: str
    falls_back: bool
    excepted: str


def cases() -> Iterator[Case]:
    topic = ""
    settings: dict[str, str] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        setting = SETTING.fullmatch(line)
        if line.startswith("## "):
            topic, settings = line[3:], {}
        elif setting:
            settings[setting[1]] = setting[2]
        elif topic and line.startswith("| ") and not line.startswith("| declared"):
            cells = [cell.strip(" `").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:7]]
            declared, allow, deny, verdict, decided_by, reason = cells
            falls_back = settings.get("with_falls_back_to_base") != "false"
            excepted = settings.get("exceptions.allow", "-")
            yield Case(topic, declared, allow, deny, verdict, decided_by, reason, falls_back, excepted)


CASES = tuple(cases())


def listed(cell: str) -> tuple[Item, ...]:
    return tuple(item.value for item in items(*(cell.split(", ") if cell != "-" else ())))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.declared}-{case.allow}-{case.deny}"[:80])
def test_case(case: Case) -> None:
    terms = Terms(listed(case.allow), listed(case.deny), listed(case.excepted), case.falls_back)
    found = Judge(terms).judge(case.declared)

    decided = found.chosen if found.verdict is Verdict.ALLOWED else found.part
    expected = (VERDICTS[case.verdict], case.decided_by, Reason(case.reason.replace(" ", "-")))
    assert (found.verdict, decided, found.reason) == expected


def test_the_page_is_large_and_says_nothing_twice() -> None:
    assert len({case._replace(topic="") for case in CASES}) >= 420
    assert len(set(CASES)) == len(CASES)


def test_an_expression_in_a_list_is_refused_and_not_dropped() -> None:
    """dependency-review-action drops it, and an empty list then forbids everything."""
    with pytest.raises(ValueError, match="list each of them: MIT, ISC"):
        LicenseItem.parse("MIT OR ISC")
