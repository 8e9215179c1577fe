"""SPDX 2.3: the packages, relationships and licenses of a document, and their JSON form."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from checks.model.dependency import Origin, Scope
from checks.sboms.assembly import ecosystem, scope_between, told_directness
from checks.sboms.content import Component, Content, Subject
from checks.sboms.lines import Items, document, encoded, identity
from checks.sboms.own import COMMENT, PART
from checks.sboms.wording import Wording, worded

#: SPDX 2.3, clause 11: "A … B" where A requires B, and where B requires A.
_FORWARD = {Scope.RUNTIME: "DEPENDS_ON", Scope.UNKNOWN: "DEPENDS_ON", Scope.PEER: "HAS_PREREQUISITE"}
_BACKWARD = {
    Scope.OPTIONAL: "OPTIONAL_DEPENDENCY_OF",
    Scope.BUILD: "BUILD_DEPENDENCY_OF",
    Scope.DEVELOPMENT: "DEV_DEPENDENCY_OF",
    Scope.TEST: "TEST_DEPENDENCY_OF",
}
_UNFIT = re.compile(r"[^A-Za-z0-9.\-]+")
_PURPOSES = {"docker": "CONTAINER", "oci": "CONTAINER", "githubactions": "APPLICATION"}
#: Types whose people write another sign between namespace and name.
_JOINED = {"maven": ":"}
#: Places that a package names; a monorepo may have hundreds of them.
MAX_PLACES = 20
Relation = tuple[str, str, str]


class Spdx(NamedTuple):
    """A document before it is JSON or tag-value; members as in JSON."""

    head: Mapping[str, object]
    packages: tuple[Mapping[str, object], ...]
    relations: tuple[Relation, ...]
    licenses: tuple[Mapping[str, object], ...]


def spdx_json(content: Content) -> str:
    """The document. Raises ValueError where nothing tells the time, which the format demands."""
    found = spdx(content)
    names = "spdxElementId", "relationshipType", "relatedSpdxElement"
    return document(
        {
            **found.head,
            "packages": Items(map(encoded, found.packages)),
            "relationships": Items(encoded(dict(zip(names, row, strict=True))) for row in found.relations),
            **({"hasExtractedLicensingInfos": Items(map(encoded, found.licenses))} if found.licenses else {}),
        }
    )


def spdx(content: Content) -> Spdx:
    """Raises ValueError as `spdx_json`."""
    if content.created is None:
        raise ValueError("SPDX needs the time of creation")
    subjects = [content.subject, *content.parts]
    roots = [f"SPDXRef-Described-{number}" for number in range(1, len(subjects) + 1)]
    ids = _ids(content.components)
    packages = [_subject(subject, ref) for subject, ref in zip(subjects, roots, strict=True)]
    packages[1:] = [{**fields, "comment": PART} for fields in packages[1:]]
    packages += [package(component, ref, content) for component, ref in zip(content.components, ids, strict=True)]
    relations = tuple(_relations(content, roots, ids))
    licenses = tuple(_extracted(content.components))
    serial = identity(["SPDX-2.3", repr(content)])
    return Spdx(_head(content, serial), tuple(packages), relations, licenses)


def _head(content: Content, serial: str) -> Mapping[str, object]:
    name = content.subject.name + (f" {content.subject.version}" if content.subject.version else "")
    tool = f"Tool: {content.tool.name}-{content.tool.version}"
    words = [f"Scope: {content.scope}. Made before a build, from lock files and manifests.", *content.unread]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{quote(content.subject.name, safe='')}-{serial}",
        "creationInfo": {
            "created": content.created,
            "creators": [tool, *(f"Organization: {author}" for author in content.authors)],
            "comment": "Generation context: pre-build",
        },
        "comment": "\n".join(words),
    }


def _subject(subject: Subject, ref: str) -> dict[str, object]:
    owner, _, _ = subject.name.rpartition("/")
    place = f"git+{subject.repository}" + (f"@{subject.commit}" if subject.commit else "")
    return {
        "SPDXID": ref,
        "name": subject.name,
        **({"versionInfo": subject.version} if subject.version else {}),
        "supplier": f"Organization: {owner}" if owner and subject.repository else "NOASSERTION",
        "downloadLocation": place if subject.repository else "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
    }


def package(component: Component, ref: str, content: Content) -> dict[str, object]:
    """One package. What a conclusion differs from is not said by words of ours."""
    version, hashes = component.version, component.hashes
    return {
        "SPDXID": ref,
        "name": full_name(component),
        **({"versionInfo": version} if version else {}),
        "supplier": f"Organization: {component.supplier}" if component.supplier else "NOASSERTION",
        "downloadLocation": component.source or "NOASSERTION",
        "filesAnalyzed": False,
        "sourceInfo": source_info(component),
        "licenseConcluded": _license(component.concluded),
        "licenseDeclared": _license(component.declared),
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": component.purl}
        ],
        "primaryPackagePurpose": _PURPOSES.get(ecosystem(component), "LIBRARY"),
        **({"checksums": [_checksum(name, digits) for name, digits in hashes]} if hashes else {}),
        "comment": comment(component, content),
    }


def full_name(component: Component) -> str:
    """As its ecosystem writes it: `@scope/name`, `group:artifact`."""
    joint = _JOINED.get(ecosystem(component), "/")
    return f"{component.group}{joint}{component.name}" if component.group else component.name


def source_info(component: Component) -> str:
    """Where the package is asked for or pinned."""
    places = [f"{place.path}:{place.line}" if place.line else place.path for place in component.places]
    more = f" and {len(places) - MAX_PLACES:,} more" if len(places) > MAX_PLACES else ""
    return "Found in " + ", ".join(places[:MAX_PLACES]) + more


def comment(component: Component, content: Content) -> str:
    """What the format has no member for, as `own.own_comment` reads it."""
    words = [f"scope={component.scope.value}"]
    if component.origin is not Origin.REGISTRY:
        words.append(f"origin={component.origin.value}")
    if direct := told_directness(component, content):
        words.append(f"direct={direct}")
    words += [f"integrity={_word(text)}" for text in component.integrity]
    words += [f"part={_word(label)}" for label in component.parts]
    words += [f"license:{kind}={_word(text)}" for kind, text in component.disputed]
    return COMMENT + "; ".join(words)


def _word(text: str) -> str:
    return text.replace("; ", " ")


def _checksum(name: str, digits: str) -> dict[str, str]:
    return {"algorithm": name.replace("-", ""), "checksumValue": digits}


def _license(raw: str | None) -> str:
    return worded(raw).spdx if raw else "NOASSERTION"


def _extracted(components: Iterable[Component]) -> Iterator[Mapping[str, object]]:
    """Every reference that is used needs an entry; of the text there is what the packages state."""
    found: dict[str, dict[str, object]] = {}
    for raw in dict.fromkeys(raw for c in components for raw in (c.declared, c.concluded) if raw):
        for id_, text in references(worded(raw)):
            found.setdefault(id_, {"licenseId": id_, "name": text, "extractedText": f"Stated as: {text}"})
    return iter(found[id_] for id_ in sorted(found))


def references(wording: Wording) -> Iterator[tuple[str, str]]:
    """The references in a statement, each with the words that it stands for."""
    if not wording.expression:
        yield wording.spdx, wording.text
    for id_ in wording.references:
        yield id_, id_


def _relations(content: Content, roots: list[str], ids: list[str]) -> Iterator[Relation]:
    subjects = [content.subject, *content.parts]
    related = {index for component in content.components for index in component.requires or ()}
    yield "SPDXRef-DOCUMENT", "DESCRIBES", roots[0]
    for root in roots[1:]:
        yield roots[0], "CONTAINS", root
    for subject, root in zip(subjects, roots, strict=True):
        for index in subject.requires:
            yield _relation(root, ids[index], scope_between(Scope.RUNTIME, content.components[index].scope))
        if not subject.complete:
            yield root, "DEPENDS_ON", "NOASSERTION"
        related.update(subject.requires)
    for index, (component, ref) in enumerate(zip(content.components, ids, strict=True)):
        if index not in related:
            yield roots[0], "CONTAINS", ref
        for required in component.requires or ():
            scope = scope_between(component.scope, content.components[required].scope)
            yield _relation(ref, ids[required], scope)
        if not component.requires:
            yield ref, "DEPENDS_ON", "NOASSERTION" if component.requires is None else "NONE"


def _relation(one: str, other: str, scope: Scope) -> Relation:
    forward = _FORWARD.get(scope)
    return (one, forward, other) if forward else (other, _BACKWARD[scope], one)


def _ids(components: Iterable[Component]) -> list[str]:
    """Readable, and never twice the same."""
    used: dict[str, int] = {}
    found = []
    for component in components:
        base = "SPDXRef-Package-" + _UNFIT.sub("-", component.purl[4:])[:200]
        count = used[base] = used.get(base, 0) + 1
        # a number that a name could end in itself is told apart by its letter
        found.append(base if count == 1 else f"{base}-n{count}")
    return found if len(set(found)) == len(found) else [f"SPDXRef-Package-{n}" for n in range(1, len(found) + 1)]
