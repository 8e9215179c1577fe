"""Inventories for stories about uses, written as `{"a@1": ["b@2"]}`: what each package requires; roots are direct."""

from collections.abc import Mapping, Sequence

from checks.model.dependency import Dependency, Inventory, Location, Problem, Scope, shortest_parents

LOCK = "web/package-lock.json"


def inventory(
    graph: Mapping[str, Sequence[str]],
    direct: Sequence[str] = (),
    path: str = LOCK,
    licenses: Mapping[str, str] | None = None,
    scopes: Mapping[str, Scope] | None = None,
    problems: Sequence[str] = (),
) -> Inventory:
    """A lock file; without `direct` what nobody requires is."""
    names = list(dict.fromkeys([*graph, *(name for needs in graph.values() for name in needs)]))
    required = {name for needs in graph.values() for name in needs}
    roots = [index for index, name in enumerate(names) if (name in direct if direct else name not in required)]
    edges = tuple(tuple(names.index(need) for need in graph.get(name, ())) for name in names)
    found = []
    for index, name in enumerate(names):
        title, _, version = name.rpartition("@")
        found.append(
            Dependency(
                purl=f"pkg:npm/{title.replace('@', '%40')}",
                name=title,
                version=version or None,
                location=Location(path, index + 1),
                scope=(scopes or {}).get(name, Scope.RUNTIME),
                direct=index in roots,
                license=(licenses or {}).get(name),
            )
        )
    return Inventory(
        path=path,
        format="npm-lock",
        dependencies=tuple(found),
        edges=edges,
        parents=shortest_parents(len(names), roots, edges),
        problems=tuple(Problem(code, "it is broken", Location(path)) for code in problems),
    )
