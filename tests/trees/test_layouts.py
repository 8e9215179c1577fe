"""Every layout in which packages lie in a tree: what they declare, and which texts they carry."""

import json
from pathlib import Path

import pytest

from tests.texts.spdx import mit, spdx
from tests.trees.installed import declared, facts, texts

APACHE = spdx("Apache-2.0")


def npm_lock(name: str = "grid", place: str = "node_modules/grid") -> str:
    packages = {"": {"dependencies": {name: "1.0.0"}}, place: {"version": "1.0.0"}}
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": packages})


def package(**more: object) -> str:
    return json.dumps({"name": "grid", "version": "1.0.0", **more})


def test_npm(tmp_path: Path) -> None:
    files = {
        "package-lock.json": npm_lock(),
        "node_modules/grid/package.json": package(license="MIT"),
        "node_modules/grid/LICENSE": mit(),
        "node_modules/grid/NOTICE": "Grid\nCopyright 2020 Ada",
        "node_modules/grid/LICENSES/Apache-2.0.txt": APACHE,
        "node_modules/grid/AUTHORS": "Ada",
        "node_modules/grid/third-party-licenses.txt": APACHE,
        "node_modules/grid/license.js": "module.exports = 1",
        "node_modules/grid/src/LICENSE": APACHE,
    }
    found = facts(tmp_path, files, "pkg:npm/grid")
    assert declared(found) == "MIT"
    assert texts(found) == {"LICENSE": "MIT", "LICENSES/Apache-2.0.txt": "Apache-2.0", "NOTICE": None}


@pytest.mark.parametrize(
    "folder",
    [
        "node_modules/.pnpm/grid@1.0.0/node_modules/grid",
        "node_modules/.pnpm/grid@1.0.0_react@18.0.0/node_modules/grid",
        "node_modules/grid",
    ],
)
def test_pnpm(tmp_path: Path, folder: str) -> None:
    lock = (
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      grid:\n        specifier: 1.0.0\n"
        "        version: 1.0.0\npackages:\n  grid@1.0.0:\n    resolution: {integrity: sha512-AA==}\n"
        "snapshots:\n  grid@1.0.0: {}\n"
    )
    files = {"pnpm-lock.yaml": lock, f"{folder}/package.json": package(license="MIT"), f"{folder}/LICENSE": mit()}
    found = facts(tmp_path, files, "pkg:npm/grid")
    assert (declared(found), texts(found)) == ("MIT", {"LICENSE": "MIT"})


def test_yarn_puts_a_second_version_further_down(tmp_path: Path) -> None:
    lock = 'grid@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.example/grid.tgz"\n'
    files = {
        "yarn.lock": lock,
        "node_modules/grid/package.json": package(version="2.0.0", license="ISC"),
        "node_modules/@ada/chart/node_modules/grid/package.json": package(license="MIT"),
        "node_modules/@ada/chart/node_modules/grid/LICENSE": mit(),
    }
    assert texts(facts(tmp_path, files, "pkg:npm/grid")) == {"LICENSE": "MIT"}


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        ("SEE LICENSE IN docs/terms.txt", {"docs/terms.txt": "Apache-2.0", "LICENSE": "MIT"}),
        ("see license in <./docs/terms.txt>", {"docs/terms.txt": "Apache-2.0", "LICENSE": "MIT"}),
        ("SEE LICENSE IN ../../outside.txt", {"LICENSE": "MIT"}),
        ("SEE LICENSE IN /etc/hostname", {"LICENSE": "MIT"}),
        ("SEE LICENSE IN https://example.com", {"LICENSE": "MIT"}),
    ],
)
def test_the_file_that_npm_packages_point_to(tmp_path: Path, license_: str, expected: dict[str, str]) -> None:
    files = {
        "package-lock.json": npm_lock(),
        "outside.txt": APACHE,
        "node_modules/grid/package.json": package(license=license_),
        "node_modules/grid/docs/terms.txt": APACHE,
        "node_modules/grid/LICENSE": mit(),
    }
    assert texts(facts(tmp_path, files, "pkg:npm/grid")) == expected


def test_python(tmp_path: Path) -> None:
    info = ".venv/lib/python3.12/site-packages/My_Grid-1.0.0.dist-info"
    files = {
        "requirements.txt": "my-grid==1.0.0\n",
        f"{info}/METADATA": "Metadata-Version: 2.4\nName: My_Grid\nLicense-Expression: MIT\nLicense-File: terms.rst\n"
        "License-File: ../../../../../outside.txt\nLicense-File: AUTHORS\n\n",
        "outside.txt": APACHE,
        f"{info}/licenses/terms.rst": mit(),
        f"{info}/licenses/AUTHORS": "Ada",
        f"{info}/licenses/src/chart/LICENSE": APACHE,
        f"{info}/licenses/src/vendored/LICENSE": spdx("Zlib"),
        f"{info}/COPYING": spdx("ISC"),
    }
    found = facts(tmp_path, files, "pkg:pypi/my-grid")
    assert declared(found) == "MIT"
    assert texts(found) == {
        "My_Grid-1.0.0.dist-info/COPYING": "ISC",
        "My_Grid-1.0.0.dist-info/licenses/terms.rst": "MIT",
        "My_Grid-1.0.0.dist-info/licenses/src/chart/LICENSE": "Apache-2.0",
    }


GO_MOD = "module example.com/web\n\ngo 1.22\n\nrequire github.com/Ada/Grid v1.2.3\n"


@pytest.mark.parametrize(
    ("modules", "folder", "there"),
    [
        ("# github.com/Ada/Grid v1.2.3\n## explicit\ngithub.com/Ada/Grid\n", "vendor/github.com/Ada/Grid", True),
        ("# github.com/Ada/Grid v1.2.4\n", "vendor/github.com/Ada/Grid", False),
        ("# github.com/Ada/Grid v1.2.0 => example.com/fork v1.2.3\n", "vendor/github.com/Ada/Grid", True),
        ("", "vendor/github.com/Ada/Grid", False),
        ("", ".go/pkg/mod/github.com/!ada/!grid@v1.2.3", True),
        ("", "pkg/mod/github.com/!ada/!grid@v1.2.3", True),
        ("", "pkg/mod/github.com/!ada/!grid@v1.2.4", False),
    ],
)
def test_go(tmp_path: Path, modules: str, folder: str, there: bool) -> None:
    files = {"go.mod": GO_MOD, "vendor/modules.txt": modules, f"{folder}/LICENSE": mit()}
    found = facts(tmp_path, files, "pkg:golang/github.com/Ada/Grid", "v1.2.3")
    assert declared(found) is None
    assert texts(found) == ({"LICENSE": "MIT"} if there else None)


CARGO_LOCK = """\
version = 4

[[package]]
name = "grid"
version = "1.0.0"
source = "registry+https://registry.example/index"
"""


@pytest.mark.parametrize("folder", ["vendor/grid", "vendor/grid-1.0.0"])
def test_cargo(tmp_path: Path, folder: str) -> None:
    files = {
        "Cargo.lock": CARGO_LOCK,
        f"{folder}/Cargo.toml": '[package]\nname = "grid"\nversion = "1.0.0"\nlicense = "MIT OR Apache-2.0"\n'
        'license-file = "docs/terms"\n',
        f"{folder}/docs/terms": spdx("ISC"),
        f"{folder}/LICENSE-MIT": mit(),
        f"{folder}/LICENSE-APACHE": APACHE,
    }
    found = facts(tmp_path, files, "pkg:cargo/grid")
    assert declared(found) == "MIT OR Apache-2.0"
    assert texts(found) == {"LICENSE-APACHE": "Apache-2.0", "LICENSE-MIT": "MIT", "docs/terms": "ISC"}


@pytest.mark.parametrize(
    "manifest", ["", "[package]\nname = 7\n", "[package", '[package]\nname = "grid"\n', "package = 1"]
)
def test_a_cargo_manifest_of_something_else(tmp_path: Path, manifest: str) -> None:
    files = {"Cargo.lock": CARGO_LOCK, "vendor/grid/Cargo.toml": manifest, "vendor/grid/LICENSE": mit()}
    assert texts(facts(tmp_path, files, "pkg:cargo/grid")) is None


def test_composer(tmp_path: Path) -> None:
    lock = {"packages": [{"name": "ada/grid", "version": "v1.0.0", "type": "library"}], "packages-dev": []}
    listed = {"packages": [{"name": "Ada/grid", "version": "v1.0.0", "license": ["MIT", "GPL-2.0-only"]}, 7, {}]}
    files = {
        "composer.lock": json.dumps(lock),
        "vendor/composer/installed.json": json.dumps(listed),
        "vendor/ada/grid/LICENSE": mit(),
    }
    found = facts(tmp_path, files, "pkg:composer/ada/grid", "v1.0.0")
    assert (declared(found), texts(found)) == ("MIT OR GPL-2.0-only", {"LICENSE": "MIT"})


def test_ruby(tmp_path: Path) -> None:
    lock = "GEM\n  remote: https://registry.example/\n  specs:\n    grid (1.0.0)\n\nDEPENDENCIES\n  grid\n"
    home = "vendor/bundle/ruby/3.3.0"
    files = {
        "Gemfile.lock": lock,
        f"{home}/specifications/grid-1.0.0-x86_64-linux.gemspec": "Gem::Specification.new do |s|\n"
        '  s.name = "grid".freeze\n  s.licenses = ["MIT".freeze, "Ruby".freeze]\n  system("touch was-run")\nend\n',
        f"{home}/gems/grid-1.0.0-x86_64-linux/MIT-LICENSE": mit(),
    }
    found = facts(tmp_path, files, "pkg:gem/grid")
    assert (declared(found), texts(found)) == ("MIT AND Ruby", {"MIT-LICENSE": "MIT"})
    assert not (tmp_path / "was-run").exists()


def test_submodules(tmp_path: Path) -> None:
    files = {
        ".gitmodules": '[submodule "grid"]\n\tpath = third_party/grid\n\turl = https://github.com/ada/grid.git\n',
        "third_party/grid/COPYING": spdx("GPL-2.0-only"),
    }
    assert texts(facts(tmp_path, files, "pkg:github/ada/grid", None)) == {"COPYING": "GPL-2.0"}


def test_a_package_without_a_license_file_is_known_to_have_none(tmp_path: Path) -> None:
    files = {"package-lock.json": npm_lock(), "node_modules/grid/package.json": package()}
    assert texts(facts(tmp_path, files, "pkg:npm/grid")) == {}


def test_the_lesser_gpl_and_the_gpl_beside_it(tmp_path: Path) -> None:
    files = {
        "package-lock.json": npm_lock(),
        "node_modules/grid/package.json": package(),
        "node_modules/grid/COPYING": spdx("GPL-3.0-only"),
        "node_modules/grid/COPYING.LESSER": spdx("LGPL-3.0-only").partition("GNU GENERAL PUBLIC LICENSE")[0],
    }
    found = facts(tmp_path, files, "pkg:npm/grid")
    assert texts(found) == {"COPYING": "LGPL-3.0", "COPYING.LESSER": "LGPL-3.0"}
