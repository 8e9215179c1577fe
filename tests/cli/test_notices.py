"""`ospo-gate notices`: written, compared, and asked for what cannot be."""

import json
from pathlib import Path

import pytest

from tests.cli.checkout import lock
from tests.cli.conftest import Run
from tests.texts.spdx import mit, spdx
from tests.trees.installed import write

POLICY = "version: 1\nlicenses: {allow: [Apache-2.0]}\n"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A project with one package that is installed and one that is not."""
    root = tmp_path / "web"
    files = {
        "package-lock.json": lock(grid="MIT OR Apache-2.0", chart="GPL-3.0-only"),
        "policy.yaml": POLICY,
        "node_modules/grid/package.json": json.dumps({"version": "1.0.0"}),
        "node_modules/grid/LICENSE-MIT": mit("Copyright (c) 2020 Ada"),
        "node_modules/grid/LICENSE-APACHE": spdx("Apache-2.0"),
        "node_modules/grid/NOTICE": "Grid by Ada",
    }
    write(root, files)
    return root


def test_every_format(run: Run, web: Path) -> None:
    text = run(web, "notices")
    assert text.code == 0
    assert text.out.startswith("THIRD-PARTY NOTICES\n")
    assert "grid 1.0.0 · MIT OR Apache-2.0; used under Apache-2.0 · pkg:npm/grid@1.0.0\n" in text.out
    assert "  Copyright (c) 2020 Ada\n" in text.out
    assert text.err == "2 packages, 2 license texts.\nWithout a license text: chart 1.0.0.\n"
    assert run(web, "notices", "--format=markdown").out.startswith("# Third-party notices\n")
    assert run(web, "notices", "--format", "html").out.startswith("<!doctype html>\n")


@pytest.mark.parametrize("name", ["NOTICES.md", "NOTICES.html", "NOTICES.txt", "NOTICES"])
def test_what_is_written_is_up_to_date_until_something_changes(run: Run, web: Path, name: str) -> None:
    assert run(web, "notices", "--output", name).out == ""
    first = (web / name).read_bytes()
    assert run(web, "notices", "--output", name).code == 0
    assert (web / name).read_bytes() == first
    assert run(web, "notices", "--check", name).code == 0
    (web / "node_modules/grid/LICENSE-MIT").write_text(mit("Copyright (c) 2021 Grace"))
    outdated = run(web, "notices", "--check", name)
    assert outdated.code == 1
    assert "2021 Grace" in outdated.out
    assert outdated.err == f"{name} is not up to date: write it anew with --output, where packages are installed.\n"


def test_line_ends_of_another_system_make_no_difference(run: Run, web: Path) -> None:
    run(web, "notices", "--output", "NOTICES.md")
    (web / "NOTICES.md").write_bytes((web / "NOTICES.md").read_bytes().replace(b"\n", b"\r\n"))
    assert run(web, "notices", "--check", "NOTICES.md").code == 0


def test_without_installed_packages_only_the_list_is_compared(run: Run, web: Path) -> None:
    run(web, "notices", "--output", "NOTICES.md")
    (web / "node_modules").rename(web / "elsewhere")
    same = run(web, "notices", "--check", "NOTICES.md")
    assert (same.code, same.out) == (0, "NOTICES.md lists the packages that are used.\n")
    assert same.err == "No package is installed here, so only the list of packages is compared.\n"
    (web / "package-lock.json").write_text(lock(grid="MIT", tiny="MIT"))
    other = run(web, "notices", "--check", "NOTICES.md")
    assert (other.code, other.out) == (1, "- pkg:npm/chart@1.0.0\n+ pkg:npm/tiny@1.0.0\n")
    assert run(web, "notices", "--check", "NOTICES.md", "--scope", "all").code == 1
    assert "install them first" in run(web, "notices").err


def test_tools_are_left_out_unless_asked_for(run: Run, web: Path) -> None:
    packages = {"": {"devDependencies": {"tool": "1"}}, "node_modules/tool": {"version": "1.0.0", "dev": True}}
    (web / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    assert "This product contains no third-party packages." in run(web, "notices").out
    assert "pkg:npm/tool@1.0.0" in run(web, "notices", "--scope=all").out


def test_source_is_named_for_copyleft(run: Run, web: Path) -> None:
    packages = {
        "": {},
        "node_modules/weak": {
            "version": "1.0.0", "license": "MPL-2.0", "resolved": "https://ada:secret@registry.example/weak.tgz",
        },
        "node_modules/free": {"version": "1.0.0", "license": "MIT", "resolved": "https://registry.example/free.tgz"},
    }  # fmt: skip
    (web / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    out = run(web, "notices").out
    assert "weak 1.0.0 · MPL-2.0 · source: https://" in out
    assert "registry.example/weak.tgz" in out
    assert "secret" not in out
    assert "free.tgz" not in out


def test_a_policy_with_layers_is_read_with_what_it_stands_on(run: Run, web: Path) -> None:
    write(web, {"policy.yaml": "version: 1\nextends: base.yaml\n", "base.yaml": "version: 1\nlicenses: {alow: []}\n"})
    done = run(web, "notices")
    assert (done.code, done.err.splitlines()[0][:26]) == (2, "base.yaml:2:12: licenses.a")


def test_a_license_that_only_the_text_tells(run: Run, web: Path) -> None:
    (web / "package-lock.json").write_text(lock(tiny=""))
    write(web, {"node_modules/tiny/package.json": '{"version": "1.0.0"}', "node_modules/tiny/LICENSE": mit()})
    assert "tiny 1.0.0 · MIT · pkg:npm/tiny@1.0.0" in run(web, "notices").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check", "none.md"], "--check: there is no such file: none.md"),
        (["--policy", "none.yaml"], "--policy: there is no such file: none.yaml"),
        (["--output", "no/where.md"], "there is no folder to write no/where.md into"),
        (["empty"], "there is no such file or folder: empty"),
        (["node_modules/grid"], "no manifest that is known"),
        (["--policy", "broken.yaml"], "broken.yaml:1:"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, web: Path, arguments: list[str], message: str) -> None:
    (web / "broken.yaml").write_text("versoin: 1\n")
    (web / "node_modules/grid/package.json").unlink()
    done = run(web, "notices", *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_list_of_another_tool_cannot_be_compared(run: Run, web: Path) -> None:
    (web / "node_modules").rename(web / "elsewhere")
    (web / "NOTICES.md").write_text("# Thanks\n")
    done = run(web, "notices", "--check", "NOTICES.md")
    assert (done.code, "has no list of packages" in done.err) == (2, True)
