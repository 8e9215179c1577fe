"""`ospo-gate diff`: what changed between two revisions, folders or files."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.cache import InventoryFiles
from app.cli.drive import without_collector
from app.cli.manifests import cache, inventories, pairs
from app.cli.output import say
from app.sources.checkout import GitSource
from app.sources.git import Repository
from checks.engine.differences import differences
from checks.model.change import Change
from checks.model.dependency import Inventory, Problem
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.snapshot import ManifestPair
from checks.render import difference


def run(options: argparse.Namespace) -> int:
    with without_collector():
        found = _pairs(options, cache(options.no_cache))
        changes = difference.ordered(differences(found, every_move=True))
        _report_problems(problem for pair in found for side in (pair.base, pair.head) for problem in _of(side))
        say(_written(changes, options))
    return 0


def _pairs(options: argparse.Namespace, known: InventoryFiles | None) -> tuple[ManifestPair, ...]:
    base, head = options.base, options.head
    if options.path is None and os.path.exists(base) and os.path.exists(head):
        return _on_disk(Path(base), Path(head), known)
    repository = Repository.containing(Path(options.path or "."))
    commits = {name: repository.commit(name) for name in (base, head)}
    for name, commit in commits.items():
        if commit is None:
            raise UsageError(
                f"there is no file, folder or commit '{name}'",
                hint="Give two revisions of this checkout, or two paths.",
            )
    source = GitSource(repository, str(commits[head]), None)
    source.base = str(commits[base])  # these two, not their merge base: that is what `check` compares with
    below = _below(repository, options.path)
    return tuple(pair for pair in pairs(source, known) if pair.path.startswith(below) or pair.path == below)


def _below(repository: Repository, path: str | None) -> str:
    """The part of the repository that was named, as its paths begin."""
    if path is None:
        return ""
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.root)).replace(os.sep, "/")
    return "" if inside == "." else f"{inside}/" if os.path.isdir(path) else inside


def _on_disk(base: Path, head: Path, known: InventoryFiles | None) -> tuple[ManifestPair, ...]:
    """Two files are one manifest, whatever they are called; in two folders the same path is."""
    if base.is_dir() != head.is_dir():
        raise UsageError(f"{base} and {head} are a folder and a file", hint="Give two folders, or two files.")
    sides = inventories(base, known), inventories(head, known)
    if not base.is_dir():
        return (ManifestPair(sides[1][0].path, sides[0][0], sides[1][0]),)
    before, after = ({found.path: found for found in side} for side in sides)
    return tuple(ManifestPair(path, before.get(path), after.get(path)) for path in sorted(before.keys() | after.keys()))


def _of(inventory: Inventory | None) -> tuple[Problem, ...]:
    return inventory.problems if inventory else ()


def _report_problems(problems: Iterable[Problem]) -> None:
    """What could not be read is not in the difference: it is said, once."""
    for problem in dict.fromkeys(problems):
        place = visible(problem.location.path) + (f":{problem.location.line}" if problem.location.line else "")
        print(f"{place}: {problem.message}", file=sys.stderr)


def _written(changes: Sequence[Change], options: argparse.Namespace) -> str:
    if options.format == "json":
        import json

        return json.dumps(difference.document(changes, options.base, options.head), indent=2) + "\n"
    write = difference.markdown if options.format == "markdown" else difference.text
    return "".join(f"{line}\n" for line in write(changes))
