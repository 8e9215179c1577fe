"""CycloneDX 1.2 to 1.7 (ECMA-424): components at every depth, with scope, license and the dependency graph.

Files, operating systems, devices and cryptographic assets are no dependencies; container images, models and data are.
A component without purl is kept as `pkg:generic`: it reaches a build, and its license is judged like any other.
"""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.jsontext import Array, Object, Span, load_object, object_at
from checks.model.dependency import SCOPE_ORDER, Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.sboms.bill import Bill, Component
from checks.sboms.identity import Identity, generic, identity_of, whence
from checks.sboms.own import own_words
from checks.sboms.values import all_of, hash_of, is_word, located, tables, text_of, texts

_NO_PACKAGE = frozenset({"operating-system", "device", "cryptographic-asset"})
#: CycloneDX 1.7, `component.scope`: excluded components are for tests and other use that is not at runtime.
_SCOPES = {"required": Scope.RUNTIME, "optional": Scope.OPTIONAL, "excluded": Scope.DEVELOPMENT}
#: The official property taxonomy; npm and cdxgen also use the first one, beside the scope `optional`.
_FLAGS = {
    "cdx:npm:package:development": Scope.DEVELOPMENT,
    "cdx:composer:package:isDevRequirement": Scope.DEVELOPMENT,
    "cdx:maven:package:test": Scope.TEST,
}
_GROUPS = frozenset({"cdx:poetry:group", "cdx:pipenv:category", "cdx:pdm:group"})
_TEST_WORDS = frozenset({"test", "tests", "testing"})
_SPLIT = re.compile(r"[^a-z]+").split
_Waiting = tuple[Iterator[tuple[object, Span]], int, bool]


def shallow(depth: int, key: str) -> bool:
    """Lines of the components that nothing contains; the items themselves are decoded at full speed."""
    return key in (("components", "metadata"), ("component",), ("components",), ())[min(depth, 3)]


def deep(depth: int, key: str) -> bool:
    """Lines of the components at every depth."""
    return key in ("components", "component") or (depth == 0 and key == "metadata")


def read_json(root: Object, text: str, path: str) -> Inventory:
    """The inventory of a document that was loaded with `shallow` (or more)."""
    version = text_of(root.get("specVersion")) or ""
    check_version(version, root.lines.get("specVersion", (1, 1))[0])
    if _nested(root):
        root = load_object(text, deep)
    return read_document(root, path)


def check_version(version: str, line: int) -> None:
    """Raises `UnreadableManifest` for what is not version 1; a newer 1.x only adds members."""
    if version.partition(".")[0] != "1":
        raise UnreadableManifest(
            f"its CycloneDX version '{visible(version, 20)}' is not one that this reader knows", line
        )


def read_document(root: Mapping[str, object], path: str) -> Inventory:
    """As JSON or XML: `root` has `components` as an `Array` with lines, at every depth."""
    components = root.get("components")
    if components is not None and not isinstance(components, Array):
        raise UnreadableManifest("its 'components' is not a list", _line(root, "components"))
    return _Reader(path).read(root)


def _nested(root: Object) -> bool:
    """Whether a component contains others whose lines are not known yet."""
    subject = object_at(object_at(root, "metadata"), "component")
    lists = (root.get("components"), subject.get("components"))
    return any(
        row.get("components") and not isinstance(row["components"], Array) for rows in lists for row in tables(rows)
    )


def _line(root: Mapping[str, object], key: str) -> int:
    return root.lines.get(key, (0, 0))[0] if isinstance(root, Object) else 0


class _Reader:
    """One document. `grouped`: direct components name their group, and what they require follows them."""

    def __init__(self, path: str) -> None:
        self.bill = Bill(path)
        self.grouped = False
        self.identities: set[tuple[str, str | None]] = set()

    def read(self, root: Mapping[str, object]) -> Inventory:
        subject = self._subject(object_at(root, "metadata"))
        self._components(root.get("components"), -1, own=False)
        self._others(root)
        self._dependencies(root.get("dependencies"), _line(root, "dependencies"))
        self.bill.subjects = dict.fromkeys(subject)
        if not self.grouped:
            for component in self.bill.nodes:
                if component is not None and component.scope is None:
                    component.scope = Scope.RUNTIME  # the specification's default
        return self.bill.inventory()

    def _subject(self, metadata: Mapping[str, object]) -> list[int]:
        """The described application; the applications in it are its own modules, everything else in it is a part."""
        fields = metadata.get("component")
        if not isinstance(fields, dict):
            return []
        try:
            known = identity_of(text_of(fields.get("purl")) or "")
            self.identities.add((known.purl, known.version))
        except ValueError:
            pass
        node = self.bill.add(None, text_of(fields.get("bom-ref")) or text_of(fields.get("purl")))
        self._components(fields.get("components"), node, own=True)
        return [node]

    def _components(self, items: object, parent: int, own: bool) -> None:
        """In document order, without recursion."""
        waiting: list[_Waiting] = [(located(items), parent, own)]
        while waiting:
            rows, parent, own = waiting[-1]
            item = next(rows, None)
            if item is None:
                waiting.pop()
                continue
            value, span = item
            if not isinstance(value, dict):
                self.bill.collector.problem("a component is not an object", span[0])
                continue
            node = self._component(value, span, parent, own)
            inner = value.get("components")
            if isinstance(inner, Array):
                waiting.append((located(inner), node, own))
            elif inner is not None:
                self.bill.collector.problem("the 'components' of a component is not a list", span[0])

    def _component(self, fields: Mapping[str, object], span: Span, parent: int, own: bool) -> int:
        known = None if own and fields.get("type") == "application" else self._identity(fields, span[0])
        component = None if known is None else self._package(fields, known, span)
        node = self.bill.add(component, text_of(fields.get("bom-ref")) or text_of(fields.get("purl")))
        if parent >= 0:
            self.bill.contain(parent, node)
        return node

    def _identity(self, fields: Mapping[str, object], line: int) -> Identity | None:
        type_, text = text_of(fields.get("type")), text_of(fields.get("purl"))
        name, version = text_of(fields.get("name")), text_of(fields.get("version"))
        if type_ in _NO_PACKAGE or (type_ == "file" and (text is None or text.startswith("pkg:generic/"))):
            return None
        if text is None and type_ == "application" and not (version or fields.get("licenses") or fields.get("hashes")):
            return None  # how Trivy writes a lock file: it only groups
        known = self._named(text, name, text_of(fields.get("group")) or "", version, line)
        if known is None or (known.purl, known.version) in self.identities:
            return None
        return known

    def _named(self, purl: str | None, name: str | None, group: str, version: str | None, line: int) -> Identity | None:
        shown = visible(name or purl or "", 80)
        if purl is None and name is None:
            self.bill.collector.problem("a component has neither a package URL nor a name", line)
            return None
        if not (is_word(name or "") and is_word(group) and is_word(version or "")):
            self.bill.collector.problem(f"the name or version of the component '{shown}' is too long", line)
            return None
        if purl is None:
            return generic(name or "", group, version)
        try:
            known = identity_of(purl)
        except ValueError as error:
            self.bill.collector.problem(f"the purl of the component '{shown}' is not a package URL: {error}", line)
            return None
        return known if known.version else known._replace(version=version)

    def _package(self, fields: Mapping[str, object], known: Identity, span: Span) -> Component:
        address, hashes = _distribution(fields.get("externalReferences"))
        origin, source = whence(known, address)
        own = own_words(fields.get("properties"))
        return Component(
            known,
            span,
            own.origin or origin,
            source,
            license_of(fields.get("licenses")),
            (_hashes(fields.get("hashes")) or hashes) + own.integrity,
            scope=own.scope or self._scope(fields),
            range=text_of(fields.get("versionRange")),
            direct=own.direct,
        )

    def _scope(self, fields: Mapping[str, object]) -> Scope | None:
        """A flag of a package manager says more than `optional`, which npm and cdxgen also write for development."""
        stated = _SCOPES.get(text_of(fields.get("scope")) or "")
        found: list[Scope] = []
        for row in tables(fields.get("properties")):
            name, value = row.get("name"), row.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                continue
            if value == "true" and name in _FLAGS:
                found.append(_FLAGS[name])
            elif name in _GROUPS:
                self.grouped = True
                found.append(_group_scope(value))
        if found and stated is not Scope.RUNTIME:
            return min(found, key=SCOPE_ORDER.index)
        return stated

    def _others(self, root: Mapping[str, object]) -> None:
        """What the graph may name besides components: services, and the tools that wrote the document."""
        tools = object_at(object_at(root, "metadata"), "tools")
        waiting = [*tables(root.get("services")), *tables(tools.get("components")), *tables(tools.get("services"))]
        while waiting:
            fields = waiting.pop()
            self.bill.add(None, fields.get("bom-ref"))
            waiting += tables(fields.get("services"))

    def _dependencies(self, rows: object, line: int) -> None:
        known = self.bill.by_ref
        for row in tables(rows):
            ref = row.get("ref")
            node = known.get(ref) if isinstance(ref, str) else None
            missing: list[str] = []
            for target in texts(row.get("dependsOn")):
                to = known.get(target)
                if node is None or to is None:
                    missing.append(target)
                else:
                    self.bill.require(node, to)
            if missing:
                component = self.bill.nodes[node] if node is not None else None
                self.bill.missing(str(ref), missing, component.span[0] if component else line, itself=node is None)


def _group_scope(group: str) -> Scope:
    if group in ("main", "default"):
        return Scope.RUNTIME
    return Scope.TEST if _TEST_WORDS.intersection(_SPLIT(group.lower())) else Scope.DEVELOPMENT


def license_of(value: object) -> str | None:
    """What the author of the document concluded, else what the package declares; several licenses hold together."""
    concluded: list[str] = []
    declared: list[str] = []
    for choice in tables(value):
        inner = choice.get("license")
        fields = inner if isinstance(inner, dict) else choice
        text = (
            text_of(choice.get("expression"))
            or text_of(fields.get("id"))
            or text_of(fields.get("name"))
            or text_of(fields.get("url"))
        )
        if text:
            (concluded if fields.get("acknowledgement") == "concluded" else declared).append(text)
    return all_of(concluded or declared)


def _hashes(rows: object) -> tuple[str, ...]:
    if not rows:
        return ()
    return tuple(text for row in tables(rows) if (text := hash_of(row.get("alg"), row.get("content"))))


def _distribution(rows: object) -> tuple[str | None, tuple[str, ...]]:
    """The address from which the component is distributed, and the hashes of all of its files."""
    address: str | None = None
    hashes: list[str] = []
    for row in tables(rows):
        if row.get("type") == "distribution":
            address = address or text_of(row.get("url"))
            hashes.extend(_hashes(row.get("hashes")))
    return address, tuple(hashes)
