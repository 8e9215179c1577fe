"""What is known of package versions, as far as it decides verdicts: equal for those that are judged alike."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
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
        self,
        wants: Mapping[str, Mapping[str, Want]],
        durations: Collection[Duration],
        limits: Iterable[timedelta],
        now: datetime,
    ) -> None:
        """`wants`: by check and type of package (purl)."""
        self.wants = wants
        self.now = now
        self.want = NOTHING
        for of_check in wants.values():
            for want in of_check.values():
                self.want |= want
        fixed = {duration.delta for duration in durations}
        self._turns = sorted(turn for delta in fixed if delta is not None and (turn := _before(now, delta)))
        self._working = sorted({duration for duration in durations if duration.delta is None})
        self._oldest = sorted(oldest for limit in set(limits) if (oldest := _before(now, limit)))
        self.dated = bool(self.want & Want.RELEASES)
        """Whether dates are compared with those of releases."""
        self._alike: dict[Hashable, VersionFacts] = {}
        self._read: dict[int, datetime] = {}
        self._steady: dict[date, bool] = {}

    def version(self, known: VersionFacts) -> VersionFacts:
        """The same object for all that are alike."""
        status, published, advisories = self.want & Want.STATUS, known.published, known.advisories
        if not self.want & Want.PUBLISHED:
            published = None
        if not self.want & Want.ADVISORIES:
            advisories = None
        deprecated, yanked = (known.deprecated, known.yanked) if status else (None, None)
        key = (
            published and (published.value if self.dated else self.side(published.value)),
            deprecated and self._age(deprecated.as_of),
            yanked and self._age(yanked.as_of),
            advisories and (advisories.value, self._age(advisories.as_of)),
        )
        alike = self._alike.get(key)
        if alike is None:
            alike = self._alike[key] = VersionFacts(
                published=published and Known(published.value, STORED),
                deprecated=deprecated and self._known("", deprecated),
                yanked=yanked and self._known("", yanked),
                advisories=advisories and self._known(advisories.value, advisories),
            )
        return alike

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

    def wanted(self, check: str, type_: str, versioned: bool) -> Want:
        """What a check must know of a package of this type, with an exact version or without."""
        want = self.wants.get(check, {}).get(type_, NOTHING)
        return want if versioned else want.of_package

    def steady(self, day: date) -> bool:
        """Whether all moments of a day (UTC) are alike, as dates and as the age of data."""
        known = self._steady.get(day)
        if known is None:
            ends = [datetime.combine(day, moment, UTC) for moment in (time.min, time.max)]
            first, last = ((self.side(moment), self._age(moment)) for moment in ends)
            known = self._steady[day] = first == last
        return known

    def side(self, published: datetime) -> Hashable:
        """Where a date is among the moments at which a verdict turns."""
        working = tuple(duration.after(published) > self.now for duration in self._working)
        return bisect_left(self._turns, published), working

    def _age(self, at: datetime | None) -> int | None:
        return None if at is None else bisect_right(self._oldest, at)

    def _known(self, value: T, known: Known[Any]) -> Known[T]:
        age = self._age(known.as_of)
        at = None if age is None or known.as_of is None else self._read.setdefault(age, known.as_of)
        return Known(value, STORED, at)


def _before(now: datetime, delta: timedelta) -> datetime | None:
    """None: there is no such time."""
    try:
        return now - delta
    except OverflowError:
        return None


def gaps(want: Want) -> tuple[Gap, ...]:
    """That nothing is stored about it."""
    return (Gap(STORED, "nothing is stored about it", about=want),) if want else ()


def told_apart(package: PackageFacts) -> bool:
    """Whether the version itself decides what is known of a package means for it."""
    return package.releases is not None or package.cycles is not None
