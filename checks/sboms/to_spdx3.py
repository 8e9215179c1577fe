"""SPDX 3.0.1 as JSON-LD: profiles core, software and simple licensing, one element on each line."""

from collections.abc import Iterator
from urllib.parse import quote

from checks.model.dependency import Scope
from checks.sboms.assembly import ecosystem, scope_between
from checks.sboms.content import Component, Content, Subject
from checks.sboms.lines import Items, document, encoded, identity
from checks.sboms.own import PART
from checks.sboms.to_spdx import comment, full_name, source_info
from checks.sboms.wording import worded

_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_TERMS = "https://spdx.org/rdf/3.0.1/terms/Core/"
_CREATION = "_:creation"
_PURPOSES = {"docker": "container", "oci": "container", "githubactions": "application", "huggingface": "model"}
#: Core/LifecycleScopeType; what is not here says it by the type of the relationship, or needs no word.
_LIFECYCLES = {Scope.BUILD: "build", Scope.DEVELOPMENT: "development", Scope.TEST: "test"}
_TYPES = {Scope.OPTIONAL: "hasOptionalDependency", Scope.PEER: "hasPrerequisite"}
Element = dict[str, object]


def spdx3_json(content: Content) -> str:
    """The document. Raises ValueError where nothing tells the time, which the format demands."""
    if content.created is None:
        raise ValueError("SPDX needs the time of creation")
    return document({"@context": _CONTEXT, "@graph": Items(map(encoded, _Writer(content).graph()))})


class _Writer:
    def __init__(self, content: Content) -> None:
        self.content = content
        name = quote(content.subject.name, safe="")
        self.base = f"https://spdx.org/spdxdocs/{name}-{identity(['SPDX-3.0.1', repr(content)])}"
        self.subjects = [content.subject, *content.parts]
        self.roots = [f"{self.base}#described-{number}" for number in range(1, len(self.subjects) + 1)]
        self.packages = [f"{self.base}#package-{number}" for number in range(1, len(content.components) + 1)]
        self.relations = 0
        self.licenses: dict[str, str] = {}
        """Statement → the element that says it."""

    def graph(self) -> Iterator[Element]:
        content = self.content
        agents = [self._element("Organization", f"author-{n}", name) for n, name in enumerate(content.authors, 1)]
        tool = self._element("Tool", "tool", f"{content.tool.name} {content.tool.version}")
        agents = agents or [self._element("SoftwareAgent", "agent", content.tool.name)]
        elements = [*agents, tool, *self._suppliers(), *self._licenses()]
        main, *parts = map(self._subject, self.subjects, self.roots)
        elements += [main, *({**part, "comment": PART} for part in parts)]
        elements += map(self._package, content.components, self.packages)
        elements += self._relations()
        yield {
            "type": "CreationInfo",
            "@id": _CREATION,
            "specVersion": "3.0.1",
            "created": content.created,
            "createdBy": [agent["spdxId"] for agent in agents],
            "createdUsing": [tool["spdxId"]],
        }
        yield from self._collections([element["spdxId"] for element in elements])
        yield from elements

    def _element(self, type_: str, fragment: str, name: str | None = None) -> Element:
        named = {"name": name} if name else {}
        return {"type": type_, "spdxId": f"{self.base}#{fragment}", "creationInfo": _CREATION, **named}

    def _collections(self, elements: list[object]) -> Iterator[Element]:
        subject = self.content.subject
        name = subject.name + (f" {subject.version}" if subject.version else "")
        words = [f"Scope: {self.content.scope}. Made before a build, from lock files and manifests."]
        yield self._element("SpdxDocument", "document", name) | {
            "comment": "\n".join([*words, *self.content.unread]),
            "dataLicense": self.licenses["CC0-1.0"],
            "profileConformance": ["core", "software", "simpleLicensing"],
            "rootElement": [f"{self.base}#sbom"],
            "element": [f"{self.base}#sbom", *elements],
        }
        yield self._element("software_Sbom", "sbom", name) | {
            "profileConformance": ["core", "software", "simpleLicensing"],
            "software_sbomType": ["source"],
            "rootElement": [self.roots[0]],
            "element": elements,
        }

    def _suppliers(self) -> Iterator[Element]:
        for name in sorted({c.supplier for c in self.content.components if c.supplier} | set(self._owners().values())):
            yield self._element("Organization", f"supplier-{quote(name, safe='')}", name)

    def _owners(self) -> dict[str, str]:
        """The owner of each repository, by its name."""
        return {s.name: s.name.rpartition("/")[0] for s in self.subjects if s.repository and "/" in s.name}

    def _supplied(self, name: str | None) -> Element:
        return {"suppliedBy": f"{self.base}#supplier-{quote(name, safe='')}"} if name else {}

    def _licenses(self) -> Iterator[Element]:
        """One element for each statement: an expression, or the words of what is none."""
        stated = dict.fromkeys(raw for c in self.content.components for raw in (c.declared, c.concluded) if raw)
        wordings = {worded(raw) for raw in stated} | {worded("CC0-1.0")}
        references = sorted({id_ for wording in wordings for id_ in wording.references})
        texts = {id_: f"license-text-{number}" for number, id_ in enumerate(references, 1)}
        for id_, fragment in texts.items():
            yield self._text(fragment, id_)
        for number, wording in enumerate(sorted(wordings), 1):
            fragment = f"license-{number}"
            self.licenses[wording.text] = f"{self.base}#{fragment}"
            if not wording.expression:
                yield self._text(fragment, wording.text)
                continue
            element = self._element("simplelicensing_LicenseExpression", fragment)
            element["simplelicensing_licenseExpression"] = wording.text
            if wording.references:
                element["simplelicensing_customIdToUri"] = [
                    {"type": "DictionaryEntry", "key": id_, "value": f"{self.base}#{texts[id_]}"}
                    for id_ in wording.references
                ]
            yield element

    def _text(self, fragment: str, text: str) -> Element:
        element = self._element("simplelicensing_SimpleLicensingText", fragment, text)
        return element | {"simplelicensing_licenseText": f"Stated as: {text}"}

    def _subject(self, subject: Subject, id_: str) -> Element:
        place = f"git+{subject.repository}" + (f"@{subject.commit}" if subject.commit else "")
        return {
            "type": "software_Package",
            "spdxId": id_,
            "creationInfo": _CREATION,
            "name": subject.name,
            **({"software_packageVersion": subject.version} if subject.version else {}),
            **({"software_downloadLocation": place} if subject.repository else {}),
            "software_primaryPurpose": "application",
            **self._supplied(self._owners().get(subject.name)),
        }

    def _package(self, component: Component, id_: str) -> Element:
        source, version = component.source, component.version
        hashes = [
            {"type": "Hash", "algorithm": name.replace("-", "").lower(), "hashValue": digits}
            for name, digits in component.hashes
        ]
        return {
            "type": "software_Package",
            "spdxId": id_,
            "creationInfo": _CREATION,
            "name": full_name(component),
            "comment": comment(component, self.content),
            **({"verifiedUsing": hashes} if hashes else {}),
            **self._supplied(component.supplier),
            **({"software_packageVersion": version} if version else {}),
            **({"software_downloadLocation": source} if source else {}),
            "software_packageUrl": component.purl,
            "software_primaryPurpose": _PURPOSES.get(ecosystem(component), "library"),
            "software_sourceInfo": source_info(component),
        }

    def _relations(self) -> Iterator[Element]:
        content = self.content
        related = {index for component in content.components for index in component.requires or ()}
        for subject, root in zip(self.subjects, self.roots, strict=True):
            related.update(subject.requires)
            how = "complete" if subject.complete else "incomplete"
            yield from self._requires(root, Scope.RUNTIME, subject.requires, how)
        loose = [id_ for index, id_ in enumerate(self.packages) if index not in related]
        if loose or self.roots[1:]:
            yield self._relation("contains", self.roots[0], [*self.roots[1:], *loose])
        for component, id_ in zip(content.components, self.packages, strict=True):
            how = "noAssertion" if component.requires is None else "complete"
            yield from self._requires(id_, component.scope, component.requires or (), how)
            for type_, raw in (
                ("hasDeclaredLicense", component.declared),
                ("hasConcludedLicense", component.concluded),
            ):
                if raw:
                    yield self._relation(type_, id_, [self.licenses[worded(raw).text]])

    def _requires(self, id_: str, scope: Scope, required: tuple[int, ...], how: str) -> Iterator[Element]:
        """A relationship for each scope; where there is none, one that says so."""
        by_scope: dict[Scope, list[str]] = {}
        for index in required:
            between = scope_between(scope, self.content.components[index].scope)
            by_scope.setdefault(between, []).append(self.packages[index])
        for between, targets in by_scope.items():
            relation = self._relation(_TYPES.get(between, "dependsOn"), id_, targets, how)
            if between in _LIFECYCLES:
                relation |= {"type": "LifecycleScopedRelationship", "scope": _LIFECYCLES[between]}
            yield relation
        if not by_scope:
            nothing = "NoneElement" if how == "complete" else "NoAssertionElement"
            yield self._relation("dependsOn", id_, [_TERMS + nothing], how)

    def _relation(self, type_: str, one: str, others: list[str], how: str | None = None) -> Element:
        self.relations += 1
        element = self._element("Relationship", f"relation-{self.relations}")
        element |= {"relationshipType": type_, "from": one, "to": others}
        return element | ({"completeness": how} if how else {})
