"""Maven repositories: `maven-metadata.xml` and POMs. The base address is the repository.

Neither has the time of a release: that is left to other sources.
"""

from collections.abc import Iterator
from datetime import datetime

from checks.facts.exchange import Answer, Form, Request, UnreadableAnswer, known, next_page, said, text_of
from checks.facts.fields import text
from checks.facts.names import plausible, purl_of, repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import combined, named
from checks.manifests.xmltext import Element, parse_xml
from checks.model.errors import UnreadableManifest
from checks.model.facts import Questions, Want
from checks.model.packages import Gap, PackageFacts, Release, VersionFacts

__all__ = ["SOURCE", "answers", "read", "requests"]

#: Parents of parents that are followed.
_MAX_PARENTS = 8


def answers(purl_type: str) -> Want:
    """Maven artifacts."""
    return Want.LICENSE | Want.RELEASES if purl_type == "maven" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """The POM of each version, and the metadata of each artifact whose versions are wanted."""
    asked = answerable(questions, answers)
    for _, name, keys, want in registry.packages(asked):
        group, _, artifact = name.partition(":")
        for key in keys:
            if key[1] and asked[key] & Want.LICENSE:
                yield Request(
                    _pom(group, artifact, key[1]), (key,), Want.LICENSE, form=Form.TEXT, accept="*/*", step="pom"
                )
        if want & Want.RELEASES:
            path = f"{_folder(group, artifact)}/maven-metadata.xml"
            yield Request(path, keys, Want.RELEASES, form=Form.TEXT, accept="*/*", step="metadata")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What a POM or the metadata says; a POM without licenses has those of its parent, which is asked for next."""
    root = _xml(text_of(document), "project" if request.step == "pom" else "metadata")
    return _read_pom(request, root, as_of) if request.step == "pom" else _read_metadata(request, root, as_of)


def _xml(document: str, root: str) -> Element:
    try:
        return parse_xml(document, root)
    except UnreadableManifest as error:
        raise UnreadableAnswer(error.message) from None


def _folder(group: str, artifact: str) -> str:
    return "/".join(map(segment, (*group.split("."), artifact)))


def _pom(group: str, artifact: str, version: str) -> str:
    return f"{_folder(group, artifact)}/{segment(version)}/{segment(artifact)}-{segment(version)}.pom"


def _read_pom(request: Request, root: Element, as_of: datetime) -> Answer:
    statements = [
        statement
        for license_ in root.all("licenses", "license")
        if (statement := named(license_.value("name")) or text(license_.value("url")))
    ]
    scm = next(root.all("scm"), None)
    addresses = (scm.value("url"), scm.value("connection").removeprefix("scm:git:")) if scm else ()
    repository = next(filter(None, map(repository_of, addresses)), None)
    moved = next(root.all("distributionManagement", "relocation"), None)
    package = PackageFacts(
        repository=known(repository, SOURCE, as_of),
        replaced_by=known(_relocated(request, moved) if moved else None, SOURCE, as_of),
    )
    packages = {purl: package for purl, _ in request.keys} if request.page == 0 else {}
    if statements:
        # the reader may choose any of them (POM reference, "Licenses")
        facts = VersionFacts(license=known(combined(statements, "OR"), SOURCE, as_of))
        return said(SOURCE, as_of, dict.fromkeys(request.keys, facts), packages)
    parent = next(root.all("parent"), None)
    if parent is None:
        return said(SOURCE, as_of, packages=packages)
    return _ask_parent(request, parent, packages, as_of)


def _ask_parent(request: Request, parent: Element, packages: dict[str, PackageFacts], as_of: datetime) -> Answer:
    group, artifact, version = (parent.value(name) for name in ("groupId", "artifactId", "version"))
    fixed = all(plausible(word) and not set(word) & set("${}[](),/") for word in (group, artifact, version))
    if not fixed or "" in group.split(".") or request.page >= _MAX_PARENTS:
        gap = Gap(SOURCE, "its license stands in a parent that cannot be followed", about=Want.LICENSE)
        return said(SOURCE, as_of, dict.fromkeys(request.keys, VersionFacts(gaps=(gap,))), packages)
    return said(SOURCE, as_of, packages=packages, more=(next_page(request, path=_pom(group, artifact, version)),))


def _relocated(request: Request, moved: Element) -> str | None:
    """The purl of where an artifact moved to; what the relocation leaves out stays as it was."""
    for purl, name, _, _ in registry.packages(dict.fromkeys(request.keys, Want.LICENSE)):
        group, _, artifact = name.partition(":")
        found = purl_of("maven", f"{moved.value('groupId') or group}:{moved.value('artifactId') or artifact}")
        return found if found != purl else None
    return None


def _read_metadata(request: Request, root: Element, as_of: datetime) -> Answer:
    versioning = next(root.all("versioning"), None)
    if versioning is None:
        raise UnreadableAnswer("it has no versions")
    releases = [
        Release(version)
        for element in versioning.all("versions", "version")
        if (version := text(element.text.strip())) and plausible(version)
    ]
    latest = text(versioning.value("release")) or registry.newest("maven", releases)
    return registry.of_package(request, as_of, releases, PackageFacts(latest=known(latest, SOURCE, as_of)))
