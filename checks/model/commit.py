"""Commits and the people in them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class AccountType(StrEnum):
    USER = "User"
    BOT = "Bot"
    UNKNOWN = "unknown"
    """Accounts cannot be known here (command line), or GitHub links none to this e-mail."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an e-mail as git records them, and the account that GitHub links to the e-mail, if it is known."""

    name: str
    email: str
    login: str | None = None
    account_id: int | None = None
    account_type: AccountType = AccountType.UNKNOWN


class Commit(NamedTuple):
    """One commit of the pull request. `verified` is None where signatures cannot be known.

    A tuple, because a dataclass takes three times as long to make, and a long branch has tens of thousands.
    """

    sha: str
    author: Person
    committer: Person
    message: str
    parents: tuple[str, ...] = ()
    verified: bool | None = None

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0].strip()

    @property
    def short(self) -> str:
        return self.sha[:7]
