"""Waivers in the verdict, condition by condition: below a package, some vulnerabilities of several, one license."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies import load_policy
from checks.engine.below import Graphs
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.engine.waiver_usage import usage
from checks.engine.waiving import Waived, WaiverIndex, Waiving
from checks.model.advisory import Advisory, Affected
from checks.model.dependency import Inventory
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Finding, Observation, Subject
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Report
from checks.model.snapshot import Listing, Snapshot
from checks.policy.values import PackagePattern
from checks.policy.waivers import Waiver
from tests.engine.examples import dep, inventory, pair

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCRIPTS, GLYPH = PackagePattern("pkg:npm/scripts"), "pkg:npm/glyph"


def waiver(id_: str = "W-1", rules: str = "license-not-allowed", expires: str = "2027-03-31", **conditions: str) -> str:
    keys = {"id": id_, "rules": f"[{rules}]", **conditions, "reason": "reviewed", "approved_by": "'@grace'"}
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in keys.items()) + f", expires: {expires}}}\n"


def judge(
    sections: str, waivers: Sequence[str], *inventories: Inventory, now: datetime = NOW, facts: Facts | None = None,
    base: str = "b" * 40, target: str | None = None, visibility: str = "private",
) -> Report:  # fmt: skip
    policy = load_policy(f"version: 1\n{sections}\nwaivers:\n{''.join(waivers)}".encode(), "policy.yaml")
    pairs = tuple(pair(inventory(path=item.path) if base else None, item) for item in inventories)
    facts = replace(facts or Facts(), repository=RepositoryFacts("example/web", visibility))
    return evaluate(Plan(Snapshot(Listing(base, "a" * 40, target=target), pairs)), facts, policy, now)


def of(report: Report, package: str = GLYPH) -> Finding:
    (finding,) = (finding for finding in report.findings if finding.subject.purl == package)
    return finding


def covered(report: Report) -> bool:
    return of(report).waiver is not None


# -- below ---------------------------------------------------------------------------------------------------------


def tree(*edges: str, direct: str = "scripts", path: str = "package-lock.json") -> Inventory:
    """`scripts>glyph` and so on; glyph is under a license that is not allowed."""
    names = list(dict.fromkeys([*(name for edge in edges for name in edge.split(">")), *direct.split(), "glyph"]))
    items = [
        dep(
            f"{name}@1.0.0", path=path, line=line, direct=name in direct.split(),
            license="GPL-3.0-only" if name == "glyph" else "MIT",
        )
        for line, name in enumerate(names, 1)
    ]  # fmt: skip
    graph = [[names.index(e.split(">")[1]) for e in edges if e.split(">")[0] == name] for name in names]
    return inventory(*items, path=path, edges=graph)


BELOW = [waiver(below="pkg:npm/scripts")]


@pytest.mark.parametrize(
    ("brought", "holds"),
    [
        (tree("scripts>glyph"), True),
        (tree("scripts>svg", "svg>glyph"), True),
        (tree("app>scripts", "scripts>glyph", direct="app"), True),
        (tree("scripts>glyph", "app>glyph", direct="scripts app"), False),
        (tree("scripts>svg", "app>svg", "svg>glyph", direct="scripts app"), False),
        (tree("scripts>svg", "svg>scripts", "svg>glyph"), True),
        (tree("scripts>glyph", direct="scripts glyph"), False),
        (tree("scripts>svg"), False),
        (tree(direct="glyph"), False),
    ],
    ids=["one step", "two steps", "not direct", "another", "another further up", "a circle", "direct too", "orphan",
         "no graph"],
)  # fmt: skip
def test_below_a_package_is_what_comes_through_it_alone(brought: Inventory, holds: bool) -> None:
    assert covered(judge("licenses: {}", BELOW, brought)) is holds


def test_below_must_hold_in_every_manifest() -> None:
    through, beside = tree("scripts>glyph"), tree("app>glyph", direct="app", path="api/package-lock.json")
    assert not covered(judge("licenses: {}", BELOW, through, beside))
    assert covered(judge("licenses: {}", BELOW, through, replace(beside, dependencies=(), edges=())))


def test_a_package_is_not_below_itself() -> None:
    report = judge("licenses: {}", [waiver(below="pkg:npm/glyph")], tree("scripts>glyph"))
    assert not covered(report)


def test_a_manifest_that_does_not_say_what_brings_what_does_not_tell() -> None:
    told = tree("scripts>glyph")
    assert not covered(judge("licenses: {}", BELOW, replace(told, edges=(), parents=())))
    silent = replace(told, dependencies=(told.dependencies[0], replace(told.dependencies[1], direct=None)))
    assert not covered(judge("licenses: {}", BELOW, silent))


@st.composite
def graphs(draw: st.DrawFn) -> Inventory:
    count = draw(st.integers(2, 7))
    numbers = st.integers(0, count - 1)
    edges = draw(st.lists(st.lists(numbers, max_size=3, unique=True), min_size=count, max_size=count))
    direct = draw(st.sets(numbers, min_size=1, max_size=2))
    names = ["scripts" if number == 1 else f"p{number}" for number in range(count)]
    items = [dep(f"{name}@1", direct=number in direct) for number, name in enumerate(names)]
    return inventory(*items, edges=edges)


def paths_to(found: Inventory, target: int) -> list[list[int]]:
    """Every way without a circle from what the project asks for to the target: the definition, exponential."""
    ways, done = [[n] for n, item in enumerate(found.dependencies) if item.direct], []
    while ways:
        way = ways.pop()
        if way[-1] == target:
            done.append(way)
        ways += [[*way, child] for child in found.edges[way[-1]] if child not in way and way[-1] != target]
    return done


@given(graphs())
def test_below_is_that_every_path_goes_through_it(found: Inventory) -> None:
    known = Graphs(Snapshot(Listing("b", "a"), (pair(None, found),)))
    for number, item in enumerate(found.dependencies):
        ways = paths_to(found, number)
        expected = bool(ways) and number != 1 and all(1 in way for way in ways)
        assert known.below(item.purl, item.version, SCRIPTS) is (expected and any(found.edges))


# -- vulnerabilities -------------------------------------------------------------------------------------------------


def vulnerable(*names: tuple[str, ...]) -> Facts:
    """glyph has these vulnerabilities, each with all its names, all of them high."""
    records = {
        first: Advisory(
            first, aliases=tuple(others), rating="HIGH", affected=(Affected(GLYPH, versions=frozenset({"1.0.0"})),)
        )
        for first, *others in names
    }
    known = VersionFacts(advisories=Known(tuple(records), "OSV"))
    return Facts(versions={(GLYPH, "1.0.0"): known}, advisories=records)


def exposed(*waivers: str, facts: Facts, now: datetime = NOW) -> Finding:
    report = judge("vulnerabilities: {}", waivers, tree("scripts>glyph"), facts=facts, now=now)
    return next(finding for finding in report.findings if finding.rule == "vulnerable")


def advisory(id_: str, names: str, expires: str = "2027-03-31") -> str:
    return waiver(id_, "vulnerable", expires, package="pkg:npm/glyph", advisories=f"[{names}]")


TWO = vulnerable(("GHSA-aaaa-bbbb-cccc", "CVE-2026-1"), ("CVE-2026-2",))


def test_a_waiver_for_one_vulnerability_does_not_cover_another_one_of_the_package() -> None:
    one = vulnerable(("GHSA-aaaa-bbbb-cccc", "CVE-2026-1"))
    for name in ("CVE-2026-1", "ghsa-AAAA-bbbb-cccc"):
        assert exposed(advisory("W-1", name), facts=one).waiver is not None
        assert exposed(advisory("W-1", name), facts=TWO).waiver is None, "one that nobody looked at came to it"
    assert exposed(waiver(rules="vulnerable", package="pkg:npm/glyph"), facts=TWO).waiver is not None


def test_two_waivers_cover_a_finding_together_until_the_first_of_them_ends() -> None:
    both = (advisory("W-1", "CVE-2026-1"), advisory("W-2", "CVE-2026-2", "2026-12-31"))
    finding = exposed(*both, facts=TWO)
    assert finding.waiver is not None
    assert (finding.waiver.id, finding.waiver.beside, finding.waiver.expires.isoformat()) == (
        "W-2", ("W-1",), "2026-12-31",
    )  # fmt: skip
    assert exposed(*both, facts=TWO, now=datetime(2027, 1, 1, tzinfo=UTC)).waiver is None


def test_of_several_that_cover_it_the_one_that_holds_longest_counts() -> None:
    finding = exposed(advisory("W-1", "CVE-2026-1", "2026-12-31"), advisory("W-2", "CVE-2026-1"),
                      facts=vulnerable(("CVE-2026-1",)))  # fmt: skip
    assert finding.waiver is not None
    assert (finding.waiver.id, finding.waiver.beside) == ("W-2", ())


# -- licenses and branches -------------------------------------------------------------------------------------------


def test_a_waiver_for_a_license_ends_when_the_package_changes_its_license() -> None:
    found = tree("scripts>glyph")
    under = [waiver(package="pkg:npm/glyph", licenses="[GPL-3.0-only]")]
    assert covered(judge("licenses: {}", under, found))
    changed = tuple(replace(i, license="AGPL-3.0-only") if i.name == "glyph" else i for i in found.dependencies)
    assert not covered(judge("licenses: {}", under, replace(found, dependencies=changed)))


def test_a_waiver_for_a_branch_covers_what_goes_into_it() -> None:
    text = [waiver(package="pkg:npm/glyph", branches="['release/*']")]
    for target, holds in (("release/2.x", True), ("main", False), (None, False)):
        assert covered(judge("licenses: {}", text, tree("scripts>glyph"), target=target)) is holds


# -- before and after the end ----------------------------------------------------------------------------------------


def test_a_finding_that_returns_says_which_waiver_has_ended() -> None:
    text = [waiver("W-9", package="pkg:npm/glyph"), waiver("W-8", package="pkg:npm/glyph", expires="2026-12-31")]
    finding = of(judge("licenses: {}", text, tree("scripts>glyph"), now=datetime(2027, 4, 1, tzinfo=UTC)))
    assert finding.counts
    assert finding.lapsed is not None
    assert (finding.lapsed.id, finding.lapsed.expires.isoformat()) == ("W-9", "2027-03-31")
    assert plain(finding.message).endswith(
        ". Its waiver W-9 ended on 31 Mar 2027; ask for a new one if it is still needed."
    )


def test_one_that_never_covered_it_has_not_ended_for_it() -> None:
    text = [waiver(package="pkg:npm/glyph", versions="'<1.0.0'"), waiver("W-2", below="pkg:npm/svg")]
    finding = of(judge("licenses: {}", text, tree("scripts>glyph"), now=datetime(2027, 4, 1, tzinfo=UTC)))
    assert finding.lapsed is None
    assert "waiver" not in plain(finding.message)


@pytest.mark.parametrize(("day", "soon"), [("2027-03-17", False), ("2027-03-18", True), ("2027-03-31", True)])
def test_people_hear_of_the_end_two_weeks_before_it(day: str, soon: bool) -> None:
    report = judge("licenses: {}", [waiver(package="pkg:npm/glyph")], tree("scripts>glyph"),
                   now=datetime.fromisoformat(day).replace(tzinfo=UTC))  # fmt: skip
    finding = of(report)
    assert finding.waiver is not None
    assert (finding.waiver.ending, finding.counts) == (soon, False)
    said = [plain(notice) for notice in report.notices]
    ends = f"Waiver W-1 ends on 31 Mar 2027: settle {finding.id} until then, or ask for a new one."
    assert said == ([ends] if soon else [])


def test_the_policy_says_how_long_before() -> None:
    text = "licenses: {}\nremind_before: 30 days"
    report = judge(text, [waiver(package="pkg:npm/glyph")], tree("scripts>glyph"), now=NOW)
    assert report.judge_again_at == datetime(2027, 3, 2, tzinfo=UTC)


def test_one_that_covered_a_part_has_not_ended_for_the_whole() -> None:
    finding = exposed(advisory("W-1", "CVE-2026-1"), facts=TWO, now=datetime(2027, 4, 1, tzinfo=UTC))
    assert finding.lapsed is None


# -- what is not needed ----------------------------------------------------------------------------------------------


def unused(report: Report) -> list[str]:
    return [plain(finding.message) for finding in report.findings if finding.rule == "waiver-unused"]


def test_a_waiver_that_covers_nothing_in_the_whole_tree_is_named() -> None:
    text = [
        waiver("W-1", package="pkg:npm/glyph"),
        waiver("W-2", package="pkg:npm/gone"),
        waiver("W-3", package="pkg:npm/glyph", expires="2026-11-19"),
        waiver("W-4", package="pkg:npm/gone", repositories="[other]"),
        waiver("W-5", package="pkg:npm/gone", branches="[release]"),
        waiver("W-6", rules="vulnerable", package="pkg:npm/gone"),
    ]
    section = "licenses: {judge: everything}"
    report = judge(section, text, tree("scripts>glyph"), base="")
    assert unused(report) == [
        "Waiver W-2 covers nothing here; remove it if no other repository needs it.",
        "Waiver W-3 ended on 19 Nov 2026 and is still in the policy; remove it.",
    ]
    assert unused(judge(section, text, tree("scripts>glyph"))) == [], "a change does not tell"


def test_one_that_nothing_needs_is_looked_at_again_when_it_ends() -> None:
    """Then the report says something else."""
    report = judge("licenses: {}", [waiver(package="pkg:npm/gone")], inventory(dep("a@1", direct=True, license="MIT")),
                   base="")  # fmt: skip
    assert report.judge_again_at == datetime(2027, 4, 1, tzinfo=UTC)


def test_what_could_not_be_judged_may_need_any_waiver() -> None:
    found = inventory(dep("a@1", direct=True))
    assert unused(judge("licenses: {}", [waiver(package="pkg:npm/gone")], found, base="")) == []


def test_a_central_policy_with_thousands_does_not_flood_a_report() -> None:
    text = [waiver(f"W-{number}", package=f"pkg:npm/p{number}") for number in range(120)]
    said = unused(judge("licenses: {}", text, inventory(dep("a@1", direct=True, license="MIT")), base=""))
    assert len(said) == 21
    assert "100 more waivers cover nothing here, or have ended." in said


def test_how_each_waiver_is_used() -> None:
    text = [waiver("W-1", package="pkg:npm/glyph"), waiver("W-2", package="pkg:npm/x", expires="2026-11-25")]
    policy = load_policy(f"version: 1\nlicenses: {{}}\nwaivers:\n{''.join(text)}".encode(), "policy.yaml")
    reports = [judge("licenses: {}", text, tree("scripts>glyph")) for _ in range(2)]
    used = {str(item.waiver.id): item for item in usage(reports, policy, NOW)}
    assert (used["W-1"].findings, used["W-1"].repositories, used["W-1"].ending) == (2, ("example/web",), False)
    assert (used["W-2"].findings, used["W-2"].repositories, used["W-2"].ending) == (0, (), True)
    (_, second) = usage([], policy, NOW + timedelta(days=6))
    assert (second.live, second.ended, second.ending) == (False, True, False)


# -- many of each ----------------------------------------------------------------------------------------------------


def test_two_thousand_waivers_and_five_thousand_findings_are_no_product(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(waiver(f"W-{number}", package=f"pkg:npm/p{number}") for number in range(1_900))
    text += "".join(waiver(f"C-{number}", commits=f"['{number:040x}']") for number in range(100))
    policy = load_policy(f"version: 1\nlicenses: {{}}\nwaivers:\n{text}".encode(), "policy.yaml")
    asked = 0
    reaches = Waiver.reaches

    def counted(*arguments: object) -> bool:
        nonlocal asked
        asked += 1
        return reaches(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Waiver, "reaches", counted)
    waiving = Waiving(policy, RepositoryFacts("example/web"), None, NOW)
    found = [Observation("license-not-allowed", Subject(f"pkg:npm/p{number}", "1"), (), ()) for number in range(5_000)]
    assert sum(waiving.of(item, ()).by is not None for item in found) == 1_900
    assert asked == 1_900
    assert waiving.of(replace(found[0], rule="license-unknown"), ()) == Waived()
    assert WaiverIndex(()).candidates(found[0]) == []
