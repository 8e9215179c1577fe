"""Where the two other modes differ from the DCO app."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.commit import Person
from checks.model.facts import Facts
from checks.signoffs.trailers import trailer_block
from tests.signoffs.examples import ADA, BOB, PASS, SIGNED, commit, linked, verdict, verdicts

TRAILER = "Signed-off-by: Ada L <ada@example.org>"
BY_BOB = "Signed-off-by: Bob <bob@example.org>"
WITH_BOB = "Co-authored-by: Bob <bob@example.org>"
PRIVATE = "123+ada@users.noreply.github.com"
KNOWN = Facts(accounts_known=True)


@pytest.mark.parametrize(
    ("message", "result"),
    [
        (f"Add\n\n{TRAILER}", PASS),
        (f"Add\n\n{TRAILER.lower()}", PASS),
        (f"Add\n\nWhy.\n\nFixes: #1\n{TRAILER}\n", PASS),
        (f"Add\r\n\r\n{TRAILER}\r\n", PASS),
        (f"Add\n\n{BY_BOB}\n{TRAILER}", PASS),
        (f"Add\n\nprose\nmore prose\nand more\n{TRAILER}", PASS),
        (f"Add\n\nprose\nmore prose\nand more\nstill more\n{TRAILER}", "missing"),
        (TRAILER, "missing"),
        (f"Add\n{TRAILER}", "missing"),
        (f"Add\n\n{TRAILER}\n\nAnd an end.", "missing"),
        (f"Add\n\n{TRAILER}\n continued", "missing"),
        (f"Add\n\n{BY_BOB}", "mismatch"),
        (f"Add\n\n{TRAILER}\n{WITH_BOB}", "missing"),
        (f"Add\n\n{TRAILER}\n{WITH_BOB}\n{BY_BOB}", PASS),
        (f"Add\n\n{TRAILER}\nCo-authored-by: x[bot] <1+x[bot]@users.noreply.github.com>", PASS),
        (f"Add\n\n{TRAILER}\nCo-authored-by: Ada L <ada@example.org>", PASS),
        (f"Add\n\n{TRAILER}\nCo-authored-by: nobody", PASS),
    ],
)
def test_strict_reads_the_trailer_block(message: str, result: str) -> None:
    assert verdict(message, mode="strict") == result


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("Ada L <ada@example.org>", PASS),
        ("Bob <bob@example.org>", PASS),
        ("Ada L <bob@example.org>", "mismatch"),
        ("Bob <ada@example.org>", "mismatch"),
    ],
)
def test_strict_takes_name_and_address_of_one_person(line: str, result: str) -> None:
    assert verdict(f"Add\n\nSigned-off-by: {line}", ADA, BOB, mode="strict") == result


@pytest.mark.parametrize(
    "line",
    [
        "Signed-off-by:  Ada L <ada@example.org>",
        "Signed-off-by:Ada L <ada@example.org>",
        "Signed-off-by : Ada L <ada@example.org>",
        "Signed-off-by: Ada L<ada@example.org>",
        "Signed-off-by: Ada \u00a0 L  < ada@example.org >",
        "Signed-off-by: \uff21da L <ada@example.org>",
        "SIGNED-OFF-BY: ADA L <ADA@EXAMPLE.ORG>",
    ],
)
def test_lenient_forgives_blanks_and_forms(line: str) -> None:
    assert verdict(f"Add\n\n{line}", mode="lenient") == PASS


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (f" {TRAILER}", "missing"),
        (f"> {TRAILER}", "missing"),
        (f"{TRAILER} and more", "missing"),
        ("Signed off by: Ada L <ada@example.org>", "missing"),
        ("Signed-off-by: Ada <ada@example.org>", "mismatch"),
        (BY_BOB, "mismatch"),
    ],
)
def test_lenient_is_not_careless(line: str, result: str) -> None:
    assert verdict(f"Add\n\n{line}", mode="lenient") == result


def test_lenient_sees_one_name_in_two_unicode_forms() -> None:
    assert (
        verdict(
            "Add\n\nSigned-off-by: Zoe\u0308 <ada@example.org>", Person("Zo\u00eb", "ada@example.org"), mode="lenient"
        )
        == PASS
    )


@pytest.mark.parametrize(
    ("signed", "author", "result"),
    [
        (PRIVATE, linked(ADA, "ada"), PASS),
        ("ada@users.noreply.github.com", linked(ADA, "Ada"), PASS),
        ("123+formerly@users.noreply.github.com", linked(ADA, "ada"), PASS),
        ("ada@users.noreply.ghe.example.com", linked(ADA, "ada"), PASS),
        ("9+ada@users.noreply.github.com", linked(ADA, "ada"), "mismatch"),
        ("bob@users.noreply.github.com", linked(ADA, "ada"), "mismatch"),
        (PRIVATE, ADA, "mismatch"),
        ("ada@example.org", linked(Person("Ada L", PRIVATE), "ada"), PASS),
        ("ada@users.noreply.github.com", linked(Person("Ada L", PRIVATE), "ada"), PASS),
        ("bob@users.noreply.github.com", linked(Person("Ada L", PRIVATE), "ada"), "mismatch"),
        ("ada@users.noreply.ghe.example.com", linked(Person("Ada L", PRIVATE), "ada"), "mismatch"),
    ],
)
def test_lenient_matches_private_addresses_to_accounts(signed: str, author: Person, result: str) -> None:
    assert verdict(f"Add\n\nSigned-off-by: Ada L <{signed}>", author, mode="lenient", facts=KNOWN) == result


def test_lenient_knows_the_other_addresses_of_the_change() -> None:
    """The signed address is known to be another account's."""
    author = linked(Person("Ada L", PRIVATE), "ada")
    theirs = commit(SIGNED, linked(Person("Ada L", "ada@example.org"), "mallory", 666), number=2)
    assert verdicts(commit(SIGNED, author), theirs, mode="lenient", facts=KNOWN) == ["mismatch"]


@pytest.mark.parametrize(
    ("signed", "author", "result"),
    [
        (PRIVATE, ADA, "not judged here"),
        ("ada@example.org", Person("Ada L", PRIVATE), PASS),
        (PRIVATE, BOB, "mismatch"),
    ],
)
def test_lenient_without_accounts(signed: str, author: Person, result: str) -> None:
    assert verdict(f"Add\n\nSigned-off-by: Ada L <{signed}>", author, mode="lenient") == result


_LINES = st.lists(
    st.sampled_from(
        [
            "",
            " ",
            "prose",
            "Fixes: #1",
            TRAILER,
            "Key : value",
            " folded",
            "\tfolded",
            "(cherry picked from commit 1)",
            "a b: c",
            "-x: y",
            ":z",
            "Ab-9: q",
        ]
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(st.lists(_LINES, min_size=25, max_size=25))
def test_the_trailer_block_is_the_one_that_git_sees(messages: list[list[str]]) -> None:
    for lines in messages:
        message = "Title\n\n" + "\n".join(lines) + "\n"
        command = ["git", "interpret-trailers", "--parse", "--no-divider"]
        parsed = subprocess.run(command, input=message, capture_output=True, text=True, check=True).stdout
        theirs = [line.partition(":")[0].strip().lower() for line in parsed.splitlines() if ":" in line]
        assert [trailer.key for trailer in trailer_block(message)] == theirs, message
