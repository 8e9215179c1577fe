"""The commands that the comment prints, pasted into a shell on a real clone: the gate passes afterwards."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.registry import Packages, Registry

POLICY = """\
version: 1
mode: enforce
licenses: {allow: [permissive]}
signoff: {}
"""
PACKAGES: Packages = {
    "tiny": {"1.0.0": ("MIT", {})},
    "chart-kit": {"4.2.0": ("MIT", {"svg-mill": "^1.0.0"})},
    "svg-mill": {"1.8.0": ("MIT", {"glyph-core": "2.1.0"})},
    "glyph-core": {"2.1.0": ("GPL-3.0-only", {})},
    "turncoat": {"1.0.0": ("MIT", {}), "2.0.0": ("AGPL-3.0-only", {})},
}
SIGNED = "Signed-off-by: Ada Lovelace <ada@example.com>"


class Clone:
    """A clone of a bare origin, on a branch that is pushed and tracked."""

    def __init__(self, folder: Path, registry: Registry, files: dict[str, str]) -> None:
        self.path = folder / "clone"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "npm_", "OSPO_", "GITHUB_"))},
            "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "false", "TZ": "UTC",
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "npm_config_registry": registry.url, "npm_config_cache": str(folder / "npm-cache"),
            "npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false",
            "npm_config_userconfig": str(folder / "npmrc"),
        }  # fmt: skip
        (folder / ".gitconfig").write_text(
            "[user]\nname = Ada Lovelace\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
        )
        self.shell(
            f"git init -q --bare {folder}/origin.git && git clone -q {folder}/origin.git {self.path} 2>&1", folder
        )
        self.write(files)
        if "package.json" in files:
            self.shell("npm install --package-lock-only --ignore-scripts")
        self.shell(
            "git add --all && git commit -q -s -m Begin\n"
            "git push -q origin HEAD:main && git remote set-head origin main"
        )
        self.shell("git switch -q -c topic")

    def shell(self, script: str, folder: Path | None = None) -> str:
        done = subprocess.run(
            ["bash", "-e"], input=script.encode(), cwd=folder or self.path, env=self.environment, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout.decode()}\n{done.stderr.decode()}"
        return done.stdout.decode()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)

    def commit(self, message: str, files: dict[str, str] | None = None) -> None:
        self.write(files or {})
        self.shell(f"git add --all && git commit -q --allow-empty -F - <<'END'\n{message}\nEND\n")

    def push(self) -> None:
        self.shell("git push -q -u origin topic 2>&1")

    def check(self) -> tuple[int, dict[str, Any]]:
        command = ["ospo-gate", "check", "--format", "json", "--also", f"markdown={self.path.parent / 'summary.md'}"]
        done = subprocess.run(
            command, cwd=self.path, env=self.environment, capture_output=True, timeout=60, check=False
        )
        assert done.returncode in (0, 1), done.stderr.decode()
        return done.returncode, json.loads(done.stdout)

    def pasted(self) -> str:
        """Blocked; paste what is printed, top to bottom; passed, and the remote branch has it."""
        code, report = self.check()
        assert code == 1
        (block,) = re.findall(
            r"^```+sh\n(.*?)^```", (self.path.parent / "summary.md").read_text(), re.DOTALL | re.MULTILINE
        )
        assert block.splitlines() == [line for command in report["repair"] for line in command.splitlines()]
        self.shell(block)
        code, report = self.check()
        assert code == 0, json.dumps(report["findings"], indent=1)
        assert self.shell("git status --porcelain") == ""
        assert self.shell("git rev-parse HEAD") == self.shell("git rev-parse origin/topic")
        assert not list(self.path.parent.rglob("SCRIPT-RAN"))
        return str(block)


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with Registry(PACKAGES) as running:
        yield running


@pytest.fixture
def npm(tmp_path: Path, registry: Registry) -> Clone:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    manifest = {"name": "web", "version": "1.0.0", "dependencies": {"tiny": "1.0.0", "turncoat": "1.0.0"},
                "scripts": {"preinstall": "touch SCRIPT-RAN", "prepare": "touch SCRIPT-RAN"}}  # fmt: skip
    return Clone(tmp_path, registry, {"policy.yaml": POLICY, "package.json": json.dumps(manifest, indent=2) + "\n"})


@pytest.fixture
def plain(tmp_path: Path, registry: Registry) -> Clone:
    return Clone(tmp_path, registry, {"policy.yaml": POLICY, "requirements.txt": "six==1.0 # MIT\n"})


def test_one_commit_without_signoff(plain: Clone) -> None:
    plain.commit("Say hello", {"a.txt": "1"})
    plain.push()
    assert "git commit --amend" in plain.pasted()


def test_several_commits_without_signoff(plain: Clone) -> None:
    for number in range(4):
        plain.commit(f"Step {number}" + (f"\n\n{SIGNED}" if number == 2 else ""), {"a.txt": str(number)})
    plain.push()
    assert "git rebase" in plain.pasted()


def test_commits_without_signoff_around_a_merge(plain: Clone) -> None:
    plain.commit("Step 1", {"a.txt": "1"})
    plain.shell("git switch -q main 2>/dev/null || git switch -q -c main origin/main")
    plain.commit(f"On main\n\n{SIGNED}", {"b.txt": "1"})
    plain.shell("git push -q origin main && git switch -q topic && git merge -q --no-edit origin/main")
    plain.commit("Step 2", {"a.txt": "2"})
    plain.push()
    plain.pasted()


def test_npm_takes_a_package_out(npm: Clone) -> None:
    npm.shell("npm install --package-lock-only --ignore-scripts chart-kit@4.2.0")
    npm.commit(f"Charts\n\n{SIGNED}")
    npm.push()
    assert "npm uninstall --package-lock-only --ignore-scripts" in npm.pasted()


def test_npm_goes_back_to_another_version(npm: Clone) -> None:
    npm.shell("npm install --package-lock-only --ignore-scripts --save-exact turncoat@2.0.0")
    npm.commit(f"Newer\n\n{SIGNED}")
    npm.push()
    assert "turncoat@1.0.0" in npm.pasted()


def test_everything_at_once(npm: Clone) -> None:
    npm.shell("npm install --package-lock-only --ignore-scripts chart-kit@4.2.0 turncoat@2.0.0")
    npm.commit("Charts")
    npm.commit("More", {"a.txt": "1"})
    npm.push()
    npm.pasted()


def test_a_package_in_a_folder_with_an_odd_name(tmp_path: Path, registry: Registry) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    clone = Clone(tmp_path, registry, {"policy.yaml": POLICY})
    manifest = json.dumps({"name": "web", "version": "1.0.0", "dependencies": {"tiny": "1.0.0"}})
    clone.write({"it's $(here)/package.json": manifest})
    inside = 'cd "it\'s \\$(here)" && '
    clone.shell(inside + "npm install --package-lock-only --ignore-scripts")
    clone.commit(f"Begin\n\n{SIGNED}")
    clone.shell("git push -q origin HEAD:main && git fetch -q origin")
    clone.shell(inside + "npm install --package-lock-only --ignore-scripts chart-kit@4.2.0")
    clone.commit(f"Charts\n\n{SIGNED}")
    clone.push()
    clone.pasted()


def strict(folder: Path, registry: Registry) -> Clone:
    """Licenses that nobody knows block here, and a requirements file never tells any."""
    policy = POLICY.replace("[permissive]}", "[permissive], levels: {license-missing: block}}")
    return Clone(folder, registry, {"policy.yaml": policy, "requirements.txt": "six==1.0\n"})


def test_lines_of_a_requirements_file(tmp_path: Path, registry: Registry) -> None:
    clone = strict(tmp_path, registry)
    long = "long==2.0 \\\n    --hash=sha256:" + "a" * 64
    clone.commit(f"Add\n\n{SIGNED}", {"requirements.txt": f"before==1.0\nsix==1.0\n{long}\nlast==3.0\n"})
    clone.push()
    clone.pasted()
    assert (clone.path / "requirements.txt").read_text() == "six==1.0\n"


def test_lines_and_a_missing_signoff(tmp_path: Path, registry: Registry) -> None:
    clone = strict(tmp_path, registry)
    clone.commit("Add", {"requirements.txt": "six==1.0\nbefore==1.0\n"})
    clone.push()
    clone.pasted()
