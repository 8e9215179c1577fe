"""Whose work a change is: the people who must have signed, each once, with all their commits."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from checks.model.commit import AccountType, Commit, Person
from checks.model.signatures import Signatures, Signer
from checks.signoffs.addresses import noreply_account
from checks.signoffs.trailers import SignOff, person_in

#: GitHub itself, which commits for people on its pages.
WEB_FLOW = "web-flow"
_WEB_ADDRESS = "noreply@github.com"
#: Anywhere in the message, as GitHub credits them: a stricter reading would let people escape.
_CO_AUTHOR = re.compile(r"^[ \t]*co-authored-by[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
#: Co-authors of one commit that are looked at; nobody credits more.
_MOST = 1_000


class Role(StrEnum):
    AUTHOR = "author"
    CO_AUTHOR = "co-author"
    COMMITTER = "committer"


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person with everything of theirs in the change."""

    person: Person
    """As the first commit has them, with the account that was found."""
    roles: tuple[Role, ...]
    commits: tuple[Commit, ...]
    proven: frozenset[str] = frozenset()
    """Addresses, lower case, of commits whose verified signature is by this very address, or by GitHub for them."""
    every_commit_proven: bool = False
    """Whether all of it is with such addresses."""

    @property
    def key(self) -> str:
        """The same over pushes: the number of the account, or its login, or the address, or the name."""
        person = self.person
        if person.account_id is not None:
            return f"id:{person.account_id}"
        return f"login:{person.login.lower()}" if person.login else f"email:{_address(person) or person.name.strip()}"

    @property
    def is_bot(self) -> bool:
        """By GitHub's word: it gives `[bot]` to no login of a person."""
        return self.person.account_type is AccountType.BOT or (self.person.login or "").endswith("[bot]")

    @property
    def signer(self) -> Signer:
        return Signer(self.person.account_id, self.person.login)


def contributors(
    commits: Sequence[Commit], signatures: Signatures, *, committers: bool = False, co_authors: bool = True
) -> tuple[Contributor, ...]:
    """The people of the commits in their order. Merge commits count: what solves a conflict is somebody's work, too."""
    accounts = _Accounts(commits, signatures)
    found: dict[str, Contributor] = {}
    for commit in commits:
        for role, person in _people(commit, committers, co_authors):
            proven = _proven(commit, person, role)
            # Of authors and committers GitHub has told; what their addresses look like proves nothing.
            known_as = accounts.of(person) if role is Role.CO_AUTHOR else person
            one = Contributor(known_as, (role,), (commit,), proven, bool(proven))
            known = found.get(one.key)
            found[one.key] = one if known is None else _joined(known, one)
    return tuple(found.values())


def _joined(known: Contributor, more: Contributor) -> Contributor:
    return replace(
        known,
        roles=known.roles if more.roles[0] in known.roles else (*known.roles, *more.roles),
        commits=known.commits if known.commits[-1] is more.commits[0] else (*known.commits, *more.commits),
        proven=known.proven | more.proven,
        every_commit_proven=known.every_commit_proven and more.every_commit_proven,
    )


def _people(commit: Commit, committers: bool, co_authors: bool) -> Iterator[tuple[Role, Person]]:
    yield Role.AUTHOR, commit.author
    if co_authors:
        for named in _co_authors(commit.message):
            yield Role.CO_AUTHOR, Person(named.name.strip(), named.email.strip())
    if committers and not by_github(commit.committer):
        yield Role.COMMITTER, commit.committer


def by_github(committer: Person) -> bool:
    """Whether GitHub committed what somebody did on its pages."""
    if committer.login is not None:
        return committer.login == WEB_FLOW
    return _address(committer) == _WEB_ADDRESS


def _co_authors(message: str) -> Iterator[SignOff]:
    for count, line in enumerate(_CO_AUTHOR.finditer(message)):
        if count >= _MOST:
            return
        if (person := person_in(" " + line[1].strip())) is not None:
            yield person


def addresses_of_co_authors(commits: Iterable[Commit]) -> tuple[str, ...]:
    """Their addresses, lower case, for who can ask GitHub whose they are."""
    found = (named.email.strip().lower() for commit in commits for named in _co_authors(commit.message))
    return tuple(dict.fromkeys(filter(None, found)))


def _proven(commit: Commit, person: Person, role: Role) -> frozenset[str]:
    """A verified signature proves the committer's address; GitHub's own proves whose page it was."""
    address = _address(person)
    if not commit.verified or not address:
        return frozenset()
    theirs = role is Role.AUTHOR and by_github(commit.committer)
    return frozenset({address}) if theirs or address == _address(commit.committer) else frozenset()


class _Accounts:
    """Whose an address is, as far as GitHub told for these commits."""

    def __init__(self, commits: Iterable[Commit], signatures: Signatures) -> None:
        self.linked: dict[str, Person] = {}
        self.logins: dict[str, Person] = {}
        for commit in commits:
            for person in (commit.author, commit.committer):
                if person.login:
                    self.linked.setdefault(_address(person), person)
                    self.logins.setdefault(person.login.lower(), person)
        self.told: Mapping[str, Signer | None] = signatures.people

    def of(self, person: Person) -> Person:
        """A co-author with the account that the address belongs to. GitHub links the addresses of bots to nobody."""
        address = _address(person)
        named = noreply_account(address)
        if signer := self.told.get(address):
            return replace(person, login=signer.login, account_id=signer.account_id)
        if address and address in self.linked:
            return _with(person, self.linked[address])
        if named is None or (address in self.told and not named.login.endswith("[bot]")):
            return person
        same = self.logins.get(named.login)
        if same is not None and named.id in (None, same.account_id):
            return _with(person, same)
        return replace(person, login=named.login, account_id=named.id)


def _with(person: Person, account: Person) -> Person:
    return replace(person, login=account.login, account_id=account.account_id, account_type=account.account_type)


def _address(person: Person) -> str:
    return person.email.strip().lower()
