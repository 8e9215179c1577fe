"""package-lock.json version 1 (npm 5 and 6): a tree of names, whose direct dependencies only package.json knows."""

import posixpath
from collections.abc import Mapping

from checks.manifests.collect import Collector
from checks.manifests.jsontext import Object, Span, load, load_object
from checks.manifests.npmgraph import FORMAT, Entry, Lock, Project
from checks.manifests.npmspec import alias_of, is_archive, is_path, purl_of, version_in
from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible


def parse_tree(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Every package of the tree at the install path that its place stands for."""
    # names stand at even depths, their fields at odd ones
    root = load_object(text, lambda depth, key: depth % 2 == 1 or key == "dependencies")
    if "packages" in root:
        raise UnreadableManifest("its key 'packages' is written with escapes", root.lines["packages"][0])
    lock = Lock(Collector(path, FORMAT))
    manifest = _companion(path, companions)
    if manifest is not None:
        lock.projects.append(Project("", manifest, development=True))
    tree = root.get("dependencies")
    if tree is not None and not isinstance(tree, Object):
        raise UnreadableManifest("its 'dependencies' is not an object", root.lines["dependencies"][0])
    if tree is not None:
        _walk(lock, tree)
    return lock.inventory()


def _walk(lock: Lock, tree: Object) -> None:
    """The tree in the order of the file, without recursion."""
    stack = [("", tree.lines, iter(tree.items()))]
    while stack:
        container, lines, members = stack[-1]
        for name, fields in members:
            location = f"{container}/node_modules/{name}" if container else f"node_modules/{name}"
            if not isinstance(fields, Object):
                lock.collector.problem(f"the entry '{visible(name, 80)}' is not an object", lines[name][0])
                continue
            _add(lock, location, name, fields, lines[name])
            inner = fields.get("dependencies")
            if isinstance(inner, Object):
                stack.append((location, inner.lines, iter(inner.items())))
                break
            if inner is not None:
                lock.collector.problem(f"'dependencies' of '{visible(name, 80)}' is not an object", lines[name][0])
        else:
            stack.pop()


def _add(lock: Lock, location: str, local: str, fields: Object, span: Span) -> None:
    written = fields.get("version")
    if not isinstance(written, str) or not written:
        lock.collector.problem(f"the entry '{visible(local, 80)}' has no version", span[0], "unresolved")
        written = ""
    name, version, address = _identity(local, written, fields.get("resolved"))
    # a folder of the repository: npm links it
    if address is not None and is_path(address) and not is_archive(address):
        lock.links.append(location)
        if lock.projects:
            # its `requires` mix what it ships with and what it is developed with: the flags of the entries tell
            lock.projects.append(Project(location, _as_version_3(fields), development=False, shipped=False))
        return
    purl = purl_of(name)
    if purl is None:
        lock.collector.problem(f"'{visible(name, 80)}' is not a package name", span[0])
        return
    lock.entries.append(Entry(location, name, purl, version, address, _as_version_3(fields), span))


def _identity(local: str, written: str, resolved: object) -> tuple[str, str | None, str | None]:
    """Real name, exact version and address: `version` holds an alias or an address where there is one."""
    alias = alias_of(written)
    name, text = alias or (local, written)
    address = resolved if isinstance(resolved, str) else None
    if ":" in text or "/" in text:
        return name, version_in(text, name), address or text
    return name, text or None, address


def _as_version_3(fields: Mapping[str, object]) -> dict[str, object]:
    kept = {key: fields[key] for key in ("dev", "optional", "integrity", "license") if key in fields}
    requires = fields.get("requires")
    return {**kept, "dependencies": requires} if isinstance(requires, dict) else kept


def _companion(path: str, companions: Mapping[str, str]) -> Mapping[str, object] | None:
    text = companions.get(posixpath.join(posixpath.dirname(path), "package.json"))
    if not text:
        return None
    try:
        manifest = load(text, lambda depth, key: False)
    except UnreadableManifest:
        return None
    return manifest if isinstance(manifest, dict) else None
