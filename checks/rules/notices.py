"""The check `notices`: the committed third-party notices list every package that is shipped.

What is compared is the list of packages that the file begins with. License texts lie where packages are installed,
which a check cannot see; `ospo-gate notices --check` compares them too.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from checks.model.dependency import Dependency, Location
from checks.model.facts import Facts
from checks.model.finding import Evidence, Fix, Level, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.purl import versioned
from checks.model.snapshot import Listing, Snapshot
from checks.notices.listing import listed
from checks.notices.parts import is_part
from checks.policy.section import Section
from checks.policy.shape import KeyFault, key
from checks.rules.check import Check, Context, PullJudgment, Rule

RULES = (
    Rule(
        "notice-missing",
        Level.WARN,
        "The repository uses packages of others and has no file of third-party notices.",
        "Most licenses ask that copyright notices and texts go with what is handed out. Write them with "
        "`ospo-gate notices --output FILE` where the packages are installed.",
    ),
    Rule(
        "notice-outdated",
        Level.WARN,
        "The committed third-party notices do not list a package that is used, or list one that no longer is.",
        "Write them anew with `ospo-gate notices --output FILE`, and commit the file with the change.",
    ),
    Rule(
        "notice-unreadable",
        Level.WARN,
        "The committed third-party notices have no list of packages that can be read.",
        "The list comes with every file that `ospo-gate notices` writes; a file of another tool cannot be compared.",
        could_not_tell=True,
    ),
)
#: Packages that a sentence names, and that the evidence names.
_NAMED, _SHOWN = 3, 20


class Scope(StrEnum):
    SHIPPED = "shipped"
    ALL = "all"
    """With tools for building, developing and testing."""


@dataclass(frozen=True, slots=True)
class NoticesSection(Section):
    """Third-party notices."""

    file: str = key("The committed file, as `ospo-gate notices` writes it.", default="THIRD-PARTY-NOTICES.md")
    scope: Scope = key(
        "Which packages it must list: `shipped`, or `all` with tools for building, developing and testing.",
        default=Scope.SHIPPED,
        tighter=("shipped", "all"),
    )

    def faults(self) -> Iterator[KeyFault]:
        """A path that no file of the repository can have."""
        if self.file.startswith("/") or ".." in self.file.split("/"):
            yield KeyFault("file", "expected a path below the root of the repository")


def texts(_listing: Listing, section: NoticesSection) -> tuple[str, ...]:
    return (section.file,)


def judge_pull(snapshot: Snapshot, _facts: Facts, section: NoticesSection, _context: Context) -> PullJudgment:
    """Compares the manifests that were read with the list in the file."""
    used, before = _used(snapshot, section)
    if not used:
        return PullJudgment(0)
    text = snapshot.texts.get(section.file)
    # What was wrong before is not of this change, unless it brings packages or edits the file.
    introduced = not snapshot.listing.base or section.file in {file.path for file in snapshot.listing.files}
    if section.file not in snapshot.texts:
        return PullJudgment(len(used), (_missing(section, len(used), introduced or not used.keys() <= before),))
    found = listed(text) if text is not None else None
    if found is None:
        return PullJudgment(len(used), (_unreadable(section, introduced),))
    unlisted = {purl: dependency for purl, dependency in used.items() if purl not in found[1]}
    # What a change takes away may still be used by a manifest that was not read.
    stale = sorted(found[1] - used.keys()) if not snapshot.listing.base else []
    if not unlisted and not stale:
        return PullJudgment(len(used))
    return PullJudgment(len(used), (_outdated(section, unlisted, stale, introduced or not unlisted.keys() <= before),))


def _used(snapshot: Snapshot, section: NoticesSection) -> tuple[Mapping[str, Dependency], frozenset[str]]:
    """What must be listed, by package URL in the order of the manifests, and what the base used already."""
    used: dict[str, Dependency] = {}
    before: set[str] = set()
    for pair in snapshot.manifests:
        for dependency in pair.base.dependencies if pair.base else ():
            before.add(versioned(dependency.purl, dependency.version))
        for dependency in pair.head.dependencies if pair.head else ():
            if is_part(dependency) and (section.scope is Scope.ALL or dependency.scope.shipped):
                used.setdefault(versioned(dependency.purl, dependency.version), dependency)
    return used, frozenset(before)


def _missing(section: NoticesSection, used: int, introduced: bool) -> Observation:
    return Observation(
        rule="notice-missing",
        subject=Subject(path=section.file),
        message=say(
            "{} is not in the repository, which uses {}.",
            section.file,
            _packages(used, "third-party "),
        ),
        headline=say("{} is missing", section.file[-60:]),
        introduced=introduced,
        evidence=(Evidence("packages", (f"{used:,}",)),),
        policy_key=("notices", "file"),
        fix=_fix(section, "write it"),
    )


def _unreadable(section: NoticesSection, introduced: bool) -> Observation:
    return Observation(
        rule="notice-unreadable",
        subject=Subject(path=section.file),
        message=say(
            "{} has no list of packages that can be read, so nobody can tell whether it is complete.", section.file
        ),
        headline=say("{} cannot be compared", section.file[-60:]),
        location=Location(section.file),
        introduced=introduced,
        policy_key=("notices", "levels", "notice-unreadable"),
        fix=_fix(section),
    )


def _outdated(
    section: NoticesSection, unlisted: Mapping[str, Dependency], stale: Sequence[str], introduced: bool
) -> Observation:
    places = [dependency.location for dependency in unlisted.values()]
    says: list[Phrase] = []
    if unlisted:
        says.append((*say("does not list {}", _packages(len(unlisted))), " (", *_few(unlisted), ")"))
    if stale:
        says.append(
            say("lists {} no longer used", ("1 package that is" if len(stale) == 1 else f"{len(stale):,} that are",))
        )
    return Observation(
        rule="notice-outdated",
        subject=Subject(path=section.file),
        message=(*say("{} ", section.file), *join(says, " and "), "."),
        headline=say("{} is not up to date", section.file[-60:]),
        location=places[0] if places else Location(section.file),
        related=tuple(places[1:_SHOWN]),
        introduced=introduced,
        evidence=tuple(_evidence(unlisted, stale)),
        policy_key=("notices", "file"),
        fix=_fix(section),
    )


def _evidence(unlisted: Mapping[str, Dependency], stale: Sequence[str]) -> Iterator[Evidence]:
    for what, purls in (("not listed", list(unlisted)), ("no longer used", stale)):
        if purls:
            more = (f" and {len(purls) - _SHOWN:,} more",) if len(purls) > _SHOWN else ()
            yield Evidence(what, (*join([say("{}", purl) for purl in purls[:_SHOWN]]), *more))


def _few(unlisted: Mapping[str, Dependency]) -> Phrase:
    names = [_label(dependency) for dependency in list(unlisted.values())[:_NAMED]]
    more = (f" and {len(unlisted) - _NAMED:,} more",) if len(unlisted) > _NAMED else ()
    return (*join(names), *more)


def _label(dependency: Dependency) -> Phrase:
    return say("{} {}", dependency.name, dependency.version) if dependency.version else say("{}", dependency.name)


def _packages(number: int, kind: str = "") -> Phrase:
    return (f"{number:,} {kind}package{'' if number == 1 else 's'}",)


def _fix(section: NoticesSection, write: str = "write it anew") -> Fix:
    scope = " --scope all" if section.scope is Scope.ALL else ""
    command = f"ospo-gate notices --output={shlex.quote(section.file)}{scope}"
    return Fix((f"{write} where the packages are installed, and commit it",), (command,))


CHECK = Check(
    id="notices",
    title="notices",
    prefix="ntc",
    noun="package",
    rules=RULES,
    section=NoticesSection,
    judge_pull=judge_pull,
    texts=texts,
)
