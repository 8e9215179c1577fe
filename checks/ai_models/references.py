"""The references to models and data sets in the lines that a change adds: which files are read, and how."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checks.ai_models import code, commands, configuration
from checks.ai_models.identity import Identity
from checks.ai_models.source import Run, runs
from checks.model.dependency import Location
from checks.model.snapshot import AddedLine

#: Longer lines are generated ones (characters): whether they name something is said, what they name is not looked for.
MAX_LINE = 4_000


class Reference(NamedTuple):
    """A place that names a model or a data set."""

    identity: Identity
    location: Location


class Read(NamedTuple):
    """What the added lines of one file say."""

    references: tuple[Reference, ...] = ()
    variables: tuple[Location, ...] = ()
    """Calls that name their model with a variable."""
    long: tuple[Location, ...] = ()
    """Lines that are too long to be read and call something that loads models."""


_CODE = (".py", ".pyw", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx")
_SHELL = (".sh", ".bash", ".zsh", ".mk", ".dockerfile", ".containerfile")
_CONFIGURATION = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".env", ".conf")
_SHELL_NAMES = re.compile(
    r"(?:dockerfile|containerfile)(?:\..*)?|makefile|justfile|\.env(?:\..*)?|.*\.env", re.IGNORECASE
)
#: JSON is mostly data: only what calls itself configuration is read.
_JSON = re.compile(r".*(?:config|settings|param|args|train|model|experiment|recipe).*\.jsonc?", re.IGNORECASE)
_REQUIREMENTS = re.compile(r".*requirements.*\.(?:txt|in)", re.IGNORECASE)
#: Written by tools; the packages in them are judged by other checks.
_LOCKS = re.compile(r".*(?:[.-]lock\.(?:json|ya?ml)|\.lock|\.min\.m?js|(?:^|/)(?:package-lock|npm-shrinkwrap)\.json)")


def is_read(path: str) -> bool:
    """Whether the added lines of a file can name models."""
    name = path.rpartition("/")[2].lower()
    if _LOCKS.fullmatch(name):
        return False
    return bool(
        name.endswith((*_CODE, *_SHELL, *_CONFIGURATION, ".ipynb", ".modelfile"))
        or name == "modelfile"
        or _SHELL_NAMES.fullmatch(name)
        or _JSON.fullmatch(name)
        or _REQUIREMENTS.fullmatch(name)
    )


def read(path: str, lines: Sequence[AddedLine]) -> Read:
    """What the added lines of a file refer to."""
    long = tuple(Location(path, line.line) for line in lines if len(line.text) > MAX_LINE and code.speaks(line.text))
    short = [line for line in lines if len(line.text) <= MAX_LINE]
    if path.lower().endswith(".ipynb"):
        short = list(_cells(short))
    found: dict[tuple[int, Identity], None] = {}
    variables: list[Location] = []
    whole = "\n".join(line.text for line in short) if _is_code(path) else ""
    loads = code.loads(whole)
    known = code.assigned(whole) if loads else {}
    for run in runs(short):
        for line, identity in _references(path, run):
            found.setdefault((line, identity))
        for item in code.loaded(run, known) if loads else ():
            if item.identity is None:
                variables.append(Location(path, run.line_at(item.at)))
            else:
                found.setdefault((run.line_at(item.at), item.identity))
    named = tuple(Reference(identity, Location(path, line)) for line, identity in _without_less(list(found)))
    return Read(named, tuple(variables), long)


def _is_code(path: str) -> bool:
    return path.lower().endswith((*_CODE, ".ipynb"))


def _references(path: str, run: Run) -> Iterator[tuple[int, Identity]]:
    """What is named otherwise than by a call."""
    yield from commands.downloads(run)
    name = path.rpartition("/")[2].lower()
    if name == "modelfile" or name.endswith(".modelfile"):
        yield from commands.modelfile(run)
    else:
        yield from configuration.entries(run)
        if name.endswith(".ipynb"):
            yield from commands.commands(_shell(run))
        elif not _is_code(path):
            yield from commands.commands(run)


def _shell(run: Run) -> Run:
    """The lines of notebooks that are commands of a shell."""
    lines = [
        AddedLine(line.line, line.text.lstrip(" !%") if line.text.startswith(("!", "%")) else "") for line in run.lines
    ]
    return Run(lines)


_QUOTED = re.compile(r'(?:"source": ?)?("(?:[^"\\]|\\.)*")\]?,?')


def _cells(lines: Sequence[AddedLine]) -> Iterator[AddedLine]:
    """The source in the lines of a notebook, which is JSON with a line of source in quotes on each line."""
    for line in lines:
        found = _QUOTED.fullmatch(line.text.strip())
        if found:
            try:
                text = json.loads(found[1])
            except ValueError:
                continue
            yield AddedLine(line.line, text.rstrip("\n"))


def _without_less(found: Sequence[tuple[int, Identity]]) -> Iterator[tuple[int, Identity]]:
    """A line that names the same thing once with and once without a revision names it with one."""
    pinned = {(line, identity.purl) for line, identity in found if identity.version}
    for line, identity in sorted(found):
        if identity.version or (line, identity.purl) not in pinned:
            yield line, identity
