"""From bytes to an inventory, whatever the bytes are."""

import re
from collections.abc import Mapping
from dataclasses import replace

from checks.manifests.formats import Format
from checks.model.dependency import Dependency, Inventory, Location, Problem
from checks.model.errors import UnreadableManifest
from checks.model.secrets import masked

#: A file beyond this is a finding, not an inventory: parsing it would cost a worker (bytes).
MAX_BYTES = 20 * 1024 * 1024
#: The largest real lock file that we know has 5,154 packages.
MAX_PACKAGES = 200_000


def read(format_: Format, path: str, data: bytes, companions: Mapping[str, bytes] | None = None) -> Inventory:
    """Parse one manifest. Never raises on content: what cannot be read becomes a `Problem` of the inventory."""
    try:
        if len(data) > MAX_BYTES:
            return too_large(format_, path, len(data))
        text = decode(data)
        others = {name: _decode_companion(content) for name, content in (companions or {}).items()}
        inventory = format_.parse(text, path, others)
        if len(inventory.dependencies) > MAX_PACKAGES:
            raise UnreadableManifest(
                f"it lists {len(inventory.dependencies):,} packages, more than the limit of {MAX_PACKAGES:,}",
                code="too-large",
            )
        return without_secrets(_with_requirements(inventory, format_, others))
    except UnreadableManifest as error:
        problem = Problem(error.code, masked(error.message), Location(path, error.line, error.line))
    except RecursionError:
        problem = Problem("unreadable", "it is nested too deeply", Location(path))
    return Inventory(path=path, format=format_.id, problems=(problem,))


def _with_requirements(inventory: Inventory, format_: Format, companions: Mapping[str, str]) -> Inventory:
    """Direct dependencies with the line of the manifest that asks for them."""
    if format_.requirements is None or (manifest := format_.companion_paths(inventory.path)[0]) not in companions:
        return inventory
    lines = format_.requirement_lines(companions[manifest])
    return replace(inventory, dependencies=tuple(_required(d, manifest, lines) for d in inventory.dependencies))


def _required(dependency: Dependency, manifest: str, lines: Mapping[str, int]) -> Dependency:
    if not dependency.direct:
        return dependency
    line = lines.get(dependency.name) or lines.get(re.sub(r"[-_.]+", "-", dependency.name).lower())
    return replace(dependency, required_at=Location(manifest, line, line)) if line else dependency


def without_secrets(inventory: Inventory) -> Inventory:
    """Addresses and messages without the credentials in them: what is never kept is never shown."""
    sources = [d.source and masked(d.source) for d in inventory.dependencies]
    messages = [masked(problem.message) for problem in inventory.problems]
    if sources == [d.source for d in inventory.dependencies] and messages == [p.message for p in inventory.problems]:
        return inventory
    return replace(
        inventory,
        dependencies=tuple(replace(d, source=s) for d, s in zip(inventory.dependencies, sources, strict=True)),
        problems=tuple(replace(p, message=m) for p, m in zip(inventory.problems, messages, strict=True)),
    )


def too_large(format_: Format, path: str, size: int) -> Inventory:
    """The inventory of a file that was not even read because of its size in bytes."""
    message = f"it has {size:,} bytes, more than the limit of {MAX_BYTES:,}"
    return Inventory(path=path, format=format_.id, problems=(Problem("too-large", message, Location(path)),))


#: Encodings that an XML declaration may name besides UTF-8; anything else is refused.
_DECLARED = re.compile(rb"""<\?xml[^>]{1,80}encoding=["'](iso-8859-1|us-ascii|windows-1252)["']""", re.IGNORECASE)


def _encoding(data: bytes) -> str:
    """UTF-8, unless a byte order mark (as pip reads requirements) or an XML declaration says otherwise."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    declared = _DECLARED.match(data)
    return declared[1].decode() if declared else "utf-8-sig"


def decode(data: bytes) -> str:
    """The text of a manifest, without byte order mark. Raises `UnreadableManifest`."""
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig").upper()
        raise UnreadableManifest(f"it is not {name} text (byte {error.start})", line) from None


def _decode_companion(data: bytes) -> str:
    return data.decode(_encoding(data), errors="replace") if len(data) <= MAX_BYTES else ""
