"""`ospo-gate sbom score` and `validate`, and the check on a real checkout with the command that it names."""

import gzip
import io
import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.checkout import Checkout, lock
from tests.cli.conftest import Run
from tests.sboms.bills import FULL, METADATA, bom, component
from tests.sboms.test_describe import TAGS


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "web.cdx.json").write_text(bom(component("grid", **FULL), "chart", metadata=METADATA))
    (tmp_path / "web.spdx").write_text(TAGS)
    (tmp_path / "wrong.cdx.json").write_text(bom(component("grid", type="x")))
    return tmp_path


def test_score(run: Run, web: Path) -> None:
    done = run(web, "sbom", "score", "web.cdx.json")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "web.cdx.json: CycloneDX 1.6, JSON, 2 components"
    assert lines[2] == "score 7.1 of 10, grade C"
    assert lines[3] == "  = (10.0 × 10 + 7.0 × 12 + 4.5 × 15 + 6.2 × 12 + 8.3 × 15 + 5.0 × 10 + 10.0 × 8) / 82"
    assert f"  ✗ {'components with a checksum':<46}   5.0  × 0.60  1 of 2  without: chart 1.0.0" in lines
    assert "valid by the JSON schema of CycloneDX 1.6" in lines
    assert "cisa: CISA minimum elements (draft of August 2025): not reached: 3 of 11 elements" in lines
    assert "  ✗ License                                        1 of 2  without: chart 1.0.0" in lines


def test_score_of_a_tag_value_file_as_json(run: Run, web: Path) -> None:
    found = run(web, "sbom", "score", "web.spdx", "--format", "json").json
    assert (found["format"], found["version"], found["encoding"], found["components"]) == (
        "SPDX",
        "2.3",
        "tag-value",
        1,
    )
    assert [edition["id"] for edition in found["minimum_elements"]] == ["ntia", "cisa", "cisa-2026", "bsi", "cra"]
    (integrity,) = [category for category in found["categories"] if category["name"] == "Integrity"]
    assert [feature["score"] for feature in integrity["features"]] == [10, 10, None]
    assert found["validity"]["valid"] is True


def test_minimum_elements_give_the_exit_code(run: Run, web: Path) -> None:
    assert run(web, "sbom", "score", "web.cdx.json", "--minimum-elements", "cra").code == 0
    assert run(web, "sbom", "score", "web.cdx.json", "--minimum-elements", "cra,ntia").code == 1
    assert run(web, "sbom", "score", "web.cdx.json", "--minimum-elements", "ntia", "--complete", "50%").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["web.cdx.json", "--minimum-elements", "x"], "--minimum-elements: there is no 'x'"),
        (["web.cdx.json", "--minimum-elements", ","], "--minimum-elements: there is no ''"),
        (["web.cdx.json", "--complete", "95"], "--complete: expected a percentage such as '95%'"),
        (["gone.json"], "there is no such file: gone.json"),
        (["."], ". cannot be read: Is a directory"),
        (["notes.txt"], "notes.txt:1: 'hello' is not a tag with a value"),
        (["latin.spdx"], "latin.spdx:2: it is not UTF-8 text (byte 36)"),
        (["old.cdx.json"], "old.cdx.json:3: its CycloneDX version '9.9' is not one that this reader knows"),
        (
            ["github.json"],
            "github.json:1: the SBOM is inside its member 'sbom', as GitHub's API answers: save that alone",
        ),
        (["zipped.cdx.json"], "zipped.cdx.json is compressed"),
    ],
)
def test_what_cannot_be_scored(run: Run, web: Path, arguments: list[str], message: str) -> None:
    (web / "notes.txt").write_text("hello\n")
    (web / "latin.spdx").write_bytes(b"SPDXVersion: SPDX-2.3\nDocumentName: \xe9\n")
    (web / "old.cdx.json").write_text(bom("grid", specVersion="9.9"))
    (web / "github.json").write_text('{"sbom": {"spdxVersion": "SPDX-2.3"}}')
    (web / "zipped.cdx.json").write_bytes(gzip.compress(bom("grid").encode()))
    done = run(web, "sbom", "score", *arguments)
    assert (done.code, done.err.splitlines()[0]) == (2, f"ospo-gate: {message}")


def test_validate(run: Run, web: Path) -> None:
    done = run(web, "sbom", "validate", "web.cdx.json")
    assert (done.code, done.out) == (0, "web.cdx.json is valid by the JSON schema of CycloneDX 1.6.\n")
    wrong = run(web, "sbom", "validate", "wrong.cdx.json")
    assert wrong.code == 1
    assert wrong.out.startswith('wrong.cdx.json:16: components[0].type: "x" is not one of "application"')
    assert run(web, "sbom", "validate", "wrong.cdx.json", "--format", "json").json["valid"] is False


def test_nobody_can_tell(run: Run, web: Path) -> None:
    (web / "new.cdx.json").write_text(bom("grid", specVersion="1.99"))
    done = run(web, "sbom", "validate", "new.cdx.json")
    assert (done.code, done.err.splitlines()[0]) == (
        2,
        "ospo-gate: new.cdx.json: there is no JSON schema of this version of CycloneDX",
    )
    assert "pip install" not in done.err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_the_shells_of_windows_write(run: Run, web: Path, encoding: str) -> None:
    (web / "shell.cdx.json").write_text(bom("grid").replace("\n", "\r\n"), encoding=encoding, newline="")
    assert run(web, "sbom", "validate", "shell.cdx.json").code == 0
    assert run(web, "sbom", "diff", "shell.cdx.json", "shell.cdx.json").out == "no difference\n"


def test_a_fault_shows_no_credentials(run: Run, web: Path) -> None:
    wrong = component("grid", type="https://ada:s3cret@example.com/x")
    (web / "secret.cdx.json").write_text(bom(wrong))
    assert "s3cret" not in run(web, "sbom", "validate", "secret.cdx.json").out


def test_standard_input(run: Run, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TAGS.encode())))
    assert run(web, "sbom", "validate", "-").out == "- is valid by the rules of SPDX 2.3.\n"


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("sbom.cdx.json", "cyclonedx-json"),
        ("sbom.cdx.xml", "cyclonedx-xml"),
        ("sbom.spdx.json", "spdx-json"),
        ("sbom.spdx", "spdx-tag-value"),
        ("sbom.spdx3.json", "spdx3-json"),
    ],
)
def test_the_command_that_is_named_makes_it_match(run: Run, tmp_path: Path, name: str, format_: str) -> None:
    policy = "version: 1\nsbom: {minimum_elements: cra}\n"
    checkout = Checkout(tmp_path / "shop", {"package-lock.json": lock(grid="MIT"), "policy.yaml": policy})
    assert run(checkout.path, "sbom", "--format", format_, f"--output={name}", "--author", "Example Corp").code == 0
    checkout.commit({}, "SBOM")
    checkout.branch("topic")
    checkout.commit({"package-lock.json": lock(grid="MIT", chart="MIT")})
    report = run(checkout.path, "check", "--base", "main", "--format", "json").json
    (finding,) = [item for item in report["findings"] if item["rule"] == "sbom-outdated"]
    (command,) = finding["fix"]["commands"]
    assert run(checkout.path, *shlex.split(command)[1:]).code == 0
    checkout.commit({}, "SBOM anew")
    report = run(checkout.path, "check", "--base", "main", "--format", "json").json
    assert [item for item in report["findings"] if item["check"] == "sbom"] == []
    assert run(checkout.path, "sbom", "validate", name).code == 0


def test_everything_in_the_tree(run: Run, tmp_path: Path) -> None:
    files = {
        "package-lock.json": lock(grid="MIT"),
        "sbom.cdx.json": bom("gone"),
        "policy.yaml": "version: 1\nsbom: {minimum_elements: cisa}\n",
    }
    checkout = Checkout(tmp_path / "shop", files)
    report = run(checkout.path, "check", "--all", "--format", "json").json
    assert sorted(item["rule"] for item in report["findings"]) == ["sbom-incomplete", "sbom-outdated"]
    assert json.dumps(report).count("ospo-gate sbom --format cyclonedx-json") == 1
