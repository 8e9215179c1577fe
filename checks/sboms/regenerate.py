"""The command that writes an SBOM anew: where it is, in its own format, under the name that it has."""

import posixpath
import shlex
from collections.abc import Iterator

from checks.model.finding import Fix
from checks.sboms.committed import CommittedSbom
from checks.sboms.described import Described
from checks.sboms.matching import comparable
from checks.sboms.terms import SbomSection, Scope

#: Format and encoding of a document → the format as the command names it.
_FORMATS = {
    ("CycloneDX", "JSON"): "cyclonedx-json",
    ("CycloneDX", "XML"): "cyclonedx-xml",
    ("SPDX", "JSON"): "spdx-json",
    ("SPDX", "tag-value"): "spdx-tag-value",
}
#: Versions of CycloneDX that the command writes; of the other formats it writes one.
_WRITTEN = frozenset({"1.5", "1.6", "1.7"})
#: A name or an author beyond this is no word of a command (characters).
_MAX_WORD = 100


def regenerate(sbom: CommittedSbom, section: SbomSection) -> Fix | None:
    """It names who is described and who answers for the document as the committed one does. None where no manifest was
    read that it is about: then the command would make it of the SBOMs that lie there."""
    if not sbom.manifests:
        return None
    words = list(_as_it_is(sbom.head)) if sbom.head else []
    if section.scope is Scope.SHIPPED and _leaves_tools_out(sbom):
        words.append("--scope shipped")
    return Fix(("write it anew and commit it",), (command(_source(sbom), sbom.path, *words),))


def _source(sbom: CommittedSbom) -> str:
    """The folder, or the one manifest, that it is about."""
    if sbom.covers is None:
        return sbom.folder
    if len(sbom.covers) == 1 and "*" not in sbom.covers[0]:
        return str(sbom.covers[0])
    folders = [posixpath.dirname(pattern.partition("*")[0]).lstrip("/") for pattern in sbom.covers]
    return posixpath.commonpath(folders) if all(folders) else ""


def _as_it_is(document: Described) -> Iterator[str]:
    third = document.format == "SPDX" and document.version.startswith("3")
    yield f"--format {'spdx3-json' if third else _FORMATS[document.format, document.encoding]}"
    if document.format == "CycloneDX" and document.version in _WRITTEN:
        yield f"--spec-version {document.version}"
    name = document.primary.name if document.primary else None
    if name and _is_word(name):
        yield f"--name={shlex.quote(name)}"
    yield from (f"--author={shlex.quote(author)}" for author in document.authors[:3] if _is_word(author))


def _is_word(text: str) -> bool:
    return len(text) <= _MAX_WORD and text.isprintable()


def _leaves_tools_out(sbom: CommittedSbom) -> bool:
    """Whether the manifests have tools and it lists none of them."""
    dependencies = [item for pair in sbom.manifests if pair.head for item in pair.head.dependencies]
    tools = {item.purl for item in dependencies if comparable(item) and not item.scope.shipped}
    return bool(tools) and tools.isdisjoint(item.purl for item in sbom.inventory.dependencies)


def command(source: str, target: str, *words: str) -> str:
    """`ospo-gate sbom` of a folder or a manifest, which may be called like an option; `words` are quoted already."""
    return " ".join(["ospo-gate sbom", *([shlex.quote(f"./{source}")] if source else []), *words, _output(target)])


def format_for(name: str) -> str:
    """The option for the format that a file name promises."""
    if ".spdx3." in name:
        return "--format spdx3-json"
    if ".spdx" in name:
        return "--format spdx-json" if name.endswith(".json") else "--format spdx-tag-value"
    return "--format cyclonedx-xml" if name.endswith(".xml") else "--format cyclonedx-json"


def _output(target: str) -> str:
    return f"--output={shlex.quote(target)}"
