"""Making and renewing facts files: what is asked, and what of the answers is kept."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.fact_settings import FactEnvironment
from app.facts.container import FactsFile, Header
from app.facts.fallback import AdvisoriesBehind
from app.facts.file import decoded
from app.facts.file_records import (
    advisories_key,
    advisories_key_of,
    advisory_records,
    concerned_records,
    cves,
    records,
)
from app.facts.kinds import PACKAGE_KINDS
from app.facts.memory import FactsInMemory
from app.facts.online.timing import Timing
from app.facts.online.wiring import Online, online_sources
from app.facts.osv_export import Export
from app.ports import FactCache, FactKey, FactRecord
from checks.advisories.ecosystems import identity
from checks.engine.plan import Plan
from checks.facts import epss, kev, osv
from checks.facts.codec import decode_advisory, decode_package, decode_version
from checks.facts.questions import batches
from checks.model.change import ChangeKind
from checks.model.facts import ANYTHING, NOTHING, Facts, PackageKey, Questions, RepositoryFacts, Want
from checks.model.packages import PRIVATE, Gap, PackageFacts, VersionFacts
from checks.model.purl import type_of
from checks.policy.schema import Policy

#: Packages of one lookup: each has the whole budget of seconds, and people see how far it is.
CHUNK = 500
#: What is asked about every package, whatever the policy; a list of releases costs a request of its own for each.
USUAL = ANYTHING & ~(Want.TEXTS | Want.RELEASES)
_OF_VULNERABILITIES = {"exploited": kev.SOURCE, "likelihood": epss.SOURCE}

Told = Callable[[int, int], None]


@dataclass(slots=True)
class Content:
    """What a file is written from."""

    records: dict[FactKey, FactRecord] = field(default_factory=dict)
    read: dict[str, datetime] = field(default_factory=dict)
    """By source: the oldest (UTC)."""
    complete: Collection[str] = ()
    troubles: dict[str, str] = field(default_factory=dict)
    """By source: why it could not answer all."""

    def add(self, found: Iterable[FactRecord]) -> None:
        self.records.update((record.key, record) for record in found)

    def cves(self) -> set[str]:
        """The CVEs of all advisories."""
        return _cves(record for key, record in self.records.items() if key.kind == "advisory")

    def read_at(self, source: str, at: datetime) -> None:
        self.read[source] = min(at, self.read.get(source, at))


def wanted(plan: Plan, policy: Policy, releases: bool) -> dict[PackageKey, Want]:
    """What `policy` asks, and what others may ask, about everything in `plan`; with `releases` also their lists."""
    asked = dict(plan.questions(policy))
    usual = USUAL | Want.RELEASES if releases else USUAL
    for change in plan.changes:
        if change.kind is not ChangeKind.REMOVED:
            key = (change.purl, change.version)
            asked[key] = asked.get(key, NOTHING) | (usual if change.version is not None else usual.of_package)
    return {key: want & ~Want.TEXTS for key, want in asked.items()}


@dataclass(frozen=True, slots=True)
class Asking:
    """Asking the online sources for what a file will hold."""

    environment: FactEnvironment
    checkout: Path | None = None
    timing: Timing | None = None
    told: Told = lambda done, total: None
    """Told how many packages are done, of how many."""

    async def of_plan(self, plan: Plan, repository: RepositoryFacts, questions: Questions) -> Content:
        """Answers about the packages of a checkout."""
        return await self._ask(questions, FactsInMemory(), lambda online: online.private(plan, repository))

    async def again(self, file: FactsFile) -> Content:
        """What is in `file`, renewed. Where a source has no answer now, the old one stays, with its age."""
        old = {record.key: record for record in file.every()}
        questions, private = asked_before(old)
        new = await self._ask(questions, AdvisoriesBehind(file), lambda _: private)
        new.add(record for key, record in old.items() if _stays(record, new.records.get(key)))
        new.records = _needed(new.records)
        for key, record in new.records.items():
            if record is old.get(key):
                _read_before(new, key.kind, file.header)
        return new

    async def _ask(
        self, questions: Questions, cache: FactCache, private: Callable[[Online], Collection[str]]
    ) -> Content:
        content = Content()
        timing = self.timing or Timing()
        done = 0
        async with online_sources(
            self.environment, cache, checkout=self.checkout, timing=timing, whole_packages=True
        ) as online:
            hidden = private(online)
            for part in batches(questions, CHUNK):
                self.told(done, len(questions))
                at = timing.now()
                facts = await online.packages.answer(part, hidden)
                # Versions of one package may be in several parts, and a source may be silent in one of them.
                known = content.records
                found = [(known.get(record.key), record) for record in records(part, facts, at)]
                content.add(new for old, new in found if old is None or not _stays(old, new))
                _read_from(content, facts)
                done += len(part)
        return content


def _read_from(content: Content, facts: Facts) -> None:
    for state in facts.sources:
        if state.as_of is not None:
            content.read_at(state.name, state.as_of)
        if state.trouble is not None:
            content.troubles.setdefault(state.name, state.trouble)


def from_export(export: Export, packages: Collection[str] | None, as_of: datetime) -> Content:
    """The advisories of an export. `packages` (purls): what to keep, None for all. Only packages of types that the
    export is complete for are in it: silence about others would be taken for "none"."""
    content = Content()
    ids = {purl: found for purl, found in export.ids.items() if type_of(purl) in export.complete}
    for purl in map(identity, packages or ()):
        if type_of(purl) in export.complete:
            ids.setdefault(purl, set())
    content.add(concerned_records(ids, osv.SOURCE, as_of))
    named = {id_ for found in ids.values() for id_ in found}
    content.add(advisory_records((export.advisories[id_] for id_ in named), as_of))
    content.read_at(osv.SOURCE, as_of)
    content.complete = sorted(export.complete) if packages is None else ()
    return content


def without_advisories(questions: Questions, told: Content) -> dict[PackageKey, Want]:
    """`questions` without what an export has told."""
    left = {
        key: want & ~Want.ADVISORIES if advisories_key(key[0]) in told.records else want
        for key, want in questions.items()
    }
    return {key: want for key, want in left.items() if want}


def asked_before(old: Mapping[FactKey, FactRecord]) -> tuple[dict[PackageKey, Want], frozenset[str]]:
    """What was asked to make these records, and which packages of them are private."""
    questions: dict[PackageKey, Want] = {}
    versions: dict[str, str] = {}
    for key, record in old.items():
        if key.kind == "version":
            purl, _, version = key.key.partition("@")
            known = advisories_key(purl) in old or advisories_key_of(purl, version) in old
            questions[purl, version] = record.about | (Want.ADVISORIES if known else NOTHING)
            versions[purl] = version
    for key, record in old.items():
        if key.kind in PACKAGE_KINDS:
            asked = (key.key, versions.get(key.key))
            questions[asked] = questions.get(asked, NOTHING) | record.about
    hidden = {
        identity(key.key.partition("@")[0])
        for key, record in old.items()
        if any(gap.reason == PRIVATE for gap in _gaps(record))
    }
    return questions, frozenset(purl for purl, _ in questions if identity(purl) in hidden)


def _stays(old: FactRecord, new: FactRecord | None) -> bool:
    """Whether the old record is worth more than the new one."""
    return new is None or bool(_gaps(new) and not _gaps(old))


def _gaps(record: FactRecord) -> tuple[Gap, ...]:
    """What of it some source could not answer."""
    known: VersionFacts | PackageFacts | None = None
    if record.key.kind in ("version", "advisories"):
        known = decoded(record, decode_version)
    elif record.key.kind in PACKAGE_KINDS:
        known = decoded(record, decode_package)
    return known.gaps if known else ()


def _read_before(content: Content, kind: str, header: Header) -> None:
    """That a record of `kind` is as old as the file that it is taken from."""
    own = _OF_VULNERABILITIES.get(kind)
    for source, at in header.read.items():
        if source == own or (own is None and source not in _OF_VULNERABILITIES.values()):
            content.read_at(source, at)


def _needed(found: Mapping[FactKey, FactRecord]) -> dict[FactKey, FactRecord]:
    """Without the advisories and CVEs that no package has any more."""
    named = _named(found.values())
    wanted = _cves(record for key, record in found.items() if key.kind == "advisory" and key.key in named)
    left = {"advisory": named, **dict.fromkeys(_OF_VULNERABILITIES, wanted)}
    return {key: record for key, record in found.items() if key.kind not in left or key.key in left[key.kind]}


def _cves(advisories: Iterable[FactRecord]) -> set[str]:
    known = (decoded(record, decode_advisory) for record in advisories)
    return {cve for advisory in known if advisory for cve in cves(advisory)}


def _named(found: Iterable[FactRecord]) -> set[str]:
    lists = (decoded(record, decode_version) for record in found if record.key.kind == "advisories")
    return {id_ for known in lists if known and known.advisories for id_ in known.advisories.value}
