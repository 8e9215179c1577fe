"""Every row of cases.md, and what a judgment carries."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.licenses.item import items
from checks.licenses.judge import MEMO, Judge, Judgment, Reason, Terms, Verdict, Verdicts

VERDICTS = {"allowed": Verdict.ALLOWED, "unknown": Verdict.UNKNOWN, "not allowed": Verdict.NOT_ALLOWED}


def judge(
    declared: str, allow: str = "-", deny: str = "-", *, excepted: str = "-", falls_back: bool = True
) -> Judgment:
    return Judge(Terms(entries(allow), entries(deny), entries(excepted), falls_back)).judge(declared)


def entries(cell: str):  # type: ignore[no-untyped-def]
    return tuple(item.value for item in items(*(cell.split(", ") if cell != "-" else ())))


def rows() -> Iterator[tuple[str, ...]]:
    section = ""
    for line in (Path(__file__).parent / "cases.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line
        elif line.startswith("| ") and not line.startswith("| declared"):
            yield ("false" if "false" in section else "true", *(cell.strip() for cell in line.strip("|").split("|")))


ROWS = tuple(rows())


@pytest.mark.parametrize(("falls_back", "declared", "allow", "deny", "verdict", "part", "reason"), ROWS)
def test_case(falls_back: str, declared: str, allow: str, deny: str, verdict: str, part: str, reason: str) -> None:
    found = judge(declared, allow, deny, falls_back=falls_back == "true")

    decided = found.chosen if found.verdict is Verdict.ALLOWED else found.part
    assert (found.verdict, decided, found.reason) == (VERDICTS[verdict], part, Reason(reason))


def test_the_table_is_large_and_has_no_row_twice() -> None:
    assert len(ROWS) >= 150
    assert len(set(ROWS)) == len(ROWS)


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
