"""What an SBOM that is made of a manifest could say of its packages: the manifest and facts as a description."""

from collections.abc import Sequence

from checks.model.dependency import Dependency, Inventory
from checks.model.facts import Facts
from checks.sboms.checksums import checksum
from checks.sboms.committed import CommittedSbom, wanted_of
from checks.sboms.described import Part
from checks.sboms.elements import COMPONENT, EDITIONS, Element, of_parts
from checks.sboms.matching import comparable
from checks.sboms.terms import SbomSection

#: What no lock file says, so that a finding about it would say the same of every package: it is asked of committed
#: SBOMs only.
_NEVER = frozenset(
    {"supplier", "producer", "contact", "distribution-license", "completeness", "filename", "executable", "archive"}
    | {"structured"}
)
#: What every document has that `ospo-gate sbom` writes, in each format.
_WRITTEN = frozenset(
    {"author-or-tool", "timestamp", "tool", "tool-version", "format", "revision", "uri", "top-level", "name"}
    | {"version", "identifier", "relationship"}
)


def known_elements(section: SbomSection) -> tuple[Element, ...]:
    """The elements of components that lock files and facts can tell, each once."""
    found: dict[str, Element] = {}
    for standard in section.minimum_elements:
        for element in EDITIONS[standard.value].elements:
            if element.needs in COMPONENT and element.needs not in _NEVER:
                found.setdefault(element.needs, element)
    return tuple(found.values())


def can_fill(sbom: CommittedSbom, element: Element, section: SbomSection) -> bool:
    """Whether the document has the element once it is written anew of the manifests that it is about."""
    if element.needs == "context":  # SPDX 2 has no place for it
        return sbom.head is not None and not sbom.head.version.startswith("2.")
    if element.needs in _WRITTEN:
        return True
    if element.needs not in ("hash", "license", "sha512"):
        return False
    parts = [
        part
        for pair in sbom.manifests
        if pair.head
        for part in parts_of(pair.head, [item for item in wanted_of(pair, section) if comparable(item)], Facts())
    ]
    return bool(parts) and of_parts(parts, element).reaches(section.complete.permille)


def parts_of(inventory: Inventory, dependencies: Sequence[Dependency], facts: Facts) -> tuple[Part, ...]:
    """Some of the packages of an inventory, described by it and by what is known of them."""
    graph = bool(inventory.edges)
    return tuple(_part(dependency, graph, facts) for dependency in dependencies)


def _part(dependency: Dependency, graph: bool, facts: Facts) -> Part:
    known = facts.versions.get((dependency.purl, dependency.version))
    license_ = dependency.license or (known.license.value if known and known.license else None)
    hashes = [found[0] for text in dependency.integrity if (found := checksum(dependency.purl, text))]
    algorithms = frozenset(name.lower().replace("-", "") for name in hashes)
    name, version = dependency.name, dependency.version
    return Part(
        f"{name} {version}" if version else name,
        dependency.location.line,
        name=name,
        version=version,
        ref=dependency.purl,
        purl=dependency.purl,
        hashes=algorithms,
        licenses=(license_,) if license_ else (),
        declared=license_ is not None,
        related=graph or dependency.direct is not None,
        file_facts=frozenset({"sha512"} & algorithms),
    )
