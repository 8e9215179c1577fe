"""ClearlyDefined: the license that curators and scanners found declared, as a second opinion."""

from collections.abc import Iterator
from datetime import datetime

from checks.facts.exchange import Answer, Request, body_of, object_of, said
from checks.facts.fields import mapping
from checks.facts.names import name_of, segment
from checks.facts.questions import answerable, batches
from checks.facts.statements import named
from checks.model import purl as purls
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import Known, VersionFacts

SOURCE = "ClearlyDefined"
#: The service refuses more than 500 (clearlydefined/service, pull request 902).
MAX_BATCH = 250
#: Type and provider of its coordinates.
_TYPES = {
    "cargo": "crate/cratesio",
    "cocoapods": "pod/cocoapods",
    "composer": "composer/packagist",
    "gem": "gem/rubygems",
    "github": "git/github",
    "golang": "go/golang",
    "maven": "maven/mavencentral",
    "npm": "npm/npmjs",
    "nuget": "nuget/nuget",
    "pypi": "pypi/pypi",
}


def answers(purl_type: str) -> Want:
    """Ten ecosystems."""
    return Want.LICENSE if purl_type in _TYPES else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One batch for up to 250 versions; the lists of files are left out of the answers."""
    asked = {key: found for key in answerable(questions, answers) if (found := coordinates(key))}
    for part in batches(asked, MAX_BATCH):
        body = body_of(list(dict.fromkeys(part.values())))
        path, subjects = "definitions?expand=-files", tuple(part.values())
        yield Request(path, tuple(part), Want.LICENSE, "POST", body, limit_bytes=20_000_000, subjects=subjects)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The declared license of each version. `OTHER` (a license without an SPDX id) stays, `NOASSERTION` says nothing;
    an empty definition is what an unknown component has."""
    found = {key.lower(): value for key, value in object_of(document).items()}
    versions: dict[PackageKey, VersionFacts] = {}
    for key, asked in zip(request.keys, request.subjects, strict=True):
        license_ = named(mapping(mapping(found.get(asked.lower())).get("licensed")).get("declared"))
        if license_ is not None:
            versions[key] = VersionFacts(license=Known(license_, SOURCE, as_of))
    return said(SOURCE, as_of, versions)


def coordinates(key: PackageKey) -> str | None:
    """`npm/npmjs/@scope/name/1.0.0`; `-` where there is no namespace."""
    purl, version = key
    if version is None or name_of(purl) is None:
        return None
    type_, namespace, name, _ = purls.parse(purl)
    if type_ == "pypi":
        name = name_of(purl) or name
    space = segment(namespace).replace("%40", "@") if namespace else "-"
    return f"{_TYPES[type_]}/{space}/{segment(name)}/{segment(version)}"
