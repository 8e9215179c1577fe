"""Long histories in real repositories, written with `git fast-import`."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

_PROSE = "A line of prose that explains the reason at usual length.\n" * 6
_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *words: str, data: bytes | None = None) -> bytes:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | _ENVIRONMENT
    done = subprocess.run(["git", *words], cwd=folder, env=environment, input=data, capture_output=True, check=True)
    return done.stdout


def signed(number: int) -> tuple[str, str]:
    """A person, and a message that this person has signed; one in ten has a second sign-off."""
    who = f"Person {number % 300} Ünï <person{number % 300}@example.org>"
    review = "Signed-off-by: Maintainer <maintainer@example.org>\n" if number % 10 == 0 else ""
    return who, f"Change {number}\n\n{_PROSE}\nSigned-off-by: {who}\n{review}"


def history(
    folder: Path, commits: int, of: Callable[[int], tuple[str, str]] = signed, policy: str = "signoff: {}"
) -> None:
    """A repository with a policy on `main` and a branch `work` of so many commits; `of` gives the author and the
    message of each, from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "fast-import", "--quiet", data=b"".join(_stream(commits, of, f"version: 1\n{policy}\n")))
    git(folder, "checkout", "-q", "work")


def _stream(commits: int, of: Callable[[int], tuple[str, str]], policy: str) -> Iterator[bytes]:
    yield _commit("main", 1, "Office <office@example.org>", "Begin", 0)
    yield b"M 100644 inline policy.yaml\n" + _data(policy)
    for number in range(1, commits + 1):
        who, message = of(number)
        yield _commit("work", number + 1, who, message, number)
        yield b"M 100644 inline number.txt\n" + _data(str(number))


def _commit(branch: str, mark: int, who: str, message: str, second: int) -> bytes:
    when = f"{1_700_000_000 + second} +0000"
    head = f"commit refs/heads/{branch}\nmark :{mark}\nauthor {who} {when}\ncommitter {who} {when}\n"
    parent = f"from :{mark - 1}\n" if mark > 1 else ""
    return head.encode() + _data(message) + parent.encode()


def _data(text: str) -> bytes:
    data = text.encode()
    return b"data %d\n%s\n" % (len(data), data)
