"""Another version that passes every check, by the package manager's own command: pasted, and the gate passes."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.drive import drive
from app.facts.container import write
from app.facts.file_records import records
from checks.model.facts import ANYTHING, PackageKey, Want
from tests.end_to_end.indexes import Index
from tests.end_to_end.registry import Packages, Registry
from tests.end_to_end.test_paste import SIGNED, Clone
from tests.engine import shop

POLICY = """\
version: 1
mode: enforce
licenses: {allow: [permissive]}
signoff: {}
"""
LICENSES = {"1.2.0": "GPL-3.0-only", "1.4.0": "GPL-3.0-only", "1.9.0": "MIT", "1.10.0": "MIT", "2.0.0": "MIT"}
NPM: Packages = {
    "thing": {version: (license_, {}) for version, license_ in LICENSES.items()},
    "@ours/thing.js": {version: (license_, {}) for version, license_ in LICENSES.items()},
    "chart": {"1.0.0": ("MIT", {"thing": "^1.0.0", "@ours/thing.js": "~1.2.0"})},
}
OTHERS = {
    "thing": {version: dict[str, str]() for version in LICENSES},
    "chart": {"1.0.0": {"thing": ">=1,<2"}},
}


def facts(path: Path, purls: Iterable[str]) -> str:
    """A facts file that knows all versions of the packages."""
    known = [f"{purl} {version} {license_}" for purl in purls for version, license_ in LICENSES.items()]
    charts = [f"pkg:{type_}/chart 1.0.0 MIT" for type_ in ("npm", "pypi", "cargo")]
    registry = shop.Registry(*known, *charts)
    questions: dict[PackageKey, Want] = {
        (purl, item.version): ANYTHING for purl, items in registry.releases.items() for item in items
    }
    now = datetime.now(UTC)
    answers = records(questions, drive(registry.answer(questions)), now)
    path.write_bytes(b"".join(write(answers, now, {"registry": now})))
    return str(path)


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with Registry(NPM) as running:
        yield running


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index(OTHERS) as running:
        yield running


@pytest.fixture
def npm(tmp_path: Path, registry: Registry) -> Clone:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    manifest = {"name": "web", "version": "1.0.0", "scripts": {"prepare": "touch SCRIPT-RAN"}}
    clone = Clone(tmp_path, registry, {"policy.yaml": POLICY, "package.json": json.dumps(manifest, indent=2) + "\n"})
    clone.environment["OSPO_GATE_FACTS"] = facts(tmp_path / "facts.db", ["pkg:npm/thing", "pkg:npm/%40ours/thing.js"])
    return clone


def resolved(clone: Clone, name: str) -> str:
    lock = json.loads((clone.path / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{name}"]["version"])


def test_npm_takes_the_lowest_version_within_the_range(npm: Clone) -> None:
    npm.shell("npm install --package-lock-only --ignore-scripts thing@1.2.0")
    npm.commit(f"A thing\n\n{SIGNED}")
    npm.push()
    assert "thing@1.9.0" in npm.pasted()
    assert resolved(npm, "thing") == "1.9.0"


def test_npm_overrides_what_another_package_brings(npm: Clone) -> None:
    """Also where the range of the one that requires it does not allow it; names may have dots and a scope."""
    manifest = json.loads((npm.path / "package.json").read_text()) | {"overrides": {"thing": "1.2.0"}}
    npm.write({"package.json": json.dumps(manifest)})
    npm.shell("npm install --package-lock-only --ignore-scripts chart@1.0.0")
    before = json.loads((npm.path / "package.json").read_text())
    del before["overrides"]
    npm.write({"package.json": json.dumps(before, indent=2)})
    npm.shell("npm install --package-lock-only --ignore-scripts")
    assert (resolved(npm, "thing"), resolved(npm, "@ours/thing.js")) == ("1.2.0", "1.2.0")
    npm.commit(f"A chart\n\n{SIGNED}")
    npm.push()
    assert "npm pkg set" in npm.pasted()
    assert (resolved(npm, "thing"), resolved(npm, "@ours/thing.js")) == ("1.9.0", "1.9.0")


def python(tmp_path: Path, index: Index, registry: Registry, manifest: str) -> Clone:
    clone = Clone(tmp_path, registry, {"policy.yaml": POLICY})
    clone.environment |= {
        "OSPO_GATE_FACTS": facts(tmp_path / "facts.db", ["pkg:pypi/thing"]),
        "UV_DEFAULT_INDEX": f"{index.url}/simple/", "UV_CACHE_DIR": str(tmp_path / "uv"), "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }  # fmt: skip
    head = '[project]\nname = "web"\nversion = "1.0.0"\nrequires-python = ">=3.11"\n'
    clone.write({"pyproject.toml": head + manifest})
    clone.shell("uv lock --upgrade-package thing==1.2.0 && git add --all")
    assert 'version = "1.2.0"' in (clone.path / "uv.lock").read_text()
    clone.commit(f"A thing\n\n{SIGNED}")
    clone.push()
    return clone


@pytest.mark.parametrize("asked", ["thing>=1,<2", "chart>=1"])
def test_uv_locks_the_very_version_and_the_manifest_stays(
    asked: str, tmp_path: Path, index: Index, registry: Registry
) -> None:
    clone = python(tmp_path, index, registry, f'dependencies = ["{asked}"]\n')
    assert "uv lock --upgrade-package thing==1.9.0" in clone.pasted()
    assert 'version = "1.9.0"' in (clone.path / "uv.lock").read_text()


def test_uv_asks_for_another_version_where_the_range_does_not_allow_it(
    tmp_path: Path, index: Index, registry: Registry
) -> None:
    clone = python(tmp_path, index, registry, 'dependencies = ["thing<1.5"]\n')
    assert "uv add --no-sync thing==1.9.0" in clone.pasted()


@pytest.mark.parametrize("asked", ["thing", "chart"])
def test_cargo_locks_the_very_version(asked: str, tmp_path: Path, index: Index, registry: Registry) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    clone = Clone(tmp_path, registry, {"policy.yaml": POLICY})
    clone.environment |= {
        "OSPO_GATE_FACTS": facts(tmp_path / "facts.db", ["pkg:cargo/thing"]),
        "CARGO_REGISTRIES_LOCAL_INDEX": f"sparse+{index.url}/", "CARGO_HOME": str(tmp_path / "cargo"),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
    }  # fmt: skip
    manifest = '[package]\nname = "web"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\n'
    clone.write({"Cargo.toml": f'{manifest}{asked} = {{version = "1", registry = "local"}}\n', "src/lib.rs": ""})
    clone.shell("cargo generate-lockfile && cargo update thing --precise 1.2.0")
    clone.commit(f"A thing\n\n{SIGNED}")
    clone.push()
    assert "cargo update thing@1.2.0 --precise 1.9.0" in clone.pasted()
    assert 'version = "1.9.0"' in (clone.path / "Cargo.lock").read_text()


def test_a_line_of_requirements_gets_another_version(tmp_path: Path, registry: Registry) -> None:
    clone = Clone(tmp_path, registry, {"policy.yaml": POLICY})
    clone.environment["OSPO_GATE_FACTS"] = facts(tmp_path / "facts.db", ["pkg:pypi/thing"])
    clone.commit(f"A thing\n\n{SIGNED}", {"requirements.txt": "# ours\nthing==1.2.0  # why\n"})
    clone.push()
    assert "sed -i.bak" in clone.pasted()
    assert (clone.path / "requirements.txt").read_text() == "# ours\nthing==1.9.0  # why\n"
