"""The smallest fix for each finding, and one block of commands that repairs the whole change, in the right order."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from checks.engine import managers
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory
from checks.model.finding import Finding, Fix, Move
from checks.model.phrase import join, plain, say
from checks.model.report import Report
from checks.model.snapshot import ManifestPair
from checks.policy.schema import Policy
from checks.rules.beside import OUTDATED
from checks.rules.packages import CREDENTIALS, INTERNAL_SOURCE
from checks.rules.signoff import SignoffSection
from checks.signoffs.repair import Repair, repair


def propose(report: Report, plan: Plan, policy: Policy) -> Report:
    """`report` with a fix wherever one is known, and the block that makes the change pass where commands can."""
    fixer = _Fixer(plan)
    findings = tuple(replace(f, fix=fixer.fix(f)) if _wants_fix(f, plan) else f for f in report.findings)
    report = replace(report, findings=findings)
    return replace(report, repair=_block(report, fixer, policy))


def _wants_fix(finding: Finding, plan: Plan) -> bool:
    # What ends by itself needs no undoing: the author has nothing to do.
    asked = finding.blocks and finding.move not in (Move.CLOCK, Move.SERVICE)
    asked = asked or (finding.counts and finding.rule == OUTDATED)
    return finding.fix is None and asked and finding.introduced and not plan.everything


#: Undoing more direct dependencies than this is not a fix that anybody wants.
MANY = 4


@dataclass(frozen=True, slots=True)
class _Origin:
    """A direct dependency that brings the package, and the version that the base had of it."""

    dependency: Dependency
    before: str | None
    in_base: bool


class _Fixer:
    """Finds fixes in what the change itself tells: what it added, and what the base had instead."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.base = plan.snapshot.listing.base
        self.pairs = {pair.head.path: pair for pair in plan.snapshot.manifests if pair.head}

    def fix(self, finding: Finding) -> Fix | None:
        if finding.rule == OUTDATED:
            return self._relocked(finding)
        if finding.rule in (CREDENTIALS, INTERNAL_SOURCE):
            return self._without_addresses(finding)
        if finding.subject.purl is not None:
            return self._undone(finding)
        pair = self.pairs.get(finding.subject.path or "")
        return self._readable_again(pair) if pair and finding.rule == "manifest-unreadable" else None

    def brought_to(self, finding: Finding) -> list[ManifestPair]:
        """The lock files among the places of a finding."""
        paths = dict.fromkeys(place.path for place in (finding.location, *finding.related) if place)
        return [self.pairs[path] for path in paths if path in self.pairs]

    def _undone(self, finding: Finding) -> Fix | None:
        """Undo what brought the package, in every manifest that it was brought to; None if one of them has no fix."""
        steps = [self._undone_in(pair, finding) for pair in self.brought_to(finding)]
        known = [step for step in steps if step is not None]
        return _together(known) if known and len(known) == len(steps) else None

    def _undone_in(self, pair: ManifestPair, finding: Finding) -> Fix | None:
        assert pair.head is not None
        if pair.head.format == "requirements":
            command = managers.delete_lines(pair.head.path, new_lines(pair, finding))
            name = finding.subject.name or "it"
            return Fix(say("remove {} from {}", name, pair.head.path), (command,)) if command else None
        origins = _origins(pair, _indexes(pair.head, finding))
        steps = [step for origin in origins if (step := self._undo_origin(pair.head, origin)) is not None]
        small = 0 < len(steps) <= MANY
        return _together(steps) if small and len(steps) == len(origins) else self._restored(pair)

    def _undo_origin(self, lock: Inventory, origin: _Origin) -> Fix | None:
        """Each manifest that asks for it is changed in its own folder: a root cannot remove what a member asks for."""
        name, scope = _asked_for(origin.dependency), origin.dependency.scope
        tool, asking = managers.tool(lock), self._asking(lock.path, origin.dependency.purl) or [lock.path]
        if not origin.in_base:
            summary = say("remove {}", name)
            commands = [managers.remove(tool, path, name, scope) for path in asking]
        elif origin.before is None or origin.before == origin.dependency.version:
            return None
        else:
            summary = say("go back to {} {}", name, origin.before)
            version = (
                origin.before if name == origin.dependency.name else f"npm:{origin.dependency.name}@{origin.before}"
            )
            commands = [managers.install(tool, path, name, version, scope) for path in asking]
        known = tuple(command for command in commands if command)
        return Fix(summary, known) if len(known) == len(commands) else None

    def _asking(self, lock: str, purl: str) -> list[str]:
        """The manifests under a lock file that ask for a package, as far as they were read."""
        return [
            project.path
            for project in self.plan.snapshot.projects
            if any(own.path == lock for own in project.locks) and any(item.purl == purl for item in project.head)
        ]

    def _restored(self, pair: ManifestPair) -> Fix | None:
        """Where only the lock file changed, the base's lock file is a fix for all of it."""
        assert pair.head is not None
        path = pair.head.path
        folder = path.rpartition("/")[0]
        below = {p for p in self.plan.changed_paths - {path} if not folder or p.startswith(folder + "/")}
        if not _restorable(pair) or any(_MANIFESTS.fullmatch(p.rpartition("/")[2]) for p in below):
            return None
        command = managers.restore(self.base, path)
        return Fix(say("restore {} as it was", path), (command,)) if command else None

    def _relocked(self, finding: Finding) -> Fix | None:
        """Every lock file among the places of a finding, brought up to date by its package manager."""
        paths = dict.fromkeys(place.path for place in finding.related)
        known = {lock.path: lock.head for project in self.plan.snapshot.projects for lock in project.locks}
        locks = [known[path] for path in paths if path in known]
        commands = [
            (lock.path, command) for lock in locks if (command := managers.relock(managers.tool(lock), lock.path))
        ]
        if not commands:
            return None
        names = join([say("{}", path) for path, _ in commands], last=" and ")
        return Fix(("bring ", *names, " up to date"), tuple(command for _, command in commands))

    def _without_addresses(self, finding: Finding) -> Fix | None:
        """A lock file whose addresses nobody else should see, without any."""
        pair = self.pairs.get(finding.subject.path or "")
        if pair is None or pair.head is None:
            return None
        path = pair.head.path
        command = managers.without_addresses(managers.tool(pair.head), path)
        if command is None and finding.rule == INTERNAL_SOURCE:
            return Fix(say("lock {} again where only the public registry is configured", path))
        if command is None:
            return None
        return Fix(say("lock {} again without addresses", path), (command,))

    def _readable_again(self, pair: ManifestPair) -> Fix | None:
        """A lock file that nobody can read: the base's, brought up to date by its package manager."""
        assert pair.head is not None
        path = pair.head.path
        if pair.base is None or not _restorable(pair) or pair.base.problems:
            return None
        commands = [managers.restore(self.base, path), managers.relock(managers.tool(pair.base), path)]
        known = tuple(command for command in commands if command)
        rest = ", and let its package manager bring it up to date" if len(known) > 1 else ""
        return Fix((*say("restore {}", path), rest), known) if commands[0] else None


#: Files whose change is the reason for the lock file's change.
_MANIFESTS = re.compile(
    r"package\.(?:json|yaml)|pnpm-workspace\.yaml|pyproject\.toml|setup\.(?:cfg|py)|requirements.*\.in|Pipfile|Cargo\.toml"
    r"|go\.mod|Gemfile|gems\.rb|.*\.gemspec|composer\.json|mix\.exs|rebar\.config|Podfile|Package\.swift|pubspec\.yaml"
    r"|conanfile\..*|environment\.ya?ml|flake\.nix|.*\.tf|Chart\.yaml|stack.*\.yaml|.*\.cabal|Project\.toml|DESCRIPTION"
    r"|build\.(?:gradle|sbt).*|settings\.gradle.*|.*\.(?:cs|fs|vb)proj|.*\.(?:props|targets)|.*\.versions\.toml"
    r"|paket\.dependencies"
)
#: Formats that only a tool writes, besides those whose names end in `-lock`.
_WRITTEN = frozenset({"go-sum", "pylock", "swift-resolved", "cabal-freeze", "julia-manifest", "conda-explicit"})


def _restorable(pair: ManifestPair) -> bool:
    """Whether the base's file can take the head's place: nobody's own work is in it, and it has not moved."""
    format_ = pair.head.format if pair.head else ""
    return (format_.endswith("-lock") or format_ in _WRITTEN) and pair.base is not None and pair.base.path == pair.path


def _asked_for(dependency: Dependency) -> str:
    """The name by which the manifest asks for it: an npm alias is installed under its own."""
    _, folder, name = (dependency.installed_at or "").rpartition("node_modules/")
    return name if folder else dependency.name


def _together(steps: Sequence[Fix]) -> Fix:
    summaries = list(dict.fromkeys(step.summary for step in steps))
    return Fix(join(summaries, last=" and "), tuple(dict.fromkeys(c for step in steps for c in step.commands)))


def _indexes(inventory: Inventory, finding: Finding) -> list[int]:
    wanted = (finding.subject.purl, finding.subject.version)
    return [index for index, d in enumerate(inventory.dependencies) if (d.purl, d.version) == wanted]


def new_lines(pair: ManifestPair, finding: Finding) -> list[tuple[int, int]]:
    """The line ranges of a package that the base did not have at all; empty if it had another version."""
    assert pair.head is not None
    if any(d.purl == finding.subject.purl for d in (pair.base.dependencies if pair.base else ())):
        return []
    places = [pair.head.dependencies[index].location for index in _indexes(pair.head, finding)]
    return [(place.line, place.end_line or place.line) for place in places]


def _origins(pair: ManifestPair, indexes: Sequence[int]) -> list[_Origin]:
    """Every direct dependency from which one of `indexes` can be reached; just those among them without a graph."""
    head = pair.head
    assert head is not None
    before: dict[str, list[Dependency]] = {}
    for dependency in pair.base.dependencies if pair.base else ():
        if dependency.direct is not False:
            before.setdefault(dependency.purl, []).append(dependency)
    reached = _requirers(head, indexes) if head.edges else set(indexes)
    direct = [head.dependencies[index] for index in sorted(reached) if head.dependencies[index].direct]
    return [_origin(dependency, before.get(dependency.purl, [])) for dependency in direct]


def _origin(dependency: Dependency, before: Sequence[Dependency]) -> _Origin:
    return _Origin(dependency, before[0].version if len(before) == 1 else None, bool(before))


def _requirers(inventory: Inventory, indexes: Iterable[int]) -> set[int]:
    """`indexes` and everything that requires them, directly or not."""
    required_by: dict[int, list[int]] = {}
    for parent, children in enumerate(inventory.edges):
        for child in children:
            required_by.setdefault(child, []).append(parent)
    reached = set(indexes)
    frontier = list(reached)
    while frontier:
        for parent in required_by.get(frontier.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                frontier.append(parent)
    return reached


def _block(report: Report, fixer: _Fixer, policy: Policy) -> tuple[str, ...]:
    """Sign-off first, since it may rewrite history; then files, one commit, one push. Empty if nothing helps."""
    blocking = [finding for finding in report.findings if finding.blocks]
    fixed = [finding for finding in blocking if finding.fix and not finding.subject.commit and finding.fix.commands]
    fixed.sort(key=lambda finding: finding.rule in (CREDENTIALS, INTERNAL_SOURCE))  # others would write addresses again
    signing = _signing(blocking, fixer.plan, policy)
    if not fixed and not signing.commands:
        return ()
    commands = list(signing.commands)
    if fixed:
        signoff = " --signoff" if "signoff" in policy.sections else ""
        commands += [*_file_commands(fixed, fixer), f"git commit --all{signoff} -m {_message(fixed)}"]
    return (*commands, "git push --force-with-lease" if signing.commands and signing.rewrites else "git push")


def _signing(blocking: Sequence[Finding], plan: Plan, policy: Policy) -> Repair:
    """The sign-off commands that work as they stand. Where a person must do something first (an address that no command
    can know), each finding says so itself and the block leaves them out."""
    section = policy.sections.get("signoff")
    unsigned = [finding for finding in blocking if finding.subject.commit]
    if not isinstance(section, SignoffSection) or not unsigned:
        return Repair()
    found = repair(plan.snapshot.listing, unsigned, section.remediation.allowed, section.mode)
    return Repair() if found.first else found


def _file_commands(fixed: Sequence[Finding], fixer: _Fixer) -> list[str]:
    """The commands of all fixes; deletions in one file are joined, because each moves the lines below it."""
    deletions: dict[str, list[tuple[int, int]]] = {}
    commands: list[str] = []
    for finding in fixed:
        by_line = [pair for pair in fixer.brought_to(finding) if pair.head and pair.head.format == "requirements"]
        for pair in by_line:
            deletions.setdefault(pair.path, []).extend(new_lines(pair, finding))
        own = {managers.delete_lines(pair.path, new_lines(pair, finding)) for pair in by_line}
        commands += [command for command in (finding.fix.commands if finding.fix else ()) if command not in own]
    joined = [managers.delete_lines(path, ranges) for path, ranges in deletions.items()]
    return list(dict.fromkeys((*commands, *(command for command in joined if command))))


def _message(fixed: Sequence[Finding]) -> str:
    """The commit message as one shell word."""
    fix = fixed[0].fix
    summary = plain(fix.summary) if fix and len(fixed) == 1 else "follow the dependency policy"
    return shlex.quote(summary[:1].upper() + summary[1:])
