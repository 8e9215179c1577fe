"""Repositories and changes in few words."""

import itertools
import json
from typing import Any

from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

POLICY = """\
version: 1
owner: {contact: "https://example.com/open-source", responds_within: 2 working days}
licenses:
  allow: [public-domain, permissive]
signoff: {}
waivers:
  - id: W-2026-014
    rules: [license-not-allowed]
    package: pkg:npm/left-grid
    reason: Linked dynamically.
    approved_by: "@grace"
    expires: 2099-03-31
"""
_numbers = itertools.count(1)


def npm(**packages: tuple[str, str, list[str]]) -> dict[str, str]:
    """package.json and package-lock.json: name=(version, license, [what it requires]). Names use `_` for `-`.

    What nobody requires is direct.
    """
    named = {name.replace("_", "-"): package for name, package in packages.items()}
    required = {child for _, _, children in named.values() for child in children}
    direct = {name: version for name, (version, _, _) in named.items() if name not in required}
    entries: dict[str, Any] = {"": {"name": "web", "version": "1.0.0", "dependencies": direct}}
    for name, (version, license_, children) in sorted(named.items()):
        entry: dict[str, Any] = {"version": version, "license": license_}
        if children:
            entry["dependencies"] = {child: named[child][0] for child in children}
        entries[f"node_modules/{name}"] = entry
    manifest = {"name": "web", "version": "1.0.0", "dependencies": direct}
    lock = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": entries}
    return {
        "package.json": json.dumps(manifest, indent=2) + "\n",
        "package-lock.json": json.dumps(lock, indent=2) + "\n",
    }


CLEAN = npm(tiny=("1.0.0", "MIT", []))
COPYLEFT = npm(
    tiny=("1.0.0", "MIT", []),
    chart_kit=("4.2.0", "MIT", ["svg-mill"]),
    svg_mill=("1.8.0", "MIT", ["glyph-core"]),
    glyph_core=("2.1.0", "GPL-3.0-only", []),
)
SIGNED = "Signed-off-by: Ada Lovelace <ada@example.com>"


def repository(stage: Stage, files: dict[str, Any] | None = None, **options: Any) -> Repository:
    """A new repository in `example` with the policy and a clean npm project, unless `files` says otherwise."""
    name = f"web-{next(_numbers)}"
    content = {"policy.yaml": POLICY, **CLEAN} if files is None else files
    return stage.sim.create_repository("example", name, files=content, **options)


def pull(stage: Stage, repository: Repository, files: dict[str, Any], message: str = "", **options: Any) -> Pull:
    """A pull request by Ada with one commit; signed off unless `message` says otherwise."""
    branch = f"change-{next(_numbers)}"
    repository.commit(branch, files, message or f"Change something\n\n{SIGNED}", stage.ada)
    return repository.open_pull(head=branch, base="main", title="Change something", author=stage.ada, **options)
