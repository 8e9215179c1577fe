"""What is known of package versions, as far as it decides verdicts: equal for those that are judged alike."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from checks.model.facts import NOTHING, Want
from checks.model.packages import Gap, Known, PackageFacts, Status, VersionFacts
from checks.policy.values import Duration

T = TypeVar("T")

#: Who did not answer where nothing is stored.
STORED = "stored facts"


class Knowledge:
    """Facts without what decides no verdict on a package that is there already.

    Of a time only counts on which side it is of what the policies speak of: `durations` before `now`, and for how old
    data may be `limits`. What comes first stands for all that are alike, so that it is still true of one of them.
    """

    def __init__(
        self, wants: Mapping[str, Want], durations: Iterable[Duration], limits: Iterable[timedelta], now: datetime
    ) -> None:
        """`wants`: by type of package (purl)."""
        self.wants = wants
        self.now = now
        self.want = NOTHING
        for want in wants.values():
            self.want |= want
        self._durations = sorted(set(durations))
        self._oldest = sorted({now - limit for limit in limits})
        self._dated = bool(self.want & Want.RELEASES)
        self._published: dict[tuple[bool, ...], datetime] = {}
        self._read: dict[tuple[bool, ...], datetime] = {}

    def version(self, known: VersionFacts) -> VersionFacts:
        published, advisories = known.published, known.advisories
        return VersionFacts(
            published=self._at(published) if self.want & Want.PUBLISHED and published else None,
            deprecated=self._said(known.deprecated) if self.want & Want.STATUS else None,
            yanked=self._said(known.yanked) if self.want & Want.STATUS else None,
            advisories=self._known(advisories.value, advisories)
            if self.want & Want.ADVISORIES and advisories
            else None,
        )

    def package(self, known: PackageFacts) -> PackageFacts:
        releases, health = self.want & Want.RELEASES, self.want & (Want.HEALTH | Want.STATUS)
        status = known.status
        return PackageFacts(
            releases=known.releases if releases else None,
            latest=known.latest if releases else None,
            status=self._known(Status(status.value.standing), status) if health and status else None,
            archived=self._known(known.archived.value, known.archived) if health and known.archived else None,
            cycles=known.cycles if self.want & Want.LIFECYCLE else None,
        )

    def wanted(self, type_: str, versioned: bool) -> Want:
        """What must be known of a package of this type, with an exact version or without."""
        want = self.wants.get(type_, NOTHING)
        return want if versioned else want.of_package

    def _said(self, known: Known[str] | None) -> Known[str] | None:
        return None if known is None else self._known("", known)

    def _at(self, known: Known[datetime]) -> Known[datetime]:
        """Dates are compared with nothing but durations, unless releases are known, which have dates themselves."""
        at = known.value
        if not self._dated:
            sides = tuple(duration.after(at) > self.now for duration in self._durations)
            at = self._published.setdefault(sides, at)
        return Known(at, STORED)

    def _known(self, value: T, known: Known[Any]) -> Known[T]:
        at = known.as_of
        if at is not None:
            at = self._read.setdefault(tuple(at < oldest for oldest in self._oldest), at)
        return Known(value, STORED, at)


def gaps(want: Want) -> tuple[Gap, ...]:
    """That nothing is stored about it."""
    return (Gap(STORED, "nothing is stored about it", about=want),) if want else ()


def told_apart(package: PackageFacts) -> bool:
    """Whether the version itself decides what is known of a package means for it."""
    return package.releases is not None or package.cycles is not None
