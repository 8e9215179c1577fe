"""The commands are pasted into a shell on a real branch, and the check then passes."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.model.commit import Commit, Person
from checks.model.facts import Facts
from checks.model.finding import Finding, Level, Observation
from checks.model.snapshot import Listing, Snapshot
from checks.rules.signoff import judge_pull
from checks.signoffs.matching import SignoffMode
from checks.signoffs.remediation import Allowed
from checks.signoffs.repair import Repair, repair
from checks.signoffs.terms import RemediationPolicy, SignoffSection
from tests.signoffs.examples import ADA, BOB, NOW

HOSTILE = Person('O\'Brien "$(touch pwned)" `touch pwned` $HOME !x', "o'brien+$x`y`@example.org")


class Branch:
    """A clone with the branch `work` checked out."""

    def __init__(self, folder: Path, owner: Person = ADA) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.be(owner)
        self.commit("Begin", "README")
        self.git("checkout", "-q", "-b", "work")

    def git(self, *words: str) -> str:
        return self.run(["git", *words])

    def run(self, words: list[str]) -> str:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "false"}
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        return done.stdout

    def be(self, person: Person) -> None:
        self.git("config", "user.name", person.name)
        self.git("config", "user.email", person.email)

    def commit(self, message: str, file: str = "", by: Person | None = None, *options: str) -> None:
        path = self.folder / (file or f"file-{len(list(self.folder.iterdir()))}")
        path.write_text(path.read_text() + message if path.exists() else message)
        self.git("add", path.name)
        author = ["--author", f"{by.name} <{by.email}>"] if by else []
        self.git("commit", "-q", "-m", message, *author, *options)

    def merge_main(self) -> None:
        self.git("checkout", "-q", "main")
        self.commit("Elsewhere", "elsewhere")
        self.git("checkout", "-q", "work")
        self.git("merge", "-q", "--no-edit", "main")

    @property
    def listing(self) -> Listing:
        base = self.git("merge-base", "main", "work").strip()
        text = self.git(
            "log", "--reverse", "-z", "--format=%H%x01%P%x01%an%x01%ae%x01%cn%x01%ce%x01%B", f"{base}..work"
        )
        rows = [row.split("\x01") for row in text.split("\0") if row]
        commits = [
            Commit(row[0], Person(row[2], row[3]), Person(row[4], row[5]), row[6], tuple(row[1].split()))
            for row in rows
        ]
        return Listing(base, commits[-1].sha, (), tuple(commits))

    def findings(self, **policy: Any) -> list[Finding]:
        allowed: Allowed = policy.get("allowed", Allowed())
        section = SignoffSection(
            mode=SignoffMode(policy.get("mode", "dcoapp")),
            remediation=RemediationPolicy(allowed.individual, allowed.third_party),
        )
        judgment = judge_pull(Snapshot(self.listing), Facts(), section, NOW)
        return [finding_of(observation) for observation in judgment.observations]

    def repair(self, **policy: Any) -> Repair:
        mode = SignoffMode(policy.get("mode", "dcoapp"))
        return repair(self.listing, self.findings(**policy), policy.get("allowed", Allowed()), mode)

    def paste(self, commands: tuple[str, ...]) -> None:
        assert commands
        self.run(["bash", "-e", "-c", "\n".join(commands)])
        assert not (self.folder / "pwned").exists()

    def passes(self, **policy: Any) -> bool:
        return not self.findings(**policy)

    @property
    def files(self) -> str:
        return self.git("rev-parse", "work^{tree}")


def finding_of(seen: Observation) -> Finding:
    """What the engine makes of an observation."""
    return Finding(
        id="dco-xxx",
        check="signoff",
        rule=seen.rule,
        level=Level.BLOCK,
        introduced=seen.introduced,
        move=seen.move,
        clears_at=seen.clears_at,
        changes_at=seen.changes_at,
        subject=seen.subject,
        message=seen.message,
        headline=seen.headline,
        location=seen.location,
        related=seen.related,
        why=seen.why,
        evidence=seen.evidence,
        guidance=None,
        policy_line=None,
        waiver=None,
        fix=seen.fix,
        counts=True,
        could_not_tell=False,
    )


@pytest.fixture
def branch(tmp_path: Path) -> Branch:
    return Branch(tmp_path)


def two_commits(branch: Branch) -> None:
    branch.commit("One")
    branch.commit("Two")


def older_commit(branch: Branch) -> None:
    branch.commit("One")
    branch.commit("Two", "", None, "--signoff")


def merge_of_main(branch: Branch) -> None:
    branch.commit("One")
    branch.merge_main()
    branch.commit("Two")


def merge_at_the_head(branch: Branch) -> None:
    branch.commit("One")
    branch.merge_main()


def wrong_line(branch: Branch) -> None:
    branch.commit("One\n\nSigned-off-by: Ada L <old@example.org>")


def body_without_trailers(branch: Branch) -> None:
    branch.commit("One\n\nSigned-off-by: Ada L <ada@example.org>\n\nAnd an end: of it\nall.")


def lock_file_change(branch: Branch) -> None:
    branch.commit("One", "package-lock.json")
    branch.commit("Lock", "package-lock.json", None, "--signoff")
    branch.commit("Lock again", "package-lock.json")


def other_machine(branch: Branch) -> None:
    branch.commit("One")
    branch.be(Person("Ada L", "ada@work.example.org"))


def signed_by_another_author(branch: Branch) -> None:
    branch.commit("One")
    branch.commit("Two\n\nSigned-off-by: Bob <bob@example.org>", "", BOB)
    branch.commit("Three")


@pytest.mark.parametrize("mode", ["dcoapp", "strict", "lenient"])
@pytest.mark.parametrize(
    ("build", "command"),
    [
        (lambda branch: branch.commit("One"), "git commit --amend --signoff --no-edit"),
        (two_commits, "git rebase --signoff {base}"),
        (older_commit, "git rebase --signoff {base}"),
        (merge_of_main, "git rebase --rebase-merges --signoff {base}"),
        (merge_at_the_head, "git rebase --rebase-merges --signoff {base}"),
        (wrong_line, "git commit --amend --signoff --no-edit"),
        (body_without_trailers, "git commit --amend --signoff --no-edit"),
        (lock_file_change, "git rebase --signoff {base}"),
        (other_machine, "git commit --amend --signoff --no-edit"),
        (signed_by_another_author, "git rebase --signoff {base}"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_block_makes_the_branch_pass(
    branch: Branch, build: Callable[[Branch], None], command: str, mode: str
) -> None:
    build(branch)
    if build is body_without_trailers and mode != "strict":
        assert branch.passes(mode=mode)
        return
    block, files = branch.repair(mode=mode), branch.files
    assert block.commands == (command.format(base=branch.listing.base[:12]),)
    assert (block.left, block.first, block.rewrites) == ((), (), True)
    branch.paste(block.commands)
    assert branch.passes(mode=mode)
    assert branch.files == files


def test_each_finding_has_its_own_commands(branch: Branch) -> None:
    two_commits(branch)
    fixes = [finding.fix.commands for finding in branch.findings() if finding.fix]
    assert fixes == [(f"git rebase --signoff {branch.listing.base[:12]}",), ("git commit --amend --signoff --no-edit",)]


def test_a_dependency_fix_may_follow(branch: Branch) -> None:
    branch.commit("One", "package-lock.json")
    follow = ("echo fixed > package-lock.json", 'git commit --all --signoff -m "Use another version"')
    branch.paste((*branch.repair().commands, *follow))
    assert branch.passes(mode="strict")


def test_only_the_author_signs_and_the_block_says_who(branch: Branch) -> None:
    branch.commit("One", "", BOB)
    branch.commit("Two", "", None, "--signoff")
    block = branch.repair()
    assert block.signer is not None
    assert (block.signer.name, block.left) == ("Bob", ())
    branch.be(BOB)
    branch.paste(block.commands)
    assert branch.passes(mode="strict")


def test_two_authors_sign_one_after_the_other(branch: Branch) -> None:
    branch.commit("One", "", BOB)
    branch.commit("Two")
    branch.commit("Three")
    block = branch.repair()
    assert [commit.author.name for commit in block.left] == ["Bob"]
    branch.paste(block.commands)
    assert [finding.rule for finding in branch.findings(mode="strict")] == ["signoff-missing"]
    block = branch.repair()
    assert block.signer is not None
    assert (block.signer.name, block.left) == ("Bob", ())
    branch.be(BOB)
    branch.paste(block.commands)
    assert branch.passes(mode="strict")


def test_on_behalf_of_another_author_where_the_policy_allows_it(branch: Branch) -> None:
    allowed = Allowed(individual=True, third_party=True)
    branch.commit("One", "", BOB)
    branch.commit("Two")
    head, block = branch.listing.head, branch.repair(allowed=allowed)
    assert (block.rewrites, block.left) == (False, ())
    branch.paste(block.commands)
    assert branch.passes(allowed=allowed)
    assert branch.passes(allowed=allowed, mode="strict")
    assert branch.git("rev-parse", "HEAD^").strip() == head


def test_remediation_ready_to_copy(branch: Branch) -> None:
    allowed = Allowed(individual=True)
    two_commits(branch)
    head, block = branch.listing.head, branch.repair(allowed=allowed)
    branch.paste(block.instead)
    assert branch.passes(allowed=allowed)
    assert branch.git("rev-parse", "HEAD^").strip() == head


def test_a_remediation_commit_that_forgot_its_own_sign_off(branch: Branch) -> None:
    allowed = Allowed(individual=True)
    branch.commit("One")
    (command,) = branch.repair(allowed=allowed).instead
    branch.paste((command.replace("--signoff ", ""),))
    assert [finding.subject.commit for finding in branch.findings(allowed=allowed)] == [branch.listing.head]
    branch.paste(branch.repair(allowed=allowed).commands)
    assert branch.passes(allowed=allowed)


def test_a_co_author_signs_for_themselves(branch: Branch) -> None:
    branch.commit("One\n\nCo-authored-by: Bob <bob@example.org>", "", None, "--signoff")
    block = branch.repair(mode="strict")
    assert block.signer is not None
    assert block.signer.name == "Bob"
    branch.be(BOB)
    branch.paste(block.commands)
    assert branch.passes(mode="strict")


@pytest.mark.parametrize("mode", ["dcoapp", "lenient"])
def test_co_authors_matter_in_strict_mode_only(branch: Branch, mode: str) -> None:
    branch.commit("One\n\nCo-authored-by: Bob <bob@example.org>")
    block = branch.repair(mode=mode)
    assert block.left == ()
    branch.paste(block.commands)
    assert branch.passes(mode=mode)


def test_a_wrong_sign_off_and_an_unsigned_co_author(branch: Branch) -> None:
    branch.commit("One\n\nCo-authored-by: Bob <bob@example.org>\nSigned-off-by: Eve <eve@example.org>")
    for person, left in ((ADA, 1), (BOB, 0)):
        block = branch.repair(mode="strict")
        assert len(block.left) == left
        branch.be(person)
        branch.paste(block.commands)
    assert branch.passes(mode="strict")


def test_author_and_co_author_each_sign(branch: Branch) -> None:
    branch.commit("One\n\nCo-authored-by: Bob <bob@example.org>")
    branch.commit("Two")
    for person, left in ((ADA, 1), (BOB, 0)):
        block = branch.repair(mode="strict")
        assert len(block.left) == left
        branch.be(person)
        branch.paste(block.commands)
    assert branch.passes(mode="strict")


INVALID = Person("Ada L", "ada@localhost")


@pytest.mark.parametrize("commits", [1, 2])
def test_an_invalid_address_is_set_first(tmp_path: Path, commits: int) -> None:
    branch = Branch(tmp_path, INVALID)
    for number in range(commits):
        branch.commit(f"Number {number}", "", None, *(["--signoff"] if number else []))
    block = branch.repair()
    assert "ada@localhost" in block.first
    branch.be(ADA)
    branch.paste(block.commands)
    assert branch.passes(mode="strict")
    assert {commit.author.email for commit in branch.listing.commits} == {ADA.email}


def test_an_address_that_is_used_elsewhere_on_the_branch_is_proposed(branch: Branch) -> None:
    branch.commit("One", "", None, "--signoff")
    branch.be(INVALID)
    branch.commit("Two")
    branch.merge_main()
    branch.commit("Three", "", BOB, "-m", "Signed-off-by: Bob <bob@example.org>")
    block = branch.repair()
    assert block.first == ()
    assert block.commands[0] == "git config user.email ada@example.org"
    branch.paste(block.commands)
    assert branch.passes()
    assert "Bob" in {commit.author.name for commit in branch.listing.commits}


def test_hostile_names_are_words_for_the_shell(tmp_path: Path) -> None:
    branch = Branch(tmp_path, HOSTILE)
    branch.commit("$(touch pwned)")
    branch.commit("`touch pwned`", "", BOB)
    branch.commit("'; touch pwned; '")
    allowed = Allowed(individual=True, third_party=True)
    for policy in ({}, {"allowed": allowed}):
        block = branch.repair(**policy)
        branch.paste(block.commands)
    assert branch.passes(allowed=allowed)


@pytest.mark.parametrize("name", ["Ada\nrm -rf x", "Ada\x1b[201~", "Ada\u202e", "Ada\r"])
def test_what_could_act_on_a_terminal_is_never_in_a_command(name: str) -> None:
    person = Person(name, f"{name}@localhost")
    commits = (Commit("1" * 40, person, person, "One"), Commit("2" * 40, BOB, BOB, "Two", ("1" * 40,)))
    listing = Listing("b" * 40, "", (), commits)
    section = SignoffSection(remediation=RemediationPolicy(True, True))
    observations = judge_pull(Snapshot(listing), Facts(), section, NOW).observations
    block = repair(listing, [finding_of(seen) for seen in observations], allowed=Allowed(True, True))
    commands = [*block.commands, *block.instead, *(c for seen in observations if seen.fix for c in seen.fix.commands)]
    assert all(command.isprintable() for command in commands)


def test_nothing_fails_nothing_to_do(branch: Branch) -> None:
    branch.commit("One", "", None, "--signoff")
    assert branch.repair() == Repair(rewrites=False)


def test_thousands_of_commits_stay_linear() -> None:
    people = [Person(f"P{i}", f"p{i}@example.org") for i in range(4000)]
    commits = tuple(Commit(f"{i:040x}", person, person, "x", (f"{i - 1:040x}",)) for i, person in enumerate(people, 1))
    listing = Listing("b" * 40, "", (), commits)
    section = SignoffSection(remediation=RemediationPolicy(True, True))
    observations = judge_pull(Snapshot(listing), Facts(), section, NOW).observations
    block = repair(listing, [finding_of(seen) for seen in observations], allowed=Allowed(True, True))
    assert len(block.commands) == 20
    assert max(map(len, block.commands)) < 128 * 1024
