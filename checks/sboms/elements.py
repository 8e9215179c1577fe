"""What laws and agencies ask of a bill of materials, as data: each edition by name, each element in its own words.

An element of a document is there or not; one of a component is there for a share of them. Editions change what is
asked, not how it is looked for, so a new one is a new row of `EDITIONS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checks.manifests.pypi import instant
from checks.sboms.described import Described, Part


class Element(NamedTuple):
    """One element of an edition: what it is called there, and what must be found for it."""

    name: str
    needs: str
    """A key of `DOCUMENT` or `COMPONENT`."""


class Edition(NamedTuple):
    """One text that asks for elements."""

    id: str
    title: str
    """Issuer, name and edition."""
    elements: tuple[Element, ...]


class Coverage(NamedTuple):
    """How far one element is there."""

    element: Element
    total: int
    """Components that were looked at; 1 for an element of the document."""
    missing: tuple[Part, ...]
    """Components without it; empty for an element of the document."""
    absent: bool = False
    """Whether an element of the document is not there."""

    @property
    def found(self) -> int:
        return self.total - (1 if self.absent else len(self.missing))

    @property
    def of_document(self) -> bool:
        return self.element.needs in DOCUMENT

    def reaches(self, permille: int) -> bool:
        """Whether at least that share of the components has it; what is asked of the document must be there."""
        return not self.absent and self.found * 1000 >= permille * self.total


def _is_newest_format(document: Described) -> bool:
    """BSI TR-03183-2 v2.1, section 4: CycloneDX 1.6 or higher, SPDX 3.0.1 or higher, in JSON or XML."""
    numbers = [int(part) if part.isdecimal() and len(part) < 6 else 0 for part in document.version.split(".")[:3]]
    least = [1, 6] if document.format == "CycloneDX" else [3, 0, 1]
    return document.encoding != "tag-value" and numbers >= least


DOCUMENT: Mapping[str, Callable[[Described], bool]] = {
    "author": lambda document: bool(document.authors),
    # NTIA 2021 says that a tool may be the source of the data
    "author-or-tool": lambda document: bool(document.authors or document.tools),
    "author-contact": lambda document: document.author_contact,
    "timestamp": lambda document: instant(document.created) is not None,
    "tool": lambda document: bool(document.tools),
    "tool-version": lambda document: document.tool_versions,
    "context": lambda document: bool(document.lifecycles),
    "top-level": lambda document: document.top_level or not document.parts,
    "format": lambda document: bool(document.version),
    "newest-format": _is_newest_format,
    "signature": lambda document: document.signed,
    # SPDX has no version of a document (a new one has a new namespace)
    "revision": lambda document: document.revision or document.format == "SPDX",
    "uri": lambda document: document.namespace is not None,
}
COMPONENT: Mapping[str, Callable[[Part], bool]] = {
    "name": lambda part: part.name is not None,
    "version": lambda part: part.version is not None,
    "supplier": lambda part: part.supplier is not None,
    "producer": lambda part: part.producer is not None,
    "contact": lambda part: part.contact,
    "identifier": lambda part: bool(part.purl or part.cpe or part.other_identifiers),
    "relationship": lambda part: part.related,
    "hash": lambda part: bool(part.hashes),
    "license": lambda part: bool(part.licenses),
    "distribution-license": lambda part: part.concluded,
    "completeness": lambda part: part.completeness,
    "filename": lambda part: "filename" in part.file_facts,
    "sha512": lambda part: "sha512" in part.file_facts,
    "executable": lambda part: "executable" in part.file_facts,
    "archive": lambda part: "archive" in part.file_facts,
    "structured": lambda part: "structured" in part.file_facts,
}


def _edition(id_: str, title: str, *elements: tuple[str, str]) -> Edition:
    return Edition(id_, title, tuple(Element(*element) for element in elements))


#: What the CISA editions of 2025 and 2026 have in common for components.
_CISA_COMPONENT = (
    ("Component Name", "name"),
    ("Component Version", "version"),
    ("Software Identifiers", "identifier"),
    ("Component Hash", "hash"),
    ("License", "license"),
    ("Dependency Relationship", "relationship"),
)

EDITIONS: Mapping[str, Edition] = {
    edition.id: edition
    for edition in (
        _edition(
            "ntia",
            "NTIA minimum elements (July 2021)",
            ("Author of SBOM Data", "author-or-tool"),
            ("Timestamp", "timestamp"),
            ("Supplier Name", "supplier"),
            ("Component Name", "name"),
            ("Version of the Component", "version"),
            ("Other Unique Identifiers", "identifier"),
            ("Dependency Relationship", "top-level"),
        ),
        _edition(
            "cisa",
            "CISA minimum elements (draft of August 2025)",
            ("SBOM Author", "author"),
            ("Timestamp", "timestamp"),
            ("Tool Name", "tool"),
            ("Generation Context", "context"),
            ("Software Producer", "producer"),
            *_CISA_COMPONENT,
        ),
        _edition(
            "cisa-2026",
            "CISA minimum elements (July 2026)",
            ("SBOM Author", "author"),
            ("SBOM Author Signature", "signature"),
            ("SBOM Data Format", "format"),
            ("SBOM Timestamp", "timestamp"),
            ("SBOM Tool Name", "tool"),
            ("SBOM Tool Version", "tool-version"),
            ("SBOM Generation Context", "context"),
            ("SBOM Version", "revision"),
            ("Component Producer", "producer"),
            *_CISA_COMPONENT,
        ),
        _edition(
            "bsi",
            "BSI TR-03183-2 v2.1.0 (August 2025)",
            ("Format and version", "newest-format"),
            ("Creator of the SBOM", "author-contact"),
            ("Timestamp", "timestamp"),
            ("SBOM-URI", "uri"),
            ("Component creator", "contact"),
            ("Component name", "name"),
            ("Component version", "version"),
            ("Filename of the component", "filename"),
            ("Dependencies on other components", "relationship"),
            ("Completeness of the dependencies", "completeness"),
            ("Distribution licences", "distribution-license"),
            ("Hash value of the deployable component", "sha512"),
            ("Executable property", "executable"),
            ("Archive property", "archive"),
            ("Structured property", "structured"),
        ),
        _edition(
            "cra",
            "EU Cyber Resilience Act, Annex I, Part II (1)",
            ("Commonly used and machine-readable format", "format"),
            ("Top-level dependencies", "top-level"),
            ("Component name", "name"),
            ("Component version", "version"),
        ),
    )
}


def coverage(document: Described, edition: Edition) -> tuple[Coverage, ...]:
    """How far each element of the edition is there, in its order."""
    return tuple(
        Coverage(element, 1, (), absent=not DOCUMENT[element.needs](document))
        if element.needs in DOCUMENT
        else of_parts(document.parts, element)
        for element in edition.elements
    )


def of_parts(parts: Sequence[Part], element: Element) -> Coverage:
    """How many of the components have an element."""
    has = COMPONENT[element.needs]
    return Coverage(element, len(parts), tuple(part for part in parts if not has(part)))


def short(covered: Sequence[Coverage], permille: int) -> Iterator[Coverage]:
    """What is not reached."""
    return (item for item in covered if not item.reaches(permille))
