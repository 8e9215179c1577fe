"""Waivers: a named, approved and ending exception for findings of any check."""

from dataclasses import dataclass
from datetime import datetime

from checks.model.errors import GateError
from checks.model.finding import AppliedWaiver, Observation
from checks.model.purl import parse, type_of
from checks.policy.shape import key
from checks.policy.values import Account, Day, PackagePattern, Pattern, RepositoryPattern


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an exception is right: a sentence, or a code for counting with a sentence."""

    text: str = key("The reason in a sentence.")
    code: str | None = key("A word to count by, for example `dynamic-linking`.", default=None)

    @classmethod
    def from_scalar(cls, text: str) -> "Reason":
        if not text.strip():
            raise ValueError("expected some text")
        return cls(text)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Covers the findings of `rules` about `package` (or about files and commits) until the end of `expires`."""

    id: str = key("Your reference, shown wherever the waiver is: W-2026-014.")
    rules: tuple[str, ...] = key("Rule ids that it covers.")
    reason: Reason = key("Why: a sentence, or `{code: dynamic-linking, text: …}`.")
    approved_by: Account = key("Who approved it: '@login' or '@organization/team'. Never the requester.")
    expires: Day = key("Last day on which it holds, UTC.")
    package: PackagePattern | None = key("Package URL without version; `*` is a wildcard.", default=None)
    versions: str | None = key("Versions that it covers, for example `<1.4` or `1.3.0`. Default: all.", default=None)
    repositories: tuple[RepositoryPattern, ...] = key("Repositories that it covers. Default: all.", default=())
    paths: tuple[Pattern, ...] = key("Manifests or files that it covers. Default: all.", default=())
    commits: tuple[str, ...] = key("Full commit ids, for sign-off findings.", default=())
    requested_by: Account | None = key("Who asked for it.", default=None)
    created: Day | None = key("When it was granted.", default=None)
    ticket: str | None = key("A reference in another system.", default=None)

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError("a waiver must name at least one rule")
        if not (self.package or self.paths or self.commits):
            raise ValueError("a waiver must say what it covers: package, paths or commits")
        if self.package and self.package.everything and all(r.everything for r in self.repositories):
            raise ValueError("a waiver for every package in every repository is a policy change, not a waiver")
        if self.requested_by and self.requested_by == self.approved_by:
            raise ValueError("nobody approves their own waiver: requested_by and approved_by are the same")
        if self.created and self.created.date > self.expires.date:
            raise ValueError("it expires before it was created")
        self._check_versions()

    def _check_versions(self) -> None:
        if self.versions is None:
            return
        if self.package is None:
            raise ValueError("'versions' needs 'package'")
        from checks.model.versions import parse_range

        parse_range(type_of(str(self.package)), self.versions)

    def live(self, now: datetime) -> bool:
        return now < self.expires.ends and (self.created is None or self.created.date <= now.date())

    def covers(self, observation: Observation, paths: tuple[str, ...], repository: str | None) -> bool:
        """Whether it speaks of this observation; whether it is still `live` is another question."""
        if observation.rule not in self.rules:
            return False
        if self.repositories and not any(p.matches(repository or "") for p in self.repositories):
            return False
        subject = observation.subject
        if self.package and not (subject.purl and self.package.matches(subject.purl)):
            return False
        if self.versions and not self._covers_version(subject.purl or "", subject.version):
            return False
        if self.commits and subject.commit not in self.commits:
            return False
        return not self.paths or (bool(paths) and all(any(p.matches(path) for p in self.paths) for path in paths))

    def _covers_version(self, purl: str, version: str | None) -> bool:
        from checks.model.versions import InvalidVersion, parse_range

        if version is None:
            return False
        try:
            return parse_range(parse(purl)[0], self.versions or "*").contains(version)
        except (InvalidVersion, GateError):
            return False

    @property
    def applied(self) -> AppliedWaiver:
        return AppliedWaiver(self.id, str(self.approved_by), self.expires.date, self.reason.text)
