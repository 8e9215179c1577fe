"""What a document that we write says, whatever its format: what is described, components, and who requires whom.

Named tuples, because they are made faster than dataclasses and 2,761 of them are a usual lock file.
"""

from typing import NamedTuple

from checks.model.dependency import Location, Origin, Scope


class Subject(NamedTuple):
    """The software that a document describes; of a document about several, each of them."""

    name: str
    """`owner/name` of a repository, or what somebody calls it."""
    version: str | None = None
    """The tag, else the commit."""
    commit: str | None = None
    repository: str | None = None
    """Its address (`https://…`), without credentials."""
    requires: tuple[int, ...] = ()
    """Positions in `Content.components` of what it asks for itself."""
    complete: bool = False
    """Whether the manifests say all that it asks for, and all of them could be read."""

    @property
    def label(self) -> str:
        """By what a document of several tells it from the others."""
        return f"{self.name}@{self.version}" if self.version else self.name


class Component(NamedTuple):
    """One version of one package from one origin."""

    ref: str
    """Unique in the document."""
    purl: str
    """With version, and off a registry with the address; the identity that everything else hangs on."""
    group: str
    name: str
    version: str | None
    scope: Scope
    """Of several places the nearest to users."""
    direct: bool | None
    origin: Origin
    source: str | None
    """The address that the manifest names, if it is a URI."""
    declared: str | None
    """License statement of the package, raw."""
    concluded: str | None
    """What the policy goes by instead, if it does."""
    hashes: tuple[tuple[str, str], ...]
    """Algorithm as CycloneDX names it, and lower-case hexadecimal digits; of all files of the package."""
    integrity: tuple[str, ...]
    """What a manifest pins besides, which is no hash of a file: `h1:…`."""
    supplier: str | None
    places: tuple[Location, ...]
    requires: tuple[int, ...] | None
    """Positions in `Content.components`; None: no manifest tells."""
    parts: tuple[str, ...] = ()
    """Labels of the parts of the subject that have it, where there are parts."""
    disputed: tuple[tuple[str, str], ...] = ()
    """`declared` or `concluded`, and each license statement, where parts say different ones; then it has none."""


class Tool(NamedTuple):
    """The program that writes."""

    name: str
    version: str


class Content(NamedTuple):
    """One document. Equal content makes equal bytes in every format."""

    subject: Subject
    components: tuple[Component, ...]
    """By purl."""
    tool: Tool
    created: str | None = None
    """`2026-11-20T12:00:00Z`; None: nothing tells."""
    authors: tuple[str, ...] = ()
    """People or organizations who answer for the document."""
    scope: str = "all"
    """`shipped` or `all`: what was left out on purpose."""
    unread: tuple[str, ...] = ()
    """What could not be read, and what was read but is not committed: a sentence each."""
    parts: tuple[Subject, ...] = ()
    """What the subject consists of, if that is more than one repository: each with its own roots."""
