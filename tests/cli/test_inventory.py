"""`ospo-gate inventory` on a file, a folder, and on what is neither."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.checkout import COMMAND, COPYLEFT, command, lock
from tests.cli.conftest import Run

#: Where glyph-core stands.
LINE = COPYLEFT["package-lock.json"].splitlines().index('    "node_modules/glyph-core": {') + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two manifests, and folders that hold what is installed."""
    for name in ("package-lock.json", "b/package-lock.json", "node_modules/x/package-lock.json", ".venv/uv.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(COPYLEFT["package-lock.json"])
    (tmp_path / "readme.txt").write_text("Hello, this is prose.\n")
    return tmp_path


def test_purls_are_sorted_unique_and_one_a_line(run: Run, folder: Path) -> None:
    done = run(folder, "inventory", ".", "--format", "purl")
    assert (done.code, done.out, done.err) == (0, "pkg:npm/glyph-core@1.0.0\npkg:npm/tiny@1.0.0\n", "")


def test_details_of_purls(run: Run, folder: Path) -> None:
    done = run(folder, "inventory", "package-lock.json", "--format=purl", "--details")
    assert done.out.splitlines()[0].split("\t") == [
        "pkg:npm/glyph-core@1.0.0",
        f"line={LINE}",
        "scope=runtime",
        "direct=true",
    ]


def test_a_table(run: Run, folder: Path) -> None:
    lines = run(folder, "inventory", ".").out.splitlines()
    assert lines[0].split() == ["package", "version", "scope", "direct", "license", "where"]
    assert f"b/package-lock.json:{LINE}" in lines[1]
    assert lines[-1] == "4 packages in 2 manifests"
    assert run(folder, "inventory", "package-lock.json").out.splitlines()[-1] == "2 packages in 1 manifest"


def test_json(run: Run, folder: Path) -> None:
    document = run(folder, "inventory", ".", "--format=json").json
    assert document["schema"] == 1
    assert [manifest["path"] for manifest in document["manifests"]] == ["b/package-lock.json", "package-lock.json"]
    package = document["manifests"][0]["packages"][0]
    assert (package["purl"], package["line"], package["license"]) == ("pkg:npm/glyph-core@1.0.0", LINE, "GPL-3.0-only")


@pytest.mark.parametrize("name", ["readme.txt", "empty", "nowhere"])
def test_no_manifest(run: Run, folder: Path, name: str) -> None:
    (folder / "empty").mkdir()
    done = run(folder, "inventory", name)
    assert (done.code, done.out) == (2, "")
    assert (
        "there is no such file or folder: nowhere" if name == "nowhere" else "no manifest that is known"
    ) in done.err


def test_what_cannot_be_read_is_said_and_the_rest_is_listed(run: Run, folder: Path) -> None:
    (folder / "package-lock.json").write_text("{")
    done = run(folder, "inventory", ".", "--format=purl")
    assert (done.code, done.out) == (1, "pkg:npm/glyph-core@1.0.0\npkg:npm/tiny@1.0.0\n")
    assert done.err.startswith("package-lock.json")


def test_a_link_and_a_pipe_are_not_read(run: Run, folder: Path) -> None:
    (folder / "c").mkdir()
    (folder / "c" / "package-lock.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / "c" / "uv.lock")
    done = run(folder, "inventory", ".", "--format=json")
    assert "c/package-lock.json" not in [m["path"] for m in done.json["manifests"] if m["packages"]]
    assert "root:" not in done.out


def test_a_loop_of_folders_ends(run: Run, folder: Path) -> None:
    (folder / "b" / "loop").symlink_to(folder)
    assert run(folder, "inventory", ".").out.splitlines()[-1] == "4 packages in 2 manifests"


def test_names_are_visible_and_speak_to_no_terminal(run: Run, folder: Path) -> None:
    evil = {
        "packages": {"": {}, "node_modules/a\x1b[31mb": {"version": "1.0.0", "license": "\x07MIT"}},
        "lockfileVersion": 3,
    }
    (folder / "package-lock.json").write_text(json.dumps(evil))
    name = os.fsencode(folder) + b"/caf\xe9"
    os.mkdir(name)
    Path(os.fsdecode(name), "package-lock.json").write_text("{")
    for format_ in ("table", "purl", "json"):
        done = run(folder, "inventory", ".", "--format", format_)
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
        assert "caf" in done.err


def test_a_huge_folder(run: Run, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}").mkdir()
        (tmp_path / f"{number:03}" / "package-lock.json").write_text(lock(**{f"p{number}": "MIT"}))
        for name in ("a", "b", "c", "d", "e"):
            (tmp_path / f"{number:03}" / f"{name}.txt").touch()
    done = run(tmp_path, "inventory", ".", "--format=purl")
    assert len(done.out.splitlines()) == 300


def test_a_reader_that_goes_away(folder: Path) -> None:
    import subprocess

    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([COMMAND, "inventory", "."], cwd=folder, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_in_an_ascii_locale(folder: Path) -> None:
    (folder / "package-lock.json").write_text(COPYLEFT["package-lock.json"].replace("tiny", "tïny"))
    done = command(["inventory", "."], folder, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("name", "text", "purl"),
    [
        ("package.json", '{"dependencies": {"left-pad": "^1.3.0"}}', "pkg:npm/left-pad"),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["httpx>=0.28"]\n', "pkg:pypi/httpx"),
        ("Cargo.toml", '[package]\nname = "x"\n[dependencies]\nserde = "1"\n', "pkg:cargo/serde"),
        ("what-we-need.txt", "six==1.17.0\n", "pkg:pypi/six@1.17.0"),
        ("gleam.toml", '[dependencies]\ngleam_stdlib = ">= 0.34.0"\n', "pkg:hex/gleam_stdlib"),
        ("base.in", "six\n", "pkg:pypi/six"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{uses: a/b@v1}]}}\n", "pkg:github/a/b@v1"),
    ],
)
def test_a_file_that_is_named_is_read_also_where_nobody_would_look(
    run: Run, folder: Path, name: str, text: str, purl: str
) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    assert run(folder, "inventory", name, "--format", "purl").out == f"{purl}\n"


@pytest.mark.parametrize(("name", "text"), [("package.json", "{}"), (".github/workflows/ci.yml", "jobs: {}\n")])
def test_a_manifest_that_asks_for_nothing_is_known_all_the_same(run: Run, folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    done = run(folder, "inventory", name, "--format", "purl")
    assert (done.code, done.out) == (0, "")
