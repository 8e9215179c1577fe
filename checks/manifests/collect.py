"""What every line-oriented parser shares: lazy lines with numbers, and a collector that stops at the package limit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from checks.manifests.read import MAX_PACKAGES
from checks.model.dependency import SCOPE_ORDER, Dependency, Inventory, Location, Problem, Scope, shortest_parents
from checks.model.errors import UnreadableManifest

#: No tool writes a longer line; splitting one of 32 MB into words would cost gigabytes (characters).
MAX_LINE = 100_000
#: As many as 200,000 packages may need.
MAX_LINES = 2_000_000
#: A broken file needs one problem per entry, not one per line of 32 MB.
MAX_PROBLEMS = 1_000
#: A name or version beyond this is no package (characters; npm allows 214, Maven 255 for a path part).
MAX_WORD = 2_000


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """1-based lines without their end (LF or CR LF), one at a time. Raises `UnreadableManifest` beyond the limits."""
    number, start, size = 0, 0, len(text)
    while start < size:
        number += 1
        end = text.find("\n", start)
        if end < 0:
            end = size
        if number > MAX_LINES:
            raise UnreadableManifest(f"it has more than {MAX_LINES:,} lines", number, code="too-large")
        if end - start > MAX_LINE:
            raise UnreadableManifest(f"line {number:,} has more than {MAX_LINE:,} characters", number)
        yield number, text[start : end - 1] if text[end - 1] == "\r" and end > start else text[start:end]
        start = end + 1


class Collector:
    """Gathers the entries of one manifest in file order."""

    def __init__(self, path: str, format_: str) -> None:
        self.path = path
        self.format = format_
        self.dependencies: list[Dependency] = []
        self.problems: list[Problem] = []

    def add(self, dependency: Dependency) -> int:
        """Its index. Raises `UnreadableManifest` (`too-large`) beyond the limit, before memory runs out."""
        if len(self.dependencies) >= MAX_PACKAGES:
            raise UnreadableManifest(
                f"it lists more than {MAX_PACKAGES:,} packages", dependency.location.line, code="too-large"
            )
        self.dependencies.append(dependency)
        return len(self.dependencies) - 1

    def at(self, line: int, end_line: int = 0) -> Location:
        return Location(self.path, line, end_line or line)

    def problem(self, message: str, line: int, code: str = "entry") -> None:
        """One entry that could not be read (`entry`) or resolved within the tree (`unresolved`).

        Raises `UnreadableManifest` when too many entries cannot be read: then it is no file of this format.
        """
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(code, message, self.at(line)))
        elif code == "entry":
            raise UnreadableManifest(f"more than {MAX_PROBLEMS:,} of its entries cannot be read", line)
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Problem(code, "more entries could not be resolved", self.at(line)))

    def inventory(self, edges: Sequence[Sequence[int]] | None = None) -> Inventory:
        """The inventory; with `edges`, the shortest chain from a direct dependency to each."""
        dependencies = tuple(self.dependencies)
        parents: tuple[int, ...] = ()
        if edges is not None:
            roots = [index for index, dependency in enumerate(dependencies) if dependency.direct]
            parents = shortest_parents(len(dependencies), roots, edges)
        graph = tuple(tuple(children) for children in edges) if edges is not None else ()
        return Inventory(self.path, self.format, dependencies, graph, parents, tuple(self.problems))


def spread_scopes(
    dependencies: Sequence[Dependency], edges: Sequence[Sequence[int]], direct: Mapping[int, Scope]
) -> list[Dependency]:
    """Each dependency with the scope nearest to users among the direct ones that bring it.

    What no direct one brings keeps its scope. Linear: every edge is walked at most once.
    """
    scopes: dict[int, Scope] = {}
    for scope in SCOPE_ORDER:
        waiting = [index for index, asked in direct.items() if asked is scope and index not in scopes]
        scopes.update((index, scope) for index in waiting)
        while waiting:
            for child in edges[waiting.pop()]:
                if child not in scopes:
                    scopes[child] = scope
                    waiting.append(child)
    return [
        replace(dependency, scope=scopes[index])
        if scopes.get(index, dependency.scope) is not dependency.scope
        else dependency
        for index, dependency in enumerate(dependencies)
    ]
