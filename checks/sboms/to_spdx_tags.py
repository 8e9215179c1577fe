"""SPDX 2.3 as tag-value (clause 6 and following): the members of the JSON form, a line each."""

from collections.abc import Iterator, Mapping

from checks.sboms.content import Content
from checks.sboms.to_spdx import spdx

_PACKAGE = {
    "name": "PackageName",
    "SPDXID": "SPDXID",
    "versionInfo": "PackageVersion",
    "supplier": "PackageSupplier",
    "downloadLocation": "PackageDownloadLocation",
    "sourceInfo": "PackageSourceInfo",
    "licenseConcluded": "PackageLicenseConcluded",
    "licenseDeclared": "PackageLicenseDeclared",
    "copyrightText": "PackageCopyrightText",
    "primaryPackagePurpose": "PrimaryPackagePurpose",
    "comment": "PackageComment",
}
#: Tags whose values may have several lines, and then stand between `<text>` and `</text>`.
_LONG = frozenset({"PackageSourceInfo", "PackageComment"})


def spdx_tag_value(content: Content) -> str:
    """The document. Raises ValueError as `spdx_json`."""
    return "\n".join(_lines(content)) + "\n"


def _lines(content: Content) -> Iterator[str]:
    found = spdx(content)
    head = found.head
    made = head["creationInfo"]
    yield f"SPDXVersion: {head['spdxVersion']}"
    yield f"DataLicense: {head['dataLicense']}"
    yield f"SPDXID: {head['SPDXID']}"
    yield f"DocumentName: {_inside(head['name'])}"
    yield f"DocumentNamespace: {head['documentNamespace']}"
    yield f"DocumentComment: <text>{_inside(head['comment'])}</text>"
    if isinstance(made, dict):
        yield from (f"Creator: {_inside(creator)}" for creator in made["creators"])
        yield f"Created: {made['created']}"
        yield f"CreatorComment: <text>{_inside(made['comment'])}</text>"
    for package in found.packages:
        yield ""
        yield from _package(package)
    for entry in found.licenses:
        yield ""
        yield f"LicenseID: {entry['licenseId']}"
        yield f"ExtractedText: <text>{_inside(entry['extractedText'])}</text>"
        yield f"LicenseName: {_inside(entry['name'])}"
    yield ""
    yield from (f"Relationship: {one} {type_} {other}" for one, type_, other in found.relations)


def _package(package: Mapping[str, object]) -> Iterator[str]:
    for member, tag in _PACKAGE.items():
        if member in package:
            text = _inside(package[member])
            yield f"{tag}: <text>{text}</text>" if tag in _LONG else f"{tag}: {text}"
        if member == "downloadLocation":
            yield "FilesAnalyzed: false"
    rows = package.get("checksums")
    for row in rows if isinstance(rows, list) else ():
        yield f"PackageChecksum: {row['algorithm']}: {row['checksumValue']}"
    rows = package.get("externalRefs")
    for row in rows if isinstance(rows, list) else ():
        yield f"ExternalRef: {row['referenceCategory']} {row['referenceType']} {row['referenceLocator']}"


def _inside(value: object) -> str:
    """Nothing in a value may begin or end a text."""
    return str(value).replace("<text>", "< text>").replace("</text>", "</ text>")
