"""The commands that make a branch pass: one block for one person, every foreign word quoted for the shell.

A sign-off is a person's own statement, so a block signs only for whoever runs it. `Repair.signer` says who that must
be and `Repair.left` which commits need somebody else.
"""

import shlex
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from checks.model.commit import Commit, Person
from checks.model.finding import Finding
from checks.model.phrase import Phrase, say
from checks.model.snapshot import Listing
from checks.signoffs.addresses import valid_email
from checks.signoffs.machines import is_machine
from checks.signoffs.matching import Failure, Judge, Kind, SignoffMode
from checks.signoffs.remediation import NO_REMEDIATION, Allowed, claims_in

#: Commands name commits with this many digits: seven are ambiguous in large repositories.
SHORT = 12
#: A command line holds at most 128 KiB on Linux; a remediation line has about 150 characters.
LINES_PER_COMMIT = 200
_AMEND = "git commit --amend"
_SIGN = "--signoff --no-edit"
_RULES = frozenset(f"signoff-{kind}" for kind in Kind)


class Repair(NamedTuple):
    """One block of commands and who runs it, from the top of the branch with nothing uncommitted."""

    commands: tuple[str, ...] = ()
    """Empty when no command of one person can do it."""
    signer: Person | None = None
    first: Phrase = ()
    """What the signer must do before, and why; no command can know it."""
    left: tuple[Commit, ...] = ()
    """Failing commits that the block leaves: other people sign those. Empty: afterwards the whole branch passes."""
    rewrites: bool = True
    """Whether commits get new SHAs, so that `git push --force-with-lease` has to follow."""
    instead: tuple[str, ...] = ()
    """The remediation commit that does the same without rewriting, where the policy allows it."""
    statements: tuple[str, ...] = ()
    """The lines of remediation in its message, one a commit and person, for who makes it in a browser."""


class _Need(NamedTuple):
    """A commit and one person whose sign-off it lacks."""

    commit: Commit
    person: Person

    @property
    def invalid(self) -> bool:
        """Whether the author's address would fail even with a sign-off: it is not one, or it is a tool's."""
        email = self.commit.author.email or self.commit.committer.email
        return not valid_email(email) or is_machine(email)

    def exactly(self, signer: Person) -> bool:
        """Whether remediation by `signer` may say "I": this very name and address."""
        return (self.person.name.lower(), self.person.email.lower()) == (signer.name.lower(), signer.email.lower())


class Branch:
    """What repair must know about all commits of a change; built once."""

    def __init__(self, commits: Sequence[Commit], merge_base: str, allowed: Allowed) -> None:
        parents = {parent for commit in commits for parent in commit.parents}
        heads = [commit for commit in commits if commit.sha not in parents]
        self.head = heads[-1] if heads else None
        self.allowed = allowed
        merges = any(len(commit.parents) > 1 for commit in commits)
        self.rebase = "git rebase --rebase-merges" if merges else "git rebase"
        self.base = shlex.quote(merge_base[:SHORT]) if merge_base else "--root"
        plain = [commit for commit in commits if len(commit.parents) < 2]
        self.keeper = plain[-1].author if plain else None
        """Who works on the branch now: the author of its newest commit."""
        self._addresses = {
            commit.author.name.lower(): commit.author.email for commit in plain if _usable(commit.author.email)
        }

    def address_of(self, person: Person) -> str | None:
        """An address that works and that the same name uses elsewhere on the branch."""
        return self._addresses.get(person.name.lower())


def repair(
    listing: Listing,
    findings: Sequence[Finding],
    allowed: Allowed = NO_REMEDIATION,
    mode: SignoffMode = SignoffMode.DCOAPP,
) -> Repair:
    """The block that clears these sign-off findings; others are ignored, and without any the repair is empty.

    `listing.commits` are oldest first; `allowed` and `mode` are the policy's.
    """
    wanted = {finding.subject.commit for finding in findings if finding.rule in _RULES}
    judge = Judge(listing.commits, mode, allowed).judge
    failing = [
        judge(commit) or Failure(commit, Kind.UNVERIFIED, signers=(commit.author,))
        for commit in listing.commits
        if commit.sha in wanted
    ]
    return repair_on(Branch(listing.commits, listing.base, allowed), failing)


def repair_on(branch: Branch, failing: Sequence[Failure]) -> Repair:
    """As `repair`, with the branch already known: the price does not grow with the branch."""
    groups = _by_signer(failing)
    keeper = branch.keeper
    mine = next((group for person, group in groups if keeper and same_person(person, keeper)), [])
    others = [need for _, group in groups if group is not mine for need in group]
    on_behalf = branch.allowed.individual and branch.allowed.third_party
    if keeper and others and on_behalf and (lines := _statements([*others, *mine], keeper)):
        return Repair(_remediation(lines, keeper), keeper, rewrites=False, statements=lines)
    if keeper and mine:
        return _by_rewriting(branch, keeper, mine, _commits(others))
    if len(groups) == 1:
        return _by_rewriting(branch, *groups[0], ())
    return Repair(left=_commits(others), rewrites=False)


def same_person(one: Person, other: Person) -> bool:
    """The same account, address or name."""
    if one.login and other.login:
        return one.login.lower() == other.login.lower()
    return one.email.lower() == other.email.lower() or one.name.lower() == other.name.lower()


def _by_signer(failing: Iterable[Failure]) -> list[tuple[Person, list[_Need]]]:
    """Needs by the person who must sign. Looked up by account, address and name, so that it stays linear."""
    groups: list[tuple[Person, list[_Need]]] = []
    known: dict[tuple[str, str], list[_Need]] = {}
    for need in (_Need(failure.commit, person) for failure in failing for person in failure.signers):
        person = need.person
        named = (("login", person.login or ""), ("email", person.email), ("name", person.name))
        keys = [(kind, text.lower()) for kind, text in named if text]
        group = next((known[key] for key in keys if key in known), None)
        if group is None:
            group = []
            groups.append((person, group))
        group.append(need)
        for key in keys:
            known.setdefault(key, group)
    return groups


def _commits(needs: Iterable[_Need]) -> tuple[Commit, ...]:
    return tuple({need.commit.sha: need.commit for need in needs}.values())


def _by_rewriting(branch: Branch, signer: Person, group: Sequence[_Need], left: tuple[Commit, ...]) -> Repair:
    invalid = [need.commit for need in group if need.invalid]
    wrong = {commit.author.email for commit in invalid}
    own = {need.commit.author.email for need in group}
    better = next((found for commit in invalid if (found := branch.address_of(commit.author))), None)
    first: Phrase = ()
    commands: list[str] = []
    if invalid and better:
        commands.append(f"git config user.email {shlex.quote(better)}")
    elif invalid:
        shown = say("{}", invalid[0].author.email) if invalid[0].author.email else ("an empty one",)
        first = say(
            "set your address with `git config user.email you@example.com` first, because {} is {}",
            shown,
            ("a tool's",) if is_machine(invalid[0].author.email) else ("not valid",),
        )
    commands.append(_rewriting(branch, _commits(group), wrong, own if left else set()))
    if not _pasteable(*wrong, *(own if left else ())):
        commands = []
    individual = branch.allowed.individual and all(need.exactly(signer) for need in group)
    lines = _statements(group, signer) if individual else ()
    return Repair(tuple(commands), signer, first, left, True, _remediation(lines, signer), lines)


def _rewriting(branch: Branch, commits: Sequence[Commit], wrong: set[str], only: set[str]) -> str:
    """Amend the head, or rebase. `wrong`: author addresses to reset. `only`: sign no other author's commits."""
    if len(commits) == 1 and branch.head is not None and commits[0].sha == branch.head.sha:
        return f"{_AMEND}{' --reset-author' if wrong else ''} {_SIGN}{_empty_options(branch.head)}"
    parts = [branch.rebase] if only else [branch.rebase, "--signoff"]
    if wrong:
        parts.append(_for_authors(wrong, f"{_AMEND} --allow-empty --reset-author {_SIGN}"))
    if only - wrong:
        parts.append(_for_authors(only - wrong, f"{_AMEND} --allow-empty {_SIGN}"))
    return " ".join([*parts, branch.base])


def _for_authors(emails: set[str], command: str) -> str:
    """The option that runs `command` on each rebased commit of these author addresses."""
    patterns = "|".join(shlex.quote(email) for email in sorted(emails))
    return "--exec " + shlex.quote(f'case "$(git show -s --format=%ae)" in {patterns}) {command};; esac')


def _empty_options(commit: Commit) -> str:
    """Git refuses to amend an empty commit (a remediation) or an empty message unless it is told to."""
    options = " --allow-empty" if claims_in(commit) else ""
    return options + ("" if commit.message.strip() else " --allow-empty-message")


def _statements(group: Sequence[_Need], signer: Person) -> tuple[str, ...]:
    """Lines of remediation by `signer`; empty where it cannot help or a name cannot be pasted safely."""
    if any(need.invalid for need in group) or not _usable(signer.email):
        return ()
    lines = tuple(_statement(need, signer) for need in group)
    return lines if _pasteable(*lines) else ()


def _remediation(lines: Sequence[str], signer: Person) -> tuple[str, ...]:
    """The commits that say them."""
    title = shlex.quote(f"Sign off earlier commits of {signer.name}")
    chunks = [lines[start : start + LINES_PER_COMMIT] for start in range(0, len(lines), LINES_PER_COMMIT)]
    return tuple(
        f"git commit --allow-empty --signoff -m {title} " + " ".join(f"-m {shlex.quote(line)}" for line in chunk)
        for chunk in chunks
    )


def _statement(need: _Need, signer: Person) -> str:
    behalf = "" if need.exactly(signer) else f"On behalf of {need.person.name} <{need.person.email}>, "
    me = f"I, {signer.name} <{signer.email}>"
    return f"{behalf}{me}, hereby add my Signed-off-by to this commit: {need.commit.sha}"


def _pasteable(*texts: str) -> bool:
    """Control and invisible characters could act on the terminal before the shell sees any quotes."""
    return all(text.isprintable() for text in texts)


def _usable(email: str) -> bool:
    """Whether a person can sign with it."""
    return valid_email(email) and not is_machine(email)
