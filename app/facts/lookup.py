"""One lookup over several sources: what the first one knows counts, and only what is left is asked of the next."""

from collections.abc import Callable, Collection, Sequence

from app.ports import FactSource, PackageSource
from checks.engine.plan import Plan
from checks.model.facts import (
    NOTHING,
    Facts,
    PackageFacts,
    Questions,
    RepositoryFacts,
    VersionFacts,
    Want,
    joined,
)
from checks.policy.schema import Policy

#: Which packages of a change are private: nobody outside may learn their names.
Private = Callable[[Plan, RepositoryFacts], Collection[str]]


class FactChain:
    """Sources in order of trust: first those that know this change, then those that know packages."""

    def __init__(
        self,
        base: Facts,
        sources: Sequence[FactSource],
        packages: Sequence[PackageSource] = (),
        only: frozenset[str] | None = None,
        private: Private | None = None,
    ) -> None:
        self.base = base
        self.sources = sources
        self.packages = packages
        self.only = only
        self.private = private

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        facts = self.base
        for source in self.sources:
            facts = joined(facts, await source.lookup(plan, policy))
        if self.packages:
            private = self.private(plan, facts.repository) if self.private else ()
            facts = await self.answer(plan.questions(policy, self.only), facts, private)
        return facts

    async def answer(self, questions: Questions, facts: Facts, private: Collection[str] = ()) -> Facts:
        """`facts`, and what the package sources know of `questions`. `private` as in `PackageSource.answer`."""
        for source in self.packages:
            open_ = unanswered(questions, facts)
            if not open_:
                break
            facts = joined(facts, await source.answer(open_, private))
        return facts


def unanswered(questions: Questions, facts: Facts) -> Questions:
    """The questions to which `facts` has no answer; a gap is none."""
    left = {}
    for key, want in questions.items():
        purl, version = key
        missing = want & ~(_version_known(facts.version(purl, version)) | _package_known(facts.package(purl)))
        if missing:
            left[key] = missing
    return left


def _version_known(known: VersionFacts) -> Want:
    """Who knows when a version was published also knows whether it was withdrawn: there silence is an answer."""
    return (
        (Want.LICENSE if known.license else NOTHING)
        | (Want.TEXTS if known.texts else NOTHING)
        | (Want.PUBLISHED if known.published else NOTHING)
        | (Want.STATUS if known.deprecated or known.yanked or known.published else NOTHING)
        | (Want.ADVISORIES if known.advisories else NOTHING)
    )


def _package_known(known: PackageFacts) -> Want:
    return (
        (Want.RELEASES if known.releases else NOTHING)
        | (Want.HEALTH if known.scorecard else NOTHING)
        | (Want.LIFECYCLE if known.cycles else NOTHING)
    )
