"""`.github/dco.yml`: what it may change, what of it does not count, and what it says about that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.facts import Facts
from checks.model.finding import Level, Observation
from checks.model.phrase import plain
from checks.model.snapshot import ChangedFile, FileStatus, Listing, Snapshot
from checks.rules.signoff import RULES, judge_pull
from checks.signoffs.repository_file import PATH, applied, read
from checks.signoffs.terms import RemediationPolicy, RepositoryFile, Require, SignoffSection
from tests.signoffs.examples import BASE, NOW, commit

MEMBERS = "require:\n  members: false\n"
INDIVIDUAL = "allowRemediationCommits:\n  individual: true\n"
BOTH = "allowRemediationCommits:\n  individual: true\n  thirdParty: true\n"


def effect(text: str, mode: str, require: str = "everyone", individual: bool = False, third: bool = False) -> str:
    """What holds in the end: `everyone`, and which remediation counts."""
    section = SignoffSection(
        repository_file=RepositoryFile(mode),
        require=Require(require),
        remediation=RemediationPolicy(individual, third),
    )
    now = applied(section, read(text))
    words = [now.require, *["individual"] * now.remediation.individual, *["third"] * now.remediation.third_party]
    return " ".join(words)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "everyone"),
        ("# nothing\n", "everyone"),
        ("---\n", "everyone"),
        (MEMBERS, "non-members"),
        ("require:\n  members: true\n", "everyone"),
        (INDIVIDUAL, "everyone individual"),
        (BOTH, "everyone individual third"),
        (MEMBERS + BOTH, "non-members individual third"),
        ("require:\n", "everyone"),
        ("{require: {members: False}}", "non-members"),
    ],
)
def test_honored_it_decides_as_in_the_dco_app(text: str, result: str) -> None:
    for require in Require:
        assert effect(text, "honor", require, individual=True, third=True) == result


@pytest.mark.parametrize(
    ("text", "require", "individual", "result"),
    [
        (MEMBERS, "everyone", False, "everyone"),
        (MEMBERS, "non-members", False, "non-members"),
        (MEMBERS, "nobody", False, "non-members"),
        ("require:\n  members: true\n", "non-members", False, "everyone"),
        ("require:\n  members: true\n", "nobody", False, "everyone"),
        (INDIVIDUAL, "everyone", False, "everyone"),
        (INDIVIDUAL, "everyone", True, "everyone individual"),
        ("allowRemediationCommits:\n  individual: false\n", "everyone", True, "everyone"),
        ("", "non-members", True, "non-members individual"),
    ],
)
def test_it_may_only_tighten(text: str, require: str, individual: bool, result: str) -> None:
    assert effect(text, "tighten", require, individual) == result


_FILES = st.builds(
    lambda members, individual, third: "".join(
        f"{parent}: {{{key}: {str(value).lower()}}}\n"
        for parent, key, value in (
            ("require", "members", members),
            ("allowRemediationCommits", "individual", individual),
        )
        if value is not None
    ),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.booleans(),
)


@given(_FILES, st.sampled_from(list(Require)), st.booleans(), st.booleans())
def test_tightening_never_allows_more_than_the_policy(
    text: str, require: Require, individual: bool, third: bool
) -> None:
    policy = SignoffSection(require=require, remediation=RemediationPolicy(individual, third))
    now = applied(policy, read(text))
    order = [Require.NOBODY, Require.NON_MEMBERS, Require.EVERYONE]
    assert order.index(now.require) >= order.index(require)
    assert now.remediation.individual <= individual
    assert now.remediation.third_party <= third
    assert applied(now, read(text)) == now


def test_ignored_it_changes_nothing() -> None:
    assert effect(MEMBERS + BOTH, "ignore") == "everyone"
    assert seen(MEMBERS, mode="ignore") == []


def seen(text: str | None, mode: str = "tighten", owner: bool = False) -> list[Observation]:
    """What is said beside a signed commit."""
    section = SignoffSection(repository_file=RepositoryFile(mode))
    signed = commit("Add\n\nSigned-off-by: Ada L <ada@example.org>")
    listing, texts = Listing(BASE, "", (), (signed,)), {PATH: text}
    snapshot = Snapshot(listing, owner_texts=texts) if owner else Snapshot(listing, base_texts=texts)
    return list(judge_pull(snapshot, Facts(), section, NOW).observations)


def test_keys_that_nothing_follows_are_noted_once() -> None:
    (note,) = seen("_extends: .github\nrequire:\n  members: true\n  teams: [a]\n", mode="honor")
    assert (note.rule, note.location and (note.location.path, note.location.line)) == (
        "signoff-file-ignored",
        (PATH, 1),
    )
    assert plain(note.message) == f"{PATH} has keys that nothing follows: _extends and require.teams."


def test_a_wish_for_less_is_noted() -> None:
    (note,) = seen(MEMBERS + INDIVIDUAL)
    assert note.rule == "signoff-file-ignored"
    wishes = "require.members, allowRemediationCommits.individual"
    assert plain(note.message) == f"{PATH} asks for less than the policy ({wishes}), and may only ask for more."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("require: yes\n", 1),
        ("require:\n  members: maybe\n", 2),
        ("require:\n  members: 'true'\n", 2),
        ("require:\n  members: [true]\n", 2),
        ("- a\n", 1),
        ("a: b: c\n", 1),
        ("a: &x 1\n", 1),
        ("a: 1\na: 2\n", 2),
        ("[" * 100_000, 1),
        ("\x00", 1),
        (None, 1),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_the_policy_alone_judges(text: str | None, line: int) -> None:
    for mode in ("honor", "tighten"):
        (fault,) = seen(text, mode)
        assert fault.rule == "signoff-file-unreadable"
        assert fault.location is not None
        assert fault.location.line == line
        assert plain(fault.message).startswith(f"{PATH} cannot be read, so the policy alone judges: line {line}, ")
        assert plain(fault.message).endswith(".")
    assert applied(SignoffSection(), read(text)) == SignoffSection()


def test_the_owners_file_has_no_line_here() -> None:
    (fault,) = seen("- a\n", owner=True)
    assert fault.location is None
    assert plain(fault.message).startswith(f"{PATH} of the owner's .github repository cannot be read")


def test_the_repositorys_own_file_comes_first() -> None:
    section = SignoffSection(repository_file=RepositoryFile.HONOR)
    snapshot = Snapshot(
        Listing(BASE, "", (), (commit("Add"),)),
        base_texts={PATH: "require: {members: true}"},
        owner_texts={PATH: MEMBERS},
    )
    assert [o.rule for o in judge_pull(snapshot, Facts(), section, NOW).observations] == ["signoff-missing"]


def test_what_is_ignored_never_blocks() -> None:
    levels = {rule.id: rule.level for rule in RULES}
    assert (levels["signoff-file-ignored"], levels["signoff-file-unreadable"]) == (Level.NOTE, Level.WARN)


@given(st.text())
def test_no_text_crashes_it(text: str) -> None:
    assert all(len(plain(o.headline)) <= 80 for o in seen(text))


@pytest.mark.parametrize(
    ("mode", "file", "told"),
    [
        ("tighten", ChangedFile(PATH, FileStatus.MODIFIED), 1),
        ("honor", ChangedFile(PATH, FileStatus.ADDED), 1),
        ("honor", ChangedFile("old.yml", FileStatus.RENAMED, PATH), 1),
        ("ignore", ChangedFile(PATH, FileStatus.MODIFIED), 0),
        ("tighten", ChangedFile("docs/dco.yml", FileStatus.MODIFIED), 0),
    ],
)
def test_whoever_edits_it_is_told_when_it_counts(mode: str, file: ChangedFile, told: int) -> None:
    snapshot = Snapshot(Listing(BASE, "", (file,), (commit("Say a\n\nSigned-off-by: Ada L <ada@example.org>"),)))
    seen = judge_pull(snapshot, Facts(), SignoffSection(repository_file=RepositoryFile(mode)), NOW).observations
    assert [(one.rule, one.location.path if one.location else "") for one in seen] == [
        ("signoff-file-ignored", PATH)
    ] * told
    assert all("until the change is merged" in plain(one.message) for one in seen)
