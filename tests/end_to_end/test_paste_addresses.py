"""A public repository whose lock file names an internal registry: the commands that are printed, run by npm itself."""

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.registry import Registry
from tests.end_to_end.test_paste import PACKAGES, Clone

MANIFEST = {"name": "web", "version": "1.0.0", "dependencies": {"tiny": "1.0.0"}}
CHECK = "ospo-gate check --visibility public --only packages --format json"


def versions(lock: Path) -> dict[str, tuple[str, str]]:
    packages = json.loads(lock.read_text())["packages"]
    return {name: (entry["version"], entry["integrity"]) for name, entry in packages.items() if name}


def test_the_lock_file_loses_its_addresses_and_nothing_else(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    with Registry(PACKAGES) as registry:
        files = {"policy.yaml": "version: 1\npackages: {}\n", ".npmrc": "omit-lockfile-registry-resolved=false\n"}
        clone = Clone(tmp_path, registry, {**files, "package.json": json.dumps(MANIFEST)})
        clone.shell("npm install --package-lock-only --ignore-scripts chart-kit@4.2.0")
        clone.commit("Add charts")
        clone.push()
        lock = clone.path / "package-lock.json"
        before = versions(lock)
        report = json.loads(clone.shell(f"{CHECK} || true"))
        assert [item["rule"] for item in report["findings"]] == ["internal-source-in-public-repository"]
        assert "127.0.0.1" not in json.dumps(report)
        clone.shell("\n".join(report["repair"]))
        assert json.loads(clone.shell(CHECK))["conclusion"] == "passed"
        assert "127.0.0.1" not in lock.read_text()
        assert versions(lock) == before
