"""`ospo-gate policy validate` reads all that the gate reads: what the policy extends, decisions, texts to sign."""

import io
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from app.cli.main import main

Validate = Callable[..., tuple[int, str, str]]
WAIVER = """\
id: W-1
rules: [license-not-allowed]
package: pkg:npm/glyph-core
reason: Only the build uses it.
approved_by: "@grace"
expires: 2099-12-31
"""


@pytest.fixture
def validate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Validate:
    """Run it in a folder with these files: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str], *arguments: str) -> tuple[int, str, str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        code = main(["policy", "validate", *arguments])
        return code, *capsys.readouterr()

    return run


LAYERED = {
    "policy.yaml": (
        "version: 1\nextends: enterprise.yaml\noverrides:\n"
        "  - {match: {properties: {distribution: internal}}, licenses: {allow_also: [weak-copyleft]}}\n"
    ),
    "enterprise.yaml": "version: 1\nlicenses: {}\n",
    "waivers/W-1.yaml": WAIVER,
}


def test_it_says_what_it_read(validate: Validate) -> None:
    assert validate(LAYERED) == (
        0,
        "policy.yaml: valid · mode enforce · checks: licenses, inventory · 1 waiver · 1 override · "
        "1 decision in waivers/ · with enterprise.yaml\n",
        "",
    )
    said = json.loads(validate({}, "--format", "json")[1])
    assert said["valid"]
    assert said["read"] == {
        "waivers": 1, "overrides": 1, "decisions": ["waivers/W-1.yaml"], "others": ["enterprise.yaml"]
    }  # fmt: skip


def test_each_fault_is_named_in_its_file(validate: Validate) -> None:
    files = {
        "policy.yaml": "version: 1\nextends: enterprise.yaml\noverrides:\n  - {match: {paths: web/*}, mood: off}\n",
        "enterprise.yaml": "version: 1\nlicenses: {allow: [permisive]}\n",
        "waivers/W-1.yaml": WAIVER.replace("license-not", "licence-not"),
    }
    code, out, err = validate(files)
    assert (code, out) == (2, "")
    places = [line.partition(" ")[0] for line in err.splitlines() if line[:1].strip()]
    assert places == ["policy.yaml:4:29:", "enterprise.yaml:2:20:", "waivers/W-1.yaml:2:9:", "policy.yaml:"]
    assert "overrides.0.mood: unknown key" in err


def test_a_file_elsewhere_is_named_so_that_it_can_be_opened(validate: Validate, tmp_path: Path) -> None:
    validate(LAYERED | {"waivers/W-1.yaml": "id: [\n"})
    _, _, err = validate({}, str(tmp_path / "policy.yaml"))
    assert err.startswith(f"{tmp_path}/waivers/W-1.yaml:2:1: not valid YAML")
    (tmp_path / "policy.yaml").write_text("version: 2\n")
    _, _, err = validate({}, str(tmp_path / "policy.yaml"))
    assert err.startswith(f"{tmp_path}/policy.yaml:1:10: version")


def test_warnings_are_named_in_their_file(validate: Validate) -> None:
    code, out, _ = validate(LAYERED | {"waivers/W-1.yaml": WAIVER.replace("2099", "2001")})
    assert code == 0
    assert "\nwaivers/W-1.yaml:6:1: warning: waivers.0.expires: the waiver W-1 ended with 2001-12-31" in out


def test_an_open_file_of_an_editor_is_read_with_what_lies_beside_it(
    validate: Validate, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = LAYERED["policy.yaml"].encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(policy)))
    code, out, _ = validate({name: text for name, text in LAYERED.items() if name != "policy.yaml"}, "-")
    assert (code, out.partition(":")[0]) == (0, "<stdin>")
    assert "with enterprise.yaml" in out


TEXT = "I agree.\n"
CLA = "version: 1\nagreements:\n  documents:\n    - {{name: cla, version: '1', text: cla.md, sha256: '{}'}}\n"


@pytest.mark.parametrize(
    ("text", "digest", "said"),
    [
        (TEXT, sha256(TEXT.encode()).hexdigest().upper(), ""),
        (TEXT, "0" * 64, "the text in cla.md has another SHA-256: " + sha256(TEXT.encode()).hexdigest()),
        ("\n", "0" * 64, "cla.md is empty"),
        (None, "0" * 64, "cla.md is not there"),
    ],
)
def test_a_text_that_people_sign_is_there_and_is_what_was_pinned(
    validate: Validate, text: str | None, digest: str, said: str
) -> None:
    files = {"policy.yaml": CLA.format(digest)} | ({"cla.md": text} if text is not None else {})
    code, out, err = validate(files)
    assert (code, said in err, "with cla.md" in out) == (2 if said else 0, True, not said)
    assert not said or err.startswith("policy.yaml:4:")


def test_a_text_of_an_override_is_looked_at_too(validate: Validate) -> None:
    document = "{name: cla, version: '1', text: texts/cla.md}"
    policy = f"version: 1\noverrides:\n  - {{match: {{topics: web}}, agreements: {{documents: [{document}]}}}}\n"
    code, _, err = validate({"policy.yaml": policy})
    assert (code, "texts/cla.md is not there" in err) == (2, True)
