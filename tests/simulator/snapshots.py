"""Dependency submission: what GitHub accepts as a snapshot, and which of them count."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import invalid_request
from .repository import Repository
from .world import Json

METADATA_MAX = 8
_PURL = re.compile(r"pkg:[A-Za-z][A-Za-z0-9.+-]*/[^\s@?#]+(@[^\s?#]+)?(\?[^\s#]*)?(#\S*)?")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
SUCCESS = "Dependency results for the repo have been successfully updated."
ACCEPTED = (
    "The snapshot was accepted, but it is not for the default branch. "
    "It will not update dependency results for the repository."
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One submission; `data` is the body. `result` is SUCCESS, ACCEPTED or INVALID."""

    id: int
    created_at: str
    result: str
    message: str
    data: Json

    @property
    def key(self) -> tuple[str, str]:
        """Of all with the same correlator and detector only the latest counts."""
        return self.data["job"]["correlator"], self.data["detector"]["name"]


def submit(repository: Repository, body: Json) -> Snapshot:
    """Raises ApiError 422 for a wrong shape; what is wrong with the contents makes a snapshot INVALID."""
    problem = _shape(body)
    if problem:
        raise invalid_request(problem)
    world = repository.world
    message = _contents(repository, body)
    result = "INVALID"
    if message is None:
        current = _on_default_branch(repository, body["sha"])
        result, message = ("SUCCESS", SUCCESS) if current else ("ACCEPTED", ACCEPTED)
    snapshot = Snapshot(world.next_id("snapshot"), world.timestamp(), result, message, body)
    repository.snapshots.append(snapshot)
    return snapshot


def counting(repository: Repository) -> list[Snapshot]:
    """What the dependency graph of the default branch is made of: the latest of each correlator and detector."""
    good = [snapshot for snapshot in repository.snapshots if snapshot.result == "SUCCESS"]
    return list({snapshot.key: snapshot for snapshot in good}.values())


def packages(repository: Repository) -> list[Json]:
    """Every package in the graph with the manifest it stands in, sorted by package URL."""
    found = []
    for snapshot in counting(repository):
        for manifest in snapshot.data.get("manifests", {}).values():
            for package in manifest.get("resolved", {}).values():
                found.append({"manifest": manifest["name"], **package})
    return sorted(found, key=lambda package: str(package.get("package_url")))


def _on_default_branch(repository: Repository, sha: str) -> bool:
    """The commit decides and not `ref`."""
    tip = repository.git.ref(f"refs/heads/{repository.default_branch}")
    return tip is not None and repository.comparer.range(tip, sha).ahead == ()


def _contents(repository: Repository, body: Json) -> str | None:
    info = repository.git.objects.info(body["sha"])
    if info is None or info[0] != "commit":
        return f"The snapshot's sha {body['sha']} is not a commit of this repository."
    for manifest in body.get("manifests", {}).values():
        for key, package in manifest.get("resolved", {}).items():
            for purl in (package.get("package_url"), *package.get("dependencies", [])):
                if purl is not None and not _PURL.fullmatch(purl):
                    return f"Invalid package URL for {key}: {purl}"
    return None


def _shape(body: Json) -> str | None:
    """The first thing that is wrong, in the words of a schema."""
    wanted: Json = {
        "version": int, "sha": _COMMIT, "ref": re.compile(r"refs/.+"), "scanned": str,
        "job": {"id": str, "correlator": str}, "detector": {"name": str, "version": str, "url": str},
    }  # fmt: skip
    problem = _required(wanted, body, "")
    if problem:
        return problem
    try:
        datetime.fromisoformat(body["scanned"])
    except ValueError:
        return '"scanned" is not a date-time.'
    problem = _metadata(body, "metadata")
    manifests = body.get("manifests", {})
    if problem or not isinstance(manifests, dict):
        return problem or '"manifests" is not an object.'
    return next((found for key, value in manifests.items() if (found := _manifest(key, value))), None)


def _required(wanted: Json, given: Any, prefix: str) -> str | None:
    if not isinstance(given, dict):
        return f'"{prefix.rstrip(".") or "body"}" is not an object.'
    for key, kind in wanted.items():
        name, value = f"{prefix}{key}", given.get(key)
        if value is None:
            return f'"{name}" wasn\'t supplied.'
        if isinstance(kind, dict):
            problem = _required(kind, value, f"{name}.")
            if problem:
                return problem
        elif isinstance(kind, re.Pattern):
            if not isinstance(value, str) or not kind.fullmatch(value):
                return f'"{name}" does not match {kind.pattern}.'
        elif not isinstance(value, kind) or isinstance(value, bool):
            return f'"{name}" is not of type {kind.__name__}.'
    return None


def _manifest(key: str, manifest: Any) -> str | None:
    name = f"manifests.{key}"
    problem = _required({"name": str}, manifest, f"{name}.") or _metadata(manifest, f"{name}.metadata")
    if problem:
        return problem
    resolved = manifest.get("resolved", {})
    if not isinstance(resolved, dict):
        return f'"{name}.resolved" is not an object.'
    return next((found for at, value in resolved.items() if (found := _package(f"{name}.{at}", value))), None)


def _package(name: str, package: Any) -> str | None:
    if not isinstance(package, dict):
        return f'"{name}" is not an object.'
    for key, values in (("relationship", ("direct", "indirect")), ("scope", ("runtime", "development"))):
        if key in package and package[key] not in values:
            return f'"{name}.{key}" is not one of {", ".join(values)}.'
    if not isinstance(package.get("package_url", ""), str):
        return f'"{name}.package_url" is not of type str.'
    dependencies = package.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(one, str) for one in dependencies):
        return f'"{name}.dependencies" is not a list of package URLs.'
    return _metadata(package, f"{name}.metadata")


def _metadata(holder: Json, name: str) -> str | None:
    """At most eight keys, each a scalar."""
    metadata = holder.get("metadata", {})
    if not isinstance(metadata, dict) or len(metadata) > METADATA_MAX:
        return f'"{name}" is not an object of at most {METADATA_MAX} keys.'
    if any(isinstance(value, dict | list) for value in metadata.values()):
        return f'"{name}" has a value that is no scalar.'
    return None
