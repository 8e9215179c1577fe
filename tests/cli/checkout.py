"""Git checkouts in few words, and the command as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: git that reads no configuration of this machine.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}
SIGNED = "Signed-off-by: Ada Lovelace <ada@example.com>"
POLICY = "version: 1\nlicenses: {}\nsignoff: {}\n"
#: The console script that users run.
COMMAND = str(Path(sys.executable).with_name("ospo-gate"))


def lock(**packages: str) -> str:
    """A package-lock.json: name=license, `_` for `-`; every package is direct and has version 1.0.0."""
    named = {name.replace("_", "-"): license_ for name, license_ in packages.items()}
    entries: dict[str, Any] = {"": {"name": "web", "version": "1.0.0", "dependencies": dict.fromkeys(named, "1.0.0")}}
    for name, license_ in sorted(named.items()):
        entries[f"node_modules/{name}"] = {"version": "1.0.0"} | ({"license": license_} if license_ else {})
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": entries}, indent=2) + "\n"


CLEAN = {"package-lock.json": lock(tiny="MIT")}
COPYLEFT = {"package-lock.json": lock(tiny="MIT", glyph_core="GPL-3.0-only")}


class Checkout:
    """A git repository on disk; `main` is its first branch."""

    def __init__(self, path: Path, files: Mapping[str, str] | None = None) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        if files is not None:
            self.commit(files, "Begin")

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path, env=os.environ | GIT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        for name, text in files.items():
            file = self.path / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)

    def commit(self, files: Mapping[str, str | None], title: str = "Change something", signed: bool = True) -> str:
        """Commit the files (None removes one) on the current branch; returns the commit's id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", f"{title}\n\n{SIGNED}" if signed else title)
        return self.head

    def branch(self, name: str, start: str = "HEAD") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def clone(self, path: Path, *options: str) -> "Checkout":
        """A clone through a URL, so that `--depth` counts."""
        self.git("clone", "-q", *options, f"file://{self.path}", str(path))
        clone = object.__new__(Checkout)
        clone.path = path
        return clone

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")


def change(path: Path, base: Mapping[str, str], files: Mapping[str, str | None], signed: bool = True) -> Checkout:
    """A checkout with `base` on main and `files` changed on the branch `topic`, which is checked out."""
    checkout = Checkout(path, base)
    checkout.branch("topic")
    checkout.commit(files, signed=signed)
    return checkout


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def conclusion(self) -> str:
        return str(self.json["conclusion"])


def command(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str] | None = None, **options: Any) -> Ran:
    """The command as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "OSPO_GATE_"))}
    done = subprocess.run(
        [COMMAND, *arguments], cwd=cwd, env=clean | GIT | dict(environ or {}), capture_output=True, text=True,
        check=False, **options,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)
