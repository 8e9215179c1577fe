"""package-lock.json and npm-shrinkwrap.json, versions 2 and 3: a map of install paths. Version 1 is in `npmv1`."""

from collections.abc import Mapping

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Object, Span, load_object
from checks.manifests.npmgraph import FORMAT, Entry, Lock, Project
from checks.manifests.npmspec import purl_of
from checks.manifests.npmtree import split_location
from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible


def parse_package_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package that the lock installs, once for each of its install paths."""
    root = load_object(text, lambda depth, key: depth == 0 and key == "packages") if '"packages"' in text else None
    if root is None or "packages" not in root:
        from checks.manifests.npmv1 import parse_tree

        return parse_tree(text, path, companions)
    packages = root["packages"]
    if not isinstance(packages, Object):
        raise UnreadableManifest("its 'packages' is not an object", root.lines["packages"][0])
    lock = Lock(Collector(path, FORMAT))
    workspaces = _has_workspaces(packages)
    for key, fields in packages.items():
        span = packages.lines[key]
        if not isinstance(fields, dict):
            lock.collector.problem(f"the entry '{visible(key, 80)}' is not an object", span[0])
        elif fields.get("link"):
            lock.links.append(key)
        else:
            _add(lock, key, fields, span, workspaces)
    return lock.inventory()


def _add(lock: Lock, key: str, fields: Mapping[str, object], span: Span, workspaces: bool) -> None:
    local = split_location(key)[1]
    # a folder of the repository, unless it claims to be downloaded
    if not local and (not key or "resolved" not in fields):
        shipped = not any(fields.get(flag) for flag in ("dev", "optional", "devOptional", "peer", "extraneous"))
        lock.projects.append(Project(key, fields, not key or workspaces, shipped))
        return
    name = fields.get("name") or local or key.rpartition("/")[2]
    purl = purl_of(name) if isinstance(name, str) else None
    if purl is None or not isinstance(name, str):
        lock.collector.problem(f"the entry '{visible(key, 80)}' does not name a package", span[0])
        return
    version, address = fields.get("version"), fields.get("resolved")
    if not isinstance(version, str) or not version:
        lock.collector.problem(f"the entry '{visible(key, 80)}' has no version", span[0], "unresolved")
        version = None
    lock.entries.append(Entry(key, name, purl, version, address if isinstance(address, str) else None, fields, span))


def _has_workspaces(packages: Mapping[str, object]) -> bool:
    root = packages.get("")
    return isinstance(root, dict) and bool(root.get("workspaces"))
