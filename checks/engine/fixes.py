"""The smallest fix: for each finding, and one block of commands that repairs the whole change in the order that works."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.engine import managers
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory
from checks.model.finding import Finding, Fix
from checks.model.phrase import join, plain, say
from checks.model.report import Report
from checks.model.snapshot import ManifestPair
from checks.policy.schema import Policy
from checks.rules.signoff import SignoffSection
from checks.signoffs.remediation import NO_REMEDIATION
from checks.signoffs.repair import repair


def propose(report: Report, plan: Plan, policy: Policy) -> Report:
    """`report` with a fix wherever one is known, and the block that makes the change pass where commands can."""
    pairs = {pair.head.path: pair for pair in plan.snapshot.manifests if pair.head}
    changed = {file.path for file in plan.snapshot.listing.files}
    findings = tuple(
        replace(finding, fix=_package_fix(finding, plan, pairs, changed)) if _wants_fix(finding) else finding
        for finding in report.findings
    )
    report = replace(report, findings=findings)
    return replace(report, repair=_block(report, plan, policy))


def _wants_fix(finding: Finding) -> bool:
    return finding.fix is None and finding.counts and finding.subject.purl is not None and finding.introduced


def _package_fix(finding: Finding, plan: Plan, pairs: dict[str, ManifestPair], changed: set[str]) -> Fix | None:
    """Undo what brought the package, in every manifest that it was brought to."""
    if plan.everything:
        return None
    steps = []
    for pair in _brought_to(finding, pairs):
        if (step := _undo(finding, pair, plan.snapshot.listing.base, changed)) is None:
            return None
        steps.append(step)
    if not steps:
        return None
    summaries = list(dict.fromkeys(step.summary for step in steps))
    return Fix(join(summaries, last=" and "), tuple(dict.fromkeys(c for step in steps for c in step.commands)))


def _brought_to(finding: Finding, pairs: Mapping[str, ManifestPair]) -> list[ManifestPair]:
    """The lock files among the places of a finding."""
    paths = dict.fromkeys(place.path for place in (finding.location, *finding.related) if place)
    return [pairs[path] for path in paths if path in pairs]


def _undo(finding: Finding, pair: ManifestPair, base: str, changed: set[str]) -> Fix | None:
    assert pair.head is not None
    if pair.head.format == "requirements":
        return _undo_lines(finding, pair)
    origins = _origins(pair, _indexes(finding, pair.head))
    steps = [step for origin in origins if (step := _undo_origin(origin, pair)) is not None]
    if origins and len(steps) == len(origins):
        return Fix(join([s.summary for s in steps], last=" and "), tuple(c for s in steps for c in s.commands))
    return _restore(pair, base, changed)


@dataclass(frozen=True, slots=True)
class _Origin:
    """A direct dependency that brings the package, and the version that the base had of it."""

    dependency: Dependency
    before: str | None
    in_base: bool


def _undo_origin(origin: _Origin, pair: ManifestPair) -> Fix | None:
    assert pair.head is not None
    name, version = origin.dependency.name, origin.dependency.version
    if not origin.in_base:
        command = managers.remove(pair.head.format, pair.head.path, name)
        return Fix(say("remove {}", name), (command,)) if command else None
    if origin.before is None or origin.before == version:
        return None
    command = managers.install(pair.head.format, pair.head.path, name, origin.before)
    return Fix(say("go back to {} {}", name, origin.before), (command,)) if command else None


def _indexes(finding: Finding, inventory: Inventory) -> list[int]:
    subject = finding.subject
    return [
        index
        for index, dependency in enumerate(inventory.dependencies)
        if dependency.purl == subject.purl and dependency.version == subject.version
    ]


def _origins(pair: ManifestPair, indexes: Sequence[int]) -> list[_Origin]:
    """Every direct dependency from which one of `indexes` can be reached; empty when the file has no graph."""
    head = pair.head
    assert head is not None
    base: dict[str, list[Dependency]] = {}
    for dependency in pair.base.dependencies if pair.base else ():
        if dependency.direct is not False:
            base.setdefault(dependency.purl, []).append(dependency)
    reached = _requirers(head, indexes) if head.edges else set(indexes)
    origins = []
    for index in sorted(reached):
        dependency = head.dependencies[index]
        if dependency.direct:
            before = base.get(dependency.purl, [])
            version = before[0].version if len(before) == 1 else None
            origins.append(_Origin(dependency, version, bool(before)))
    return origins


def _requirers(inventory: Inventory, indexes: Iterable[int]) -> set[int]:
    """`indexes` and everything that requires them, directly or not."""
    required_by: dict[int, list[int]] = {}
    for parent, children in enumerate(inventory.edges):
        for child in children:
            required_by.setdefault(child, []).append(parent)
    reached, frontier = set(indexes), list(indexes)
    while frontier:
        for parent in required_by.get(frontier.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                frontier.append(parent)
    return reached


def _undo_lines(finding: Finding, pair: ManifestPair) -> Fix | None:
    """A requirements file is edited by line."""
    assert pair.head is not None
    command = managers.delete_lines(pair.head.path, _new_lines(finding, pair))
    return Fix(say("remove {} from {}", finding.subject.name or "it", pair.head.path), (command,)) if command else None


def _new_lines(finding: Finding, pair: ManifestPair) -> list[tuple[int, int]]:
    """The line ranges of a package that the base did not have at all; empty if it had another version."""
    assert pair.head is not None
    if any(d.purl == finding.subject.purl for d in (pair.base.dependencies if pair.base else ())):
        return []
    found = [pair.head.dependencies[index].location for index in _indexes(finding, pair.head)]
    return [(location.line, location.end_line or location.line) for location in found]


def _restore(pair: ManifestPair, base: str, changed: set[str]) -> Fix | None:
    """Where only the lock file changed, the base's lock file is a fix for all of it."""
    assert pair.head is not None
    path = pair.head.path
    folder = path.rpartition("/")[0]
    beside = {p for p in changed if p.rpartition("/")[0] == folder and p != path}
    if pair.base is None or pair.base.path != path or beside & {f"{folder}/{n}".lstrip("/") for n in _MANIFESTS}:
        return None
    return Fix(say("restore {} as it was", path), (managers.restore(base, [path]),))


#: Files whose change is the reason for the lock file's change.
_MANIFESTS = ("package.json", "pyproject.toml", "Cargo.toml", "requirements.in", "go.mod", "setup.cfg", "Pipfile")


def _block(report: Report, plan: Plan, policy: Policy) -> tuple[str, ...]:
    """Sign-off first, since it may rewrite history; then packages, one commit, one push. Empty if nothing helps."""
    blocking = [finding for finding in report.findings if finding.blocks]
    fixed = [finding for finding in blocking if finding.fix and finding.subject.purl and finding.fix.commands]
    section = policy.sections.get("signoff")
    allowed = section.remediation.allowed if isinstance(section, SignoffSection) else NO_REMEDIATION
    signing = repair(plan.snapshot.listing, [finding for finding in blocking if finding.subject.commit], allowed)
    if not fixed and not signing.commands:
        return ()
    commands = list(signing.commands)
    if fixed:
        commands += _package_commands(fixed, plan)
        signoff = " --signoff" if "signoff" in policy.sections else ""
        commands.append(f"git commit --all{signoff} -m {_message(fixed)}")
    commands.append("git push --force-with-lease" if signing.rewrites else "git push")
    return tuple(commands)


def _package_commands(fixed: Sequence[Finding], plan: Plan) -> list[str]:
    """The commands of all fixes; deletions in one file are joined, because each moves the lines below it."""
    pairs = {pair.head.path: pair for pair in plan.snapshot.manifests if pair.head}
    deletions: dict[str, list[tuple[int, int]]] = {}
    commands: list[str] = []
    for finding in fixed:
        assert finding.fix is not None
        by_line = [pair for pair in _brought_to(finding, pairs) if pair.head and pair.head.format == "requirements"]
        for pair in by_line:
            deletions.setdefault(pair.path, []).extend(_new_lines(finding, pair))
        own = {managers.delete_lines(pair.path, _new_lines(finding, pair)) for pair in by_line}
        commands += [command for command in finding.fix.commands if command not in own]
    joined = [managers.delete_lines(path, ranges) for path, ranges in deletions.items()]
    return list(dict.fromkeys((*commands, *(command for command in joined if command))))


def _message(fixed: Sequence[Finding]) -> str:
    """The commit message as one shell word."""
    fix = fixed[0].fix
    summary = plain(fix.summary) if fix and len(fixed) == 1 else "follow the dependency policy"
    return shlex.quote(summary[:1].upper() + summary[1:])
