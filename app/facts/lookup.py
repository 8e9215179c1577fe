"""One lookup over several sources: what the first one knows counts, and only what is left is asked of the next."""

from collections.abc import Callable, Collection, Sequence

from app.ports import FactSource, PackageSource
from checks.engine.plan import Plan
from checks.model.facts import Facts, PackageKey, Questions, RepositoryFacts, Want, joined
from checks.model.purl import type_of
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.packages import PackageFacts, VersionFacts

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

    @property
    def repository(self) -> RepositoryFacts:
        return self.base.repository

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        facts = self.base
        for source in self.sources:
            facts = joined(facts, await source.lookup(plan, policy))
        return await self.more(plan, plan.questions(policy, self.only), facts) if self.packages else facts

    async def more(self, plan: Plan, questions: Questions, facts: Facts) -> Facts:
        """As `Lookup.more`."""
        if not self.packages or not questions:
            return facts
        private = self.private(plan, facts.repository) if self.private else ()
        return await self.answer(questions, facts, private)

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
        version, package = facts.versions.get(key), facts.packages.get(key[0])
        known = (_version_known(version) if version else 0) | (_package_known(package) if package else 0)
        # Numbers, because a lookup does this thousands of times and flags are thirty times as slow.
        if missing := want._value_ & ~known:
            left[key] = want if missing == want._value_ else Want(missing)
    return left


def answerable(questions: Questions, answers: Callable[[str], Want]) -> Questions:
    """What of `questions` can be answered by somebody who `answers` that about packages of a type."""
    left: dict[PackageKey, Want] = {}
    seen: dict[tuple[str, int], Want] = {}
    for key, want in questions.items():
        case = type_of(key[0]), want._value_
        if case not in seen:
            seen[case] = want & answers(case[0])
        if seen[case]._value_:
            left[key] = seen[case]
    return left


_LICENSE, _TEXTS, _PUBLISHED = Want.LICENSE.value, Want.TEXTS.value, Want.PUBLISHED.value
_STATUS, _ADVISORIES, _RELEASES = Want.STATUS.value, Want.ADVISORIES.value, Want.RELEASES.value
_HEALTH, _LIFECYCLE = Want.HEALTH.value, Want.LIFECYCLE.value


def _version_known(known: "VersionFacts") -> int:
    """Who knows when a version was published also knows whether it was withdrawn: there silence is an answer."""
    return (
        (_LICENSE if known.license else 0)
        | (_TEXTS if known.texts else 0)
        | (_PUBLISHED if known.published else 0)
        | (_STATUS if known.deprecated or known.yanked or known.published else 0)
        | (_ADVISORIES if known.advisories else 0)
    )


def _package_known(known: "PackageFacts") -> int:
    return (
        (_RELEASES if known.releases else 0) | (_HEALTH if known.scorecard else 0) | (_LIFECYCLE if known.cycles else 0)
    )
