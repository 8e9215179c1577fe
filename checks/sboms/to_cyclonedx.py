"""CycloneDX 1.5 to 1.7 as JSON (ECMA-424), written as text: the library needs 150 times as long for it."""

from collections.abc import Iterable, Iterator, Mapping

from checks.model.dependency import Origin, Scope
from checks.sboms.assembly import ecosystem, told_directness
from checks.sboms.content import Component, Content, Subject
from checks.sboms.lines import Items, document, encoded, identity, quoted
from checks.sboms.wording import Wording, worded

_SCOPES = {Scope.OPTIONAL: "optional"} | dict.fromkeys((Scope.BUILD, Scope.DEVELOPMENT, Scope.TEST), "excluded")
#: What the scopes of the format say already; others are said by a property.
_PLAIN = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEVELOPMENT)
_REQUIRED = ',"scope":"required"'
_TYPES = {
    "docker": "container",
    "oci": "container",
    "huggingface": "machine-learning-model",
    "mlflow": "machine-learning-model",
    "githubactions": "application",
}


def cyclonedx_json(content: Content, version: str) -> str:
    """The document. `version`: 1.5, 1.6 or 1.7."""
    return document(members(content, version))


def members(content: Content, version: str) -> dict[str, object]:
    """Its members, those of long lists as JSON."""
    return _Writer(content, version).members()


class _Writer:
    def __init__(self, content: Content, version: str) -> None:
        self.content = content
        self.version = version
        self.refs = [quoted(component.ref) for component in content.components]
        self.paths: dict[str, str] = {}
        self.licenses: dict[tuple[str | None, str | None], str] = {}
        used = {component.ref for component in content.components}
        self.roots = _root_refs([content.subject, *content.parts], used)

    def members(self) -> dict[str, object]:
        components = Items(map(self._component, self.content.components, self.refs))
        dependencies = Items(self._dependencies())
        metadata = self._metadata()
        serial = identity([self.version, encoded(metadata), *components, *dependencies])
        return {
            "$schema": f"http://cyclonedx.org/schema/bom-{self.version}.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": self.version,
            "serialNumber": f"urn:uuid:{serial}",
            "version": 1,
            "metadata": metadata,
            "components": components,
            "dependencies": dependencies,
            "compositions": self._compositions(),
        }

    def _metadata(self) -> dict[str, object]:
        content = self.content
        tool = {"type": "application", "name": content.tool.name, "version": content.tool.version}
        properties = [_property("ospo:scope", content.scope)]
        properties += [_property("ospo:unread", sentence) for sentence in content.unread]
        subject = _subject(content.subject, self.roots[0])
        if content.parts:
            subject["components"] = [
                _subject(part, ref) for part, ref in zip(content.parts, self.roots[1:], strict=True)
            ]
        return {
            **({"timestamp": content.created} if content.created else {}),
            "lifecycles": [{"phase": "pre-build"}],
            "tools": {"components": [tool]},
            **({"authors": [{"name": author} for author in content.authors]} if content.authors else {}),
            "component": subject,
            "properties": properties,
        }

    def _component(self, component: Component, ref: str) -> str:
        """As text, because this is done thousands of times; digits and names of algorithms need no quotes."""
        version = component.version
        hashes = ",".join([f'{{"alg":"{name}","content":"{digits}"}}' for name, digits in component.hashes])
        key = component.declared, component.concluded
        licenses = self.licenses.get(key)
        if licenses is None:
            licenses = self.licenses[key] = self._licenses(*key)
        return (
            f'{{"type":"{_TYPES.get(ecosystem(component), "library")}","bom-ref":{ref}'
            + (f',"supplier":{{"name":{quoted(component.supplier)}}}' if component.supplier else "")
            + (f',"group":{quoted(component.group)}' if component.group else "")
            + f',"name":{quoted(component.name)}'
            + (f',"version":{quoted(version)}' if version else "")
            + (
                _REQUIRED
                if component.scope is Scope.RUNTIME
                else f',"scope":"{_SCOPES.get(component.scope, "required")}"'
            )
            + (f',"hashes":[{hashes}]' if hashes else "")
            + licenses
            + (f',"purl":{ref}' if component.ref is component.purl else f',"purl":{quoted(component.purl)}')
            + (_distribution(component) if component.source else "")
            + self._evidence(component)
            + self._properties(component)
            + "}"
        )

    def _evidence(self, component: Component) -> str:
        """Lines came with 1.6; before it they stand in the location."""
        if self.version == "1.5":
            places = [f"{place.path}#L{place.line}" if place.line else place.path for place in component.places]
            found = [f'{{"location":{quoted(place)}}}' for place in places]
        elif len(component.places) == 1:
            place = component.places[0]
            path = self.paths.get(place.path) or self.paths.setdefault(place.path, quoted(place.path))
            line = f',"line":{place.line}' if place.line else ""
            return f',"evidence":{{"occurrences":[{{"location":{path}{line}}}]}}'
        else:
            found = [
                f'{{"location":{quoted(place.path)}' + (f',"line":{place.line}}}' if place.line else "}")
                for place in component.places
            ]
        return f',"evidence":{{"occurrences":[{",".join(dict.fromkeys(found))}]}}' if found else ""

    def _properties(self, component: Component) -> str:
        """What the format has no member for; most components need none."""
        found: list[dict[str, str]] = []
        if component.scope not in _PLAIN:
            found.append(_property("ospo:scope", component.scope.value))
        if component.origin is not Origin.REGISTRY:
            found.append(_property("ospo:origin", component.origin.value))
        if direct := told_directness(component, self.content):
            found.append(_property("ospo:direct", direct))
        found += [_property("ospo:integrity", text) for text in component.integrity]
        found += [_property("ospo:part", label) for label in component.parts]
        found += [_property(f"ospo:license:{kind}", text) for kind, text in component.disputed]
        if component.declared and component.concluded and not self._both(component.declared, component.concluded):
            found.append(_property("ospo:license:declared", worded(component.declared).text))
        return f',"properties":{encoded(found)}' if found else ""

    def _both(self, declared: str, concluded: str) -> bool:
        """Whether both can be said. Before 1.6 there was no word for which is which, and beside an expression nothing
        may stand: 1.7 allows it, but the reference library refuses such a document."""
        return self.version != "1.5" and all(_is_object(worded(raw)) for raw in (declared, concluded))

    def _licenses(self, declared: str | None, concluded: str | None) -> str:
        stated = {"declared": declared, "concluded": concluded}
        if declared and concluded and not self._both(declared, concluded):
            del stated["declared"]
        choices = [_choice(worded(raw), how if self.version != "1.5" else None) for how, raw in stated.items() if raw]
        return f',"licenses":{encoded(choices)}' if choices else ""

    def _dependencies(self) -> Iterator[str]:
        """A component of which no manifest tells what it requires has no row."""
        parts = self.content.parts
        for position, (subject, ref) in enumerate(zip((self.content.subject, *parts), self.roots, strict=True)):
            required = [self.refs[index] for index in subject.requires]
            if parts and not position:
                required += map(quoted, self.roots[1:])
            yield _row(quoted(ref), required)
        for component, ref in zip(self.content.components, self.refs, strict=True):
            if component.requires is not None:
                yield _row(ref, [self.refs[index] for index in component.requires])

    def _compositions(self) -> list[dict[str, object]]:
        """How complete the rows are, for each component."""
        complete: list[str] = []
        incomplete: list[str] = []
        for subject, ref in zip((self.content.subject, *self.content.parts), self.roots, strict=True):
            (complete if subject.complete else incomplete).append(ref)
        unknown: list[str] = []
        for component in self.content.components:
            (unknown if component.requires is None else complete).append(component.ref)
        found = {"complete": complete, "incomplete": incomplete, "unknown": unknown}
        return [{"aggregate": aggregate, "dependencies": refs} for aggregate, refs in found.items() if refs]


def _root_refs(subjects: Iterable[Subject], used: set[str]) -> list[str]:
    """An id for each described software: no component has it."""
    refs = []
    for subject in subjects:
        ref = base = f"{subject.name}@{subject.version}" if subject.version else subject.name
        count = 1
        while ref in used:
            count += 1
            ref = f"{base}#{count}"
        used.add(ref)
        refs.append(ref)
    return refs


def _subject(subject: Subject, ref: str) -> dict[str, object]:
    group, _, name = subject.name.rpartition("/")
    found: dict[str, object] = {"type": "application", "bom-ref": ref}
    if subject.repository and group:
        found["supplier"] = {"name": group, "url": [subject.repository.rpartition("/")[0]]}
    if group:
        found["group"] = group
    found["name"] = name or subject.name
    if subject.version:
        found["version"] = subject.version
    if subject.repository:
        found["externalReferences"] = [{"type": "vcs", "url": subject.repository}]
    if subject.commit:
        found["properties"] = [_property("ospo:commit", subject.commit)]
    return found


def _distribution(component: Component) -> str:
    kind = "vcs" if component.origin is Origin.GIT else "distribution"
    return f',"externalReferences":[{{"type":"{kind}","url":{quoted(component.source or "")}}}]'


def _is_object(wording: Wording) -> bool:
    """Whether it is a license object, of which several may stand in a list, and not an expression."""
    return wording.id or not wording.expression


def _choice(wording: Wording, acknowledgement: str | None) -> Mapping[str, object]:
    how = {"acknowledgement": acknowledgement} if acknowledgement else {}
    if wording.id:
        return {"license": {"id": wording.text, **how}}
    if wording.expression:
        return {"expression": wording.text, **how}
    return {"license": {"name": wording.text, **how}}


def _row(ref: str, required: list[str]) -> str:
    return f'{{"ref":{ref},"dependsOn":[{",".join(required)}]}}' if required else f'{{"ref":{ref}}}'


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}
