"""deps.dev, API v3alpha: license, time and status of many versions at once, versions of a package, OpenSSF Scorecard.

Answers are matched by the request that they repeat: the name inside them may be written differently.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, body_of, known, next_page, object_of, said, silence
from checks.facts.fields import mapping, mappings, moment, text, texts
from checks.facts.names import GO_TOOLCHAIN, name_of, plausible, segment
from checks.facts.questions import answerable, batches, by_package, union
from checks.facts.scorecard import read_scorecard
from checks.facts.standings import standing
from checks.facts.statements import combined
from checks.model.facts import PackageKey, Questions, Want, joined
from checks.model.packages import Known, PackageFacts, Release, VersionFacts, filled_package
from checks.model.purl import type_of

SOURCE = "deps.dev"
#: The source takes 5,000; a fifth of that keeps an answer to a few megabytes.
MAX_BATCH = 1_000
_BATCH_BYTES = 50_000_000
_SYSTEMS = {
    "cargo": "CARGO",
    "gem": "RUBYGEMS",
    "golang": "GO",
    "maven": "MAVEN",
    "npm": "NPM",
    "nuget": "NUGET",
    "pypi": "PYPI",
}
_OF_VERSION = Want.LICENSE | Want.PUBLISHED | Want.STATUS
#: Read off one version of the package.
_BESIDE = _OF_VERSION | Want.HEALTH
#: How sure the link from a package to its repository is, best first (`ProjectRelationProvenance`).
_PROVENANCE = (
    "SLSA_ATTESTATION",
    "GO_ORIGIN",
    "PYPI_PUBLISH_ATTESTATION",
    "RUBYGEMS_PUBLISH_ATTESTATION",
    "UNVERIFIED_METADATA",
)
#: What it puts in the place of a license that has no SPDX id.
_NON_STANDARD = "non-standard"
_MAX_TOKEN = 10_000


def answers(purl_type: str) -> Want:
    """Seven ecosystems."""
    return _BESIDE | Want.RELEASES if purl_type in _SYSTEMS else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One batch for up to 1,000 versions, and one request for each package whose versions are wanted."""
    asked = {key: want for key, want in answerable(questions, answers).items() if _name(key[0])}
    of_versions = {key: want & _BESIDE for key, want in asked.items() if want & _BESIDE and key[1]}
    for part in batches(of_versions, MAX_BATCH):
        yield _batch(
            "version", tuple(part), union(part, tuple(part)), [{"versionKey": _version_key(key)} for key in part]
        )
    of_packages = {key: Want.RELEASES for key, want in asked.items() if want & Want.RELEASES}
    for purl, keys, want in by_package(of_packages):
        path = f"v3alpha/systems/{_SYSTEMS[type_of(purl)]}/packages/{segment(_name(purl) or '')}"
        yield Request(path, keys, want, limit_bytes=_BATCH_BYTES, step="package")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What an answer says; of packages whose health is wanted, the repositories are asked for next."""
    if request.step == "version":
        return _read_versions(request, object_of(document), as_of)
    if request.step == "project":
        return _read_projects(request, object_of(document), as_of)
    return _read_package(request, object_of(document), as_of)


def _name(purl: str) -> str | None:
    return name_of(purl) if purl != GO_TOOLCHAIN else None


def _version_key(key: PackageKey) -> dict[str, str]:
    return {"system": _SYSTEMS[type_of(key[0])], "name": name_of(key[0]) or "", "version": key[1] or ""}


def _batch(step: str, keys: tuple[PackageKey, ...], want: Want, asked: list[dict[str, dict[str, str]]]) -> Request:
    path = f"v3alpha/{step}batch"
    body = body_of({"requests": asked, "pageToken": ""})
    return Request(path, keys, want, "POST", body, limit_bytes=_BATCH_BYTES, step=step)


def _responses(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    if not isinstance(document.get("responses", []), list):
        raise UnreadableAnswer("it has no list of responses")
    return mappings(document.get("responses"))


def _next(request: Request, document: Mapping[str, object], open_: Sequence[int]) -> tuple[Request, ...]:
    """The same batch again for its next page, about what is still open; empty if this was the last one."""
    token = document.get("nextPageToken")
    if not isinstance(token, str) or not token or len(token) > _MAX_TOKEN or request.body is None:
        return ()
    body = body_of({**json.loads(request.body), "pageToken": token})
    keys = tuple(request.keys[index] for index in open_)
    subjects = tuple(request.subjects[index] for index in open_) if request.subjects else ()
    return (replace(next_page(request, body=body), keys=keys, subjects=subjects),)


# -- versions


def _read_versions(request: Request, document: Mapping[str, object], as_of: datetime) -> Answer:
    waiting: dict[str, list[int]] = {}
    for index, key in enumerate(request.keys):
        waiting.setdefault(_echo(_version_key(key)), []).append(index)
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    for response in _responses(document):
        echo = _echo(mapping(mapping(response.get("request")).get("versionKey")))
        version = mapping(response.get("version"))
        for key in (request.keys[index] for index in waiting.pop(echo, ())):
            versions[key] = _version(version, as_of)
            packages[key[0]] = filled_package(packages.get(key[0], PackageFacts()), _beside(version, as_of))
    left = sorted(index for found in waiting.values() for index in found)
    more = _next(request, document, left)
    health = tuple(_projects(packages)) if request.want & Want.HEALTH else ()
    answer = said(SOURCE, as_of, versions, packages, (*more, *health))
    return answer if more or not left else _with_silence(answer, request, left, "its answer leaves this package out")


def _with_silence(answer: Answer, request: Request, left: Sequence[int], reason: str) -> Answer:
    """`answer`, and gaps about those of the keys that it leaves out."""
    silent = silence(replace(request, keys=tuple(request.keys[index] for index in left)), SOURCE, reason)
    return replace(answer, facts=joined(answer.facts, silent))


def _echo(version_key: Mapping[str, object]) -> str:
    """A version key as one text to compare by."""
    return json.dumps([text(version_key.get(name)) for name in ("system", "name", "version")])


def _version(version: Mapping[str, object], as_of: datetime) -> VersionFacts:
    license_, published = _license(version), moment(version.get("publishedAt"))
    deprecated = (text(version.get("deprecatedReason")) or "") if version.get("isDeprecated") is True else None
    return VersionFacts(
        license=known(license_, SOURCE, as_of),
        published=known(published, SOURCE, as_of),
        deprecated=known(deprecated, SOURCE, as_of),
    )


def _license(version: Mapping[str, object]) -> str | None:
    """All of `licenses` with AND, because their relation is not said. Where one has no SPDX id, the author's own text
    (`licenseDetails`) stands for it if there is one."""
    found = texts(version.get("licenses"))
    own = [
        text(detail.get("license"))
        for detail in mappings(version.get("licenseDetails"))
        if text(detail.get("spdx")) in (None, _NON_STANDARD)
    ]
    texts_ = iter([said for said in own if said is not None])
    return combined([next(texts_, item) if item == _NON_STANDARD else item for item in found], "AND")


def _beside(version: Mapping[str, object], as_of: datetime) -> PackageFacts:
    """What a version says of its package: the source repository, and the status that PyPI knows."""
    status = mapping(version.get("projectStatus"))
    return PackageFacts(
        repository=known(_repository(version), SOURCE, as_of),
        status=known(standing(status.get("status"), status.get("reason")), SOURCE, as_of),
    )


def _repository(version: Mapping[str, object]) -> str | None:
    """The source repository that is known most surely."""
    found: list[tuple[int, str]] = []
    for related in mappings(version.get("relatedProjects")):
        id_, provenance = text(mapping(related.get("projectKey")).get("id")), related.get("relationProvenance")
        if related.get("relationType") == "SOURCE_REPO" and id_ and plausible(id_) and provenance in _PROVENANCE:
            found.append((_PROVENANCE.index(str(provenance)), id_.lower()))
    return min(found)[1] if found else None


# -- projects


def _projects(packages: Mapping[str, PackageFacts]) -> Iterator[Request]:
    """The scorecards of what `packages` are built from; each repository is asked for once."""
    asked: dict[PackageKey, str] = {
        (purl, None): known.repository.value for purl, known in packages.items() if known.repository
    }
    for part in batches(asked, MAX_BATCH):
        ids = [{"projectKey": {"id": id_}} for id_ in dict.fromkeys(part.values())]
        yield replace(_batch("project", tuple(part), Want.HEALTH, ids), subjects=tuple(part.values()))


def _read_projects(request: Request, document: Mapping[str, object], as_of: datetime) -> Answer:
    waiting: dict[str, list[int]] = {}
    for index, id_ in enumerate(request.subjects):
        waiting.setdefault(id_, []).append(index)
    packages: dict[str, PackageFacts] = {}
    for response in _responses(document):
        echo = text(mapping(mapping(response.get("request")).get("projectKey")).get("id"))
        card = read_scorecard(mapping(mapping(response.get("project")).get("scorecard")), "overallScore")
        for index in waiting.pop(echo or "", ()):
            packages[request.keys[index][0]] = PackageFacts(scorecard=known(card, SOURCE, as_of))
    left = sorted(index for found in waiting.values() for index in found)
    more = _next(request, document, left)
    answer = said(SOURCE, as_of, packages=packages, more=more)
    return answer if more or not left else _with_silence(answer, request, left, "its answer leaves this project out")


# -- packages


def _read_package(request: Request, document: Mapping[str, object], as_of: datetime) -> Answer:
    if not isinstance(document.get("versions"), list):
        raise UnreadableAnswer("it has no list of versions")
    releases: list[Release] = []
    latest = None
    for item in mappings(document["versions"]):
        version = text(mapping(item.get("versionKey")).get("version"))
        if version is None:
            continue
        deprecated = (text(item.get("deprecatedReason")) or "") if item.get("isDeprecated") is True else None
        releases.append(Release(version, moment(item.get("publishedAt")), deprecated))
        latest = version if item.get("isDefault") is True else latest
    facts = PackageFacts(releases=Known(tuple(releases), SOURCE, as_of), latest=known(latest, SOURCE, as_of))
    return said(SOURCE, as_of, packages={purl: facts for purl, _ in request.keys})
