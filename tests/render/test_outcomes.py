"""The table of outcomes, and titles that fit beside a check."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.finding import Level, Move
from checks.model.phrase import say
from checks.model.report import CheckOutcome, Conclusion, Report
from checks.render.limits import CHECK_TITLE
from checks.render.outcomes import check_conclusion, check_run_conclusion, check_title, exit_code, row, title
from tests.render.reports import accepted, copyleft, evaluated, finding, hostile, package, picture, report, too_new


@pytest.mark.parametrize(
    ("conclusion", "code", "enforced", "run"),
    [
        (Conclusion.PASSED, 0, 0, "success"),
        (Conclusion.NOTHING_TO_CHECK, 0, 0, "success"),
        (Conclusion.WARNINGS, 0, 0, "success"),
        (Conclusion.BLOCKED, 1, 1, "failure"),
        (Conclusion.CANNOT_JUDGE, 1, 1, "failure"),
        (Conclusion.ACTION_REQUIRED, 1, 1, "action_required"),
        (Conclusion.WOULD_BLOCK, 0, 1, "neutral"),
        (Conclusion.OFF, 0, 0, "skipped"),
    ],
)
def test_every_conclusion(conclusion: Conclusion, code: int, enforced: int, run: str) -> None:
    judged = report(conclusion=conclusion)
    assert (exit_code(judged), exit_code(judged, enforce=True)) == (code, enforced)
    assert check_run_conclusion(judged) == run


WARNING = finding("war-1aa", level=Level.WARN)
UNREADABLE = finding("inv-1aa", headline=say("{} could not be read", "poetry.lock"))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (report(), "Everything is in order"),
        (report(accepted()), "Everything is in order"),
        (report(conclusion=Conclusion.NOTHING_TO_CHECK), "Nothing to check"),
        (report(conclusion=Conclusion.OFF), "Not judged: the policy's mode is off"),
        (report(WARNING), "1 warning"),
        (report(WARNING, replace(WARNING, id="war-2aa"), accepted()), "2 warnings · 1 waived"),
        (picture(), "2 to fix · 2 clear by themselves · 1 waived"),
        (report(too_new()), "1 clears by itself"),
        (report(finding(move=Move.OWNER), conclusion=Conclusion.ACTION_REQUIRED), "1 waits for approval"),
        (evaluated(copyleft(), too_new()), "would block: 1 to fix · 1 clears by itself"),
        (report(UNREADABLE, conclusion=Conclusion.CANNOT_JUDGE), "could not judge: poetry.lock could not be read"),
        (report(UNREADABLE, too_new(), conclusion=Conclusion.CANNOT_JUDGE), "could not judge: 2 packages"),
    ],
)
def test_titles(judged: Report, expected: str) -> None:
    assert title(judged) == expected


@given(
    st.lists(st.tuples(st.sampled_from(Level), st.sampled_from(Move), st.booleans()), max_size=200),
    st.sampled_from(Conclusion),
)
def test_titles_fit(kinds: list[tuple[Level, Move, bool]], conclusion: Conclusion) -> None:
    many = [
        finding(f"x-{number}", level=level, move=move, introduced=introduced, subject=package(f"p{number}" * 30))
        for number, (level, move, introduced) in enumerate(kinds)
    ]
    judged = report(*many * 400, conclusion=conclusion)
    assert len(title(judged)) <= CHECK_TITLE
    assert len(check_title(judged, judged.outcomes[0])) <= CHECK_TITLE


def test_a_check_of_its_own() -> None:
    licenses, other = CheckOutcome("licenses", "licenses", 41, "package"), CheckOutcome("sbom", "sbom", 0, "document")
    judged = picture(outcomes=(licenses, other))
    assert (check_conclusion(judged, "licenses"), check_title(judged, licenses)) == ("failure", "1 to fix · 1 waived")
    assert (check_conclusion(judged, "sbom"), check_title(judged, other)) == ("success", "Everything is in order")
    assert check_title(report(), licenses) == "Everything is in order: 41 packages"
    assert check_title(evaluated(copyleft()), licenses) == "would block: 1 to fix"
    assert check_conclusion(evaluated(copyleft()), "licenses") == "neutral"
    assert check_conclusion(report(finding(move=Move.OWNER)), "licenses") == "action_required"
    assert (row(judged, licenses), row(judged, other)) == ("❌ 1 of 41", "·")


def test_warnings_with_one_cause_are_one_in_the_title_as_in_the_comment() -> None:
    unknown = [finding(f"lic-{n}aa", level=Level.WARN, could_not_tell=True, subject=package(f"p{n}")) for n in range(8)]
    assert title(report(*unknown)) == "1 warning"


def test_hostile_titles_are_one_line() -> None:
    judged = replace(hostile("a\nb\x1b[31m"), conclusion=Conclusion.CANNOT_JUDGE)
    assert title(judged).isprintable()
