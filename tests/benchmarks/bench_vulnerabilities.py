"""Vulnerabilities: 2,000 packages with 10,000 advisories, judged in memory; and the parts that it is made of.

Run: python -m tests.benchmarks.bench_vulnerabilities
"""

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime

from checks.advisories import cvss3, cvss4
from checks.advisories.matching import affects
from checks.advisories.osv import read_record
from checks.model import versions
from checks.model.advisory import Advisory
from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Location
from checks.model.facts import Facts
from checks.model.packages import Known, VersionFacts
from checks.policy.values import Duration
from checks.rules.check import Context
from checks.rules.vulnerabilities import changes_at, judge_dependency
from checks.vulnerabilities.terms import FixWithin, VulnerabilitiesSection

PACKAGES, ADVISORIES = 2_000, 10_000
NOW = datetime(2026, 11, 20, tzinfo=UTC)
VECTORS = [
    f"CVSS:{version}/AV:{reach}/AC:{complexity}/PR:{rights}/UI:N/S:U/C:{impact}/I:N/A:H"
    for version in ("3.0", "3.1")
    for reach in "NALP"
    for complexity in "LH"
    for rights in "NLH"
    for impact in "HLN"
]


def document(number: int, affecting: bool) -> dict[str, object]:
    """An advisory as GitHub writes them: an alias, a vector, two ranges."""
    last = "9.9.9" if affecting else "1.0.1"
    ranges = [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": f"0.{number % 90}.1"}]},
        {"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": last}]},
    ]
    return {
        "id": f"GHSA-{number:04}-aaaa-bbbb",
        "aliases": [f"CVE-2025-{number}"],
        "summary": "Regular expression denial of service in the parser of headers",
        "published": "2025-03-04T05:06:07Z",
        "severity": [{"type": "CVSS_V3", "score": VECTORS[number % len(VECTORS)]}],
        "affected": [
            {"package": {"ecosystem": "npm", "name": f"package-{number % PACKAGES}"}, "ranges": [item]}
            for item in ranges
        ],
    }


def change(number: int, kind: ChangeKind) -> Change:
    version = f"2.{number % 50}.{number % 7}"
    dependency = Dependency(
        f"pkg:npm/package-{number}", f"package-{number}", version, Location("package-lock.json", number)
    )
    return Change(kind, dependency.purl, dependency.name, version, (Place(dependency, (dependency,)),))


def facts(changes: list[Change], records: list[Advisory]) -> Facts:
    """What a facts file or a cache knows."""
    named: dict[str, list[str]] = {}
    for record in records:
        named.setdefault(record.affected[0].purl, []).append(record.id)
    known = {
        (item.purl, item.version): VersionFacts(advisories=Known(tuple(named.get(item.purl, ())), "OSV", NOW))
        for item in changes
    }
    return Facts(versions=known, advisories={record.id: record for record in records})


def judge(changes: list[Change], known: Facts, section: VulnerabilitiesSection) -> int:
    context, count = Context(NOW), 0
    for item in changes:
        count += sum(1 for _ in judge_dependency(item, known, section, context))
        changes_at(item, known, section, context)
    return count


def best(run: Callable[[], object], rounds: int = 5) -> float:
    """Milliseconds of processor time of the fastest round."""
    times = []
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return min(times) * 1000


def measure(what: str, one_in: int, kind: ChangeKind, section: VulnerabilitiesSection) -> None:
    affecting = [one_in > 0 and number % PACKAGES % one_in == 0 for number in range(ADVISORIES)]
    records = [read_record(document(number, yes), NOW) for number, yes in enumerate(affecting)]
    changes = [change(number, kind) for number in range(PACKAGES)]
    known = facts(changes, records)
    versions.schemes._remembered.cache_clear()
    started = time.process_time()
    found = judge(changes, known, section)
    cold = (time.process_time() - started) * 1000
    warm = best(lambda: judge(changes, known, section))
    print(f"{what:60} {found:6,} observations {cold:7.1f} ms cold {warm:7.1f} ms warm")


def main() -> None:
    plain = VulnerabilitiesSection()
    timed = VulnerabilitiesSection(fix_within=FixWithin(high=Duration("30 days"), critical=Duration("7 days")))
    print(f"{PACKAGES:,} packages, {ADVISORIES:,} advisories")
    measure("no package is affected", 0, ChangeKind.ADDED, plain)
    measure("1 package in 10 is affected, by 5 each", 10, ChangeKind.ADDED, plain)
    measure("the same, with time to fix", 10, ChangeKind.PRESENT, timed)
    measure("every package is affected, by 5 each", 1, ChangeKind.ADDED, plain)
    documents = [document(number, True) for number in range(ADVISORIES)]
    records = [read_record(item, NOW) for item in documents]
    print(f"read 10,000 records         {best(lambda: [read_record(item, NOW) for item in documents]):7.1f} ms")
    known = [(item, item.affected[0].purl) for item in records]
    print(f"match 10,000 records        {best(lambda: [affects(item, purl, '2.3.4') for item, purl in known]):7.1f} ms")
    print(f"1,000 scores, CVSS 3.1      {best(lambda: [cvss3.base_score(VECTORS[0]) for _ in range(1000)]):7.1f} ms")
    four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"
    print(f"1,000 scores, CVSS 4.0      {best(lambda: [cvss4.score(four) for _ in range(1000)]):7.1f} ms")


if __name__ == "__main__":
    main()
