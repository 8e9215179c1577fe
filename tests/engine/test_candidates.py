"""The lowest version that passes every check at once: which ones are looked at, and which one is chosen."""

from dataclasses import replace

import pytest

from app.policies import load_policy
from checks.engine.candidates import MANY, MOST, RULES
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import Plan
from checks.model.dependency import Inventory
from checks.model.facts import Facts
from checks.model.packages import Known, PackageFacts, Release
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.rules import CHECKS
from tests.engine.examples import dep
from tests.engine.shop import Registry, fixed, judged, lock, said
from tests.engine.trees import NOW
from tests.vulnerabilities.examples import advisory, exploited

VULNERABILITIES = "vulnerabilities: {}\nfreshness: {minimum_age: 3 days}\nlicenses: {allow: [permissive]}"
INSTALL = "npm install --package-lock-only --ignore-scripts"
GPL = "GPL-3.0-only"
COMPOSED = "update thing --with thing:1.9.0 --minimal-changes --no-install --no-scripts --no-plugins"
THING = "pkg:npm/thing"
EMPTY = lock({})


def thing(version: str, asked: str = "^1.0.0") -> dict[str, str]:
    return dict(lock({"thing": asked}, thing=version))


def test_the_lowest_version_that_every_check_takes() -> None:
    """1.9.0 is fixed and copyleft, 1.9.1 withdrawn, 1.9.2 only just published, 1.9.3 vulnerable by another advisory."""
    registry = Registry(
        f"{THING} 1.2.0 MIT",
        f"{THING} 1.8.0 MIT",
        f"{THING} 1.9.0 AGPL-3.0-only",
        f"{THING} 1.9.1 MIT yanked",
        f"{THING} 1.9.2 MIT 2026-11-19",
        f"{THING} 1.9.3 MIT",
        f"{THING} 1.9.4 MIT",
        f"{THING} 1.9.5 MIT",
        f"{THING} 2.0.0 MIT",
        advisories=[
            advisory(1, "critical", fix="1.9.0"),
            advisory(2, "high", ranges=[], affected=[_only("1.9.3")]),
        ],
    )
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, VULNERABILITIES).blocking
    assert fixed(finding) == ("use thing 1.9.4, which passes every check", (f"{INSTALL} thing@1.9.4",))
    assert said(finding, "fix") == "1.9.4 passes every check, within ^1.0.0"
    assert "1.9.0 (license-not-allowed)" in said(finding, "passed over")
    assert "1.9.2 (version-too-new)" in said(finding, "passed over")
    assert "1.8.0 (vulnerable)" in said(finding, "passed over")


def _only(version: str) -> dict[str, object]:
    return {"package": {"ecosystem": "npm", "name": "thing"}, "versions": [version]}


def test_beyond_the_range_only_where_nothing_within_it_passes() -> None:
    registry = Registry(
        f"{THING} 1.2.0 MIT", f"{THING} 1.9.9 MIT", f"{THING} 2.0.0 MIT", advisories=[advisory(1, "high", fix="2.0.0")]
    )
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, VULNERABILITIES).blocking
    assert fixed(finding) == ("use thing 2.0.0, because nothing nearer passes", (f"{INSTALL} thing@2.0.0",))
    assert said(finding, "fix") == "2.0.0 passes every check, beyond ^1.0.0"


def test_down_only_where_nothing_above_passes_and_it_is_said() -> None:
    registry = Registry(
        f"{THING} 1.0.0 MIT", f"{THING} 1.1.0 MIT", f"{THING} 1.2.0 AGPL-3.0-only", f"{THING} 1.3.0 AGPL-3.0-only"
    )
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding) == (
        "go down to thing 1.1.0, because no newer version passes",
        (f"{INSTALL} thing@1.1.0",),
    )


def test_an_update_goes_back_no_further_than_to_what_was_there() -> None:
    registry = Registry(f"{THING} 1.0.0 MIT", f"{THING} 1.1.0 MIT", f"{THING} 1.2.0 AGPL-3.0-only")
    (finding,) = judged(thing("1.1.0"), thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "go back to thing 1.1.0"


def test_the_version_of_the_base_is_taken_as_its_lock_file_has_it() -> None:
    """Its address is no other address: what is gone back to was not poisoned."""

    def hashed(version: str, license_: str) -> dict[str, str]:
        address = f"https://registry.example/thing/-/thing-{version}.tgz"
        more = f'"version": "{version}", "resolved": "{address}", "license": "{license_}"'
        return {path: text.replace(f'"version": "{version}"', more) for path, text in thing(version).items()}

    base, head = hashed("1.1.0", "MIT"), hashed("1.2.0", GPL)
    (finding,) = judged(base, head, Registry(), "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "go back to thing 1.1.0"


def test_no_prerelease_unless_one_is_used() -> None:
    versions = [f"{THING} {version} MIT" for version in ("1.2.0", "1.9.0-beta.1", "1.9.0-rc.1", "1.9.1")]
    registry = Registry(*versions, advisories=[advisory(1, "high", fix="1.9.0-rc.1")])
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, VULNERABILITIES).blocking
    assert fixed(finding)[0] == "use thing 1.9.1"
    (finding,) = judged(EMPTY, thing("1.9.0-beta.1", "1.9.0-beta.1"), registry, VULNERABILITIES).blocking
    assert fixed(finding)[0] == "use thing 1.9.0-rc.1, because nothing nearer passes"


def test_what_is_too_new_waits_or_takes_the_newest_that_is_not() -> None:
    registry = Registry(
        f"{THING} 1.2.0 MIT", f"{THING} 1.3.0 MIT", f"{THING} 1.4.0 MIT", f"{THING} 1.5.0 MIT 2026-11-19"
    )
    report = judged(thing("1.2.0"), thing("1.5.0"), registry, "freshness: {minimum_age: 3 days}")
    (finding,) = report.blocking
    assert finding.clears_at is not None
    assert fixed(finding) == ("or use thing 1.4.0 now, which is old enough", (f"{INSTALL} thing@1.4.0",))
    assert report.repair == ()  # nobody has to


def test_a_version_that_is_only_too_young_is_named_with_its_day() -> None:
    registry = Registry(
        f"{THING} 1.2.0 MIT", f"{THING} 1.9.0 MIT 2026-11-19", advisories=[advisory(1, "high", fix="1.9.0")]
    )
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, VULNERABILITIES).blocking
    words, commands = fixed(finding)
    assert words == "remove thing, or use thing 1.9.0 from 22 Nov 2026, 00:00 UTC on, when it is old enough"
    assert commands == ("npm uninstall --package-lock-only --ignore-scripts thing",)
    assert said(finding, "fix") == "no other version passes every check (1 version looked at)"


def test_what_others_bring_is_raised_by_an_override() -> None:
    registry = Registry(
        "pkg:npm/chart 4.0.0 MIT",
        f"{THING} 1.2.0 MIT",
        f"{THING} 1.9.0 MIT",
        f"{THING} 2.0.0 MIT",
        advisories=[advisory(1, "high", fix="1.9.0")],
    )
    head = lock({"chart": "^4.0.0"}, chart="4.0.0", chart__thing="1.2.0")
    report = judged(EMPTY, head, registry, VULNERABILITIES)
    (finding,) = report.blocking
    assert fixed(finding) == ("use thing 1.9.0", (f"npm pkg set 'overrides[thing]=1.9.0' && {INSTALL}",))
    assert finding.why == ("chart 4.0.0", "thing 1.2.0")
    assert report.repair == (*fixed(finding)[1], "git commit --all -m 'Use thing 1.9.0'", "git push")


@pytest.mark.parametrize(
    ("format_", "version", "words", "command"),
    [
        ("uv-lock", "1.9.0", ", if what requires it allows that", "uv lock --upgrade-package thing==1.9.0"),
        ("uv-lock", "2.0.0", ", because nothing nearer passes", None),
        ("cargo-lock", "1.9.0", ", if what requires it allows that", "cargo update thing@1.2.0 --precise 1.9.0"),
        (
            "composer-lock",
            "1.9.0",
            ", if what requires it allows that",
            f"composer {COMPOSED}",
        ),
        ("gemfile-lock", "1.9.0", ", if what requires it allows that", "bundle lock --update thing --conservative"),
        ("poetry-lock", "1.9.0", ", if what requires it allows that", "poetry update --lock thing"),
        ("go-mod", "2.0.0", ", because nothing nearer passes", "go get thing@2.0.0 && go mod tidy"),
        ("npm-lock", "2.0.0", ", because nothing nearer passes", f"npm pkg set 'overrides[thing]=2.0.0' && {INSTALL}"),
        ("pnpm-lock", "1.9.0", "", None),
    ],
)
def test_how_each_manager_is_told_of_what_another_package_brings(
    format_: str, version: str, words: str, command: str | None
) -> None:
    """Where it can only take the newest, it is told so only if that is the one."""
    entries = (dep("chart@1.0.0", 4, "lock", direct=True), dep("thing@1.2.0", 7, "lock", license=GPL, direct=False))
    head = Inventory("lock", format_, entries, ((1,), ()), (-1, 0))
    plan = Plan(Snapshot(Listing("b" * 40, "a" * 40), (ManifestPair("lock", Inventory("lock", format_), head),)))
    policy = load_policy(b"version: 1\nlicenses: {}\n", "policy.yaml")
    releases = (Release("1.2.0", license=GPL), Release(version, license="MIT"))
    facts = Facts(packages={THING: PackageFacts(releases=Known(releases, "registry"))})
    (finding,) = propose(evaluate(plan, facts, policy, NOW), plan, facts, policy, NOW).blocking
    assert fixed(finding)[0].endswith(f"use thing {version}{words}")
    assert (command in fixed(finding)[1]) if command else f"thing {version}" not in str(fixed(finding)[1])


def test_a_fact_that_nobody_knows_is_no_pass() -> None:
    """The registry has 1.9.0 and says nothing of its license."""
    registry = Registry(f"{THING} 1.2.0 AGPL-3.0-only", f"{THING} 1.9.0 NOASSERTION")
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "remove thing"


def test_without_a_second_lookup_what_is_known_counts() -> None:
    registry = Registry(f"{THING} 1.2.0 MIT", f"{THING} 1.9.0 MIT", advisories=[advisory(1, "high", fix="1.9.0")])
    report = judged(EMPTY, thing("1.2.0"), registry, "vulnerabilities: {}", online=False)
    assert fixed(report.blocking[0])[0] == "remove thing"
    assert len(registry.asked) == 1


def test_a_deprecated_version_gets_the_lowest_one_that_is_not() -> None:
    registry = Registry(f"{THING} 1.2.0 MIT deprecated", f"{THING} 1.3.0 MIT deprecated", f"{THING} 1.4.0 MIT")
    report = judged(EMPTY, thing("1.2.0"), registry, "freshness: {}")
    (finding,) = [item for item in report.findings if item.rule == "package-deprecated"]
    assert fixed(finding) == ("use thing 1.4.0", (f"{INSTALL} thing@1.4.0",))


def test_no_withdrawn_version_is_proposed_whatever_the_policy_judges() -> None:
    more = [f"{THING} 1.9.0 MIT yanked", f"{THING} 1.9.1 MIT deprecated", f"{THING} 1.9.2 MIT"]
    registry = Registry(f"{THING} 1.2.0 GPL-3.0-only", *more)
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "use thing 1.9.2"


def test_the_license_in_the_lock_file_is_that_of_the_version_in_it() -> None:
    registry = Registry(f"{THING} 1.2.0 MIT", f"{THING} 1.3.0 GPL-2.0-only", f"{THING} 1.4.0 MIT")
    carried = {path: text.replace('"version": "1.2.0"', '"version": "1.2.0", "license": "AGPL-3.0-only"')
               for path, text in thing("1.2.0").items()}  # fmt: skip
    (finding,) = judged(EMPTY, carried, registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "use thing 1.4.0"


def test_advice_about_versions_is_followed() -> None:
    policy = "packages: {advice: [{package: pkg:npm/thing, versions: '<1.4', advice: avoid, reason: it is slow}]}"
    registry = Registry(*(f"{THING} 1.{minor}.0 MIT" for minor in range(2, 7)))
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, policy).blocking
    assert fixed(finding)[0] == "use thing 1.4.0"


def test_another_package_is_named_where_the_advice_has_one() -> None:
    advice = "{package: pkg:npm/thing, advice: hold, instead: pkg:npm/other, reason: it is old}"
    policy = f"licenses: {{allow: [permissive]}}\npackages: {{advice: [{advice}]}}"
    report = judged(EMPTY, thing("1.2.0"), Registry(f"{THING} 1.2.0 {GPL}"), policy)
    assert report.repair[1] == "git commit --all -m 'Follow the dependency policy'"
    assert [fixed(finding) for finding in report.blocking] == [
        ("remove thing, or use other instead of thing", ("npm uninstall --package-lock-only --ignore-scripts thing",))
    ]


def test_going_back_is_no_fix_where_the_old_version_is_exploited_as_well() -> None:
    registry = Registry(f"{THING} 1.1.0 MIT", f"{THING} 1.2.0 MIT", advisories=[advisory(1, "high", fix=None)])
    report = judged(thing("1.1.0"), thing("1.2.0"), registry, "vulnerabilities: {}")
    assert fixed(report.blocking[0])[0] == "go back to thing 1.1.0"

    class Exploited(Registry):
        async def answer(self, questions, private=()):  # type: ignore[no-untyped-def]
            return replace(await super().answer(questions, private), exploited=exploited("CVE-2026-1"))

    worse = Exploited(f"{THING} 1.1.0 MIT", f"{THING} 1.2.0 MIT", advisories=[advisory(1, "high", fix=None)])
    report = judged(thing("1.1.0"), thing("1.2.0"), worse, "vulnerabilities: {}")
    assert all(finding.fix is None for finding in report.blocking)


def test_many_releases_cost_one_list_and_a_few_candidates() -> None:
    registry = Registry(*(f"{THING} 1.{minor}.0 AGPL-3.0-only" for minor in range(2, 400)), f"{THING} 1.400.0 MIT")
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    verdict, releases, candidates = registry.asked
    assert (len(verdict), len(releases), len(candidates)) == (1, 1, MANY)
    assert fixed(finding)[0] == "use thing 1.400.0"


def test_a_bulk_of_findings_asks_a_bounded_number_of_questions() -> None:
    names = [f"p{number}" for number in range(500)]
    versions = [f"pkg:npm/{name} 1.{minor}.0 AGPL-3.0-only" for name in names for minor in range(30)]
    registry = Registry(*versions)
    head = lock(dict.fromkeys(names, "^1.0.0"), **dict.fromkeys(names, "1.0.0"))
    report = judged(EMPTY, head, registry, "licenses: {allow: [permissive]}")
    assert len(report.blocking) == 500
    verdict, releases, candidates = registry.asked
    assert len(verdict) == 500
    assert len(releases) == 100
    assert 100 <= len(candidates) <= MOST


@pytest.mark.parametrize("version", ["", "x" * 5000, "-rf", "1.9.0; rm -rf ~", "1.9.0\n", "$(id)", "\x00"])
def test_a_hostile_registry_puts_nothing_into_a_command(version: str) -> None:
    registry = Registry(f"{THING} 1.2.0 AGPL-3.0-only")
    registry.releases[THING].append(Release(version, None, license="MIT"))
    (finding,) = judged(EMPTY, thing("1.2.0"), registry, "licenses: {allow: [permissive]}").blocking
    assert fixed(finding)[0] == "remove thing"


def test_no_package_manager_is_told_of_a_toolchain() -> None:
    versions = [f"pkg:golang/stdlib {version} BSD-3-Clause" for version in ("1.21.0", "1.21.5")]
    affected = [{"package": {"ecosystem": "Go", "name": "stdlib"}, "ranges": [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.21.5"}]}]}]  # fmt: skip
    registry = Registry(*versions, advisories=[advisory(1, "high", fix=None, affected=affected)])
    report = judged(
        {"go.mod": "module web\n\ngo 1.20\n"}, {"go.mod": "module web\n\ngo 1.21.0\n"}, registry, VULNERABILITIES
    )
    (finding,) = [item for item in report.blocking if item.rule == "vulnerable"]
    assert "1.21.5" in fixed(finding)[0]
    assert not any("1.21.5" in command for command in fixed(finding)[1])


def test_the_rules_that_another_version_can_end_exist() -> None:
    assert {rule.id for check in CHECKS for rule in check.rules} >= RULES
