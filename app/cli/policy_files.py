"""A policy with all its files, from a disk or from GitHub: what it extends, and the decisions beside it."""

import json
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.cli.drive import drive
from app.policies import Remote, complete, decisions_in, is_decision, load_policies
from app.ports import FileRef, Side
from app.settings import CommandEnvironment
from app.sources.folder import FolderSource
from checks.model.errors import PolicyError, PolicyIssue, UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import DECISIONS, PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import PolicySet, wanted

#: UTF-8 needs at most four bytes a character; what is longer is refused without being read to its end.
_MAX_BYTES = 4 * MAX_CHARACTERS + 1
#: Decisions that are read from GitHub one by one.
_MAX_REMOTE = 200


def named_policies(name: str, environment: CommandEnvironment) -> PolicySet:
    """The policy that somebody named: a file, or `owner/repo[/path]@ref` on GitHub.

    Raises `UsageError`, `SourceError` or `PolicyError`; never a default.
    """
    if "@" in name and not os.path.exists(name):
        return _from_github(name, environment)
    return policies_on_disk(name, environment)


def policies_on_disk(name: str, environment: CommandEnvironment, option: str = "--policy: ") -> PolicySet:
    """The policy of a file, with what it extends beside it. Raises as `named_policies`."""
    try:
        with Path(name).open("rb") as file:
            data = file.read(_MAX_BYTES)
    except FileNotFoundError:
        hint = "Give a file, or owner/repo[/path]@ref."
        raise UsageError(f"{option}there is no such file: {name}", hint=hint) from None
    except OSError as error:
        raise UsageError(f"{option}{name} cannot be read: {error.strerror}") from None
    inside = os.path.normpath(name).replace(os.sep, "/")
    root, path = (".", inside) if not os.path.isabs(name) and not inside.startswith("../") else os.path.split(name)
    source = FolderSource(Path(root))
    files = PolicyFiles(data, name, path)
    return load_policies(drive(_completed(files, source, remote_of(environment))))


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

    return {ref: fetch(str(ref), "extends", environment).data for ref in refs}


def _from_github(name: str, environment: CommandEnvironment) -> PolicySet:
    from app.cli.remote import fetch

    found = fetch(name, "--policy", environment)
    owner, repository, path = found.label.rpartition("@")[0].split("/", 2)
    within = f"{owner}/{repository}"
    files = PolicyFiles(found.data, found.label, path, found.ref)
    files = replace(files, decisions=_decisions(within, files, environment))
    while refs := wanted(files):
        named = {ref: str(ref) if ref.repository else f"{within}/{ref.path}@{found.ref}" for ref in refs}
        files = files.having({ref: fetch(text, "extends", environment).data for ref, text in named.items()})
    return load_policies(files)


def _decisions(repository: str, files: PolicyFiles, environment: CommandEnvironment) -> Mapping[str, bytes]:
    """The decisions beside a policy on GitHub."""
    from app.cli.remote import NotThereError, fetch, get

    folder, ref = beside_main(files.path, DECISIONS), files.revision or ""
    where = f"/repos/{repository}/contents/{urllib.parse.quote(folder)}?ref={urllib.parse.quote(ref, safe='')}"
    try:
        listed = get(where, "--policy: ", f"{repository}/{folder}@{ref}", environment, "application/vnd.github+json")
    except NotThereError:
        return {}
    try:
        names = [item["name"] for item in json.loads(listed) if item["type"] == "file"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise PolicyError(files.name, (PolicyIssue(1, 1, "", f"{folder}/ could not be listed"),)) from None
    names = [name for name in names if isinstance(name, str) and is_decision(name.encode())]
    if len(names) > _MAX_REMOTE:
        message = f"{folder}/ has {len(names):,} files, and {_MAX_REMOTE} are read from GitHub one by one"
        raise PolicyError(files.name, (PolicyIssue(1, 1, "", message, "check the repository out and name its file"),))
    paths = [f"{folder}/{name}" for name in names]
    return {path: fetch(f"{repository}/{path}@{ref}", "--policy", environment).data for path in paths}
