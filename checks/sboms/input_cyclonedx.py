"""CycloneDX as the input of another SBOM: the same members for JSON and XML."""

from collections.abc import Iterator, Mapping

from checks.manifests.jsontext import Array, object_at
from checks.model.dependency import Location
from checks.sboms.inert import inert
from checks.sboms.input import Root, Source, Told, subject_of
from checks.sboms.own import own_words
from checks.sboms.values import all_of, located, tables, text_of, texts

_Fields = Mapping[str, object]


def source(root: _Fields) -> Source:
    """A document of any version 1; `root` has the members of the JSON form."""
    metadata = object_at(root, "metadata")
    subject = object_at(metadata, "component")
    complete = {
        ref
        for row in tables(root.get("compositions"))
        if row.get("aggregate") == "complete"
        for ref in texts(row.get("dependencies"))
    }
    said = [(row.get("name"), row.get("value")) for row in tables(metadata.get("properties"))]
    described = [subject, *(row for row in tables(subject.get("components")) if _is_part(row))] if subject else []
    return Source(
        [_root(fields, complete) for fields in described],
        [_told(fields) for fields in (*_all(subject.get("components")), *_all(root.get("components")))],
        {str(row.get("ref")): list(texts(row.get("dependsOn"))) for row in tables(root.get("dependencies"))},
        ("ospo:scope", "shipped") in said,
        tuple(inert(value) for name, value in said if name == "ospo:unread" and isinstance(value, str)),
    )


def _is_part(fields: _Fields) -> bool:
    return fields.get("type") == "application"


def _ref(fields: _Fields) -> str | None:
    return text_of(fields.get("bom-ref")) or text_of(fields.get("purl"))


def _root(fields: _Fields, complete: set[str]) -> Root:
    group, name, version = (text_of(fields.get(key)) for key in ("group", "name", "version"))
    places = (text_of(row.get("url")) for row in tables(fields.get("externalReferences")) if row.get("type") == "vcs")
    commits = (row.get("value") for row in tables(fields.get("properties")) if row.get("name") == "ospo:commit")
    ref = _ref(fields)
    shown = f"{group}/{name}" if group and name else name or ref
    place, commit = next(filter(None, places), None), text_of(next(commits, None))
    return Root(ref, subject_of(shown, version, place, commit, complete=ref in complete))


def _all(rows: object) -> Iterator[_Fields]:
    """Every component at every depth, without recursion."""
    waiting = [rows]
    while waiting:
        for fields, _ in (
            located(item) if isinstance(item := waiting.pop(), Array) else ((row, 0) for row in tables(item))
        ):
            if isinstance(fields, dict):
                yield fields
                waiting.append(fields.get("components"))


def _told(fields: _Fields) -> Told:
    declared, concluded = _licenses(fields.get("licenses"))
    supplier = fields.get("supplier")
    return Told(
        _ref(fields),
        text_of(fields.get("purl")),
        text_of(fields.get("name")),
        text_of(fields.get("group")) or "",
        text_of(fields.get("version")),
        tuple((row.get("alg"), row.get("content")) for row in tables(fields.get("hashes"))),
        declared,
        concluded,
        text_of(supplier.get("name")) if isinstance(supplier, dict) else None,
        own_words(fields.get("properties")),
        tuple(_places(object_at(fields, "evidence"))),
    )


def _licenses(rows: object) -> tuple[str | None, str | None]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for choice in tables(rows):
        inner = choice.get("license")
        fields = inner if isinstance(inner, dict) else choice
        text = next(filter(None, (text_of(fields.get(key)) for key in ("expression", "id", "name", "url"))), None)
        if text:
            found[fields.get("acknowledgement") == "concluded"].append(text)
    return all_of(found[False]), all_of(found[True])


def _places(evidence: _Fields) -> Iterator[Location]:
    """Before 1.6 the line stands behind the path."""
    for row in tables(evidence.get("occurrences")):
        path, line = text_of(row.get("location")), str(row.get("line") or "")
        if path and not line:
            before, _, after = path.rpartition("#L")
            path, line = (before, after) if before and after.isdecimal() else (path, "")
        if path:
            number = int(line) if line.isascii() and line.isdecimal() and len(line) < 10 else 0
            yield Location(inert(path), number, number)
