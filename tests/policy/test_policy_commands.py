"""`ospo-gate policy` as a user meets it."""

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from app.cli.main import main
from tests.policy.examples import EVERYTHING, waiver


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `ospo-gate policy …`: exit code, standard output, standard error."""

    def _run(*arguments: str) -> Ran:
        code = main(["policy", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return _run


def write(text: str, name: str = "policy.yaml") -> None:
    Path(name).write_text(dedent(text), encoding="utf-8")


def test_init_writes_a_policy_that_is_valid_and_only_evaluates(run: Run) -> None:
    code, out, _ = run("init")
    assert (code, out.partition(".")[0]) == (0, "Wrote policy")
    assert run("validate") == (
        0,
        "policy.yaml: valid · mode evaluate · checks: signoff, licenses, inventory · 0 waivers\n",
        "",
    )


def test_init_never_touches_what_is_there(run: Run) -> None:
    write("version: 1\n")
    code, out, err = run("init")
    assert (code, out) == (2, "")
    assert err == (
        "ospo-gate: policy.yaml exists already\n"
        "  Check it with: ospo-gate policy validate policy.yaml; write over it with --force\n"
    )
    assert Path("policy.yaml").read_text() == "version: 1\n"


def test_init_into_a_folder_that_is_not_there(run: Run) -> None:
    assert run("init", "no/policy.yaml") == (
        2,
        "",
        "ospo-gate: no/policy.yaml cannot be written: No such file or directory\n",
    )


def test_validate_names_every_fault_with_what_to_do(run: Run) -> None:
    write("""\
        version: 1
        mode: enforc
        licences: {}
        """)
    assert run("validate") == (
        2,
        "",
        dedent("""\
            policy.yaml:2:7: mode: expected 'enforce', 'evaluate' or 'off', not 'enforc'
                did you mean 'enforce'?
            policy.yaml:3:1: licences: unknown key
                did you mean 'licenses'?

            policy.yaml: not valid · 2 errors. Nothing is judged by it.
            """),
    )


def test_validate_warns_and_passes(run: Run) -> None:
    today = datetime.now(UTC).date()
    write("version: 1\nlicenses: {}\n" + waiver(expires=str(today - timedelta(days=1))))
    code, out, err = run("validate")
    assert (code, err) == (0, "")
    assert out == (
        "policy.yaml: valid · mode enforce · checks: licenses, inventory · 1 waiver · 1 warning\n"
        f"policy.yaml:9:5: warning: waivers.0.expires: the waiver W-1 ended with {today - timedelta(days=1)}: "
        "what it covered counts again\n    remove it, or have it approved once more\n"
    )


def test_validate_reads_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"version: 1\nmood: off\n")))
    code, _, err = run("validate", "-")
    assert code == 2
    assert err.startswith("<stdin>:2:1: mood: unknown key\n    did you mean 'mode'?\n")


def test_validate_tells_editors_in_json(run: Run) -> None:
    write("version: 1\nmood: off\n")
    code, out, err = run("validate", "--format", "json")
    assert (code, err) == (2, "")
    assert json.loads(out) == {
        "file": "policy.yaml",
        "valid": False,
        "errors": [
            {
                "line": 2,
                "column": 1,
                "key": "mood",
                "message": "unknown key",
                "hint": "did you mean 'mode'?",
                "file": "policy.yaml",
            }
        ],
        "warnings": [],
    }
    write("version: 1\n" + waiver())
    code, out, _ = run("validate", "--format", "json")
    assert (code, json.loads(out)["valid"], json.loads(out)["warnings"][0]["key"]) == (0, True, "waivers.0.rules")


@pytest.mark.parametrize("verb", ["validate", "explain"])
def test_a_file_that_is_not_there_or_not_a_file(verb: str, run: Run) -> None:
    hint = "  Write a first one with: ospo-gate policy init\n"
    assert run(verb) == (2, "", f"ospo-gate: there is no such file: policy.yaml\n{hint}")
    assert run(verb, ".") == (2, "", "ospo-gate: . cannot be read: Is a directory\n")


def test_a_file_without_end_is_not_read_to_its_end(run: Run) -> None:
    code, _, err = run("validate", "/dev/zero")
    assert code == 2
    assert err.startswith("/dev/zero:1:1: the file has 4,000,001 characters, the limit is 1,000,000")


def test_explain_shows_every_value_with_its_line(run: Run) -> None:
    write("""\
        version: 1
        licenses:
          allow: [permissive, MPL-2.0]
          deny: [JSON, network-copyleft]
          contexts: {hosted: {deny_also: [ISC, {license: Zlib, reason: Why not.}]}}
          levels: {license-missing: block}
          exceptions:
            - {package: pkg:npm/caniuse-lite, allow: [CC-BY-4.0], reason: Data that is attributed in the NOTICE file.}
        """)
    code, out, err = run("explain")
    assert (code, err) == (0, "")
    rows = [re.split(r" {2,}", line.rstrip()) for line in out.splitlines()]
    expected = [
        ["version", "1", "policy.yaml:1"],
        ["mode", "enforce", "default"],
        ["owner"],
        ["", "team", "–", "default"],
        ["signoff", "off", "default"],
        ["licenses", "on", "policy.yaml:2"],
        ["", "levels", "policy.yaml:6"],
        ["", "license-not-allowed", "block", "default"],
        ["", "license-missing", "block", "policy.yaml:6"],
        ["", "allow", "permissive, MPL-2.0", "policy.yaml:3"],
        ["", "deny", "JSON, network-copyleft", "policy.yaml:4"],
        ["", "with_falls_back_to_base", "true", "default"],
        ["", "development"],
        ["", "allow_also", "–", "default"],
        ["", "contexts", "policy.yaml:5"],
        ["", "hosted", "policy.yaml:5"],
        ["", "allow_also", "–", "default"],
        ["", "deny_also", "policy.yaml:5"],
        ["", "ISC", "policy.yaml:5"],
        ["", "Zlib", "policy.yaml:5"],
        ["", "reason", "Why not.", "policy.yaml:5"],
        ["", "exceptions", "policy.yaml:7"],
        ["", "pkg:npm/caniuse-lite", "policy.yaml:8"],
        ["", "allow", "CC-BY-4.0", "policy.yaml:8"],
        ["", "reason", "Data that is attributed in the NOTICE file.", "policy.yaml:8"],
    ]
    assert [row for row in rows if row in expected] == expected
    starts = {line.index("policy.yaml:") for line in out.splitlines() if "policy.yaml:" in line}
    assert len(starts) == 1, "the places stand under each other"


def test_explain_groups_waivers_under_their_ids_and_leaves_out_what_they_do_not_say(run: Run) -> None:
    write(EVERYTHING)
    _, out, _ = run("explain")
    second = out[out.index("  W-2026-015") : out.index("\n\nsignoff")]
    assert [line.split()[0] for line in second.splitlines()] == [
        *("W-2026-015", "rules", "reason", "approved_by", "expires", "commits"),
    ]
    assert out.isprintable() or all(line.isprintable() for line in out.splitlines())


def test_explain_refuses_what_is_not_valid(run: Run) -> None:
    write("version: 1\nmood: off\n")
    code, out, err = run("explain")
    assert (code, out) == (2, "")
    assert err.startswith("policy.yaml:2:1: mood: unknown key (did you mean 'mode'?)\n")


def test_schema_prints_the_schema(run: Run) -> None:
    code, out, _ = run("schema")
    assert code == 0
    assert json.loads(out)["title"] == "ospo-gate policy"


@pytest.mark.parametrize("verb", ["init", "validate", "explain", "schema"])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["policy", verb, "--help"])
    assert left.value.code == 0
    assert f"ospo-gate policy {verb}" in capsys.readouterr().out
