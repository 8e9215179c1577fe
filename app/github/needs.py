"""What the GitHub App needs, and why: the one table behind its manifest and what `ospo-gate doctor` compares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LEVELS = ("none", "read", "write", "admin")


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission, by its name in a manifest and in installations."""

    name: str
    level: str
    """`read` or `write`."""
    reason: str
    optional: str | None = None
    """What does not work without it; None: nothing works."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event to subscribe to."""

    name: str
    reason: str
    optional: str | None = None
    """What does not work without it; None: nothing works."""
    permission: str | None = None
    """Without it GitHub lets nobody subscribe."""
    enterprise_server: bool = True
    """Whether GitHub Enterprise Server (3.17 to 3.19) has it."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """A permission, or a higher level, that is not needed: whoever sets up may choose it."""

    name: str
    level: str
    event: str | None
    """What it lets subscribe to."""
    reason: str
    optional: str


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that an App or an installation does not have."""

    what: str
    """`checks: write`, or the name of an event."""
    without: str | None
    """What does not work; None: nothing works."""


PERMISSIONS = (
    Permission("metadata", "read", "GitHub gives it to every App"),
    Permission("checks", "write", "verdicts are check runs, and “Re-run” is heard"),
    Permission("contents", "read", "manifests, lock files and the policy are read"),
    Permission("pull_requests", "write", "pull requests are read, and commented on where there is something to say"),
    Permission("members", "read", "who belongs to the organization and its teams counts for sign-offs, "
               "agreements and commands", "exemptions of members and teams, their commands, and approving companies"),
    Permission("merge_queues", "read", "GitHub asks for the verdict on what a merge queue is about to merge", "the "
               "verdict in a merge queue, which waits for it in vain"),
)  # fmt: skip

EVENTS = (
    Event("pull_request", "a pull request is judged when it is opened, pushed to or reopened", None, "pull_requests"),
    Event("push", "the default branch is judged, and a change of the policy is heard of", "the verdicts on default "
          "branches, and the policy's changes at once", "contents"),
    Event("check_run", "“Re-run” and buttons", "“Re-run” of one check", "checks"),
    Event("check_suite", "“Re-run all”", "“Re-run all”", "checks"),
    Event("issue_comment", "commands in comments, and signing by one", "commands in comments, and signing by one",
          "pull_requests"),
    Event("repository", "renames, transfers and archiving are followed", "knowing at once that a repository was "
          "renamed, transferred or archived"),
    Event("pull_request_review", "who approved an exception on the policy repository counts", "hearing at once of an "
          "approval on the policy repository", "pull_requests"),
    Event("merge_group", "what a merge queue is about to merge is judged", "the verdict in a merge queue, which waits "
          "for it in vain", "merge_queues", enterprise_server=False),
)  # fmt: skip

#: Needed with the setting `dependency_submission`, and by nothing else.
SUBMISSION = Welcome("contents", "write", None, "default branches are submitted to GitHub's dependency graph: needed "
                     "with OSPO_GATE_DEPENDENCY_SUBMISSION, and for nothing else", "telling GitHub's dependency graph "
                     "what default branches use")  # fmt: skip
WELCOME = (
    Welcome("organization_custom_properties", "read", "custom_property_values", "changed properties, by which a policy "
            "may select, are heard of", "judging at once when a property changes: it counts from the next event on"),
    Welcome("vulnerability_alerts", "read", "dependabot_alert", "new alerts are heard of", "judging a default branch "
            "at once when there is a new alert: that waits for the night"),
    SUBMISSION,
)  # fmt: skip


def permissions_lacking(granted: Mapping[str, str], submitting: bool = False) -> Iterator[Lack]:
    """What is not granted, or at a lower level; `granted` are levels by name. `submitting`: GitHub's dependency graph
    is told what default branches use."""
    for needed in (*PERMISSIONS, *((SUBMISSION,) if submitting else ())):
        if _rank(granted.get(needed.name, "none")) < _rank(needed.level):
            yield Lack(f"{needed.name}: {needed.level}", needed.optional)


def permissions_unused(granted: Mapping[str, str], submitting: bool = False) -> Iterator[str]:
    """What is granted and serves nothing: least privilege. `submitting` as in `permissions_lacking`."""
    needed = {item.name: item.level for item in (*WELCOME, *PERMISSIONS)}
    if submitting:
        needed[SUBMISSION.name] = SUBMISSION.level
    for name, level in sorted(granted.items()):
        if _rank(level) > _rank(needed.get(name, "none")):
            yield f"{name}: {level}"


def events_lacking(subscribed: tuple[str, ...], enterprise_server: bool) -> Iterator[Lack]:
    """What is not subscribed to."""
    for event in EVENTS:
        if event.name not in subscribed and (event.enterprise_server or not enterprise_server):
            yield Lack(event.name, event.optional)


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0
