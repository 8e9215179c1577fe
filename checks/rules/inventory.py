"""Inventory: what could not be read, and why. Always on, because everything else stands on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from checks.model.dependency import Location, Problem
from checks.model.facts import Facts
from checks.model.finding import Evidence, Level, Observation, Subject
from checks.model.phrase import Phrase, say
from checks.model.snapshot import Snapshot
from checks.policy.section import Section
from checks.rules.check import Check, Context, PullJudgment, Rule

RULES = (
    Rule(
        "manifest-unreadable",
        Level.BLOCK,
        "A lock file or manifest could not be parsed, so nothing in it was judged.",
        "Regenerate the file with its package manager. A file that cannot be read may hide anything.",
        could_not_tell=True,
    ),
    Rule(
        "manifest-too-large",
        Level.BLOCK,
        "A lock file or manifest is larger than the gate reads.",
        "Check that it is really a lock file; ask the owner of the policy for a waiver of this path if it is.",
        could_not_tell=True,
    ),
    Rule(
        "entry-unreadable",
        Level.BLOCK,
        "Single entries of a manifest could not be understood and were not judged.",
        "Correct the line that is named, or regenerate the file.",
        could_not_tell=True,
    ),
    Rule(
        "entry-unresolved",
        Level.WARN,
        "A manifest points to something that is not in the tree (an include, a version), so it was not judged.",
        "Commit the file that is pointed to, or pin the version.",
        could_not_tell=True,
    ),
    Rule(
        "listing-incomplete",
        Level.BLOCK,
        "Not all files or commits of the change could be listed.",
        "Split the change, or judge it with the command on a full checkout.",
        could_not_tell=True,
    ),
)

_RULE_OF = {
    "unreadable": "manifest-unreadable",
    "too-large": "manifest-too-large",
    "entry": "entry-unreadable",
    "unresolved": "entry-unresolved",
    "listing": "listing-incomplete",
}


@dataclass(frozen=True, slots=True)
class InventorySection(Section):
    """`inventory:` has no keys of its own yet besides levels, guidance and judge."""


def judge_pull(snapshot: Snapshot, _facts: Facts, _section: InventorySection, _context: Context) -> PullJudgment:
    """One observation for each thing that could not be read; introduced unless the base had the same problem."""
    observations = [_observe(problem, introduced=True) for problem in snapshot.listing.problems]
    for pair in snapshot.manifests:
        known = {(p.code, p.message) for p in pair.base.problems} if pair.base else set()
        for problem in pair.head.problems if pair.head else ():
            observations.append(_observe(problem, introduced=(problem.code, problem.message) not in known))
    return PullJudgment(judged=sum(1 for pair in snapshot.manifests if pair.head), observations=tuple(_first_of_each(observations)))


def _first_of_each(observations: list[Observation]) -> Iterator[Observation]:
    """One finding a rule and file, with the further lines as related places: a broken file has thousands."""
    grouped: dict[tuple[str, str, bool], list[Observation]] = {}
    for item in observations:
        grouped.setdefault((item.rule, item.subject.key, item.introduced), []).append(item)
    for first, *others in grouped.values():
        related = tuple(item.location for item in others if item.location)
        yield _with_others(first, related) if related else first


def _with_others(first: Observation, related: tuple[Location, ...]) -> Observation:
    message = (*first.message[:-1], first.message[-1].removesuffix("."), f", and {len(related)} more like it in this file.")
    return replace(first, related=related, message=message)


def _observe(problem: Problem, introduced: bool) -> Observation:
    rule = _RULE_OF[problem.code]
    path = problem.location.path
    name = path or "the change"
    return Observation(
        rule=rule,
        subject=Subject(path=path),
        message=_message(rule, name, problem),
        headline=say("{} could not be read", name) if path else say("the change could not be listed"),
        location=problem.location if path else None,
        introduced=introduced,
        evidence=(Evidence("reason", (problem.message,)),),
        policy_key=("inventory", "levels", rule),
    )


def _message(rule: str, name: str, problem: Problem) -> Phrase:
    if rule == "listing-incomplete":
        return (f"{problem.message}.",)
    line = f", line {problem.location.line}" if problem.location.line else ""
    # The message is ours: parsers quote foreign text in it through `visible` only.
    return (*say("{}", name), f"{line} was not judged: {problem.message}.")


CHECK = Check(
    id="inventory",
    title="inventory",
    prefix="inv",
    noun="manifest",
    rules=RULES,
    section=InventorySection,
    judge_pull=judge_pull,
    always_on=True,
)
