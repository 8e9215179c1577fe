"""`ospo-gate check` begins: which revisions it judges. Git lists their commits while the modules that judge load."""

import argparse
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from app.settings import Workflow, command_environment
from app.sources.git import DEFAULT_BASES, Repository
from app.sources.history import History
from checks.model.errors import UsageError


class Revisions(NamedTuple):
    """What is judged of a checkout: a change, or without `base` everything in `head`."""

    repository: Repository
    head: str
    base: str | None

    def history(self) -> AbstractContextManager[History | None]:
        """The commits of the change, begun to be listed."""
        if self.base is None or self.base == self.head:
            return nullcontext()
        return History(self.repository, self.base, self.head)


def run(options: argparse.Namespace) -> int:
    environment = command_environment()
    revisions = revisions_of(options, environment.workflow or Workflow())
    with revisions.history() if revisions else nullcontext() as history:
        # For a long branch git needs longer than all of these need to load.
        from app.cli.check import judge
        from checks.policy import yaml_events  # noqa: F401 - nearly every check reads a policy

        return judge(options, environment, revisions, history)


def revisions_of(options: argparse.Namespace, workflow: Workflow) -> Revisions | None:
    """None where a plain folder is judged as it stands. Raises `UsageError` and `SourceError`."""
    if options.all and options.base:
        raise UsageError("--all judges everything as it stands; it does not go with --base")
    repository = _checkout(Path(options.path)) if options.all else Repository.containing(Path(options.path))
    if repository is None:
        return None
    named_head = options.head or (None if options.all else workflow.head) or "HEAD"
    named_base = None if options.all else options.base or workflow.base
    asked = () if options.all else (named_base,) if named_base else DEFAULT_BASES
    head, *bases = repository.commits(named_head, *asked)
    if head is None and options.all and not options.head:
        return None  # no commits yet: everything as it stands
    if head is None:
        raise missing("head", named_head, workflow if not options.head else None)
    base = next(filter(None, bases), None)
    if base is None and named_base:
        raise missing("base", named_base, workflow if not options.base else None)
    if base is None and not options.all:
        raise UsageError(
            "there is nothing to compare with: no origin/HEAD, main or master",
            hint="Name a base with --base REV, or judge the whole tree with --all.",
        )
    return Revisions(repository, head, base)


def _checkout(path: Path) -> Repository | None:
    """The repository around `path`, or None for a plain folder."""
    try:
        return Repository.containing(path)
    except UsageError as error:
        if not os.path.exists(path) or "safe.directory" in error.hint:
            raise
        return None


def missing(side: str, name: str, workflow: Workflow | None) -> UsageError:
    """Of the `base` or `head` that `workflow`, or else the command line, names."""
    if workflow is None and name != "HEAD":
        return UsageError(f"--{side}: this checkout has no commit '{name}'", hint="Fetch it first: git fetch origin")
    if workflow is None or name == "HEAD":
        return UsageError(
            "this repository has no commits yet", hint="Commit something, or judge the folder with --all."
        )
    if workflow.event == "pull_request_target" and side == "head":
        hint = "Run this workflow on pull_request: pull_request_target checks out the base and has no need of the head."
    else:
        hint = "Let actions/checkout fetch the history: `with: {fetch-depth: 0}`."
    return UsageError(f"the {side} of the event, {name}, is not in this checkout", hint=hint)
