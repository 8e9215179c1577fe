"""`.terraform.lock.hcl`: providers with version and hashes, in the one shape that Terraform and OpenTofu write."""

import re
from collections.abc import Mapping

from checks.manifests.collect import Collector, numbered_lines
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_PROVIDER = re.compile(r'\s*provider\s+"([A-Za-z0-9.:-]{1,253})/([\w-]{1,100})/([\w-]{1,100})"\s*\{\s*')
_VERSION = re.compile(r'\s*version\s*=\s*"([^"\\$%]{1,100})"\s*')
_HASH = re.compile(r'\s*"((?:h1|zh):[A-Za-z0-9+/=]{1,200})",?\s*')
_OTHER = re.compile(r'\s*(?:constraints\s*=\s*"[^"]{0,1000}"|hashes\s*=\s*\[\]?|\])\s*')


def parse_terraform_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The purl keeps the registry's host: a provider's address has three parts (Terraform documentation)."""
    found = Collector(path, "terraform-lock")
    seen: set[str] = set()
    start, address, version, hashes = 0, ("", "", ""), "", list[str]()
    for line, raw in numbered_lines(text):
        stripped = raw.strip()
        if not stripped or stripped.startswith(("#", "//")):
            continue
        if match := _PROVIDER.fullmatch(raw):
            if start:
                raise UnreadableManifest(f"the provider of line {start} is not closed before line {line}", line)
            start, address, version, hashes = line, (match[1], match[2], match[3]), "", []
            if "/".join(address) in seen:
                raise UnreadableManifest(f"the same provider stands twice, again at line {line}", line)
            seen.add("/".join(address))
        elif stripped == "}" and start:
            found.add(_dependency(address, version, start, line, tuple(hashes), found))
            start = 0
        elif start and (match := _VERSION.fullmatch(raw)):
            version = match[1]
        elif start and (match := _HASH.fullmatch(raw)):
            hashes.append(match[1])
        elif not (start and _OTHER.fullmatch(raw)):
            found.problem(f"this line is not what Terraform writes: {visible(stripped, 60)}", line)
    if start:
        raise UnreadableManifest(f"the provider of line {start} is never closed", start)
    if found.problems and not found.dependencies:
        raise UnreadableManifest("it has no provider that can be read", found.problems[0].location.line)
    return found.inventory()


def _dependency(
    address: tuple[str, str, str], version: str, start: int, end: int, hashes: tuple[str, ...], found: Collector
) -> Dependency:
    host, namespace, name = address
    if not version:
        found.problem(f"the provider {visible(f'{namespace}/{name}', 100)} has no version", start)
    package = purl.package("terraform", name, f"{host.lower()}/{namespace}")
    place = found.at(start, end)
    return Dependency(
        package, f"{namespace}/{name}", version or None, place, Scope.UNKNOWN, None, source=host, integrity=hashes
    )
