"""Loading a large policy with decisions in as many files, and the effective policies of an organization."""

import time
from collections.abc import Callable

from app.cli.drive import without_collector
from app.policies import load_policies
from checks.model.facts import RepositoryFacts
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

DECISIONS, OVERRIDES, ADVICE, REPOSITORIES = 2_000, 60, 1_200, 10_000
MANY_OVERRIDES = 500
_WAIVER = """\
id: W-{0}
rules: [license-not-allowed]
package: pkg:npm/package-{0}
versions: "<1.4"
repositories: ["web-*"]
reason: {{code: dynamic-linking, text: Reviewed by legal.}}
requested_by: "@ada"
approved_by: "@grace"
created: 2026-11-20
expires: 2027-03-31
ticket: LEGAL-{0}
"""
_ADVICE = """\
    - package: pkg:npm/name-{0}
      advice: hold
      reason: in maintenance mode
      instead: pkg:npm/other-{0}
"""
_OVERRIDE = """\
  - match: {{repositories: "team{0}-*"}}
    licenses: {{allow_also: [MPL-2.0], levels: {{license-unknown: warn}}}}
    freshness: {{minimum_age: {1} days}}
"""


_EXCEPTION = """\
    - package: pkg:npm/name-{0}
      allow: [MPL-2.0]
      reason: reviewed by legal
"""
_PATCH = """\
  - match: {{repositories: "team{0}-*"}}
    licenses: {{levels: {{license-unknown: warn}}}}
    packages: {{advice_also: [{{package: "pkg:npm/more-{0}", advice: hold, reason: in maintenance mode}}]}}
"""


def files(decisions: int) -> PolicyFiles:
    """A policy of about 5,000 lines, with so many decisions beside it."""
    advice = "".join(_ADVICE.format(number) for number in range(ADVICE))
    overrides = "".join(_OVERRIDE.format(number, number % 9 + 1) for number in range(OVERRIDES))
    sections = "licenses: {allow: [permissive]}\nvulnerabilities: {}\nfreshness: {}\n"
    text = f"version: 1\n{sections}packages:\n  advice:\n{advice}"
    beside = {f"waivers/W-{number}.yaml": _WAIVER.format(number).encode() for number in range(decisions)}
    return PolicyFiles(f"{text}overrides:\n{overrides}".encode(), "policy.yaml", decisions=beside)


def values_read(overrides: int, entries: int) -> int:
    """How many words are read of a policy with so many overrides, each of which patches two sections with so many
    entries.
    """
    import cProfile
    import pstats

    exceptions = "".join(_EXCEPTION.format(number) for number in range(entries))
    advice = "".join(_ADVICE.format(number) for number in range(entries))
    patches = "".join(_PATCH.format(number) for number in range(overrides))
    sections = f"licenses:\n  exceptions:\n{exceptions}packages:\n  advice:\n{advice}"
    policy = PolicyFiles(f"version: 1\n{sections}overrides:\n{patches}".encode(), "policy.yaml")
    profile = cProfile.Profile()
    profile.runcall(load_policies, policy)
    calls = pstats.Stats(profile).get_stats_profile().func_profiles
    return int(calls["_read_scalar"].ncalls.partition("/")[0])


def _repositories(policies: PolicySet, now: float) -> int:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(now, UTC)
    known = (
        RepositoryFacts(f"example/team{number % 70}-{number}", "private", "main", properties_known=True, topics=())
        for number in range(REPOSITORIES)
    )
    return len({id(policies.policy_for(repository, "main", moment)) for repository in known})


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the best of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the figures."""
    alone, beside = files(0), files(DECISIONS)
    lines = alone.main.count(b"\n")
    with without_collector():  # as the command does it
        print(f"{lines:,} lines, {OVERRIDES} overrides: {_seconds(lambda: load_policies(alone)) * 1000:.0f} ms")
        loaded = _seconds(lambda: load_policies(beside))
        print(f"and {DECISIONS:,} waivers in as many files: {loaded * 1000:.0f} ms")
    for overrides in (100, MANY_OVERRIDES):
        print(f"{overrides} overrides of sections with {ADVICE:,} entries: {values_read(overrides, ADVICE):,} values")
    policies = load_policies(alone)
    start = time.process_time()
    different = _repositories(policies, time.time())
    spent = time.process_time() - start
    print(f"effective policies of {REPOSITORIES:,} repositories: {spent:.2f} s, {different} different ones")
