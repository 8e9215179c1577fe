"""What must be read, and what changed: the pure steps between the reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from checks.engine.differences import differences
from checks.manifests import Format, recognize
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency
from checks.model.facts import NOTHING, PackageKey, Questions, Want
from checks.model.snapshot import Listing, Snapshot
from checks.policy.schema import Policy
from checks.policy.section import Judge, Section
from checks.rules import CHECKS, SETTINGS
from checks.rules.check import Check, Paths


class ManifestRequest(NamedTuple):
    """One manifest to read: where it is on each side, and the companions that are read with it where they exist."""

    format: Format
    path: str
    """Its name in reports: the head's path, or the base's for a removed file."""
    base_path: str | None
    head_path: str | None

    def companions(self, path: str) -> tuple[str, ...]:
        return self.format.companion_paths(path)


def wanted_manifests(listing: Listing) -> tuple[ManifestRequest, ...]:
    """The manifests among the listed files, by path. Nothing else of the tree is read."""
    requests = []
    for file in listing.files:
        format_ = recognize(file.path) or (recognize(file.base_path) if file.base_path else None)
        if format_ is None:
            continue
        base = file.base_path if file.base_path and recognize(file.base_path) is format_ else None
        head = file.head_path if file.head_path and recognize(file.head_path) is format_ else None
        requests.append(ManifestRequest(format_, file.path, base, head))
    return tuple(sorted(requests, key=lambda request: request.path))


def wanted_settings(listing: Listing, only: frozenset[str] | None = None) -> tuple[str, ...]:
    """Files on the default branch in which a repository has settings of its own; most have none."""
    return tuple(path for check, path in SETTINGS.items() if listing.base and (only is None or check in only))


@dataclass(frozen=True)
class Plan:
    """A snapshot with its differences."""

    snapshot: Snapshot

    @cached_property
    def everything(self) -> bool:
        """Whether there is no base, so that all is judged as it stands."""
        return not self.snapshot.listing.base

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return differences(self.snapshot.manifests, self.everything)

    @cached_property
    def changed_paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self.snapshot.listing.files)

    @cached_property
    def _brought(self) -> frozenset[PackageKey]:
        return frozenset((change.purl, change.version) for change in self.changes if change.introduced)

    def brings(self, dependency: Dependency) -> bool:
        """Whether this change adds or updates the dependency."""
        return (dependency.purl, dependency.version) in self._brought

    @cached_property
    def _present(self) -> Mapping[PackageKey, Change]:
        return {(c.purl, c.version): c for c in self.changes if c.kind is not ChangeKind.REMOVED}

    def change_of(self, purl: str, version: str | None) -> Change | None:
        """The change that brings, keeps or updates a package version; None if none does."""
        return self._present.get((purl, version))

    def judged(self, check: Check, section: Section) -> tuple[Change, ...]:
        """The changes that a check looks at: never what is gone."""
        here = [change for change in self.changes if change.kind is not ChangeKind.REMOVED]
        if check.looks_back or self.everything or section.judge is Judge.EVERYTHING:
            return tuple(here)
        return tuple(change for change in here if change.introduced)

    def questions(self, policy: Policy, only: frozenset[str] | None = None) -> Questions:
        """What must be known to judge by `policy`; `only` limits the checks by id."""
        wanted: dict[PackageKey, Want] = {}
        for judge in judges(policy):
            for key, want in self._asked(judge, only):
                wanted[key] = wanted.get(key, NOTHING) | want
        return wanted

    def _asked(self, policy: Policy, only: frozenset[str] | None) -> Iterator[tuple[PackageKey, Want]]:
        for check, section in running(policy, only):
            for change in self.judged(check, section) if check.wants else ():
                narrow = policy_of(policy, check.id, change).sections.get(check.id)
                yield from check.wants(change, narrow) if check.wants and narrow else ()
            yield from check.asks(self.snapshot, section) if check.asks else ()

    def texts(self, policy: Policy, only: frozenset[str] | None = None) -> tuple[str, ...]:
        """Paths whose text at the head the checks of `policy` need."""
        return self._paths([(check.texts, section) for p in judges(policy) for check, section in running(p, only)])

    def added(self, policy: Policy, only: frozenset[str] | None = None) -> tuple[str, ...]:
        """Paths whose added lines the checks of `policy` need."""
        return self._paths([(check.added, section) for p in judges(policy) for check, section in running(p, only)])

    def _paths(self, asked: Iterable[tuple[Paths | None, Section]]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for paths, section in asked:
            found.update(dict.fromkeys(paths(self.snapshot.listing, section) if paths else ()))
        return tuple(found)


def judges(policy: Policy) -> tuple[Policy, ...]:
    """The policies whose verdicts count."""
    return (policy, policy.floor) if policy.floor else (policy,)


def policy_of(policy: Policy, check: str, change: Change) -> Policy:
    """What of `policy` holds for one package in one check."""
    narrowed = policy.narrowed
    return narrowed.of(change) if narrowed is not None and check in narrowed.checks else policy


def running(policy: Policy, only: frozenset[str] | None) -> Iterator[tuple[Check, Section]]:
    """The checks that the policy turns on, with their sections; `only` limits them by id."""
    for id_ in CHECKS.ids:
        section = policy.sections.get(id_)
        if section is not None and (only is None or id_ in only or id_ in CHECKS.always_on):
            yield CHECKS.named(id_), section
