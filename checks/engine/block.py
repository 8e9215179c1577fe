"""One block of commands that repairs the whole change, in the order in which it works."""

import shlex
from collections.abc import Sequence

from checks.engine import managers
from checks.engine.locked import OR, Places
from checks.engine.plan import Plan
from checks.engine.undoing import new_lines
from checks.model.finding import Finding, Move
from checks.model.phrase import plain
from checks.model.report import Report
from checks.model.snapshot import Listing
from checks.policy.schema import Policy
from checks.rules.ids import CREDENTIALS, INTERNAL_SOURCE
from checks.signoffs.repair import Repair, repair
from checks.signoffs.repository_file import applied, said_by
from checks.signoffs.terms import SignoffSection


def block(report: Report, places: Places, policy: Policy) -> tuple[str, ...]:
    """Sign-off first, since it may rewrite history; then files, one commit, one push. Empty if nothing helps, and where
    a whole tree is judged: there is no branch to push."""
    if places.plan.everything:
        return ()
    blocking = [finding for finding in report.findings if finding.blocks]
    fixed = [finding for finding in blocking if _has_commands(finding)]
    fixed.sort(key=lambda finding: finding.rule in (CREDENTIALS, INTERNAL_SOURCE))  # others would write addresses again
    signing = _signing(blocking, places.plan, policy)
    if not fixed and not signing.commands:
        return ()
    commands = list(signing.commands)
    if fixed:
        signoff = " --signoff" if "signoff" in policy.sections else ""
        commands += [*_file_commands(fixed, places), f"git commit --all{signoff} -m {_message(fixed)}"]
    return (*commands, push(places.plan.snapshot.listing, bool(signing.commands) and signing.rewrites))


def push(listing: Listing, rewritten: bool) -> str:
    """To where the branch is pushed from anyway; a branch in a fork is named, with the head that may be replaced."""
    if not (listing.fork and listing.branch and (listing.fork + listing.branch).isprintable()):
        return "git push --force-with-lease" if rewritten else "git push"
    reference = f"refs/heads/{listing.branch}"
    lease = [f"--force-with-lease={reference}:{listing.head}"] if rewritten else []
    return shlex.join(["git", "push", *lease, listing.fork, f"HEAD:{reference}"])


def _has_commands(finding: Finding) -> bool:
    """What ends by itself may end sooner with another version, but nobody has to do it."""
    asked = not finding.subject.commit and finding.move not in (Move.CLOCK, Move.SERVICE)
    return asked and finding.fix is not None and bool(finding.fix.commands)


def _signing(blocking: Sequence[Finding], plan: Plan, policy: Policy) -> Repair:
    """The sign-off commands that work as they stand. Where a person must do something first (an address that no command
    can know), each finding says so itself and the block leaves them out."""
    section = policy.sections.get("signoff")
    unsigned = [finding for finding in blocking if finding.subject.commit]
    if not isinstance(section, SignoffSection) or not unsigned:
        return Repair()
    section = applied(section, said_by(plan.snapshot, section))
    found = repair(plan.snapshot.listing, unsigned, section.remediation.allowed, section.mode)
    return Repair() if found.first else found


def _file_commands(fixed: Sequence[Finding], places: Places) -> list[str]:
    """The commands of all fixes; deletions in one file are joined, because each moves the lines below it."""
    deletions: dict[str, list[tuple[int, int]]] = {}
    commands: list[str] = []
    for finding in fixed:
        given = finding.fix.commands if finding.fix else ()
        for file in places.of(finding):
            ranges = new_lines(file, finding)
            deletion = managers.delete_lines(file.head.path, ranges)
            if deletion in given:
                deletions.setdefault(file.head.path, []).extend(ranges)
                given = tuple(command for command in given if command != deletion)
        commands += given
    joined = [managers.delete_lines(path, ranges) for path, ranges in deletions.items()]
    return list(dict.fromkeys((*commands, *(command for command in joined if command))))


def _message(fixed: Sequence[Finding]) -> str:
    """The commit message as one shell word."""
    fix = fixed[0].fix
    told = fix is not None and len(fixed) == 1 and OR not in fix.summary
    summary = plain(fix.summary) if fix and told else "follow the dependency policy"
    return shlex.quote(summary[:1].upper() + summary[1:])
