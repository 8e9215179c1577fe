"""Whether the sign-offs of a commit are its people's: the DCO app's rules, a stricter and a more lenient reading."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from checks.model.commit import Commit, Person
from checks.signoffs.addresses import Account, noreply_account, valid_email
from checks.signoffs.machines import is_machine
from checks.signoffs.remediation import Allowed, Normal, Remediations
from checks.signoffs.trailers import (
    SignOff,
    Trailer,
    block_sign_offs,
    co_authors,
    loose_sign_offs,
    sign_offs,
    trailer_block,
)


class SignoffMode(StrEnum):
    DCOAPP = "dcoapp"
    """The DCO app's rules: any line of the message; names and addresses of author and committer may cross."""
    STRICT = "strict"
    """Trailer block only, name and address of one person together, co-authors too."""
    LENIENT = "lenient"
    """As dcoapp, and Unicode forms, blanks and GitHub's private addresses do not matter."""


class Kind(StrEnum):
    """What is wrong with a commit."""

    MISSING = "missing"
    MISMATCH = "mismatch"
    INVALID_EMAIL = "invalid-email"
    UNVERIFIED = "unverified"
    BY_BOT = "by-bot"


class Failure(NamedTuple):
    """One commit that does not pass."""

    commit: Commit
    kind: Kind
    found: tuple[SignOff, ...] = ()
    signers: tuple[Person, ...] = ()
    """Whose sign-off is missing: the author, or in strict mode co-authors."""
    undecided: bool = False
    """Only linked accounts, which are not known here, can tell."""


#: True, False, or None where only accounts could tell.
Matches = Callable[[SignOff, Commit], bool | None]


class Judge:
    """Judges the commits of one change. Merges, bots and members are the caller's business."""

    def __init__(
        self, commits: Sequence[Commit], mode: SignoffMode, allowed: Allowed, *, accounts_known: bool = False
    ) -> None:
        lenient = mode is SignoffMode.LENIENT
        self._remediations = Remediations(commits if allowed.individual else (), allowed, normal_of(mode))
        self._accounts = _linked_accounts(commits) if lenient and accounts_known else None
        by_mode = {SignoffMode.STRICT: self._strict, SignoffMode.LENIENT: self._lenient}
        self.judge: Callable[[Commit], Failure | None] = by_mode.get(mode, self._dcoapp)
        """None: the commit passes."""

    def _dcoapp(self, commit: Commit) -> Failure | None:
        if _as_git_signs(commit):
            return None
        found = sign_offs(commit.message)
        if self._remediations:
            found += self._remediations.sign_offs(commit)
        return _compare(commit, found, _crossing)

    def _lenient(self, commit: Commit) -> Failure | None:
        """What the DCO app accepts is accepted first, so that this mode never refuses more."""
        if self._dcoapp(commit) is None:
            return None
        found = loose_sign_offs(commit.message) + self._remediations.sign_offs(commit)
        return _compare(commit, found, self._leniently)

    def _strict(self, commit: Commit) -> Failure | None:
        block = trailer_block(commit.message)
        found = block_sign_offs(block) + self._remediations.sign_offs(commit)
        failure = _compare(commit, found, _as_pair)
        absent = tuple(self._absent_co_authors(commit, block, found))
        if failure is None:
            return Failure(commit, Kind.MISSING, tuple(found), absent) if absent else None
        return failure._replace(signers=(commit.author, *absent))

    def _absent_co_authors(
        self, commit: Commit, block: Sequence[Trailer], found: Sequence[SignOff]
    ) -> Iterator[Person]:
        """Co-authors without a sign-off of their own. Bots sign nothing, so theirs is not asked for."""
        signed = {_pair(sign_off) for sign_off in found} | {_pair(commit.author)}
        for person in dict.fromkeys(co_authors(block)):
            if _pair(person) in signed or is_machine(person.email):
                continue
            if not self._remediations.sign_offs(commit, person):
                yield Person(person.name, person.email)

    def _leniently(self, sign_off: SignOff, commit: Commit) -> bool | None:
        people = (commit.author, commit.committer)
        if normalized(sign_off.name) not in {normalized(person.name) for person in people}:
            return False
        answers = {same_address(sign_off.email, person, self._accounts) for person in people}
        return True if True in answers else None if None in answers else False


def _as_git_signs(commit: Commit) -> bool:
    """Whether a line is, to the letter, what `git commit --signoff` of the author writes. The rules then all hold, and
    most commits need no closer look."""
    name, email = commit.author.name, commit.author.email
    line = f"\nSigned-off-by: {name} <{email}>\n"
    if line not in commit.message and not commit.message.endswith(line[:-1]):
        return False
    # No other line end of JavaScript in the name, and nothing in the address that could split the line elsewhere.
    return name.isprintable() and valid_email(email) and not is_machine(email)


def _compare(commit: Commit, found: Sequence[SignOff], matches: Matches) -> Failure | None:
    """The DCO app's steps for one commit, in its order: any sign-off, a valid address, a match. And what it lacks: the
    sign-off of a bot or an agent, which may have made the commit, certifies nothing."""
    author = commit.author
    if not found:
        return Failure(commit, Kind.MISSING, signers=(author,))
    if not valid_email(author.email or commit.committer.email):
        return Failure(commit, Kind.INVALID_EMAIL, tuple(found), (author,))
    undecided, by_bot = False, False
    for sign_off in found:
        answer = sign_off.accepted or matches(sign_off, commit)
        if answer:
            if not is_machine(sign_off.email):
                return None
            by_bot = True
        undecided = undecided or answer is None
    if by_bot:
        return Failure(commit, Kind.BY_BOT, tuple(found), (author,))
    return Failure(commit, Kind.MISMATCH, tuple(found), (author,), undecided)


def _crossing(sign_off: SignOff, commit: Commit) -> bool:
    """The name is the author's or the committer's, and so is the address: not necessarily of the same person."""
    author, committer = commit.author, commit.committer
    name, email = sign_off.name.lower(), sign_off.email.lower()
    return (name == author.name.lower() or name == committer.name.lower()) and (
        email == author.email.lower() or email == committer.email.lower()
    )


def _as_pair(sign_off: SignOff, commit: Commit) -> bool:
    return _pair(sign_off) in (_pair(commit.author), _pair(commit.committer))


def _pair(person: SignOff | Person) -> tuple[str, str]:
    return person.name.lower(), person.email.lower()


@lru_cache(maxsize=4096)
def normalized(text: str) -> str:
    """NFKC, any case, blanks collapsed. Lowered first, so that what `lower()` makes equal stays equal."""
    return " ".join(normalize("NFKC", normalize("NFKC", text.lower()).casefold()).split())


def normal_of(mode: SignoffMode) -> Normal:
    """What a mode compares of names and addresses."""
    return normalized if mode is SignoffMode.LENIENT else str.lower


def same_address(email: str, person: Person, linked: dict[str, Account] | None) -> bool | None:
    """Whether `email` is an address of `person`, as far as GitHub's private addresses and links tell.

    `linked` has the accounts that GitHub links to addresses of this change; None where accounts cannot be known.
    """
    if normalized(email) == normalized(person.email):
        return True
    theirs = noreply_account(email) or (linked or {}).get(normalized(email))
    private = noreply_account(person.email)
    mine = private or (
        Account(person.login.lower(), person.account_id) if person.login and linked is not None else None
    )
    if theirs and mine:
        return theirs.same_as(mine)
    if private:
        return True  # GitHub hid the person's own address, and nothing says that the signed one is somebody else's
    return None if theirs and linked is None else False


def _linked_accounts(commits: Iterable[Commit]) -> dict[str, Account]:
    people = (person for commit in commits for person in (commit.author, commit.committer))
    return {
        normalized(person.email): Account(person.login.lower(), person.account_id)
        for person in people
        if person.login and person.email
    }
