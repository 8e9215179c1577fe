"""The check as the engine sees it: what it counts, what it leaves to the service, what its findings say."""

import pytest

from checks.model.commit import AccountType, Person
from checks.model.facts import Facts, Membership
from checks.model.finding import Level, Move
from checks.model.phrase import Foreign, plain
from checks.policy.reader import Fault, Reader
from checks.policy.yaml_events import parse
from checks.rules.signoff import CHECK, RULES
from checks.signoffs.matching import SignoffMode
from checks.signoffs.terms import RemediationPolicy, Require, SignoffSection
from tests.signoffs.examples import ADA, BOB, PASS, SIGNED, commit, judge, linked, sha, verdicts

BOT = Person("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
PRIVATE_SIGN_OFF = "Add\n\nSigned-off-by: Ada L <123+ada@users.noreply.github.com>"


def read(text: str) -> SignoffSection | list[str]:
    reader = Reader()
    section = reader.read_shape(parse(text, "policy.yaml"), SignoffSection, ("signoff",))
    return [issue.message for issue in reader.issues] if section is Fault or reader.issues else section


def test_the_section_reads() -> None:
    assert read("{}") == SignoffSection()
    assert read("{require: non-members, mode: strict, remediation: {individual: true, third_party: true}}") == (
        SignoffSection(require=Require.NON_MEMBERS, mode=SignoffMode.STRICT, remediation=RemediationPolicy(True, True))
    )


@pytest.mark.parametrize(
    "text", ["{require: members}", "{mode: loose}", "{remediation: true}", "{remediation: {all: true}}"]
)
def test_the_section_refuses(text: str) -> None:
    assert isinstance(read(text), list)


def test_the_rules() -> None:
    assert [rule.id for rule in RULES] == [
        "signoff-missing",
        "signoff-mismatch",
        "signoff-invalid-email",
        "signoff-unverified",
        "signoff-by-bot",
        "signoff-file-ignored",
        "signoff-file-unreadable",
        "generated-code-noted",
        "generated-code-undeclared",
    ]
    blocking = [rule for rule in RULES if not rule.id.startswith(("signoff-file", "generated-code-noted"))]
    assert all(rule.level is Level.BLOCK for rule in blocking)
    assert all(rule.waivable for rule in RULES)
    assert (CHECK.id, CHECK.prefix, CHECK.noun, CHECK.title) == ("signoff", "dco", "commit", "sign-off")


def test_merges_and_bots_are_not_counted() -> None:
    bot = linked(BOT, "dependabot[bot]", kind=AccountType.BOT)
    commits = [commit(SIGNED), commit("Merge", number=2, parents=("1", "2")), commit("Bump", bot, number=3)]
    assert judge(*commits, facts=Facts(accounts_known=True)).judged == 1
    assert judge(*commits[:2]).judged == 1


def test_nobody_means_nothing_is_judged() -> None:
    judgment = judge(commit("Add"), require="nobody")
    assert (judgment.judged, judgment.observations, judgment.not_judged_here) == (0, (), ())


def test_without_commits_there_is_nothing_to_judge() -> None:
    assert judge().judged == 0


def test_the_command_line_leaves_to_the_service_what_accounts_decide() -> None:
    bump = commit("Bump", BOT, number=2)
    judgment = judge(commit("Add"), bump)
    assert [seen.subject.commit for seen in judgment.observations] == [sha(1)]
    assert judgment.judged == 1
    assert [plain(sentence) for sentence in judgment.not_judged_here] == [
        "1 commit does not pass, but its author has a bot's address: only the service knows whether it is a bot."
    ]


def test_the_command_line_never_blocks_who_may_be_a_member() -> None:
    judgment = judge(commit("Add"), commit(SIGNED, number=2), commit("Add", BOB, number=3), require="non-members")
    assert (judgment.judged, judgment.observations) == (1, ())
    assert [plain(sentence) for sentence in judgment.not_judged_here] == [
        "2 commits do not pass, but their authors may be members: "
        "only the service knows members and verified signatures."
    ]


def test_the_command_line_cannot_link_private_addresses() -> None:
    judgment = judge(commit(PRIVATE_SIGN_OFF), mode="lenient")
    assert "private GitHub address" in plain(judgment.not_judged_here[0])
    assert verdicts(commit(PRIVATE_SIGN_OFF), mode="dcoapp") == ["mismatch"]


def test_an_address_that_looks_like_a_bot_does_not_help_where_accounts_are_known() -> None:
    assert verdicts(commit("Add", BOT), facts=Facts(accounts_known=True)) == ["missing"]


@pytest.mark.parametrize(
    ("author", "said"),
    [
        (linked(ADA, "stranger"), "unknown, so it counts as not a member"),
        (linked(ADA, "outsider"), "not a member"),
        (linked(ADA, "member"), "member of the organization, and the commit is not verified"),
        (ADA, "GitHub links the author's address to no account, so it counts as not a member"),
    ],
)
def test_membership_is_said(author: Person, said: str) -> None:
    members = {"member": Membership.MEMBER, "outsider": Membership.NOT_MEMBER}
    facts = Facts(accounts_known=True, members=members)
    seen = judge(commit("Add", author), require="non-members", facts=facts).observations[0]
    assert {row.what: plain(row.actual) for row in seen.evidence}["membership"] == said


def test_a_finding_says_who_what_and_how() -> None:
    seen = judge(commit("Add export button")).observations[0]
    assert seen.subject.commit == sha(1)
    assert seen.move is Move.AUTHOR
    assert plain(seen.headline) == "Commit 0000001 has no sign-off"
    assert plain(seen.message) == "Commit 0000001 “Add export button” by Ada L has no sign-off."
    assert seen.fix is not None
    assert plain(seen.fix.summary) == "The missing line is Signed-off-by: Ada L <ada@example.org>"
    assert seen.fix.commands == ("git commit --amend --signoff --no-edit",)


@pytest.mark.parametrize(
    ("message", "author", "mode", "said"),
    [
        (
            "Add\n\nSigned-off-by: Bob <bob@example.org>",
            ADA,
            "dcoapp",
            "Commit 0000001 “Add” is signed off by Bob <bob@example.org>, but its author is Ada L <ada@example.org>.",
        ),
        (
            "Add\n\nSigned-off-by: Ada L <ada@localhost>",
            Person("Ada L", "ada@localhost"),
            "dcoapp",
            "Commit 0000001 “Add” has the author address ada@localhost, which is not a valid e-mail address.",
        ),
        (
            "Add\n\nCo-authored-by: Bob <bob@example.org>\nSigned-off-by: Ada L <ada@example.org>",
            ADA,
            "strict",
            "Commit 0000001 “Add” has no sign-off of its co-author Bob.",
        ),
        ("", Person("", ""), "dcoapp", "Commit 0000001 by (empty) has no sign-off."),
    ],
)
def test_sentences(message: str, author: Person, mode: str, said: str) -> None:
    assert plain(judge(commit(message, author), mode=mode).observations[0].message) == said


def test_foreign_words_stay_foreign() -> None:
    evil = "](x) @everyone <img src=x>"
    seen = judge(commit(f"{evil}\n\nSigned-off-by: {evil} <{evil}>", Person(evil, "a@b.org"))).observations[0]
    phrases = [seen.message, seen.headline, *(row.actual for row in seen.evidence)]
    phrases.append(seen.fix.summary if seen.fix else ())
    assert not any(evil[:6] in part for phrase in phrases for part in phrase if not isinstance(part, Foreign))


def test_who_passes_is_silent() -> None:
    assert verdicts(commit(SIGNED)) == [PASS]


WEB_FLOW = Person("GitHub", "noreply@github.com")
SOMEBODY = "Add (#7)\n\nSigned-off-by: Somebody Else <else@example.org>"


@pytest.mark.parametrize("mode", ["dcoapp", "strict", "lenient"])
def test_in_a_merge_queue_any_sign_off_will_do(mode: str) -> None:
    """GitHub commits there in its own name; who must have signed was judged on the pull request's own commits."""
    squashed = commit(SOMEBODY, ADA, WEB_FLOW)
    assert verdicts(squashed, mode=mode, facts=Facts(accounts_known=True)) == ["mismatch"]
    queue = {"mode": mode, "facts": Facts(accounts_known=True), "merge_queue": True}
    assert verdicts(squashed, **queue) == [PASS]
    assert verdicts(commit("Add (#7)", ADA, WEB_FLOW), **queue) == ["missing"]
    assert verdicts(commit("Merge", ADA, WEB_FLOW, parents=("1", "2")), **queue) == [PASS]


def test_in_a_merge_queue_nobody_can_amend() -> None:
    (seen,) = judge(commit("Add"), merge_queue=True, facts=Facts(accounts_known=True)).observations
    assert seen.fix is not None
    assert seen.fix.commands == ()
    assert "COMMIT_MESSAGES" in plain(seen.fix.summary)


def test_in_a_merge_queue_members_and_remediations_count_as_before() -> None:
    member = Facts(accounts_known=True, members={"ada": Membership.MEMBER})
    ours = commit("Add", linked(ADA, "ada"), WEB_FLOW)
    assert verdicts(ours, require="non-members", facts=member, merge_queue=True) == [PASS]
    assert verdicts(ours, require="non-members", facts=Facts(accounts_known=True), merge_queue=True) == ["missing"]
    text = "DCO Remediation Commit for Ada L <ada@example.org>\n\nI, Ada L <ada@example.org>, hereby add my "
    text += f"Signed-off-by to this commit: {sha(1)}\n\nSigned-off-by: Ada L <ada@example.org>"
    both = (commit("Add"), commit(text, number=2))
    assert verdicts(*both, individual=True, merge_queue=True) == [PASS]
    assert verdicts(*both, individual=False, merge_queue=True) == ["missing"]
