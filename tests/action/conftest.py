"""One installation of the action for all tests: its own step does it, without network."""

import fcntl
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.action.planted import planted
from tests.action.runner import ROOT, Done, Runner
from tests.cli.checkout import Checkout


def locked() -> list[str]:
    """What the files in requirements/ that the action installs name for this machine."""
    lines = [
        line
        for name in ("core", "build", "cel")
        for line in (ROOT / f"requirements/{name}.txt").read_text().splitlines()
    ]
    found = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    return sorted({item.name for item in found if item.marker is None or item.marker.evaluate()})


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with `temp`, in which the action has installed itself, and `action`, its source."""
    base = tmp_path_factory.getbasetemp()
    shared = base / "action-job" if worker_id == "master" else base.parent / "action-job"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "ready").exists():
            done = _install(shared)
            assert done.code == 0, done.out + done.err
            (shared / "ready").touch()
    return shared


def _install(shared: Path) -> Done:
    source, temp = shared / "action", shared / "temp"
    temp.mkdir()
    source.mkdir()
    for name in ("action.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source / name)
    for name in ("app", "checks", "requirements"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    # As if the package index had answered: pip finds every locked version there already.
    subprocess.run([sys.executable, "-m", "venv", temp / "ospo-gate"], check=True)
    (site,) = (temp / "ospo-gate" / "lib").glob("python3.*/site-packages")
    for name in locked():
        copy_distribution(name, site)
    # In the checkout of somebody who would like to be imported.
    runner = Runner(temp, source)
    traps = shared / "traps"
    traps.mkdir()
    runner.environ = {"TRAP": str(traps), "PYTHONPATH": ".", "PYTHONHOME": "."}
    return runner.run(Checkout(shared / "planted", planted()), {}, step_="Install ospo-gate", custom_rules="true")


def copy_distribution(name: str, site: Path) -> None:
    """An installed distribution into another environment, scripts apart."""
    for file in distribution(name).files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), site / file)


@pytest.fixture
def runner(installed: Path) -> Runner:
    return Runner(installed / "temp", installed / "action")
