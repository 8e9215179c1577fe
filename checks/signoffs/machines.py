"""Bots and coding agents among the people of a commit, and what trailers tell of generated code.

Only what a commit itself says is recorded. Whether code was generated cannot be told from the code.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from checks.model.commit import AccountType, Commit, Person
from checks.signoffs.addresses import is_bot_address, noreply_account
from checks.signoffs.lines import mentions
from checks.signoffs.trailers import SignOff, Trailer, co_authors, trailer_block

#: Addresses that coding agents write into their own commits and trailers. A policy may name more.
AGENTS = frozenset({"noreply@anthropic.com", "cursoragent@cursor.com", "noreply@aider.chat", "aider@aider.chat"})
#: GitHub accounts of coding agents whose logins do not end in `[bot]`.
_AGENT_LOGINS = frozenset({"copilot"})
#: Trailers that name a tool.
_DECLARING = ("assisted-by", "generated-by")
_MENTIONS = (*_DECLARING, "co-authored-by")


class Signal(NamedTuple):
    """One thing that a commit tells of a tool."""

    what: str
    """Ours: `Assisted-by`, `Generated-by`, `co-author` or `author`."""
    tool: str
    """Foreign."""


@lru_cache(maxsize=4096)
def is_machine(email: str) -> bool:
    """Whether the address is a bot's or a well-known agent's. Anybody can write it: it proves nothing but the claim."""
    if "@users.noreply." not in email.lower():
        return email.lower() in AGENTS
    account = noreply_account(email)
    return is_bot_address(email) or (account is not None and account.login in _AGENT_LOGINS)


def signals(commit: Commit, agents: Sequence[str] = ()) -> tuple[Signal, ...]:
    """What the commit tells of tools; `agents` are further addresses."""
    return tuple(dict.fromkeys((*_declared(_block(commit)), *_people(commit, frozenset(map(str.lower, agents))))))


def undeclared(commit: Commit, agents: Sequence[str] = ()) -> tuple[Signal, ...]:
    """The tools among the commit's people, where no trailer declares any tool."""
    found = signals(commit, agents)
    return () if any(signal.what in ("Assisted-by", "Generated-by") for signal in found) else found


def _block(commit: Commit) -> Sequence[Trailer]:
    return trailer_block(commit.message) if any(mentions(commit.message, word) for word in _MENTIONS) else ()


def _declared(block: Iterable[Trailer]) -> Iterator[Signal]:
    for trailer in block:
        if trailer.key in _DECLARING and trailer.value:
            yield Signal(trailer.key.capitalize(), trailer.value)


def _people(commit: Commit, agents: frozenset[str]) -> Iterator[Signal]:
    author = commit.author
    bot = author.account_type is AccountType.BOT or (author.login or "").endswith("[bot]")
    if bot or _machine(author, agents):
        yield Signal("author", _named(author))
    for person in co_authors(_block(commit)):
        if _machine(person, agents):
            yield Signal("co-author", _named(person))


def _machine(person: Person | SignOff, agents: frozenset[str]) -> bool:
    return is_machine(person.email) or person.email.lower() in agents


def _named(person: Person | SignOff) -> str:
    return f"{person.name} <{person.email}>"
