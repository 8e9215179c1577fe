"""Where packages stand in the files of a change, and who asks for them there: gone through once for all findings."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory
from checks.model.facts import PackageKey
from checks.model.finding import Finding, Fix
from checks.model.phrase import join
from checks.model.project import Project, Requirement
from checks.model.snapshot import ManifestPair

#: Between what the commands of a fix do and what people can do instead.
OR = ", or "


class File:
    """One manifest or lock file of the head, with its entries by package."""

    def __init__(self, pair: ManifestPair, head: Inventory) -> None:
        self.pair = pair
        self.head = head

    @cached_property
    def _entries(self) -> Mapping[PackageKey, Sequence[int]]:
        found: dict[PackageKey, list[int]] = {}
        for index, item in enumerate(self.head.dependencies):
            found.setdefault((item.purl, item.version), []).append(index)
        return found

    def indexes(self, finding: Finding) -> Sequence[int]:
        """The entries of the package version that a finding is about."""
        return self._entries.get((finding.subject.purl or "", finding.subject.version), ())

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for item in self.head.dependencies:
            found[item.purl] = found.get(item.purl, 0) + 1
        return found

    def alone(self, purl: str) -> bool:
        """Whether the file has a package just once."""
        return self._counts.get(purl) == 1

    @cached_property
    def before(self) -> Mapping[str, Sequence[Dependency]]:
        """What the base had, by purl."""
        found: dict[str, list[Dependency]] = {}
        for item in self.pair.base.dependencies if self.pair.base else ():
            found.setdefault(item.purl, []).append(item)
        return found

    @cached_property
    def _required_by(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = {}
        for parent, children in enumerate(self.head.edges):
            for child in children:
                found.setdefault(child, []).append(parent)
        return found

    @cached_property
    def _told(self) -> bool:
        """Whether the file tells what is asked for directly."""
        return any(item.direct for item in self.head.dependencies)

    def origins(self, found: Iterable[int], most: int) -> Sequence[Dependency]:
        """Every direct dependency from which one of `found` can be reached, just those among them without a graph; no
        more than one beyond `most`, because then nobody wants to know them."""
        if not self._told:
            return ()
        reached = set(found)
        frontier = sorted(reached)
        direct = {index for index in reached if self.head.dependencies[index].direct}
        while frontier and len(direct) <= most:
            for parent in self._required_by.get(frontier.pop(), ()):
                if parent not in reached:
                    reached.add(parent)
                    frontier.append(parent)
                    if self.head.dependencies[parent].direct:
                        direct.add(parent)
        return [self.head.dependencies[index] for index in sorted(direct)]


class Places:
    """All of a change's files."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.files = {pair.head.path: File(pair, pair.head) for pair in plan.snapshot.manifests if pair.head}

    def of(self, finding: Finding) -> Sequence[File]:
        """The manifests and lock files among the places of a finding."""
        paths = dict.fromkeys(place.path for place in (finding.location, *finding.related) if place)
        return [self.files[path] for path in paths if path in self.files]

    @cached_property
    def _asked(self) -> Mapping[str, Sequence[tuple[Project, Requirement]]]:
        found: dict[str, list[tuple[Project, Requirement]]] = {}
        for project in self.plan.snapshot.projects:
            for requirement in project.head:
                found.setdefault(requirement.purl, []).append((project, requirement))
        return found

    def declared(self, purl: str, paths: Iterable[str]) -> Sequence[Requirement]:
        """What manifests ask for, of a package that is locked in the files at `paths`."""
        return [requirement for _, requirement in self._asking(purl, frozenset(paths))]

    def asking(self, lock: str, purl: str) -> Sequence[str]:
        """The manifests under a lock file that ask for a package, as far as they were read; else the lock file's own
        place."""
        found = dict.fromkeys(project.path for project, _ in self._asking(purl, frozenset((lock,))))
        return list(found) or [lock]

    def _asking(self, purl: str, paths: frozenset[str]) -> Sequence[tuple[Project, Requirement]]:
        return [
            (project, requirement)
            for project, requirement in self._asked.get(purl, ())
            if any(lock.path in paths for lock in project.locks)
        ]


def asked_for(dependency: Dependency) -> str:
    """The name by which the manifest asks for it: an npm alias is installed under its own."""
    _, folder, name = (dependency.installed_at or "").rpartition("node_modules/")
    return name if folder else dependency.name


def spec(dependency: Dependency, version: str) -> str:
    """The version to install under `asked_for`: an npm alias says what it stands for."""
    return version if asked_for(dependency) == dependency.name else f"npm:{dependency.name}@{version}"


def together(steps: Sequence[Fix]) -> Fix:
    """All of them as one; a line to suggest only where there is just one."""
    summaries = list(dict.fromkeys(step.summary for step in steps))
    commands = tuple(dict.fromkeys(command for step in steps for command in step.commands))
    suggestions = list(dict.fromkeys(step.suggestion for step in steps))
    return Fix(join(summaries, last=" and "), commands, suggestions[0] if len(suggestions) == 1 else None)
