"""`ospo-gate sbom`: a bill of materials of a folder, a manifest or a git checkout."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from app.cache import InventoryFiles
from app.cli.arguments.sbom import SNAPSHOT
from app.cli.drive import without_collector
from app.cli.manifests import cache, inventories, pairs
from app.cli.output import check_target, say, write_file
from app.policies import PATH
from app.settings import CommandEnvironment, command_environment
from app.sources.checkout import GitSource
from app.sources.described import Described, described, differing
from app.sources.git import Repository
from app.version import VERSION
from checks.model.dependency import Inventory
from checks.model.errors import SourceError, UsageError
from checks.model.facts import PackageKey
from checks.sboms.assembly import About, Licensed, assemble
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.formats import VERSIONS, write
from checks.sboms.inert import inert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.cli.licensed import Decided

#: Folders in which package managers install, beside a manifest or above it.
_TREES = ("node_modules", ".venv", "venv", "env", "vendor")
_EXTRA = "Install it: pip install 'ospo-gate[sbom]'"


class _Place(NamedTuple):
    """What is read, and what git says of it."""

    inventories: tuple[Inventory, ...]
    commit: Described | None = None
    folder: str = ""
    """Of the inventories in the repository, with its `/`."""
    uncommitted: tuple[str, ...] = ()


def run(options: argparse.Namespace) -> int:
    """0; 1 where a manifest could not be read, or the document is not valid."""
    if options.output:
        check_target(Path(options.output))
    if options.format == SNAPSHOT:
        return _snapshot(options)
    check_version(options.format, options.spec_version)
    if options.pull is not None and not options.server:
        raise UsageError("--pull needs --server")
    if options.server:
        from app.cli.sbom_stored import stored

        text = stored(options)
        _put(text, options)
        return validate(text) if options.validate else 0
    with without_collector():
        content, found = content_of(options)
        text = write(content, options.format, options.spec_version)
    _put(text, options)
    return max(_report(content, found), validate(text) if options.validate else 0)


def _put(text: str, options: argparse.Namespace) -> None:
    if options.output:
        write_file(Path(options.output), text)
    else:
        say(text)


def _snapshot(options: argparse.Namespace) -> int:
    """The body of a request to GitHub's dependency submission API."""
    import json

    from checks.sboms.to_github import Scan, snapshot

    environment = command_environment()
    with without_collector():
        place = _read(options, cache(options.no_cache))
        about = _about(options, environment, place)
    if not about.subject.commit or not about.created:
        raise UsageError("--format github-snapshot: it tells of a commit, and this is no git checkout")
    if not (options.ref or "").startswith("refs/"):
        raise UsageError("--format github-snapshot: --ref is missing", hint='In a workflow: --ref "$GITHUB_REF"')
    address = environment.server_url or "https://github.com"
    scan = Scan(about.subject.commit, options.ref, about.created, about.subject.repository or address)
    body = snapshot(place.inventories, about, scan, everything=False)
    _put(json.dumps(body, indent=2, ensure_ascii=False) + "\n", options)
    if not body["manifests"]:
        print("GitHub reads all that there is itself, so the snapshot has no manifests.", file=sys.stderr)
    return _report(assemble(place.inventories, about), place.inventories)


def content_of(options: argparse.Namespace) -> tuple[Content, tuple[Inventory, ...]]:
    """What a document about PATH says, and what it was read from."""
    environment = command_environment()
    place = _read(options, cache(options.no_cache))
    known = _licenses(options, environment, place)
    return assemble(place.inventories, _about(options, environment, place), known), place.inventories


def check_version(format_: str, version: str | None) -> None:
    """Before anything is read. Raises `UsageError`."""
    if version is not None and version not in VERSIONS[format_]:
        known = ", ".join(sorted(VERSIONS[format_]))
        raise UsageError(f"--spec-version: {version} of {format_} is not written", hint=f"Versions: {known}")


# -- what is read ----------------------------------------------------------------------------------------------------


def _read(options: argparse.Namespace, known: InventoryFiles | None) -> _Place:
    path = Path(options.path)
    if options.revision:
        return _at_revision(path, options.revision, known)
    found = _without_sboms(inventories(path, known))
    try:
        repository = Repository.containing(path)
        commit = repository.commit("HEAD")
    except (UsageError, SourceError):
        return _Place(found)
    if commit is None:
        return _Place(found)
    root = path if path.is_dir() else path.parent
    inside = os.path.relpath(os.path.realpath(root), os.path.realpath(repository.root)).replace(os.sep, "/")
    folder = "" if inside == "." else f"{inside}/"
    edited = differing(repository, commit, [folder + item.path for item in found])
    return _Place(found, described(repository, commit), folder, edited)


def _at_revision(path: Path, revision: str, known: InventoryFiles | None) -> _Place:
    repository = Repository.containing(path)
    commit = repository.commit(revision)
    if commit is None:
        raise UsageError(f"--revision: there is no commit '{revision}' in this checkout")
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.root)).replace(os.sep, "/")
    found = [pair.head for pair in pairs(GitSource(repository, commit, None), known) if pair.head]
    if inside != ".":
        found = [item for item in found if item.path == inside or item.path.startswith(f"{inside}/")]
    if not found:
        raise UsageError(f"{path}: no manifest that is known at {revision}")
    return _Place(_without_sboms(tuple(found)), described(repository, commit))


def _without_sboms(found: tuple[Inventory, ...]) -> tuple[Inventory, ...]:
    """A committed SBOM says what the lock files beside it say, once more; alone it is written in another format."""
    if len(found) == 1:
        return found
    from checks.sboms.bill import FORMAT  # and a reader's modules, which most trees do not need

    return tuple(item for item in found if item.format != FORMAT) or found


# -- what is said ----------------------------------------------------------------------------------------------------


def _about(options: argparse.Namespace, environment: CommandEnvironment, place: _Place) -> About:
    commit = place.commit
    origin = commit.origin if commit else None
    name = options.name or (origin.name if origin else _called(Path(options.path)))
    version = options.version or (_version(commit, place.uncommitted) if commit else None)
    subject = Subject(
        inert(name) or "unnamed",
        inert(version) if version else None,
        commit.commit if commit else None,
        origin.address if origin else None,
    )
    created = commit.created if commit else environment.source_date
    if created is None and options.format.startswith("spdx"):
        created = datetime.now(UTC)  # the format demands one: SOURCE_DATE_EPOCH makes equal bytes
    return About(
        subject,
        Tool("ospo-gate", VERSION),
        f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
        tuple(inert(author) for author in options.author),
        options.scope,
        place.folder,
        place.uncommitted,
    )


def _called(path: Path) -> str:
    whole = path.resolve()
    return whole.name if whole.is_dir() else whole.parent.name


def _version(commit: Described, uncommitted: Sequence[str]) -> str:
    """What differs from the commit is not what the tag names."""
    if uncommitted:
        return f"{commit.commit}-uncommitted"
    return commit.tag or commit.commit


def _licenses(
    options: argparse.Namespace, environment: CommandEnvironment, place: _Place
) -> Mapping[PackageKey, Licensed] | None:
    """None where nothing is known but what the manifests say: most of the time is saved."""
    path = Path(options.path)
    root = path if path.is_dir() else path.parent
    facts = Path(options.facts) if options.facts else environment.facts
    name = options.policy or (str(root / PATH) if (root / PATH).is_file() else None)
    if name is None and facts is None and not _has_tree(root, place.inventories):
        return None
    decided = _decided(name, options, environment, place, root) if name else None
    from app.cli.licensed import licensed

    kept = environment.cache.with_name("texts") if environment.cache and not options.no_cache else None
    return licensed(place.inventories, root, kept, decided, facts)


def _has_tree(root: Path, found: Sequence[Inventory]) -> bool:
    """Whether something may be installed below `root`."""
    folders = {folder for item in found for folder in PurePosixPath(item.path).parents}
    return any((root / folder / name).is_dir() for folder in folders for name in _TREES)


def _decided(
    name: str, options: argparse.Namespace, environment: CommandEnvironment, place: _Place, root: Path
) -> "Decided":
    """What the policy decides for this repository: as a check of it does, with its overrides and its own file."""
    from app.cli.check import repository_of
    from app.cli.licensed import Decided
    from app.cli.policy_files import named_policies

    repository = repository_of(options, environment)
    if repository.name is None and place.commit and place.commit.origin:
        repository = replace(repository, name=place.commit.origin.name)
    policies = named_policies(name, environment)
    branch = options.target_branch or repository.default_branch
    now = environment.source_date or datetime.now(UTC)
    return Decided(policies.policy_for(repository, branch, now, _own_file(root, policies.wants_own)), repository)


def _own_file(root: Path, path: str | None) -> bytes | None:
    if path is None:
        return None
    from checks.policy.tighten import MAX_BYTES

    try:
        with (root / path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{root / path} cannot be read: {error.strerror}") from None


def _report(content: Content, found: Sequence[Inventory]) -> int:
    """What the document could not say, on standard error; 1 if a whole file could not be read."""
    for sentence in content.unread:
        print(sentence, file=sys.stderr)
    return 1 if any(p.code in ("unreadable", "too-large") for item in found for p in item.problems) else 0


def validate(text: str) -> int:
    from checks.sboms.describe import read
    from checks.sboms.validity import validity

    found = validity(text, read(text))
    if found.unknown:
        raise UsageError(f"--validate: {found.unknown}", hint=_EXTRA)
    for fault in found.faults:
        print(f"line {fault.line}: {fault.message}", file=sys.stderr)
    print(f"{'Not valid' if found.faults else 'Valid'} by {found.by}.", file=sys.stderr)
    return 1 if found.faults else 0
