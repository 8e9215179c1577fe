"""What people read of a waiver: until when, that it ends soon, and which ones it takes together."""

from dataclasses import replace
from datetime import date

import pytest

from checks.model.finding import AppliedWaiver, Finding
from checks.model.phrase import plain
from checks.render.json_report import to_json
from checks.render.sentences import accepted
from tests.render.reports import accepted as waived
from tests.render.reports import report

WAIVER = AppliedWaiver("W-2026-014", "@grace", date(2027, 3, 31), "linked dynamically")


def said(waiver: AppliedWaiver, public: bool = False) -> str:
    return plain(accepted(replace(waived(), waiver=waiver), public))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "until 31 Mar 2027: {} (waiver W-2026-014)"),
        ({"ending": True}, "until 31 Mar 2027, which is soon: {} (waiver W-2026-014)"),
        ({"beside": ("W-2", "W-3")}, "until 31 Mar 2027: {} (waivers W-2026-014, W-2 and W-3)"),
    ],
)
def test_until_when_and_by_which(changes: dict[str, object], expected: str) -> None:
    assert said(replace(WAIVER, **changes), public=True) == expected.format(plain(waived().headline))  # type: ignore[arg-type]


def test_who_and_why_where_that_is_not_public() -> None:
    assert said(WAIVER).endswith("(waiver W-2026-014, approved by @grace: linked dynamically)")


def test_a_waiver_that_has_ended_is_in_the_data_without_what_is_private() -> None:
    lapsed: Finding = replace(waived(), waiver=None, lapsed=WAIVER, counts=True)
    (found,) = to_json(report(lapsed))["findings"]
    assert found["lapsed"] == {
        "id": "W-2026-014", "expires": "2027-03-31", "ending": False, "beside": [], "approved_by": None, "reason": None,
    }  # fmt: skip
