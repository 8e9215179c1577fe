"""NuGet's registration resource. The base address is `RegistrationsBaseUrl` of the service index.

Long lists are split into pages. Their addresses are built here, never taken from the answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, next_page, object_of
from checks.facts.fields import mapping, mappings, moment, text, texts
from checks.facts.names import plausible, purl_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import named
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import PackageFacts, Release, Standing, Status
from checks.model.versions import InvalidVersion, sort_key

__all__ = ["SOURCE", "answers", "read", "requests"]

_OF_VERSION = Want.LICENSE | Want.PUBLISHED | Want.STATUS
#: What packages have as the address of their license when it is a file inside of them.
_IN_FILE = re.compile(r"https?://(?:aka\.ms/deprecateLicenseUrl|[^/]+/packages/[^/]+/[^/]+/license)", re.IGNORECASE)


def answers(purl_type: str) -> Want:
    """NuGet packages."""
    return _OF_VERSION | Want.RELEASES if purl_type == "nuget" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each package; pages follow where its list is split."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        path = f"{segment(name.lower())}/index.json"
        yield Request(path, keys, want, limit_bytes=registry.PACKAGE_BYTES, step="index")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """All versions of the pages that matter; nothing is said before the last of them is read."""
    found = object_of(document)
    if not isinstance(found.get("items"), list):
        raise UnreadableAnswer("it has no list of items")
    if request.step == "index":
        entries, waiting, complete = _index(request, found)
    else:
        carried, (_, *waiting), complete = request.carried
        entries = [*carried, *_entries(found)]
    if waiting:
        carried = (entries, tuple(waiting), complete)
        return Answer(more=(replace(next_page(request, path=waiting[0]), step="page", carried=carried),))
    releases = [_release(version, entry) for entry in entries if (version := text(entry.get("version")))]
    package = _package(releases, entries, as_of) if complete else PackageFacts()
    return registry.of_package(request, as_of, releases, package)


def _index(request: Request, found: Mapping[str, object]) -> tuple[list[Mapping[str, object]], list[str], bool]:
    """What the index has itself, the paths of the pages that matter, and whether these are all."""
    entries: list[Mapping[str, object]] = []
    waiting: list[str] = []
    complete = True
    for page in mappings(found["items"]):
        if isinstance(page.get("items"), list):
            entries.extend(_entries(page))
        elif path := _page(request, page):
            waiting.append(path)
        else:
            complete = False
    return entries, waiting, complete


def _package(releases: list[Release], entries: list[Mapping[str, object]], as_of: datetime) -> PackageFacts:
    """What the newest version says, which is known only where all pages were read."""
    latest = registry.newest("nuget", releases)
    newest = next((entry for entry in entries if latest and text(entry.get("version")) == latest), {})
    alternative = text(mapping(mapping(newest.get("deprecation")).get("alternatePackage")).get("id"))
    reason = _deprecated(newest)
    return PackageFacts(
        latest=known(latest, SOURCE, as_of),
        status=known(Status(Standing.DEPRECATED, reason) if reason is not None else None, SOURCE, as_of),
        replaced_by=known(purl_of("nuget", alternative) if alternative else None, SOURCE, as_of),
    )


def _entries(page: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for leaf in mappings(page.get("items")):
        if entry := mapping(leaf.get("catalogEntry")):
            yield entry


def _page(request: Request, page: Mapping[str, object]) -> str | None:
    """The path of a page, if it can have anything that was asked for."""
    low, high = text(page.get("lower")), text(page.get("upper"))
    if low is None or high is None or not (plausible(low) and plausible(high)):
        raise UnreadableAnswer("it has a page without bounds")
    if not request.want & Want.RELEASES and not any(_within(key, low, high) for key in request.keys):
        return None
    return f"{request.path.removesuffix('index.json')}page/{segment(low.lower())}/{segment(high.lower())}.json"


def _within(key: PackageKey, low: str, high: str) -> bool:
    try:
        return bool(sort_key("nuget", low) <= sort_key("nuget", key[1] or "") <= sort_key("nuget", high))
    except InvalidVersion:
        return True


def _release(version: str, entry: Mapping[str, object]) -> Release:
    """An unlisted version has the year 1900 as its time, which is none."""
    yanked = "unlisted" if entry.get("listed") is False else None
    return Release(version, moment(entry.get("published")), _deprecated(entry), yanked, _license(entry))


def _deprecated(entry: Mapping[str, object]) -> str | None:
    deprecation = entry.get("deprecation")
    if not isinstance(deprecation, dict):
        return None
    return text(deprecation.get("message")) or ", ".join(texts(deprecation.get("reasons")))


def _license(entry: Mapping[str, object]) -> str | None:
    """`licenseExpression`, else the address of a license; the one that NuGet makes of an expression is read back."""
    if expression := named(entry.get("licenseExpression")):
        return expression
    address = text(entry.get("licenseUrl"))
    if address is None or _IN_FILE.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return unquote(parts.path.strip("/")) or address if parts.netloc.lower().startswith("licenses.nuget") else address
