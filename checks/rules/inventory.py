"""Inventory: what could not be read, and why. Always on, because everything else stands on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency, Location, Origin, Problem
from checks.model.facts import Facts
from checks.model.finding import Evidence, Level, Move, Observation, Subject
from checks.model.phrase import Phrase, say
from checks.model.provenance import other_hash, resourced, same_hash
from checks.model.secrets import MASK
from checks.model.snapshot import Snapshot
from checks.policy.section import Section
from checks.policy.shape import key
from checks.rules.check import Check, Context, PullJudgment, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.policy.schema import Remark

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
    Rule(
        "package-re-sourced",
        Level.BLOCK,
        "The same version of a package now comes from another address or has another hash.",
        "A published version does not change: this is how lock files are poisoned. Restore the entry. If your packages "
        "moved to a mirror on purpose, name both addresses in `inventory.same_sources`.",
    ),
    Rule(
        "manifest-without-lock",
        Level.NOTE,
        "A manifest changes what it asks for, and no lock file says which versions are installed.",
        "Commit the lock file of an application: without it nobody can tell what is installed. A library may rightly "
        "have none, because its users resolve its ranges anew; that is why this is a note.",
        could_not_tell=True,
    ),
    Rule(
        "lock-outdated",
        Level.WARN,
        "A lock file does not satisfy what its manifest asks for: a package is missing, or its version is outside.",
        "Run the package manager and commit the lock file. Until then it does not tell what will be installed.",
    ),
    Rule(
        "locks-disagree",
        Level.WARN,
        "Two lock files of one manifest resolve a direct dependency to different versions.",
        "Keep the lock file of the package manager that you install with and delete the other.",
    ),
    Rule(
        "waiver-unused",
        Level.NOTE,
        "A waiver of the policy covers nothing in the whole tree, or has ended (only with `--all`).",
        "Remove what no repository needs: it would cover, unseen, what somebody adds tomorrow.",
        waivable=False,
    ),
    Rule(
        "override-undecided",
        Level.WARN,
        "Nobody told what an override of the policy matches (a property, the topics, the visibility, the target "
        "branch), so it is not known whether it holds here.",
        "Tell it: `--property`, `--topic`, `--visibility`, `--target-branch`; the service asks GitHub. Until then what "
        "the override makes stricter counts, and what it allows does not.",
        could_not_tell=True,
    ),
    Rule(
        "mode-unknown",
        Level.WARN,
        "The custom property that says the mode of the repository has a value that is no mode.",
        "Set it to `off`, `evaluate` or `enforce`. Until then the mode of the policy counts.",
        could_not_tell=True,
    ),
    Rule(
        "repository-file-ignored",
        Level.NOTE,
        "The repository's own file says something that would make the policy less strict, or is not valid.",
        "Remove what is named: a repository can only be stricter than its organization. Ask the owner of the policy "
        "for an exception instead.",
        waivable=False,
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
    """What counts as the same source."""

    same_sources: tuple[tuple[str, ...], ...] = key(
        "Addresses that serve the same packages, as lists of prefixes: a registry and its mirror. A package that moves "
        "from one of a list to another of it, with no other hash, is not re-sourced.",
        default=(),
    )


def judge_pull(snapshot: Snapshot, _facts: Facts, _section: InventorySection, context: Context) -> PullJudgment:
    """One observation for each thing that could not be read; introduced unless the base had the same problem."""
    observations = [_observe(problem, introduced=True) for problem in snapshot.listing.problems]
    for pair in snapshot.manifests:
        known = {(p.code, p.message) for p in pair.base.problems} if pair.base else set()
        for problem in pair.head.problems if pair.head else ():
            observations.append(_observe(problem, introduced=(problem.code, problem.message) not in known))
    judged = sum(1 for pair in snapshot.manifests if pair.head)
    remarks = [_remarked(remark) for remark in context.remarks]
    return PullJudgment(judged, (*_first_of_each(observations), *_beside(snapshot), *remarks))


def _remarked(remark: "Remark") -> Observation:
    """What the layers of the policy say of themselves."""
    return Observation(
        rule=remark.rule,
        subject=Subject(policy=remark.name),
        message=remark.message,
        headline=remark.headline,
        move=Move.OWNER,
        evidence=remark.evidence,
        policy_key=remark.policy_key,
    )


def _beside(snapshot: Snapshot) -> tuple[Observation, ...]:
    """Where manifests and their lock files do not agree."""
    if not snapshot.projects:
        return ()
    from checks.rules.beside import observations  # with the ranges of every ecosystem: only where there are some

    return tuple(observations(snapshot.projects, everything=not snapshot.listing.base))


def judge_dependency(
    change: Change, _facts: Facts, section: InventorySection, _context: Context
) -> Iterator[Observation]:
    """Whether a version that was there before now comes from elsewhere."""
    if change.kind is not ChangeKind.RESOURCED:
        return
    found = [
        (before, place.dependency)
        for place in change.places
        for before in change.before
        if resourced(before, place.dependency) and not _same_source(before, place.dependency, section)
    ]
    if found:
        yield _resourced(change, *found[0])


def _same_source(before: Dependency, after: Dependency, section: InventorySection) -> bool:
    """Whether the policy says that both addresses serve the same packages; it cannot say so of two hashes."""
    if other_hash(before, after) or before.origin is not after.origin:
        return False
    sources = [(side.source or "").replace(f"{MASK}@", "") for side in (before, after)]
    return any(all(source.startswith(prefixes) for source in sources) for prefixes in section.same_sources)


def _resourced(change: Change, before: Dependency, after: Dependency) -> Observation:
    version = change.version or "without a version"
    if other_hash(before, after):
        what = say("has the hash {} instead of {}", _hash(after), _hash(before))
    else:
        proven = ", with the same hash" if same_hash(before, after) else ""
        what = say("comes from {} instead of {}" + proven, _address(after), _address(before))
    return Observation(
        rule="package-re-sourced",
        subject=Subject(purl=change.purl, version=change.version, name=change.name),
        message=say("{} {} is the same version as before, and {}.", change.name, version, what),
        headline=say("{} {} comes from elsewhere", change.name, version),
        evidence=tuple(_side(name, side) for name, side in (("before", before), ("now", after))),
        policy_key=("inventory", "same_sources"),
    )


def _side(name: str, side: Dependency) -> Evidence:
    hashes = say(", hash {}", _hash(side)) if side.integrity else ()
    place = side.location
    return Evidence(name, (*say("{}", _address(side)), *hashes), say("{} line {}", place.path, place.line))


def _address(side: Dependency) -> str:
    return side.source or ("a registry" if side.origin is Origin.REGISTRY else f"{side.origin.value}, not named")


def _hash(side: Dependency) -> str:
    return side.integrity[0] if side.integrity else "none"


def _first_of_each(observations: list[Observation]) -> Iterator[Observation]:
    """One finding a rule and file, with the further lines as related places: a broken file has thousands."""
    grouped: dict[tuple[str, str, bool], list[Observation]] = {}
    for item in observations:
        grouped.setdefault((item.rule, item.subject.key, item.introduced), []).append(item)
    for first, *others in grouped.values():
        related = tuple(item.location for item in others if item.location)
        yield _with_others(first, related) if related else first


def _with_others(first: Observation, related: tuple[Location, ...]) -> Observation:
    message = (
        *first.message[:-1],
        first.message[-1].removesuffix("."),
        f", and {len(related)} more like it in this file.",
    )
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
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
)
