"""One case to judge: a changed package version with what is known of it, the terms and the time."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from checks.freshness import releases
from checks.freshness.steps import Part, part
from checks.freshness.terms import UNLISTED, FreshnessSection
from checks.model.change import Change
from checks.model.dependency import Origin
from checks.model.facts import Facts
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.packages import Known, PackageFacts, Release, VersionFacts
from checks.model.phrase import Phrase, plain, say
from checks.model.purl import type_of
from checks.model.toolchains import is_toolchain

#: What is found, and moments (UTC) at which time alone may make something else of it.
Said = Observation | datetime

#: Characters of a headline, of them at most for the version, and of a quoted reason.
_HEADLINE, _VERSION, _REASON = 80, 14, 160


def listed(change: Change) -> bool:
    """Whether a registry should know the package's releases and their dates."""
    return type_of(change.purl) not in UNLISTED and not is_toolchain(change.purl)


def registered(change: Change) -> bool:
    """Whether it comes from where facts about its purl are true: not from a repository or an address of its own."""
    return not listed(change) or any(place.dependency.origin is Origin.REGISTRY for place in change.places)


@dataclass(frozen=True)
class Case:
    """Everything that one judgment may know."""

    change: Change
    facts: Facts
    section: FreshnessSection
    now: datetime
    """UTC."""

    @cached_property
    def type(self) -> str:
        return type_of(self.change.purl)

    @cached_property
    def version(self) -> VersionFacts:
        return self.facts.version(self.change.purl, self.change.version)

    @cached_property
    def package(self) -> PackageFacts:
        return self.facts.package(self.change.purl)

    @cached_property
    def exempt(self) -> bool:
        return self.section.exempts(self.change.purl)

    @cached_property
    def waits(self) -> bool:
        """Whether new versions of it wait at all."""
        asked = self.section.transitive or any(place.dependency.direct is not False for place in self.change.places)
        return asked and not self.exempt and self.section.cools_down

    @cached_property
    def release(self) -> Release | None:
        """The entry of this version in the list of releases."""
        known = self.package.releases
        return next((item for item in known.value if item.version == self.change.version), None) if known else None

    @cached_property
    def published(self) -> Known[datetime] | None:
        """When this version was published. Of several dates the latest counts: the lock file is written by whoever
        opens the pull request, and must not make a version older than a source knows it to be."""
        written = [place.dependency.published for place in self.change.places if place.dependency.published]
        dates = [Known(moment, "lock file") for moment in written]
        dates += [self.version.published] if self.version.published else []
        if self.package.releases and self.release and self.release.published:
            dates.append(Known(self.release.published, self.package.releases.source, self.package.releases.as_of))
        return max(dates, key=_value) if dates else None

    @cached_property
    def stable(self) -> tuple[Release, ...]:
        """Stable releases, oldest first."""
        known = self.package.releases
        return releases.stable(self.type, known.value) if known else ()

    @cached_property
    def newer(self) -> tuple[Release, ...]:
        """Stable releases after this version, oldest first."""
        return releases.newer(self.type, self.stable, self.change.version) if self.change.version else ()

    @cached_property
    def held(self) -> dict[str, datetime]:
        """Newer releases that must still wait before they may replace this version: nobody is behind them yet. By
        version, the moment at which each has waited (UTC)."""
        if not self.waits or self.change.version is None:
            return {}
        found, settled = {}, self.section.settled(self.now)
        for release in self.newer:
            if release.published is not None and release.published > settled:
                step = part(self.type, self.change.version, release.version)
                found[release.version] = self.section.ready_at(release.published, frozenset({step}))
        return {version: ready for version, ready in found.items() if ready > self.now}

    @cached_property
    def ready(self) -> tuple[Release, ...]:
        """Stable releases that one may be on now, oldest first."""
        return tuple(release for release in self.stable if release.version not in self.held)

    @cached_property
    def current(self) -> Release | None:
        """The one to be on: what the registry itself names, or the newest."""
        return releases.current(self.ready, self.package.latest.value if self.package.latest else None)

    def steps_to(self, version: str | None) -> frozenset[Part | None]:
        """What an update to `version` changes, against each version that is replaced; empty for a new package."""
        before = {item.version for item in self.change.before}
        return frozenset(part(self.type, old, version) if old and version else None for old in before if old != version)

    @cached_property
    def about(self) -> Phrase:
        """`left-pad` 1.3.0."""
        change = self.change
        return say("{} {}", change.name, change.version) if change.version else say("{}", change.name)

    def observe(
        self,
        rule: str,
        message: Phrase,
        headline: Phrase,
        evidence: tuple[Evidence, ...] = (),
        *,
        key: tuple[str, ...] = (),
        move: Move = Move.AUTHOR,
        clears_at: datetime | None = None,
    ) -> Observation:
        """About this package version. `message` and `headline` follow its name; `key` is the key of the section that
        decided, if it was not the rule's level."""
        change = self.change
        return Observation(
            rule=rule,
            subject=Subject(purl=change.purl, version=change.version, name=change.name),
            message=(*self.about, *message),
            headline=(*self._short(_HEADLINE - len(plain(headline))), *headline),
            move=move,
            clears_at=clears_at,
            evidence=(*evidence, Evidence("scope", (str(change.scope),))),
            policy_key=("freshness", *(key or ("levels", rule))),
        )

    def _short(self, room: int) -> Phrase:
        """Name and version, cut to `room` characters."""
        change = self.change
        version = cut(change.version, _VERSION) if change.version else ""
        name = cut(change.name, room - len(version) - 1)
        return say("{} {}", name, version) if version else say("{}", name)


def cut(text: str, limit: int = _REASON) -> str:
    """`text` on its first `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def source(known: Known[Any]) -> Phrase:
    """`deps.dev, 2026-11-19`."""
    return say("{}" + (f", {known.as_of:%Y-%m-%d}" if known.as_of else ""), known.source)


def _value(known: Known[datetime]) -> datetime:
    return known.value
