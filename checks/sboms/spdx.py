"""SPDX 2.2 and 2.3: packages and relationships, from JSON or from tag-value.

The described project, files and operating systems are no dependencies. A package without purl (and without one of the
older references to a package manager) is kept as `pkg:generic`: it reaches a build, and its license is judged like any
other.
"""

from collections.abc import Iterable, Iterator, Mapping

from checks.manifests.jsontext import Array, Object, Span, object_at
from checks.manifests.pypi import instant
from checks.model import purl
from checks.model.dependency import Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.sboms.bill import Bill, Component
from checks.sboms.identity import Identity, generic, identity_of, whence
from checks.sboms.own import OWN, own_comment
from checks.sboms.values import hash_of, is_word, located, stated, tables, text_of, texts

_NO_PACKAGE = frozenset({"OPERATING-SYSTEM", "DEVICE"})
#: SPDX 2.3, clause 11: "A … B" where A requires B.
_FORWARD = {
    "DEPENDS_ON": Scope.RUNTIME,
    "STATIC_LINK": Scope.RUNTIME,
    "DYNAMIC_LINK": Scope.RUNTIME,
    "HAS_PREREQUISITE": Scope.PEER,
}
#: "A … B" where B requires A.
_BACKWARD = {
    "DEPENDENCY_OF": Scope.RUNTIME,
    "RUNTIME_DEPENDENCY_OF": Scope.RUNTIME,
    "PREREQUISITE_FOR": Scope.PEER,
    "OPTIONAL_DEPENDENCY_OF": Scope.OPTIONAL,
    "OPTIONAL_COMPONENT_OF": Scope.OPTIONAL,
    "PROVIDED_DEPENDENCY_OF": Scope.BUILD,
    "BUILD_DEPENDENCY_OF": Scope.BUILD,
    "BUILD_TOOL_OF": Scope.BUILD,
    "DEV_DEPENDENCY_OF": Scope.DEVELOPMENT,
    "DEV_TOOL_OF": Scope.DEVELOPMENT,
    "TEST_DEPENDENCY_OF": Scope.TEST,
    "TEST_TOOL_OF": Scope.TEST,
}
_CONTAINS = {"CONTAINS": True, "CONTAINED_BY": False, "PACKAGE_OF": False}
_NOWHERE = ("NONE", "NOASSERTION")
#: npm wrote these two the wrong way round until version 11 (npm/cli issue 6867).
_TURNED = frozenset({"DEV_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF"})
Relation = tuple[str, str, str]


def read_json(root: Object, path: str) -> Inventory:
    """The inventory of a document whose `packages` were loaded with lines."""
    check_version(root["spdxVersion"], root.lines["spdxVersion"][0])
    packages = root.get("packages")
    if packages is not None and not isinstance(packages, Array):
        raise UnreadableManifest("its 'packages' is not a list", root.lines["packages"][0])
    reader = Reader(path)
    for fields, span in located(packages):
        if isinstance(fields, dict):
            reader.package(fields, span)
        else:
            reader.bill.collector.problem("a package is not an object", span[0])
    for row in tables(root.get("hasExtractedLicensingInfos")):
        reader.license(row.get("licenseId"), row.get("name"))
    for row in (*tables(root.get("files")), *tables(root.get("snippets"))):
        reader.other(row.get("SPDXID"))
    described = list(texts(root.get("documentDescribes")))
    creators = texts(object_at(root, "creationInfo").get("creators"))
    reader.relate(list(_relations(root.get("relationships"))), described, creators)
    return reader.bill.inventory()


def check_version(version: object, line: int) -> None:
    """Raises `UnreadableManifest` for anything but version 2 (2.0 and 2.1 have the same packages)."""
    if not isinstance(version, str) or not version.startswith("SPDX-2."):
        shown = visible(version, 20) if isinstance(version, str) else "…"
        raise UnreadableManifest(f"its SPDX version '{shown}' is not one that this reader knows", line)


def _relations(rows: object) -> Iterator[Relation]:
    for row in tables(rows):
        one, type_, other = row.get("spdxElementId"), row.get("relationshipType"), row.get("relatedSpdxElement")
        if isinstance(one, str) and isinstance(type_, str) and isinstance(other, str):
            yield one, type_.upper().replace("-", "_"), other


class Reader:
    """One document: packages and others first, then their relationships."""

    def __init__(self, path: str) -> None:
        self.bill = Bill(path)
        self.stated: dict[str, str] = {}
        """References of ours, and the words that they stand for."""
        self.parts: list[int] = []
        """Parts of what is described."""

    def license(self, id_: object, name: object) -> None:
        """A reference that the document explains. What others call theirs is no statement of a package."""
        if isinstance(id_, str) and id_.startswith(OWN) and isinstance(name, str):
            self.stated[id_] = name

    def other(self, ref: object) -> None:
        """A file or snippet: it may be related, and is no dependency."""
        self.bill.add(None, ref)

    def package(self, fields: Mapping[str, object], span: Span) -> None:
        """One package with the members of the JSON form."""
        part = own_comment(fields.get("comment")).part
        known = None if part else self._identity(fields, span[0])
        component = None if known is None else _component(fields, known, span)
        node = self.bill.add(component, fields.get("SPDXID"))
        if part:
            self.parts.append(node)

    def _identity(self, fields: Mapping[str, object], line: int) -> Identity | None:
        name, version = text_of(fields.get("name")), stated(fields.get("versionInfo"))
        purpose = (text_of(fields.get("primaryPackagePurpose")) or "").upper().replace("_", "-")
        references = list(tables(fields.get("externalRefs")))
        if purpose in _NO_PACKAGE:
            return None
        if not (is_word(name or "") and is_word(version or "")):
            self.bill.collector.problem(
                f"the name or version of the package '{visible(name or '', 80)}' is too long", line
            )
            return None
        try:
            known = _referenced(references)
        except ValueError as error:
            self.bill.collector.problem(
                f"the purl of the package '{visible(name or '', 80)}' is not a package URL: {error}", line
            )
            return None
        if known is None:
            if purpose == "FILE" or (purpose == "APPLICATION" and not version and _says_nothing(fields)):
                return None
            if name is None:
                self.bill.collector.problem("a package has neither a package URL nor a name", line)
                return None
            known = generic(name, "", version)
        elif known.version is None:
            known = known._replace(version=version)
        return known

    def relate(self, relations: list[Relation], described: list[str], creators: Iterable[str]) -> None:
        """Directions as SPDX defines them, except where a document can only mean the other one."""
        known = self.bill.by_ref
        for component in self.bill.nodes if self.stated else ():
            if component is not None and component.license in self.stated:
                component.license = self.stated[component.license]
        described += [other for _, type_, other in relations if type_ == "DESCRIBES"]
        described += [one for one, type_, _ in relations if type_ == "DESCRIBED_BY"]
        if not described:
            described = self._only_package()
        project = set(described) if len(set(described)) == 1 else set()
        turned = any(creator.startswith("Tool: npm/cli-") for creator in creators) and any(
            r[1] == "DEPENDS_ON" for r in relations
        )
        missing: dict[str, list[str]] = {}
        for one, type_, other in relations:
            scope = _FORWARD.get(type_) or _BACKWARD.get(type_)
            if scope is None:
                self._contain(one, type_, other)
                continue
            if type_ in _BACKWARD and not (one in project or (turned and type_ in _TURNED)):
                one, other = other, one
            if one in known and other in known:
                self.bill.require(known[one], known[other], scope)
            elif other not in _NOWHERE and one not in _NOWHERE:
                missing.setdefault(one, []).append(other)
        self._miss(missing)
        self.bill.describe(known[ref] for ref in described if ref in known)
        self.bill.subjects.update(dict.fromkeys(self.parts))

    def _only_package(self) -> list[str]:
        """A document with a single package describes it without saying so (SPDX 2.3, clause 11.1)."""
        nodes = [node for node, component in enumerate(self.bill.nodes) if component is not None]
        return [ref for ref, node in self.bill.by_ref.items() if node == nodes[0]] if len(nodes) == 1 else []

    def _contain(self, one: str, type_: str, other: str) -> None:
        forward = _CONTAINS.get(type_)
        known = self.bill.by_ref
        if forward is not None and one in known and other in known:
            outer, inner = (one, other) if forward else (other, one)
            self.bill.contain(known[outer], known[inner])

    def _miss(self, missing: Mapping[str, list[str]]) -> None:
        for ref, targets in missing.items():
            node = self.bill.by_ref.get(ref)
            component = self.bill.nodes[node] if node is not None else None
            self.bill.missing(ref, targets, component.span[0] if component else 0, itself=node is None)


def _component(fields: Mapping[str, object], known: Identity, span: Span) -> Component:
    hashes = (hash_of(row.get("algorithm"), row.get("checksumValue")) for row in tables(fields.get("checksums")))
    own = own_comment(fields.get("comment"))
    origin, source = whence(known, stated(fields.get("downloadLocation")))
    return Component(
        known,
        span,
        own.origin or origin,
        source,
        _license(fields),
        (*filter(None, hashes), *own.integrity),
        instant(fields.get("releaseDate")),
        own.scope,
        direct=own.direct,
    )


def _says_nothing(fields: Mapping[str, object]) -> bool:
    """How Trivy writes a lock file: a package that only groups."""
    return not (_license(fields) or fields.get("checksums"))


def _license(fields: Mapping[str, object]) -> str | None:
    return stated(fields.get("licenseConcluded")) or stated(fields.get("licenseDeclared"))


def _referenced(references: Iterable[Mapping[str, object]]) -> Identity | None:
    """The first valid purl, else the first reference of the older kinds (SPDX 2.3, annex F.3).

    Raises ValueError if there are purls and none of them is valid.
    """
    fault: ValueError | None = None
    older: Identity | None = None
    for row in references:
        kind, locator = row.get("referenceType"), text_of(row.get("referenceLocator"))
        if locator is None or not isinstance(kind, str):
            continue
        kind = kind.rpartition("/")[2]
        if kind == "purl":
            try:
                return identity_of(locator)
            except ValueError as error:
                fault = error
        else:
            older = older or _older(kind, locator)
    if fault:
        raise fault
    return older


def _older(kind: str, locator: str) -> Identity | None:
    """`group:artifact:version`, `name@version` and `name/version`."""
    if not is_word(locator):
        return None
    if kind == "maven-central":
        group, _, rest = locator.partition(":")
        name, _, version = rest.partition(":")
        return Identity(purl.package("maven", name, group), f"{group}:{name}", version or None) if name else None
    if kind == "npm":
        at = locator.rfind("@")
        full, version = (locator[:at], locator[at + 1 :]) if at > 0 else (locator, "")
        namespace, _, name = full.rpartition("/")
        return Identity(purl.package("npm", name, namespace), full, version or None) if name else None
    if kind == "nuget":
        name, _, version = locator.partition("/")
        return Identity(purl.package("nuget", name), name, version or None) if name else None
    return None
