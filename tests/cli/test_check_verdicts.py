"""Conclusions, exit codes and the places where they are written."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.action.runner import assignments
from tests.cli.checkout import CLEAN, COMMAND, COPYLEFT, GIT, POLICY, Checkout, change, command, lock
from tests.cli.conftest import Run

BASE = {"policy.yaml": POLICY, **CLEAN}
EVALUATE = "version: 1\nmode: evaluate\nlicenses: {}\nsignoff: {}\n"


@pytest.mark.parametrize(
    ("policy", "files", "conclusion", "code"),
    [
        (POLICY, {"readme.txt": "x"}, "passed", 0),
        ("version: 1\nlicenses: {}\n", {"readme.txt": "x"}, "nothing-to-check", 0),
        (POLICY, {"package-lock.json": lock(tiny="MIT", vague="")}, "warnings", 0),
        (POLICY, COPYLEFT, "blocked", 1),
        (POLICY, {"package-lock.json": "{"}, "cannot-judge", 1),
        (EVALUATE, COPYLEFT, "would-block", 0),
        ("version: 1\nmode: off\nlicenses: {}\n", COPYLEFT, "off", 0),
    ],
)  # fmt: skip
def test_conclusions_and_exit_codes(
    run: Run, tmp_path: Path, policy: str, files: dict[str, str], conclusion: str, code: int
) -> None:
    checkout = change(tmp_path / "web", {**CLEAN, "policy.yaml": policy}, dict(files))
    done = run(checkout.path, "check", "--format", "json")
    assert (done.conclusion, done.code) == (conclusion, code)
    assert run(checkout.path, "check").code == code


def test_enforce_fails_where_it_would_block_and_changes_nothing_else(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", {**CLEAN, "policy.yaml": EVALUATE}, dict(COPYLEFT))
    done = run(checkout.path, "check", "--enforce", "--format", "json")
    assert (done.code, done.conclusion) == (1, "would-block")
    assert run(checkout.path, "check", "--enforce", "--base=HEAD").code == 0


def test_an_invalid_policy_is_exit_2_with_its_line(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", {**CLEAN, "policy.yaml": "version: 1\nlicences: {}\n"}, dict(COPYLEFT))
    done = run(checkout.path, "check")
    assert done.code == 2
    assert done.err.startswith("policy.yaml:2:1: ")
    assert "licenses" in done.err


def test_a_fault_of_ours_is_exit_3_with_a_report(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.gate import Gate

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("::error::from a name")

    monkeypatch.setattr(Gate, "judge_fully", broken)
    checkout = Checkout(tmp_path / "web", BASE)
    done = run(checkout.path, "check")
    assert (done.code, done.out) == (3, "")
    assert "this is a fault of ospo-gate, not of your change" in done.err
    silent = run(checkout.path, "check", "--format", "workflow").err.splitlines()
    assert silent[0].startswith("::stop-commands::")
    assert silent[-1] == f"::{silent[0].removeprefix('::stop-commands::')}::"


def test_only_judges_what_is_named_and_always_the_inventory(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BASE, {**COPYLEFT, "uv.lock": "not toml"}, signed=False)

    def checks(*arguments: str) -> set[str]:
        return {
            finding["check"] for finding in run(checkout.path, "check", "--format=json", *arguments).json["findings"]
        }

    assert checks() == {"licenses", "signoff", "inventory"}
    assert checks("--only=signoff") == {"signoff", "inventory"}
    assert checks("--only", " licenses , signoff ") == {"licenses", "signoff", "inventory"}


def test_all_judges_everything_as_it_stands(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", {"policy.yaml": POLICY, **COPYLEFT})
    assert run(checkout.path, "check", "--base=HEAD").code == 0
    done = run(checkout.path, "check", "--all", "--format=json")
    assert (done.code, done.json["base"], done.json["head"]) == (1, None, checkout.head)


def test_all_in_a_plain_folder(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "package-lock.json").write_text(COPYLEFT["package-lock.json"])
    (folder / "policy.yaml").write_text(POLICY)
    done = run(tmp_path, "check", "plain", "--all", "--format=json")
    assert (done.code, done.json["head"], done.conclusion) == (1, None, "blocked")


def test_a_renamed_lock_file_brings_nothing_new(run: Run, tmp_path: Path) -> None:
    base = {"policy.yaml": POLICY, **COPYLEFT}
    moved = {"package-lock.json": None, "web/package-lock.json": COPYLEFT["package-lock.json"]}
    checkout = change(tmp_path / "web", base, moved)
    done = run(checkout.path, "check", "--format=json")
    assert (done.code, done.conclusion) == (0, "passed")


def test_a_deleted_lock_file_takes_its_findings_along(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", {"policy.yaml": POLICY, **COPYLEFT}, {"package-lock.json": None})
    done = run(checkout.path, "check", "--format=json")
    assert (done.code, done.json["findings"]) == (0, [])


def test_a_link_that_is_named_like_a_lock_file_is_not_followed(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", {"policy.yaml": POLICY, "real.json": CLEAN["package-lock.json"]})
    checkout.branch("topic")
    (checkout.path / "package-lock.json").symlink_to("real.json")
    checkout.commit({})
    assert run(checkout.path, "check", "--format=json").conclusion == "cannot-judge"


def test_every_format_at_once(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BASE, dict(COPYLEFT))
    out = tmp_path / "out"
    out.mkdir()
    also = [
        f"--also={format_}={out / format_}" for format_ in ("text", "json", "sarif", "markdown", "workflow", "outputs")
    ]
    done = run(
        checkout.path, "check", "--output", str(out / "report.txt"), *also, f"--also=markdown={out / 'again.md'}"
    )
    assert (done.code, done.out, done.err) == (1, "", "")
    assert (out / "text").read_text() == (out / "report.txt").read_text()
    assert json.loads((out / "json").read_text())["conclusion"] == "blocked"
    assert json.loads((out / "sarif").read_text())["version"] == "2.1.0"
    assert (out / "markdown").read_text() == (out / "again.md").read_text()
    assert (out / "workflow").read_text().startswith("::error ")
    values = assignments((out / "outputs").read_text())
    assert {name: value for name, value in values.items() if not name.endswith(("changes", "content"))} == {
        "conclusion": "blocked", "blocking": "1", "warnings": "0", "waived": "0",
        "sarif-file": str(out / "sarif"), "report-file": str(out / "json"),
    }  # fmt: skip


def test_the_files_of_a_runner_are_appended_to(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    summary, other = tmp_path / "summary.md", tmp_path / "other.md"
    for file in (summary, other):
        file.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run(checkout.path, "check", f"--also=markdown={summary}", f"--also=markdown={other}")
    assert summary.read_text().startswith("# Before\n### ")
    assert other.read_text().startswith("### ")


def test_the_outputs_only_claim_what_was_written(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    outputs, locked = tmp_path / "outputs", tmp_path / "locked"
    locked.touch()
    done = run(checkout.path, "check", f"--also=outputs={outputs}", f"--also=json={locked}/a")
    assert done.code == 2
    assert not outputs.exists()


def test_color_only_on_a_terminal_and_as_the_user_decides(tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BASE, dict(COPYLEFT))
    assert "\x1b" not in command(["check"], checkout.path).out
    assert "\x1b" in command(["check"], checkout.path, {"FORCE_COLOR": "1"}).out
    assert "\x1b" not in command(["check"], checkout.path, {"FORCE_COLOR": "0"}).out
    assert "\x1b" not in command(["check"], checkout.path, {"FORCE_COLOR": "1", "NO_COLOR": "1"}).out
    assert "\x1b" in _on_a_terminal(checkout.path, {"TERM": "xterm"})
    assert "\x1b" not in _on_a_terminal(checkout.path, {"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in _on_a_terminal(checkout.path, {"TERM": "dumb"})


def _on_a_terminal(folder: Path, environ: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    clean = {
        n: v for n, v in os.environ.items() if n not in ("NO_COLOR", "FORCE_COLOR") and not n.startswith("GITHUB_")
    }
    process = subprocess.Popen([COMMAND, "check"], cwd=folder, env=clean | GIT | environ, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:
        pass  # how Linux says that the other side is closed
    os.close(ours)
    assert process.wait() == 1
    return shown.decode()


@pytest.mark.parametrize("arguments", [["check"], ["check", "--format=sarif"]])
def test_a_reader_that_goes_away_changes_no_verdict(tmp_path: Path, arguments: list[str]) -> None:
    checkout = change(tmp_path / "web", BASE, dict(COPYLEFT))
    reader, writer = os.pipe()
    os.close(reader)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        [COMMAND, *arguments], cwd=checkout.path, env=clean | GIT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    with open("/dev/full", "w") as full:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        done = subprocess.run(
            [COMMAND, "check"], cwd=checkout.path, env=clean | GIT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert b"standard output cannot be written: No space left" in done.stderr


def test_the_repository_in_a_waiver(run: Run, tmp_path: Path) -> None:
    waiver = (
        "waivers:\n"
        "  - {id: W-1, rules: [license-not-allowed], package: pkg:npm/glyph-core, repositories: [example/web],\n"
        "     reason: It is a font., approved_by: '@grace', expires: 2099-12-31}\n"
    )
    checkout = change(tmp_path / "web", {**CLEAN, "policy.yaml": POLICY + waiver}, dict(COPYLEFT))
    assert run(checkout.path, "check").code == 1
    assert run(checkout.path, "check", "--repository-name=example/web").code == 0


def test_every_option_is_explained(run: Run, tmp_path: Path) -> None:
    import argparse

    from app.cli.main import COMMANDS, parser

    waiting, seen = [parser(), *(parser(name) for name in COMMANDS)], 0
    while waiting:
        for action in waiting.pop()._actions:
            seen += 1
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())
                assert all(choice.help for choice in action._choices_actions)
            else:
                assert action.help, action.option_strings or action.dest
    assert seen > 30
    for arguments in ([], ["check"], ["inventory"], ["policy"], ["policy", "validate"], ["serve"]):
        done = run(tmp_path, *arguments, "--help")
        assert (done.code, done.err) == (0, "")
        assert all(len(line) <= 120 for line in done.out.splitlines())


@pytest.mark.parametrize(
    "arguments", [[], ["chek"], ["check", "--frmat=json"], ["check", "--form=json"], ["inventory"]]
)
def test_a_wrong_command_line_is_exit_2(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: ospo-gate")


def test_the_bare_command_shows_its_help(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path)
    assert done.code == 2
    assert "ospo-gate policy init" in done.err
