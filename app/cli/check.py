"""`ospo-gate check`: the gate on a checkout."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from app.cli.drive import drive
from app.cli.output import Outputs
from app.facts.installed import InstalledTree
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from app.ports import Source
from app.settings import CommandEnvironment, Workflow, command_environment
from app.sources.folder import FolderSource
from app.sources.git import GitSource, Repository
from checks.model.errors import UsageError
from checks.model.facts import Facts, RepositoryFacts
from checks.policy.schema import Policy
from checks.rules import CHECKS


def run(options: argparse.Namespace) -> int:
    environment = command_environment()
    outputs = Outputs.of(options, environment)
    only = _only(options.only)
    policy = _policy(options.policy, environment) if options.policy else None
    source, root = _source(options, environment.workflow or Workflow())
    gate = Gate(
        policies=PolicyPlace(given=policy),
        facts=FactChain(Facts(repository=_repository(options, environment)), (InstalledTree(root),)),
        clock=lambda: datetime.now(UTC),
        only=only,
    )
    judged = drive(gate.judge(source))
    return outputs.write(judged.report, enforce=options.enforce)


def _only(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    names = {name.strip() for name in text.split(",") if name.strip()}
    known = [check.id for check in CHECKS]
    if unknown := sorted(names - set(known)):
        raise UsageError(f"--only: there is no check '{unknown[0]}'", hint="Checks: " + ", ".join(known))
    return frozenset(names)


def _policy(name: str, environment: CommandEnvironment) -> Policy:
    path = Path(name)
    if path.is_file():
        return load_policy(path.read_bytes(), name)
    if "@" in name and "/" in name.split("@", 1)[0]:
        from app.cli.remote import read_policy

        return read_policy(name, environment)
    raise UsageError(f"--policy: there is no such file: {name}", hint="Give a file, or owner/repo[/path]@ref.")


def _source(options: argparse.Namespace, workflow: Workflow) -> tuple[Source, Path]:
    path = Path(options.path)
    if options.all and not _in_git(path):
        return FolderSource(path), path
    repository = Repository.containing(path)
    head_name = options.head or (None if options.all else workflow.head) or "HEAD"
    head = repository.commit(head_name)
    if head is None:
        raise UsageError(f"--head: this checkout has no commit '{head_name}'", hint=_fetch_hint(workflow))
    if options.all:
        if options.base:
            raise UsageError("--all judges everything as it stands; it does not go with --base")
        return GitSource(repository, head, None), repository.root
    return GitSource(repository, head, _base(options, workflow, repository)), repository.root


def _in_git(path: Path) -> bool:
    try:
        Repository.containing(path)
    except UsageError:
        if not path.exists():
            raise
        return False
    return True


def _base(options: argparse.Namespace, workflow: Workflow, repository: Repository) -> str:
    name = options.base or workflow.base
    base = repository.commit(name) if name else repository.default_base()
    if base is None and name:
        raise UsageError(f"--base: this checkout has no commit '{name}'", hint=_fetch_hint(workflow))
    if base is None:
        raise UsageError(
            "there is nothing to compare with: no origin/HEAD, main or master",
            hint="Name a base with --base REV, or judge the whole tree with --all.",
        )
    return base


def _fetch_hint(workflow: Workflow) -> str:
    if workflow.head:
        return "Let actions/checkout fetch the history: `with: {fetch-depth: 0}`."
    return "Fetch it first: git fetch origin"


def _repository(options: argparse.Namespace, environment: CommandEnvironment) -> RepositoryFacts:
    known = environment.workflow.repository if environment.workflow else RepositoryFacts()
    properties = dict(known.properties)
    for item in options.property:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise UsageError(f"--property: expected NAME=VALUE, not '{item}'")
        properties[name] = value
    return RepositoryFacts(
        name=options.repository_name or known.name,
        visibility=options.visibility or known.visibility,
        default_branch=known.default_branch,
        owner_is_organization=known.owner_is_organization,
        properties=properties,
    )


