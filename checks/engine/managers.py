"""What to type for a package manager: the commands that change one direct dependency and its lock file.

No lifecycle scripts run and, where the manager can, only the lock file is written: a fix must not execute the very
package that it removes.
"""

import posixpath
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from checks.model.dependency import Inventory, Scope


@dataclass(frozen=True, slots=True)
class Manager:
    """Command templates; `{name}` and `{version}` are filled with words quoted for the shell."""

    remove: str | None
    install: str | None
    """Writes another version of a direct dependency into the manifest, and locks it."""
    relock: str
    """Writes the lock file anew from the manifest, keeping what it can."""
    unaddressed: str | None = None
    """Writes the lock file without the addresses of registries: the same versions and hashes from wherever the
    reader's package manager gets its packages."""
    precise: str | None = None
    """Locks another version of a package that others require, or that the manifest's range allows."""
    newest: str | None = None
    """Locks the newest version of a package that the ranges of its requirers allow, where no other can be named."""
    tables: Mapping[Scope, str] = field(default_factory=lambda: MappingProxyType({}))
    """What `{table}` becomes by scope: the option that names the table of the manifest. A scope that is not here has a
    table whose name the lock file does not tell, so that there is no command."""


_SIMPLE = re.compile(r"[A-Za-z0-9.+_!=:@-]{1,200}")
_RUNTIME = {Scope.RUNTIME: "", Scope.UNKNOWN: ""}

_COMPOSER = "--minimal-changes --no-install --no-scripts --no-plugins"

MANAGERS = {
    "npm-lock": Manager(
        "npm uninstall --package-lock-only --ignore-scripts {name}",
        "npm install --package-lock-only --ignore-scripts {name}@{version}",
        "npm install --package-lock-only --ignore-scripts",
        "npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved",
        # `npm update` takes the newest that the ranges allow, whatever is known of it.
        "npm pkg set {override} && npm install --package-lock-only --ignore-scripts",
    ),
    "uv-lock": Manager(
        "uv remove --no-sync{table} {name}",
        "uv add --no-sync{table} {name}=={version}",
        "uv lock",
        precise="uv lock --upgrade-package {name}=={version}",
        tables=_RUNTIME,
    ),
    # `remove` looks through all groups, `add` writes to the main one.
    "poetry-lock": Manager(
        "poetry remove --lock {name}",
        "poetry add --lock{table} {name}@{version}",
        "poetry lock",
        newest="poetry update --lock {name}",
        tables=_RUNTIME,
    ),
    "cargo-lock": Manager(
        "cargo remove{table} {name}",
        "cargo update {name} --precise {version}",
        "cargo update --workspace",
        precise="cargo update {name}@{used} --precise {version}",
        tables={**_RUNTIME, Scope.DEVELOPMENT: " --dev", Scope.TEST: " --dev", Scope.BUILD: " --build"},
    ),
    "go-mod": Manager(
        "go mod edit -droprequire={name} && go mod tidy",
        "go get {name}@{version}",
        "go mod tidy",
        precise="go get {name}@{version} && go mod tidy",
    ),
    # yarn 1 and its successors: neither knows the other's option.
    "yarn-1": Manager(
        "yarn remove --ignore-scripts {name}",
        "yarn add --ignore-scripts {name}@{version}",
        "yarn install --ignore-scripts",
    ),
    "yarn-lock": Manager(
        "yarn remove --mode=update-lockfile {name}",
        "yarn add --mode=update-lockfile {name}@{version}",
        "yarn install --mode=update-lockfile",
    ),
    "pnpm-lock": Manager(
        "pnpm remove --lockfile-only {name}",  # it runs no scripts then, and refuses the option that says so
        "pnpm add --lockfile-only --ignore-scripts {name}@{version}",
        "pnpm install --lockfile-only --ignore-scripts",
    ),
    # These install what they change, so that only the lock file is written by command.
    "bun-lock": Manager(None, None, "bun install --lockfile-only --ignore-scripts"),
    "pdm-lock": Manager(None, None, "pdm lock --update-reuse"),
    "pipfile-lock": Manager(None, None, "pipenv lock"),
    "composer-lock": Manager(
        None,
        None,
        f"composer update {_COMPOSER}",
        precise=f"composer update {{name}} --with {{name}}:{{version}} {_COMPOSER}",
    ),
    "gemfile-lock": Manager(None, None, "bundle lock", newest="bundle lock --update {name} --conservative"),
}


def tool(inventory: Inventory) -> str:
    """The key of `MANAGERS` for what wrote a lock file: its format, but for yarn 1, which writes other hashes."""
    if inventory.format != "yarn-lock":
        return inventory.format
    hashes = [item for dependency in inventory.dependencies for item in dependency.integrity]
    return "yarn-1" if any(item.startswith("sha") or len(item) == 40 for item in hashes) else "yarn-lock"


def remove(tool: str, path: str, name: str, scope: Scope = Scope.UNKNOWN) -> str | None:
    """The command that removes a direct dependency from the manifest at `path`, or None if there is none."""
    manager = MANAGERS.get(tool)
    return _filled(manager, manager.remove, path, name, "", scope) if manager and manager.remove else None


def install(tool: str, path: str, name: str, version: str, scope: Scope = Scope.UNKNOWN) -> str | None:
    """The command that gives the manifest at `path` another version of a direct dependency."""
    manager = MANAGERS.get(tool)
    if not manager or not manager.install or not _plain(version):
        return None
    return _filled(manager, manager.install, path, name, version, scope)


def move(tool: str, path: str, name: str, used: str, version: str, newest: bool) -> str | None:
    """The command that locks another version than `used` of a package without asking for another one in the manifest
    at `path`; what npm cannot do otherwise it does by an entry of `overrides`. `newest`: there is no newer one."""
    manager = MANAGERS.get(tool)
    template = (manager.precise or (manager.newest if newest else None)) if manager else None
    if template is None or not (_plain(name) and _plain(version) and _plain(used)):
        return None
    if "{override}" in template and set(name) & set("[]"):
        return None
    words = {"name": name, "used": used, "version": version, "override": f"overrides[{name}]={version}"}
    return _in_folder(path, template.format_map({key: shlex.quote(word) for key, word in words.items()}))


def substitute(path: str, line: int, old: str, new: str) -> str | None:
    """The command that replaces `old` by `new` on a 1-based line of a text file; both of letters, digits and a few
    signs that are no operators."""
    if line < 1 or not _printable(path) or not (_SIMPLE.fullmatch(old) and _SIMPLE.fullmatch(new)):
        return None
    script = f"{line}s/{old.replace('.', '[.]').replace('+', '[+]')}/{new}/"
    return f"sed -i.bak {shlex.quote(script)} {_word(path)} && rm {_word(path + '.bak')}"


def _filled(manager: Manager, template: str, path: str, name: str, version: str, scope: Scope) -> str | None:
    table = manager.tables.get(scope) if "{table}" in template else ""
    if table is None or not _plain(name):
        return None
    return _in_folder(path, template.format(table=table, name=shlex.quote(name), version=shlex.quote(version)))


def relock(tool: str, path: str) -> str | None:
    """The command that writes the lock file at `path` anew."""
    manager = MANAGERS.get(tool)
    return _in_folder(path, manager.relock) if manager else None


def without_addresses(tool: str, path: str) -> str | None:
    """The command that writes the lock file at `path` without the addresses of registries, where there is one."""
    manager = MANAGERS.get(tool)
    return _in_folder(path, manager.unaddressed) if manager and manager.unaddressed else None


def delete_lines(path: str, ranges: list[tuple[int, int]]) -> str | None:
    """The command that deletes 1-based line ranges of a text file."""
    if not ranges or any(first < 1 for first, _ in ranges) or not _printable(path):
        return None
    script = ";".join(f"{first}d" if first == last else f"{first},{last}d" for first, last in sorted(set(ranges)))
    return f"sed -i.bak '{script}' {_word(path)} && rm {_word(path + '.bak')}"


def restore(base: str, path: str) -> str | None:
    """The command that puts a file back as it was at the merge base."""
    if not _printable(path):
        return None
    literal = " --literal-pathspecs" if set(path) & set("*?[\\:") else ""  # else git takes them for a pattern
    return f"git{literal} checkout {base[:12]} -- {_word(path)}"


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
