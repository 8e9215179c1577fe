"""SPDX 3 as the input of another SBOM."""

from collections.abc import Mapping

from checks.sboms.content import Subject
from checks.sboms.input import Root, Source, Told
from checks.sboms.input_spdx import comment_of, subject
from checks.sboms.licensing3 import Licenses
from checks.sboms.own import own_comment
from checks.sboms.values import all_of, stated, tables, text_of, texts

_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_REQUIRES = frozenset(
    {"dependsOn", "hasStaticLink", "hasDynamicLink", "hasPrerequisite", "hasRequirement", "hasOptionalDependency"}
    | {"hasOptionalComponent", "hasProvidedDependency", "usesTool", "trainedOn", "testedOn"}
)
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
_Fields = Mapping[str, object]


def source(root: _Fields) -> Source:
    """A document whose `@graph` was loaded."""
    return _Reader(root).source()


class _Reader:
    """One graph."""

    def __init__(self, root: _Fields) -> None:
        self.by_id = {_id(fields): fields for fields in tables(root.get("@graph"))}
        self.licenses = Licenses(self.by_id)
        self.requires: dict[str, list[str]] = {}
        self.stated: dict[tuple[str, str], list[str]] = {}
        self.complete: set[str] = set()
        for fields in self.by_id.values():
            one, kind = fields.get("from"), text_of(fields.get("relationshipType")) or ""
            if isinstance(one, str) and kind in _REQUIRES:
                self.requires.setdefault(one, []).extend(texts(fields.get("to")))
                if fields.get("completeness") == "complete":
                    self.complete.add(one)
            elif isinstance(one, str) and kind in _LICENSES:
                found = map(self.licenses.statement, texts(fields.get("to")))
                self.stated.setdefault((one, kind), []).extend(filter(None, found))

    def source(self) -> Source:
        packages = {id_: fields for id_, fields in self.by_id.items() if _type(fields) in _PACKAGES}
        document: _Fields = next((fields for fields in self.by_id.values() if _type(fields) == "SpdxDocument"), {})
        main = [ref for ref in self._described() if ref in packages]
        parts = [ref for ref, fields in packages.items() if own_comment(fields.get("comment")).part]
        text = text_of(document.get("comment")) or ""
        shipped, unread = comment_of(text) if text.startswith("Scope: ") else (False, ())
        roots = (*main[:1], *parts) if main else ()
        return Source(
            [Root(ref, self._subject(ref, packages[ref])) for ref in roots],
            [self._told(ref, fields) for ref, fields in packages.items() if ref not in roots],
            self.requires,
            shipped,
            unread,
        )

    def _described(self) -> list[str]:
        """At the root of the document or of a collection in it."""
        return list(dict.fromkeys(ref for fields in self.by_id.values() for ref in texts(fields.get("rootElement"))))

    def _subject(self, ref: str, fields: _Fields) -> Subject:
        place, version = fields.get("software_downloadLocation"), fields.get("software_packageVersion")
        return subject(fields.get("name"), version, place, ref in self.complete)

    def _told(self, ref: str, fields: _Fields) -> Told:
        supplier = self.by_id.get(text_of(fields.get("suppliedBy")) or "", {})
        declared, concluded = (all_of(self.stated.get((ref, kind), ())) for kind in _LICENSES)
        rows = tables(fields.get("externalIdentifier"))
        purls = (row.get("identifier") for row in rows if row.get("externalIdentifierType") == "packageUrl")
        return Told(
            ref,
            text_of(fields.get("software_packageUrl")) or text_of(next(purls, None)),
            text_of(fields.get("name")),
            "",
            stated(fields.get("software_packageVersion")),
            tuple((row.get("algorithm"), row.get("hashValue")) for row in tables(fields.get("verifiedUsing"))),
            declared,
            concluded,
            text_of(supplier.get("name")),
            own_comment(fields.get("comment")),
        )


def _id(fields: _Fields) -> str:
    id_ = fields.get("spdxId", fields.get("@id"))
    return id_ if isinstance(id_, str) else ""


def _type(fields: _Fields) -> str:
    type_ = fields.get("type", fields.get("@type"))
    return type_ if isinstance(type_, str) else ""
