"""The steps of the Dockerfile, run in a folder: the wheel, its installation, and the service from it."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.version import VERSION
from tests.cli.checkout import CLEAN, COPYLEFT, POLICY, change
from tests.container.dockerfile import ROOT, Build, stages

BUILD, IMAGE = stages()


@pytest.fixture(scope="module")
def image() -> Iterator[Build]:
    """What the Dockerfile makes; a folder that every user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        build = Build(root)
        # Every download is there already, as if the package index had answered.
        downloads = root / "downloads"
        downloads.mkdir()
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not entry.name.startswith(("ospo_gate", "_", "pip", "setuptools")) and entry.suffix != ".pth":
                (downloads / entry.name).symlink_to(entry)
        for name in ("_yaml", "_cffi_backend"):
            for entry in Path(sysconfig.get_path("purelib")).glob(f"{name}*"):
                (downloads / entry.name).symlink_to(entry)
        library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
        for place in ("opt/build", "opt/ospo-gate"):
            (root / place / library).mkdir(parents=True)
            (root / place / library / "downloads.pth").write_text(f"{downloads}\n")
        build.run(BUILD, {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull})
        if os.getuid() == 0:
            (root / "etc").mkdir()
            build.run(IMAGE, {"GIT_CONFIG_SYSTEM": str(root / "etc" / "gitconfig")})
        else:
            (root / "var/lib/ospo-gate").mkdir(parents=True)
        yield build


@pytest.fixture
def environ(image: Build) -> dict[str, str]:
    """The variables of the image, and nothing of this machine's."""
    settings = {name: image.placed(value) for name, value in IMAGE.environment.items()}
    return settings | {
        "PATH": f"{image.root}/opt/ospo-gate/bin:{os.environ['PATH']}",
        "OSPO_GATE_DATABASE": f"sqlite+aiosqlite:///{image.root}/var/lib/ospo-gate/ospo-gate.db",
    }


def _as_anybody() -> dict[str, object]:
    """The user of the image, where the test may become it and the user may run this python."""
    user: dict[str, object] = {"user": 65532, "group": 65532, "extra_groups": []}
    if os.getuid():
        return {}
    try:
        probe = subprocess.run([sys.executable, "-c", "import yaml"], check=False, capture_output=True, **user)  # type: ignore[call-overload]
    except OSError:
        return {}
    return user if probe.returncode == 0 else {}


def test_the_installed_command_runs_outside_the_sources(image: Build, environ: dict[str, str]) -> None:
    done = subprocess.run(["ospo-gate", "--version"], cwd="/", env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"ospo-gate {VERSION}\n"
    where = subprocess.run(
        [f"{image.root}/opt/ospo-gate/bin/python", "-c", "import app; print(app.__file__)"],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(f"{image.root}/opt/ospo-gate/lib/"), "also when it is started in the sources"
    assert all(step.startswith("apt-get") for step in image.skipped)


def test_byte_code_is_there_and_is_not_compared_with_dates(image: Build) -> None:
    site = next((image.root / "opt/ospo-gate/lib").glob("python3*/site-packages"))
    sources = [path for package in ("app", "checks") for path in (site / package).rglob("*.py")]
    assert len(sources) > 100
    for source in sources:
        code = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert code.read_bytes()[4:8] == b"\1\0\0\0", source


def test_the_wheel_has_the_program_and_nothing_else(image: Build) -> None:
    site = next((image.root / "opt/ospo-gate/lib").glob("python3*/site-packages"))
    assert {path.name for path in site.iterdir()} == {
        "app",
        "checks",
        f"ospo_gate-{VERSION}.dist-info",
        "downloads.pth",
    }
    scripts = {path.name for path in (image.root / "opt/ospo-gate/bin").iterdir()}
    assert "ospo-gate" in scripts
    assert not {"pip", "hatch", "hatchling"} & scripts, "what is built with stays in the other stage"


def test_serve_answers_its_health_check_as_another_user(image: Build, environ: dict[str, str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    environ |= {
        "OSPO_GATE_HOST": "127.0.0.1",  # the image's own address would open a port of this machine
        "OSPO_GATE_PORT": str(port),
        "OSPO_GATE_APP_ID": "1",
        "OSPO_GATE_WEBHOOK_SECRET": "a-secret-that-only-the-tests-know",
        "OSPO_GATE_PRIVATE_KEY": key.decode(),
        "OSPO_GATE_GITHUB_API_URL": "http://127.0.0.1:9",
    }
    other = _as_anybody()
    health = [image.placed(word) for word in _health()]
    process = subprocess.Popen(
        ["ospo-gate", *IMAGE.one("CMD").json], cwd="/", env=environ, stderr=subprocess.PIPE, **other
    )  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 30
        while not _alive(port):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < end
            time.sleep(0.05)
        assert subprocess.run(health, env=environ, check=False, **other).returncode == 0  # type: ignore[call-overload]
        if other:
            assert (image.root / "var/lib/ospo-gate/ospo-gate.db").stat().st_uid == 65532
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM), "that is how an engine stops it"
    assert subprocess.run(health, env=environ, check=False, capture_output=True).returncode != 0


def test_check_reads_a_checkout_that_is_mounted(image: Build, environ: dict[str, str], tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", {"policy.yaml": POLICY, **CLEAN}, dict(COPYLEFT))
    done = subprocess.run(
        ["ospo-gate", "check"], cwd=checkout.path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "glyph-core" in done.stdout


def _health() -> list[str]:
    import json

    words: list[str] = json.loads(IMAGE.one("HEALTHCHECK").text.partition("CMD ")[2])
    return words


def _alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
