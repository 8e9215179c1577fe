"""The check through the gate: what a change brings must be listed in the committed notices."""

import json

import pytest

from checks.model.errors import PolicyError
from checks.model.finding import Finding, Level
from checks.model.phrase import plain
from checks.notices.document import Component, document
from checks.notices.html import to_html
from checks.notices.markdown import to_markdown
from checks.notices.plaintext import plaintext
from tests.cli.checkout import lock
from tests.engine.trees import Tree, findings

POLICY = "version: 1\nnotices: {}\n"
FILE = "THIRD-PARTY-NOTICES.md"


def notices(*names: str, scope: str = "shipped") -> str:
    return to_markdown(document([Component(f"pkg:npm/{name}", name, "1.0.0", "MIT") for name in names], scope))


def tree(lock_file: str, listed: str | None = None, path: str = FILE) -> Tree:
    return {"package-lock.json": lock_file} | ({path: listed} if listed is not None else {})


def judge(base: Tree | None, head: Tree, policy: str = POLICY) -> list[Finding]:
    return [finding for finding in findings(base, head, policy) if finding.check == "notices"]


def said(found: list[Finding]) -> list[str]:
    return [f"{finding.rule}: {plain(finding.message)}" for finding in found]


def test_a_package_that_is_not_listed() -> None:
    base, head = tree(lock(grid="MIT"), notices("grid")), tree(lock(grid="MIT", chart="MIT"), notices("grid"))
    (finding,) = judge(base, head)
    assert said([finding]) == ["notice-outdated: THIRD-PARTY-NOTICES.md does not list 1 package (chart 1.0.0)."]
    assert finding.location is not None
    assert (finding.location.path, finding.level, finding.counts) == ("package-lock.json", Level.WARN, True)
    assert '"node_modules/chart"' in head["package-lock.json"].splitlines()[finding.location.line - 1]
    assert finding.fix is not None
    assert plain(finding.fix.summary) == "write it anew where the packages are installed, and commit it"
    assert finding.fix.commands == ("ospo-gate notices --output=THIRD-PARTY-NOTICES.md",)


def test_notices_that_are_written_anew_with_the_change() -> None:
    base = tree(lock(grid="MIT"), notices("grid"))
    assert judge(base, tree(lock(grid="MIT", chart="MIT"), notices("grid", "chart"))) == []


@pytest.mark.parametrize("render", [plaintext, to_html])
def test_the_other_formats(render) -> None:  # type: ignore[no-untyped-def]
    listed = render(document([Component("pkg:npm/grid", "grid", "1.0.0")], "shipped"))
    policy = "version: 1\nnotices: {file: docs/NOTICE}\n"
    assert judge(None, tree(lock(grid="MIT"), listed, "docs/NOTICE"), policy) == []
    assert judge(None, tree(lock(grid="MIT", a="MIT"), listed, "docs/NOTICE"), policy) != []


def test_what_was_not_listed_before_is_not_of_this_change() -> None:
    base = tree(lock(grid="MIT", chart="MIT"), notices("grid"))
    (finding,) = judge(base, tree(lock(grid="ISC", chart="MIT"), notices("grid")))
    assert not finding.counts
    (finding,) = judge(base, tree(lock(grid="ISC", chart="MIT"), notices("grid", "other")))
    assert finding.counts


def test_a_package_that_is_no_longer_used_is_named_only_where_all_manifests_are_read() -> None:
    base, head = (
        tree(lock(grid="MIT", chart="MIT"), notices("grid", "chart")),
        tree(lock(grid="MIT"), notices("grid", "chart")),
    )
    assert judge(base, head) == []
    assert said(judge(None, head)) == [
        "notice-outdated: THIRD-PARTY-NOTICES.md lists 1 package that is no longer used."
    ]


def test_many_packages_are_counted() -> None:
    names = {f"a{number}": "MIT" for number in range(30)}
    (finding,) = judge(None, tree(lock(**names), notices("old1", "old2")))
    assert said([finding])[0].startswith(
        "notice-outdated: THIRD-PARTY-NOTICES.md does not list 30 packages (a0 1.0.0, a1 1.0.0, a10 1.0.0 and 27 more) "
        "and lists 2 that are no longer used"
    )
    assert plain(finding.evidence[0].actual).endswith(" and 10 more")


def test_no_file() -> None:
    (finding,) = judge({}, tree(lock(grid="MIT", chart="MIT")))
    assert said([finding]) == [
        "notice-missing: THIRD-PARTY-NOTICES.md is not in the repository, which uses 2 third-party packages."
    ]
    assert finding.fix is not None
    assert plain(finding.fix.summary) == "write it where the packages are installed, and commit it"
    assert finding.counts
    (before,) = judge(tree(lock(grid="MIT")), tree(lock(grid="ISC")))
    assert not before.counts
    (removed,) = judge(tree(lock(grid="MIT"), notices("grid")), tree(lock(grid="ISC")))
    assert removed.counts


@pytest.mark.parametrize("text", ["", "Thanks to everybody!", "<!-- ospo-gate notices 9: shipped -->"])
def test_a_file_of_another_tool_cannot_be_compared(text: str) -> None:
    (finding,) = judge(None, tree(lock(grid="MIT"), text))
    assert (finding.rule, finding.could_not_tell, finding.counts) == ("notice-unreadable", True, True)
    (before,) = judge(tree(lock(a="MIT"), text), tree(lock(grid="MIT"), text))
    assert not before.counts


DEVELOPMENT = (
    '{"name": "web", "lockfileVersion": 3, "packages": {"": {"devDependencies": {"tool": "1.0.0"}}, '
    '"node_modules/tool": {"version": "1.0.0", "dev": true}}}'
)


def test_tools_are_listed_only_if_the_policy_says_so() -> None:
    head = tree(DEVELOPMENT, notices())
    assert judge(None, head) == []
    (finding,) = judge(None, head, "version: 1\nnotices: {scope: all}\n")
    assert finding.fix is not None
    assert finding.fix.commands == ("ospo-gate notices --output=THIRD-PARTY-NOTICES.md --scope all",)


def test_own_folders_and_what_is_run_are_no_parts() -> None:
    own = (
        '{"name": "web", "lockfileVersion": 3, "packages": {"": {"workspaces": ["lib"]}, "lib": {"version": "1.0.0"}, '
        '"node_modules/lib": {"resolved": "lib", "link": true}}}'
    )
    head = {"package-lock.json": own, "Dockerfile": "FROM alpine:3.20\n", "go.mod": "module example.com/a\n\ngo 1.22\n"}
    assert judge(None, head) == []


def test_a_file_name_is_quoted_for_the_shell() -> None:
    (finding,) = judge(None, tree(lock(grid="MIT")), 'version: 1\nnotices: {file: "a b; rm -rf x.md"}\n')
    assert finding.fix is not None
    assert finding.fix.commands == ("ospo-gate notices --output='a b; rm -rf x.md'",)


@pytest.mark.parametrize("file", ["/etc/passwd", "../NOTICE", "docs/../../NOTICE"])
def test_a_file_outside_is_refused(file: str) -> None:
    with pytest.raises(PolicyError) as caught:
        judge(None, {}, f"version: 1\nnotices: {{file: {file}}}\n")
    assert "below the root" in str(caught.value)


@pytest.mark.parametrize("name", ["@everyone", "<img src=x>", "](https://evil.example)", "x" * 3_000])
def test_foreign_names_stay_foreign(name: str) -> None:
    packages = {"lockfileVersion": 3, "packages": {"": {}, f"node_modules/{name}": {"version": "1.0.0"}}}
    for finding in judge(None, tree(json.dumps(packages), notices())):
        assert name not in "".join(part for part in finding.message if type(part) is str)
        assert len(plain(finding.headline)) <= 80
