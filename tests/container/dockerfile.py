"""A Dockerfile read as far as ours goes, and the interpretation of its steps in a folder instead of an image."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_PLACES = re.compile(r"(?<![\w./])/(?=(?:opt|build|work|var/lib/ospo-gate)\b)")


@dataclass(frozen=True)
class Instruction:
    """One instruction with its arguments on one line."""

    name: str
    text: str

    @property
    def json(self) -> list[str]:
        """The arguments in their JSON form; raises for the shell form."""
        found: list[str] = json.loads(self.text)
        return found

    @property
    def pairs(self) -> dict[str, str]:
        """`NAME=value` of ENV and LABEL."""
        return {name: value.strip('"') for name, value in re.findall(r'([\w.]+)=("[^"]*"|\S+)', self.text)}


@dataclass(frozen=True)
class Stage:
    """The instructions from one FROM to the next."""

    base: str
    name: str
    steps: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        return [step for step in self.steps if step.name == name]

    def one(self, name: str) -> Instruction:
        (found,) = self.all(name)
        return found

    @property
    def environment(self) -> dict[str, str]:
        return {name: value for step in self.all("ENV") for name, value in step.pairs.items()}


def stages() -> list[Stage]:
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text())
    found: list[Stage] = []
    for line in filter(None, map(str.strip, text.replace("\\\n", " ").splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            base, _, alias = rest.partition(" AS ")
            found.append(Stage(base, alias))
        else:
            found[-1].steps.append(Instruction(name, " ".join(rest.split()) if name != "HEALTHCHECK" else rest))
    return found


class Build:
    """Steps run below a folder that stands for the root of the image."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root
        self.skipped: list[str] = []

    def placed(self, text: str) -> str:
        """Absolute places of the image, below our root."""
        return _PLACES.sub(f"{self.root}/", text)

    def run(self, stage: Stage, environ: Mapping[str, str]) -> None:
        for step in stage.steps:
            match step.name:
                case "WORKDIR":
                    self.folder = Path(self.placed(step.text))
                    self.folder.mkdir(parents=True, exist_ok=True)
                case "COPY" if not step.text.startswith("--from="):
                    self._copy(*step.text.split())
                case "RUN" if step.text.startswith("apt-get "):
                    self.skipped.append(step.text)
                case "RUN":
                    self._shell(self.placed(step.text), {**environ, **stage.environment})

    def _copy(self, *names: str) -> None:
        *sources, target = names
        for name in sources:
            place = self.folder / target / (Path(name).name if target.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy(ROOT / name, place)

    def _shell(self, command: str, environ: Mapping[str, str]) -> None:
        here = str(Path(sys.executable).parent)
        clean = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "PIP_"))}
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.folder, capture_output=True, text=True, check=False,
            env={**clean, **environ, "PATH": f"{here}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
