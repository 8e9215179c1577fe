"""SPDX 2 as the input of another SBOM: the same members for JSON and tag-value."""

import re
from collections.abc import Mapping

from checks.manifests.jsontext import object_at
from checks.sboms.content import Subject
from checks.sboms.inert import inert
from checks.sboms.input import Root, Source, Told, subject_of
from checks.sboms.own import OWN, own_comment
from checks.sboms.values import stated, tables, text_of, texts

#: SPDX 2.3, clause 11: "A … B" where A requires B; where it ends so, B requires A.
_FORWARD = frozenset({"DEPENDS_ON", "STATIC_LINK", "DYNAMIC_LINK", "HAS_PREREQUISITE"})
_BACKWARD = re.compile(r"(?:[A-Z]+_)*DEPENDENCY_OF\Z|PREREQUISITE_FOR\Z|[A-Z]+_TOOL_OF\Z").match
_Fields = Mapping[str, object]


def source(root: _Fields) -> Source:
    """A document of version 2 with the members of the JSON form."""
    described = [*texts(root.get("documentDescribes"))]
    requires: dict[str, list[str]] = {}
    open_ended: set[str] = set()
    for row in tables(root.get("relationships")):
        one, other = str(row.get("spdxElementId")), str(row.get("relatedSpdxElement"))
        type_ = str(row.get("relationshipType")).upper().replace("-", "_")
        if type_ == "DESCRIBES":
            described.append(other)
        elif type_ in _FORWARD:
            requires.setdefault(one, []).append(other)
            if other == "NOASSERTION":
                open_ended.add(one)
        elif _BACKWARD(type_):
            requires.setdefault(other, []).append(one)
    packages = {str(fields.get("SPDXID")): fields for fields in tables(root.get("packages"))}
    ours = any(maker.startswith("Tool: ospo-gate-") for maker in texts(object_at(root, "creationInfo").get("creators")))
    main = [ref for ref in dict.fromkeys(described) if ref in packages]
    parts = [ref for ref, fields in packages.items() if own_comment(fields.get("comment")).part]
    shipped, unread = comment_of(root.get("comment")) if ours else (False, ())
    words = _words(root)
    return Source(
        [_root(ref, packages[ref], ours and ref not in open_ended) for ref in (*main[:1], *parts)] if main else [],
        [_told(ref, fields, words) for ref, fields in packages.items() if ref not in (*main[:1], *parts)],
        requires,
        shipped,
        unread,
    )


def comment_of(comment: object) -> tuple[bool, tuple[str, ...]]:
    """Of a document of ours: whether tools were left out, and what could not be read."""
    first, *others = (text_of(comment) or "").splitlines() or [""]
    return first.startswith("Scope: shipped."), tuple(inert(line) for line in others)


def subject(name: object, version: object, place: object, complete: bool) -> Subject:
    """What is described, by the members that SPDX has for it: `git+https://host/owner/name@commit` (clause 7.7)."""
    repository, _, commit = (text_of(place) or "").partition("@")
    return subject_of(text_of(name), stated(version), repository, commit, complete=complete)


def _root(ref: str, fields: _Fields, complete: bool) -> Root:
    return Root(ref, subject(fields.get("name"), fields.get("versionInfo"), fields.get("downloadLocation"), complete))


def _words(root: _Fields) -> Mapping[str, str]:
    """What references of ours stand for."""
    rows = tables(root.get("hasExtractedLicensingInfos"))
    return {
        str(row.get("licenseId")): str(row.get("name")) for row in rows if str(row.get("licenseId")).startswith(OWN)
    }


def _told(ref: str, fields: _Fields, words: Mapping[str, str]) -> Told:
    purls = (row for row in tables(fields.get("externalRefs")) if str(row.get("referenceType")).endswith("purl"))
    supplier = (stated(fields.get("supplier")) or "").removeprefix("Organization:").removeprefix("Person:").strip()
    declared, concluded = (stated(fields.get(key)) for key in ("licenseDeclared", "licenseConcluded"))
    return Told(
        ref,
        text_of(next(purls, {}).get("referenceLocator")),
        text_of(fields.get("name")),
        "",
        stated(fields.get("versionInfo")),
        tuple((row.get("algorithm"), row.get("checksumValue")) for row in tables(fields.get("checksums"))),
        words.get(declared, declared) if declared else None,
        words.get(concluded, concluded) if concluded else None,
        supplier or None,
        own_comment(fields.get("comment")),
    )
