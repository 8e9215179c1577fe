"""ecosyste.ms packages: health of packages in ecosystems that no other source covers, and a second opinion.

It repeats no request, so its answers are matched by the purl that they carry; packages that were not asked for are
ignored.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, body_of, known, list_of, said
from checks.facts.fields import count, flag, items, mapping, mappings, text
from checks.facts.names import name_of, plausible, repository_of
from checks.facts.questions import answerable, batches, by_package, union
from checks.facts.standings import standing
from checks.facts.statements import all_of, named
from checks.model import purl as purls
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import Known, PackageFacts, VersionFacts

SOURCE = "ecosyste.ms"
#: More purls in one request are refused.
MAX_BATCH = 100
_TYPES = frozenset(
    {
        *("bower", "cargo", "cocoapods", "composer", "conda", "cran", "docker", "gem", "github", "golang", "hackage"),
        *("hex", "julia", "maven", "npm", "nuget", "pub", "pypi", "swift"),
    }
)


def answers(purl_type: str) -> Want:
    """Health of packages; the license only of the newest version, because it keeps one license a package."""
    return Want.LICENSE | Want.HEALTH if purl_type in _TYPES else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One batch for up to 100 packages."""
    asked = {key: want for key, want in answerable(questions, answers).items() if name_of(key[0])}
    packages: dict[PackageKey, tuple[PackageKey, ...]] = {(purl, None): keys for purl, keys, _ in by_package(asked)}
    for part in batches(packages, MAX_BATCH):
        keys = tuple(key for found in part.values() for key in found)
        body = body_of({"purls": [purl for purl, _ in part]})
        yield Request("packages/bulk_lookup", keys, union(asked, keys), "POST", body, limit_bytes=50_000_000)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What it says of each package that was asked for."""
    asked: dict[str, list[PackageKey]] = {}
    for key in request.keys:
        asked.setdefault(key[0], []).append(key)
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    for item in mappings(list_of(document)):
        keys = asked.pop(_purl(item), ())
        latest = text(item.get("latest_release_number"))
        license_ = named(item.get("licenses")) or all_of(items(item.get("normalized_licenses")))
        for key in keys:
            packages[key[0]] = _package(item, latest, as_of)
            if license_ and key[1] is not None and key[1] == latest:
                versions[key] = VersionFacts(license=Known(license_, SOURCE, as_of))
    return said(SOURCE, as_of, versions, packages)


def _purl(item: Mapping[str, object]) -> str:
    try:
        type_, namespace, name, _ = purls.parse(text(item.get("purl")) or "")
    except ValueError:
        return ""
    return purls.package(type_, name, namespace)


def _package(item: Mapping[str, object], latest: str | None, as_of: datetime) -> PackageFacts:
    maintainers = items(item.get("maintainers"))
    return PackageFacts(
        latest=known(latest if latest and plausible(latest) else None, SOURCE, as_of),
        status=known(standing(item.get("status")), SOURCE, as_of),
        repository=known(repository_of(item.get("repository_url")), SOURCE, as_of),
        archived=known(flag(mapping(item.get("repo_metadata")).get("archived")), SOURCE, as_of),
        maintainers=known(len(maintainers) or None, SOURCE, as_of),
        dependents=known(count(item.get("dependent_packages_count")), SOURCE, as_of),
    )
