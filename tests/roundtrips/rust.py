"""cargo, without its registry: the crates lie in a vendor folder, which it takes in the place of the registry."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.roundtrips.listing import Edge, reached
from tests.roundtrips.manager import Made, Manager
from tests.roundtrips.tools import Tools

CONFIG = '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "vendor"\n'

#: Crate and version → its requirements.
CRATES: Mapping[str, str] = {
    "plain 1.0.0": "[dependencies]\ndeep = '2'",
    "deep 2.3.0": "",
    "deep 1.9.0": "",
    "other 0.3.1-beta.1+build.5": "[dependencies]\ndeep = '1'",
    "maybe 1.1.0": "[dependencies]\ndeep = '2'",
    "checked 4.0.0": "[dependencies]\nonly-checked = '1'\ndeep = '2'",
    "only-checked 1.0.9": "",
    "made 0.1.0": "[dependencies]\nonly-made = '1'",
    "only-made 1.0.0": "",
    "windowed 0.48.5": "[build-dependencies]\nonly-made = '1'",
}

#: Project → folder of a member → its requirements.
PROJECTS: Mapping[str, Mapping[str, str]] = {
    "kinds": {
        "": """
            [dependencies]
            plain = '1'
            renamed = { version = '=0.3.1-beta.1', package = 'other' }
            maybe = { version = '1', optional = true }
            [dev-dependencies]
            checked = '4'
            [build-dependencies]
            made = '0.1'
            [target.'cfg(windows)'.dependencies]
            windowed = '0.48'
        """,
    },
    "members": {
        "": "[workspace]\nmembers = ['one', 'two']\n[dependencies]\nthe-members-one = { path = 'one' }",
        "one": "[dependencies]\nplain = '1'",
        "two": "[dependencies]\nthe-members-one = { path = '../one' }\n[dev-dependencies]\nchecked = '4'",
    },
}


def cargo(tools: Tools, name: str, folder: Path) -> Made:
    _write(name, folder)
    tools.run(folder, "cargo", "generate-lockfile", "--offline")
    reading = ("--offline", "--locked", "--format-version=1", "--all-features")
    told = json.loads(tools.run(folder, "cargo", "metadata", *reading))
    members = set(told["workspace_members"])
    keys = {p["id"]: (p["name"], p["version"]) for p in told["packages"] if p["id"] not in members}
    edges = {}
    asked = []
    for node in told["resolve"]["nodes"]:
        kinds = {d["pkg"]: {kind["kind"] for kind in d["dep_kinds"]} for d in node["deps"]}
        edges[node["id"]] = [target for target in kinds if target not in members]
        if node["id"] in members:
            asked += [Edge(target, dev=None not in found) for target, found in kinds.items()]
    return Made(folder / "Cargo.lock", reached(keys, edges, asked))


def _write(name: str, folder: Path) -> None:
    for place, manifest in PROJECTS[name].items():
        _crate(folder / place, f"the-{name}-{place}".rstrip("-"), "0.1.0", manifest)
    for crate, manifest in CRATES.items():
        title, version = crate.split()
        home = folder / "vendor" / crate.replace(" ", "-")
        _crate(home, title, version, manifest)
        checksum = {"files": {}, "package": hashlib.sha256(crate.encode()).hexdigest()}
        (home / ".cargo-checksum.json").write_text(json.dumps(checksum))
    (folder / ".cargo").mkdir()
    (folder / ".cargo" / "config.toml").write_text(CONFIG)


def _crate(folder: Path, name: str, version: str, manifest: str) -> None:
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").touch()
    head = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
    (folder / "Cargo.toml").write_text(head + "\n".join(line.strip() for line in manifest.splitlines()) + "\n")


def _own(name: str) -> frozenset[str]:
    return frozenset(f"the-{name}-{place}".rstrip("-") for place in PROJECTS[name])


MANAGERS = (Manager("cargo", tuple(PROJECTS), cargo, own=_own),) if shutil.which("cargo") else ()
