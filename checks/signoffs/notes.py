"""What is told beside the sign-offs: a repository file that does not count as it stands, and tools among the people."""

from collections.abc import Iterator, Sequence

from checks.model.commit import Commit
from checks.model.dependency import Location
from checks.model.finding import Evidence, Fix, Move, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.snapshot import Listing
from checks.signoffs.machines import Signal, signals, undeclared
from checks.signoffs.repair import SHORT
from checks.signoffs.repository_file import PATH, Said, not_followed
from checks.signoffs.terms import Declaring, GeneratedPolicy, SignoffSection

_LISTED = 5


def of_file(section: SignoffSection, said: Said, *, owner: bool) -> Iterator[Observation]:
    """At most one observation for each thing that is wrong with the file. `owner`: it is the one in the owner's
    `.github` repository."""
    place = say("{} of the owner's .github repository" if owner else "{}", PATH)
    if said.fault is not None:
        message = say("{} cannot be read, so the policy alone judges: line {}, {}.", place, *_remark(said.fault))
        yield _about_file("signoff-file-unreadable", message, say("{} cannot be read", PATH), said.fault.line, owner)
    if said.ignored:
        keys = join((say("{}", remark.what) for remark in said.ignored[:_LISTED]), last=" and ")
        more = f" and {len(said.ignored) - _LISTED} more" if len(said.ignored) > _LISTED else ""
        message = say("{} has keys that nothing follows: {}{}.", place, keys, (more,) if more else ())
        line = said.ignored[0].line
        yield _about_file("signoff-file-ignored", message, say("{} has keys that do not count", PATH), line, owner)
    elif loosened := not_followed(section, said):
        asked = ", ".join(loosened)
        message = say("{} asks for less than the policy ({}), and may only ask for more.", place, (asked,))
        yield _about_file("signoff-file-ignored", message, say("{} asks for less than the policy", PATH), 0, owner)


def of_edits(listing: Listing) -> Iterator[Observation]:
    """Whoever changes the file is told why nothing is different yet."""
    if listing.base and any(PATH in (file.path, file.previous_path) for file in listing.files):
        message = say("This change edits {}, which counts as it was before until the change is merged.", PATH)
        yield _about_file("signoff-file-ignored", message, say("{} counts from the merge on", PATH), 0, owner=False)


def _remark(remark: tuple[int, str]) -> tuple[str, ...]:
    line, what = remark
    return (f"{line}", what)


def _about_file(rule: str, message: Phrase, headline: Phrase, line: int, owner: bool) -> Observation:
    return Observation(
        rule=rule,
        subject=Subject(path=PATH),
        message=message,
        headline=headline,
        location=None if owner else Location(PATH, line),
        move=Move.MAINTAINER,
        policy_key=("signoff", "repository_file"),
    )


def of_tools(commits: Sequence[Commit], policy: GeneratedPolicy, head: str) -> Iterator[Observation]:
    """What commits tell of tools, as far as the policy wants to know it. `head`: SHA of the newest commit."""
    if policy.declare is Declaring.OFF:
        return
    required = policy.declare is Declaring.REQUIRED
    for commit in commits:
        missing = undeclared(commit, policy.agents) if required else ()
        found = missing or signals(commit, policy.agents)
        if found:
            yield _about_tools(commit, found, _rewording(commit, head) if missing else None)


def _rewording(commit: Commit, head: str) -> str:
    """The command that lets its message be edited."""
    if commit.sha == head:
        return "git commit --amend"
    return f"git rebase -i {commit.parents[0][:SHORT] if commit.parents else '--root'}"


def _about_tools(commit: Commit, found: Sequence[Signal], rewording: str | None) -> Observation:
    """`rewording`: the command with which the missing trailer is added; None: none is missing."""
    listed = join((say(f"{signal.what} {{}}", signal.tool) for signal in found[:_LISTED]), last=" and ")
    if rewording:
        message = say(
            "Commit {} has a tool among its people and no trailer that declares it: {}.", commit.short, listed
        )
        headline = say("Commit {} does not declare the tool that helped", commit.short)
    else:
        message = say("Commit {} tells of a tool that helped: {}.", commit.short, listed)
        headline = say("Commit {} tells of a tool that helped", commit.short)
    add = say("Add the trailer {} to the message with {}", "Assisted-by: NAME OF THE TOOL", rewording or "")
    return Observation(
        rule="generated-code-undeclared" if rewording else "generated-code-noted",
        subject=Subject(commit=commit.sha),
        message=message,
        headline=headline,
        evidence=tuple(Evidence("tool", say(f"{signal.what}: {{}}", signal.tool), ("git",)) for signal in found),
        policy_key=("signoff", "generated"),
        fix=Fix(add) if rewording else None,
    )
