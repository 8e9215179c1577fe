"""The inputs of dependency-review-action: the policy of a run that has none, and what is said about it."""

import argparse
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.cli.drive import drive
from app.policies import PATH, load_policy
from app.ports import FileRef, Side, Source
from app.settings import CommandEnvironment
from checks.imports.dependency_review import NAMES
from checks.imports.draft import Terms, account
from checks.imports.inputs import import_inputs
from checks.model.errors import UsageError
from checks.model.phrase import Phrase, join, say, visible
from checks.policy.schema import Policy

#: Inputs that say where to look, not what to judge.
_PLACES = frozenset({"base-ref", "head-ref", "external-repo-token", "repo-token"})
_LABEL = "the inputs of dependency-review-action"
#: Settings that a notice names.
_NAMED = 12
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Review:
    """What becomes of the inputs."""

    policy: Policy | None
    """None: another policy judges."""
    notices: tuple[Phrase, ...]


def inputs_of(options: argparse.Namespace) -> Mapping[str, str]:
    """The inputs that are given, by name. Raises UsageError."""
    given = {}
    for item in options.review:
        name, equals, value = item.partition("=")
        if not equals or name not in NAMES:
            raise UsageError(f"--review: expected NAME=VALUE, not '{visible(item, 80)}'", hint=", ".join(NAMES))
        if value.strip():
            given[name] = value
    return given


def review(
    inputs: Mapping[str, str], named: str | None, source: Source, environment: CommandEnvironment
) -> Review | None:
    """What judges; None where no input says what to judge. `source` is where the policy is read, never what only a
    pull request has. Raises UsageError."""
    judging = [name for name in inputs if name not in _PLACES]
    if not judging:
        return None
    side = Side.BASE if drive(source.listing()).base else Side.HEAD
    if named or drive(source.read([FileRef(side, PATH)])):
        names = join([say("{}", name) for name in judging[:_NAMED]], last=" and ")
        return Review(None, (say("The policy judges, so these inputs do not count: {}.", names),))
    return _judging(inputs, source, side, environment)


def _judging(inputs: Mapping[str, str], source: Source, side: Side, environment: CommandEnvironment) -> Review:
    configuration = inputs.get("config-file", "").strip()
    text = _configuration(configuration, source, side, environment) if configuration else ""
    terms = Terms(datetime.now(UTC).date(), approved_by=_owner(environment))
    done = import_inputs(inputs, text, configuration, terms)
    policy = replace(load_policy(done.policy.encode(), _LABEL), places={})  # nobody sees the lines of its text
    notices = [say("The inputs of dependency-review-action judge, because there is no policy.yaml; "
        "ospo-gate policy import makes one of them.")]  # fmt: skip
    left = [item for item in done.differences if not item.becomes]
    if left:
        named = join([say("{}", visible(item.setting, 60)) for item in left[:_NAMED]])
        more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        notices.append(say("Without effect here: {}" + more + ".", named))
    return Review(policy, tuple(notices))


def _owner(environment: CommandEnvironment) -> str:
    """Who answers for `allow-ghsas`: the owner of the repository whose workflow has it."""
    name = environment.workflow.repository.name if environment.workflow else None
    try:
        return account(f"@{(name or 'owner').partition('/')[0]}")
    except ValueError:
        return "@owner"


def _configuration(name: str, source: Source, side: Side, environment: CommandEnvironment) -> str:
    """`owner/repo/path@ref`, or a file of the checkout: at the merge base, because a change must not judge itself."""
    if "@" in name:
        from app.cli.remote import fetch

        data: bytes | None = fetch(name, "config-file: ", environment).data
    else:
        data = _of_checkout(posixpath.normpath(name), source, side)
    if data is None:
        where = "at the merge base" if side is Side.BASE else "in the checkout"
        raise UsageError(f"config-file: there is no {visible(name)} {where}", hint="It counts after the merge.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"config-file: {visible(name)} is not UTF-8 text") from None


def _of_checkout(path: str, source: Source, side: Side) -> bytes | None:
    if not path.startswith(("/", "../")):
        blob = drive(source.read([FileRef(side, path)])).get(FileRef(side, path))
        return blob.data if blob else None
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError as error:
        raise UsageError(f"config-file: {visible(path)} cannot be read: {error.strerror}") from None
