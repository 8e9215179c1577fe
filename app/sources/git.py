"""A git checkout, read through the `git` command. Only objects are read: no hook, filter or external diff runs."""

import os
import subprocess
from pathlib import Path

from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible

#: What to do where commits are missing.
FETCH_ALL = "Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout."
#: No question on a terminal, no parents but those that commits name, and no write for each commit of a log.
_ENVIRONMENT = {
    "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "0", "GIT_GRAFT_FILE": "", "GIT_FLUSH": "0"
}  # fmt: skip
#: What a branch is usually compared with, in this order.
DEFAULT_BASES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class Repository:
    """A repository on disk and safe ways to ask it."""

    def __init__(self, root: Path, shallow: Path | None = None) -> None:
        self.root = root
        self.shallow = shallow
        """The file that lists the commits whose parents were not fetched, if there are such commits."""

    @classmethod
    def containing(cls, path: Path) -> "Repository":
        """The repository around `path`. Raises `UsageError` when there is none."""
        if not os.path.exists(path):  # False, and no error, for a name that no file can have
            raise UsageError(f"there is no such folder: {path}", hint="Give the path of a git checkout.")
        folder = path if path.is_dir() else path.parent
        found = cls(folder)._run("rev-parse", "--git-path", "shallow", "--show-toplevel", check=False)
        if found.returncode:
            raise _no_checkout(path, found.stderr)
        shallow, _, root = os.fsdecode(found.stdout).rstrip("\n").partition("\n")
        return cls(Path(root), folder / shallow)

    def start(self, *arguments: str, stdin: int | None = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        """Start git with everything off that a repository could make it run."""
        try:
            return subprocess.Popen(
                ["git", "--no-optional-locks", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c",
                 "core.quotePath=false", "-c", "diff.renameLimit=3000", *arguments],
                cwd=self.root, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, **_ENVIRONMENT},
            )  # fmt: skip
        except FileNotFoundError:
            raise SourceError("git is not installed", hint="Install git, or judge a plain folder with --all.") from None

    def _run(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        return finish(self.start(*arguments), check)

    def commits(self, *revisions: str) -> list[str | None]:
        """The full id of each commit, or None where the repository does not have it. One process answers for all."""
        asked = [revision if "\n" not in revision else "" for revision in revisions]
        process = self.start("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=subprocess.PIPE)
        stdout, stderr = process.communicate(
            "".join(f"{name}^{{commit}}\n" for name in asked).encode("utf-8", "surrogateescape")
        )
        lines = stdout.split(b"\n")
        if process.returncode or len(lines) != len(asked) + 1:
            raise failure(stderr)
        return [line.split(b" ")[0].decode() if line.endswith(b" commit") else None for line in lines[:-1]]

    def commit(self, revision: str) -> str | None:
        """The full id of a commit, or None if the repository does not have it."""
        return self.commits(revision)[0]

    def without_parents(self) -> frozenset[str]:
        """The commits whose parents were not fetched: what came before them is not known."""
        try:
            return frozenset((self.shallow.read_text("ascii") if self.shallow else "").split())
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            raise SourceError(f"git's list of missing parents could not be read: {error}") from None

    def merge_base(self, base: str, head: str) -> str:
        """Raises `SourceError` when the histories do not meet in what was fetched."""
        found = self._run("merge-base", base, head, check=False)
        if found.returncode:
            raise SourceError("the common ancestor of base and head is not in this checkout", hint=FETCH_ALL)
        return found.stdout.decode().strip()


def _no_checkout(path: Path, stderr: bytes) -> UsageError:
    if b"safe.directory" in stderr:
        return UsageError(
            f"git does not trust {path}, because another user owns it",
            hint=f"If you do: git config --global --add safe.directory {path.resolve()}",
        )
    return UsageError(
        f"{path} is not inside a git checkout: {_last_line(stderr)}",
        hint="Run it in a checkout, or use --all to judge a plain folder as it stands.",
    )


def finish(process: "subprocess.Popen[bytes]", check: bool = True) -> "subprocess.CompletedProcess[bytes]":
    """Wait for git. Raises `SourceError` with its own words if it failed."""
    stdout, stderr = process.communicate()
    if check and process.returncode:
        raise failure(stderr)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def failure(stderr: bytes) -> SourceError:
    """That git failed, with the last of its words."""
    return SourceError(f"git could not read the repository: {_last_line(stderr)}")


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return visible(lines[-1].removeprefix("fatal: ")) if lines else "no reason given"
