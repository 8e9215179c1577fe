"""A policy that is read from GitHub: its file, what it extends, and the decisions beside it."""

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import replace

from app.cli.remote import NotThereError, fetch, get
from app.policies import is_decision, load_policies
from app.settings import CommandEnvironment
from checks.model.errors import PolicyError, PolicyIssue
from checks.policy.files import DECISIONS, PolicyFiles, beside_main
from checks.policy.layers import PolicySet, wanted

#: Decisions that are read from GitHub one by one.
_MAX_REMOTE = 200


def policies_on_github(name: str, environment: CommandEnvironment) -> PolicySet:
    """The policy of `owner/repo[/path]@ref`; nothing on the disk is looked at. Raises as `named_policies`."""
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
