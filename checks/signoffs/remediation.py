"""Remediation commits: a later commit that signs an earlier one by its full SHA, for oneself or for somebody else."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from checks.model.commit import Commit, Person
from checks.signoffs.lines import lines_of, lower_ascii, mentions
from checks.signoffs.machines import is_machine
from checks.signoffs.trailers import SignOff

_MARK = ">, hereby add my signed-off-by to this commit: "
_SELF = "i, "
_BEHALF = "on behalf of "
_BETWEEN = ">, i, "
#: Shorter beginnings of a SHA are not worth an explanation.
_SHORTEST = 7

#: Makes two spellings of a name or an address comparable.
Normal = Callable[[str], str]


class Allowed(NamedTuple):
    """Which remediation the policy allows. `third_party` has effect only together with `individual`."""

    individual: bool = False
    third_party: bool = False


NO_REMEDIATION = Allowed()


class Claim(NamedTuple):
    """One remediation line. `signer` is the person who says "I"; `author` wrote the commit `sha`."""

    sha: str
    author: SignOff
    signer: SignOff
    commit: Commit
    """The remediation commit."""

    @property
    def third_party(self) -> bool:
        return self.author is not self.signer


def claims_in(commit: Commit) -> list[Claim]:
    """The remediation lines of one message, as the DCO app's two expressions find them, in linear time."""
    if not mentions(commit.message, _MARK[3:]):
        return []
    found = (_claim(line, commit) for line in lines_of(commit.message) if len(line) > len(_MARK))
    return [claim for claim in found if claim is not None]


class Remediations:
    """All remediation lines of a change, found by the commit that they sign."""

    def __init__(self, commits: Iterable[Commit], allowed: Allowed, normal: Normal = str.lower) -> None:
        self._allowed = allowed
        self._normal = normal
        self._by_sha: dict[str, list[Claim]] = {}
        for commit in commits:
            for claim in claims_in(commit):
                self._by_sha.setdefault(claim.sha, []).append(claim)

    def __bool__(self) -> bool:
        return bool(self._by_sha)

    def sign_offs(self, commit: Commit, author: SignOff | Person | None = None) -> list[SignOff]:
        """What valid remediation adds to `commit` for its author, or for the co-author `author`."""
        person = author or commit.author
        claims = self._by_sha.get(commit.sha, ())
        return [
            SignOff(claim.author.name, claim.author.email, accepted=claim.third_party)
            for claim in claims
            if self._fault(claim, person) is None
        ]

    def near_miss(self, commit: Commit) -> tuple[Claim, str] | None:
        """A remediation line that means `commit` and does not count, and why: a key of `explain.NEAR_MISSES`."""
        for claim in self._by_sha.get(commit.sha, ()):
            fault = self._fault(claim, commit.author)
            if fault is not None:
                return claim, fault
        short = self._by_beginning.get(commit.sha[:_SHORTEST])
        return (short, "short") if short is not None and short.sha.strip() != commit.sha else None

    @cached_property
    def _by_beginning(self) -> dict[str, Claim]:
        """The first line for each beginning of a SHA. Only what fails is explained."""
        found: dict[str, Claim] = {}
        for claims in self._by_sha.values():
            found.setdefault(claims[0].sha[:_SHORTEST], claims[0])
        return found

    def _fault(self, claim: Claim, author: SignOff | Person) -> str | None:
        if not self._allowed.individual or (claim.third_party and not self._allowed.third_party):
            return "off"
        if not self._same(claim.author, author):
            return "author"
        if is_machine(claim.signer.email):
            return "bot"
        signers = [claim.commit.author, claim.commit.committer] if claim.third_party else [claim.commit.author]
        return None if any(self._same(claim.signer, signer) for signer in signers) else "signer"

    def _same(self, one: SignOff, other: SignOff | Person) -> bool:
        normal = self._normal
        return normal(one.name) == normal(other.name) and normal(one.email) == normal(other.email)


def _claim(line: str, commit: Commit) -> Claim | None:
    lowered = lower_ascii(line)
    mark = lowered.rfind(_MARK)
    if mark < 0:
        return None
    sha = line[mark + len(_MARK) :]
    if lowered.startswith(_SELF):
        signer = _person(line, len(_SELF), mark)
        return Claim(sha, signer, signer, commit) if signer else None
    if not lowered.startswith(_BEHALF):
        return None
    cut = line.rfind(" <", 0, mark)
    between = lowered.rfind(_BETWEEN, 0, cut)
    signer = _person(line, between + len(_BETWEEN), mark) if between >= 0 else None
    author = _person(line, len(_BEHALF), between) if between >= 0 else None
    return Claim(sha, author, signer, commit) if author and signer else None


def _person(line: str, start: int, end: int) -> SignOff | None:
    """`(.*) <(.*)` between two positions; the name takes as much as it can."""
    cut = line.rfind(" <", start, end)
    return SignOff(line[start:cut], line[cut + 2 : end]) if cut >= 0 else None
