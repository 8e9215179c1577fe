"""What Dependency-Track finds, read back by `ospo-gate sbom upload --findings` and judged by `ospo-gate check`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins.dependencytrack import Decision, DependencyTrack, Known

LOCK = json.dumps({
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"tiny": "*"}},
        "node_modules/tiny": {"version": "1.0.0", "resolved": "https://registry.example/tiny.tgz"},
    },
})  # fmt: skip
POLICY = "version: 1\nvulnerabilities:\n  levels: {advisories-unknown: off}\n"
TINY = "pkg:npm/tiny@1.0.0"
BOM = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}'


def gate(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("ospo-gate")), *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        cwd=folder,
    )


def upload(
    folder: Path, track: DependencyTrack, text: str, findings: str = "track.json"
) -> "subprocess.CompletedProcess[str]":
    (folder / "bom.json").write_text(text)
    place = ("--server", track.url, "--project", "example/web", "--version", "main", "--findings", findings)
    return gate(folder, "sbom", "upload", "bom.json", *place, OSPO_GATE_DEPENDENCY_TRACK_API_KEY="odt_key")


def checked(folder: Path, terms: str = "") -> "subprocess.CompletedProcess[str]":
    (folder / "policy.yaml").write_text(POLICY + (f"  dependency_track: {terms}\n" if terms else ""))
    return gate(folder, "check", "--all", ".", "--policy", "policy.yaml", "--findings", "track.json")


@pytest.mark.parametrize("version", [4, 5])
def test_they_are_judged_where_the_policy_wants(tmp_path: Path, version: int) -> None:
    (tmp_path / "package-lock.json").write_text(LOCK)
    with DependencyTrack(version, now=lambda: 4_000_000_000.0) as track:
        assert isinstance(track, DependencyTrack)
        track.known[TINY] = [Known("CVE-2026-1", [{"cveId": "CVE-2026-1", "ghsaId": "GHSA-1"}], title="It breaks")]
        track.violations[TINY] = [{"type": "LICENSE", "name": "No | GPL", "violationState": "WARN"}]
        document = gate(tmp_path, "sbom", ".").stdout
        done = upload(tmp_path, track, document)
        said = "1 finding and 1 violated policy of packages are in track.json."
        assert (done.returncode, done.stdout.splitlines()[1:], done.stderr) == (0, [said], "")

        silent = checked(tmp_path)
        assert (silent.returncode, "CVE-2026-1" in silent.stdout) == (0, False)
        assert "nothing of it counts, because the policy has no vulnerabilities.dependency_track." in silent.stderr

        wanted = checked(tmp_path, "{violations: warn}")
        assert (wanted.returncode, wanted.stderr) == (1, "")
        words = " ".join(wanted.stdout.split())
        assert "tiny 1.0.0 has CVE-2026-1 (high: It breaks), which Dependency-Track reports" in words
        assert 'violates the policy "No | GPL" of Dependency-Track' in words
        assert "Data: Dependency-Track" in words
        assert "violates" not in checked(tmp_path, "{violations: fail}").stdout

        track.decisions[TINY, "CVE-2026-1"] = Decision("NOT_AFFECTED", "CODE_NOT_REACHABLE", suppressed=True)
        upload(tmp_path, track, document)
        assert checked(tmp_path, "{}").returncode == 1
        honored = checked(tmp_path, "{analyses: true}")
        assert (honored.returncode, "of Dependency-Track says that there is nothing to" in honored.stdout) == (
            0, True,
        )  # fmt: skip


def test_a_key_that_may_not_see_them_is_told_what_it_needs(tmp_path: Path) -> None:
    with DependencyTrack(now=lambda: 4_000_000_000.0) as track:
        assert isinstance(track, DependencyTrack)
        track.may_view = False
        refused = upload(tmp_path, track, BOM, "-")
        assert refused.returncode == 2
        assert "403: the API key may not do that: reading back needs VIEW_VULNERABILITY" in refused.stderr
        assert "odt_key" not in refused.stdout + refused.stderr
        track.may_view = True
        assert json.loads(upload(tmp_path, track, BOM, "-").stdout)["vulnerabilities"] == []


@pytest.mark.parametrize("text", ["{", "[]", '{"bomFormat": "SPDX"}'])
def test_a_file_that_holds_none_is_not_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "track.json").write_text(text)
    wrong = checked(tmp_path)
    assert (wrong.returncode, "--findings: track.json is not read" in wrong.stderr) == (2, True)
    (tmp_path / "track.json").unlink()
    assert "--findings: track.json: No such file" in checked(tmp_path).stderr
