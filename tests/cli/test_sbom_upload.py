"""`ospo-gate sbom upload` against a stand-in of Dependency-Track, and what a snapshot for GitHub has."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins.dependencytrack import DependencyTrack

BOM = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}'
BUN = """\
{"lockfileVersion": 1, "workspaces": {"": {"name": "web", "dependencies": {"tiny": "1.0.0"}}},
 "packages": {"tiny": ["tiny@1.0.0", "", {"dependencies": {"dep": "2.0.0"}}, ""], "dep": ["dep@2.0.0", "", {}, ""]}}
"""


def gate(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    program = str(Path(sys.executable).with_name("ospo-gate"))
    return subprocess.run(
        [program, "sbom", *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        cwd=folder,
    )


def upload(
    folder: Path, track: DependencyTrack, text: str = BOM, key: str = "odt_key"
) -> "subprocess.CompletedProcess[str]":
    (folder / "bom.json").write_text(text)
    given = (
        "upload",
        "bom.json",
        "--server",
        track.url,
        "--project",
        "example/web",
        "--version",
        "main",
        "--wait",
        "3",
    )
    return gate(folder, *given, OSPO_GATE_DEPENDENCY_TRACK_API_KEY=key)


@pytest.mark.parametrize("version", [4, 5])
def test_an_upload_is_waited_for(tmp_path: Path, version: int) -> None:
    with DependencyTrack(version, now=lambda: 4_000_000_000.0) as track:
        assert isinstance(track, DependencyTrack)
        done = upload(tmp_path, track)
        assert (done.returncode, done.stdout, done.stderr) == (0, "example/web main is in Dependency-Track.\n", "")
        (project,) = track.projects.values()
        assert (project.documents, project.latest) == ([json.loads(BOM)], True)


def test_what_it_does_not_take_is_told(tmp_path: Path) -> None:
    with DependencyTrack(now=lambda: 4_000_000_000.0) as track:
        assert isinstance(track, DependencyTrack)
        wrong = upload(tmp_path, track, key="odt_wrong")
        assert "401: the API key is not valid" in wrong.stderr
        broken = upload(tmp_path, track, '["CycloneDX"]')
        assert (broken.returncode, "400: The uploaded BOM is invalid: it is not JSON" in broken.stderr) == (2, True)
        other = upload(tmp_path, track, '{"spdxVersion": "SPDX-2.3"}')
        assert (other.returncode, "takes CycloneDX alone" in other.stderr) == (2, True)
        track.loses = True
        lost = upload(tmp_path, track)
        assert (lost.returncode, lost.stderr) == (1, "Dependency-Track did not take it in within 3 seconds.\n")


def test_a_snapshot_has_what_github_does_not_read(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "bun.lock").write_text(BUN)
    (tmp_path / "yarn.lock").write_text('# yarn lockfile v1\n\nother@1:\n  version "1.0.0"\n')
    for command in ("init -q -b main .", "add .", "-c user.name=a -c user.email=a@b.example commit -q -m x"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    body = json.loads(gate(tmp_path, "--format", "github-snapshot", "--ref", "refs/heads/main").stdout)
    (manifest,) = body["manifests"].values()
    assert manifest["resolved"]["pkg:npm/tiny@1.0.0"] == {
        "package_url": "pkg:npm/tiny@1.0.0",
        "scope": "runtime",
        "dependencies": ["pkg:npm/dep@2.0.0"],
        "relationship": "direct",
    }
    assert manifest["resolved"]["pkg:npm/dep@2.0.0"]["relationship"] == "indirect"
    missing = gate(tmp_path, "--format", "github-snapshot")
    assert (missing.returncode, "--ref is missing" in missing.stderr) == (2, True)
    (tmp_path / "web" / "bun.lock").write_text("{")
    broken = gate(tmp_path, "--format", "github-snapshot", "--ref", "refs/heads/main")
    assert (broken.returncode, json.loads(broken.stdout)["manifests"]) == (1, {})
    assert "the snapshot has no manifests" in broken.stderr
    assert "web/bun.lock:1: " in broken.stderr
