"""Fixes by another version of the same package: the one that passes every check, as the package manager is told it."""

from collections.abc import Iterator, Mapping

from checks.engine import lines, managers
from checks.engine.candidates import Choice
from checks.engine.locked import File, Places, asked_for, spec, together
from checks.engine.pool import Candidate
from checks.engine.reach import Reach
from checks.freshness.releases import stable
from checks.model.dependency import Dependency, Inventory
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Evidence, Finding, Fix, Move
from checks.model.phrase import Phrase, join, say
from checks.model.purl import type_of
from checks.model.snapshot import BY_LINE
from checks.model.toolchains import is_toolchain
from checks.render.english import counted, moment

#: Versions that the evidence names as passed over.
NAMED = 5


class Moving:
    """Takes a finding's package to the version that was chosen, in every file to which the change brought it."""

    def __init__(self, places: Places, facts: Facts, choices: Mapping[PackageKey, Choice]) -> None:
        self.places = places
        self.facts = facts
        self.choices = choices

    def choice(self, finding: Finding) -> Choice | None:
        """What came of the candidates for a finding's package version; None where none was sought or it is no help."""
        choice = self.choices.get((finding.subject.purl or "", finding.subject.version))
        return None if choice is None or finding.rule in choice.remaining else choice

    def fix(self, finding: Finding) -> Fix | None:
        choice = self.choice(finding)
        if choice is None:
            return None
        if choice.candidate is not None:
            return self._moved(finding, choice.candidate)
        if choice.later is not None:
            version, at = choice.later
            return Fix(say("use {} {} from {} on, when it is old enough", _name(finding), version, (moment(at),)))
        return None

    def _moved(self, finding: Finding, candidate: Candidate) -> Fix | None:
        steps = [
            step
            for file in self.places.of(finding)
            for index in file.indexes(finding)
            for step in self._steps(file, file.head.dependencies[index], finding, candidate)
        ]
        if not steps:
            return None
        fix = together(steps)
        return fix if all(step.commands for step in steps) else Fix(fix.summary, (), fix.suggestion)

    def _steps(self, file: File, item: Dependency, finding: Finding, candidate: Candidate) -> Iterator[Fix]:
        lock = file.head
        if lock.format in BY_LINE:
            summary = self._summary(item.name, finding, candidate)
            yield lines.changed(
                summary, lock.path, item, candidate.version, self.places.plan.snapshot.lines.get(lock.path)
            )
            return
        tool = managers.tool(lock)
        if is_toolchain(item.purl):
            yield Fix(self._summary(item.name, finding, candidate))
            return
        command = None
        if not item.direct or (candidate.reach is Reach.WITHIN and tool != "npm-lock"):
            command = self._precise(tool, file, item, candidate)
        if command is not None:
            yield Fix((*self._summary(item.name, finding, candidate), *self._proviso(tool, item)), (command,))
        elif item.direct:
            yield from self._installed(tool, lock, item, finding, candidate)
        else:
            yield Fix(self._summary(item.name, finding, candidate))

    def _installed(
        self, tool: str, lock: Inventory, item: Dependency, finding: Finding, candidate: Candidate
    ) -> Iterator[Fix]:
        """Each manifest that asks for it asks for another version."""
        name = asked_for(item)
        for path in self.places.asking(lock.path, item.purl):
            version = spec(item, candidate.version)
            command = managers.install(tool, path, name, version, item.scope)
            yield Fix(self._summary(name, finding, candidate), (command,) if command else ())

    def _precise(self, tool: str, file: File, item: Dependency, candidate: Candidate) -> str | None:
        """Without a change to what the manifest asks for. npm's overrides are for all versions of a package; elsewhere
        who requires it must allow the version, which is likely only nearby."""
        version = candidate.version
        if not _free(tool) and candidate.reach is not Reach.WITHIN:
            return None
        alone = file.alone(item.purl)
        if item.version is None or (tool == "npm-lock" and not (alone and asked_for(item) == item.name)):
            return None
        known = self.facts.package(item.purl).releases
        newest = stable(type_of(item.purl), known.value)[-1:] if known else ()
        last = bool(newest) and newest[0].version == version
        return managers.move(tool, file.head.path, item.name, item.version, version, last)

    def _proviso(self, tool: str, item: Dependency) -> Phrase:
        """The ranges of those who require it are not in the files."""
        return () if item.direct or _free(tool) else (", if what requires it allows that",)

    def _summary(self, name: str, finding: Finding, candidate: Candidate) -> Phrase:
        if candidate.reach is Reach.BACK and finding.move is Move.CLOCK:
            return say("or use {} {} now, which is old enough", name, candidate.version)
        if candidate.reach is Reach.BACK:
            return say("go down to {} {}, because no newer version passes", name, candidate.version)
        if candidate.reach is Reach.BEYOND:
            return say("use {} {}, because nothing nearer passes", name, candidate.version)
        choice = self.choice(finding)
        if (
            finding.check == "vulnerabilities" and choice and choice.fell
        ):  # the fix that its message names may have fallen
            return say("use {} {}, which passes every check", name, candidate.version)
        return say("use {} {}", name, candidate.version)

    def evidence(self, finding: Finding) -> Iterator[Evidence]:
        """Which version was chosen, why, and why others were not."""
        choice = self.choice(finding)
        if choice is None:
            return
        if choice.candidate is not None:
            warns = (f", with a warning ({', '.join(choice.remaining)})",) if choice.remaining else ()
            passes = say("{} passes every check", choice.candidate.version)
            yield Evidence("fix", (*passes, *warns, *self._within(finding, choice.candidate)))
        elif choice.fell:
            looked = counted(len(choice.fell), "version")
            yield Evidence("fix", (f"no other version passes every check ({looked} looked at)",))
        if choice.fell:
            named = [say("{} ({})", version, (rule,)) for version, rule in choice.fell[:NAMED]]
            rest = len(choice.fell) - NAMED
            yield Evidence("passed over", join([*named, *([(f"{rest:,} more",)] if rest > 0 else [])]))

    def _within(self, finding: Finding, candidate: Candidate) -> Phrase:
        paths = [file.head.path for file in self.places.of(finding)]
        ranges = dict.fromkeys(item.range for item in self.places.declared(finding.subject.purl or "", paths))
        if not ranges or candidate.reach is Reach.BACK:
            return ()
        where = ", within " if candidate.reach is Reach.WITHIN else ", beyond "
        return (where, *join([say("{}", range_) for range_ in list(ranges)[:3]], last=" and "))


def _free(tool: str) -> bool:
    """Whether a package can get another version whatever those who require it ask for."""
    return tool in ("npm-lock", "go-mod")


def _name(finding: Finding) -> str:
    return finding.subject.name or "it"
