"""`ospo-gate sbom`: what is described, from where it is read, and what is known besides."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.checkout import COMMAND, Checkout, lock
from tests.cli.conftest import Run

LOCK = {"package-lock.json": lock(tiny="MIT", glyph="(MIT OR Apache-2.0)")}
WHEN = {"GIT_AUTHOR_DATE": "2026-11-20T12:00:00+02:00", "GIT_COMMITTER_DATE": "2026-11-20T12:00:00+02:00"}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    for name, value in WHEN.items():
        monkeypatch.setenv(name, value)
    made = Checkout(tmp_path / "web", LOCK)
    made.git("remote", "add", "origin", "https://me:secret@git.example.org/acme/web.git")
    return made


def bom(run: Run, folder: Path, *arguments: str) -> Any:
    ran = run(folder, "sbom", *arguments)
    assert ran.code == 0, ran.err
    return ran.json


def test_the_commit_is_the_subject(run: Run, checkout: Checkout) -> None:
    found = bom(run, checkout.path)
    assert found["metadata"]["timestamp"] == "2026-11-20T10:00:00Z"
    subject = found["metadata"]["component"]
    assert (subject["group"], subject["name"], subject["version"]) == ("acme", "web", checkout.head)
    assert subject["externalReferences"] == [{"type": "vcs", "url": "https://git.example.org/acme/web"}]
    assert "secret" not in json.dumps(found)
    assert [item["purl"] for item in found["components"]] == ["pkg:npm/glyph@1.0.0", "pkg:npm/tiny@1.0.0"]
    assert found["components"][1]["licenses"] == [{"license": {"id": "MIT", "acknowledgement": "declared"}}]
    assert found["components"][1]["evidence"]["occurrences"][0]["location"] == "package-lock.json"


def test_a_tag_is_the_version_and_the_same_commit_makes_the_same_bytes(run: Run, checkout: Checkout) -> None:
    checkout.git("tag", "v1.9.0")
    checkout.git("tag", "v1.10.0")
    first = run(checkout.path, "sbom").out
    assert run(checkout.path, "sbom").out == first
    assert json.loads(first)["metadata"]["component"]["version"] == "v1.10.0"


def test_what_is_not_committed_is_not_called_by_the_tag(run: Run, checkout: Checkout) -> None:
    checkout.git("tag", "v1.0.0")
    checkout.write({"package-lock.json": lock(other="ISC")})
    ran = run(checkout.path, "sbom")
    assert ran.json["metadata"]["component"]["version"] == f"{checkout.head}-uncommitted"
    assert ran.err == "package-lock.json was read as it is on disk, and differs from the commit.\n"
    assert {"name": "ospo:unread", "value": ran.err.strip()} in ran.json["metadata"]["properties"]
    committed = bom(run, checkout.path, "--revision", "v1.0.0")
    assert committed["metadata"]["component"]["version"] == "v1.0.0"
    assert [item["name"] for item in committed["components"]] == ["glyph", "tiny"]


def test_below_a_folder_of_the_checkout(run: Run, checkout: Checkout) -> None:
    checkout.commit({"packages/app/package-lock.json": lock(inner="ISC")})
    for arguments in (["packages/app"], ["packages/app", "--revision", "HEAD"], ["packages/app/package-lock.json"]):
        found = bom(run, checkout.path, *arguments)
        assert [item["name"] for item in found["components"]] == ["inner"]
        assert found["components"][0]["evidence"]["occurrences"][0]["location"] == "packages/app/package-lock.json"


def test_outside_of_git(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "package-lock.json").write_text(LOCK["package-lock.json"])
    found = bom(run, folder, "--name", "acme/plain", "--version", "7", "--author", "Acme")
    assert "timestamp" not in found["metadata"]
    assert found["metadata"]["component"] == {
        "type": "application", "bom-ref": "acme/plain@7", "group": "acme", "name": "plain", "version": "7",
    }  # fmt: skip
    assert found["metadata"]["authors"] == [{"name": "Acme"}]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    assert bom(run, folder)["metadata"]["timestamp"] == "2026-11-18T11:06:40Z"
    assert bom(run, folder, "--format", "spdx-json")["creationInfo"]["created"] == "2026-11-18T11:06:40Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    ran = run(folder, "sbom")
    assert (ran.code, ran.err) == (2, "ospo-gate: SOURCE_DATE_EPOCH is not a number of seconds since 1970\n")


@pytest.mark.parametrize("format_", ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tag-value", "spdx3-json"])
def test_every_format_is_valid_and_can_be_written_in_every_other(run: Run, checkout: Checkout, format_: str) -> None:
    ending = {"cyclonedx-xml": "cdx.xml", "spdx-tag-value": "spdx", "spdx3-json": "spdx3.json"}.get(format_, "json")
    name = f"sbom.{ending}"
    ran = run(checkout.path, "sbom", "--format", format_, "--output", name, "--validate")
    assert ran.code == 0, ran.err
    assert ran.err.startswith("Valid by the ")
    again = bom(run, checkout.path, name)
    assert [item["purl"] for item in again["components"]] == ["pkg:npm/glyph@1.0.0", "pkg:npm/tiny@1.0.0"]
    beside = bom(run, checkout.path)
    places = [place["location"] for item in beside["components"] for place in item["evidence"]["occurrences"]]
    assert set(places) == {"package-lock.json"}, "a committed SBOM is no source of another one"


def test_only_what_is_shipped(run: Run, tmp_path: Path) -> None:
    document = json.loads(lock(tiny="MIT", tool="ISC"))
    document["packages"][""] |= {"dependencies": {"tiny": "1.0.0"}, "devDependencies": {"tool": "1.0.0"}}
    document["packages"]["node_modules/tool"]["dev"] = True
    checkout = Checkout(tmp_path / "web", {"package-lock.json": json.dumps(document)})
    assert {item["name"]: item["scope"] for item in bom(run, checkout.path)["components"]} == {
        "tiny": "required", "tool": "excluded",
    }  # fmt: skip
    shipped = bom(run, checkout.path, "--scope", "shipped")
    assert [item["name"] for item in shipped["components"]] == ["tiny"]
    assert {"name": "ospo:scope", "value": "shipped"} in shipped["metadata"]["properties"]


def test_the_policy_concludes_and_the_package_declares(run: Run, tmp_path: Path) -> None:
    policy = """\
version: 1
licenses:
  allow: [MIT]
  clarify:
    - {package: "pkg:npm/tiny", license: Apache-2.0, evidence: LICENSE, sha256: "%s"}
""" % ("ab" * 32)
    checkout = Checkout(tmp_path / "web", {**LOCK, "policy.yaml": policy})
    found = {item["name"]: item for item in bom(run, checkout.path, "--format", "spdx-json")["packages"]}
    assert (found["tiny"]["licenseDeclared"], found["tiny"]["licenseConcluded"]) == ("MIT", "Apache-2.0")
    assert found["glyph"]["licenseDeclared"] == "MIT OR Apache-2.0"
    assert found["glyph"]["licenseConcluded"] == "MIT"


def test_the_policy_concludes_as_its_overrides_say_for_the_repository(run: Run, tmp_path: Path) -> None:
    clarify = '{package: "pkg:npm/tiny", license: %s, evidence: LICENSE, sha256: "' + "ab" * 32 + '"}'
    policy = f"""\
version: 1
repository_file: {{honor: true}}
licenses: {{allow: [MIT, Apache-2.0], clarify: [{clarify % "ISC"}]}}
overrides:
  - {{match: {{repositories: firmware}}, licenses: {{clarify: [{clarify % "Apache-2.0"}]}}}}
  - {{match: {{properties: {{tier: a}}}}, licenses: {{clarify: [{clarify % "0BSD"}]}}}}
  - {{match: {{scopes: runtime}}, from: 2999-01-01, licenses: off}}
"""
    checkout = Checkout(tmp_path / "web", {**LOCK, "policy.yaml": policy, ".github/ospo-gate.yml": "- no policy"})

    def concluded(*arguments: str) -> str:
        found = bom(run, checkout.path, "--format", "spdx-json", *arguments)["packages"]
        return str(next(item["licenseConcluded"] for item in found if item["name"] == "tiny"))

    assert concluded() == "ISC"
    assert concluded("--repository-name", "example/firmware") == "Apache-2.0"
    assert concluded("--repository-name", "example/firmware", "--property", "tier=a") == "0BSD"
    checkout.git("remote", "add", "origin", "git@github.example:example/firmware.git")
    assert concluded() == "Apache-2.0"


def test_the_installed_tree_knows_licenses(run: Run, tmp_path: Path) -> None:
    files = {"package-lock.json": lock(tiny="")}
    checkout = Checkout(tmp_path / "web", files)
    assert "licenses" not in bom(run, checkout.path)["components"][0]
    checkout.write({"node_modules/tiny/package.json": '{"name": "tiny", "version": "1.0.0", "license": "ISC"}'})
    found = bom(run, checkout.path)["components"][0]
    assert found["licenses"] == [{"license": {"id": "ISC", "acknowledgement": "declared"}}]


def test_what_could_not_be_read_is_in_the_document(run: Run, checkout: Checkout) -> None:
    checkout.commit({"uv.lock": "version = 1\n[[package"})
    ran = run(checkout.path, "sbom")
    assert ran.code == 1
    assert ran.err.startswith("uv.lock:")
    assert {"name": "ospo:unread", "value": ran.err.strip()} in ran.json["metadata"]["properties"]
    [incomplete] = [row for row in ran.json["compositions"] if row["aggregate"] == "incomplete"]
    assert incomplete["dependencies"] == [ran.json["metadata"]["component"]["bom-ref"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--spec-version", "1.4"], "--spec-version: 1.4 of cyclonedx-json is not written"),
        (["--format", "spdx-json", "--spec-version", "1.6"], "--spec-version: 1.6 of spdx-json is not written"),
        (["--revision", "nowhere"], "--revision: there is no commit 'nowhere' in this checkout"),
        (["elsewhere"], "there is no such file or folder: elsewhere"),
        (["--policy", "none.yaml"], "--policy: there is no such file: none.yaml"),
        (["--output", "missing/bom.json"], "there is no folder to write missing/bom.json into"),
    ],
)
def test_a_wrong_argument_is_one_line(run: Run, checkout: Checkout, arguments: list[str], says: str) -> None:
    ran = run(checkout.path, "sbom", *arguments)
    assert ran.code == 2
    assert ran.err.startswith(f"ospo-gate: {says}")


def test_a_folder_that_is_called_like_a_command(run: Run, tmp_path: Path) -> None:
    Checkout(tmp_path / "diff", LOCK)
    assert len(bom(run, tmp_path, "./diff")["components"]) == 2


def test_the_libraries_of_others_are_not_loaded(checkout: Checkout) -> None:
    """A document of a lock file needs neither them nor a policy: start-up is most of its time."""
    import subprocess
    import sys

    code = (
        "import sys; from app.cli.main import main; main(['sbom', '--output', 'out.json']); "
        "print({'cyclonedx', 'jsonschema_rs', 'lxml', 'yaml', 'asyncio', 'checks.rules.licenses'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=checkout.path, capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n", COMMAND
