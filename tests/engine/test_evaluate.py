"""From a plan to a verdict: levels, modes, what counts, ids and conclusions."""

from dataclasses import replace
from datetime import UTC, datetime

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.commit import Commit, Person
from checks.model.dependency import Dependency, Inventory, Location, Problem, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level, Move
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from tests.engine.examples import dep, inventory, pair

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = Person("Ada", "ada@example.com")
GPL = dep("glyph@2.1.0", line=31, license="GPL-3.0-only", direct=True)
MIT = dep("tiny@1.0.0", line=7, license="MIT", direct=True)


def judge(
    policy: str,
    *pairs: ManifestPair,
    commits: tuple[Commit, ...] = (),
    base: str = "b" * 40,
    only: str | None = None,
    requested: frozenset[str] = frozenset(),
    visibility: str | None = None,
) -> Report:
    files = tuple(ChangedFile(p.path, FileStatus.MODIFIED) for p in pairs)
    listing = Listing(base, "a" * 40, files, commits)
    loaded = load_policy(f"version: 1\n{policy}".encode(), "policy.yaml")
    facts = Facts(repository=RepositoryFacts("example/web", visibility), accounts_known=True, requested=requested)
    return evaluate(Plan(Snapshot(listing, pairs)), facts, loaded, NOW, frozenset({only}) if only else None)


def change(*head: Dependency, base: tuple[Dependency, ...] = ()) -> ManifestPair:
    return pair(inventory(*base), inventory(*head))


def test_a_package_that_is_not_allowed_blocks() -> None:
    report = judge("licenses: {}", change(MIT, GPL))
    assert report.conclusion is Conclusion.BLOCKED
    (finding,) = report.blocking
    assert finding.rule == "license-not-allowed"
    assert finding.location == Location("package-lock.json", 31, 31)
    assert plain(finding.message).startswith("glyph 2.1.0 is GPL-3.0-only")


def test_what_was_there_before_is_found_and_does_not_count() -> None:
    report = judge("licenses: {}", change(MIT, GPL, base=(GPL,)))
    assert report.conclusion is Conclusion.PASSED
    assert [finding.introduced for finding in report.findings] == [False]
    assert len(report.before) == 1


def test_judge_everything_lets_old_debt_count() -> None:
    report = judge("licenses: {judge: everything}", change(MIT, GPL, base=(GPL,)))
    assert report.conclusion is Conclusion.BLOCKED


def test_a_level_turns_a_block_into_a_warning_or_silence() -> None:
    warned = judge("licenses: {levels: {license-not-allowed: warn}}", change(GPL))
    assert (warned.conclusion, warned.findings[0].level) == (Conclusion.WARNINGS, Level.WARN)
    silent = judge("licenses: {levels: {license-not-allowed: off}}", change(GPL))
    assert (silent.conclusion, silent.findings) == (Conclusion.PASSED, ())


def test_the_mode_decides_what_a_block_means() -> None:
    assert judge("mode: evaluate\nlicenses: {}", change(GPL)).conclusion is Conclusion.WOULD_BLOCK
    off = judge("mode: off\nlicenses: {}", change(GPL))
    assert (off.conclusion, off.findings, off.outcomes) == (Conclusion.OFF, (), ())


def test_an_absent_section_is_off_and_inventory_is_always_on() -> None:
    report = judge("", change(GPL))
    assert [outcome.check for outcome in report.outcomes] == ["inventory"]


def test_only_limits_the_checks_but_never_the_inventory() -> None:
    report = judge("licenses: {}\nsignoff: {}", change(GPL), only="signoff")
    assert [outcome.check for outcome in report.outcomes] == ["signoff", "inventory"]


def test_a_file_that_nobody_can_read_cannot_be_judged() -> None:
    broken = Inventory(
        "uv.lock", "uv-lock", problems=(Problem("unreadable", "it is not TOML", Location("uv.lock", 3, 3)),)
    )
    report = judge("", pair(None, broken))
    assert report.conclusion is Conclusion.CANNOT_JUDGE
    assert report.blocking[0].rule == "manifest-unreadable"
    assert report.blocking[0].could_not_tell


def test_a_file_that_was_broken_before_is_not_this_changes_fault() -> None:
    broken = Inventory(
        "uv.lock", "uv-lock", problems=(Problem("unreadable", "it is not TOML", Location("uv.lock", 3, 3)),)
    )
    assert judge("", pair(broken, broken)).conclusion is Conclusion.PASSED


def test_a_blocked_package_wins_over_what_could_not_be_read() -> None:
    broken = Inventory("uv.lock", "uv-lock", problems=(Problem("too-large", "it is too large", Location("uv.lock")),))
    assert judge("licenses: {}", pair(None, broken), change(GPL)).conclusion is Conclusion.BLOCKED


def test_nothing_to_check() -> None:
    assert judge("licenses: {}\nsignoff: {}").conclusion is Conclusion.NOTHING_TO_CHECK


def test_an_incomplete_listing_blocks() -> None:
    listing = Listing(
        "b" * 40, "a" * 40, problems=(Problem("listing", "GitHub lists only 3000 of the files", Location("")),)
    )
    loaded = load_policy(b"version: 1\n", "policy.yaml")
    report = evaluate(Plan(Snapshot(listing)), Facts(), loaded, NOW)
    assert (report.conclusion, report.blocking[0].rule) == (Conclusion.CANNOT_JUDGE, "listing-incomplete")


def test_an_include_that_is_not_in_the_tree_warns() -> None:
    partly = Inventory(
        "requirements.txt",
        "requirements",
        problems=(Problem("unresolved", "x.txt is not here", Location("requirements.txt", 2, 2)),),
    )
    report = judge("", pair(None, partly))
    assert (report.conclusion, report.warnings[0].rule) == (Conclusion.WARNINGS, "entry-unresolved")


def test_a_thousand_bad_entries_of_a_file_are_one_finding() -> None:
    problems = tuple(Problem("entry", "the name is missing", Location("go.mod", n, n)) for n in range(1, 1001))
    report = judge("", pair(None, Inventory("go.mod", "go-mod", problems=problems)))
    (finding,) = report.findings
    assert (finding.rule, len(finding.related)) == ("entry-unreadable", 999)


def test_a_file_beyond_the_limit_is_a_finding() -> None:
    large = Inventory(
        "uv.lock", "uv-lock", problems=(Problem("too-large", "it has too many bytes", Location("uv.lock")),)
    )
    assert judge("", pair(None, large)).blocking[0].rule == "manifest-too-large"


def test_ids_are_short_typable_and_stable_over_pushes_and_versions() -> None:
    first = judge("licenses: {}", change(MIT, GPL)).blocking[0].id
    later = (
        judge("licenses: {}", change(replace(GPL, version="2.2.0", location=Location("package-lock.json", 99))))
        .blocking[0]
        .id
    )
    assert first == later
    assert first.startswith("lic-")
    assert len(first) == 7


def test_two_versions_of_one_package_have_two_ids() -> None:
    report = judge("licenses: {}", change(GPL, replace(GPL, version="1.0.0")))
    assert len({finding.id for finding in report.blocking}) == 2


def test_a_thousand_findings_have_a_thousand_ids() -> None:
    many = tuple(dep(f"p{n}@1.0.0", license="GPL-3.0-only") for n in range(1000))
    ids = [finding.id for finding in judge("licenses: {}", change(*many)).blocking]
    assert len(set(ids)) == 1000


def test_development_tools_may_have_more() -> None:
    tool = replace(GPL, scope=Scope.DEVELOPMENT)
    policy = "licenses: {development: {allow_also: [strong-copyleft]}}"
    assert judge(policy, change(tool)).conclusion is Conclusion.PASSED
    assert judge(policy, change(GPL)).conclusion is Conclusion.BLOCKED


def test_a_tool_that_is_shipped_from_now_on_is_judged_anew() -> None:
    policy = "licenses: {development: {allow_also: [strong-copyleft]}}"
    assert judge(policy, change(GPL, base=(replace(GPL, scope=Scope.DEVELOPMENT),))).conclusion is Conclusion.BLOCKED


def test_guidance_is_the_organizations_own_sentence() -> None:
    report = judge("licenses: {guidance: {license-not-allowed: Ask first.}}", change(GPL))
    assert report.blocking[0].guidance is not None
    assert report.blocking[0].guidance.text == "Ask first."


def test_the_line_of_the_policy_that_decided_is_named() -> None:
    assert judge("licenses:\n  allow: [MIT]", change(GPL)).blocking[0].policy_line == 3
    assert judge("licenses: {}", change(GPL)).blocking[0].policy_line == 2


def test_it_stands_on_the_manifests_line_when_that_is_part_of_the_change() -> None:
    asked = replace(GPL, required_at=Location("package.json", 12, 12))
    edited = Listing(
        "b" * 40, "a" * 40, tuple(ChangedFile(p, FileStatus.MODIFIED) for p in ("package.json", "package-lock.json"))
    )
    plan = Plan(Snapshot(edited, (change(asked),)))
    loaded = load_policy(b"version: 1\nlicenses: {}\n", "policy.yaml")
    (finding,) = evaluate(plan, Facts(), loaded, NOW).blocking
    assert finding.location == Location("package.json", 12, 12)
    assert finding.related == (Location("package-lock.json", 31, 31),)
    (folded,) = judge("licenses: {}", change(asked)).blocking
    assert folded.location == Location("package-lock.json", 31, 31)


def test_the_same_package_in_many_manifests_is_one_finding_with_all_places() -> None:
    pairs = []
    for name in ("a", "b", "c"):
        path = f"{name}/package-lock.json"
        moved = replace(GPL, location=Location(path, 31, 31))
        pairs.append(pair(inventory(path=path), inventory(moved, path=path)))
    (finding,) = judge("licenses: {}", *pairs).blocking
    assert [place.path for place in (finding.location, *finding.related) if place] == [p.path for p in pairs]


def test_everything_is_judged_when_there_is_no_base() -> None:
    report = judge("licenses: {}", pair(None, inventory(GPL)), base="")
    assert report.conclusion is Conclusion.BLOCKED


def test_an_unsigned_commit_blocks() -> None:
    commit = Commit("c" * 40, ADA, ADA, "Change it\n", ("p" * 40,))
    report = judge("signoff: {}", commits=(commit,))
    assert [finding.rule for finding in report.blocking] == ["signoff-missing"]


def test_equal_input_gives_an_equal_report() -> None:
    assert judge("licenses: {}\nsignoff: {}", change(MIT, GPL)) == judge("licenses: {}\nsignoff: {}", change(MIT, GPL))


def test_what_was_broken_before_and_what_breaks_now_in_one_file_have_two_ids() -> None:
    old, new = (Problem("entry", f"entry {n} has no name", Location("go.mod", n, n)) for n in (3, 9))
    before = Inventory("go.mod", "go-mod", problems=(old,))
    report = judge("", pair(before, Inventory("go.mod", "go-mod", problems=(old, new))))
    assert len({finding.id for finding in report.findings}) == len(report.findings) == 2


def test_what_is_asked_for_waits_for_the_owner_once_nothing_else_blocks() -> None:
    """Each blocking finding must have been asked about; whatever else blocks is still the author's to fix."""
    policy = 'owner: {team: "@example/ospo"}\nlicenses: {}\nsignoff: {}'
    unsigned = (Commit("c" * 40, ADA, ADA, "Add"),)
    both = judge(policy, change(GPL), commits=unsigned)
    ids = {finding.check: finding.id for finding in both.blocking}
    one = judge(policy, change(GPL), commits=unsigned, requested=frozenset({ids["licenses"]}), visibility="private")
    assert one.conclusion is Conclusion.BLOCKED
    assert [f.move for f in one.blocking if f.check == "licenses"] == [Move.OWNER]
    assert [plain(notice) for notice in one.notices] == ["@example/ospo decides about 1 finding, as was asked for."]
    asked = judge(policy, change(GPL), commits=unsigned, requested=frozenset(ids.values()))
    assert asked.conclusion is Conclusion.ACTION_REQUIRED
    assert [plain(notice) for notice in asked.notices] == [
        "The owner of the policy decides about 2 findings, as was asked for."
    ]


def test_what_could_not_be_judged_waits_for_the_owner_too_when_asked_for() -> None:
    broken = pair(
        inventory(), Inventory("package-lock.json", "npm", problems=(Problem("unreadable", "x", GPL.location),))
    )
    report = judge("", broken)
    assert report.conclusion is Conclusion.CANNOT_JUDGE
    requested = frozenset(finding.id for finding in report.blocking)
    assert judge("", broken, requested=requested).conclusion is Conclusion.ACTION_REQUIRED


def test_a_request_about_what_does_not_block_changes_nothing() -> None:
    fine = judge("licenses: {}", change(MIT), requested=frozenset({"lic-000"}))
    assert (fine.conclusion, fine.notices) == (Conclusion.PASSED, ())
