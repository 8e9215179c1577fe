"""SPDX 2 as a description: the same members for JSON and tag-value."""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.jsontext import Array, Object, object_at
from checks.sboms.described import Described, Part
from checks.sboms.spdx_tags import tags
from checks.sboms.values import located, stated, tables, text_of, texts

#: "A … B" where A requires B, and where B requires A (SPDX 2.3, clause 11); containing counts as a relation.
_FORWARD = frozenset({"DEPENDS_ON", "STATIC_LINK", "DYNAMIC_LINK", "HAS_PREREQUISITE", "CONTAINS"})
_BACKWARD = re.compile(r"(?:[A-Z]+_)*DEPENDENCY_OF\Z|CONTAINED_BY\Z|PREREQUISITE_FOR\Z|[A-Z]+_TOOL_OF\Z").match
_NOWHERE = ("NONE", "NOASSERTION")
#: `Tool: name-1.2`: the version begins with a digit.
_TOOL_VERSION = re.compile(r"-v?[0-9][^-]*\Z|-[0-9][^ ]*\Z").search

#: SPDX 2 has no member for it, and tools write the type of SBOM (CISA, 2023) or the phase into a comment.
_CONTEXT = re.compile(r"\b(design|source|pre-build|post-build|build|analyzed|deployed|runtime|operations)\b").findall

_TAGS_OF_DOCUMENT = {
    "SPDXVersion": "spdxVersion",
    "DataLicense": "dataLicense",
    "SPDXID": "SPDXID",
    "DocumentName": "name",
    "DocumentNamespace": "documentNamespace",
    "DocumentComment": "comment",
}
_TAGS_OF_PACKAGE = {
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageSupplier": "supplier",
    "PackageOriginator": "originator",
    "PackageDownloadLocation": "downloadLocation",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageCopyrightText": "copyrightText",
    "PackageHomePage": "homepage",
    "PackageFileName": "packageFileName",
    "PackageSourceInfo": "sourceInfo",
    "PackageComment": "comment",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}
#: Tags that begin something else than a package.
_OTHERS = frozenset({"FileName", "SnippetSPDXID", "LicenseID"})


def describe(root: Mapping[str, object], encoding: str) -> Described:
    """A document of version 2 with the members of the JSON form."""
    creation = object_at(root, "creationInfo")
    makers = list(texts(creation.get("creators")))
    people = [maker.partition(":")[2].strip() for maker in makers if maker.startswith(("Person:", "Organization:"))]
    named = [maker.partition(":")[2].strip() for maker in makers if maker.startswith("Tool:")]
    graph = _Graph(root)
    parts = [_part(fields, line, graph) for fields, line in _packages(root)]
    main = next((part for part in parts if part.ref in graph.described), None)
    others = tuple(part for part in parts if part is not main)
    return Described(
        "SPDX",
        str(root.get("spdxVersion")).removeprefix("SPDX-"),
        encoding,
        created=text_of(creation.get("created")),
        authors=tuple(filter(None, people)),
        author_contact=any("@" in maker for maker in people),
        tools=tuple(filter(None, named)),
        tool_versions=bool(named) and all(_TOOL_VERSION(tool) for tool in named),
        supplier=main.supplier if main else None,
        namespace=text_of(root.get("documentNamespace")),
        lifecycles=tuple(_CONTEXT(text_of(creation.get("comment")) or "")[:1]),
        data_license=stated(root.get("dataLicense")),
        primary=main,
        top_level=main is not None and main.ref in graph.requirers,
        parts=others if main else tuple(parts),
    )


class _Graph:
    """Who is spoken of in the relationships, and what the document describes."""

    def __init__(self, root: Mapping[str, object]) -> None:
        self.described = set(texts(root.get("documentDescribes")))
        self.mentioned: set[str] = set()
        self.requirers: set[str] = set()
        for row in tables(root.get("relationships")):
            one, type_, other = row.get("spdxElementId"), row.get("relationshipType"), row.get("relatedSpdxElement")
            if isinstance(one, str) and isinstance(type_, str) and isinstance(other, str):
                self._relate(one, type_.upper().replace("-", "_"), other)

    def _relate(self, one: str, type_: str, other: str) -> None:
        if type_ == "DESCRIBES":
            self.described.add(other)
        elif type_ == "DESCRIBED_BY":
            self.described.add(one)
        elif type_ in _FORWARD or _BACKWARD(type_):
            requirer, required = (one, other) if type_ in _FORWARD else (other, one)
            self.mentioned.update((requirer, required))
            if required not in _NOWHERE:
                self.requirers.add(requirer)


def _packages(root: Mapping[str, object]) -> Iterator[tuple[dict[str, object], int]]:
    for fields, span in located(root.get("packages")):
        if isinstance(fields, dict):
            yield fields, span[0]


def _part(fields: Mapping[str, object], line: int, graph: _Graph) -> Part:
    name, version, ref = text_of(fields.get("name")), stated(fields.get("versionInfo")), text_of(fields.get("SPDXID"))
    references = {_kind(row): text_of(row.get("referenceLocator")) for row in tables(fields.get("externalRefs"))}
    supplier, originator = stated(fields.get("supplier")), stated(fields.get("originator"))
    declared, concluded = stated(fields.get("licenseDeclared")), stated(fields.get("licenseConcluded"))
    hashes = [text_of(row.get("algorithm")) for row in tables(fields.get("checksums")) if row.get("checksumValue")]
    shown = name or ref or "a package without a name"
    return Part(
        f"{shown} {version}" if version else shown,
        line,
        name=name,
        version=version,
        ref=ref,
        purl=references.get("purl"),
        cpe=references.get("cpe23Type") or references.get("cpe22Type"),
        other_identifiers=any(kind in references for kind in ("swid", "swh", "gitoid")),
        supplier=supplier,
        producer=originator or supplier,
        contact=any("@" in entity for entity in (supplier, originator) if entity),
        hashes=frozenset(algorithm.lower().replace("-", "") for algorithm in hashes if algorithm),
        licenses=tuple(dict.fromkeys(filter(None, (concluded, declared)))),
        declared=declared is not None,
        concluded=concluded is not None,
        source=bool(text_of(fields.get("sourceInfo"))) or _is_repository(fields.get("downloadLocation")),
        purpose=text_of(fields.get("primaryPackagePurpose")),
        related=ref is not None and ref in graph.mentioned,
        file_facts=frozenset({"filename"} if _is_name(text_of(fields.get("packageFileName"))) else ()),
    )


def _kind(row: Mapping[str, object]) -> str:
    return (text_of(row.get("referenceType")) or "").rpartition("/")[2]


def _is_name(file: str | None) -> bool:
    """Some tools write where it was installed."""
    return file is not None and "/" not in file


def _is_repository(address: object) -> bool:
    return (stated(address) or "").startswith(("git+", "git:", "hg+", "svn+", "bzr+"))


def document_of_tags(text: str) -> Object:
    """A tag-value document as the members of the JSON form; of files and snippets their ids alone.

    Raises `UnreadableManifest`.
    """
    root, creation, creators = Object(), dict[str, object](), list[object]()
    packages, relations, texts_, files = Array(), list[object](), list[object](), list[object]()
    package: dict[str, object] | None = None
    license_: dict[str, object] = {}
    elsewhere = False
    for tag, value, line, _ in tags(text):
        if tag == "Creator":
            creators.append(value)
        elif tag in ("Created", "CreatorComment"):
            creation["created" if tag == "Created" else "comment"] = value
        elif tag == "Relationship":
            relations += _relation(value)
        elif tag == "PackageName":
            package, elsewhere = {"name": value, "externalRefs": [], "checksums": []}, False
            packages.append(package)
            packages.lines.append((line, line))
        elif tag in _OTHERS:
            package, elsewhere = None, True
            if tag == "SnippetSPDXID":
                files.append({"SPDXID": value})
            elif tag == "LicenseID":
                license_ = {"licenseId": value}
                texts_.append(license_)
        elif tag == "SPDXID" and elsewhere:
            files.append({"SPDXID": value})
        elif tag == "LicenseName":
            license_.setdefault("name", value)
        elif package is not None:
            _add(package, tag, value)
        elif tag in _TAGS_OF_DOCUMENT and not elsewhere:
            root.setdefault(_TAGS_OF_DOCUMENT[tag], value)
            root.lines.setdefault(_TAGS_OF_DOCUMENT[tag], (line, line))
    creation["creators"] = creators
    root.update(creationInfo=creation, packages=packages, files=files)
    root.update(relationships=relations, hasExtractedLicensingInfos=texts_)
    return root


def _add(package: dict[str, object], tag: str, value: str) -> None:
    if tag in _TAGS_OF_PACKAGE:
        package.setdefault(_TAGS_OF_PACKAGE[tag], value)
        return
    rows = package["externalRefs" if tag == "ExternalRef" else "checksums"]
    assert isinstance(rows, list)
    if tag == "ExternalRef":
        category, kind, locator = (*value.split(None, 2), "", "", "")[:3]
        rows.append({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator})
    elif tag == "PackageChecksum":
        algorithm, _, digits = value.partition(":")
        rows.append({"algorithm": algorithm.strip(), "checksumValue": digits.strip()})


def _relation(value: str) -> Iterator[object]:
    words = value.split()
    if len(words) >= 3:
        yield {"spdxElementId": words[0], "relationshipType": words[1], "relatedSpdxElement": words[2]}
