"""Parsed inventories in the user's cache folder: what is kept, what is refused, and when it is off."""

import json
import os
from pathlib import Path

import pytest

from app.cache import InventoryFiles
from app.cli.drive import drive
from app.settings import command_environment
from checks.model.dependency import Inventory
from tests.cli.conftest import Run
from tests.engine.examples import dep, inventory

LARGE = inventory(*(dep(f"package-{number}@1.0.0", line=number) for number in range(60)))


def npm(count: int) -> str:
    entries = {f"node_modules/package-{n}": {"version": "1.0.0", "license": "MIT"} for n in range(count)}
    root = {"": {"name": "web", "dependencies": {"package-0": "1.0.0"}}}
    return json.dumps({"lockfileVersion": 3, "packages": {**root, **entries}}, indent=2)


def get(files: InventoryFiles, key: str) -> Inventory | None:
    return drive(files.get([key])).get(key)


def put(files: InventoryFiles, key: str, value: Inventory) -> None:
    drive(files.put({key: value}))


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "total")


def test_what_was_put_is_got(tmp_path: Path) -> None:
    files = InventoryFiles(tmp_path / "cache")
    put(files, "k", LARGE)
    assert get(files, "k") == LARGE
    assert get(files, "other") is None


def test_the_folder_is_the_users_alone(tmp_path: Path) -> None:
    put(InventoryFiles(tmp_path / "cache"), "k", LARGE)
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_a_small_inventory_is_not_worth_a_file(tmp_path: Path) -> None:
    put(InventoryFiles(tmp_path / "cache"), "k", inventory(dep("a@1.0.0")))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"{}", None])
def test_what_is_damaged_is_parsed_again(tmp_path: Path, damage: bytes | None) -> None:
    files = InventoryFiles(tmp_path)
    put(files, "k", LARGE)
    (path,) = kept(tmp_path)
    path.write_bytes(path.read_bytes()[:-7] if damage is None else damage)
    assert get(files, "k") is None
    put(files, "k", LARGE)
    assert get(files, "k") == LARGE


def test_another_version_of_ours_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(InventoryFiles(tmp_path), "k", LARGE)
    monkeypatch.setattr("app.cache.VERSION", "99.0")
    assert get(InventoryFiles(tmp_path), "k") is None


def test_the_oldest_go_first(tmp_path: Path) -> None:
    put(InventoryFiles(tmp_path), "first", LARGE)
    (first,) = kept(tmp_path)
    files = InventoryFiles(tmp_path, limit=first.stat().st_size * 5)
    os.utime(first, (1, 1))
    for number in range(8):
        put(files, f"k{number}", LARGE)
        assert sum(path.stat().st_size for path in kept(tmp_path)) <= files.limit
    assert get(files, "first") is None
    assert get(files, "k7") == LARGE


@pytest.mark.parametrize("total", [b"-5", b"many", b"9" * 50])
def test_a_wrong_total_is_counted_anew(tmp_path: Path, total: bytes) -> None:
    (tmp_path / "total").write_bytes(total)
    put(InventoryFiles(tmp_path), "k", LARGE)
    sizes = sum(path.stat().st_size for path in kept(tmp_path))
    assert sizes <= int((tmp_path / "total").read_bytes()) <= sizes + 100


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    files = InventoryFiles(tmp_path / "cache" / "below")
    put(files, "k", LARGE)
    assert get(files, "k") is None


def test_the_command_keeps_and_finds(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "package-lock.json").write_text(npm(80))
    first = run(tree, "inventory", ".")
    monkeypatch.setattr("app.inventories.read", None)  # nothing is parsed any more
    assert run(tree, "inventory", ".").out == first.out
    (tree / "deeper").mkdir()
    (tree / "package-lock.json").rename(tree / "deeper" / "package-lock.json")
    assert "deeper/package-lock.json:" in run(tree, "inventory", ".").out
    assert len(kept(tmp_path / "cache" / "ospo-gate" / "inventories")) == 1


@pytest.mark.parametrize("off", ["--no-cache", "GITHUB_ACTIONS"])
def test_it_can_be_off(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if off == "GITHUB_ACTIONS":
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (tmp_path / "package-lock.json").write_text(npm(80))
    options = ["--no-cache"] if off == "--no-cache" else []
    assert run(tmp_path, "inventory", "package-lock.json", *options).code == 0
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/home/ada"}, "linux", "/x/ospo-gate/inventories"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}, "linux", "/home/ada/.cache/ospo-gate/inventories"),
        ({"HOME": "/home/ada"}, "darwin", "/home/ada/Library/Caches/ospo-gate/inventories"),
        ({}, "linux", None),
        ({"HOME": "/home/ada", "GITHUB_ACTIONS": "true"}, "linux", None),
    ],
)
def test_where_it_is(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], platform: str, expected: str | None
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    found = command_environment(environ).cache
    assert (found and str(found)) == expected
