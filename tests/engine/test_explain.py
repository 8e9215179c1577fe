"""Why a package is judged as it is: the explanation is made by what judges, so that the two never differ."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.policies import load_policies
from checks.engine.ask import judging, read
from checks.engine.evaluate import evaluate
from checks.engine.explain import Explained, explain, question
from checks.engine.plan import policy_of
from checks.model.answer import Asked
from checks.model.dependency import Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level
from checks.model.packages import Gap, Known, PackageFacts, Release, VersionFacts
from checks.model.phrase import plain
from checks.model.trace import Mark, Step, spoken
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PURL = "pkg:npm/left-pad"


def policies(text: str) -> PolicySet:
    return load_policies(PolicyFiles(text.encode(), "policy.yaml"))


def explained(text: str, facts: Facts, spec: str = "npm:left-pad@1.3.0", scope: Scope = Scope.RUNTIME) -> Explained:
    named = read(spec)
    asked = Asked(named.purl, named.name, named.version, scope)
    policy = policies(text).policy_for(facts.repository, "main", NOW)
    return explain(asked, "package-lock.json", "main", facts, policy, NOW)


def known(**facts: object) -> Facts:
    return Facts(
        versions={(PURL, "1.3.0"): VersionFacts(**facts)},  # type: ignore[arg-type]
        repository=RepositoryFacts("example/web", "private", properties_known=True),
    )


def lines(steps: tuple[Step, ...], depth: int = 0) -> list[str]:
    """`✗ GPL-3.0-only: not listed`, two blanks for each level."""
    signs = {Mark.YES: "+", Mark.NO: "-", Mark.UNKNOWN: "?", Mark.FACT: "."}
    found = []
    for step in steps:
        found.append("  " * depth + f"{signs[step.mark]} {plain(step.what)}: {plain(step.actual)}")
        found += lines(step.steps, depth + 1)
    return found


def check(told: Explained, id_: str) -> tuple[Step, ...]:
    return next(item.steps for item in told.checks if item.id == id_)


def test_the_expression_shows_which_branch_is_taken_and_why_the_others_are_not() -> None:
    told = explained(
        "version: 1\nlicenses: {allow: [permissive, MPL-2.0], deny: [JSON]}\n",
        known(license=Known("(GPL-3.0-only OR MPL-2.0) AND (JSON OR ISC)", "registry.example", NOW)),
    )
    found = lines(check(told, "licenses"))
    assert found[found.index("  + all of: all are allowed") :][:7] == [
        "  + all of: all are allowed",
        "    + one of: MPL-2.0 is taken",
        "      - GPL-3.0-only: neither it nor its category (strong-copyleft) is listed in licenses.allow",
        "      + MPL-2.0: listed in licenses.allow",
        "    + one of: ISC is taken",
        "      - JSON: JSON is listed in licenses.deny",
        "      + ISC: permissive, which is listed in licenses.allow",
    ]


def test_an_exception_for_other_versions_is_shown_as_one_that_does_not_hold() -> None:
    text = """\
version: 1
licenses:
  exceptions:
    - {package: pkg:npm/left-pad, allow: [GPL-3.0-only], reason: Old., versions: "<1.3"}
    - {package: pkg:npm/right-pad, allow: [GPL-3.0-only], reason: Another.}
"""
    told = explained(text, known(license=Known("GPL-3.0-only", "registry.example")))
    exceptions = [line for line in lines(check(told, "licenses")) if "exception" in line]
    assert exceptions == ["- exception for pkg:npm/left-pad: may have GPL-3.0-only, versions <1.3"]
    assert told.report.conclusion == "blocked"


def test_the_arithmetic_of_the_waiting_time() -> None:
    text = "version: 1\nfreshness: {minimum_age: 3 days}\n"
    told = explained(text, known(published=Known(NOW - timedelta(hours=20), "registry.example", NOW)))
    assert lines(check(told, "freshness"))[:4] == [
        "- waiting time: it waits 2 days more",
        "  . published: 19 Nov 2026, 16:00 UTC",
        "  . waits until: 22 Nov 2026, 16:00 UTC",
        "  . judged at: 20 Nov 2026, 12:00 UTC",
    ]


def test_a_waiver_that_does_not_cover_it_says_condition_by_condition_why() -> None:
    text = """\
version: 1
licenses: {}
waivers:
  - {id: W-1, rules: [license-not-allowed], package: pkg:npm/left-pad, versions: "<1.3", repositories: [api-*],
     reason: x, approved_by: "@grace", expires: 2027-03-31}
  - {id: W-2, rules: [license-not-allowed], package: pkg:npm/other, reason: x, approved_by: "@grace",
     expires: 2027-03-31}
"""
    told = explained(text, known(license=Known("GPL-3.0-only", "registry.example")))
    ((finding, steps),) = told.waivers
    assert finding.rule == "license-not-allowed"
    assert lines(steps) == [
        "- waiver W-1: does not cover it: versions and repositories",
        "  + rules: license-not-allowed; here license-not-allowed",
        "  + package: pkg:npm/left-pad; here pkg:npm/left-pad",
        "  - versions: <1.3; here 1.3.0",
        "  - repositories: api-*; here example/web",
        "  + expires: 2027-03-31",
    ]


def test_the_nearest_waivers_come_first_and_the_others_are_counted() -> None:
    text = "version: 1\nlicenses: {}\nwaivers:\n" + "".join(
        f"  - {{id: W-{number}, rules: [license-not-allowed], package: pkg:npm/left-pad, versions: '<1', paths: [a], "
        f"reason: x, approved_by: '@grace', expires: {2026 if number < 7 else 2028}-01-31}}\n"
        for number in range(1, 8)
    )
    told = explained(text, known(license=Known("GPL-3.0-only", "registry.example")))
    ((_, steps),) = told.waivers
    assert [plain(step.what) for step in steps] == [
        *("waiver W-7", "waiver W-1", "waiver W-2", "waiver W-3", "waiver W-4"),
        "and 2 more waivers that do not cover it",
    ]


def test_a_waiver_that_covers_it_is_named_and_the_check_is_accepted() -> None:
    text = """\
version: 1
licenses: {}
waivers:
  - {id: W-1, rules: [license-not-allowed], package: pkg:npm/left-pad, reason: x, approved_by: "@grace",
     expires: 2027-03-31}
"""
    told = explained(text, known(license=Known("GPL-3.0-only", "registry.example")))
    ((_, steps),) = told.waivers
    assert lines(steps)[0] == "+ waiver W-1: covers it, until 2027-03-31"
    assert told.report.conclusion == "passed"


_LICENSES = ("MIT", "GPL-3.0-only", "MIT OR GPL-3.0-only", "MPL-2.0 AND JSON", "NOASSERTION", "BSD", "what?", "(((", "")
_POLICIES = (
    "licenses: {}",
    "licenses: {allow: [permissive, MPL-2.0], deny: [JSON], levels: {license-missing: block}}",
    "licenses: {development: {allow_also: [strong-copyleft]}, levels: {license-unknown: off}}",
    "licenses: {exceptions: [{package: 'pkg:npm/left*', allow: [GPL-3.0-only], reason: x, versions: '<1.3'}]}",
    "freshness: {minimum_age: 3 days}",
    "freshness: {minimum_age: 3 days, exempt: ['pkg:npm/left*']}",
    "freshness: {behind: {major: 1}, maximum_age: 1 years}",
    "vulnerabilities: {block_from: critical}",
    "vulnerabilities: {block_from: low, accept: [{advisory: GHSA-0000-0000-0002, reason: x, approved_by: '@g', "
    "expires: 2027-01-01}]}",
    "packages: {advice: [{package: pkg:npm/left-pad, advice: hold, reason: x}]}",
    "packages: {advice: [{package: 'pkg:npm/*', advice: avoid, reason: x, versions: '<1.2'}]}",
)


_ADVISORIES: tuple[Known[tuple[str, ...]], ...] = (
    Known((), "OSV"),
    Known(("GHSA-0000-0000-0002",), "OSV"),
    Known(("MAL-2026-1", "CVE-2026-1"), "OSV"),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Facts, str, Scope]:
    """A policy, what is known and what is asked."""
    by_section = {text.partition(":")[0]: text for text in draw(st.lists(st.sampled_from(_POLICIES), min_size=1))}
    text = "version: 1\n" + "\n".join(by_section.values()) + "\n"
    version = draw(st.sampled_from(["1.3.0", "1.1.0", "9.0.0-rc.1", "x y"]))
    license_ = draw(st.none() | st.sampled_from(_LICENSES))
    published = draw(st.none() | st.sampled_from([0, 20, 90, 20_000]))
    since = [NOW - timedelta(hours=hours) for hours in (30, 2_000)]
    facts = Facts(
        versions={
            (PURL, version): VersionFacts(
                license=None if license_ is None else Known(license_, "registry.example", NOW),
                published=None if published is None else Known(NOW - timedelta(hours=published), "lock file"),
                deprecated=draw(st.none() | st.just(Known("old", "registry.example"))),
                yanked=draw(st.none() | st.just(Known("", "registry.example"))),
                advisories=draw(st.none() | st.sampled_from(_ADVISORIES)),
                gaps=draw(st.sampled_from([(), (Gap("deps.dev", "HTTP 503", NOW + timedelta(hours=1)),)])),
            )
        },
        packages=draw(
            st.sampled_from([
                {},
                {PURL: PackageFacts(releases=Known((Release("1.3.0", since[1]), Release("3.0.0", since[0])), "r"))},
            ])
        ),
        repository=RepositoryFacts("example/web", "private", properties_known=True),
    )  # fmt: skip
    return text, facts, f"npm:left-pad@{version}", draw(st.sampled_from([Scope.RUNTIME, Scope.DEVELOPMENT]))


@given(cases())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(("version: 1\nlicenses: {}\n", Facts(), "npm:left-pad@1.3.0", Scope.RUNTIME))
def test_what_is_explained_is_what_is_judged(case: tuple[str, Facts, str, Scope]) -> None:
    text, facts, spec, scope = case
    told = explained(text, facts, spec, scope)
    policy = policies(text).policy_for(facts.repository, "main", NOW)
    asking = question(told.asked, "package-lock.json", "main")
    report = evaluate(asking, facts, policy, NOW, judging(policy))
    assert told.report == report
    (change,) = asking.changes
    for item in told.checks:
        levels = policy_of(policy, item.id, change).levels.get(item.id, {})
        speaking = {rule for rule in spoken(item.steps) if levels[rule] is not Level.OFF}
        assert speaking == {finding.rule for finding in report.findings if finding.check == item.id}, item.id
        assert {rule.id for rule in item.rules if rule.findings} == speaking
