"""The check `packages`: the organization's advice, sources, names, and what new packages must have."""

from collections.abc import Iterator
from datetime import datetime

from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.snapshot import Snapshot
from checks.packages.terms import PackagesSection
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.rules.ids import CREDENTIALS, INTERNAL_SOURCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step

RULES = (
    Rule(
        "package-avoid",
        Level.BLOCK,
        "A package is used that the policy's advice says to avoid. An update of what was used before does not count.",
        "Use what is named instead. If nothing else will do, the owner of the policy can waive it for some time.",
    ),
    Rule(
        "package-hold",
        Level.WARN,
        "A package is added that the policy's advice has on hold. What was there before may stay and be updated.",
        "It gets no new uses: take what is named instead.",
    ),
    Rule(
        "package-trial",
        Level.NOTE,
        "A package is added that the policy's advice has on trial.",
        "Nothing to do. Tell those who decided it how it goes.",
    ),
    Rule(
        "advice-version-unknown",
        Level.WARN,
        "Some versions of a package are to be avoided or on hold, and it is not known which version is used.",
        "Pin the version.",
        could_not_tell=True,
    ),
    Rule(
        "advice-review-due",
        Level.NOTE,
        "A package was judged by advice whose `review_by` has passed.",
        "The owner of the policy looks at the advice again and sets another day, or removes it.",
    ),
    Rule(
        "source-not-allowed",
        Level.BLOCK,
        "A package comes from a registry, an archive or a repository that the policy does not list.",
        "Take it from a source that is listed. An address that nobody chose is how lock files are poisoned.",
    ),
    Rule(
        "source-unusual",
        Level.WARN,
        "A package comes from another host than all others of the file, and the policy lists no registries.",
        "Make sure that it is meant. With `sources.registries` the policy decides instead.",
    ),
    Rule(
        "source-not-named",
        Level.NOTE,
        "The policy lists registries, and a file does not name the registry of its packages.",
        "The package manager's configuration decides then; keep it in order.",
        could_not_tell=True,
    ),
    Rule(
        "insecure-source",
        Level.WARN,
        "A package is fetched without encryption (`http`, `git`, `ftp`).",
        "Use the https address: on the way anybody can change what arrives.",
    ),
    Rule(
        "git-source-not-pinned",
        Level.WARN,
        "A package comes from a repository and names no commit.",
        "Name a full commit id: a branch or a tag can come to mean other code.",
    ),
    Rule(
        CREDENTIALS,
        Level.BLOCK,
        "An address in a file carries a password or a token. It is shown nowhere.",
        "Remove it, keep it in the package manager's configuration of your machine, and revoke it: it was committed.",
    ),
    Rule(
        INTERNAL_SOURCE,
        Level.BLOCK,
        "A file of a public repository names a host that nobody outside can reach.",
        "It tells your names to everybody and breaks their install. Lock again without the internal address.",
    ),
    Rule(
        "name-is-internal",
        Level.BLOCK,
        "A package has a name of your own and does not come from your own registry.",
        "Do not install it: whoever publishes your names elsewhere wants to be installed by mistake (dependency "
        "confusion). Let the package manager take these names from your registry only.",
    ),
    Rule(
        "internal-source-unknown",
        Level.NOTE,
        "A package has a name of your own, and its file does not say where it comes from.",
        "Make sure that the package manager takes these names from your registry only.",
        could_not_tell=True,
    ),
    Rule(
        "internal-name-resembled",
        Level.WARN,
        "A new package nearly has a name of your own.",
        "Make sure that it is the one you mean: look at who publishes it.",
    ),
    Rule(
        "name-resembles-popular",
        Level.WARN,
        "A new package nearly has the name of a package that is used here or that the policy lists.",
        "Make sure that it is the one you mean: malicious packages are given such names. `adopt` in the policy's "
        "advice settles it for good.",
    ),
    Rule(
        "acceptance-scorecard",
        Level.WARN,
        "A new package is below a minimum of the OpenSSF Scorecard.",
        "Look at what the check says about the project, and choose another package if it matters to you.",
    ),
    Rule(
        "acceptance-maintainers",
        Level.WARN,
        "A new package has fewer maintainers than the policy asks for.",
        "What one person keeps up alone ends with that person. Look for a package that more people keep up.",
    ),
    Rule(
        "acceptance-release",
        Level.WARN,
        "A new package has had no release for longer than the policy takes.",
        "Look for one that is kept up.",
    ),
    Rule(
        "acceptance-license-history",
        Level.WARN,
        "A new package has changed its license from one release to another.",
        "It may change again. Look at why before you build on it.",
    ),
    Rule(
        "acceptance-age",
        Level.WARN,
        "A new package exists for a shorter time than the policy asks for.",
        "Wait, or take one that others know: it clears by itself at the time that is named.",
    ),
    Rule(
        "acceptance-dependents",
        Level.WARN,
        "Fewer packages use a new package than the policy asks for.",
        "Take one that others rely on, too.",
    ),
    Rule(
        "acceptance-unknown",
        Level.WARN,
        "The policy asks something of new packages, and no source could tell it.",
        "A source that did not answer is asked again. Where none knows, `adopt` or `trial` in the policy's advice "
        "settles it.",
        could_not_tell=True,
    ),
)


# What judges is imported where something is to judge: the command starts without it.


def wants(change: Change, section: PackagesSection) -> Iterator[tuple[PackageKey, Want]]:
    """Only what the criteria need, and how well known a name is that is nearly a popular one."""
    from checks.packages import acceptance, advice, resemblance

    want = acceptance.wanted(change, section)
    if section.popular and advice.added(change) and resemblance.asks(change, section):
        want |= Want.HEALTH
    if want:
        yield (change.purl, change.version), want


def judge_dependency(change: Change, facts: Facts, section: PackagesSection, context: Context) -> Iterator[Observation]:
    """What advice, sources and criteria say of one package version."""
    from checks.packages import acceptance, advice, sources

    found = (
        *advice.said(change, section, context.now, facts.repository.public),
        *sources.said(change, facts.repository, section),
        *acceptance.said(change, facts, section, context.now),
    )
    return (item for item in found if isinstance(item, Observation))


def changes_at(change: Change, facts: Facts, section: PackagesSection, context: Context) -> datetime | None:
    """When advice is due for review, or a last release becomes too old."""
    from checks.packages import acceptance, advice

    found = (
        *advice.said(change, section, context.now, facts.repository.public),
        *acceptance.said(change, facts, section, context.now),
    )
    return min((item for item in found if isinstance(item, datetime) and item > context.now), default=None)


def trace(change: Change, facts: Facts, section: PackagesSection, context: Context) -> "Iterator[Step]":
    """What advice speaks of one package version."""
    from checks.packages.tracing import traced

    return traced(change, facts, section, context.now)


def judge_pull(snapshot: Snapshot, facts: Facts, section: PackagesSection, _context: Context) -> PullJudgment:
    """What files tell as a whole, and names that stand beside each other."""
    if not snapshot.manifests:
        return PullJudgment(None)
    from checks.packages import locks, resemblance

    found = (*locks.said(snapshot, facts.repository, section), *resemblance.said(snapshot, facts, section))
    return PullJudgment(None, found, tuple(locks.not_judged_here(snapshot, facts.repository, section)))


CHECK = Check(
    id="packages",
    title="packages",
    prefix="pkg",
    noun="package",
    rules=RULES,
    section=PackagesSection,
    judge_dependency=judge_dependency,
    judge_pull=judge_pull,
    wants=wants,
    trace=trace,
    changes_at=changes_at,
    alike=True,
)
