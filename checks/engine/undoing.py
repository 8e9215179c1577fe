"""Fixes out of what the change itself tells: what it added, and what the base had instead."""

import re
from dataclasses import dataclass

from checks.engine import managers
from checks.engine.locked import File, Places, asked_for, spec, together
from checks.model.dependency import Dependency, Inventory
from checks.model.finding import Finding, Fix
from checks.model.phrase import join, say
from checks.model.snapshot import ManifestPair
from checks.rules.ids import CREDENTIALS, INTERNAL_SOURCE, OUTDATED

#: Undoing more direct dependencies than this is not a fix that anybody wants.
MANY = 4


@dataclass(frozen=True, slots=True)
class _Origin:
    """A direct dependency that brings the package, and the version that the base had of it."""

    dependency: Dependency
    before: str | None
    in_base: bool


class Undoing:
    """Takes back what a finding is about, in every file to which the change brought it."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.plan = places.plan
        self.base = self.plan.snapshot.listing.base

    def fix(self, finding: Finding) -> Fix | None:
        if finding.rule == OUTDATED:
            return self._relocked(finding)
        if finding.rule in (CREDENTIALS, INTERNAL_SOURCE):
            return self._without_addresses(finding)
        if finding.subject.purl is not None:
            return self._undone(finding)
        file = self.places.files.get(finding.subject.path or "")
        return self._readable_again(file.pair) if file and finding.rule == "manifest-unreadable" else None

    def _undone(self, finding: Finding) -> Fix | None:
        """Undo what brought the package, in every manifest that it was brought to; None if one of them has no fix."""
        steps = [self._undone_in(file, finding) for file in self.places.of(finding)]
        known = [step for step in steps if step is not None]
        return together(known) if known and len(known) == len(steps) else None

    def _undone_in(self, file: File, finding: Finding) -> Fix | None:
        path = file.head.path
        if file.head.format == "requirements":
            command = managers.delete_lines(path, new_lines(file, finding))
            return Fix(say("remove {} from {}", finding.subject.name or "it", path), (command,)) if command else None
        origins = [_origin(item, file) for item in file.origins(file.indexes(finding), MANY)]
        if not 0 < len(origins) <= MANY:
            return self._restored(file.pair)
        steps = [step for origin in origins if (step := self._undo_origin(file.head, origin)) is not None]
        return together(steps) if len(steps) == len(origins) else self._restored(file.pair)

    def _undo_origin(self, lock: Inventory, origin: _Origin) -> Fix | None:
        """Each manifest that asks for it is changed in its own folder: a root cannot remove what a member asks for."""
        name, scope = asked_for(origin.dependency), origin.dependency.scope
        tool, manifests = managers.tool(lock), self.places.asking(lock.path, origin.dependency.purl)
        if not origin.in_base:
            summary = say("remove {}", name)
            commands = [managers.remove(tool, path, name, scope) for path in manifests]
        elif origin.before is None or origin.before == origin.dependency.version:
            return None
        else:
            summary = say("go back to {} {}", name, origin.before)
            version = spec(origin.dependency, origin.before)
            commands = [managers.install(tool, path, name, version, scope) for path in manifests]
        known = tuple(command for command in commands if command)
        return Fix(summary, known) if len(known) == len(commands) else None

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
        file = self.places.files.get(finding.subject.path or "")
        if file is None:
            return None
        path = file.head.path
        command = managers.without_addresses(managers.tool(file.head), path)
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


def new_lines(file: File, finding: Finding) -> list[tuple[int, int]]:
    """The line ranges of a package that the base did not have at all; empty if it had another version."""
    if file.head.format != "requirements" or finding.subject.purl in file.before:
        return []
    places = [file.head.dependencies[index].location for index in file.indexes(finding)]
    return [(place.line, place.end_line or place.line) for place in places]


def _origin(dependency: Dependency, file: File) -> _Origin:
    before = [item for item in file.before.get(dependency.purl, ()) if item.direct is not False]
    return _Origin(dependency, before[0].version if len(before) == 1 else None, bool(before))
