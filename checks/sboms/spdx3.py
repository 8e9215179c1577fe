"""SPDX 3.0: a graph of elements as JSON-LD; packages (also AI and dataset), relationships and licenses are read."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from checks.manifests.jsontext import Array, Object, Span
from checks.manifests.pypi import instant
from checks.model.dependency import SCOPE_ORDER, Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.sboms.bill import Bill, Component
from checks.sboms.identity import Identity, generic, identity_of, whence
from checks.sboms.licensing3 import Licenses
from checks.sboms.own import own_comment
from checks.sboms.values import all_of, hash_of, is_word, stated, tables, text_of, texts

_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_COLLECTIONS = frozenset({"SpdxDocument", "Bom", "Bundle", "software_Sbom"})
_RELATIONS = frozenset({"Relationship", "LifecycleScopedRelationship"})
_NO_PACKAGE = frozenset({"operatingSystem", "device"})
#: SPDX 3.0.1, Core/RelationshipType: from … to.
_REQUIRES = {
    "dependsOn": Scope.RUNTIME,
    "hasStaticLink": Scope.RUNTIME,
    "hasDynamicLink": Scope.RUNTIME,
    "hasPrerequisite": Scope.PEER,
    "hasRequirement": Scope.RUNTIME,
    "trainedOn": Scope.RUNTIME,
    "hasOptionalDependency": Scope.OPTIONAL,
    "hasOptionalComponent": Scope.OPTIONAL,
    "hasProvidedDependency": Scope.BUILD,
    "usesTool": Scope.BUILD,
    "testedOn": Scope.TEST,
}
#: Core/LifecycleScopeType.
_LIFECYCLES = {
    "runtime": Scope.RUNTIME,
    "other": Scope.UNKNOWN,
    "build": Scope.BUILD,
    "design": Scope.DEVELOPMENT,
    "development": Scope.DEVELOPMENT,
    "test": Scope.TEST,
}


class _Element(NamedTuple):
    type: str
    id: str
    fields: Mapping[str, object]
    span: Span


def read_graph(root: Object, path: str) -> Inventory:
    """The inventory of a document whose `@graph` was loaded with lines."""
    graph = root.get("@graph")
    if not isinstance(graph, Array):
        raise UnreadableManifest("it has no list of elements ('@graph')", root.lines["@context"][0])
    elements = list(_elements(graph))
    reader = _Reader(path, elements)
    return reader.read()


def _elements(graph: Array) -> Iterator[_Element]:
    for fields, span in zip(graph, graph.lines, strict=True):
        if isinstance(fields, dict):
            type_ = fields.get("type", fields.get("@type"))
            id_ = fields.get("spdxId", fields.get("@id"))
            yield _Element(type_ if isinstance(type_, str) else "", id_ if isinstance(id_, str) else "", fields, span)


class _Reader:
    """One graph."""

    def __init__(self, path: str, elements: list[_Element]) -> None:
        self.bill = Bill(path)
        self.elements = elements
        self.licenses = Licenses({element.id: element.fields for element in elements if element.id})
        self.parts: list[int] = []

    def read(self) -> Inventory:
        relations = [element for element in self.elements if element.type in _RELATIONS]
        declared, concluded = self._stated(relations)
        for element in self.elements:
            if element.type in _PACKAGES:
                self._package(element, concluded.get(element.id) or declared.get(element.id, []))
            elif element.type not in _RELATIONS and element.id:
                self.bill.add(None, element.id)
        for element in relations:
            self._relate(element)
        self.bill.describe(self.bill.by_ref[ref] for ref in self._described(relations) if ref in self.bill.by_ref)
        self.bill.subjects.update(dict.fromkeys(self.parts))
        return self.bill.inventory()

    def _stated(self, relations: list[_Element]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Package → its license statements, declared and concluded."""
        found: dict[str, dict[str, list[str]]] = {"hasDeclaredLicense": {}, "hasConcludedLicense": {}}
        for element in relations:
            by_package = found.get(text_of(element.fields.get("relationshipType")) or "")
            package = element.fields.get("from")
            if by_package is None or not isinstance(package, str):
                continue
            for target in texts(element.fields.get("to")):
                statement = self.licenses.statement(target)
                if statement:
                    by_package.setdefault(package, []).append(statement)
        return found["hasDeclaredLicense"], found["hasConcludedLicense"]

    def _package(self, element: _Element, statements: list[str]) -> None:
        part = own_comment(element.fields.get("comment")).part
        known = None if part else self._identity(element.fields, element.span[0])
        component = None if known is None else _component(element, known, all_of(statements))
        node = self.bill.add(component, element.id)
        if part:
            self.parts.append(node)

    def _identity(self, fields: Mapping[str, object], line: int) -> Identity | None:
        name, version = text_of(fields.get("name")), stated(fields.get("software_packageVersion"))
        purpose, text = text_of(fields.get("software_primaryPurpose")), _purl(fields)
        shown = visible(name or "", 80)
        if purpose in _NO_PACKAGE or (purpose == "file" and text is None):
            return None
        if not (is_word(name or "") and is_word(version or "")):
            self.bill.collector.problem(f"the name or version of the package '{shown}' is too long", line)
        elif text is not None:
            try:
                known = identity_of(text)
            except ValueError as error:
                self.bill.collector.problem(f"the purl of the package '{shown}' is not a package URL: {error}", line)
                return None
            return known if known.version else known._replace(version=version)
        elif name is None:
            self.bill.collector.problem("a package has neither a package URL nor a name", line)
        else:
            return generic(name, "", version)
        return None

    def _relate(self, element: _Element) -> None:
        fields, known = element.fields, self.bill.by_ref
        type_, one = fields.get("relationshipType"), fields.get("from")
        if not isinstance(type_, str) or not isinstance(one, str):
            return
        scope = _REQUIRES.get(type_)
        if scope is None and type_ != "contains":
            return
        lifecycle = _LIFECYCLES.get(text_of(fields.get("scope")) or "", Scope.RUNTIME)
        missing: list[str] = []
        for other in texts(fields.get("to")):
            if one not in known or other not in known:
                missing.append(other)
            elif scope is None:
                self.bill.contain(known[one], known[other])
            else:
                self.bill.require(known[one], known[other], max(scope, lifecycle, key=SCOPE_ORDER.index))
        if missing and scope is not None and not missing[0].endswith(("NoneElement", "NoAssertionElement")):
            self.bill.missing(one, missing, element.span[0], itself=one not in known)

    def _described(self, relations: list[_Element]) -> list[str]:
        """The packages and files at the root of the document, through the collections that it consists of."""
        roots = {e.id: list(texts(e.fields.get("rootElement"))) for e in self.elements if e.type in _COLLECTIONS}
        for element in relations:
            one = element.fields.get("from")
            if element.fields.get("relationshipType") == "describes" and isinstance(one, str) and one in roots:
                roots[one] += texts(element.fields.get("to"))
        waiting = [ref for e in self.elements if e.type == "SpdxDocument" for ref in roots[e.id]]
        if not waiting:
            waiting = [ref for refs in roots.values() for ref in refs]
        found: dict[str, None] = {}
        for ref in waiting:  # grows while it is walked
            if ref in roots:
                waiting += roots.pop(ref)
            else:
                found[ref] = None
        return list(found)


def _component(element: _Element, known: Identity, license_: str | None) -> Component:
    fields = element.fields
    hashes = (hash_of(row.get("algorithm"), row.get("hashValue")) for row in tables(fields.get("verifiedUsing")))
    own = own_comment(fields.get("comment"))
    origin, source = whence(known, stated(fields.get("software_downloadLocation")))
    return Component(
        known,
        element.span,
        own.origin or origin,
        source,
        license_,
        (*filter(None, hashes), *own.integrity),
        instant(fields.get("releaseTime")),
        own.scope,
        direct=own.direct,
    )


def _purl(fields: Mapping[str, object]) -> str | None:
    own = text_of(fields.get("software_packageUrl"))
    if own:
        return own
    for row in tables(fields.get("externalIdentifier")):
        if (text_of(row.get("externalIdentifierType")) or "").lower() == "packageurl":
            return text_of(row.get("identifier"))
    return None
