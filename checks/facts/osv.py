"""OSV: which advisories affect a version (`/v1/querybatch`), and where their records are. A record itself is read by
`checks.advisories`.

Asked by ecosystem and name, never by purl: one purl that OSV cannot parse fails the whole batch.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, body_of, next_page, object_of, said
from checks.facts.fields import mappings, moment, text
from checks.facts.names import name_of, segment
from checks.facts.questions import answerable, batches
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import Gap, Known, VersionFacts
from checks.model.purl import type_of

SOURCE = "OSV"
#: More queries in one request are refused.
MAX_BATCH = 1_000
#: OSV cuts an answer over HTTP/1.1 here.
_LIMIT_BYTES = 2**25
_MAX_TOKEN = 10_000
#: OSV's names; their case counts.
ECOSYSTEMS = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "conan": "ConanCenter",
    "cran": "CRAN",
    "gem": "RubyGems",
    "github": "GitHub Actions",
    "golang": "Go",
    "hackage": "Hackage",
    "hex": "Hex",
    "julia": "Julia",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}


def answers(purl_type: str) -> Want:
    """The types that OSV has an ecosystem for."""
    return Want.ADVISORIES if purl_type in ECOSYSTEMS else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One batch for up to 1,000 versions.

    What the answer names is affected, but for actions: their tags move and their commits have no order, so OSV is
    asked for all advisories of the action, and the records decide.
    """
    asked = {key: _query(key, name) for key in answerable(questions, answers) if (name := name_of(key[0]))}
    for part in batches(asked, MAX_BATCH):
        yield _batch(tuple(part), list(part.values()))


def record(id_: str) -> Request:
    """The record of an advisory; its answer goes to `checks.advisories`."""
    return Request(f"v1/vulns/{segment(id_)}", want=Want.ADVISORIES, step="record", subjects=(id_,))


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The advisories of each version; where they go on, the next pages are asked for and nothing is said until then."""
    results = object_of(document).get("results")
    if not isinstance(results, list) or len(results) != len(request.keys):
        raise UnreadableAnswer("it does not have one result for each query")
    versions: dict[PackageKey, VersionFacts] = {}
    records: dict[str, datetime | None] = {}
    pages: list[tuple[int, str, tuple[str, ...]]] = []
    for index, (key, result) in enumerate(zip(request.keys, results, strict=True)):
        named = _named(result)
        if named is None:
            gap = Gap(SOURCE, "its answer about this version cannot be read", about=Want.ADVISORIES)
            versions[key] = VersionFacts(gaps=(gap,))
            continue
        records |= named
        ids = tuple(dict.fromkeys((*(request.carried[index] if request.carried else ()), *named)))
        if token := result.get("next_page_token"):
            pages.append((index, token, ids))
        else:
            versions[key] = VersionFacts(advisories=Known(ids, SOURCE, as_of))
    answer = said(SOURCE, as_of, versions, more=tuple(_further(request, pages)))
    return replace(answer, records=records)


def _named(result: object) -> dict[str, datetime | None] | None:
    """Ids and when each was last modified; None if anything of it cannot be read, because nothing may be missed."""
    if not isinstance(result, dict):
        return None
    found, token = result.get("vulns", []), result.get("next_page_token", "")
    if not isinstance(found, list) or not isinstance(token, str) or len(token) > _MAX_TOKEN:
        return None
    named = {id_: moment(item.get("modified")) for item in mappings(found) if (id_ := text(item.get("id")))}
    return named if len(named) == len(found) else None


def package_requests(questions: Questions) -> Iterator[Request]:
    """As `requests`, for all advisories of each package, whatever the version."""
    asked = {key: _of_package(key, name) for key in answerable(questions, answers) if (name := name_of(key[0]))}
    for part in batches(asked, MAX_BATCH):
        yield _batch(tuple(part), list(part.values()))


def _of_package(key: PackageKey, name: str) -> Mapping[str, object]:
    return {"package": {"ecosystem": ECOSYSTEMS[type_of(key[0])], "name": name}}


def _query(key: PackageKey, name: str) -> Mapping[str, object]:
    type_, version = type_of(key[0]), key[1] or ""
    query = {**_of_package(key, name)}
    if type_ == "golang":
        version = version.removeprefix("v")
    if type_ != "github":
        query["version"] = version
    return query


def _batch(keys: tuple[PackageKey, ...], queries: Sequence[Mapping[str, object]]) -> Request:
    body = body_of({"queries": queries})
    return Request("v1/querybatch", keys, Want.ADVISORIES, "POST", body, limit_bytes=_LIMIT_BYTES, step="batch")


def _further(request: Request, pages: list[tuple[int, str, tuple[str, ...]]]) -> Iterator[Request]:
    """Only what goes on is asked again."""
    if pages and request.body is not None:
        asked = json.loads(request.body)["queries"]
        queries = [{**asked[index], "page_token": token} for index, token, _ in pages]
        batch = _batch(tuple(request.keys[index] for index, _, _ in pages), queries)
        yield replace(next_page(request, body=batch.body), keys=batch.keys, carried=tuple(ids for _, _, ids in pages))
