"""The manifest beside the lock: no lock file, one that is out of date, two that disagree."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from checks.model.dependency import Location
from checks.model.finding import Finding, Level
from checks.model.phrase import plain
from tests.engine.trees import TreeSource, findings, judge


def manifest(dependencies: Mapping[str, str] | None = None, **others: Any) -> str:
    return json.dumps({"name": "web", "dependencies": dependencies or {}, **others}, indent=2) + "\n"


def lock(**versions: str) -> str:
    """A package-lock.json with these packages, all asked for by the root."""
    root = {"name": "web", "dependencies": dict.fromkeys(versions, "*")}
    entries = {f"node_modules/{name}": {"version": version, "license": "MIT"} for name, version in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": root, **entries}}, indent=2) + "\n"


def yarn(**versions: str) -> str:
    blocks = [f'{name}@*:\n  version "{version}"\n' for name, version in versions.items()]
    return "# yarn lockfile v1\n\n\n" + "\n".join(blocks)


def told(found: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.rule: plain(finding.message) for finding in found}


# -- lock-outdated ---------------------------------------------------------------------------------------------------


def test_a_range_that_the_lock_file_does_not_satisfy() -> None:
    base = {"package.json": manifest({"tiny": "^1.0.0"}), "package-lock.json": lock(tiny="1.4.0")}
    (finding,) = findings(base, {**base, "package.json": manifest({"tiny": "^2.0.0"})})
    assert (finding.rule, finding.level, finding.introduced) == ("lock-outdated", Level.WARN, True)
    assert plain(finding.message) == "package.json asks for tiny ^2.0.0, and package-lock.json has 1.4.0."
    assert finding.location == Location("package.json", 4, 4)
    assert [(place.path, place.line) for place in finding.related] == [("package-lock.json", 10)]
    assert finding.fix is not None
    assert finding.fix.commands == ("npm install --package-lock-only --ignore-scripts",)


def test_a_package_that_the_lock_file_does_not_have() -> None:
    base = {"package.json": manifest(), "package-lock.json": lock()}
    (finding,) = findings(base, {**base, "package.json": manifest({"tiny": "^2.0.0"})})
    assert plain(finding.message) == "package.json asks for tiny ^2.0.0, and package-lock.json does not have it."


def test_the_lock_file_alone_can_fall_behind() -> None:
    base = {"package.json": manifest({"tiny": "^2.0.0"}), "package-lock.json": lock(tiny="2.4.0")}
    found = findings(base, {**base, "package-lock.json": lock(tiny="1.4.0")})
    assert told(found)["lock-outdated"] == "package.json asks for tiny ^2.0.0, and package-lock.json has 1.4.0."


def test_what_was_out_of_date_before_does_not_count() -> None:
    base = {"package.json": manifest({"tiny": "^2.0.0"}), "package-lock.json": lock(tiny="1.4.0", other="1.0.0")}
    (finding,) = findings(base, {**base, "package-lock.json": lock(tiny="1.4.0", other="1.0.1")})
    assert (finding.introduced, finding.counts) == (False, False)


def test_without_a_base_it_counts() -> None:
    tree = {"package.json": manifest({"tiny": "^2.0.0"}), "package-lock.json": lock(tiny="1.4.0")}
    (finding,) = findings(None, tree)
    assert (finding.rule, finding.counts) == ("lock-outdated", True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dependencies": {"tiny": "latest"}}, "only the registry knows a tag"),
        ({"dependencies": {"tiny": "workspace:*"}}, "a folder of the tree"),
        ({"dependencies": {"tiny": "file:../tiny"}}, "a path"),
        ({"dependencies": {"tiny": "example/tiny#v2"}}, "a repository"),
        ({"dependencies": {"tiny": "^2"}, "overrides": {"tiny": "1.4.0"}}, "another table decides"),
        ({"dependencies": {}, "peerDependencies": {"none": "^2"}}, "somebody else installs a peer"),
        ({"dependencies": {}, "optionalDependencies": {"none": "^2"}}, "it may not exist for a platform"),
        ({"dependencies": {"alias": "npm:tiny@^1"}}, "the real name is locked"),
    ],
)  # fmt: skip
def test_nothing_is_said_where_nothing_can_be_told(change: dict[str, Any], why: str) -> None:
    base = {"package.json": manifest({"tiny": "^1.0.0"}), "package-lock.json": lock(tiny="1.4.0")}
    assert findings(base, {**base, "package.json": manifest(**change)}) == (), why


def test_a_lock_file_that_cannot_be_read_is_not_out_of_date() -> None:
    base = {"package.json": manifest({"tiny": "^1"}), "package-lock.json": lock(tiny="1.4.0")}
    assert list(told(findings(base, {"package.json": manifest({"tiny": "^2"}), "package-lock.json": "{"}))) == [
        "manifest-unreadable"
    ]


def test_the_same_package_in_forty_manifests_is_one_finding() -> None:
    paths = [f"part-{number:02}/package" for number in range(40)]
    base = {f"{path}.json": manifest({"tiny": "^1"}) for path in paths}
    base |= {f"{path}-lock.json": lock(tiny="1.4.0") for path in paths}
    head = {path: text.replace("^1", "^2") for path, text in base.items()}
    (finding,) = findings(base, head)
    assert len({finding.location, *finding.related}) == 80
    assert finding.fix is not None
    assert len(finding.fix.commands) == 40


PYPROJECT = '[project]\nname = "app"\ndependencies = ["tiny{}"]\n'
UV = """version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "tiny" }]

[[package]]
name = "tiny"
version = "1.4.0"
source = { registry = "https://registry.example/simple" }
"""
CARGO = '[package]\nname = "app"\nversion = "0.1.0"\n\n[dependencies]\ntiny = "{}"\n'
CARGO_LOCK = """version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["tiny"]

[[package]]
name = "tiny"
version = "1.4.0"
source = "registry+https://registry.example/index"
"""
COMPOSER_LOCK = '{"packages": [{"name": "example/tiny", "version": "v1.4.0"}], "packages-dev": []}\n'
GEM_LOCK = "GEM\n  remote: https://registry.example/\n  specs:\n    tiny (1.4.0)\n\nDEPENDENCIES\n  tiny\n"


@pytest.mark.parametrize(
    ("path", "template", "lock_path", "lock_text", "inside", "outside"),
    [
        ("pyproject.toml", PYPROJECT, "uv.lock", UV, ">=1.4", "~=1.3.0"),
        ("pyproject.toml", PYPROJECT, "uv.lock", UV, "", ">1.4"),
        ("Cargo.toml", CARGO, "Cargo.lock", CARGO_LOCK, "1.2", "1.5"),
        ("composer.json", '{{"require": {{"example/tiny": "{}"}}}}', "composer.lock", COMPOSER_LOCK, "^1.2", "~2.0"),
        ("Gemfile", "gem 'tiny', '{}'\n", "Gemfile.lock", GEM_LOCK, "~> 1.3", "~> 1.3.0"),
        ("Pipfile", '[packages]\ntiny = "{}"\n', "Pipfile.lock",
         '{"_meta": {}, "default": {"tiny": {"version": "==1.4.0"}}, "develop": {}}', "*", "<1.4"),
    ],
)  # fmt: skip
def test_every_ecosystem(path: str, template: str, lock_path: str, lock_text: str, inside: str, outside: str) -> None:
    base = {path: template.format(inside), lock_path: lock_text}
    assert "lock-outdated" not in told(findings(None, base))
    found = findings(base, {**base, path: template.format(outside)})
    assert [finding.rule for finding in found] == ["lock-outdated"]


# -- manifest-without-lock -------------------------------------------------------------------------------------------


def test_a_manifest_that_asks_for_more_and_has_no_lock_file() -> None:
    (finding,) = findings({"package.json": manifest()}, {"package.json": manifest({"tiny": "^1"})})
    assert (finding.rule, finding.level) == ("manifest-without-lock", Level.NOTE)
    assert plain(finding.message) == "package.json asks for 1 package, and no lock file says which versions that are."
    assert finding.location == Location("package.json", 4, 4)


def test_other_edits_of_a_manifest_say_nothing() -> None:
    base = {"package.json": manifest({"tiny": "^1"})}
    assert findings(base, {"package.json": manifest({"tiny": "^1"}, description="small")}) == ()


YARN, ROOT = {"yarn.lock": yarn(tiny="1.0.0")}, "package.json"
PNPM = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}


@pytest.mark.parametrize(
    ("root", "path", "governed"),
    [
        ({ROOT: manifest(workspaces=["packages/*"]), **YARN}, "packages/a/", True),
        ({ROOT: manifest(workspaces=["packages/*"]), **YARN}, "examples/a/", False),
        ({ROOT: manifest(workspaces={"packages": ["**", "!examples/**"]}), **YARN}, "examples/a/", False),
        ({ROOT: manifest(), "package-lock.json": lock(tiny="1.0.0")}, "packages/a/", False),
        ({"pnpm-workspace.yaml": "packages:\n  - 'packages/**'\n", **PNPM}, "packages/a/", True),
    ],
)
def test_a_workspace_has_its_lock_file_at_the_root(root: dict[str, str], path: str, governed: bool) -> None:
    member = f"{path}package.json"
    found = findings({**root, member: manifest()}, {**root, member: manifest({"tiny": "1"})})
    assert ("manifest-without-lock" not in told(found)) is governed


def test_a_member_that_asks_for_another_member_is_not_out_of_date() -> None:
    root = {"package.json": manifest(workspaces=["packages/*"]), "yarn.lock": yarn(tiny="1.0.0")}
    base = {**root, "packages/a/package.json": manifest({"tiny": "1"})}
    assert findings(base, {**base, "packages/a/package.json": manifest({"tiny": "1", "sibling": "^1.0.0"})}) == ()


def test_cargo_and_uv_workspaces() -> None:
    cargo = {"Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/out"]\n', "Cargo.lock": CARGO_LOCK}
    for crate, expected in (("crates/in", []), ("crates/out", ["manifest-without-lock"])):
        base = {**cargo, f"{crate}/Cargo.toml": CARGO.format("1.2")}
        found = findings(base, {**base, f"{crate}/Cargo.toml": CARGO.format("1.3")})
        assert [finding.rule for finding in found] == expected
    uv = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["libs/*"]\n', "uv.lock": UV}
    base = {**uv, "libs/a/pyproject.toml": PYPROJECT.format("")}
    assert findings(base, {**base, "libs/a/pyproject.toml": PYPROJECT.format(">=1")}) == ()


# -- locks-disagree --------------------------------------------------------------------------------------------------


def test_two_lock_files_that_disagree() -> None:
    base = {
        "package.json": manifest({"tiny": "*"}),
        "package-lock.json": lock(tiny="1.4.0"),
        "yarn.lock": yarn(tiny="1.4.0"),
    }
    (finding,) = findings(base, {**base, "yarn.lock": yarn(tiny="1.5.0")})
    assert (finding.rule, finding.level, finding.introduced) == ("locks-disagree", Level.WARN, True)
    assert plain(finding.message) == "package-lock.json has tiny 1.4.0, and yarn.lock has 1.5.0."
    assert {place.path for place in (finding.location, *finding.related) if place} == {"package-lock.json", "yarn.lock"}


def test_two_lock_files_that_agree_or_disagreed_before() -> None:
    agree = {
        "package.json": manifest({"tiny": "*"}),
        "package-lock.json": lock(tiny="1.4.0"),
        "yarn.lock": yarn(tiny="1.4.0"),
    }
    assert findings(None, agree) == ()
    base = {**agree, "yarn.lock": yarn(tiny="1.5.0", other="1.0.0")}
    (finding,) = findings(base, {**base, "yarn.lock": yarn(tiny="1.5.0", other="1.0.1")})
    assert (finding.rule, finding.introduced) == ("locks-disagree", False)


# -- how it is asked -------------------------------------------------------------------------------------------------


def test_everything_is_asked_for_in_one_read() -> None:
    base = {"a/b/package.json": manifest({"tiny": "^1"}), "package.json": manifest(workspaces=["a/*"]),
            "package-lock.json": lock(tiny="1.4.0")}  # fmt: skip
    source = TreeSource(base, {**base, "a/b/package.json": manifest({"tiny": "^2"})})
    assert [finding.rule for finding in judge(source).findings] == ["lock-outdated"]
    assert len(source.reads) == 1


def test_a_lock_file_in_the_change_needs_no_look_above() -> None:
    base = {"a/b/package.json": manifest({"tiny": "^1"}), "a/b/package-lock.json": lock(tiny="1.4.0")}
    source = TreeSource(
        base, {"a/b/package.json": manifest({"tiny": "^2"}), "a/b/package-lock.json": lock(tiny="2.4.0")}
    )
    assert judge(source).findings == ()
    own = [name for name in source.reads[0] if not name.startswith(("default:", "owner:"))]
    assert all(":a/b/" in name for name in own)


def test_a_huge_change_asks_for_a_bounded_number_of_names() -> None:
    base = {f"{'x/' * 8}{number}/package.json": manifest() for number in range(500)}
    source = TreeSource(base, {path: manifest({"tiny": "^1"}) for path in base})
    judge(source)
    assert len(source.reads[0]) < 2_000


def test_a_renamed_lock_file_is_the_same_file() -> None:
    base = {"old/package-lock.json": lock(tiny="1.4.0"), "old/package.json": manifest({"tiny": "^1"})}
    head = {path.replace("old", "new"): text for path, text in base.items()}
    source = TreeSource(base, head, renamed={path.replace("old", "new"): path for path in base})
    report = judge(source, "version: 1\nlicenses: {allow: [Apache-2.0]}")
    assert [(finding.rule, finding.introduced) for finding in report.findings] == [("license-not-allowed", False)]
