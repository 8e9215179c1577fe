"""The check as the engine sees it: who has to sign what, and what people are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level, Move
from checks.model.phrase import Foreign, plain
from checks.model.signatures import Company, Signatures, Signer
from checks.model.snapshot import ChangedFile, FileStatus, Listing, Snapshot
from checks.rules.agreements import CHECK, RULES, judge_pull
from checks.rules.check import Context
from tests.agreements.examples import (
    ADA,
    BOB,
    CLA,
    CORP,
    GITHUB,
    NOW,
    commit,
    day,
    judge,
    record,
    rules,
    said,
    section,
)  # fmt: skip

GRACE = """
documents:
- {name: CLA, text: cla.md, version: 2, since: 2026-11-01, grace: 30 days, reason: It grants a patent license now.}
"""
MEMBERS = CLA + "\nexempt: {teams: ['@example/employees'], organizations: [example]}"
BOT = Person("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "dependabot[bot]", 7)
STRANGER = Person("Eve", "eve@laptop")


def test_the_rules() -> None:
    assert [(rule.id, rule.level.value) for rule in RULES] == [
        ("agreement-missing", "block"),
        ("agreement-outdated", "block"),
        ("agreement-renewal-due", "warn"),
        ("agreement-ended", "block"),
        ("agreement-unknown-account", "block"),
        ("agreement-unknown", "block"),
    ]
    assert [rule.id for rule in RULES if rule.could_not_tell] == ["agreement-unknown"]
    assert not any(rule.waivable for rule in RULES)
    assert (CHECK.id, CHECK.prefix, CHECK.noun, RULES[2].level) == ("agreements", "cla", "contributor", Level.WARN)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ["ada: missing"]),
        ({"records": [record()]}, []),
        ({"records": [record(who=BOB)]}, ["ada: missing"]),
        ({"records": [record(document="Other CLA")]}, ["ada: missing"]),
        ({"records": [record(version="1.1")]}, []),
        ({"records": [record(version="1")]}, ["ada: outdated"]),
        ({"records": [record(version="3")]}, ["ada: outdated"]),
        ({"records": [record("revoked", ago=5), record()]}, ["ada: ended"]),
        ({"records": [record("revoked", ago=5), record(), record(ago=1)]}, []),
        ({"records": [record("revoked", ago=15), record()]}, []),
        ({"records": [record(), record("revoked", ago=5, ends="another")]}, []),
        ({"records": [record(until=day(1))]}, ["ada: ended"]),
        ({"records": [record(until=day(-1))]}, []),
        ({"records": [record(ago=-1)]}, ["ada: missing"]),
        # a login alone proves nothing, in either direction
        ({"records": [record(who=Person("", "", "ada", 99))]}, ["ada: missing"]),
        ({"records": [record(who=Person("", "", "renamed", 1))]}, []),
        ({"records": [record(who=Person("", "", "Ada", None))]}, ["ada: missing"]),
        ({"records": [record(who=Person("", "", "Ada", None))], "policy": CLA + "\nmatch_logins: true"}, []),
        ({"records": [record(who=Person("", "", "Ada", None)), record("revoked", ago=5)],
          "policy": CLA + "\nmatch_logins: true"}, ["ada: ended"]),
    ],
)  # fmt: skip
def test_a_person_has_signed_or_not(given: dict[str, Any], found: list[str]) -> None:
    assert rules(**given) == found


@pytest.mark.parametrize(
    ("records", "companies", "found"),
    [
        ([], [CORP], ["bob: missing"]),
        ([record(who=9, company="corp")], [], ["bob: missing"]),
        ([record(who=9, company="corp")], [CORP], ["bob: missing"]),  # and not acknowledged
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp")], [CORP], []),
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
          record("left", BOB, 5, company="corp")], [CORP], ["bob: ended"]),
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
          record("left", BOB, 5, company="corp"), record("acknowledged", BOB, 4, company="corp")], [CORP], []),
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
          record("revoked", 9, 5, company="corp")], [CORP], ["bob: ended"]),
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
          record("revoked", BOB, 5, company="corp")], [CORP], ["bob: ended"]),
        ([record(who=9, company="corp", version="1"), record("acknowledged", BOB, company="corp")], [CORP],
         ["bob: outdated"]),
        # who signs for a company has not signed for themselves
        ([record(who=BOB, company="corp")], [], ["bob: missing"]),
        # what ends one record by name does not undo that the person has left
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
          record("acknowledged", BOB, 9, company="corp"), record("left", BOB, 5, company="corp", ends="another")],
         [CORP], ["bob: ended"]),
        # what the company says of its people is not what they say for themselves
        ([record("acknowledged", BOB, company="corp")], [CORP], ["bob: missing"]),
        # nobody of the company: acknowledged once, and taken off its lists since
        ([record(who=9, company="corp"), record("acknowledged", BOB, company="corp")],
         [Company("corp", "Example Corp")], ["bob: ended"]),
    ],
)  # fmt: skip
def test_a_company_covers_its_people(records: list[Any], companies: list[Company], found: list[str]) -> None:
    assert rules(commit(BOB, verified=True), records=records, companies=companies) == found


def test_a_domain_counts_only_where_the_address_is_proven() -> None:
    policy = CLA.replace("kind: both", "kind: corporate, corporate: {acknowledge: false}")
    signed = {"policy": policy, "records": [record(who=9, company="corp")], "companies": [CORP]}
    assert rules(commit(BOB, verified=True), **signed) == []
    assert rules(commit(BOB, verified=True, committer=GITHUB), **signed) == []
    assert rules(commit(BOB, verified=False), **signed) == ["bob: missing"]
    # Ada signs with her key what claims to be Bob's
    assert rules(commit(BOB, verified=True, committer=ADA), **signed) == ["bob: missing"]
    # and a trailer proves nothing at all
    credited = commit(ADA, "Add\n\nCo-authored-by: Bob <bob@corp.example>", verified=True)
    known = {"people": {"bob@corp.example": Signer(2, "bob")}}
    assert "bob: missing" in rules(credited, **signed, **known)


@pytest.mark.parametrize(
    ("teams", "found"),
    [
        ({"example/staff": frozenset({"bob"})}, []),
        ({"example/staff": frozenset()}, ["bob: missing"]),
        ({"example/staff": None}, ["bob: unknown"]),
        ({}, ["bob: unknown"]),
    ],
)
def test_an_organization_covers_its_members(teams: dict[str, Any], found: list[str]) -> None:
    company = Company("corp", "Example Corp", organizations=("Example/Staff",))
    policy = CLA.replace("kind: both", "kind: both, corporate: {acknowledge: false}")
    records = [record(who=9, company="corp")]
    assert rules(commit(BOB), policy=policy, records=records, companies=[company], teams=teams) == found


def test_one_document_may_stand_for_another() -> None:
    policy = """
    documents:
    - {name: CLA, text: cla.md, version: 2}
    - {name: Corporate, text: corporate.md, version: 1, kind: corporate, instead_of: [CLA]}
    """
    for_corp: dict[str, Any] = {"document": "Corporate", "version": "1", "company": "corp"}
    records = [record(who=9, **for_corp), record("acknowledged", BOB, **for_corp)]
    of_bob = commit(BOB, verified=True)
    assert rules(of_bob, policy=policy, records=records, companies=[CORP]) == []
    assert rules(of_bob, policy=policy, records=[record(who=BOB)]) == []
    assert rules(of_bob, policy=policy) == ["bob: missing"]  # and not a second time for the other one


def test_a_new_version_counts_after_a_time_of_grace() -> None:
    old = [record(version="1")]
    (seen,) = judge(policy=GRACE, records=old).observations
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    assert (seen.rule, seen.changes_at) == ("agreement-renewal-due", ends)
    assert plain(seen.message) == (
        "ada signed version 1 of CLA, and version 2 is needed from 1 Dec 2026 on: It grants a patent license now."
    )
    assert rules(policy=GRACE, records=old, now=ends - timedelta(microseconds=1)) == ["ada: renewal-due"]
    assert rules(policy=GRACE, records=old, now=ends) == ["ada: outdated"]
    assert rules(policy=GRACE, now=ends - timedelta(1)) == ["ada: missing"]  # who never signed has no grace


def test_another_text_under_the_same_version_does_not_count() -> None:
    policy = f"documents: [{{name: CLA, text: cla.md, version: 2, sha256: {'ab' * 32}}}]"
    assert rules(policy=policy, records=[record(digest="ab" * 32)]) == []
    assert rules(policy=policy, records=[record(digest=None)]) == []  # an import does not know
    assert said(policy=policy, records=[record(digest="cd" * 32)]) == (
        "ada signed another text of CLA, version 2, than the one of today."
    )


@pytest.mark.parametrize(
    ("policy", "teams", "found"),
    [
        (MEMBERS, {"example/employees": frozenset({"ada"}), "example": frozenset()}, []),
        (MEMBERS, {"example/employees": frozenset(), "example": frozenset({"ada"})}, []),
        (MEMBERS, {"example/employees": frozenset(), "example": frozenset()}, ["ada: missing"]),
        (MEMBERS, {"example/employees": None, "example": frozenset()}, ["ada: unknown"]),
        (MEMBERS, {}, ["ada: unknown"]),
        (CLA + "\nexempt: {logins: [ADA]}", {}, []),
        (CLA + "\nexempt: {logins: ['a*a']}", {}, []),
        (CLA + "\nexempt: {logins: ['ad']}", {}, ["ada: missing"]),
        (CLA + "\nexempt: {logins: ['*d']}", {}, ["ada: missing"]),
        (CLA + "\nexempt: {emails: ['*@example.org']}", {}, ["ada: missing"]),  # the commit is not verified
    ],
)
def test_exemptions(policy: str, teams: dict[str, Any], found: list[str]) -> None:
    assert rules(policy=policy, teams=teams) == found


def test_who_has_signed_needs_no_exemption() -> None:
    assert rules(policy=MEMBERS, records=[record()], teams={}) == []


def test_an_address_exempts_only_verified_commits_and_all_of_them() -> None:
    policy = CLA + "\nexempt: {emails: ['*@example.org']}"
    assert rules(commit(verified=True), policy=policy) == []
    assert rules(commit(verified=True), commit(number=2), policy=policy) == ["ada: missing"]
    other = Person("Ada", "ada@home.example", "ada", 1)
    assert rules(commit(verified=True), commit(other, number=2, verified=True), policy=policy) == ["ada: missing"]


def test_bots_are_told_by_github_and_never_by_a_name() -> None:
    bot = Person("renovate", "bot@renovate.example", "renovate", 8, AccountType.BOT)
    assert rules(commit(bot), commit(BOT, number=2)) == []
    assert rules(commit(Person(BOT.name, BOT.email))) == [f"{BOT.email}: unknown-account"]
    assert rules(commit(bot), policy=CLA + "\nexempt: {accounts: []}") == ["renovate: missing"]


def test_trivial_changes_need_no_signature() -> None:
    policy = CLA + "\ntrivial: {files: 2, lines: 10}"

    def needed(*lines: int | None, **listing: Any) -> bool:
        files = [ChangedFile(f"{index}.md", FileStatus.MODIFIED, None, count) for index, count in enumerate(lines)]
        return bool(rules(policy=policy, files=files, **listing))

    assert not needed(9)
    assert needed(10)
    assert needed(1, 1)
    assert needed(None)  # not text, or nobody counted
    assert needed(9, problems=(object(),))  # not all of it is listed


@pytest.mark.parametrize(
    ("where", "repository", "found"),
    [
        ("repositories: ['web*']", RepositoryFacts("example/web"), ["ada: missing"]),
        ("repositories: ['api*', other/web]", RepositoryFacts("example/web"), []),
        ("repositories: ['web*']", RepositoryFacts(), ["None: unknown"]),
        ("properties: {tier: [a, b]}", RepositoryFacts("e/w", "public", properties={"tier": "b"}), ["ada: missing"]),
        ("properties: {tier: a}", RepositoryFacts("e/w", "public", properties={"tier": "b"}), []),
        ("properties: {tier: a}", RepositoryFacts("e/w", "public"), []),
        ("properties: {tier: a}", RepositoryFacts("e/w"), ["None: unknown"]),
    ],
)  # fmt: skip
def test_which_repositories_need_it(where: str, repository: RepositoryFacts, found: list[str]) -> None:
    assert (
        rules(policy=f"documents: [{{name: CLA, text: cla.md, version: 2, {where}}}]", repository=repository) == found
    )


def test_an_address_of_no_account_has_three_ways_out() -> None:
    judgment = judge(commit(STRANGER), commit(STRANGER, number=2), commit(STRANGER, number=3))
    (seen,) = judgment.observations
    assert (seen.rule, seen.subject.person, seen.move) == ("agreement-unknown-account", "eve@laptop", Move.AUTHOR)
    assert plain(seen.message) == (
        "The address eve@laptop of commits 0000001, 0000002 and 1 more belongs to no GitHub account, so nobody can "
        "tell whether its owner signed CLA."
    )
    assert seen.fix is not None
    fix = plain(seen.fix.summary)
    assert fix.count("; or ") == 2
    assert "Settings, Emails" in fix
    assert "git commit --amend --reset-author" in fix
    assert "exempt the address" in fix


def test_a_commit_without_any_address() -> None:
    assert "have no address" in said(commit(Person("", "")))


def test_one_finding_for_each_person_with_all_the_commits() -> None:
    judgment = judge(*(commit(number=number) for number in range(1, 131)), commit(BOB, number=200))
    ada, bob = judgment.observations
    assert (judgment.judged, ada.subject.person, bob.subject.person) == (2, "ada", "bob")
    commits = [plain(row.actual) for row in ada.evidence if row.what == "commits"]
    assert len(commits) == 11
    assert commits[0].startswith("0000001, 0000002")
    assert commits[-1] == "and 30 more"


@pytest.mark.parametrize(
    ("policy", "fix"),
    [
        (CLA, "read CLA; then post this as a comment, alone and word for word: "
              "I have read the CLA Document and I hereby sign the CLA"),
        (CLA.replace("kind: both", "phrase: I agree to the CLA"),
         "read CLA; then post this as a comment, alone and word for word: I agree to the CLA"),
        (CLA.replace("name: CLA", "name: Our DCO"),
         "read Our DCO; then post this as a comment, alone and word for word: "
         "I have read the DCO Document and I hereby sign the DCO"),
        (CLA.replace("kind: both", "fields: [{name: country, label: Country, required: true}]"),
         "read CLA and sign it on the page for signing"),
        (CLA.replace("both", "corporate"), "ask your company to sign CLA, or to add you to its people"),
    ],
)  # fmt: skip
def test_how_to_sign(policy: str, fix: str) -> None:
    (seen,) = judge(policy=policy).observations
    assert seen.fix is not None
    assert (plain(seen.fix.summary), seen.move) == (fix, Move.SIGNER)


def test_why_a_signature_is_needed_again_is_said_where_that_is_nobody_elses_business() -> None:
    covered = [record(who=9, company="corp"), record("acknowledged", BOB, company="corp")]
    left = {"records": [*covered, record("left", BOB, 5, company="corp")], "companies": [CORP]}
    of_bob = commit(BOB, verified=True)
    assert said(of_bob, **left) == (
        "bob needs to sign CLA, version 2, because they left Example Corp on 15 Nov 2026, under whose signature "
        "they contributed."
    )
    public = said(of_bob, **left, repository=RepositoryFacts("example/web", "public"))
    assert public == "bob needs to sign CLA, version 2, because the signature that counted ended on 15 Nov 2026."
    revoked = [record(), record("revoked", ago=5)]
    assert said(records=revoked) == (
        "ada needs to sign CLA, version 2, because the signature was revoked on 15 Nov 2026."
    )
    assert said(records=[record(until=day(5))]) == (
        "ada needs to sign CLA, version 2, because the signature was valid until 15 Nov 2026."
    )


def test_no_company_is_named_on_a_public_repository() -> None:
    everything = [
        [record(who=9, company="corp")],
        [record(who=9, company="corp", version="1"), record("acknowledged", BOB, company="corp")],
        [record(who=9, company="corp", until=day(1)), record("acknowledged", BOB, company="corp")],
        [record(who=9, company="corp"), record("acknowledged", BOB, company="corp"),
         record("revoked", BOB, 1, company="corp", reason="fired")],
    ]  # fmt: skip
    for records in everything:
        for visibility, named in (("public", False), ("private", True), (None, False)):
            given: dict[str, Any] = {
                "records": records,
                "companies": [CORP],
                "repository": RepositoryFacts("e/w", visibility),
            }
            (seen,) = judge(commit(BOB, verified=True), **given).observations
            shown = " ".join([plain(seen.message), plain(seen.headline), *(plain(row.actual) for row in seen.evidence)])
            assert ("Example Corp" in shown or "corp" in shown.replace("bob@corp.example", "")) == named, shown
            assert "fired" not in shown


def test_hostile_words_stay_foreign_and_headlines_short() -> None:
    login, name = "x" * 300 + "](javascript:1)", "\u202e" + "n" * 90
    author = Person("<script>", "<img>@" + "h" * 400, login, 5, AccountType.USER)
    policy = f'documents: [{{name: "{"n" * 100}", text: cla.md, version: "{"v" * 60}"}}]'
    for person in (author, Person(name, "e" * 900 + "@h"), Person("\0", "\x1b[31m")):
        (seen,) = judge(commit(person), policy=policy).observations
        assert len(plain(seen.headline)) <= 80
        for phrase in (seen.message, seen.headline, *(row.actual for row in seen.evidence)):
            assert not any(word in part for part in phrase for word in ("<", "\0", "\u202e", "](")
                           if not isinstance(part, Foreign) and part != " <")  # fmt: skip


def test_a_checkout_without_accounts_judges_nothing() -> None:
    listing = Listing("b" * 40, "c" * 40, (), (commit(),))
    for facts in (Facts(), Facts(accounts_known=True), Facts(signatures=Signatures())):
        judgment = judge_pull(Snapshot(listing), facts, section(), Context(NOW))
        assert (judgment.judged, judgment.observations) == (0, ())
        assert [plain(note) for note in judgment.not_judged_here] == [
            "who signed CLA: only the service knows accounts and signatures."
        ]


@pytest.mark.parametrize(
    ("commits", "policy", "more"),
    [
        ((), CLA, {}),
        ((commit(),), CLA, {"merge_queue": True}),
        ((commit(),), "documents: []", {}),
        ((commit(),), CLA + "\ntrivial: {files: 1}", {}),
    ],
)
def test_nothing_to_judge(commits: tuple[Commit, ...], policy: str, more: dict[str, Any]) -> None:
    listing = Listing("b" * 40, "c" * 40, (), commits, **more)
    judgment = judge_pull(Snapshot(listing), Facts(), section(policy), Context(NOW))
    assert (judgment.judged, judgment.observations, judgment.not_judged_here) == (0, (), ())


def test_a_signature_that_will_end_is_judged_again_when_it_does() -> None:
    judgment = judge(records=[record(until=day(-3))])
    assert judgment.observations == ()
    assert judgment.changes_at == day(-3) + timedelta(microseconds=1)
    assert rules(records=[record(until=day(-3))], now=day(-3)) == []
    assert rules(records=[record(until=day(-3))], now=judgment.changes_at) == ["ada: ended"]


def test_a_login_of_which_nobody_knows_the_number_is_not_guessed() -> None:
    author = Person("Ada", "ada@example.org", "ada")
    assert rules(commit(author), records=[record()]) == ["ada: unknown"]
