"""How the age of a version is judged, step by step: by the functions that judge it."""

from collections.abc import Iterator

from checks.freshness.case import Case, source
from checks.freshness.cooldown import decided, fixes_a_vulnerability
from checks.freshness.judgment import observations, said
from checks.model.dependency import Origin
from checks.model.finding import Observation
from checks.model.phrase import Phrase, join, say
from checks.model.trace import Mark, Step
from checks.render.english import age, counted, moment

_WAITING = frozenset({"version-too-new", "publication-date-missing"})


def traced(case: Case) -> Iterator[Step]:
    """The waiting time with its arithmetic, what else is known of the version, and every rule that speaks."""
    if all(place.dependency.origin is Origin.PATH for place in case.change.places):
        yield Step(("age",), ("a folder of the repository itself is not judged",))
        return
    spoken = tuple(observations(said(case)))
    yield _waiting(case, tuple(item.rule for item in spoken if item.rule in _WAITING))
    yield from _known(case)
    for item in spoken:
        if item.rule not in _WAITING:
            yield _said(item)


def _waiting(case: Case, speaks: tuple[str, ...]) -> Step:
    what: Phrase = ("waiting time",)
    key = ("freshness", "minimum_age")
    if not case.waits:
        return Step(what, (_why_not(case),), Mark.YES, policy_key=key)
    if case.published is None:
        mark = Mark.UNKNOWN if speaks else Mark.FACT
        return Step(what, ("nobody says when it was published",), mark, policy_key=key, speaks=speaks)
    ready = case.section.ready_at(case.published.value, case.steps_to(case.change.version))
    arithmetic = (
        Step(("published",), (moment(case.published.value),), source=source(case.published)),
        Step(("waits until",), (moment(ready),), source=(decided(case),), policy_key=key),
        Step(("judged at",), (moment(case.now),)),
    )
    if ready <= case.now:
        words = f"it has waited: {age(case.now - case.published.value)} old"
    elif fixes_a_vulnerability(case):
        words = "it need not wait, because it fixes a vulnerability"
    else:
        words = f"it waits {age(ready - case.now)} more"
    return Step(what, (words,), Mark.NO if speaks else Mark.YES, policy_key=key, speaks=speaks, steps=arithmetic)


def _why_not(case: Case) -> str:
    if case.exempt:
        return "it need not wait: freshness.exempt names it"
    if not case.section.cools_down:
        return "no version waits here"
    return "it comes with another package, and those need not wait here"


def _known(case: Case) -> Iterator[Step]:
    """What is known of its releases, with the one that people should be on."""
    known = case.package.releases
    if known is None:
        return
    current = case.current
    words: Phrase = (f"{counted(len(case.newer), 'newer stable release')} of {counted(len(case.stable), 'release')}",)
    if current is not None:
        words = (*words, *say("; {} is the one to be on", current.version))
    if case.held:
        names = join([say("{}", version) for version in list(case.held)[:5]])
        words = (*words, *say("; still waiting: {}", names))
    yield Step(("releases",), words, source=source(known))


def _said(item: Observation) -> Step:
    """A rule that speaks, with what it rests on."""
    steps = tuple(Step((row.what,), row.actual, source=row.source) for row in item.evidence)
    mark = Mark.UNKNOWN if item.rule.endswith("-unknown") else Mark.NO
    return Step((item.rule,), item.headline, mark, policy_key=item.policy_key, speaks=(item.rule,), steps=steps)
