"""Waivers: a named, approved and ending exception for findings of any check."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from checks.model.finding import AppliedWaiver, Observation, Subject
from checks.policy.packages import covers_version, version_faults
from checks.policy.shape import KeyFault, RuleId, key
from checks.policy.values import Account, CommitId, Day, PackagePattern, Pattern, RepositoryPattern


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an exception is right: a sentence, or a code for counting with a sentence."""

    text: str = key("The reason in a sentence.")
    code: str | None = key("A word to count by, for example `dynamic-linking`.", default=None)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(text)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Covers the findings of `rules` about `package` (or about files and commits) until the end of `expires`."""

    id: str = key("Your reference, shown wherever the waiver is: W-2026-014.")
    rules: tuple[RuleId, ...] = key("Rule ids that it covers.")
    reason: Reason = key("Why: a sentence, or `{code: dynamic-linking, text: …}`.")
    approved_by: Account = key("Who approved it: '@login' or '@organization/team'. Never the requester.")
    expires: Day = key("Last day on which it holds, UTC.")
    package: PackagePattern | None = key("Package URL without version; `*` is a wildcard.", default=None)
    versions: str | None = key("Versions that it covers, for example `<1.4` or `1.3.0`. Default: all.", default=None)
    repositories: tuple[RepositoryPattern, ...] = key("Repositories that it covers. Default: all.", default=())
    paths: tuple[Pattern, ...] = key("Manifests or files that it covers. Default: all.", default=())
    commits: tuple[CommitId, ...] = key("Full commit ids, for sign-off findings.", default=())
    requested_by: Account | None = key("Who asked for it.", default=None)
    created: Day | None = key("The day from which on it holds. Default: always.", default=None)
    ticket: str | None = key("A reference in another system.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """What makes it no waiver: too wide, for nothing, approved by who asked, or never true."""
        if not self.rules:
            yield KeyFault("rules", "a waiver must name at least one rule")
        if self.requested_by and self.requested_by.same(self.approved_by):
            yield KeyFault("approved_by", "nobody approves their own waiver", "requested_by is the same account")
        if self.created and self.created > self.expires:
            yield KeyFault("expires", "it expires before it was created")
        yield from self._reach()
        yield from version_faults(self.package, self.versions)

    def _reach(self) -> Iterator[KeyFault]:
        if not (self.package or self.paths or self.commits):
            yield KeyFault("", "a waiver must say what it covers", "add package, paths or commits")
        elif not self._narrow:
            hint = "name a package, a path or a repository, or change the policy for all"
            yield KeyFault("", "a waiver for everything is a policy change, not a waiver", hint)
        if self.commits and (self.package or self.paths):
            hint = "a finding is about a package, a file or a commit"
            yield KeyFault("commits", "'commits' with 'package' or 'paths' covers nothing", hint)

    @property
    def _narrow(self) -> bool:
        """Whether one of the conditions, which all must hold, lets less than everything through."""
        return bool(
            (self.package and not self.package.whole_type)
            or (self.paths and not any(pattern.everything for pattern in self.paths))
            or (self.repositories and not any(pattern.everything for pattern in self.repositories))
            or self.commits
        )

    def live(self, now: datetime) -> bool:
        """Whether it holds at `now` (UTC): from the beginning of `created` to the end of `expires`."""
        return now < self.expires.ends and (self.created is None or self.created.begins <= now)

    def covers(self, observation: Observation, paths: tuple[str, ...], repository: str | None) -> bool:
        """Whether it speaks of this observation in all its places; whether it is still `live` is another question."""
        return (
            observation.rule in self.rules
            and self._covers_subject(observation.subject)
            and (not self.repositories or any(p.matches(repository or "") for p in self.repositories))
            and (not self.paths or (bool(paths) and all(any(p.matches(path) for p in self.paths) for path in paths)))
        )

    def _covers_subject(self, subject: Subject) -> bool:
        if self.package and not (subject.purl and self.package.matches(subject.purl)):
            return False
        if self.commits and (subject.commit or "").lower() not in self.commits:
            return False
        return covers_version(self.versions, subject.purl, subject.version)

    @property
    def applied(self) -> AppliedWaiver:
        return AppliedWaiver(self.id, self.approved_by, self.expires.date, self.reason.text)
