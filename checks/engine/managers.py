"""What to type for a package manager: the commands that change one direct dependency and its lock file.

No lifecycle scripts run and, where the manager can, only the lock file is written: a fix must not execute the very
package that it removes.
"""

import posixpath
import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manager:
    """Command templates; `{name}` and `{version}` are filled with words quoted for the shell."""

    remove: str | None
    install: str | None
    """Puts back another version of a direct dependency."""
    relock: str
    """Writes the lock file anew from the manifest, keeping what it can."""


MANAGERS = {
    "npm-lock": Manager(
        "npm uninstall --package-lock-only --ignore-scripts {name}",
        "npm install --package-lock-only --ignore-scripts {name}@{version}",
        "npm install --package-lock-only --ignore-scripts",
    ),
    "uv-lock": Manager("uv remove --no-sync {name}", "uv add --no-sync {name}=={version}", "uv lock"),
    "poetry-lock": Manager("poetry remove --lock {name}", "poetry add --lock {name}@{version}", "poetry lock"),
    "cargo-lock": Manager("cargo remove {name}", "cargo update {name} --precise {version}", "cargo update --workspace"),
    "go-mod": Manager("go mod edit -droprequire={name} && go mod tidy", "go get {name}@{version}", "go mod tidy"),
    "yarn-lock": Manager("yarn remove {name}", "yarn add {name}@{version}", "yarn install"),
    "pnpm-lock": Manager(
        "pnpm remove --lockfile-only --ignore-scripts {name}",
        "pnpm add --lockfile-only --ignore-scripts {name}@{version}",
        "pnpm install --lockfile-only --ignore-scripts",
    ),
    # These install what they change, so that only the lock file is written by command.
    "bun-lock": Manager(None, None, "bun install --lockfile-only --ignore-scripts"),
    "pdm-lock": Manager(None, None, "pdm lock --update-reuse"),
    "pipfile-lock": Manager(None, None, "pipenv lock"),
    "composer-lock": Manager(None, None, "composer update --minimal-changes --no-install --no-scripts --no-plugins"),
    "gemfile-lock": Manager(None, None, "bundle lock"),
}


def remove(format_: str, path: str, name: str) -> str | None:
    """The command that removes a direct dependency from the manifest at `path`, or None if there is none."""
    manager = MANAGERS.get(format_)
    if not manager or not manager.remove or not _plain(name):
        return None
    return _in_folder(path, manager.remove.format(name=shlex.quote(name)))


def install(format_: str, path: str, name: str, version: str) -> str | None:
    """The command that puts a direct dependency back to `version`."""
    manager = MANAGERS.get(format_)
    if not manager or not manager.install or not _plain(name) or not _plain(version):
        return None
    return _in_folder(path, manager.install.format(name=shlex.quote(name), version=shlex.quote(version)))


def relock(format_: str, path: str) -> str | None:
    """The command that writes the lock file at `path` anew."""
    manager = MANAGERS.get(format_)
    return _in_folder(path, manager.relock) if manager else None


def delete_lines(path: str, ranges: list[tuple[int, int]]) -> str | None:
    """The command that deletes 1-based line ranges of a text file."""
    if not ranges or any(first < 1 for first, _ in ranges) or not _printable(path):
        return None
    script = ";".join(f"{first}d" if first == last else f"{first},{last}d" for first, last in sorted(set(ranges)))
    return f"sed -i.bak '{script}' {_word(path)} && rm {_word(path + '.bak')}"


def restore(base: str, path: str) -> str | None:
    """The command that puts a file back as it was at the merge base."""
    return f"git checkout {base[:12]} -- {_word(path)}" if _printable(path) else None


def _in_folder(path: str, command: str) -> str | None:
    folder = posixpath.dirname(path)
    if not folder:
        return command
    return f"(cd {_word(folder)} && {command})" if _printable(folder) else None


def _word(path: str) -> str:
    """A path as one shell word that can not be taken for an option."""
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _plain(word: str) -> bool:
    """Whether a foreign name may stand in a command that people paste: no option, no control character, not endless."""
    return bool(word) and not word.startswith("-") and word.isprintable() and len(word) <= 214


def _printable(path: str) -> bool:
    """Whether a path may: what a terminal obeys, no quotes can hold."""
    return bool(path) and path.isprintable() and len(path) <= 1000
