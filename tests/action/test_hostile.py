"""What a stranger's checkout, its names and odd inputs may try: nothing runs, and nothing speaks to the runner."""

import json
import os
from pathlib import Path

import pytest

from tests.action.planted import planted
from tests.action.runner import Runner, pull_request
from tests.action.test_action import BASE, Proposal
from tests.cli.checkout import COPYLEFT, POLICY, Checkout
from tests.render.rendered import pages


def test_nothing_that_the_checkout_plants_is_run(runner: Runner, tmp_path: Path) -> None:
    traps = tmp_path / "traps"
    traps.mkdir()
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, **planted()})
    for name in ("git", "python3", "ospo-gate"):
        (proposal.checkout.path / name).chmod(0o755)
    runner.environ = {"TRAP": str(traps)}
    done = runner.judge(proposal.checkout, proposal.event)
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked"), done.out + done.err
    assert os.listdir(traps) == []


def test_variables_that_steer_python_are_unset(runner: Runner, tmp_path: Path) -> None:
    """An earlier step may have set one for its own needs, relative to the checkout."""
    traps = tmp_path / "traps"
    traps.mkdir()
    proposal = Proposal(tmp_path / "web", {**COPYLEFT, **planted()})
    runner.environ = dict.fromkeys(("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"), ".")
    runner.environ |= {"TRAP": str(traps), "PYTHONSTARTUP": "sitecustomize.py", "PYTHONINSPECT": "1"}
    done = runner.judge(proposal.checkout, proposal.event)
    assert (done.code, done.outputs["conclusion"]) == (1, "blocked"), done.out + done.err
    assert os.listdir(traps) == []


def test_the_installation_ran_nothing_of_the_checkout(installed: Path) -> None:
    assert os.listdir(installed / "traps") == []


def test_an_installation_that_cannot_succeed_says_so(runner: Runner, tmp_path: Path) -> None:
    """A python whose environments have a pip that always fails."""
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\n[ "$3" = venv ] || exit 0\nmkdir -p "$4/bin"\ncp /bin/false "$4/bin/python"\n')
    python.chmod(0o755)
    fresh = Runner(tmp_path / "temp", runner.action_path)
    fresh.temp.mkdir()
    fresh.environ = {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    done = fresh.run(Checkout(tmp_path / "web", {}), {}, step_="Install ospo-gate")
    assert done.code == 3
    assert "::error title=ospo-gate::ospo-gate could not be installed." in done.out


def test_a_runner_with_an_old_python_is_told_what_to_do(runner: Runner, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "python3"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    runner.environ = {"PATH": f"{old.parent}:{os.environ['PATH']}"}
    done = runner.run(Checkout(tmp_path / "web", {}), {}, step_="Install ospo-gate")
    assert (done.code, "older than 3.11" in done.out) == (3, True)


#: Input values that would do harm if a script or an argument parser took them for more than text.
_ODD = [
    '"; touch trap; echo "',
    "'; touch trap; echo '",
    "$(touch trap)",
    "`touch trap`",
    "${IFS}touch${IFS}trap",
    "--help",
    "-h",
    "--all",
    "one\ntwo",
    "::error::from an input",
    "##[error]from an input",
    "*",
    "%0A::warning::x",
    "a b",
]


@pytest.mark.parametrize(("number", "value"), list(enumerate(_ODD)))
def test_inputs_are_text_and_nothing_more(runner: Runner, tmp_path: Path, number: int, value: str) -> None:
    checkout = Checkout(tmp_path / "web", {**BASE, "--help/readme": "x"})
    event = pull_request(checkout.head, checkout.head)
    for name in ("path", ("base", "head", "policy", "only")[number % 4]):
        done = runner.judge(checkout, event, **{name: value})
        # `-h` and `--help` are names here, and `--help/` happens to exist.
        assert done.code == (0 if name == "path" and value == "--help" else 2), (name, done.out)
        assert all(line.startswith("::error title=ospo-gate::") for line in done.commands), done.out
        assert len(done.out.splitlines()) <= 1
        assert "usage:" not in done.out + done.err
    assert not (checkout.path / "trap").exists()


@pytest.mark.parametrize("value", ["$(touch trap)", "yes", "TRUE", "true\nfalse", "::error::x"])
def test_switches_are_true_or_false(runner: Runner, tmp_path: Path, value: str) -> None:
    checkout = Checkout(tmp_path / "web", BASE)
    event = pull_request(checkout.head, checkout.head)
    name = ("all", "enforce", "summary")[len(value) % 3]
    done = runner.judge(checkout, event, **{name: value})
    assert (done.code, done.out) == (2, f"::error title=ospo-gate::The input {name} is neither true nor false.\n")
    assert not (checkout.path / "trap").exists()


@pytest.mark.parametrize(
    "name", ["gate.sarif\nconclusion=passed", "a\r\nb", "x<<EOF\nblocking=0\nEOF", '"$(touch trap)".json']
)
def test_a_file_name_cannot_forge_an_output(runner: Runner, tmp_path: Path, name: str) -> None:
    proposal = Proposal(tmp_path / "web", COPYLEFT)
    done = runner.judge(proposal.checkout, proposal.event, sarif_file=name, report_file="--report.json")
    assert done.code == 1, done.out
    assert done.outputs["conclusion"] == "blocked"
    assert done.outputs["blocking"] == "1"
    assert done.outputs["sarif-file"] == name
    assert done.outputs["report-file"] == "--report.json"
    assert json.loads((proposal.checkout.path / name).read_text())["version"] == "2.1.0"
    assert not (proposal.checkout.path / "trap").exists()


@pytest.mark.parametrize("link", ["gate.sarif", "out"])
def test_a_link_in_the_checkout_leads_no_report_elsewhere(runner: Runner, tmp_path: Path, link: str) -> None:
    """A pull request may plant a link where it knows that the workflow writes."""
    target = tmp_path / "outside"
    target.mkdir()
    proposal = Proposal(tmp_path / "web", COPYLEFT)
    (proposal.checkout.path / link).symlink_to(target if link == "out" else target / "profile")
    file = "out/gate.sarif" if link == "out" else link
    done = runner.judge(proposal.checkout, proposal.event, sarif_file=file)
    assert done.code == 2
    assert f"{link} is a link" in done.out
    assert os.listdir(target) == []


_NAMES = [
    "x%0A::error::injected",
    "::error file=a.py::injected",
    "##[error]injected",
    "x\n::add-mask::a",
    "x\r::stop-commands::y",
    "<img src=x onerror=alert(1)>",
    "[link](https://evil.example)",
    "@example/everybody",
    "\u202eevil\u200b",
    "a\x1b[31mred\x07",
]


def test_names_of_packages_are_inert_in_commands_and_in_the_summary(runner: Runner, tmp_path: Path) -> None:
    entries = {f"node_modules/{name}": {"version": "1.0.0", "license": f"GPL {name}"} for name in _NAMES}
    text = json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}, **entries}}, indent=2)
    proposal = Proposal(tmp_path / "web", {"package-lock.json": text, "EOF/::error::/package-lock.json": text})
    done = runner.judge(proposal.checkout, proposal.event, report_file="r.json", sarif_file="s.sarif")
    assert done.code == 1
    assert done.outputs["conclusion"] in ("blocked", "cannot-judge")
    for line in done.out.splitlines():
        assert line.startswith(("::error ", "::warning ", "::notice ", "ospo-gate: ")), line
        assert "##[" not in line
        assert "\x1b" not in line
    for page in pages(done.summary):
        assert "img" not in page.tags
        assert not any("evil.example" in link for link in page.links)
    for harm in ("\u202e", "\x1b", "\n::", "\n##["):
        assert harm not in done.summary, harm
    assert int(done.outputs["blocking"]) >= len(_NAMES) - 2


def test_a_policy_error_is_one_annotation(runner: Runner, tmp_path: Path) -> None:
    base = {**BASE, "policy.yaml": 'version: 1\nlicences: {}\n"::error::x": 1\n'}
    proposal = Proposal(tmp_path / "web", COPYLEFT, base)
    done = runner.judge(proposal.checkout, proposal.event)
    assert done.code == 2
    assert len(done.commands) == 1
    assert "policy.yaml:2:1" in done.out
    assert "licenses" in done.out


def test_without_a_policy_it_only_evaluates(runner: Runner, tmp_path: Path) -> None:
    base = {name: text for name, text in BASE.items() if text != POLICY}
    proposal = Proposal(tmp_path / "web", COPYLEFT, base)
    done = runner.judge(proposal.checkout, proposal.event)
    assert (done.code, done.outputs["conclusion"]) == (0, "would-block")
    assert "ospo-gate policy init" in done.summary
