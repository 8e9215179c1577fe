"""Records that are about one vulnerability, together: aliases are symmetric and transitive, `related` is neither."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.advisories.severity import Rating, rating_of, worst
from checks.model.advisory import Advisory

#: Which of its names a vulnerability is called by; other names come after these.
_LABELS = {"CVE": 0, "GHSA": 1, "MAL": 2}


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One vulnerability of one package and all that is known under its names."""

    label: str
    """The name that people know it by: its CVE where it has one."""
    names: frozenset[str]
    records: tuple[Advisory, ...]
    """At least one, by id."""
    rating: Rating
    """The worst of the records'."""

    @property
    def called(self) -> tuple[str, ...]:
        """All its names, the one that people know it by first."""
        return (self.label, *sorted(self.names - {self.label}))

    @property
    def malicious(self) -> bool:
        return any(record.malicious for record in self.records)

    @property
    def cves(self) -> tuple[str, ...]:
        """Also those that a distribution's record is derived from."""
        named = {*self.names, *(name for record in self.records for name in record.upstream)}
        return tuple(sorted(name for name in named if name.startswith("CVE-")))

    @property
    def summary(self) -> str:
        """Foreign; may be empty."""
        return next((record.summary for record in self._by_use if record.summary), "")

    @property
    def url(self) -> str | None:
        """Where people can read it: GitHub's page where there is one."""
        return next((record.url for record in self._by_use if record.url), None)

    @property
    def published(self) -> datetime | None:
        """When it first became public (UTC)."""
        return min((record.published for record in self.records if record.published), default=None)

    @property
    def _by_use(self) -> Sequence[Advisory]:
        if len(self.records) == 1:
            return self.records
        return sorted(self.records, key=lambda record: (not record.id.startswith("GHSA-"), record.id))

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts the worst first, then by name; what nobody rated comes after what is rated."""
        severity, score = self.rating.severity, self.rating.score
        return (not self.malicious, -severity.rank if severity else 1, -(score or 0.0), self.label)


def vulnerabilities(records: Iterable[Advisory], purl: str) -> tuple[Vulnerability, ...]:
    """The vulnerabilities that the records are about, the worst first. Withdrawn records say nothing."""
    live = [record for record in records if record.withdrawn is None]
    return tuple(sorted((_vulnerability(group, purl) for group in _grouped(live)), key=lambda item: item.order))


def _grouped(records: Sequence[Advisory]) -> list[list[Advisory]]:
    """Records that share a name, directly or through others: the sets of a union-find over all names."""
    if len(records) == 1:
        return [[*records]]
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (parent := parents.setdefault(name, name)) != name:
            parents[name] = parents.setdefault(parent, parent)
            name = parents[name]
        return name

    for record in records:
        for alias in record.aliases:
            parents[root(alias)] = root(record.id)
    groups: dict[str, list[Advisory]] = {}
    for record in records:
        groups.setdefault(root(record.id), []).append(record)
    return list(groups.values())


def _vulnerability(records: Sequence[Advisory], purl: str) -> Vulnerability:
    names = frozenset(name for record in records for name in (record.id, *record.aliases))
    ordered = tuple(sorted(records, key=lambda record: record.id))
    rating = worst([rating_of(record, purl) for record in ordered])
    return Vulnerability(min(names, key=_label_order), names, ordered, rating)


def _label_order(name: str) -> tuple[int, int, str]:
    return _LABELS.get(name[: name.find("-")], len(_LABELS)), len(name), name
