"""Where a package stands in the files of a change, and who asks for it there."""

from collections.abc import Iterable, Sequence

from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory
from checks.model.finding import Finding, Fix
from checks.model.phrase import join
from checks.model.snapshot import ManifestPair


def brought_to(plan: Plan, finding: Finding) -> list[ManifestPair]:
    """The manifests and lock files among the places of a finding."""
    pairs = {pair.head.path: pair for pair in plan.snapshot.manifests if pair.head}
    paths = dict.fromkeys(place.path for place in (finding.location, *finding.related) if place)
    return [pairs[path] for path in paths if path in pairs]


def indexes(inventory: Inventory, finding: Finding) -> list[int]:
    """The entries of the package version that a finding is about."""
    wanted = (finding.subject.purl, finding.subject.version)
    return [index for index, d in enumerate(inventory.dependencies) if (d.purl, d.version) == wanted]


def asking(plan: Plan, lock: str, purl: str) -> list[str]:
    """The manifests under a lock file that ask for a package, as far as they were read; else the lock file's own."""
    found = [
        project.path
        for project in plan.snapshot.projects
        if any(own.path == lock for own in project.locks) and any(item.purl == purl for item in project.head)
    ]
    return found or [lock]


def asked_for(dependency: Dependency) -> str:
    """The name by which the manifest asks for it: an npm alias is installed under its own."""
    _, folder, name = (dependency.installed_at or "").rpartition("node_modules/")
    return name if folder else dependency.name


def spec(dependency: Dependency, version: str) -> str:
    """The version to install under `asked_for`: an npm alias says what it stands for."""
    return version if asked_for(dependency) == dependency.name else f"npm:{dependency.name}@{version}"


def requirers(inventory: Inventory, found: Iterable[int]) -> set[int]:
    """`found` and everything that requires them, directly or not."""
    required_by: dict[int, list[int]] = {}
    for parent, children in enumerate(inventory.edges):
        for child in children:
            required_by.setdefault(child, []).append(parent)
    reached = set(found)
    frontier = list(reached)
    while frontier:
        for parent in required_by.get(frontier.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                frontier.append(parent)
    return reached


def together(steps: Sequence[Fix]) -> Fix:
    """All of them as one; a line to suggest only where there is just one."""
    summaries = list(dict.fromkeys(step.summary for step in steps))
    commands = tuple(dict.fromkeys(command for step in steps for command in step.commands))
    suggestions = list(dict.fromkeys(step.suggestion for step in steps))
    return Fix(join(summaries, last=" and "), commands, suggestions[0] if len(suggestions) == 1 else None)
