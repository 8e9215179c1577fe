"""Why each package is there, as a tree."""

from checks.model.dependency import Inventory, Scope
from checks.render.tree import tree
from tests.engine.examples import dep, inventory


def graph(rows: dict[str, list[str]], *direct: str) -> Inventory:
    """`{"name@version": [names it requires]}`."""
    specs = list(rows)
    names = {spec.rpartition("@")[0]: index for index, spec in enumerate(specs)}
    found = [dep(spec, line=line, direct=spec.rpartition("@")[0] in direct) for line, spec in enumerate(specs, 1)]
    return inventory(*found, edges=[[names[name] for name in rows[spec]] for spec in specs])


def shown(value: Inventory) -> str:
    return "\n".join(tree(value))


def test_direct_dependencies_are_the_roots() -> None:
    assert shown(graph({"web@1.0.0": ["tiny"], "app@2.0.0": [], "tiny@0.1.0": []}, "web", "app")) == (
        "package-lock.json (npm-lock, 3 packages)\n├─ app 2.0.0\n└─ web 1.0.0\n   └─ tiny 0.1.0"
    )


def test_a_package_is_expanded_once_where_the_shortest_chain_reaches_it() -> None:
    rows = {"a@1.0.0": ["b"], "b@1.0.0": ["c"], "c@1.0.0": ["d"], "d@1.0.0": [], "z@1.0.0": ["c"]}
    assert shown(graph(rows, "a", "z")) == (
        "package-lock.json (npm-lock, 5 packages)\n"
        "├─ a 1.0.0\n"
        "│  └─ b 1.0.0\n"
        "│     └─ c 1.0.0 …\n"
        "└─ z 1.0.0\n"
        "   └─ c 1.0.0\n"
        "      └─ d 1.0.0"
    )


def test_a_cycle_ends_where_it_began() -> None:
    assert shown(graph({"a@1.0.0": ["b"], "b@1.0.0": ["a", "b"]}, "a")) == (
        "package-lock.json (npm-lock, 2 packages)\n└─ a 1.0.0\n   └─ b 1.0.0\n      ├─ a 1.0.0 …\n      └─ b 1.0.0 …"
    )


def test_what_no_direct_dependency_reaches_is_told_apart() -> None:
    assert shown(graph({"a@1.0.0": [], "p@1.0.0": ["q"], "q@1.0.0": [], "r@1.0.0": ["r"]}, "a")).splitlines()[1:] == [
        "└─ a 1.0.0",
        "not reached from a direct dependency:",
        "├─ p 1.0.0",
        "│  └─ q 1.0.0",
        "└─ r 1.0.0",
        "   └─ r 1.0.0 …",
    ]


def test_a_file_without_a_graph_is_a_list() -> None:
    assert shown(inventory(dep("b@1.0.0"), dep("a@1.0.0"))) == (
        "package-lock.json (npm-lock, 2 packages)\n├─ a 1.0.0\n└─ b 1.0.0"
    )


def test_tools_are_marked_and_names_are_inert() -> None:
    found = inventory(dep("\x1b[31mred@1.0.0", direct=True, scope=Scope.DEVELOPMENT))
    assert shown(found).endswith("└─ \\x1b[31mred 1.0.0 [development]")


def test_a_long_chain_and_a_dense_graph_are_shown_in_full() -> None:
    chain = {f"p{n}@1.0.0": [f"p{n + 1}"] if n < 2_999 else [] for n in range(3_000)}
    assert len(shown(graph(chain, "p0")).splitlines()) == 3_001
    names = [f"p{n}" for n in range(120)]
    dense = {f"{name}@1.0.0": names for name in names}
    assert len(shown(graph(dense, "p0")).splitlines()) == 2 + 120 * 120
