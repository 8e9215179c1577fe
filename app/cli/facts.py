"""`ospo-gate facts build` and `update`: a facts file made where there is a network, and renewed there."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.cli.drive import drive_online
from app.cli.manifests import cache, inventories
from app.cli.output import check_target
from app.cli.policy_files import policies_on_disk
from app.cli.progress import Progress
from app.facts.build import Asking, Content, from_export, wanted, without_advisories
from app.facts.container import write
from app.facts.file import open_facts, save
from app.facts.file_records import exploited_records
from app.facts.osv_export import Export, exported_at, read_exports
from app.policies import PATH, starter_policy
from app.settings import Workflow, command_environment, fact_settings
from checks.advisories.ecosystems import identity
from checks.engine.plan import Plan
from checks.facts import kev
from checks.facts.exchange import UnreadableAnswer
from checks.model.errors import UsageError
from checks.model.facts import Questions
from checks.model.phrase import visible
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.schema import Policy
from checks.render.english import counted


def build(options: argparse.Namespace) -> int:
    """Write a facts file for what the manifests at the paths bring."""
    output = Path(options.output)
    check_target(output)
    exports = [Path(item) for item in options.offline_osv]
    _check(options, exports)
    plan = _plan([Path(item) for item in options.paths], options)
    packages = None if options.all and exports else {change.purl for change in plan.changes}
    content = Content()
    if exports:
        content = _of_exports(exports, packages)
    if options.online or not exports:
        questions = without_advisories(wanted(plan, _policy(options), options.all), content)
        found = _online(options, plan, questions)
        for source, at in found.read.items():
            content.read_at(source, at)
        content.add(found.records.values())
        content.troubles.update(found.troubles)
    if options.offline_kev:
        _add_exploited(content, Path(options.offline_kev))
    return _write(output, content)


def update(options: argparse.Namespace) -> int:
    """Ask again for all that a facts file holds."""
    path = Path(options.file)
    file = open_facts(path)
    if file.header.complete or not file.header.counts.get("version"):
        hint = "Make it anew with: ospo-gate facts build --offline-osv …"
        raise UsageError(f"{path} was made from exports, so there is nothing to ask again", hint=hint)
    with Progress(1) as progress:
        asking = Asking(fact_settings(), told=_telling(progress))
        content = drive_online(asking.again(file))
    return _write(path, content)


def _check(options: argparse.Namespace, exports: Sequence[Path]) -> None:
    if not options.paths and not (exports and options.all):
        hint = "For example: ospo-gate facts build --for . --output facts.db"
        raise UsageError("facts build: name with --for whose packages are needed", hint=hint)
    if options.online and not options.paths:
        raise UsageError("facts build: --online needs --for: nobody can be asked about all packages that there are")


def _plan(paths: Sequence[Path], options: argparse.Namespace) -> Plan:
    known = cache(options.no_cache)
    pairs = [ManifestPair(f"{path}/{item.path}", None, item) for path in paths for item in inventories(path, known)]
    return Plan(Snapshot(Listing("", ""), tuple(pairs)))


def _policy(options: argparse.Namespace) -> Policy:
    """What it asks is asked in any case: the lists of releases that freshness needs."""
    root = Path(options.paths[0])
    path = Path(options.policy) if options.policy else (root if root.is_dir() else root.parent) / PATH
    there = options.policy is not None or path.exists()
    return policies_on_disk(str(path), command_environment()).plain if there else starter_policy()


def _of_exports(paths: Sequence[Path], packages: set[str] | None) -> Content:
    for path in paths:
        if not path.exists():
            raise UsageError(f"--offline-osv: there is no such file or folder: {path}")
    as_of = min(exported_at(path) for path in paths)
    with Progress(1) as progress:
        export: Export = read_exports(
            paths,
            None if packages is None else frozenset(map(identity, packages)),
            as_of,
            lambda done: progress.at(0, f"{done:,} advisories"),
        )
    if not export.complete:
        raise UsageError(
            "--offline-osv: no ecosystem's advisories are in it", hint="Give <ECOSYSTEM>/all.zip of OSV's exports."
        )
    return from_export(export, packages, as_of)


def _add_exploited(content: Content, path: Path) -> None:
    """What the catalog of known exploited vulnerabilities says of the advisories; as old as its file."""
    try:
        with path.open("rb") as file:
            data = file.read(kev.request().limit_bytes + 1)
            as_of = datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), UTC)
        found = kev.read(kev.request(), json.loads(data), as_of).facts
    except OSError as error:
        raise UsageError(f"--offline-kev: {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError, UnreadableAnswer):
        hint = "It is known_exploited_vulnerabilities.json, as CISA publishes it."
        raise UsageError(f"--offline-kev: {path} is not the catalog", hint=hint) from None
    content.add(exploited_records(found, content.cves(), as_of))
    content.read_at(kev.SOURCE, as_of)


def _online(options: argparse.Namespace, plan: Plan, questions: Questions) -> Content:
    root = Path(options.paths[0])
    workflow = command_environment().workflow or Workflow()
    with Progress(len(questions)) as progress:
        asking = Asking(fact_settings(), root if root.is_dir() else root.parent, told=_telling(progress))
        return drive_online(asking.of_plan(plan, workflow.repository, questions))


def _telling(progress: Progress) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        progress.total = total
        progress.at(done, "packages")

    return told


def _write(path: Path, content: Content) -> int:
    if not content.read and content.troubles:
        source, trouble = next(iter(sorted(content.troubles.items())))
        hint = f"{source}: {visible(trouble)}. Nothing was written."
        raise UsageError("no source of facts could be asked", hint=hint)
    size = save(path, write(content.records.values(), datetime.now(UTC), content.read, content.complete))
    counts: dict[str, int] = {}
    for key in content.records:
        counts[key.kind] = counts.get(key.kind, 0) + 1
    held = f"{counted(counts.get('version', 0), 'package version')}, {counted(counts.get('advisory', 0), 'advisory')}"
    print(f"{path}: {held}, {-(-size // 1000):,} kB.", file=sys.stderr)
    for source, trouble in sorted(content.troubles.items()):
        print(f"  {source} could not answer all: {visible(trouble)}", file=sys.stderr)
    if content.troubles:
        print(f"  Ask again later with: ospo-gate facts update {path}", file=sys.stderr)
    return 0
