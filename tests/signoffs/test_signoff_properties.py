"""What holds for every message: no crash, linear time, modes that contain each other, the expected line passes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.commit import Person
from checks.model.phrase import plain
from checks.signoffs.lines import BLANKS
from checks.signoffs.matching import Judge, SignoffMode
from checks.signoffs.remediation import Allowed
from checks.signoffs.trailers import sign_offs
from tests.signoffs.examples import ADA, PASS, commit, judge, sha, verdict, verdicts

MODES = ["dcoapp", "strict", "lenient"]
PIECES = st.sampled_from(
    [
        *(
            "Signed-off-by: ",
            "signed-OFF-by: ",
            "Signed-off-by:",
            " <",
            ">",
            "<",
            " ",
            "A",
            "a@b.org",
            "\n",
            "\r\n",
            "\r",
        ),
        *(
            "\u2028",
            "\u2029",
            "\ufeff",
            "\x85",
            "\u180e",
            "\v",
            "é",
            "\ud800",
            "I, ",
            "On behalf of ",
            ">, I, ",
            "#",
            ": ",
        ),
        *(", hereby add my Signed-off-by to this commit: ", "Ada L <ada@example.org>", "Co-authored-by: ", "\n\n"),
    ]
)
TEXT = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=200))
#: The app's expression over single lines, where backtracking is bounded by short examples.
LINE = re.compile(rf"signed-off-by: (.*) <(.*)>[{BLANKS}]*\Z", re.IGNORECASE | re.ASCII)


@given(TEXT)
def test_it_finds_what_the_expression_finds(text: str) -> None:
    lines = re.split("[\n\r\u2028\u2029]", text)
    expected = [found.groups() for line in lines if (found := LINE.match(line))]
    assert [(sign_off.name, sign_off.email) for sign_off in sign_offs(text)] == expected


@given(TEXT, st.sampled_from(MODES), TEXT, TEXT)
def test_nothing_crashes_and_everything_is_said_in_a_line(message: str, mode: str, name: str, email: str) -> None:
    judgment = judge(commit(message, Person(name, email)), mode=mode, individual=True, third_party=True)
    for seen in judgment.observations:
        assert len(plain(seen.headline)) <= 80
        assert "\n" not in plain(seen.message)
        assert plain(seen.message).endswith(".")
        assert seen.fix is not None
        assert not any(ord(char) < 32 for command in seen.fix.commands for char in command)


@given(TEXT)
def test_modes_contain_each_other(message: str) -> None:
    """Whoever passes strict passes dcoapp, and whoever passes that passes lenient."""
    strict, dcoapp, lenient = (
        Judge((), mode, Allowed()).judge(commit(message)) is None
        for mode in (SignoffMode.STRICT, SignoffMode.DCOAPP, SignoffMode.LENIENT)
    )
    assert strict <= dcoapp <= lenient


@given(TEXT.filter(lambda text: "o-author" not in text.lower()), st.sampled_from(MODES))
def test_the_expected_line_always_makes_it_pass(message: str, mode: str) -> None:
    assert verdict(f"{message}\n\nSigned-off-by: Ada L <ada@example.org>\n", mode=mode) == PASS


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20), st.sampled_from(MODES)
)
def test_the_case_of_a_name_does_not_matter(name: str, mode: str) -> None:
    name = name.strip(BLANKS + "<>") or "x"
    message = f"Add\n\nSigned-off-by: {name.lower()} <ADA@Example.org>"
    assert verdict(message, Person(name, "ada@example.org"), mode=mode) == PASS


NAMES, MAILS = st.one_of(TEXT, st.just("Ada L")), st.one_of(TEXT, st.just("ada@example.org"))


@given(TEXT, NAMES, MAILS, st.sampled_from(["", "\n", "\r\n", "\u2028", "\nx"]), st.sampled_from(["dcoapp", "lenient"]))
def test_the_line_of_git_is_judged_as_any_other(message: str, name: str, email: str, end: str, mode: str) -> None:
    """What git writes to the letter is seen at once; a key in other letters means the same and takes the long way."""
    who = Person(name, email)
    said = [f"{message}\n{key}: {name} <{email}>{end}" for key in ("Signed-off-by", "signed-off-by")]
    assert len({verdict(text, who, mode=mode) for text in said}) == 1


@given(st.permutations(range(6)), st.sampled_from(MODES))
def test_the_order_of_commits_does_not_matter(order: list[int], mode: str) -> None:
    remediation = f"Fix\n\nI, Ada L <ada@example.org>, hereby add my Signed-off-by to this commit: {sha(2)}\n\n"
    commits = [
        commit("Add", number=1),
        commit("Add", number=2),
        commit("Merge", number=3, parents=(sha(2), sha(9))),
        commit(f"{remediation}Signed-off-by: Ada L <ada@example.org>", number=4),
        commit("Add\n\nSigned-off-by: Bob <b@b.org>", number=5),
        commit("Add\n\nSigned-off-by: Ada L <ada@example.org>", number=6),
    ]
    found = verdicts(*(commits[i] for i in order), mode=mode, individual=True)
    assert sorted(found) == ["mismatch", "missing"]


MEGABYTE = 1_000_000
HOSTILE = {
    "one line of openings": "Signed-off-by: " + " <" * (MEGABYTE // 2),
    "one line of closings": "Signed-off-by: " + " <>" * (MEGABYTE // 3) + "x",
    "blanks at the end": "Signed-off-by: A <a>" + " " * MEGABYTE + "x",
    "many sign-offs": "Signed-off-by: A <a>\n" * (MEGABYTE // 21),
    "many line ends": "Signed-off-by: x\n" + "\r\n" * (MEGABYTE // 2),
    "no ASCII": "Signed-off-by: x\n" + "é\u2028" * (MEGABYTE // 2),
    "remediation": "On behalf of "
    + (">, I, " + " <") * (MEGABYTE // 8)
    + ">, hereby add my Signed-off-by to this commit: 1",
    "remediations": f"I, A <a>, hereby add my Signed-off-by to this commit: {sha(1)}\n" * (MEGABYTE // 100),
    "trailers": "Title\n\nSigned-off-by: x\n" + "Key: value\n folded\n" * (MEGABYTE // 19),
    "co-authors": "Title\n\n" + "\n".join(f"Co-authored-by: P{i} <p{i}@x.org>" for i in range(MEGABYTE // 40)),
    "hash marks": "T\n\nSigned-off-by: x\n" + "#\n" * (MEGABYTE // 2),
    "folded": "T\n\nSigned-off-by: x\n" + " f\n" * (MEGABYTE // 3),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_message_of_a_megabyte_is_judged(message: str, mode: str) -> None:
    bad = commit(message)
    judge(bad, commit("Add", number=2), mode=mode, individual=True, third_party=True)


def test_many_remediations_of_one_commit_are_judged() -> None:
    line = f"I, Ada L <ada@example.org>, hereby add my Signed-off-by to this commit: {sha(1)}\n"
    commits = [commit("Add"), *(commit(line * 50, number=i) for i in range(2, 400))]
    judge(*commits, individual=True)


def test_the_author_is_shown_once_when_nothing_else_is_known() -> None:
    rows = [row.what for row in judge(commit("Add", ADA)).observations[0].evidence]
    assert rows == ["author", "expected", "the DCO app says"]
