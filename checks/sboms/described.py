"""What a bill of materials says of itself and of its components, whatever its format: what is judged for completeness.

`bill.py` is about which packages there are; this is about how well each of them is described.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One component as it is described. Empty and None: nothing is said."""

    label: str
    """Name and version, for people; foreign text."""
    line: int = 0
    """1-based; 0 where the format gives none."""
    name: str | None = None
    version: str | None = None
    ref: str | None = None
    """The id by which the document itself knows it."""
    purl: str | None = None
    cpe: str | None = None
    other_identifiers: bool = False
    """SWID, SWHID or OmniBOR."""
    supplier: str | None = None
    """Who supplies, makes or publishes it."""
    producer: str | None = None
    """The same, or who wrote it."""
    contact: bool = False
    """Whether an e-mail address or a URL of its creator is given."""
    hashes: frozenset[str] = frozenset()
    """Algorithms, as in `sha256`."""
    licenses: tuple[str, ...] = ()
    """License statements, raw."""
    declared: bool = False
    concluded: bool = False
    source: bool = False
    """Whether the address of its source code is given."""
    purpose: str | None = None
    related: bool = False
    """Whether the dependency graph says something about it."""
    completeness: bool = False
    """Whether it is said how complete its own dependencies are."""
    file_facts: frozenset[str] = frozenset()
    """What BSI TR-03183-2 asks of a file: `filename`, `executable`, `archive`, `structured`, `sha512`."""


@dataclass(frozen=True, slots=True)
class Described:
    """One document."""

    format: str
    """`CycloneDX` or `SPDX`."""
    version: str
    """Of the format: `1.6`, `2.3`."""
    encoding: str
    """`JSON`, `XML` or `tag-value`."""
    created: str | None = None
    """As it is written."""
    authors: tuple[str, ...] = ()
    """People and organizations that made the document; no tools."""
    author_contact: bool = False
    tools: tuple[str, ...] = ()
    """Names of the tools that made it."""
    tool_versions: bool = False
    """Whether each of them has a version."""
    supplier: str | None = None
    """Who supplies the document or what it describes."""
    namespace: str | None = None
    """What tells it from every other document."""
    revision: bool = False
    """Whether it has a version of its own."""
    lifecycles: tuple[str, ...] = ()
    data_license: str | None = None
    primary: Part | None = None
    """What it describes."""
    top_level: bool = False
    """Whether it says what the described software depends on directly."""
    completeness: bool = False
    """Whether it says anywhere how complete it is."""
    signed: bool = False
    parts: tuple[Part, ...] = ()
