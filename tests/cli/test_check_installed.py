"""Licenses of what is installed beside the lock file, where the lock file says nothing."""

import json
from pathlib import Path

import pytest

from tests.cli.checkout import Checkout
from tests.cli.conftest import Run

POLICY = "version: 1\nlicenses: {levels: {license-missing: block}}\n"
NPM = {
    "name": "web", "lockfileVersion": 3,
    "packages": {"": {"dependencies": {"grid": "1.0.0"}}, "node_modules/grid": {"version": "1.0.0"}},
}  # fmt: skip
UV = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "my-grid"
version = "1.0.0"
source = { registry = "https://registry.example/simple" }
"""


def _found(run: Run, checkout: Checkout) -> list[str]:
    done = run(checkout.path, "check", "--all", "--format=json")
    return [finding["rule"] for finding in done.json["findings"]]


def _npm(tmp_path: Path, package: object, folder: str = "") -> Checkout:
    checkout = Checkout(
        tmp_path / "web",
        {"policy.yaml": POLICY, f"{folder}package-lock.json": json.dumps(NPM), ".gitignore": "node_modules\n"},
    )
    checkout.write({f"{folder}node_modules/grid/package.json": json.dumps(package)})
    return checkout


def _python(tmp_path: Path, metadata: str, place: str = ".venv/lib/python3.12", version: str = "1.0.0") -> Checkout:
    checkout = Checkout(tmp_path / "web", {"policy.yaml": POLICY, "uv.lock": UV, ".gitignore": ".venv\nvenv\n"})
    text = f"Metadata-Version: 2.4\nName: My_Grid\nVersion: {version}\n{metadata}\n\nLicense: from the description\n"
    checkout.write({f"{place}/site-packages/My_Grid-{version}.dist-info/METADATA": text})
    return checkout


@pytest.mark.parametrize(
    ("package", "rules"),
    [
        ({"version": "1.0.0", "license": "MIT"}, []),
        ({"version": "1.0.0", "license": "GPL-3.0-only"}, ["license-not-allowed"]),
        ({"version": "1.0.0", "license": {"type": "ISC", "url": "x"}}, []),
        ({"version": "1.0.0", "licenses": [{"type": "MIT"}, {"type": "GPL-3.0-only"}]}, []),
        ({"version": "1.0.0", "licenses": [{"type": "MIT"}, {"url": "x"}]}, ["license-missing"]),
        ({"version": "1.0.0", "license": ""}, ["license-missing"]),
        ({"version": "1.0.0", "license": 7}, ["license-missing"]),
        ({"version": "1.0.1", "license": "MIT"}, ["license-missing"]),
        (["MIT"], ["license-missing"]),
        ("[" * 100_000, ["license-missing"]),
        (None, ["license-missing"]),
    ],
)  # fmt: skip
def test_node_modules(run: Run, tmp_path: Path, package: object, rules: list[str]) -> None:
    assert _found(run, _npm(tmp_path, package)) == rules


def test_node_modules_beside_a_lock_file_further_down(run: Run, tmp_path: Path) -> None:
    assert _found(run, _npm(tmp_path, {"version": "1.0.0", "license": "MIT"}, "apps/web/")) == []


def test_nested_brackets_that_python_cannot_parse(run: Run, tmp_path: Path) -> None:
    checkout = _npm(tmp_path, None)
    (checkout.path / "node_modules/grid/package.json").write_text("[" * 200_000)
    assert _found(run, checkout) == ["license-missing"]


def test_a_link_out_of_the_tree_is_not_followed(run: Run, tmp_path: Path) -> None:
    checkout = _npm(tmp_path, None)
    outside = tmp_path / "outside" / "grid"
    outside.mkdir(parents=True)
    (outside / "package.json").write_text(json.dumps({"version": "1.0.0", "license": "MIT"}))
    installed = checkout.path / "node_modules" / "grid"
    (installed / "package.json").unlink()
    (installed / "package.json").symlink_to(outside / "package.json")
    assert _found(run, checkout) == ["license-missing"]
    (installed / "package.json").unlink()
    installed.rmdir()
    installed.symlink_to(outside)
    assert _found(run, checkout) == ["license-missing"]
    installed.unlink()
    installed.parent.rmdir()
    installed.parent.symlink_to(outside.parent)
    assert _found(run, checkout) == ["license-missing"]


def test_a_link_within_the_tree_is_how_pnpm_installs(run: Run, tmp_path: Path) -> None:
    checkout = _npm(tmp_path, None)
    store = {"node_modules/.store/grid/package.json": json.dumps({"version": "1.0.0", "license": "MIT"})}
    checkout.write(store)
    installed = checkout.path / "node_modules" / "grid"
    (installed / "package.json").unlink()
    installed.rmdir()
    installed.symlink_to(checkout.path / "node_modules/.store/grid")
    assert _found(run, checkout) == []


def test_a_file_that_is_too_large_or_no_file(run: Run, tmp_path: Path) -> None:
    checkout = _npm(tmp_path, {"version": "1.0.0", "license": "MIT", "x": "x" * 2_000_000})
    assert _found(run, checkout) == ["license-missing"]
    file = checkout.path / "node_modules/grid/package.json"
    file.unlink()
    file.mkdir()
    assert _found(run, checkout) == ["license-missing"]


@pytest.mark.parametrize(
    ("metadata", "rules"),
    [
        ("License-Expression: MIT", []),
        ("License-Expression: GPL-3.0\nClassifier: License :: OSI Approved :: MIT License", ["license-not-allowed"]),
        ("Classifier: License :: OSI Approved :: MIT License\nLicense: something", []),
        ("Classifier: License :: OSI Approved", ["license-unknown"]),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: BSD-3-Clause", []),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: see the text", ["license-unknown"]),
        ("License: MIT", []),
        ("license: Apache-2.0", []),
        ("License: UNKNOWN", ["license-missing"]),
        ("License: MIT License\n        \n        Copyright", ["license-missing"]),
        ("Summary: nothing", ["license-missing"]),
    ],
)  # fmt: skip
def test_site_packages(run: Run, tmp_path: Path, metadata: str, rules: list[str]) -> None:
    assert _found(run, _python(tmp_path, metadata)) == rules


@pytest.mark.parametrize("place", ["venv/lib/python3.11", ".venv/Lib"])
def test_other_places_of_an_environment(run: Run, tmp_path: Path, place: str) -> None:
    assert _found(run, _python(tmp_path, "License-Expression: MIT", place)) == []


def test_another_version_says_nothing(run: Run, tmp_path: Path) -> None:
    assert _found(run, _python(tmp_path, "License-Expression: MIT", version="1.0.1")) == ["license-missing"]


def test_an_environment_that_is_a_link_out_of_the_tree(run: Run, tmp_path: Path) -> None:
    checkout = _python(tmp_path, "License-Expression: MIT")
    (checkout.path / ".venv").rename(tmp_path / "elsewhere")
    (checkout.path / ".venv").symlink_to(tmp_path / "elsewhere")
    assert _found(run, checkout) == ["license-missing"]
