"""Why each package is there: an inventory as a tree below its direct dependencies.

A package is expanded once, where the shortest chain from a direct dependency reaches it: the tree is as shallow as the
graph allows, and a cycle ends where it began. Everywhere else it is marked.
"""

from collections.abc import Iterable, Iterator, Sequence

from checks.model.dependency import Dependency, Inventory, Scope, shortest_parents
from checks.model.phrase import visible

ELSEWHERE = "…"
LEGEND = f"{ELSEWHERE} what it needs is shown where the shortest chain reaches it"


def tree(inventory: Inventory) -> Iterator[str]:
    """Lines without their end; the first one names the file."""
    found = inventory.dependencies
    count = f"{len(found):,} package{'s' if len(found) != 1 else ''}"
    yield f"{visible(inventory.path)} ({inventory.format}, {count})"
    if not any(inventory.edges):
        yield from _level_by_level(inventory, range(len(found)), ())
        return
    roots = [index for index, dependency in enumerate(found) if dependency.direct]
    parents = shortest_parents(len(found), roots, inventory.edges)
    yield from _level_by_level(inventory, roots, parents)
    others = [index for index, parent in enumerate(parents) if parent < 0 and not found[index].direct]
    if others:
        yield "not reached from a direct dependency:" if roots else "the file does not tell what is direct:"
        tops = _tops(others, inventory.edges)
        yield from _level_by_level(inventory, tops, shortest_parents(len(found), tops, inventory.edges))


def _tops(indexes: Sequence[int], edges: Sequence[Sequence[int]]) -> list[int]:
    """Those that nobody requires, and of what only requires itself in a circle all."""
    required = {child for index in indexes for child in edges[index] if child != index}
    tops = [index for index in indexes if index not in required]
    reached = shortest_parents(len(edges), tops, edges)
    return tops + [index for index in indexes if index in required and reached[index] < 0]


def _level_by_level(inventory: Inventory, roots: Iterable[int], parents: Sequence[int]) -> Iterator[str]:
    tops = set(roots)
    stack = _lines(inventory, "", [(root, True) for root in tops])
    while stack:
        indent, last, index, expand = stack.pop()
        children = dict.fromkeys(inventory.edges[index]) if inventory.edges else {}
        mark = f" {ELSEWHERE}" if children and not expand else ""
        yield f"{indent}{'└─ ' if last else '├─ '}{_label(inventory.dependencies[index])}{mark}"
        if expand:
            below = [(child, parents[child] == index and child not in tops) for child in children]
            stack += _lines(inventory, indent + ("   " if last else "│  "), below)


def _lines(inventory: Inventory, indent: str, rows: Iterable[tuple[int, bool]]) -> list[tuple[str, bool, int, bool]]:
    """One level of the tree by name, the last line first: the end of a list is where a stack is taken from."""
    ordered = sorted(rows, key=lambda row: _name(inventory.dependencies[row[0]]), reverse=True)
    return [(indent, place == 0, index, expand) for place, (index, expand) in enumerate(ordered)]


def _name(dependency: Dependency) -> tuple[str, str, int]:
    return dependency.name.lower(), dependency.version or "", dependency.location.line


def _label(dependency: Dependency) -> str:
    told = dependency.direct and dependency.scope not in (Scope.RUNTIME, Scope.UNKNOWN)
    scope = f" [{dependency.scope.value}]" if told else ""
    return f"{visible(dependency.name, 100)} {visible(dependency.version or '–', 60)}{scope}"
