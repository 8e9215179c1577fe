"""What a judgment carries."""

import pytest

from checks.licenses.item import items
from checks.licenses.judge import MEMO, Judge, Judgment, Reason, Terms, Verdict, Verdicts


def judge(
    declared: str, allow: str = "-", deny: str = "-", *, excepted: str = "-", falls_back: bool = True
) -> Judgment:
    return Judge(Terms(entries(allow), entries(deny), entries(excepted), falls_back)).judge(declared)


def entries(cell: str):  # type: ignore[no-untyped-def]
    return tuple(item.value for item in items(*(cell.split(", ") if cell != "-" else ())))


def test_a_choice_is_recorded() -> None:
    found = judge("MIT OR GPL-3.0-only", "MIT")
    assert (found.chosen, found.elected, found.offered) == ("MIT", True, True)


def test_without_a_choice_nothing_is_elected() -> None:
    found = judge("MIT AND ISC", "permissive")
    assert (found.chosen, found.elected, found.offered) == ("MIT AND ISC", False, False)


def test_a_later_version_is_an_election() -> None:
    found = judge("GPL-2.0-or-later", "GPL-3.0-only")
    assert (found.chosen, found.elected) == ("GPL-3.0-only", True)


@pytest.mark.parametrize(
    ("declared", "deny", "by"),
    [
        ("GPL-3.0-only", "GPL-2.0-or-later", "GPL-2.0-or-later"),
        ("AGPL-3.0-only", "network-copyleft", "network-copyleft"),
        ("JSON", "JSON", "JSON"),
    ],
)
def test_the_entry_that_decided_is_named(declared: str, deny: str, by: str) -> None:
    assert judge(declared, "permissive", deny).by == by


def test_an_exception_beats_deny_and_only_for_what_it_names() -> None:
    found = judge("AGPL-3.0-only", "permissive", "network-copyleft", excepted="AGPL-3.0-only")
    assert (found.verdict, found.reason) == (Verdict.ALLOWED, Reason.EXCEPTED)
    assert judge("OSL-3.0", "permissive", "network-copyleft", excepted="AGPL-3.0-only").verdict is Verdict.NOT_ALLOWED


def test_an_unreadable_statement_says_where() -> None:
    found = judge("MIT AND (ISC", "permissive")
    assert (found.statement.column, found.statement.note) == (9, "this '(' is never closed")


def test_the_memory_is_bounded() -> None:
    same = judge("MIT", "MIT")
    verdicts = Verdicts(lambda _: same)
    for number in range(MEMO + 10):
        assert verdicts[f"Foo-{number}"] is same
    assert len(verdicts) == 10
