"""A facts file: its size for 5,000 packages, and the seconds to open it and to ask it about 2,000.

Run: python -m tests.benchmarks facts
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.cli.drive import without_collector
from app.facts.container import write
from app.facts.file import FileFacts, open_facts, save
from app.facts.file_records import records
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind, Vector
from checks.model.facts import ANYTHING, Facts, PackageKey, SourceState, Want
from checks.model.packages import Known, PackageFacts, Release, Score, Scorecard, VersionFacts

T = TypeVar("T")

PACKAGES, RELEASES, ADVISORIES, ASKED = 5_000, 100, 10_000, 2_000
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WANT = ANYTHING & ~Want.TEXTS
_SUMMARIES = ("Prototype pollution in", "Regular expression denial of service in", "Path traversal in", "Cross-site")
_CHECKS = ("Maintained", "Code-Review", "License", "Security-Policy", "Signed-Releases", "Branch-Protection", "Fuzzing")
#: The same in every run.
_RANDOM = random.Random(20261120)


def known(number: int) -> tuple[PackageKey, VersionFacts, PackageFacts]:
    when = NOW - timedelta(hours=_RANDOM.randrange(60_000))
    releases = tuple(
        Release(f"{major}.{minor}.{_RANDOM.randrange(20)}", when - timedelta(minutes=_RANDOM.randrange(2_000_000)))
        for major in range(RELEASES // 10)
        for minor in range(10)
    )
    checks = tuple(Score(name, float(_RANDOM.randrange(11)), f"score normalized to {name}") for name in _CHECKS)
    package = PackageFacts(
        Known(releases, "deps.dev", NOW),
        Known(releases[-1].version, "deps.dev", NOW),
        repository=Known(f"github.com/owner-{number % 900}/package-{number}", "deps.dev", NOW),
        archived=Known(False, "ecosyste.ms", NOW),
        scorecard=Known(Scorecard(5.5, checks), "deps.dev", NOW),
        maintainers=Known(_RANDOM.randrange(9), "ecosyste.ms", NOW),
        dependents=Known(_RANDOM.randrange(90_000), "ecosyste.ms", NOW),
    )
    named = tuple(f"GHSA-{number:04x}-{item:04x}-vuln" for item in range(ADVISORIES // PACKAGES))
    version = VersionFacts(
        Known(("MIT", "Apache-2.0", "ISC")[number % 3], "deps.dev", NOW),
        published=Known(when, "deps.dev", NOW),
        advisories=Known(named, "OSV", NOW),
    )
    return (f"pkg:npm/package-{number}", releases[-1].version), version, package


def advisory(id_: str, purl: str, number: int) -> Advisory:
    events = (Event("introduced", "0"), Event("fixed", f"{number % 20}.{number % 7}.0"))
    vector = f"CVSS:3.1/AV:N/AC:{'LH'[number % 2]}/PR:{'NLH'[number % 3]}/UI:N/S:U/C:H/I:H/A:{'NLH'[number % 3]}"
    return Advisory(
        id_, (f"CVE-2026-{number:05}",), (), f"{_SUMMARIES[number % 4]} {purl.rpartition('/')[2]}", NOW, NOW,
        severities=(Vector("CVSS_V3", vector),), rating="HIGH", source="OSV", as_of=NOW,
        affected=(Affected(purl, ranges=(AffectedRange(RangeKind.SEMVER, events),)),),
    )  # fmt: skip


def everything() -> tuple[Facts, dict[PackageKey, Want]]:
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    advisories: dict[str, Advisory] = {}
    for number in range(PACKAGES):
        key, version, package = known(number)
        versions[key], packages[key[0]] = version, package
        for id_ in version.advisories.value if version.advisories else ():
            advisories[id_] = advisory(id_, key[0], len(advisories))
    states = tuple(SourceState(name, NOW) for name in ("deps.dev", "ecosyste.ms", "KEV", "EPSS", "OSV"))
    return Facts(versions, packages, advisories, sources=states), dict.fromkeys(versions, WANT)


def timed(work: Callable[[], T], rounds: int = 15) -> tuple[float, T]:
    """The best of several runs, in seconds, because the machine is shared; and what it gives."""
    best, result = float("inf"), None
    for _ in range(rounds):
        begin = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begin)
    assert result is not None
    return best, result


def _lines(path: Path, facts: Facts, questions: dict[PackageKey, Want]) -> Iterator[str]:
    found = list(records(questions, facts, NOW))
    read = {state.name: NOW for state in facts.sources}
    seconds, size = timed(lambda: save(path, write(found, NOW, read)), rounds=2)
    yield f"{PACKAGES:,} packages, {RELEASES} releases each, {ADVISORIES:,} advisories: {size / 1e6:.1f} MB"
    yield f"written: {seconds:.1f} s"
    seconds, _ = timed(lambda: open_facts(path))
    yield f"opened: {seconds * 1000:.0f} ms"
    seconds, _ = timed(lambda: open_facts(path).find([record.key for record in found[: 2 * ASKED]]))
    yield f"opened, and {2 * ASKED:,} records found: {seconds * 1000:.0f} ms"
    keys = list(questions)[::2][:ASKED]
    judging = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.ADVISORIES
    for name, want in (("licenses, dates, status and advisories of", judging), ("everything about", WANT)):
        asked: dict[PackageKey, Want] = dict.fromkeys(keys, want)
        seconds, answer = timed(partial(_answer, path, asked))
        assert not any(entry.gaps for entry in answer.versions.values())
        named = len(answer.advisories)
        yield f"opened, and {name} {ASKED:,} packages with {named:,} advisories: {seconds * 1000:.0f} ms"


def _answer(path: Path, asked: dict[PackageKey, Want]) -> Facts:
    with without_collector():  # as the command does
        return FileFacts(open_facts(path)).look_up(asked)


def main() -> None:
    facts, questions = everything()
    with tempfile.TemporaryDirectory() as folder:
        for line in _lines(Path(folder) / "facts.db", facts, questions):
            print(line)


if __name__ == "__main__":
    main()
