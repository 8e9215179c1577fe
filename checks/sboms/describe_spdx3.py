"""SPDX 3 as a description: packages, who made them, and what the relationships say of them."""

from collections.abc import Iterator, Mapping

from checks.manifests.jsontext import Object
from checks.sboms.described import Described, Part
from checks.sboms.licensing3 import Licenses
from checks.sboms.values import located, stated, tables, text_of, texts

_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_COLLECTIONS = frozenset({"SpdxDocument", "Bom", "Bundle", "software_Sbom"})
_AGENTS = frozenset({"Person", "Organization", "Agent", "SoftwareAgent"})
#: What a distribution file says of itself by its purposes (BSI TR-03183-2, version 2.1, section 8.2).
_PURPOSES = {"executable": "executable", "archive": "archive", "container": "structured", "firmware": "structured"}
_REQUIRES = frozenset(
    {"dependsOn", "hasStaticLink", "hasDynamicLink", "hasPrerequisite", "hasRequirement", "hasOptionalDependency"}
    | {"hasOptionalComponent", "hasProvidedDependency", "usesTool", "trainedOn", "testedOn", "contains"}
)
_Fields = Mapping[str, object]


def describe(root: Object) -> Described:
    """A document whose `@graph` was loaded with lines."""
    return _Reader(root).read()


class _Reader:
    """One graph."""

    def __init__(self, root: Object) -> None:
        self.elements: list[tuple[str, _Fields, int]] = []
        self.by_id: dict[str, _Fields] = {}
        for fields, span in located(root.get("@graph")):
            if isinstance(fields, dict):
                id_ = _id(fields)
                self.elements.append((_type(fields), fields, span[0]))
                if id_:
                    self.by_id.setdefault(id_, fields)
        self.licenses = Licenses(self.by_id)
        self.related: dict[str, dict[str, list[str]]] = {}
        """Element → kind of relationship → what it relates to."""
        self.complete: set[str] = set()
        self.mentioned: set[str] = set()
        for type_, fields, _ in self.elements:
            if type_ in ("Relationship", "LifecycleScopedRelationship"):
                self._relate(fields)

    def _relate(self, fields: _Fields) -> None:
        one, kind = fields.get("from"), text_of(fields.get("relationshipType")) or ""
        if not isinstance(one, str):
            return
        targets = list(texts(fields.get("to")))
        self.related.setdefault(one, {}).setdefault(kind, []).extend(targets)
        if kind in _REQUIRES:
            self.mentioned.update((one, *targets))
            if text_of(fields.get("completeness")) in ("complete", "incomplete", "noAssertion"):
                self.complete.add(one)

    def read(self) -> Described:
        creation = self._creation()
        roots = self._described()
        parts = [(_id(fields), self._part(fields, line)) for type_, fields, line in self.elements if type_ in _PACKAGES]
        main_id, main = next(((id_, part) for id_, part in parts if id_ in roots), ("", None))
        document = next((fields for type_, fields, _ in self.elements if type_ == "SpdxDocument"), {})
        makers = [self.by_id.get(ref, {}) for ref in texts(creation.get("createdBy"))]
        people = [fields for fields in makers if _type(fields) in ("Person", "Organization", "Agent")]
        tools = [text_of(self.by_id.get(ref, {}).get("name")) for ref in texts(creation.get("createdUsing"))]
        named = [tool for tool in tools if tool]
        return Described(
            "SPDX",
            text_of(creation.get("specVersion")) or "3",
            "JSON",
            created=text_of(creation.get("created")),
            authors=tuple(filter(None, (text_of(fields.get("name")) for fields in people))),
            author_contact=any(map(_reachable, people)),
            tools=tuple(named),
            tool_versions=bool(named) and all(any(c.isdigit() for c in name) for name in named),
            supplier=main.supplier if main else None,
            namespace=_id(document) or None,
            lifecycles=tuple(
                kind
                for type_, fields, _ in self.elements
                for kind in texts(fields.get("software_sbomType"))
                if type_ == "software_Sbom"
            ),
            data_license=self._data_license(document),
            primary=main,
            top_level=any(self.related.get(main_id, {}).get(kind) for kind in _REQUIRES) if main_id else False,
            completeness=bool(self.complete),
            signed=any(_type(row) == "Signature" for row in tables(document.get("verifiedUsing"))),
            parts=tuple(part for _, part in parts if part is not main),
        )

    def _creation(self) -> _Fields:
        """Of the document; elements may share one by its id, or hold it."""
        for type_, fields, _ in self.elements:
            if type_ == "SpdxDocument":
                own = fields.get("creationInfo")
                if isinstance(own, dict):
                    return own
                if isinstance(own, str) and own in self.by_id:
                    return self.by_id[own]
        return next((fields for type_, fields, _ in self.elements if type_ == "CreationInfo"), {})

    def _described(self) -> set[str]:
        waiting = [fields for type_, fields, _ in self.elements if type_ in _COLLECTIONS]
        roots = {ref for fields in waiting for ref in texts(fields.get("rootElement"))}
        roots.update(ref for kinds in self.related.values() for ref in kinds.get("describes", ()))
        return roots

    def _data_license(self, document: _Fields) -> str | None:
        ref = document.get("dataLicense")
        return self.licenses.statement(ref) if isinstance(ref, str) else None

    def _part(self, fields: _Fields, line: int) -> Part:
        id_, name = _id(fields), text_of(fields.get("name"))
        version = stated(fields.get("software_packageVersion"))
        own = self.related.get(id_, {})
        declared, concluded = (list(self._statements(own.get(kind))) for kind in _LICENSES)
        suppliers = [*texts(fields.get("suppliedBy"))]
        makers = [*texts(fields.get("originatedBy"))]
        kinds = {(text_of(row.get("externalIdentifierType")) or "").lower(): row.get("identifier")
                 for row in tables(fields.get("externalIdentifier"))}  # fmt: skip
        files = [self.by_id.get(ref, {}) for ref in own.get("hasDistributionArtifact", ())]
        hashes = frozenset(name for item in (fields, *files) for name in _hashes(item))
        shown = name or id_ or "a package without a name"
        supplier = next(filter(None, map(self._agent, (*suppliers, *makers))), None)
        return Part(
            f"{shown} {version}" if version else shown,
            line,
            name=name,
            version=version,
            ref=id_ or None,
            purl=text_of(fields.get("software_packageUrl")) or text_of(kinds.get("packageurl")),
            cpe=text_of(kinds.get("cpe23")) or text_of(kinds.get("cpe22")),
            other_identifiers=any(kind in kinds for kind in ("swid", "swhid", "gitoid")),
            supplier=supplier,
            producer=supplier,
            contact=any(_reachable(self.by_id.get(ref, {})) for ref in (*makers, *suppliers)),
            hashes=hashes,
            licenses=tuple(dict.fromkeys((*concluded, *declared))),
            declared=bool(declared),
            concluded=bool(concluded),
            source=bool(text_of(fields.get("software_sourceInfo"))) or _names_source(fields),
            purpose=text_of(fields.get("software_primaryPurpose")),
            related=id_ in self.mentioned,
            completeness=id_ in self.complete,
            file_facts=frozenset(_file_facts(files, hashes)),
        )

    def _statements(self, refs: object) -> Iterator[str]:
        for ref in texts(refs):
            statement = self.licenses.statement(ref)
            if statement:
                yield statement

    def _agent(self, ref: str) -> str | None:
        fields = self.by_id.get(ref, {})
        return text_of(fields.get("name")) if _type(fields) in _AGENTS else None


_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")


def _id(fields: _Fields) -> str:
    id_ = fields.get("spdxId", fields.get("@id"))
    return id_ if isinstance(id_, str) else ""


def _type(fields: _Fields) -> str:
    type_ = fields.get("type", fields.get("@type"))
    return type_ if isinstance(type_, str) else ""


def _hashes(fields: _Fields) -> Iterator[str]:
    for row in tables(fields.get("verifiedUsing")):
        algorithm = text_of(row.get("algorithm"))
        if algorithm and text_of(row.get("hashValue")):
            yield algorithm.lower()


def _reachable(fields: _Fields) -> bool:
    rows = tables(fields.get("externalIdentifier"))
    return any(
        "@" in identifier or identifier.startswith(("http:", "https:"))
        for row in rows
        if (identifier := text_of(row.get("identifier")))
    )


def _names_source(fields: _Fields) -> bool:
    kinds = {text_of(row.get("externalRefType")) for row in tables(fields.get("externalRef"))}
    return bool(kinds & {"vcs", "sourceArtifact"})


def _file_facts(files: list[_Fields], hashes: frozenset[str]) -> Iterator[str]:
    """A file says that it is executable or an archive; one that says neither is neither."""
    if any(text_of(fields.get("name")) for fields in files):
        yield from ("filename", "executable", "archive")
    for fields in files:
        yield from (_PURPOSES[word] for word in texts(fields.get("software_additionalPurpose")) if word in _PURPOSES)
    if "sha512" in hashes:
        yield "sha512"
