"""How the vulnerabilities of a package version are judged, one by one: by the functions that judge them."""

from collections.abc import Iterator

from checks.advisories.groups import Vulnerability
from checks.model.phrase import Phrase, say
from checks.model.trace import Mark, Step
from checks.render.english import counted, day, moment
from checks.vulnerabilities.case import Case
from checks.vulnerabilities.judgment import rules_of, said
from checks.vulnerabilities.terms import Accepted

#: Vulnerabilities of one package version that are told one by one.
_MOST = 50
_HARMLESS = frozenset({"vulnerable-below-threshold", "vulnerability-accepted", "vulnerability-due"})


def traced(case: Case) -> Iterator[Step]:
    """The threshold, each vulnerability with its severity, exploitation and time, and what nobody can tell."""
    if case.own:
        yield Step(("vulnerabilities",), ("a folder of the repository itself is not judged",))
        return
    yield _threshold(case)
    yield _asked(case)
    told: set[str] = set()
    for item in case.certain:
        told.update(rules_of(case, item))
    for item in case.certain[:_MOST]:
        yield _vulnerability(case, item)
    if len(case.certain) > _MOST:
        yield Step((f"and {counted(len(case.certain) - _MOST, 'more vulnerability')}",), speaks=tuple(sorted(told)))
    for observation in said(case):
        if observation.rule not in told:
            unknown = observation.rule.endswith("-unknown")
            mark = Mark.UNKNOWN if unknown else Mark.FACT
            yield Step((observation.rule,), observation.headline, mark, speaks=(observation.rule,))


def _threshold(case: Case) -> Step:
    key = ("vulnerabilities", "block_from")
    return Step(("blocks from",), (f"{case.threshold} on",), policy_key=key)


def _asked(case: Case) -> Step:
    what: Phrase = ("advisories",)
    if not case.covered:
        return Step(what, ("nobody publishes any for packages of this kind",))
    if case.named is None:
        return Step(what, ("no source could say",), Mark.UNKNOWN)
    as_of = f", {case.named.as_of:%Y-%m-%d}" if case.named.as_of else ""
    count = counted(len(case.certain), "vulnerability") if case.certain else "none known"
    return Step(what, (count,), Mark.NO if case.certain else Mark.YES, say("{}" + as_of, case.named.source))


def _vulnerability(case: Case, item: Vulnerability) -> Step:
    rules = tuple(rules_of(case, item))
    mark = Mark.YES if _HARMLESS.issuperset(rules) else Mark.UNKNOWN if rules == ("severity-unknown",) else Mark.NO
    return Step(say("{}", item.label), _rating(item), mark, speaks=rules, steps=tuple(_conditions(case, item)))


def _rating(item: Vulnerability) -> Phrase:
    if item.malicious:
        return ("malicious",)
    rating = item.rating
    score = f" {rating.score:.1f}, {rating.system}" if rating.score is not None else ""
    return (f"{rating.severity or 'severity not known'}{score}",)


def _conditions(case: Case, item: Vulnerability) -> Iterator[Step]:
    accepted, exploited = case.accepted(item), case.exploited(item)
    if isinstance(accepted, Accepted):
        said = (f"by the policy until {day(accepted.expires.date)}",)
        yield Step(("accepted",), said, Mark.YES, policy_key=("vulnerabilities", "accept"))
    elif accepted is not None:
        yield Step(("accepted",), ("by a VEX statement that the policy trusts",), Mark.YES)
    if exploited is not None:
        yield Step(("exploited",), ("it is in the catalog",), Mark.NO, say("{}", exploited.source))
    if (likelihood := case.likelihood(item)) is not None:
        chance = f"{likelihood.value.probability:.1%}, at or above epss.block_from"
        yield Step(("exploitation is likely",), (chance,), Mark.NO, say("{}", likelihood.source))
    severity = item.rating.severity
    if severity is not None and not item.malicious:
        reached = severity.rank >= case.threshold.rank
        words = f"{severity} {'reaches' if reached else 'is below'} {case.threshold}"
        yield Step(("threshold",), (words,), Mark.NO if reached else Mark.YES)
    if (allowance := case.allowance(item)) is not None and allowance.ends is not None:
        over = allowance.ends <= case.now
        yield Step(("time to fix",), (f"until {moment(allowance.ends)}",), Mark.NO if over else Mark.YES)
    fix = case.fix([item])
    yield Step(("fixed in",), say("{}", fix) if fix else ("no version that is known",))
