"""Reads the tables of cases: one line a history, `message | people | verdict | words`.

A line in brackets is the policy of the lines below it. In a message `¶` is a line end, `␍` a carriage return, `S:` the
key of a sign-off, `C:` of a co-author, `I:` begins a remediation line, `{1}` is the SHA of the first commit; Python's
escapes stand for what an editor does not show. ` // ` separates the commits of a history, and their people. People are
`Author` or `Author→Committer`; `=login` is the linked account, `!` a verified signature, `^` a merge. The verdict is
that of each failing commit, or `pass`; the words are those that the DCO app would say, or begin those that we say.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import Facts, Membership
from checks.model.finding import Observation
from checks.model.phrase import plain
from tests.signoffs.examples import PASS, commit, judge, sha

_PEOPLE = {
    "Ada": Person("Ada L", "ada@example.org"),
    "Bob": Person("Bob", "bob@example.org"),
    "Eve": Person("Eve", "eve@example.org"),
    "Zoë": Person("Zo\u00eb", "zoe@example.org"),
    "Hidden": Person("Ada L", "123+ada@users.noreply.github.com"),
    "GitHub": Person("GitHub", "noreply@github.com"),
    "Actions": Person("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
    "Agent": Person("Claude", "noreply@anthropic.com"),
}
_KEYS = {"S:": "Signed-off-by:", "C:": "Co-authored-by:", "I:": "hereby add my Signed-off-by to this commit:"}
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\t")
_ROW = re.compile(r"\s+\|\s+")


class Case(NamedTuple):
    """One history under one policy."""

    policy: str
    messages: tuple[str, ...]
    people: tuple[str, ...]
    verdict: str
    words: str

    def __str__(self) -> str:
        return f"{self.policy}: {' // '.join(self.messages)} by {' // '.join(self.people)}"

    @property
    def commits(self) -> list[Commit]:
        people = [*self.people, *[self.people[-1]] * (len(self.messages) - len(self.people))]
        pairs = enumerate(zip(self.messages, people, strict=True), 1)
        return [_commit(number, message, who) for number, (message, who) in pairs]

    def judged(self) -> tuple[str, list[Observation]]:
        """The verdict and what was observed."""
        given: dict[str, Any] = {}
        for word in self.policy.split():
            name, equals, value = word.partition("=")
            given[name] = value if equals else True
        members = given.pop("members", None)
        if given.pop("accounts", False) or members:
            known = dict.fromkeys((members or "").split(","), Membership.MEMBER)
            given["facts"] = Facts(accounts_known=True, members=known)
        judgment = judge(*self.commits, **given)
        found = [observation.rule.removeprefix("signoff-") for observation in judgment.observations]
        elsewhere = ["not judged here"] * len(judgment.not_judged_here)
        return ", ".join([*found, *elsewhere]) or PASS, list(judgment.observations)

    def said(self, observations: list[Observation]) -> str:
        """All that the DCO app and we would say."""
        rows = [row for seen in observations for row in seen.evidence]
        spoken = [plain(seen.message) for seen in observations]
        return "\n".join([*spoken, *(plain(row.actual) for row in rows)])


def cases(table: str) -> Iterator[Case]:
    """The rows of a table."""
    policy = ""
    for line in table.splitlines():
        text = line.strip()
        if text.startswith("["):
            policy = text.strip("[]")
        elif text and not text.startswith("#"):
            columns = [*_ROW.split(f"{line} "), "", ""]
            messages = tuple(map(_message, columns[0].strip("\n").split(" // ")))
            people = tuple(part.strip() for part in columns[1].split(" // "))
            yield Case(policy, messages, people, columns[2].strip(), _unescaped(columns[3].strip()))


def _message(text: str) -> str:
    for short, long in _KEYS.items():
        text = text.replace(short, long)
    text = _unescaped(text.replace("¶", "\n").replace("␍", "\r"))
    return re.sub(r"\{(\d+)(?::(\d+))?\}", lambda m: sha(int(m[1]))[: int(m[2]) if m[2] else None], text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: found[0].encode().decode("unicode_escape"), text)


def _commit(number: int, message: str, who: str) -> Commit:
    more: dict[str, Any] = {}
    if "^" in who:
        more["parents"] = ("1" * 40, "2" * 40)
    if "!" in who:
        more["verified"] = True
    author, _, committer = who.replace("^", "").replace("!", "").partition("→")
    return commit(message, _person(author), _person(committer) if committer else None, number=number, **more)


def _person(text: str) -> Person:
    name, equals, login = text.strip().rpartition("=") if "=" in text else (text.strip(), "", "")
    known = _PEOPLE.get(name)
    if known is None:
        called, _, email = name.partition(" <")
        known = Person(_unescaped(called), _unescaped(email.rstrip(">")))
    if not equals:
        return known
    kind = AccountType.BOT if login.endswith("[bot]") else AccountType.USER
    return Person(known.name, known.email, login, 123 if login == "ada" else 456, kind)
