"""What a service has stored about the packages of `bench_preview`: a date and advisories for 95 % of all versions, the
health of every package, and 3,000 advisories that affect a ninth of all versions."""

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.ports import FactKey, FactRecord
from checks.facts.codec import encode_advisory, encode_package, encode_version
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind, Vector
from checks.model.facts import Want
from checks.model.packages import Known, PackageFacts, Score, Scorecard, Standing, Status, VersionFacts
from tests.benchmarks.bench_where import DAY, World, purl

#: Packages with vulnerabilities, among those that most repositories have, and every so many-th of them.
_VULNERABLE, _EVERY = 36_000, 12
_SCORES = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N",
    "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N",
)
_NOW = datetime.fromtimestamp(DAY, UTC)


COLUMNS = "id kind name about value fetched_at used_at"


def rows(world: World) -> Iterator[tuple[object, ...]]:
    """All of them, as `FactStore` keeps them."""
    for key, about, value, fetched_at in _records(world):
        name = json.dumps([*key])
        id_ = hashlib.sha256(name.encode()).hexdigest()
        yield id_, key.kind, name, about.value, value, fetched_at.timestamp(), DAY


def _records(world: World) -> Iterator[FactRecord]:
    yield from _advisories()
    chance = random.Random(11)
    for package in sorted({package for package, _ in world.components}):
        yield FactRecord(FactKey("health", purl(package), "deps.dev"), Want.HEALTH, _health(chance), _NOW)
    for package, version in world.components:
        key = f"{purl(package)}@1.{version}.0"
        read = _NOW - timedelta(seconds=chance.randrange(40_000))
        if chance.random() < 0.95:
            about = Want.PUBLISHED | Want.STATUS | Want.LICENSE
            yield FactRecord(FactKey("version", key, "deps.dev"), about, _version(chance, read), read)
        if chance.random() < 0.95:
            ids = (_advisory(package),) if package < _VULNERABLE and package % _EVERY == 0 else ()
            known = VersionFacts(advisories=Known(ids, "OSV", read))
            yield FactRecord(FactKey("advisories", key, "OSV"), Want.ADVISORIES, encode_version(known), read)


def _version(chance: random.Random, read: datetime) -> bytes:
    published = _NOW - timedelta(seconds=chance.randrange(8 * 365 * 86_400))
    return encode_version(
        VersionFacts(
            license=Known("MIT", "deps.dev", read),
            published=Known(published, "deps.dev", read),
            deprecated=Known("It is no longer maintained.", "deps.dev", read) if chance.random() < 0.03 else None,
            yanked=Known("", "deps.dev", read) if chance.random() < 0.005 else None,
        )
    )


def _health(chance: random.Random) -> bytes:
    read = _NOW - timedelta(seconds=chance.randrange(40_000))
    scores = tuple(Score(f"Check-{n}", float(chance.randrange(11)), "as it was found") for n in range(6))
    standing = Standing.DEPRECATED if chance.random() < 0.02 else Standing.ACTIVE
    return encode_package(
        PackageFacts(
            status=Known(Status(standing), "deps.dev", read),
            archived=Known(chance.random() < 0.03, "deps.dev", read),
            scorecard=Known(Scorecard(5.5, scores), "deps.dev", read),
            maintainers=Known(chance.randrange(1, 9), "deps.dev", read),
        )
    )


def _advisory(package: int) -> str:
    return f"GHSA-{package:04}-xxxx-xxxx"


def _advisories() -> Iterator[FactRecord]:
    for package in range(0, _VULNERABLE, _EVERY):
        events = (Event("introduced", "0"), Event("fixed", "2.0.0"))
        found = Advisory(
            _advisory(package),
            aliases=(f"CVE-2025-{package:05}",),
            severities=(Vector("CVSS_V3", _SCORES[package // _EVERY % len(_SCORES)]),),
            affected=(Affected(purl(package), ranges=(AffectedRange(RangeKind.SEMVER, events),)),),
            published=_NOW - timedelta(days=package % 400),
        )
        key = FactKey("advisory", found.id, "OSV")
        yield FactRecord(key, Want.ADVISORIES, encode_advisory(found), _NOW)
