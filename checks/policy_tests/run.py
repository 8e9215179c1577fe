"""Judges examples with the engine that judges pull requests, and says what is other than expected."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.model.errors import PolicyError
from checks.model.finding import Finding
from checks.model.phrase import plain, visible
from checks.model.report import Report
from checks.policy.document import Scalar
from checks.policy.layers import PolicySet
from checks.policy.load import in_order
from checks.policy.reader import Fault, Reader, TooManyFaultsError
from checks.policy.shape import KeyPath, Place
from checks.policy.yaml_events import parse
from checks.policy_tests.case import facts_of, plan_of, repository_of
from checks.policy_tests.shapes import Example, ExampleFileRoot, Expected, ExpectedFinding, Others


class Difference(NamedTuple):
    """One thing that is not as expected."""

    line: int
    """Of the file of the example, 1-based."""
    kind: str
    """`conclusion`, `missing`, `unexpected` or `policy` (overrides that contradict each other)."""
    expected: str
    actual: str


class Result(NamedTuple):
    """One example that was judged."""

    name: str
    file: str
    line: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


class Examples(NamedTuple):
    """The examples of one file."""

    file: str
    root: ExampleFileRoot
    places: Mapping[KeyPath, Place]


def read(data: bytes, file: str, rules: Sequence[str], checks: Sequence[str]) -> Examples:
    """The examples in a file; `rules` and `checks` are the names that there are.

    Raises `PolicyError`, which names every fault.
    """
    node = parse(data.decode("utf-8-sig", "replace"), file)
    reader = Reader({"rule": rules, "check": checks})
    try:
        root = reader.read_shape(node, ExampleFileRoot, ())
        if isinstance(root, ExampleFileRoot):
            _check_rules(root, reader, rules)
    except TooManyFaultsError:
        root = Fault
    if not isinstance(root, ExampleFileRoot) or reader.issues:
        raise PolicyError(file, in_order(reader.issues))
    return Examples(file, root, reader.places)


def _check_rules(root: ExampleFileRoot, reader: Reader, rules: Sequence[str]) -> None:
    """A finding that is named by its rule alone has a name that there is, too."""
    for index, example in enumerate(root.tests):
        for number, finding in enumerate(example.expect.findings):
            if finding.rule not in rules:
                path = ("tests", str(index), "expect", "findings", str(number))
                place = reader.places[path]
                reader.unknown(Scalar(finding.rule, place.line, place.column), rules, path, "rule")


def results(policies: PolicySet, examples: Examples, only: str | None = None) -> Iterator[Result]:
    """What comes of each example; `only`: of those whose name has this in it."""
    for index, example in enumerate(examples.root.tests):
        if only is not None and only.casefold() not in example.name.casefold():
            continue
        moment = example.now or examples.root.now
        assert moment is not None
        path = ("tests", str(index))
        line = examples.places[path].line
        try:
            report = _judged(policies, example, moment.at)
        except PolicyError as error:
            differences = [Difference(line, "policy", "a policy that holds here", visible(str(error), 500))]
        else:
            differences = list(_differences(example.expect, report, examples.places, (*path, "expect")))
        yield Result(example.name, examples.file, line, tuple(differences))


def _judged(policies: PolicySet, example: Example, now: datetime) -> Report:
    plan = plan_of(example)
    own = example.repository_file.encode() if example.repository_file is not None else None
    policy = policies.policy_for(repository_of(example), plan.snapshot.listing.target, now, own)
    only = frozenset(example.only) or None
    return evaluate(plan, expired(facts_of(example, now), policy, now), policy, now, only)


def _differences(
    expected: Expected, report: Report, places: Mapping[KeyPath, Place], path: KeyPath
) -> Iterator[Difference]:
    if expected.conclusion is not None and expected.conclusion is not report.conclusion:
        line = places[*path, "conclusion"].line
        yield Difference(line, "conclusion", expected.conclusion, report.conclusion)
    left = list(report.findings)
    missing = []
    # What says what it is about goes first, so that what does not takes none of these away.
    for index, finding in sorted(enumerate(expected.findings), key=lambda item: item[1].about is None):
        found = next((item for item in left if _matches(finding, item)), None)
        if found is None:
            missing.append((index, finding))
        else:
            left.remove(found)
    for index, finding in missing:
        near = next((item for item in left if item.rule == finding.rule), None)
        if near is not None and expected.others is Others.REFUSED:
            left.remove(near)
        line = places[*path, "findings", str(index)].line
        yield Difference(line, "missing", _wanted(finding), _found(near) if near else "no such finding")
    if expected.others is Others.REFUSED:
        line = places[path].line
        yield from (Difference(line, "unexpected", "no such finding", _found(item)) for item in left)


def _matches(expected: ExpectedFinding, found: Finding) -> bool:
    return (
        found.rule == expected.rule
        and expected.level in (None, found.level)
        and (expected.about is None or expected.about in _names(found))
        and expected.waiver == (found.waiver.id if found.waiver else None)
    )


def _names(found: Finding) -> tuple[str, ...]:
    """What the thing may be called that a finding is about."""
    subject = found.subject
    number = str(int(subject.commit, 16)) if subject.commit else ""
    names = (str(subject), subject.purl, subject.name, number, subject.path, subject.policy, subject.person)
    return tuple(name for name in names if name)


def _wanted(expected: ExpectedFinding) -> str:
    parts = [expected.rule, expected.level, expected.about]
    parts += [f"waived by {expected.waiver}"] if expected.waiver else []
    return " · ".join(visible(part) for part in parts if part)


def _found(found: Finding) -> str:
    waived = f" · waived by {found.waiver.id}" if found.waiver else ""
    return visible(f"{found.rule} · {found.level} · {found.subject}{waived}: {plain(found.message)}", 500)
