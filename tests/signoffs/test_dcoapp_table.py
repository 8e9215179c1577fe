"""The DCO app's verdicts, row by row as they were measured (its own code under Node)."""

import pytest

from checks.model.commit import AccountType, Person
from checks.model.facts import Facts, Membership, RepositoryFacts
from checks.signoffs.trailers import sign_offs
from tests.signoffs.examples import ADA, BOB, PASS, SIGNED, app_says, app_sentences, commit, judge, linked, verdicts

TRAILER = "Signed-off-by: Ada L <ada@example.org>"
MISSING = "The sign-off is missing."


def expected(got: str, author: str = "Ada L <ada@example.org>") -> str:
    return f'Expected "{author}", but got "{got}".'


@pytest.mark.parametrize(
    "message",
    [
        f"Add\n\n{TRAILER}",
        f"Add\n\n{TRAILER}\n",
        f"Add\n\n{TRAILER.lower()}",
        f"Add\n\n{TRAILER.upper()}",
        f"Add\r\n\r\n{TRAILER}\r\n",
        f"Add\n\nBecause.\n{TRAILER}\nAnd more.\n\nAnd an end.",
        TRAILER,
        f"Add\n\n{TRAILER}   \n\n\n",
        f"Add\n\n{TRAILER}\u00a0\ufeff",
        f"Add\u2028{TRAILER}\u2029more",
        f"Add\n\nSigned-off-by: Bob <bob@example.org>\n{TRAILER}",
    ],
)
def test_a_sign_off_on_a_line_of_its_own_passes(message: str) -> None:
    assert app_says(message) == PASS


@pytest.mark.parametrize(
    "line",
    [
        "",
        f" {TRAILER}",
        f"> {TRAILER}",
        "Signed-off-by:Ada L <ada@example.org>",
        "Signed-off-by: Ada L<ada@example.org>",
        f"{TRAILER} and more",
        f"{TRAILER}.",
        "Signed off by: Ada L <ada@example.org>",
        "Signed-off-by: Ada L ada@example.org",
        "Signed-off-by: Ada L <ada@example.org",
        f"{TRAILER}\x85",
        "\u017figned-off-by: Ada L <ada@example.org>",
        "Co-authored-by: Ada L <ada@example.org>",
    ],
)
def test_other_lines_are_no_sign_off(line: str) -> None:
    assert app_says(f"Add\n\n{line}") == MISSING


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ("Signed-off-by:  Ada L <ada@example.org>", " Ada L <ada@example.org>"),
        ("Signed-off-by: Ada L  <ada@example.org>", "Ada L  <ada@example.org>"),
        ("Signed-off-by: Ada L <ada@example.org>, Bob <b@b.org>", "Ada L <ada@example.org>, Bob <b@b.org>"),
        ("Signed-off-by: Ada <L> <ada@example.org>", "Ada <L> <ada@example.org>"),
        ("Signed-off-by: Bob <bob@example.org>", "Bob <bob@example.org>"),
        ("Signed-off-by: Ada L <ada@other.org>", "Ada L <ada@other.org>"),
        ("Signed-off-by: Bob <ada@example.org>", "Bob <ada@example.org>"),
    ],
)
def test_a_sign_off_of_somebody_else_fails(line: str, got: str) -> None:
    assert app_says(f"Add\n\n{line}") == expected(got)


def test_several_sign_offs_without_a_match() -> None:
    message = "Add\n\nSigned-off-by: Bob <bob@example.org>\nSigned-off-by: Eve <eve@example.org>"
    got = '"Bob <bob@example.org>", "Eve <eve@example.org>"'
    assert app_says(message) == f'Can not find "Ada L <ada@example.org>", in [{got}].'


@pytest.mark.parametrize(
    ("line", "author", "committer"),
    [
        ("Ada L <bob@example.org>", ADA, BOB),
        ("Bob <ada@example.org>", ADA, BOB),
        ("Bob <bob@example.org>", ADA, BOB),
        ("Ada L <ada@example.org>", ADA, BOB),
        ("Ada L <bob@example.org>", Person("Ada L", ""), BOB),
        ("ada l <ADA@EXAMPLE.ORG>", ADA, ADA),
    ],
)
def test_author_and_committer_may_cross(line: str, author: Person, committer: Person) -> None:
    assert app_says(f"Add\n\nSigned-off-by: {line}", author, committer) == PASS


def test_unicode_forms_are_different_names() -> None:
    message = "Add\n\nSigned-off-by: Zoe\u0308 <ada@example.org>"
    assert app_says(message, Person("Zo\u00eb", "ada@example.org")).startswith("Expected")


@pytest.mark.parametrize(
    "email", ["a@localhost", "a@b", "1+x[bot]@users.noreply.github.com", "a b@c.org", "é@c.org", "@c.org", "a@c.o", ""]
)
def test_the_address_must_be_valid(email: str) -> None:
    message = f"Add\n\nSigned-off-by: Ada L <{email}>"
    assert app_says(message, Person("Ada L", email)) == f"{email} is not a valid email address."


def test_an_address_that_git_hub_rewrote_fails() -> None:
    author = Person("Ada L", "123+ada@users.noreply.github.com")
    assert app_says(SIGNED, author) == expected("Ada L <ada@example.org>", "Ada L <123+ada@users.noreply.github.com>")


def test_a_merge_is_not_judged() -> None:
    assert judge(commit("Merge", parents=("1", "2"))).judged == 0


@pytest.mark.parametrize(
    ("message", "present"),
    [
        ("Squash (#1)\n\nSigned-off-by: Anybody <x@y.org>", True),
        ("Squash (#1)", False),
        ("x\n\n> Signed-off-by: A <a>", False),
    ],
)
def test_a_commit_of_a_merge_queue_shows_only_that_somebody_signed(message: str, present: bool) -> None:
    assert bool(sign_offs(message)) is present


KNOWN = Facts(accounts_known=True, members={"ada": Membership.MEMBER})


@pytest.mark.parametrize(
    ("message", "login", "verified", "result"),
    [
        ("Add", "Ada", True, PASS),
        ("Add", "ada", False, "Commit by organization member is not verified."),
        ("Add", "ada", None, "Commit by organization member is not verified."),
        (SIGNED, "ada", False, PASS),
        ("Add\n\nSigned-off-by: Bob <b@b.org>", "ada", False, expected("Bob <b@b.org>")),
        ("Add", None, True, MISSING),
        ("Add", "stranger", True, MISSING),
    ],
)
def test_members_need_a_verified_signature_or_a_sign_off(
    message: str, login: str | None, verified: bool | None, result: str
) -> None:
    author = linked(ADA, login) if login else ADA
    commits = [commit(message, author, verified=verified)]
    assert app_sentences(commits, require="non-members", facts=KNOWN) == [result]


def test_the_owner_of_a_personal_repository_is_its_member() -> None:
    repository = RepositoryFacts(name="Ada/toys", owner_is_organization=False)
    facts = Facts(accounts_known=True, repository=repository)
    assert verdicts(commit("Add", linked(ADA, "ada"), verified=True), require="non-members", facts=facts) == [PASS]
    assert verdicts(commit("Add", linked(BOB, "bob"), verified=True), require="non-members", facts=facts) == ["missing"]


@pytest.mark.parametrize(
    ("author", "result"),
    [
        (linked(Person("renovate[bot]", "x@y.org"), "renovate[bot]", kind=AccountType.BOT), PASS),
        (linked(Person("renovate", "x@y.org"), "renovate[bot]", kind=AccountType.UNKNOWN), PASS),
        (Person("renovate[bot]", "x@y.org"), MISSING),
    ],
)
def test_bots_are_known_by_their_account_not_by_their_name(author: Person, result: str) -> None:
    assert app_sentences([commit("Update", author)], facts=KNOWN) == [result]


def test_failures_are_sorted_by_author() -> None:
    names = ["Zoe", "Ada", "Moe", "Ada"]
    commits = [commit("x", Person(name, "x@y.org"), number=i + 1) for i, name in enumerate(names)]
    shown = [observation.subject.commit for observation in judge(*commits).observations]
    assert shown == [commits[i].sha for i in (1, 3, 2, 0)]
