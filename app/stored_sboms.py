"""SBOMs of what is stored: without a request to anybody, and the same bytes each time."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from app.store.documents import DocumentStore, StoredTree
from app.version import VERSION
from checks.model.dependency import Inventory
from checks.sboms.assembly import About, assemble
from checks.sboms.bill import FORMAT
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.formats import VERSIONS, write


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall be written."""

    repository: str
    """`owner/name`."""
    format: str = "cyclonedx-json"
    version: str = ""
    """Of the format; empty: the usual one."""

    def faults(self) -> str:
        """Why it cannot be written; empty: it can."""
        if self.format not in VERSIONS:
            return "format: expected " + ", ".join(VERSIONS)
        if self.version and self.version not in VERSIONS[self.format]:
            return f"spec_version: of {self.format} there are " + ", ".join(sorted(VERSIONS[self.format]))
        return ""

    @property
    def spec_version(self) -> str:
        return self.version or VERSIONS[self.format][0]

    @property
    def media_type(self) -> str:
        """As IANA has it registered; `text/spdx` is what the specification names for tag-value."""
        match self.format:
            case "cyclonedx-json":
                return f"application/vnd.cyclonedx+json; version={self.spec_version}"
            case "cyclonedx-xml":
                return f"application/vnd.cyclonedx+xml; version={self.spec_version}"
            case "spdx-tag-value":
                return "text/spdx; charset=utf-8"
            case _:
                return "application/spdx+json"


def etag(asked: Asked, tree: StoredTree) -> str:
    """Changes when a byte of the document may: equal content under another release is another document."""
    parts = [VERSION, asked.repository, asked.format, asked.spec_version, tree.head, repr(tree.at), str(tree.unread)]
    parts += [f"{path}\0{key}" for path, key in sorted(tree.documents.items())]
    return f'"{hashlib.sha256(chr(10).join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]}"'


@dataclass(frozen=True, slots=True)
class StoredSboms:
    """Writes them."""

    documents: DocumentStore
    server_url: str
    """Address at which people see the repositories."""

    async def content(self, repository: str, tree: StoredTree) -> Content:
        """What a document about one repository says, for one about several."""
        found = await self.documents.inventories(tree)
        return await asyncio.to_thread(self._content, Asked(repository), tree, found)

    async def written(self, asked: Asked, tree: StoredTree) -> str:
        found = await self.documents.inventories(tree)
        return await asyncio.to_thread(
            lambda: write(self._content(asked, tree, found), asked.format, asked.spec_version)
        )

    def about(self, asked: Asked, tree: StoredTree) -> About:
        """What the manifests do not tell."""
        subject = Subject(
            asked.repository, tree.head or None, tree.head or None, f"{self.server_url.rstrip('/')}/{asked.repository}"
        )
        created = f"{datetime.fromtimestamp(tree.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return About(subject, Tool("ospo-gate", VERSION), created)

    def _content(self, asked: Asked, tree: StoredTree, found: tuple[Inventory, ...]) -> Content:
        # a committed SBOM says what the lock files beside it say, once more
        without = tuple(item for item in found if item.format != FORMAT) or found
        content = assemble(without, self.about(asked, tree))
        if not tree.unread:
            return content
        many = f"{tree.unread:,} manifests" if tree.unread > 1 else "1 manifest"
        sentence = f"{many} could not be read at this commit; what was known of an earlier one is listed."
        return content._replace(subject=content.subject._replace(complete=False), unread=(*content.unread, sentence))
