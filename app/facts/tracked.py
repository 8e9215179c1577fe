"""What Dependency-Track reports, as a source of facts for a verdict: from a file, or from what the service keeps."""

import asyncio
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.ports import FactKey, FactRecord
from checks.engine.plan import Plan
from checks.model.errors import UsageError
from checks.model.facts import Facts, PackageKey, joined
from checks.policy.schema import Policy

if TYPE_CHECKING:
    from checks.vulnerabilities.terms import DependencyTrack
    from checks.vulnerabilities.tracked import Tracked

#: Kinds of records: of a project, and of one package version of any.
PROJECT, PACKAGE = "track-project", "track-package"
_SOURCE = "Dependency-Track"
#: Of a file (bytes).
_LARGEST = 100_000_000
#: Reading a record that is larger (bytes) would keep the event loop from everything else.
_LARGE = 200_000


class Records(Protocol):
    """Where the service keeps them."""

    async def get(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]: ...


def project_key(repository_id: int) -> FactKey:
    return FactKey(PROJECT, str(repository_id), _SOURCE)


def package_key(key: PackageKey) -> FactKey:
    """`key`: with a purl as in `Affected`."""
    return FactKey(PACKAGE, f"{key[0]}@{key[1]}", _SOURCE)


class TrackedFile:
    """A file of `ospo-gate sbom upload --findings`. Raises `UsageError` for what is none."""

    def __init__(self, path: Path) -> None:
        from checks.advisories.vex import UnreadableVex
        from checks.vulnerabilities.tracked import read

        try:
            if path.stat().st_size > _LARGEST:
                raise UsageError(f"--findings: {path} is larger than {_LARGEST // 1_000_000} MB")
            self.tracked = read(path.read_text("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"--findings: {path}: {error.strerror}") from None
        except UnreadableVex as error:
            hint = "ospo-gate sbom upload --findings FILE writes it."
            raise UsageError(f"--findings: {path} is not read: {error}", hint=hint) from None

    async def lookup(self, _plan: Plan, policy: Policy) -> Facts:
        from checks.vulnerabilities.tracked import facts

        terms = _terms(policy)
        if terms is None and any(map(len, (self.tracked.findings, self.tracked.violations))):
            print(
                "--findings: nothing of it counts, because the policy has no vulnerabilities.dependency_track.",
                file=sys.stderr,
            )
        return facts(self.tracked, terms)


@dataclass(frozen=True, slots=True)
class TrackedHere:
    """What the service read back: findings in any project, analyses and violations in the repository's own alone."""

    records: Records
    repository_id: int

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        terms = _terms(policy)
        if terms is None:
            return Facts()
        from checks.vulnerabilities.tracked import facts

        here = project_key(self.repository_id)
        keys = [*dict.fromkeys(package_key(key) for key in _asked(plan))] if terms.findings else []
        records = await self.records.get([here, *keys])
        told = Facts()
        for record in _ordered(records, [here, *keys]):
            large = len(record.value) > _LARGE
            tracked = await asyncio.to_thread(_read, record) if large else _read(record)
            told = joined(told, facts(tracked, terms))
        return told


def _ordered(records: Mapping[FactKey, FactRecord], keys: Iterable[FactKey]) -> Iterator[FactRecord]:
    """Those that say something."""
    for key in keys:
        if (record := records.get(key)) and record.value:
            yield record


def _read(record: FactRecord) -> "Tracked":
    from checks.vulnerabilities.tracked import read

    return read(record.value.decode())


def _asked(plan: Plan) -> Iterator[PackageKey]:
    """What the change brings or keeps, and what it replaces."""
    from checks.advisories.ecosystems import identity

    for change in plan.changes:
        for version in dict.fromkeys((change.version, *(item.version for item in change.before))):
            if version is not None:
                yield identity(change.purl), version


def _terms(policy: Policy) -> "DependencyTrack | None":
    section = policy.sections.get("vulnerabilities")
    return getattr(section, "dependency_track", None)


if TYPE_CHECKING:
    from checks.vulnerabilities.tracked import Tracked
