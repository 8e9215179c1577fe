"""What an Actions runner does with a composite action, as far as ours needs it: expressions, environment, steps."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cli.checkout import GIT, Checkout

ROOT = Path(__file__).parent.parent.parent
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*(?:!=\s*'([^']*)')?\s*\}\}")


def action() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return document


@dataclass
class Done:
    """What a run of the action left behind."""

    code: int = 0
    out: str = ""
    err: str = ""
    summary: str = ""
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[str]:
        """The lines that the runner obeys; it trims spaces first."""
        return [line for line in self.out.splitlines() if line.strip().startswith("::") or "##[" in line]


class Runner:
    """A job on one machine: `temp` is RUNNER_TEMP, `action_path` the folder into which the action was downloaded."""

    def __init__(self, temp: Path, action_path: Path) -> None:
        self.temp = temp
        self.action_path = action_path
        self.environ: dict[str, str] = {}

    def run(
        self,
        checkout: Checkout,
        event: Mapping[str, Any],
        name: str = "pull_request",
        step_: str | None = None,
        **inputs: str,
    ) -> Done:
        """Run the steps that have a script (or the one called `step_`) on the checkout. Input names use `_` for `-`."""
        document = action()
        given = {key.replace("_", "-"): value for key, value in inputs.items()}
        assert set(given) <= set(document["inputs"])
        values = {f"inputs.{key}": given.get(key, spec.get("default", "")) for key, spec in document["inputs"].items()}
        done = Done()
        scratch = self.temp / f"files-{os.urandom(6).hex()}"
        scratch.mkdir()
        (scratch / "event.json").write_text(json.dumps(event))
        for number, step in enumerate(document["runs"]["steps"]):
            if "run" not in step or step_ not in (None, step["name"]):
                continue
            self._step(step, scratch / str(number), checkout, name, values, done)
            if done.code:
                break
        for output, spec in document["outputs"].items():
            done.outputs[output] = self._evaluate(spec["value"], values, done)
        return done

    def judge(self, checkout: Checkout, event: Mapping[str, Any], name: str = "pull_request", **inputs: str) -> Done:
        """The last step, on what the installation left."""
        return self.run(checkout, event, name, "Judge", **inputs)

    def _step(
        self,
        step: Mapping[str, Any],
        scratch: Path,
        checkout: Checkout,
        event: str,
        values: Mapping[str, str],
        done: Done,
    ) -> None:
        scratch.mkdir()
        files = {name: scratch / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")}
        for file in files.values():
            file.touch()
        (scratch / "script.sh").write_text(step["run"])
        environ = {
            **{n: v for n, v in os.environ.items() if not n.startswith(("GITHUB_", "PYTHON", "PIP_", "VIRTUAL_ENV"))},
            **GIT,
            # No network, and nothing of this machine's own pip.
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(scratch.parent / "event.json"),
            "GITHUB_REPOSITORY": "example/web",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_WORKSPACE": str(checkout.path),
            "GITHUB_ACTION_PATH": str(self.action_path),
            "RUNNER_TEMP": str(self.temp),
            **{name: str(file) for name, file in files.items()},
            **self.environ,
            **{name: self._evaluate(value, values, done) for name, value in step.get("env", {}).items()},
        }
        # The command of `shell: bash`.
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(scratch / "script.sh")],
            cwd=checkout.path, env=environ, capture_output=True, check=False,
        )  # fmt: skip
        done.code = ran.returncode
        done.out += ran.stdout.decode()
        done.err += ran.stderr.decode()
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        done.steps[step.get("id", "")] = assignments(files["GITHUB_OUTPUT"].read_bytes().decode())
        assert files["GITHUB_ENV"].read_text() + files["GITHUB_PATH"].read_text() == ""

    def _evaluate(self, text: str, values: Mapping[str, str], done: Done) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("steps."):
                _, step, _, output = name.split(".")
                return done.steps.get(step, {}).get(output, "")
            found = values[name]
            return found if match[2] is None else str(found != match[2]).lower()

        return _EXPRESSION.sub(value, text)


def assignments(text: str) -> dict[str, str]:
    """GITHUB_OUTPUT as the runner reads it."""
    values, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        if "<<" in line and ("=" not in line or line.index("<<") < line.index("=")):
            name, _, end = line.partition("<<")
            content = []
            for row in lines:
                if row == end:
                    break
                content.append(row)
            else:
                raise AssertionError("the delimiter is missing")
            values[name] = "\n".join(content)
        else:
            name, equals, value = line.partition("=")
            assert equals, f"not an assignment: {line!r}"
            values[name] = value
    return values


def pull_request(base: str, head: str, fork: bool = False) -> dict[str, Any]:
    """The payload's part that the gate reads."""
    owner = {"login": "example", "type": "Organization"}
    repository = {
        "full_name": "example/web", "private": False, "visibility": "public", "default_branch": "main", "owner": owner,
    }  # fmt: skip
    source = {**repository, "full_name": "stranger/web", "fork": True} if fork else repository
    return {
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "base": {"sha": base, "ref": "main", "repo": repository},
            "head": {"sha": head, "repo": source},
        },
        "repository": repository,
    }
