"""E-mail addresses: which ones the DCO app accepts, and what GitHub's own addresses say about an account."""

import re
from dataclasses import dataclass
from functools import lru_cache

#: One part of the local side: what RFC 5322 calls atext.
_ATOM = r"[!#-'*+/-9=?A-Z^-~-]"
_LOCAL = re.compile(rf"(?!`){_ATOM}+(?:\.{_ATOM}+)*\Z", re.ASCII)
#: Labels joined by dots. A dot never stands before a hyphen or another dot; a hyphen may stand before a dot.
_HOST = re.compile(r"[A-Za-z0-9](?:-*\.?[A-Za-z0-9])*\Z")
#: The last label: a letter, then at least one more character; hyphens only single and inside.
_TOP = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])+\Z")
_NOREPLY = re.compile(r"(?:(\d+)\+)?([a-z0-9_.-]+(?:\[bot\])?)@(users\.noreply\.[a-z0-9.-]+)\Z")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an address or a link to GitHub names it. `host` is empty where only GitHub's link is known."""

    login: str
    id: int | None = None
    host: str = ""

    def same_as(self, other: "Account") -> bool:
        """By number where both have one (a login may be renamed), else by login; never across hosts."""
        if self.host and other.host and self.host != other.host:
            return False
        if self.id is not None and other.id is not None:
            return self.id == other.id
        return self.login == other.login


@lru_cache(maxsize=4096)
def valid_email(email: str) -> bool:
    """Whether the DCO app's validator takes `email`: ASCII, a dotted host, at most 64@63.63… and 254 characters.

    Lengths count UTF-16 units there; everything that passes is ASCII, where they are characters.
    """
    if not email or len(email) > 254:
        return False
    local, at, host = email.partition("@")
    labels, dot, top = host.rpartition(".")
    if not (at and dot and len(local) <= 64 and _LOCAL.match(local) and _HOST.match(labels) and _TOP.match(top)):
        return False
    return all(len(label) <= 63 for label in host.split("."))


@lru_cache(maxsize=4096)
def noreply_account(email: str) -> Account | None:
    """The account of `ID+login@users.noreply.github.com`, `login@…` or the same of a GitHub Enterprise Server."""
    found = _NOREPLY.match(email.strip().lower()) if len(email) <= 320 else None
    if found is None:
        return None
    number = int(found[1]) if found[1] and len(found[1]) <= 18 else None
    return Account(found[2], number, found[3])


def is_bot_address(email: str) -> bool:
    """Whether GitHub gives this address to bots. Anybody can write it into a commit: it proves nothing."""
    account = noreply_account(email)
    return account is not None and account.login.endswith("[bot]")
