"""What SPDX demands of a document: mandatory members, unique ids, references that lead somewhere.

SPDX 2.2 and 2.3: clauses 6, 7, 10 and 11. SPDX 3.0.1: Core and Software, cardinality 1. No schema of SPDX is part of a
library that could be shipped, and these are the demands that documents of real tools violate.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from checks.manifests.jsontext import Object, object_at
from checks.model.phrase import visible
from checks.sboms.values import located, tables, text_of, texts

#: The type of an element of SPDX 3 → members that it must have, beside id, type and creationInfo.
_MEMBERS3 = {
    "SpdxDocument": (),
    "software_Package": ("name",),
    "software_File": ("name",),
    "Relationship": ("from", "relationshipType"),
    "LifecycleScopedRelationship": ("from", "relationshipType"),
    "simplelicensing_LicenseExpression": ("simplelicensing_licenseExpression",),
}
_DOCUMENT = ("SPDXID", "name", "dataLicense", "documentNamespace")
_PACKAGE = ("name", "SPDXID", "downloadLocation")
#: Mandatory in 2.2 only.
_PACKAGE_22 = ("licenseConcluded", "licenseDeclared", "copyrightText")
_ID = re.compile(r"(DocumentRef-[A-Za-z0-9.+-]+:)?SPDXRef-[A-Za-z0-9.-]+\Z").match
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z").match
_CREATOR = re.compile(r"(Person|Organization|Tool): ?\S").match
_OWN_LICENSE = re.compile(r"(?<![A-Za-z0-9.:-])LicenseRef-[A-Za-z0-9.-]+").findall


class Fault(NamedTuple):
    """One thing that the format does not allow. `message` is inert text without a period."""

    message: str
    line: int = 0


def demands2(root: Object, version: str) -> Iterator[Fault]:
    """What a document of SPDX 2 violates."""
    for member in _DOCUMENT:
        if text_of(root.get(member)) is None:
            yield Fault(f"the document has no '{member}'")
    yield from _creation2(object_at(root, "creationInfo"), root.lines.get("creationInfo", (0, 0))[0])
    ids = {"SPDXRef-DOCUMENT"}
    ids.update(
        id_ for row in (*tables(root.get("files")), *tables(root.get("snippets"))) for id_ in texts([row.get("SPDXID")])
    )
    wanted = (*_PACKAGE, *_PACKAGE_22) if version == "2.2" else _PACKAGE
    licenses: dict[str, int] = {}
    for fields, span in located(root.get("packages")):
        if not isinstance(fields, dict):
            continue
        id_, shown = text_of(fields.get("SPDXID")), visible(text_of(fields.get("name")) or "without a name", 60)
        for member in wanted:
            if text_of(fields.get(member)) is None:
                yield Fault(f"the package '{shown}' has no '{member}'", span[0])
        if id_ is not None and not _ID(id_):
            yield Fault(f"'{visible(id_, 60)}' is no SPDX id (SPDXRef- and letters, digits, '.', '-')", span[0])
        if id_ is not None and id_ in ids:
            yield Fault(f"the id '{visible(id_, 60)}' stands twice", span[0])
        ids.add(id_ or "")
        for member in ("licenseConcluded", "licenseDeclared"):
            for name in _OWN_LICENSE((text_of(fields.get(member)) or "")[:20_000]):
                licenses.setdefault(name, span[0])
    yield from _licenses2(root, licenses)
    yield from _relations2(root, ids)


def _creation2(creation: Mapping[str, object], line: int) -> Iterator[Fault]:
    created, creators = text_of(creation.get("created")), list(texts(creation.get("creators")))
    if created is None:
        yield Fault("the document does not say when it was created", line)
    elif not _UTC(created):
        yield Fault(f"'{visible(created, 40)}' is no time as YYYY-MM-DDThh:mm:ssZ", line)
    if not creators:
        yield Fault("the document does not say who created it", line)
    for creator in creators:
        if not _CREATOR(creator):
            yield Fault(f"'{visible(creator, 60)}' does not begin with 'Person:', 'Organization:' or 'Tool:'", line)


def _licenses2(root: Mapping[str, object], used: Mapping[str, int]) -> Iterator[Fault]:
    defined = {text_of(row.get("licenseId")) for row in tables(root.get("hasExtractedLicensingInfos"))}
    for name, line in used.items():
        if name not in defined:
            yield Fault(f"the license '{visible(name, 60)}' is used and its text is not in the document", line)


def _relations2(root: Object, ids: set[str]) -> Iterator[Fault]:
    line = root.lines.get("relationships", (0, 0))[0]
    for row in tables(root.get("relationships")):
        if text_of(row.get("relationshipType")) is None:
            yield Fault("a relationship has no type", line)
        for member in ("spdxElementId", "relatedSpdxElement"):
            ref = text_of(row.get(member))
            if ref is None:
                yield Fault(f"a relationship has no '{member}'", line)
            elif ref not in ids and ref not in ("NONE", "NOASSERTION") and not ref.startswith("DocumentRef-"):
                yield Fault(f"a relationship names '{visible(ref, 60)}', which the document does not have", line)


def demands3(root: Object) -> Iterator[Fault]:
    """What a document of SPDX 3 violates."""
    elements = [(fields, span[0]) for fields, span in located(root.get("@graph")) if isinstance(fields, dict)]
    seen: set[str] = set()
    documents = 0
    for fields, line in elements:
        type_, id_ = (text_of(fields.get(key, fields.get(f"@{other}"))) for key, other in _KEYS)
        if type_ is None:
            yield Fault("an element has no type", line)
            continue
        documents += type_ == "SpdxDocument"
        if type_ == "CreationInfo":
            yield from _creation3(fields, line)
            continue
        yield from _element3(fields, type_, id_, line)
        if id_ is not None and id_ in seen:
            yield Fault(f"the id '{visible(id_, 80)}' stands twice", line)
        seen.add(id_ or "")
    if documents != 1:
        yield Fault(f"it has {documents or 'no'} SpdxDocument{'s' if documents > 1 else ''}, and must have one")


_KEYS = (("type", "type"), ("spdxId", "id"))


def _element3(fields: Mapping[str, object], type_: str, id_: str | None, line: int) -> Iterator[Fault]:
    shown = visible(type_, 60)
    if type_ in _MEMBERS3:
        if id_ is None:
            yield Fault(f"an element of type '{shown}' has no 'spdxId'", line)
        if "creationInfo" not in fields:
            yield Fault(f"an element of type '{shown}' has no 'creationInfo'", line)
    for member in _MEMBERS3.get(type_, ()):
        if text_of(fields.get(member)) is None:
            yield Fault(f"an element of type '{shown}' has no '{member}'", line)


def _creation3(fields: Mapping[str, object], line: int) -> Iterator[Fault]:
    for member in ("specVersion", "created"):
        if text_of(fields.get(member)) is None:
            yield Fault(f"the CreationInfo has no '{member}'", line)
    if not list(texts(fields.get("createdBy"))):
        yield Fault("the CreationInfo does not say who created it", line)
