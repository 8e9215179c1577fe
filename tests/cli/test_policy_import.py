"""`ospo-gate policy import` as a user meets it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.checkout import Ran, command

DENY = """[licenses]
allow = ["MIT", "BSD"]

[advisories]
ignore = ["RUSTSEC-2024-0001"]
"""
WHO = ("--approved-by", "@example/security")


def run(folder: Path, *arguments: str, text: str = DENY, **options: Any) -> Ran:
    (folder / "deny.toml").write_text(text)
    return command(["policy", "import", *arguments], folder, **options)


def test_the_policy_is_printed_and_the_table_stands_beside_it(tmp_path: Path) -> None:
    done = run(tmp_path, "deny.toml", *WHO)
    assert done.code == 0, done.err
    assert done.out.startswith("# Imported from deny.toml (cargo-deny) on ")
    assert "    - MIT  # deny.toml:2\n" in done.out
    assert "  line 2  licenses.allow: BSD → not taken over\n" in done.err
    (tmp_path / "policy.yaml").write_text(done.out)
    valid = command(["policy", "validate"], tmp_path)
    assert valid.code == 0, valid.out + valid.err
    assert "warning" not in valid.out


def test_the_policy_goes_into_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    done = run(tmp_path, "deny.toml", *WHO, "--output", "policy.yaml", "--format", "json")
    assert (done.code, done.err) == (0, "Wrote policy.yaml. Next: ospo-gate policy validate policy.yaml\n")
    assert done.json["kind"] == "cargo-deny"
    assert {"licenses.allow", None} <= {row["becomes"] for row in done.json["settings"]}
    again = run(tmp_path, "deny.toml", *WHO, "--output", "policy.yaml")
    assert (again.code, again.err.splitlines()[0]) == (2, "ospo-gate: policy.yaml exists already")


def test_the_table_for_a_pull_request(tmp_path: Path) -> None:
    done = run(tmp_path, "deny.toml", *WHO, "--output", "policy.yaml", "--format", "markdown")
    assert "| 2 | `licenses.allow: BSD` | *not taken over* |" in done.out


def test_standard_input_and_the_day_of_the_review(tmp_path: Path) -> None:
    done = run(
        tmp_path, "-", "--from", "trivy", *WHO, "--waivers-end", "2099-12-31", input="CVE-2026-1 # no input\n"
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "expires: 2099-12-31" in done.out
    assert "reason: no input" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.toml"], "there is no such file: none.toml"),
        (["deny.toml"], "deny.toml: 1 entry ignores a finding, and an exception needs somebody who approved it"),
        (["deny.toml", "--approved-by", "ada"], "--approved-by: expected a person or a team"),
        (["deny.toml", *WHO, "--waivers-end", "2020-01-01"], "--waivers-end: 2020-01-01 is over"),
        (["deny.toml", *WHO, "--waivers-end", "soon"], "--waivers-end: expected a day"),
        (["deny.toml", "--from", "snyk"], "deny.toml:2: it is not YAML"),
        (["."], ". cannot be read: Is a directory"),
        (["deny.toml", *WHO, "--output", "no/policy.yaml"], "there is no folder to write no/policy.yaml into"),
    ],
)
def test_errors_are_one_line_and_a_hint(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = run(tmp_path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ospo-gate: {message}"), done.err


def test_text_that_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"[licenses]\n# \xe9\n")
    done = command(["policy", "import", "latin.toml", "--from", "cargo-deny"], tmp_path)
    assert (done.code, done.err.splitlines()[0]) == (2, "ospo-gate: latin.toml:2: not UTF-8 text")


def test_the_help_names_every_kind(tmp_path: Path) -> None:
    from app.cli.arguments.policy import KINDS
    from checks.imports.kinds import IDS

    assert sorted(IDS) == sorted(KINDS)


def test_the_table_as_json_is_json(tmp_path: Path) -> None:
    done = run(tmp_path, "deny.toml", *WHO, "--format", "json")
    assert json.loads(done.err)["file"] == "deny.toml"
