"""What could not be judged: because no source answered, or because a version cannot be compared."""

from collections.abc import Iterator, Sequence

from checks.advisories.groups import Vulnerability
from checks.model import gaps as silence
from checks.model.facts import SourceState
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.vulnerabilities import wording
from checks.vulnerabilities.case import Case

#: Who knows what is exploited, and how likely that is; their names in `Facts.sources`.
_KEV, _EPSS = "KEV", "EPSS"


def said(case: Case, certain: Sequence[Vulnerability]) -> Iterator[Observation]:
    """`certain` are the vulnerabilities of which it matters whether they are exploited."""
    if case.named is None:
        if case.change.version is None and case.covered:
            yield _without_version(case)
        elif case.gaps or case.covered:
            yield _without_answer(case)
    serious = [item for item in case.uncertain if _serious(case, item)]
    if serious:
        yield _not_comparable(case, serious)
    silent = [state for state in case.facts.sources if _silent(case, state)]
    named = [item for item in certain if item.cves]
    if silent and named:
        yield _exploitation(case, named, silent)


def _serious(case: Case, item: Vulnerability) -> bool:
    """Whether it would block or be unknown if it were certain."""
    if case.accepted(item):
        return False
    severity = item.rating.severity
    return severity is None or severity.rank >= case.threshold.rank or case.exploited(item) is not None


def _silent(case: Case, state: SourceState) -> bool:
    asked = (_KEV,) if case.section.epss is None else (_KEV, _EPSS)
    return state.name in asked and state.trouble is not None and state.as_of is None


def _observe(
    case: Case,
    rule: str,
    message: Phrase,
    tail: Phrase,
    evidence: Sequence[Evidence],
    move: Move = Move.AUTHOR,
    items: Sequence[Vulnerability] = (),
) -> Observation:
    return Observation(
        rule=rule,
        subject=Subject(purl=case.change.purl, version=case.change.version, name=case.change.name),
        message=message,
        headline=wording.shortened(case, tail),
        move=move,
        clears_at=silence.asked_again(case.gaps) if move is Move.SERVICE else None,
        evidence=tuple(evidence),
        policy_key=("vulnerabilities", "levels", rule),
        advisories=tuple(item.called for item in items),
    )


def _without_version(case: Case) -> Observation:
    message = say("{} has no exact version here, so no advisory can be compared with it; lock it.", case.change.name)
    evidence = [Evidence("version", ("none in this file",))]
    return _observe(case, "advisory-version-unknown", message, (" has no exact version to judge",), evidence)


def _without_answer(case: Case) -> Observation:
    nobody = (
        "no source of advisories knows this package and version" if case.gaps else "no source of advisories was asked"
    )
    who = silence.who(case.gaps, nobody, "ask its maintainers, and waive this")
    message = say("Whether {} has vulnerabilities is not known: {}.", wording.about(case), who)
    move, evidence = silence.turn(case.gaps, Move.OWNER), silence.evidence(case.gaps)
    return _observe(case, "advisories-unknown", message, (": vulnerabilities not known",), evidence, move)


def _not_comparable(case: Case, items: Sequence[Vulnerability]) -> Observation:
    what = "its version cannot be compared" if case.change.version else "it has no exact version here"
    message = say(
        "Whether {} has {} is not known, because {}; use an exact release, or compare it with the advisory.",
        wording.about(case),
        wording.listing(items),
        (what,),
    )
    tail = (": ", *wording.counted(items), " cannot be compared")
    why = "a branch, a commit or a moving tag has no place among the releases" if case.change.version else ""
    evidence = [Evidence("version", say("{}", case.change.version or "none"), (why,) if why else ())]
    evidence += wording.evidence(case, items)
    return _observe(case, "advisory-version-unknown", message, tail, evidence, items=items)


def _exploitation(case: Case, items: Sequence[Vulnerability], silent: Sequence[SourceState]) -> Observation:
    names = join([say("{}", state.name) for state in silent], last=" and ")
    message = say(
        "Whether {} of {} is exploited is not known: {} could not answer.",
        wording.labels(items),
        wording.about(case),
        names,
    )
    evidence = [Evidence("asked", say("{}", state.trouble or ""), say("{}", state.name)) for state in silent]
    tail = (": exploitation not known",)
    return _observe(case, "exploitation-unknown", message, tail, evidence, Move.SERVICE, items)
