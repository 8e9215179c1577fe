"""Whose work a change is."""

import pytest

from checks.agreements.needed import people_wanted, wanted
from checks.agreements.people import Role, contributors
from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import RepositoryFacts
from checks.model.signatures import Signatures, Signer
from checks.model.snapshot import Listing
from tests.agreements.examples import ADA, BOB, CLA, GITHUB, commit, section

NOBODY = Signatures()


def who(*commits: Commit, signatures: Signatures = NOBODY, **require: bool) -> list[tuple[str | None, int | None]]:
    found = contributors(commits, signatures, **require)
    return [(one.person.login or one.person.email, one.person.account_id) for one in found]


def credit(line: str) -> Commit:
    return commit(ADA, f"Add a thing\n\n{line}\n\nmore text")


def test_authors_always_committers_where_asked_and_github_never() -> None:
    commits = [commit(ADA, committer=BOB), commit(ADA, number=2, committer=GITHUB)]
    assert who(*commits) == [("ada", 1)]
    assert who(*commits, committers=True) == [("ada", 1), ("bob", 2)]
    assert who(commit(committer=Person("GitHub", "NoReply@github.com")), committers=True) == [("ada", 1)]


def test_who_merges_contributes_too() -> None:
    assert who(commit(BOB, "Merge branch 'main'", parents=("a" * 40, "b" * 40))) == [("bob", 2)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Co-authored-by: Bob <2+bob@users.noreply.github.com>", ("bob", 2)),
        ("co-AUTHORED-by:Bob <2+Bob@users.noreply.github.com>", ("bob", 2)),
        ("Co-authored-by: Bob <bob@users.noreply.github.com>", ("bob", None)),
        ("Co-authored-by: Bob <bob@corp.example>", ("bob@corp.example", None)),
        ("Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
         ("dependabot[bot]", 49699333)),
    ],
)  # fmt: skip
def test_a_co_author_is_found_by_the_address(line: str, found: tuple[str, int | None]) -> None:
    assert who(credit(line)) == [("ada", 1), found]
    assert who(credit(line), co_authors=False) == [("ada", 1)]


@pytest.mark.parametrize(
    "line", ["Co-authored-by: Bob", "Co-authored-by:", "Thanks: Bob <bob@corp.example>", "> Co-authored-by Bob <b@c>"]
)
def test_what_names_nobody(line: str) -> None:
    assert who(credit(line)) == [("ada", 1)]


def test_a_co_author_whose_address_is_known_from_elsewhere() -> None:
    line = credit("Co-authored-by: Bob <bob@corp.example>")
    assert who(line, commit(BOB, number=2)) == [("ada", 1), ("bob", 2)]
    told = Signatures(people={"bob@corp.example": Signer(2, "bob")})
    assert who(line, signatures=told) == [("ada", 1), ("bob", 2)]
    assert who(credit("Co-authored-by: Me <ada@example.org>")) == [("ada", 1)]
    nobody = Signatures(people={"2+bob@users.noreply.github.com": None})
    assert who(credit("Co-authored-by: Bob <2+bob@users.noreply.github.com>"), signatures=nobody) == [
        ("ada", 1), ("2+bob@users.noreply.github.com", None),
    ]  # fmt: skip


def test_an_author_whom_github_links_to_nobody_is_nobody_whatever_the_address_says() -> None:
    forged = Person("x", "1+ada@users.noreply.github.com")
    assert who(commit(forged)) == [("1+ada@users.noreply.github.com", None)]


def test_a_person_is_one_by_the_number_of_the_account() -> None:
    renamed = Person("Ada", "ada@home.example", "ada-l", 1, AccountType.USER)
    (ada,) = contributors([commit(), commit(renamed, number=2, committer=BOB)], NOBODY)
    assert (ada.person.login, len(ada.commits), ada.roles) == ("ada", 2, (Role.AUTHOR,))


def test_only_a_verified_signature_proves_an_address() -> None:
    def proven(*commits: Commit) -> list[str]:
        return sorted(contributors(commits, NOBODY)[0].proven)

    assert proven(commit(verified=True)) == ["ada@example.org"]
    assert proven(commit(verified=True, committer=GITHUB)) == ["ada@example.org"]
    assert proven(commit(verified=True, committer=BOB)) == []
    assert proven(commit(verified=False)) == proven(commit(verified=None)) == []


def test_what_is_asked_before_it_is_judged() -> None:
    policy = section(CLA + "\nexempt: {teams: ['@Example/Employees'], organizations: [Example], logins: [bob]}")
    listing = Listing("b", "c", (), (
        commit(ADA, "x\n\nCo-authored-by: Eve <Eve@Home.Example>", verified=True), commit(BOB, number=2),
    ))  # fmt: skip
    asked = wanted(listing, policy, RepositoryFacts("example/web"))
    assert (asked.accounts, asked.logins, asked.addresses) == ((1,), ("ada",), ("eve@home.example",))
    assert (asked.domains, asked.groups) == (("example.org",), ("example/employees", "example"))
    told = Signatures(people={"eve@home.example": Signer(5, "eve")})
    assert people_wanted(listing, policy, told).accounts == (1, 5)


@pytest.mark.parametrize(
    "listing",
    [
        Listing("b", "c"),
        Listing("b", "c", (), (commit(),), merge_queue=True),
    ],
)
def test_nothing_is_asked_where_nobody_must_sign(listing: Listing) -> None:
    assert wanted(listing, section(), RepositoryFacts("example/web")).accounts == ()
    assert wanted(Listing("b", "c", (), (commit(),)), section("documents: []"), RepositoryFacts()).logins == ()


def test_a_message_of_a_megabyte_of_co_authors_ends() -> None:
    message = "\n".join(f"Co-authored-by: x{n} <x{n}@example.org>" for n in range(20_000))
    assert len(contributors([commit(ADA, message)], NOBODY)) == 1_001
