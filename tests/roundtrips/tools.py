"""The package managers: installed on first use into a folder of our own, run with caches and settings of our own."""

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 400


class ToolFailed(Exception):
    """A manager that could not be installed or that refused a project; the message is its last lines."""


@dataclass(frozen=True)
class Tools:
    """`folder` holds the managers and their caches; nothing outside of it is written but the projects."""

    folder: Path

    @functools.cached_property
    def environment(self) -> dict[str, str]:
        quiet = {
            "CI": "1",
            "COREPACK_ENABLE_STRICT": "0",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "protocol.file.allow",
            "GIT_CONFIG_VALUE_0": "always",
            "NO_COLOR": "1",
            "PDM_CHECK_UPDATE": "0",
            "PIP_CONFIG_FILE": os.devnull,
            "PIPENV_VENV_IN_PROJECT": "1",
            "PIPENV_VERBOSITY": "-1",
            "POETRY_VIRTUALENVS_CREATE": "false",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "YARN_ENABLE_GLOBAL_CACHE": "0",
            "YARN_ENABLE_IMMUTABLE_INSTALLS": "0",
            "YARN_ENABLE_TELEMETRY": "0",
            "npm_config_audit": "false",
            "npm_config_update_notifier": "false",
        }
        places = {
            "BUN_INSTALL_CACHE_DIR": "bun",
            "PDM_CACHE_DIR": "pdm",
            "PIPENV_CACHE_DIR": "pipenv",
            "UV_CACHE_DIR": "uv",
            "XDG_CACHE_HOME": "cache",
            "XDG_CONFIG_HOME": "config",
            "XDG_DATA_HOME": "data",
            "XDG_STATE_HOME": "state",
            "YARN_CACHE_FOLDER": "yarn",
            "npm_config_cache": "npm",
        }
        caches = {name: str(self.folder / "caches" / place) for name, place in places.items()}
        # what a machine adds to pip's index would be written into the files
        kept = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
        return kept | quiet | caches

    def run(self, folder: Path, *command: str | Path) -> str:
        """Standard output. Raises `ToolFailed` when it takes too long or says no."""
        words = [str(word) for word in command]
        try:
            done = subprocess.run(
                words, cwd=folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolFailed(str(error)) from None
        if done.returncode:
            last = (done.stderr + done.stdout).strip().splitlines()[-8:]
            raise ToolFailed(f"{' '.join(words)}: exit {done.returncode}\n" + "\n".join(last))
        return done.stdout

    def npm(self, package: str, version: str) -> Path:
        """The folder of one package of the npm registry."""
        prefix = self.folder / f"{package.replace('/', '-').lstrip('@')}-{version}"
        home = prefix / "node_modules" / package
        if not home.exists():
            prefix.mkdir(parents=True, exist_ok=True)
            install = ("install", "--ignore-scripts", "--no-save", "--no-fund", "--prefix", str(prefix))
            self.run(prefix, "npm", *install, f"{package}@{version}")
        return home

    def pypi(self, *packages: str) -> Path:
        """The folder of programs of a virtual environment that has these packages."""
        venv = self.folder / packages[0].replace("==", "-").replace(".*", "")
        if not (venv / "ready").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.run(self.folder, sys.executable, "-m", "venv", venv)
            self.run(self.folder, venv / "bin" / "pip", "install", "--quiet", *packages)
            (venv / "ready").touch()
        return venv / "bin"
