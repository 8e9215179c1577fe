"""CycloneDX as a description: the same members for JSON and XML."""

from collections.abc import Iterator, Mapping

from checks.manifests.jsontext import Array, object_at
from checks.sboms.described import Described, Part
from checks.sboms.values import tables, text_of, texts

#: Words of `aggregate` that say nothing.
_UNSPECIFIED = ("", "not_specified")
#: The property taxonomy of BSI TR-03183-2, version 2.1, section 8.2.
_BSI = "bsi:component:"


def describe(root: Mapping[str, object], encoding: str, version: str) -> Described:
    """A document of any version 1; `root` has the members of the JSON form."""
    metadata = object_at(root, "metadata")
    graph, subject = _Graph(root), object_at(metadata, "component")
    main = _part(subject, 0, graph) if subject else None
    tools = list(_tools(metadata.get("tools")))
    authors = _authors(metadata)
    return Described(
        "CycloneDX",
        version,
        encoding,
        created=text_of(metadata.get("timestamp")),
        authors=authors,
        author_contact=any(_reachable(metadata.get(key)) for key in ("authors", "manufacturer", "manufacture")),
        tools=tuple(name for name, _ in tools),
        tool_versions=bool(tools) and all(stated for _, stated in tools),
        supplier=_entity(metadata, "supplier") or _entity(metadata, "manufacturer") or _entity(metadata, "manufacture"),
        namespace=text_of(root.get("serialNumber")),
        revision=root.get("version") is not None and text_of(root.get("serialNumber")) is not None,
        lifecycles=tuple(filter(None, (_phase(row) for row in tables(metadata.get("lifecycles"))))),
        data_license=next(iter(_licenses(metadata.get("licenses"))), (None, ""))[0],
        primary=main,
        top_level=main is not None and main.ref in graph.requirers,
        completeness=graph.stated,
        signed=isinstance(root.get("signature"), dict),
        parts=tuple(_part(fields, line, graph) for fields, line in _components(root, subject) if _counts(fields)),
    )


class _Graph:
    """Who is spoken of in the dependency graph, and of whose dependencies it is said how complete they are."""

    def __init__(self, root: Mapping[str, object]) -> None:
        self.mentioned: set[str] = set()
        self.requirers: set[str] = set()
        for row in tables(root.get("dependencies")):
            ref, targets = row.get("ref"), list(texts(row.get("dependsOn")))
            if isinstance(ref, str):
                self.mentioned.update((ref, *targets))
                if targets:
                    self.requirers.add(ref)
        self.complete: set[str] = set()
        self.stated = False
        for row in tables(root.get("compositions")):
            if (text_of(row.get("aggregate")) or "") not in _UNSPECIFIED:
                self.stated = True
                self.complete.update((*texts(row.get("assemblies")), *texts(row.get("dependencies"))))


def _components(root: Mapping[str, object], subject: Mapping[str, object]) -> Iterator[tuple[dict[str, object], int]]:
    """Every component at every depth with its line, in document order, without recursion."""
    waiting = [_located(root.get("components")), _located(subject.get("components"))]
    while waiting:
        item = next(waiting[0], None)
        if item is None:
            waiting.pop(0)
            continue
        yield item
        if item[0].get("components"):
            waiting.insert(0, _located(item[0]["components"]))


def _located(rows: object) -> Iterator[tuple[dict[str, object], int]]:
    lines = [span[0] for span in rows.lines] if isinstance(rows, Array) else []
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield row, lines[index] if lines else 0


def _counts(fields: Mapping[str, object]) -> bool:
    """A file without package URL is no component of its own here, as in the inventory."""
    return fields.get("type") != "file" or bool(fields.get("purl"))


def _part(fields: Mapping[str, object], line: int, graph: _Graph) -> Part:
    name, version, group = (text_of(fields.get(key)) for key in ("name", "version", "group"))
    ref = text_of(fields.get("bom-ref"))
    known = ref or text_of(fields.get("purl")) or ""
    licenses = list(_licenses(fields.get("licenses")))
    references = list(tables(fields.get("externalReferences")))
    supplier = next(filter(None, (_entity(fields, key) for key in ("supplier", "manufacturer", "publisher"))), None)
    files = {name.removeprefix(_BSI) for name in _properties(fields) if name.startswith(_BSI)}
    deployable = {name for row in references if row.get("type") == "distribution" for name in _hashes(row)}
    own = frozenset(_hashes(fields))
    if "sha512" in own | deployable:
        files.add("sha512")
    shown = f"{group}/{name}" if group and name else name or known or "a component without a name"
    return Part(
        f"{shown} {version}" if version else shown,
        line,
        name=name,
        version=version,
        ref=ref,
        purl=text_of(fields.get("purl")),
        cpe=text_of(fields.get("cpe")),
        other_identifiers=any(fields.get(key) for key in ("swid", "swhid", "omniborId")),
        supplier=supplier,
        producer=supplier or _entity(fields, "author") or next(iter(_names(fields.get("authors"))), None),
        contact=any(_reachable(fields.get(key)) for key in ("manufacturer", "supplier", "authors")),
        hashes=own | deployable,
        licenses=tuple(text for text, _ in licenses),
        declared=any(kind == "declared" for _, kind in licenses),
        concluded=any(kind == "concluded" for _, kind in licenses),
        source=any(row.get("type") in ("vcs", "source-distribution") and row.get("url") for row in references),
        purpose=text_of(fields.get("type")),
        related=known in graph.mentioned,
        completeness=known in graph.complete,
        file_facts=frozenset(files),
    )


def _licenses(rows: object) -> Iterator[tuple[str, str]]:
    """Statement and acknowledgment of each license choice."""
    for choice in tables(rows):
        inner = choice.get("license")
        fields = inner if isinstance(inner, dict) else choice
        text = next(filter(None, (text_of(fields.get(key)) for key in ("expression", "id", "name", "url"))), None)
        if text:
            yield text, text_of(fields.get("acknowledgement")) or ""


def _hashes(fields: Mapping[str, object]) -> Iterator[str]:
    for row in tables(fields.get("hashes")):
        algorithm, content = text_of(row.get("alg")), text_of(row.get("content"))
        if algorithm and content:
            yield algorithm.lower().replace("sha-", "sha", 1)


def _properties(fields: Mapping[str, object]) -> Iterator[str]:
    for row in tables(fields.get("properties")):
        name, value = text_of(row.get("name")), text_of(row.get("value"))
        if name and value:
            yield name


def _tools(value: object) -> Iterator[tuple[str, bool]]:
    """Name of each tool, and whether it has a version; the plain list is of before 1.5."""
    lists = (value.get("components"), value.get("services")) if isinstance(value, dict) else (value,)
    for rows in lists:
        for row in tables(rows):
            name = text_of(row.get("name"))
            if name:
                yield name, text_of(row.get("version")) is not None


def _authors(metadata: Mapping[str, object]) -> tuple[str, ...]:
    makers = (_entity(metadata, key) for key in ("manufacturer", "manufacture"))
    return tuple(dict.fromkeys([*_names(metadata.get("authors")), *filter(None, makers)]))


def _names(rows: object) -> Iterator[str]:
    for row in tables(rows):
        name = text_of(row.get("name")) or text_of(row.get("email"))
        if name:
            yield name


def _entity(fields: Mapping[str, object], key: str) -> str | None:
    """An organization is an object; `author` and `publisher` are text."""
    value = fields.get(key)
    if isinstance(value, dict):
        return text_of(value.get("name")) or next(iter(texts(value.get("url"))), None)
    return text_of(value)


def _reachable(value: object) -> bool:
    """Whether one of the people or organizations has an e-mail address or a URL."""
    for row in (value,) if isinstance(value, dict) else tables(value):
        found = [*texts(row.get("url")), row.get("email")]
        found += [contact.get("email") for contact in tables(row.get("contact"))]
        if any(text_of(item) for item in found):
            return True
    return False


def _phase(row: Mapping[str, object]) -> str | None:
    return text_of(row.get("phase")) or text_of(row.get("name"))
