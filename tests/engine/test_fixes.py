"""The smallest fix, from what the change itself tells."""

from datetime import UTC, datetime

import pytest

from app.policies import load_policy
from checks.engine import managers
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory, Location, Problem, Scope, shortest_parents
from checks.model.facts import Facts
from checks.model.phrase import plain
from checks.model.project import Lock, Project, Requirement
from checks.model.report import Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from tests.engine.examples import dep

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BASE = "b" * 40


def graph(
    rows: dict[str, list[str]], format_: str = "npm-lock", path: str = "package-lock.json", **licenses: str
) -> Inventory:
    """`{"name@version": [required names]}`; what nobody requires is direct; licenses by name, MIT otherwise."""
    names = [spec.rpartition("@")[0] for spec in rows]
    required = {name for children in rows.values() for name in children}
    dependencies = tuple(
        dep(spec, line=10 + 3 * n, path=path, direct=name not in required, license=licenses.get(name, "MIT"))
        for n, (spec, name) in enumerate(zip(rows, names, strict=True))
    )
    edges = tuple(tuple(names.index(child) for child in children) for children in rows.values())
    roots = [n for n, d in enumerate(dependencies) if d.direct]
    return Inventory(path, format_, dependencies, edges, shortest_parents(len(names), roots, edges))


def fixed(base: Inventory | None, head: Inventory, *others: str) -> Report:
    """The report with fixes when the lock file and `others` changed."""
    files = tuple(ChangedFile(p, FileStatus.MODIFIED) for p in (head.path, *others))
    plan = Plan(Snapshot(Listing(BASE, "a" * 40, files), (ManifestPair(head.path, base, head),)))
    policy = load_policy(b"version: 1\nlicenses: {}\n", "policy.yaml")
    return propose(evaluate(plan, Facts(), policy, NOW), plan, Facts(), policy, NOW)


def fix_of(report: Report) -> tuple[str, tuple[str, ...]]:
    (finding,) = report.blocking
    assert finding.fix is not None
    return plain(finding.fix.summary), finding.fix.commands


def test_a_new_direct_dependency_that_brings_it_is_removed() -> None:
    head = graph({"chart@4.2.0": ["svg"], "svg@1.8.0": ["glyph"], "glyph@2.1.0": []}, glyph="GPL-3.0-only")
    summary, commands = fix_of(fixed(graph({}), head, "package.json"))
    assert summary == "remove chart"
    assert commands == ("npm uninstall --package-lock-only --ignore-scripts chart",)


def test_an_updated_direct_dependency_goes_back_to_the_version_of_the_base() -> None:
    base = graph({"chart@4.1.3": []})
    head = graph({"chart@4.2.0": ["glyph"], "glyph@2.1.0": []}, glyph="GPL-3.0-only")
    summary, commands = fix_of(fixed(base, head, "package.json"))
    assert summary == "go back to chart 4.1.3"
    assert commands == ("npm install --package-lock-only --ignore-scripts chart@4.1.3",)


def test_every_direct_dependency_that_reaches_it_is_undone() -> None:
    head = graph({"chart@4.2.0": ["glyph"], "map@1.0.0": ["glyph"], "glyph@2.1.0": []}, glyph="GPL-3.0-only")
    summary, _ = fix_of(fixed(graph({}), head, "package.json"))
    assert summary == "remove chart and remove map"


def test_undoing_half_of_the_project_is_not_offered() -> None:
    rows = {f"direct-{n}@1.0.0": ["glyph"] for n in range(9)} | {"glyph@2.1.0": []}
    (finding,) = fixed(graph({}), graph(rows, glyph="GPL-3.0-only"), "package.json").blocking
    assert finding.fix is None


def test_a_transitive_update_under_an_unchanged_direct_one_restores_the_lock_file() -> None:
    base = graph({"chart@4.2.0": ["glyph"], "glyph@2.0.0": []})
    head = graph({"chart@4.2.0": ["glyph"], "glyph@2.1.0": []}, glyph="GPL-3.0-only")
    summary, commands = fix_of(fixed(base, head))
    assert summary == "restore package-lock.json as it was"
    assert commands == (f"git checkout {BASE[:12]} -- package-lock.json",)


def test_in_a_folder_the_manager_runs_there() -> None:
    head = graph({"glyph@2.1.0": []}, path="web app/package-lock.json", glyph="GPL-3.0-only")
    _, commands = fix_of(fixed(None, head, "web app/package.json"))
    assert commands == ("(cd 'web app' && npm uninstall --package-lock-only --ignore-scripts glyph)",)


def test_lines_of_a_requirements_file_are_deleted_together() -> None:
    def row(name: str, line: int, end: int) -> Dependency:
        return dep(f"{name}@1.0", line, "requirements.txt", license="GPL-3.0-only", direct=True)

    rows = [row("one", 2, 2), row("two", 5, 5)]
    head = Inventory("requirements.txt", "requirements", tuple(rows))
    report = fixed(Inventory("requirements.txt", "requirements"), head)
    assert report.repair == (
        "sed -i.bak '2d;5d' requirements.txt && rm requirements.txt.bak",
        "git commit --all -m 'Follow the dependency policy'",
        "git push",
    )


def test_an_unreadable_lock_file_is_restored_and_brought_up_to_date() -> None:
    broken = Inventory(
        "package-lock.json",
        "npm-lock",
        problems=(Problem("unreadable", "it is cut off", Location("package-lock.json", 9)),),
    )
    report = fixed(graph({"tiny@1.0.0": []}), broken, "package.json")
    assert report.repair[:2] == (
        f"git checkout {BASE[:12]} -- package-lock.json",
        "npm install --package-lock-only --ignore-scripts",
    )


def test_nothing_hostile_reaches_the_shell() -> None:
    for name in ("-rf", "a\nb", "a\x1b[2J", "", "x" * 300):
        assert managers.remove("npm-lock", "package-lock.json", name) is None
    assert managers.remove("npm-lock", "package-lock.json", "$(rm -rf ~)") == (
        "npm uninstall --package-lock-only --ignore-scripts '$(rm -rf ~)'"
    )
    assert managers.restore(BASE, "a\nb") is None
    assert managers.restore(BASE, "-x") == f"git checkout {BASE[:12]} -- ./-x"


def test_what_a_member_of_a_workspace_asks_for_is_removed_there() -> None:
    """`npm uninstall` at the root changes nothing, and says nothing of it."""
    head = graph({"glyph@2.1.0": []}, glyph="GPL-3.0-only")
    asked = Requirement("pkg:npm/glyph", "glyph", "^2", "npm", 3, 3)
    member = Project("packages/web/package.json", (), (asked,), (Lock(head.path, None, head),))
    plan = Plan(Snapshot(Listing(BASE, "a" * 40), (ManifestPair(head.path, None, head),), projects=(member,)))
    policy = load_policy(b"version: 1\nlicenses: {}\n", "policy.yaml")
    _, commands = fix_of(propose(evaluate(plan, Facts(), policy, NOW), plan, Facts(), policy, NOW))
    assert commands == ("(cd packages/web && npm uninstall --package-lock-only --ignore-scripts glyph)",)


@pytest.mark.parametrize(
    ("tool", "scope", "removes", "installs"),
    [
        ("uv-lock", Scope.RUNTIME, "uv remove --no-sync glyph", "uv add --no-sync glyph==1"),
        ("uv-lock", Scope.DEVELOPMENT, None, None),
        ("uv-lock", Scope.OPTIONAL, None, None),
        ("poetry-lock", Scope.DEVELOPMENT, "poetry remove --lock glyph", None),
        ("cargo-lock", Scope.DEVELOPMENT, "cargo remove --dev glyph", "cargo update glyph --precise 1"),
        ("cargo-lock", Scope.BUILD, "cargo remove --build glyph", "cargo update glyph --precise 1"),
        ("pnpm-lock", Scope.RUNTIME, "pnpm remove --lockfile-only glyph", ...),
        ("yarn-1", Scope.RUNTIME, "yarn remove --ignore-scripts glyph", ...),
        ("yarn-lock", Scope.RUNTIME, "yarn remove --mode=update-lockfile glyph", ...),
    ],
)
def test_a_command_speaks_of_the_right_table_and_only_where_the_manager_understands_it(
    tool: str, scope: Scope, removes: str | None, installs: object
) -> None:
    assert managers.remove(tool, "lock", "glyph", scope) == removes
    assert installs is ... or managers.install(tool, "lock", "glyph", "1", scope) == installs


def test_yarn_1_is_known_by_its_hashes() -> None:
    for integrity, tool in (("sha512-x", "yarn-1"), ("a" * 40, "yarn-1"), ("10c0/" + "a" * 128, "yarn-lock")):
        written = Inventory("yarn.lock", "yarn-lock", (dep("glyph@1.0.0", integrity=(integrity,)),))
        assert managers.tool(written) == tool


@pytest.mark.parametrize(
    ("format_", "path", "other"),
    [
        ("maven-pom", "pom.xml", "src/main.java"),
        ("gemfile-lock", "Gemfile.lock", "Gemfile"),
        ("composer-lock", "composer.lock", "composer.json"),
        ("npm-lock", "package-lock.json", "packages/web/package.json"),
    ],
)
def test_a_file_that_holds_somebodys_work_is_not_restored_nor_a_lock_apart_from_its_manifest(
    format_: str, path: str, other: str
) -> None:
    base = graph({"chart@4.2.0": ["glyph"], "glyph@2.0.0": []}, format_, path)
    head = graph({"chart@4.2.0": ["glyph"], "glyph@2.1.0": []}, format_, path, glyph="GPL-3.0-only")
    (finding,) = fixed(base, head, other).blocking
    assert finding.fix is None


def test_a_pom_that_nobody_can_read_is_not_thrown_away() -> None:
    broken = Inventory("pom.xml", "maven-pom", problems=(Problem("unreadable", "it is cut off", Location("pom.xml")),))
    (finding,) = fixed(graph({"tiny@1.0.0": []}, "maven-pom", "pom.xml"), broken).blocking
    assert finding.fix is None


def test_a_path_is_no_pattern() -> None:
    assert managers.restore(BASE, "*/uv.lock") == f"git --literal-pathspecs checkout {BASE[:12]} -- '*/uv.lock'"


def test_an_alias_is_removed_and_put_back_by_its_own_name() -> None:
    def lock(*rows: Dependency) -> Inventory:
        return Inventory("package-lock.json", "npm-lock", rows, tuple(() for _ in rows), (-1,) * len(rows))

    alias = dep("glyph@2.1.0", 9, direct=True, license="GPL-3.0-only", installed_at="node_modules/old-glyph")
    _, commands = fix_of(fixed(lock(), lock(alias), "package.json"))
    assert commands == ("npm uninstall --package-lock-only --ignore-scripts old-glyph",)
    before = dep("glyph@2.0.0", 9, direct=True, license="MIT", installed_at="node_modules/old-glyph")
    _, commands = fix_of(fixed(lock(before), lock(alias), "package.json"))
    assert commands == ("npm install --package-lock-only --ignore-scripts old-glyph@npm:glyph@2.0.0",)
