"""npm, yarn, pnpm and bun: each writes the lock file of a project and lists what is in it."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.roundtrips.javascript_projects import PROJECTS, Manifest, Project
from tests.roundtrips.listing import Edge, Key, Said, reached
from tests.roundtrips.manager import Made, Manager
from tests.roundtrips.tools import Tools

REQUIREMENTS = ("dependencies", "optionalDependencies", "devDependencies")


def npm(version: int, tools: Tools, name: str, folder: Path) -> Made:
    lay(tools, PROJECTS[name], folder, "npm")
    tools.run(folder, "npm", "install", "--package-lock-only", "--ignore-scripts", f"--lockfile-version={version}")
    nodes = json.loads(tools.run(folder, "npm", "query", "*", "--package-lock-only"))
    members = {"", *PROJECTS[name].members}
    direct = {place for node in nodes if node["location"] in members for place in node["to"]}
    real = {node["realpath"] for node in nodes if node["location"] in direct}
    listing: dict[Key, Said] = {}
    for node in nodes:
        if node["location"] not in members and not node.get("isLink"):
            key = _pkgid(node["pkgid"])
            before = listing.get(key, Said(True, False))
            asked = node["location"] in direct or node["realpath"] in real
            listing[key] = Said(before.dev and node["dev"], before.direct or asked)
    return Made(folder / "package-lock.json", listing)


def _pkgid(text: str) -> Key:
    """`name@1.0.0`, or `alias@npm:name@1.0.0`; without a version the file has none."""
    name, _, version = text.rpartition("@")
    return (name.rpartition("@npm:")[2], version) if name else (text, "")


def yarn_classic(tools: Tools, name: str, folder: Path) -> Made:
    program = tools.npm("yarn", "1") / "bin" / "yarn.js"
    project = PROJECTS[name]
    lay(tools, project, folder, "yarn-classic")
    tools.run(folder, "node", program, "install", "--ignore-scripts", "--non-interactive", "--ignore-platform")
    everything = _yarn_names(tools.run(folder, "node", program, "list", "--json"))
    aliases = _aliases(project)
    keys = {_alias(key, aliases) for key in everything}
    return Made(folder / "yarn.lock", dict.fromkeys(sorted(keys), Said()))


def _yarn_names(output: str) -> Iterator[Key]:
    for line in output.splitlines():
        event = json.loads(line)
        if event["type"] == "tree":
            yield from _yarn_tree(event["data"]["trees"])


def _yarn_tree(trees: Iterable[Mapping[str, Any]]) -> Iterator[Key]:
    """`shadow` entries are requirements, not packages."""
    for tree in trees:
        if not tree.get("shadow"):
            name, _, version = tree["name"].rpartition("@")
            yield name, version
            yield from _yarn_tree(tree["children"])


def _aliases(project: Project) -> Mapping[str, str]:
    found = {}
    for manifest in (project.manifest, *project.members.values()):
        for field in REQUIREMENTS:
            for alias, wanted in _table(manifest, field).items():
                if wanted.startswith("npm:"):
                    found[alias] = wanted.removeprefix("npm:").rpartition("@")[0]
    return found | {f"{name}-cjs": name for name in ("string-width", "strip-ansi", "wrap-ansi")}


def _alias(key: Key, aliases: Mapping[str, str]) -> Key:
    """Yarn 1 and bun list an alias under its own name."""
    return aliases.get(key[0], key[0]), key[1]


def yarn_berry(version: str, tools: Tools, name: str, folder: Path) -> Made:
    program = tools.npm("@yarnpkg/cli-dist", version) / "bin" / "yarn.js"
    project = PROJECTS[name]
    lay(tools, project, folder, "yarn-berry")
    (folder / "yarn.lock").touch()
    tools.run(folder, "node", program, "install", "--mode=update-lockfile")
    output = tools.run(folder, "node", program, "info", "--all", "--recursive", "--json")
    keys: dict[str, Key] = {}
    edges: dict[str, list[str]] = {}
    asked = []
    manifests = {"": project.manifest, **project.members}
    for line in output.splitlines():
        entry = json.loads(line)
        locator, children = entry["value"], entry["children"]
        requires = [(_physical(d["descriptor"]), _physical(d["locator"])) for d in children.get("Dependencies", ())]
        place = locator.partition("@workspace:")[2].removesuffix(".") if "@workspace:" in locator else None
        edges[locator] = [target for _, target in requires]
        if place is None:
            keys[locator] = (_locator_name(locator), children["Version"])
        elif place in manifests:
            shipped = {**_table(manifests[place], "dependencies"), **_table(manifests[place], "optionalDependencies")}
            asked += [Edge(target, dev=_locator_name(wanted) not in shipped) for wanted, target in requires]
    return Made(folder / "yarn.lock", reached(keys, edges, asked))


def _physical(locator: str) -> str:
    """A package with peers has one virtual instance for each set of them."""
    return re.sub(r"@virtual:[0-9a-f]+#", "@", locator)


def _locator_name(locator: str) -> str:
    return "@" + locator[1:].partition("@")[0] if locator[0] == "@" else locator.partition("@")[0]


def pnpm(version: str, tools: Tools, name: str, folder: Path) -> Made:
    home = tools.npm("pnpm", version)
    native = next((home.parent / "@pnpm").glob("exe.*/pnpm"), None)
    program = native or home.parent / ".bin" / "pnpm"
    project = PROJECTS[name]
    lay(tools, project, folder, f"pnpm-{version}")
    reads_lock = int(version) >= 10
    store = f"--store-dir={tools.folder / 'caches' / f'pnpm-{version}'}"
    how = ("--lockfile-only",) if reads_lock else ("--force", store)
    tools.run(folder, program, "install", "--ignore-scripts", "--no-frozen-lockfile", *how)
    reading = ("--lockfile-only",) if reads_lock else ()
    output = tools.run(folder, program, "list", *reading, "--depth", "Infinity", "--json", "--recursive")
    keys: dict[str, Key] = {}
    edges: defaultdict[str, list[str]] = defaultdict(list)
    asked = []
    for importer in _documents(output):
        for field in REQUIREMENTS:
            for node in _pnpm_tree(importer.get(field) or {}, keys, edges):
                asked.append(Edge(node, dev=field == "devDependencies"))
    return Made(folder / "pnpm-lock.yaml", reached(keys, edges, asked))


def _documents(output: str) -> Iterator[Mapping[str, Any]]:
    """Some versions write one list, others a list per workspace member."""
    place, decoder = 0, json.JSONDecoder()
    while place < len(output.rstrip()):
        document, place = decoder.raw_decode(output, place)
        place += len(output[place:]) - len(output[place:].lstrip())
        yield from document


def _pnpm_tree(tree: Mapping[str, Any], keys: dict[str, Key], edges: defaultdict[str, list[str]]) -> Iterator[str]:
    """A subtree is written once and `deduped` after that, so edges gather over all places of a package.

    A link leads to another member, which has a list of its own.
    """
    for entry in tree.values():
        node = entry.get("path") or f"{entry['from']}@{entry['version']}"
        version = entry["version"]
        if version.startswith("link:"):
            continue
        keys[node] = (entry["from"], _plain(version))
        edges[node] += _pnpm_tree(entry.get("dependencies") or {}, keys, edges)
        yield node


def bun(tools: Tools, name: str, folder: Path) -> Made:
    program = next((tools.npm("bun", "1").parent / "@oven").glob("*/bin/bun"))
    project = PROJECTS[name]
    lay(tools, project, folder, "bun")
    tools.run(folder, program, "install", "--lockfile-only", "--ignore-scripts")
    aliases = _aliases(project)
    everything, shipped, direct = (
        {_alias(key, aliases) for key in _bun_names(tools.run(folder, program, "pm", "ls", *options))}
        for options in (("--all",), ("--all", "--prod"), ())
    )
    listing = {key: Said(key not in shipped, None if project.members else key in direct) for key in sorted(everything)}
    return Made(folder / "bun.lock", listing)


def _bun_names(output: str) -> Iterator[Key]:
    for line in output.splitlines():
        if found := re.match(r"[│├└─ ]+(?P<name>@?[^@\s]+)@(?P<version>\S+)$", line):
            yield found["name"], _plain(found["version"])


def _plain(version: str) -> str:
    """Nothing where a manager writes an address or a folder in the place of the version."""
    return version if version[:1].isdigit() and "/" not in version else ""


def lay(tools: Tools, project: Project, folder: Path, manager: str) -> None:
    """Writes the project as one manager wants it."""
    manifest = dict(project.manifest)
    if project.overrides:
        field = {"npm": "overrides", "bun": "overrides"}.get(manager, "resolutions")
        if not manager.startswith("pnpm"):
            manifest[field] = dict(project.overrides)
        elif int(manager.removeprefix("pnpm-")) < 10:
            manifest["pnpm"] = {"overrides": dict(project.overrides)}
    folder.mkdir(parents=True)
    packages = {"": manifest, **project.members, **project.folders}
    if manager.startswith("pnpm"):
        packages = {place: _with_workspace_protocol(content, project) for place, content in packages.items()}
    for place, content in packages.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "package.json").write_text(_filled(json.dumps(content, indent=2), tools, folder))
    if manager.startswith("pnpm"):
        members = [f"  - {place}" for place in project.members]
        lines = ["packages:", *members] if members else []
        if project.overrides and "pnpm" not in manifest:
            lines += ["overrides:", *(f'  {name}: "{version}"' for name, version in project.overrides.items())]
        if lines:
            (folder / "pnpm-workspace.yaml").write_text("\n".join(lines) + "\n")


def _with_workspace_protocol(manifest: Manifest, project: Project) -> Manifest:
    """pnpm takes a member for a version of the registry unless it is told."""
    members = {member["name"] for member in project.members.values()}
    wanted = {name: f"workspace:{v}" if name in members else v for name, v in _table(manifest, "dependencies").items()}
    return {**manifest, "dependencies": wanted} if wanted else manifest


def _filled(text: str, tools: Tools, folder: Path) -> str:
    """`{tarball:…}` and `{git}` filled in."""
    for name in re.findall(r"\{tarball:([^}]+)\}", text):
        address = tools.run(folder, "npm", "view", name, "dist.tarball").strip()
        text = text.replace(f"{{tarball:{name}}}", address)
    return text.replace("{git}", f"git+file://{_repository(tools)}") if "{git}" in text else text


def _repository(tools: Tools) -> Path:
    home = tools.folder / "from-git"
    if not (home / ".git").exists():
        home.mkdir(parents=True)
        package = {"name": "from-git", "version": "0.3.0", "dependencies": {"wrappy": "1.0.2"}}
        (home / "package.json").write_text(json.dumps(package))
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        tools.run(home, "git", "init", "--quiet", "--initial-branch=main")
        tools.run(home, "git", "add", ".")
        tools.run(home, "git", *who, "commit", "--quiet", "--message=First")
    return home


def _table(manifest: Mapping[str, object], field: str) -> Mapping[str, str]:
    table = manifest.get(field)
    return table if isinstance(table, dict) else {}


def _manager(name: str, make: Callable[[Tools, str, Path], Made]) -> Manager:
    taken = [
        project for project, content in PROJECTS.items() if not any(name.startswith(n) for n in content.refused_by)
    ]
    return Manager(name, tuple(taken), make, own=_own)


def _own(name: str) -> frozenset[str]:
    project = PROJECTS[name]
    return frozenset(str(manifest["name"]) for manifest in (project.manifest, *project.members.values()))


MANAGERS = (
    *(_manager(f"npm, lock v{version}", partial(npm, version)) for version in (1, 2, 3)),
    _manager("yarn 1", yarn_classic),
    *(_manager(f"yarn {version}", partial(yarn_berry, version)) for version in ("3", "4")),
    *(_manager(f"pnpm {version}", partial(pnpm, version)) for version in ("7", "8", "9", "10", "12")),
    _manager("bun 1", bun),
)
