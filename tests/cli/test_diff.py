"""`ospo-gate diff`: revisions, folders and files."""

import json
from pathlib import Path

import pytest

from tests.cli.checkout import Checkout
from tests.cli.conftest import Run


def lock(**packages: str) -> str:
    """name=version, with a hash where it is `version#hash`; the first one requires all others."""
    entries: dict[str, object] = {}
    names = list(packages)
    for name, text in packages.items():
        version, _, digest = text.partition("#")
        entries[f"node_modules/{name}"] = {"version": version} | ({"integrity": f"sha512-{digest}"} if digest else {})
    if names:
        first = entries[f"node_modules/{names[0]}"]
        assert isinstance(first, dict)
        first["dependencies"] = dict.fromkeys(names[1:], "*")
    root = {"name": "web", "dependencies": dict.fromkeys(names[:1], "*")}
    return json.dumps({"lockfileVersion": 3, "packages": {"": root, **entries}}, indent=2) + "\n"


BEFORE = {"package-lock.json": lock(web="1.0.0", old="1.0.0", gone="3.0.0", same="1.0.0#AAA")}
AFTER = {"package-lock.json": lock(web="1.0.0", old="2.0.0", same="1.0.0#BBB", new="0.1.0")}
TEXT = """\
! same 1.0.0 sha512-AAA → sha512-BBB
    brought by web 1.0.0 > same 1.0.0
    package-lock.json:21
+ new 0.1.0
    brought by web 1.0.0 > new 0.1.0
    package-lock.json:25
~ old 1.0.0 → 2.0.0
    brought by web 1.0.0 > old 2.0.0
    package-lock.json:18
- gone 3.0.0
    package-lock.json:21
1 re-sourced, 1 added, 1 updated, 1 removed
"""


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name, files in (("before", BEFORE), ("after", AFTER)):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True)
            (tmp_path / name / path).write_text(text)
    return tmp_path


def test_two_folders_and_two_files(run: Run, folders: Path) -> None:
    assert run(folders, "diff", "before", "after") == run(
        folders, "diff", "before/package-lock.json", "after/package-lock.json"
    )
    done = run(folders, "diff", "before", "after")
    assert (done.code, done.out, done.err) == (0, TEXT, "")


def test_two_revisions_exactly_and_not_their_merge_base(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", BEFORE)
    checkout.git("branch", "side")
    checkout.commit(AFTER, "Change")
    assert run(checkout.path, "diff", "side", "main").out == TEXT
    back = run(checkout.path, "diff", "main", "side").out
    assert back.splitlines()[-1] == "1 re-sourced, 1 added, 1 updated, 1 removed"
    assert run(checkout.path, "diff", "main", "main").out == "no package changed\n"


def test_only_below_a_path(run: Run, tmp_path: Path) -> None:
    base = {f"{part}/package-lock.json": lock(web="1.0.0") for part in ("a", "ab")}
    checkout = Checkout(tmp_path / "web", base)
    checkout.commit({f"{part}/package-lock.json": lock(web="2.0.0") for part in ("a", "ab")}, "Update")
    found = run(checkout.path, "diff", "HEAD~1", "HEAD", "a", "--format=json").json
    assert [place["path"] for change in found["changes"] for place in change["places"]] == ["a/package-lock.json"]


def test_json(run: Run, folders: Path) -> None:
    document = run(folders, "diff", "before", "after", "--format=json").json
    assert document["counts"] == {"re-sourced": 1, "added": 1, "updated": 1, "moved": 0, "removed": 1}
    same = document["changes"][0]
    assert (same["kind"], same["purl"]) == ("re-sourced", "pkg:npm/same@1.0.0")
    assert (same["before"][0]["integrity"], same["places"][0]["integrity"]) == (["sha512-AAA"], ["sha512-BBB"])
    assert same["places"][0]["why"] == ["pkg:npm/web@1.0.0", "pkg:npm/same@1.0.0"]


def test_markdown(run: Run, folders: Path) -> None:
    lines = run(folders, "diff", "before", "after", "--format=markdown").out.splitlines()
    assert lines[0] == "**1 re-sourced, 1 added, 1 updated, 1 removed**"
    assert lines[5] == "| added | `new` | `0.1.0` | `package-lock.json:25` | `web 1.0.0` |"


def test_a_bar_in_a_name_does_not_end_a_cell(run: Run, folders: Path) -> None:
    (folders / "after" / "package-lock.json").write_text(lock(**{"a|b": "1.0.0"}))
    assert "`a\\|b`" in run(folders, "diff", "before", "after", "--format=markdown").out


def test_what_moved_between_scopes_either_way(run: Run, tmp_path: Path) -> None:
    for side, dev in (("before", True), ("after", False)):
        text = json.loads(lock(tool="1.0.0"))
        if dev:
            text["packages"][""] = {"devDependencies": {"tool": "*"}}
            text["packages"]["node_modules/tool"]["dev"] = True
        (tmp_path / side).mkdir()
        (tmp_path / side / "package-lock.json").write_text(json.dumps(text))
    assert run(tmp_path, "diff", "before", "after").out.startswith("> tool 1.0.0 development → runtime\n")
    assert run(tmp_path, "diff", "after", "before").out.startswith("> tool 1.0.0 runtime → development\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", "HEAD"), "there is no file, folder or commit 'nowhere'"),
        ((".", "package-lock.json"), "are a folder and a file"),
    ],
)
def test_what_cannot_be_compared(run: Run, tmp_path: Path, arguments: tuple[str, str], message: str) -> None:
    done = run(Checkout(tmp_path / "web", BEFORE).path, "diff", *arguments)
    assert done.code == 2
    assert message in done.err


def test_what_could_not_be_read_is_said(run: Run, folders: Path) -> None:
    (folders / "after" / "package-lock.json").write_text("{")
    done = run(folders, "diff", "before", "after")
    assert done.code == 0
    assert done.err.startswith("package-lock.json:")
