"""The tables of cases, line by line."""

import pytest

from checks.model.phrase import plain
from tests.signoffs import cases_dcoapp, cases_modes, cases_people
from tests.signoffs.table import Case, cases

CASES = [case for module in (cases_dcoapp, cases_modes, cases_people) for case in cases(module.TABLE)]


def test_there_are_enough_cases_and_no_two_are_the_same() -> None:
    assert len(CASES) >= 250
    assert len({str(case) + case.words for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_verdict_and_its_words(case: Case) -> None:
    verdict, observations = case.judged()
    assert verdict == case.verdict
    assert case.words in case.said(observations)
    assert all(plain(seen.message).endswith(".") and seen.fix for seen in observations)
