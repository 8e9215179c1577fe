"""The check `freshness`: too new, too old, behind, withdrawn, given up, out of support or not pinned."""

from collections.abc import Iterator
from datetime import datetime

from checks.freshness.terms import UNLISTED, FreshnessSection
from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step

RULES = (
    Rule(
        "version-too-new",
        Level.BLOCK,
        "A version was published only just now, and new versions wait.",
        "Most malicious releases are found within days. Nothing to do: it turns green by itself at the time that is "
        "named. An older version that has waited is named where one is known.",
    ),
    Rule(
        "publication-date-missing",
        Level.WARN,
        "Nobody says when a version was published, so it cannot be told whether it is too new.",
        "A warning, because most lock files carry no dates. Set it to `block` once a source of dates is connected.",
        could_not_tell=True,
    ),
    Rule(
        "version-too-old",
        Level.WARN,
        "A version was published longer ago than the policy takes.",
        "Update it; where nothing newer exists, look for a package that is kept up.",
    ),
    Rule(
        "behind-latest",
        Level.WARN,
        "More newer versions were released than the policy takes.",
        "Update to the version that is named: the longer it waits, the more breaks at once.",
    ),
    Rule(
        "libyears-exceeded",
        Level.WARN,
        "A package, or all of them together, is more libyears behind than the policy takes.",
        "Update the package that is named first: it is the furthest behind.",
    ),
    Rule(
        "libyears",
        Level.NOTE,
        "How many years the packages are behind, in total, on average and at worst, and what the change adds or saves.",
        "Nothing to do: it is a figure, shown where the policy has `libyears`.",
    ),
    Rule(
        "version-yanked",
        Level.BLOCK,
        "The maintainers withdrew this version.",
        "Use another version: a version is withdrawn because it is broken or unsafe, or was published by mistake.",
    ),
    Rule(
        "package-quarantined",
        Level.BLOCK,
        "The registry has quarantined or removed the package.",
        "Do not install it; look at what the registry says. It is how registries stop malicious packages.",
    ),
    Rule(
        "package-deprecated",
        Level.WARN,
        "The maintainers advise against using the package or this version.",
        "Use what they point to. No further fixes can be expected.",
    ),
    Rule(
        "package-archived",
        Level.WARN,
        "The package or its source repository is archived: read-only, nobody works on it.",
        "Look for a fork or a replacement before something must be fixed.",
    ),
    Rule(
        "package-unmaintained",
        Level.WARN,
        "The package has had no release at all for longer than the policy takes.",
        "Ask whether anybody still maintains it, or look for a replacement.",
    ),
    Rule(
        "end-of-life",
        Level.BLOCK,
        "A runtime, an image or a framework is of a release cycle that is no longer supported.",
        "Move to a supported cycle: no fixes are made for this one, not even for vulnerabilities.",
    ),
    Rule(
        "end-of-life-soon",
        Level.WARN,
        "Support of a release cycle ends within the notice period.",
        "Plan the move to a later cycle before the day that is named.",
    ),
    Rule(
        "action-unpinned",
        Level.WARN,
        "A workflow uses an action by a name that can come to mean other code.",
        "Name a full commit id, with the version in a comment behind it; update bots keep both current.",
    ),
    Rule(
        "image-unpinned",
        Level.WARN,
        "An image is named in a way that can come to mean another image.",
        "Name a version as its tag, or add the digest, which never changes.",
    ),
    Rule(
        "freshness-unknown",
        Level.WARN,
        "A source could not answer, so a package was not judged completely.",
        "Where a source did not answer it is asked again by itself. Where none knows the package, connect one that "
        "does, or name your own packages in `freshness.exempt`.",
        could_not_tell=True,
    ),
)


# What judges is imported where something is to judge: the command starts without it.


def wants(change: Change, section: FreshnessSection) -> Iterator[tuple[PackageKey, Want]]:
    """Only what the section needs, and dates only where the lock file has none."""
    from checks.freshness import wanted

    return wanted.wants(change, section)


def judge_dependency(
    change: Change, facts: Facts, section: FreshnessSection, context: Context
) -> Iterator[Observation]:
    """What is found about one package version."""
    from checks.freshness.case import Case
    from checks.freshness.judgment import observations, said

    return observations(said(Case(change, facts, section, context.now)))


def changes_at(change: Change, facts: Facts, section: FreshnessSection, context: Context) -> datetime | None:
    """When a rule begins to speak, or says something else: support ends, another version has waited long enough."""
    from checks.freshness.case import Case
    from checks.freshness.judgment import next_moment, said

    return next_moment(said(Case(change, facts, section, context.now)))


def trace(change: Change, facts: Facts, section: FreshnessSection, context: Context) -> "Iterator[Step]":
    """How the age of one package version is judged."""
    from checks.freshness.case import Case
    from checks.freshness.tracing import traced

    return traced(Case(change, facts, section, context.now))


def judge_pull(snapshot: Snapshot, facts: Facts, section: FreshnessSection, context: Context) -> PullJudgment:
    """The libyears of the whole, where the policy asks for them, and what nobody was asked."""
    if not snapshot.manifests:
        return PullJudgment(None)
    from checks.freshness.judgment import next_moment, observations
    from checks.freshness.summary import said, unasked

    found = tuple(said(snapshot, facts, section, context.now))
    missing = tuple(unasked(snapshot, facts, section))
    return PullJudgment(None, tuple(observations(found)), missing, next_moment(found))


CHECK = Check(
    id="freshness",
    title="freshness",
    prefix="age",
    noun="package",
    rules=RULES,
    section=FreshnessSection,
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
    wants=wants,
    trace=trace,
    changes_at=changes_at,
    looks_back=False,
    alike=True,
    apart=UNLISTED,
    looks_at_direct=True,
)
