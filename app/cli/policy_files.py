"""A policy with all its files, from a disk or from GitHub: what it extends, and the decisions beside it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.cli.drive import drive
from app.policies import Remote, complete, decisions_in, load_policies
from app.ports import FileRef, Side
from app.settings import CommandEnvironment
from app.sources.folder import FolderSource
from checks.model.errors import UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import DECISIONS, PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import PolicySet

#: UTF-8 needs at most four bytes a character; what is longer is refused without being read to its end.
MAX_BYTES = 4 * MAX_CHARACTERS + 1


def named_policies(name: str, environment: CommandEnvironment, option: str = "--policy: ") -> PolicySet:
    """The policy that somebody named: a file, or `owner/repo[/path]@ref` on GitHub. Faults begin with `option`.

    Raises `UsageError`, `SourceError` or `PolicyError`; never a default.
    """
    if "@" in name and not os.path.exists(name):
        from app.cli.policy_on_github import policies_on_github

        return policies_on_github(name, environment, option)
    return policies_on_disk(name, environment, option)


def policies_on_disk(name: str, environment: CommandEnvironment, option: str = "--policy: ") -> PolicySet:
    """The policy of a file, with what it extends beside it. Raises as `named_policies`."""
    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES)
    except FileNotFoundError:
        hint = "Give a file, or owner/repo[/path]@ref."
        raise UsageError(f"{option}there is no such file: {name}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{option}{name} cannot be read: {error.strerror}") from None
    inside = os.path.normpath(name).replace(os.sep, "/")
    root, path = (".", inside) if not os.path.isabs(name) and not inside.startswith("../") else os.path.split(name)
    return policies_in(Path(root), PolicyFiles(data, name, path), environment)


def policies_in(root: Path, files: PolicyFiles, environment: CommandEnvironment) -> PolicySet:
    """The policy whose main file is read, with what else of it is in the folder `root`. Raises as `named_policies`."""
    return load_policies(drive(_completed(files, FolderSource(root), remote_of(environment))))


async def _completed(files: PolicyFiles, source: FolderSource, remote: Remote | None) -> PolicyFiles:
    folder = FileRef(Side.HEAD, beside_main(files.path, DECISIONS) + "/")
    listed = await source.read((folder,))
    if folder in listed:
        files = replace(files, decisions=await decisions_in(source, folder, listed[folder]))
    return await complete(files, source, Side.HEAD, remote)


def remote_of(environment: CommandEnvironment) -> Remote | None:
    """Reads other repositories through GitHub's API, if there is a token for it; a check is offline otherwise."""
    return (lambda refs: _fetched(refs, environment)) if environment.token else None


async def _fetched(refs: Sequence[PolicyRef], environment: CommandEnvironment) -> Mapping[PolicyRef, bytes | None]:
    from app.cli.remote import fetch

    return {ref: fetch(str(ref), "extends: ", environment).data for ref in refs}
