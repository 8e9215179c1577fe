"""A policy that is read from GitHub: its file, what it extends, and the decisions beside it."""

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.cli.remote import NotThereError, fetch, get, query
from app.policies import is_decision, load_policies
from app.settings import CommandEnvironment
from checks.model.errors import PolicyError, PolicyIssue, SourceError
from checks.policy.files import DECISIONS, MAX_DECISIONS, PolicyFiles, beside_main
from checks.policy.layers import PolicySet, wanted

#: More decisions than these are read many at once, for which GitHub wants a token; without one no more than `_MOST`.
_ONE_BY_ONE, _MOST = 50, 200
#: Texts of one query: GitHub gives up on an answer after ten seconds.
_TEXTS = 250
#: A regular file, by what is left of its mode in git.
_REGULAR = 0o100


def policies_on_github(name: str, environment: CommandEnvironment, option: str = "--policy: ") -> PolicySet:
    """The policy of `owner/repo[/path]@ref`; nothing on the disk is looked at. Raises as `named_policies`."""
    found = fetch(name, option, environment)
    owner, repository, path = found.label.rpartition("@")[0].split("/", 2)
    within = f"{owner}/{repository}"
    files = PolicyFiles(found.data, found.label, path, found.ref)
    files = replace(files, decisions=_decisions(within, files, environment))
    while refs := wanted(files):
        named = {ref: str(ref) if ref.repository else f"{within}/{ref.path}@{found.ref}" for ref in refs}
        files = files.having({ref: fetch(text, "extends: ", environment).data for ref, text in named.items()})
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
        items = json.loads(listed)
        names = [item["name"] for item in items if item["type"] == "file"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise PolicyError(files.name, (PolicyIssue(1, 1, "", f"{folder}/ could not be listed"),)) from None
    names = [name for name in names if isinstance(name, str) and is_decision(name.encode())]
    if len(items) > _ONE_BY_ONE and environment.token:  # of more than 1,000 the list has no more
        return _many(repository, folder, ref, environment)
    if len(names) > _MOST:
        message = f"{folder}/ has {len(names):,} files, and {_MOST} are read from GitHub one by one"
        hint = "give a token in GITHUB_TOKEN, or check the repository out and name its file"
        raise PolicyError(files.name, (PolicyIssue(1, 1, "", message, hint),))
    paths = [f"{folder}/{name}" for name in names]
    return {path: _fetched(repository, path, ref, environment) for path in paths}


def _many(repository: str, folder: str, ref: str, environment: CommandEnvironment) -> Mapping[str, bytes]:
    """The decisions of a folder by a few queries; what GitHub does not give whole is read by itself."""
    paths = _listed(repository, folder, ref, environment)
    found: dict[str, bytes] = {}
    for start in range(0, len(paths), _TEXTS):
        some = paths[start : start + _TEXTS]
        fields = " ".join(f"f{index}: object(expression: $e{index}) {{ ...file }}" for index in range(len(some)))
        data = _asked(
            fields, {f"e{index}": f"{ref}:{path}" for index, path in enumerate(some)}, repository, folder, environment,
            "fragment file on Blob { byteSize text }",
        )  # fmt: skip
        for index, path in enumerate(some):
            text, size = _text(data.get(f"f{index}"))
            whole = text is not None and len(text) == size
            found[path] = text if whole and text is not None else _fetched(repository, path, ref, environment)
    return found


def _text(row: object) -> tuple[bytes | None, object]:
    """The text of a file as far as GitHub gives it, and how many bytes it should have."""
    text = row.get("text") if isinstance(row, dict) else None
    size = row.get("byteSize") if isinstance(row, dict) else None
    return (text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None), size


def _listed(repository: str, folder: str, ref: str, environment: CommandEnvironment) -> list[str]:
    """The paths of the decisions."""
    tree = "fragment folder on Tree { entries { name mode } }"
    data = _asked("tree: object(expression: $e) { ...folder }", {"e": f"{ref}:{folder}"}, repository, folder,
                  environment, tree)  # fmt: skip
    try:
        rows = [(str(row["name"]), row["mode"] >> 9) for row in data["tree"]["entries"]]
    except (LookupError, TypeError):
        raise SourceError(f"--policy: GitHub's answer for {repository}/{folder}@{ref} could not be read") from None
    names = [name for name, kind in rows if kind == _REGULAR and is_decision(name.encode("utf-8", "surrogatepass"))]
    return [f"{folder}/{name}" for name in names[: MAX_DECISIONS + 1]]


def _asked(
    fields: str, variables: Mapping[str, str], repository: str, folder: str, environment: CommandEnvironment, more: str
) -> Mapping[str, Any]:
    owner, name = repository.split("/")
    declared = " ".join(f"${variable}: String!" for variable in variables)
    text = (
        f"query($owner: String! $name: String! {declared}) "
        f"{{ repository(owner: $owner, name: $name) {{ {fields} }} }} {more}"
    )
    data = query(text, {"owner": owner, "name": name, **variables}, "--policy: ", f"{repository}/{folder}", environment)
    found = data.get("repository") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _fetched(repository: str, path: str, ref: str, environment: CommandEnvironment) -> bytes:
    return fetch(f"{repository}/{path}@{ref}", "--policy: ", environment).data
