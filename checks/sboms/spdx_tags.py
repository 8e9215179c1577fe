"""SPDX 2.2 and 2.3 as tag-value: `Tag: value` lines, brought to the members of the JSON form."""

from collections.abc import Iterator

from checks.manifests.collect import numbered_lines
from checks.manifests.jsontext import Span
from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.sboms.spdx import Reader, Relation, check_version

#: Tags of a package that are read, and their names in JSON; each may stand once in a package.
_MEMBERS = {
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageDownloadLocation": "downloadLocation",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
    "ReleaseDate": "releaseDate",
    "PackageComment": "comment",
}
#: Tags that begin something else, so that a package ends before them.
_SECTIONS = frozenset(
    {"FileName", "SnippetSPDXID", "LicenseID", "Relationship", "Annotator", "Reviewer", "SPDXVersion"}
)
#: The text of a license may be long; many of them are not a document (characters).
_MAX_TEXT = 4_000_000


class _Package:
    """The fields of one package and its lines."""

    def __init__(self, name: str, line: int) -> None:
        self.fields: dict[str, object] = {"name": name}
        self.references: list[object] = []
        self.checksums: list[object] = []
        self.line = line
        self.end_line = line

    def add(self, tag: str, value: str, line: int) -> None:
        member = _MEMBERS.get(tag)
        if member is not None:
            if member in self.fields:
                raise UnreadableManifest(f"the tag '{tag}' stands twice in one package", line)
            self.fields[member] = value
        elif tag == "ExternalRef":
            category, _, rest = value.partition(" ")
            kind, _, locator = rest.strip().partition(" ")
            self.references.append({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator})
        elif tag == "PackageChecksum":
            algorithm, _, digits = value.partition(":")
            self.checksums.append({"algorithm": algorithm.strip(), "checksumValue": digits.strip()})

    def read(self) -> tuple[dict[str, object], Span]:
        lists = {"externalRefs": self.references, "checksums": self.checksums}
        return {**self.fields, **lists}, (self.line, self.end_line)


def read_tags(text: str, path: str) -> Inventory:
    """Raises `UnreadableManifest`."""
    reader = Reader(path)
    relations: list[Relation] = []
    creators: list[str] = []
    package: _Package | None = None
    version = False
    license_ = ""
    for tag, value, line, end_line in tags(text):
        if tag == "SPDXVersion":
            check_version(value, line)
            version = True
        elif not version:
            raise UnreadableManifest("it does not begin with 'SPDXVersion'", line)
        if tag == "Creator":
            creators.append(value)
        elif tag == "Relationship":
            relations += _relation(value)
        if tag == "PackageName" or tag in _SECTIONS:
            _finish(package, reader)
            package = _Package(value, line) if tag == "PackageName" else None
        if package is not None:
            package.add(tag, value, line)
            package.end_line = end_line
        elif tag == "LicenseID":
            license_ = value
        elif tag == "LicenseName":
            reader.license(license_, value)
        elif tag in ("SPDXID", "SnippetSPDXID"):
            reader.other(value)
    if not version:
        raise UnreadableManifest("it is not SPDX: it has no 'SPDXVersion'", 1)
    _finish(package, reader)
    reader.relate(relations, [], creators)
    return reader.bill.inventory()


def _finish(package: _Package | None, reader: Reader) -> None:
    if package is not None:
        reader.package(*package.read())


def _relation(value: str) -> Iterator[Relation]:
    words = value.split()
    if len(words) >= 3:
        yield words[0], words[1].upper().replace("-", "_"), words[2]


def tags(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Tag, value, first and last line; the text of `<text>…</text>` may have several lines."""
    begun, tag, parts, size = 0, "", list[str](), 0
    for number, line in numbered_lines(text):
        if begun:
            size += len(line)
            if size > _MAX_TEXT:
                raise UnreadableManifest("the text that begins here does not end", begun)
            inside, closed, _ = line.partition("</text>")
            parts.append(inside)
            if closed:
                yield tag, "\n".join(parts), begun, number
                begun = 0
            continue
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        tag, colon, value = stripped.partition(":")
        if not colon:
            raise UnreadableManifest(f"'{visible(stripped, 40)}' is not a tag with a value", number)
        tag, value = tag.rstrip(), value.strip()
        if value.startswith("<text>"):
            inside, closed, _ = value[6:].partition("</text>")
            if not closed:
                begun, parts, size = number, [inside], 0
                continue
            value = inside
        yield tag, value, number, number
    if begun:
        raise UnreadableManifest("the text that begins here does not end", begun)
