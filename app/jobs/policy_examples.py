"""The examples beside a policy that is proposed in its repository: does come of them what their authors expect?"""

import time
from collections.abc import Callable, Iterator, Mapping

from app.jobs.policy_words import NAMES
from checks.model.errors import PolicyError
from checks.model.phrase import say
from checks.policy.layers import PolicySet
from checks.policy_tests.run import Result, read, results
from checks.render.markdown import phrase
from checks.rules import CHECKS

#: Seconds for all examples together: whoever opens a pull request chooses how many there are.
SECONDS = 20.0
#: Characters of one line of what is said.
_LINE = 1_000


def judged(
    policies: PolicySet, files: Mapping[str, bytes], clock: Callable[[], float] = time.monotonic
) -> tuple[str, bool]:
    """What is said of the examples in `files`, as Markdown, and whether all are as expected. Empty: there are none."""
    found: list[Result] = []
    end = clock() + SECONDS
    try:
        for result in _results(policies, files):
            found.append(result)
            if clock() > end:
                late = f"The examples take longer than {SECONDS:.0f} s: {len(found):,} were judged, others are not."
                return f"{late} Try them with `ospo-gate policy test`.", False
    except PolicyError as error:
        lines = [f"- {phrase(say('{}', issue.at(error.file)), _LINE)}" for issue in error.issues[:NAMES]]
        return "\n".join(["The policy's examples are not valid:", "", *lines]), False
    if not found:
        return "", True
    failed = [result for result in found if not result.passed]
    if not failed:
        return (
            "The policy's example is" if len(found) == 1 else f"All {len(found):,} examples are"
        ) + " as expected.", True
    lines = [line for result in failed[:NAMES] for line in _lines(result)]
    lines += [f"- and {len(failed) - NAMES:,} more"] if len(failed) > NAMES else []
    head = f"{len(failed):,} of {len(found):,} examples {'is' if len(failed) == 1 else 'are'} not as expected:"
    again = "Change the policy or the examples; `ospo-gate policy test` tries them."
    return "\n".join([head, "", *lines, "", again]), False


def _results(policies: PolicySet, files: Mapping[str, bytes]) -> Iterator[Result]:
    """All files are read before the first example is judged."""
    for examples in [read(data, name, policies.rules, CHECKS.ids) for name, data in files.items()]:
        yield from results(policies, examples)


def _lines(result: Result) -> Iterator[str]:
    yield "- " + phrase(say("{} ({}:{})", result.name, result.file, result.line), _LINE)
    for item in result.differences[:NAMES]:
        said = say("line {}: expected {}, but: {}", item.line, item.expected, item.actual)
        yield f"  - {phrase(said, _LINE)}"
