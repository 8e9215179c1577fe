"""E-mail addresses: which ones the DCO app accepts, and what GitHub's own addresses say about an account."""

from functools import lru_cache
from typing import NamedTuple

#: No regular expressions here: compiling them would cost more of the start-up than all addresses of a branch.
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ALPHANUMERIC = _LETTERS | frozenset("0123456789")
#: What RFC 5322 calls atext.
_ATEXT = _ALPHANUMERIC | frozenset("!#$%&'*+-/=?^_`{|}~")
_LABEL = _ALPHANUMERIC | {"-"}
_LOGIN = _LABEL | {"_", "."}
_PRIVATE_HOST = "users.noreply."


class Account(NamedTuple):
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
    local, _, host = email.partition("@")
    return len(local) <= 64 and local[:1] != "`" and _atoms(local) and _dotted_host(host)


def _atoms(local: str) -> bool:
    return all(part and _ATEXT.issuperset(part) for part in local.split("."))


def _dotted_host(host: str) -> bool:
    """At least two labels. A hyphen never begins a label, but may end one that is not among the last two."""
    *labels, top = host.split(".")
    if not labels or labels[-1].endswith("-") or not all(map(_label, labels)):
        return False
    return _label(top) and len(top) > 1 and top[0] in _LETTERS and "--" not in top and not top.endswith("-")


def _label(label: str) -> bool:
    return 0 < len(label) <= 63 and label[0] != "-" and _LABEL.issuperset(label)


@lru_cache(maxsize=4096)
def noreply_account(email: str) -> Account | None:
    """The account of `ID+login@users.noreply.github.com`, `login@…` or the same of a GitHub Enterprise Server."""
    if _PRIVATE_HOST not in email.lower() or len(email) > 320:
        return None
    local, _, host = email.strip().lower().partition("@")
    number, plus, login = local.rpartition("+")
    if plus and not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    if not host.startswith(_PRIVATE_HOST) or not _LOGIN.issuperset(host) or not login:
        return None
    known = _LOGIN.issuperset(login.removesuffix("[bot]"))
    return Account(login, int(number) if number else None, host) if known else None


def is_bot_address(email: str) -> bool:
    """Whether GitHub gives this address to bots. Anybody can write it into a commit: it proves nothing."""
    account = noreply_account(email)
    return account is not None and account.login.endswith("[bot]")
