"""A later commit signs an earlier one: what the DCO app accepts, and what it does not."""

from typing import Any

import pytest

from checks.model.commit import Commit, Person
from checks.model.phrase import plain
from tests.signoffs.examples import ADA, BOB, PASS, commit, judge, sha, verdicts

BAD = commit("Add a thing")
EVE = Person("Eve", "eve@example.org")


def says(line: str, author: Person = ADA, number: int = 2, signed: bool = True, **more: Any) -> Commit:
    trailer = f"\n\nSigned-off-by: {author.name} <{author.email}>" if signed else ""
    return commit(f"Remediation\n\n{line}{trailer}", author, number=number, **more)


def i(person: Person = ADA, commit_sha: str = BAD.sha) -> str:
    return f"I, {person.name} <{person.email}>, hereby add my Signed-off-by to this commit: {commit_sha}"


def behalf(author: Person, signer: Person, commit_sha: str = BAD.sha) -> str:
    return f"On behalf of {author.name} <{author.email}>, {i(signer, commit_sha)}"


@pytest.mark.parametrize("mode", ["dcoapp", "strict", "lenient"])
@pytest.mark.parametrize(
    ("line", "author", "result"),
    [
        (i(), ADA, [PASS]),
        (i().upper().replace(BAD.sha.upper(), BAD.sha), ADA, [PASS]),
        (i(commit_sha=BAD.sha[:7]), ADA, ["missing"]),
        (i(commit_sha=BAD.sha + " "), ADA, ["missing"]),
        (i(commit_sha=BAD.sha.upper()), ADA, ["missing"]),
        (i(commit_sha=sha(9)), ADA, ["missing"]),
        (i(ADA), BOB, ["missing"]),
        (i(BOB), BOB, ["missing"]),
        (" " + i(), ADA, ["missing"]),
        (behalf(ADA, BOB), BOB, ["missing"]),
    ],
)
def test_individual(line: str, author: Person, result: list[str], mode: str) -> None:
    assert verdicts(BAD, says(line, author), individual=True, mode=mode) == result


@pytest.mark.parametrize("mode", ["dcoapp", "strict", "lenient"])
@pytest.mark.parametrize(
    ("line", "author", "result"),
    [
        (behalf(ADA, BOB), BOB, [PASS]),
        (behalf(ADA, ADA), ADA, [PASS]),
        (behalf(EVE, BOB), BOB, ["missing"]),
        (behalf(ADA, EVE), BOB, ["missing"]),
        (behalf(ADA, BOB, BAD.sha[:12]), BOB, ["missing"]),
    ],
)
def test_third_party(line: str, author: Person, result: list[str], mode: str) -> None:
    assert verdicts(BAD, says(line, author), individual=True, third_party=True, mode=mode) == result
    assert verdicts(BAD, says(line, author), third_party=True, mode=mode) == ["missing"]


def test_it_counts_only_where_the_policy_allows_it() -> None:
    assert verdicts(BAD, says(i())) == ["missing"]


def test_the_remediation_commit_needs_a_sign_off_itself() -> None:
    seen = judge(BAD, says(i(), signed=False), individual=True).observations
    assert [(o.rule, o.subject.commit) for o in seen] == [("signoff-missing", sha(2))]


def test_it_may_stand_in_a_merge_or_before_the_bad_commit() -> None:
    assert verdicts(BAD, says(i(), parents=("1", "2")), individual=True) == [PASS]
    assert verdicts(says(i(), number=3), BAD, individual=True) == [PASS]


def test_it_helps_beside_a_wrong_sign_off() -> None:
    wrong = commit("Add\n\nSigned-off-by: Bob <bob@example.org>")
    assert verdicts(wrong, says(i()), individual=True) == [PASS]


def test_the_author_of_the_commit_still_needs_a_valid_address() -> None:
    author = Person("Ada L", "ada@localhost")
    bad = commit("Add", author)
    found = verdicts(bad, says(i(author), author), individual=True)
    assert found == ["invalid-email", "invalid-email"]


def test_a_co_author_may_remediate_in_strict_mode() -> None:
    bad = commit("Add\n\nCo-authored-by: Bob <bob@example.org>\nSigned-off-by: Ada L <ada@example.org>")
    assert verdicts(bad, mode="strict", individual=True) == ["missing"]
    assert verdicts(bad, says(i(BOB), BOB), mode="strict", individual=True) == [PASS]


@pytest.mark.parametrize(
    ("line", "author", "individual", "why"),
    [
        (i(commit_sha=BAD.sha[:9]), ADA, True, "it must name the commit by its full SHA"),
        (i(), ADA, False, "the policy does not allow this kind of remediation commit"),
        (behalf(ADA, BOB), BOB, True, "the policy does not allow this kind of remediation commit"),
        (i(BOB), BOB, True, "it names another author than the commit has"),
        (i(ADA), BOB, True, "the person who says “I” did not make the remediation commit"),
    ],
)
def test_a_near_miss_is_explained(line: str, author: Person, individual: bool, why: str) -> None:
    seen = judge(BAD, says(line, author), individual=individual).observations[0]
    rows = [plain(row.actual) for row in seen.evidence if row.what == "remediation"]
    assert rows == [f"commit {sha(2)[:7]}: {why}"]


def test_who_has_no_terminal_reads_the_very_lines_that_help() -> None:
    (seen,) = judge(BAD, individual=True).observations
    assert seen.fix is not None
    words = plain(seen.fix.without_terminal)
    assert words.endswith(f"{i()} and Signed-off-by: {ADA.name} <{ADA.email}>")
    line, signed = words.partition("about: ")[2].split(" and ")
    remediation = commit(f"Anything\n\n{line}\n{signed}", ADA, number=2)
    assert verdicts(BAD, remediation, mode="strict", individual=True) == [PASS]
