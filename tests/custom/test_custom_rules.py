"""Rules that a policy writes itself: what they read, what they say, and what they say where they could not tell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from checks.engine.plan import Plan
from checks.model.advisory import Advisory
from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import Facts, RepositoryFacts, Want
from checks.model.finding import Level
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts
from checks.model.phrase import Foreign, plain
from checks.model.report import Conclusion
from checks.model.snapshot import Listing, Snapshot
from tests.custom.examples import NOW, judge, policy, rules_of
from tests.engine.examples import dep, inventory, pair

FIRMWARE = """
- id: no-gpl-in-firmware
  when: dependency.license.category == "strong-copyleft" && repository.properties.tier == "firmware"
  message: "${dependency.name} is under ${dependency.license.expression}: firmware is shipped"
"""
NPM = "pkg:npm/a"


def about(**version: object) -> Facts:
    """What is known of `a@1.0.0`."""
    return Facts(versions={(NPM, "1.0.0"): VersionFacts(**version)})  # type: ignore[arg-type]


def repository(**properties: str) -> RepositoryFacts:
    return RepositoryFacts("example/web", "public", properties=properties, properties_known=True)


def test_a_rule_speaks_with_the_values_that_it_read() -> None:
    report = judge(FIRMWARE, dep("a@1.0.0", license="GPL-3.0-only"), repository=repository(tier="firmware"))
    (finding,) = report.findings
    assert (finding.rule, finding.level, report.conclusion) == ("no-gpl-in-firmware", Level.BLOCK, Conclusion.BLOCKED)
    assert plain(finding.message) == "a is under GPL-3.0-only: firmware is shipped."
    assert finding.id.startswith("own-")
    assert finding.policy_line == 4
    assert {(item.what, plain(item.actual)) for item in finding.evidence} >= {
        ("dependency.license.category", "strong-copyleft"),
        ("repository property", "tier: firmware"),
    }


@pytest.mark.parametrize(
    ("license_", "known"),
    [("MIT", repository(tier="firmware")), ("GPL-3.0-only", repository(tier="web")), ("GPL-3.0-only", repository())],
)
def test_it_is_silent_where_the_condition_is_false(license_: str, known: RepositoryFacts) -> None:
    assert rules_of(judge(FIRMWARE, dep("a@1.0.0", license=license_), repository=known)) == []


def test_what_is_not_known_is_a_rule_of_its_own_and_blocks_like_the_rule() -> None:
    report = judge(FIRMWARE, dep("a@1.0.0", license="GPL-3.0-only"), repository=RepositoryFacts())
    assert rules_of(report) == ["no-gpl-in-firmware-unknown"]
    assert report.conclusion is Conclusion.CANNOT_JUDGE
    assert "repository.properties is not known" in plain(report.findings[0].message)


def test_what_is_not_known_does_not_matter_where_the_rest_decides() -> None:
    assert rules_of(judge(FIRMWARE, dep("a@1.0.0", license="MIT"), repository=RepositoryFacts())) == []
    assert rules_of(judge(FIRMWARE, dep("a@1.0.0"), repository=repository())) == []


@pytest.mark.parametrize(("unknown", "level"), [("note", Level.NOTE), ("warn", Level.WARN), ("block", Level.BLOCK)])
def test_the_level_of_what_could_not_be_told(unknown: str, level: Level) -> None:
    rule = f"- {{id: too-young, when: dependency.age_days < 3, message: Wait., unknown: {unknown}}}"
    assert [finding.level for finding in judge(rule, dep("a@1.0.0")).findings] == [level]


def test_unknown_off_is_silent() -> None:
    rule = "- {id: too-young, when: dependency.age_days < 3, message: Wait., unknown: off}"
    assert rules_of(judge(rule, dep("a@1.0.0"))) == []


def test_has_asks_whether_something_is_known() -> None:
    rule = "- {id: old-news, when: 'has(dependency.age_days) && dependency.age_days > 5', message: Old.}"
    assert rules_of(judge(rule, dep("a@1.0.0"))) == []
    old = dep("a@1.0.0", published=NOW - timedelta(days=6))
    assert rules_of(judge(rule, old)) == ["old-news"]


def test_the_word_has_in_a_text_is_only_text() -> None:
    rule = """- {id: odd-name, when: "dependency.name == 'has(dependency.name)'", message: Odd.}"""
    assert rules_of(judge(rule, dep("has(dependency.name)@1.0.0"))) == ["odd-name"]


def test_advisories_and_what_their_records_lack() -> None:
    rule = "- {id: bad-score, when: 'dependency.advisories.exists(a, a.score >= 7.0)', message: Bad.}"
    known = replace(
        about(advisories=Known(("CVE-1", "CVE-2"), "x")),
        advisories={
            "CVE-1": Advisory("CVE-1", rating="HIGH"),
            "CVE-2": Advisory("CVE-2", rating="HIGH"),
        },
    )
    assert rules_of(judge(rule, dep("a@1.0.0"), facts=known)) == ["bad-score-unknown"]
    by_word = rule.replace("a.score >= 7.0", 'a.severity == "high"')
    assert rules_of(judge(by_word, dep("a@1.0.0"), facts=known)) == ["bad-score"]
    careful = rule.replace("a.score >= 7.0", "has(a.score) && a.score >= 7.0")
    assert rules_of(judge(careful, dep("a@1.0.0"), facts=known)) == []


def test_a_source_that_was_silent_is_no_no() -> None:
    rule = "- {id: not-deprecated, when: dependency.deprecated, message: Deprecated.}"
    assert rules_of(judge(rule, dep("a@1.0.0"), facts=about())) == []
    assert rules_of(judge(rule, dep("a@1.0.0"), facts=about(deprecated=Known("", "x")))) == ["not-deprecated"]
    silent = about(gaps=(Gap("x", "down", about=Want.STATUS),))
    assert rules_of(judge(rule, dep("a@1.0.0"), facts=silent)) == ["not-deprecated-unknown"]
    assert rules_of(judge(rule, dep("a@1.0.0"))) == ["not-deprecated-unknown"]


def test_only_what_a_rule_reads_is_asked() -> None:
    plan = Plan(Snapshot(Listing("b" * 40, "c" * 40), (pair(inventory(), inventory(dep("a@1.0.0", license="MIT"))),)))

    def asked(rules: str) -> Want | None:
        return plan.questions(policy(rules)).get((NPM, "1.0.0"))

    assert asked("- {id: by-name, when: dependency.name == 'a', message: No.}") is None
    assert asked(FIRMWARE) is None  # the lock file says the license
    assert asked("- {id: by-age, when: dependency.age_days < 3, message: No.}") == Want.PUBLISHED
    assert asked("- {id: by-name, when: 'true', message: 'The newest is ${dependency.latest}.'}") == Want.RELEASES
    assert asked("- {id: by-age, when: dependency.age_days < 3, message: No., level: off, unknown: off}") is None


def test_time_alone_makes_a_rule_speak_and_the_moment_is_known() -> None:
    rule = "- {id: by-age, when: dependency.age_days > 29, message: Old.}"
    published = datetime(2026, 11, 1, 6, tzinfo=UTC)
    report = judge(rule, dep("a@1.0.0", published=published))
    assert (rules_of(report), report.judge_again_at) == ([], published + timedelta(days=30))
    report = judge(rule, dep("a@1.0.0", published=published), now=published + timedelta(days=30))
    assert (rules_of(report), report.judge_again_at) == (["by-age"], None)
    odd = rule.replace("dependency.age_days > 29", "dependency.age_days % 7 == 0")
    assert judge(odd, dep("a@1.0.0", published=published)).judge_again_at == published + timedelta(days=20)


def test_levels_days_guidance_and_waivers_as_for_any_rule() -> None:
    rules = """
    - id: no-left-pad
      when: dependency.name == "left-pad"
      message: Write it yourself.
      guidance: Ask in the channel.
      level: block
      from: 2027-01-01
      until_then: warn
    """
    (before,) = judge(policy_at(rules, NOW), dep("left-pad@1.0.0")).findings
    assert (before.level, before.guidance and before.guidance.text) == (Level.WARN, "Ask in the channel.")
    assert plain(before.message) == "Write it yourself. It blocks from 2027-01-01 on."
    waiver = """
    waivers:
      - {id: W-1, rules: [no-left-pad], package: pkg:npm/left-pad, reason: b, approved_by: "@c", expires: 2028-01-01}
    """
    later = datetime(2027, 1, 1, tzinfo=UTC)
    (after,) = judge(policy_at(rules, later, waiver), dep("left-pad@1.0.0"), now=later).findings
    assert (after.level, after.waiver and after.waiver.id) == (Level.BLOCK, "W-1")


def policy_at(rules: str, now: datetime, more: str = ""):  # type: ignore[no-untyped-def]
    from textwrap import dedent

    from app.policies import load_policies
    from checks.policy.files import PolicyFiles

    listed = "".join(f"  {line}\n" for line in dedent(rules).strip().splitlines())
    files = PolicyFiles(f"version: 1\ncustom_rules:\n{listed}{dedent(more)}".encode(), "policy.yaml")
    return load_policies(files).policy_for(RepositoryFacts(), None, now)


def test_an_override_lowers_a_rule_or_adds_one() -> None:
    from app.policies import load_policies
    from checks.policy.files import PolicyFiles

    policies = load_policies(
        PolicyFiles(
            b"""
version: 1
custom_rules:
  - {id: no-a-here, when: dependency.name == "a", message: No a.}
overrides:
  - {match: {repositories: [sandbox]}, custom_rules: {levels: {no-a-here: note}}}
  - match: {repositories: [web]}
    custom_rules: {rules_also: [{id: no-b-there, when: dependency.name == "b", message: No b., level: warn}]}
""",
            "policy.yaml",
        )
    )

    def found(name: str) -> list[tuple[str, Level]]:
        effective = policies.policy_for(RepositoryFacts(name), None, NOW)
        report = judge(effective, dep("a@1.0.0", 1), dep("b@1.0.0", 2), repository=RepositoryFacts(name))
        return [(finding.rule, finding.level) for finding in report.findings]

    assert found("example/api") == [("no-a-here", Level.BLOCK)]
    assert found("example/sandbox") == [("no-a-here", Level.NOTE)]
    assert found("example/web") == [("no-a-here", Level.BLOCK), ("no-b-there", Level.WARN)]


def test_a_repository_may_add_rules_and_take_none_away() -> None:
    from app.policies import load_policies
    from checks.policy.files import PolicyFiles

    policies = load_policies(
        PolicyFiles(
            b"""
version: 1
repository_file: {honor: true}
custom_rules:
  - {id: no-a-here, when: dependency.name == "a", message: No a.}
""",
            "policy.yaml",
        )
    )

    def found(own: bytes) -> list[str]:
        effective = policies.policy_for(RepositoryFacts("example/web"), None, NOW, own)
        report = judge(effective, dep("a@1.0.0", 1), dep("b@1.0.0", 2), repository=RepositoryFacts("example/web"))
        return [finding.rule for finding in report.findings if finding.check == "custom_rules"]

    more = b'custom_rules: {rules_also: [{id: no-b-there, when: dependency.name == "b", message: No b.}]}'
    assert found(more) == ["no-a-here", "no-b-there"]
    assert found(b"custom_rules: {rules: []}") == ["no-a-here"]
    assert found(b"custom_rules: {levels: {no-a-here: off}}") == ["no-a-here"]
    assert found(b"custom_rules: off") == ["no-a-here"]


def commit(message: str = "x", **author: object) -> Commit:
    person = Person("Ada", "ada@example.com", **author)  # type: ignore[arg-type]
    return Commit("a" * 40, person, person, message, ("b" * 40,))


def test_a_rule_about_commits() -> None:
    rule = """
    - id: names-ticket
      on: commit
      when: '!commit.subject.matches("^[A-Z]+-[0-9]+: ") && !commit.trailers.exists(t, t.startsWith("ticket: "))'
      message: Begin ${commit.subject} with a ticket.
    """
    report = judge(rule, commits=(commit("ABC-1: good"), commit("bad"), commit("also good\n\nTicket: 7")))
    (finding,) = report.findings
    assert plain(finding.message) == "Begin bad with a ticket."
    assert finding.subject.commit == "a" * 40


def test_accounts_are_not_judged_where_nobody_knows_them() -> None:
    rule = '- {id: only-people, on: commit, when: commit.author.type == "Bot", message: No bots.}'
    here = judge(rule, commits=(commit(),))
    assert rules_of(here) == []
    (outcome,) = (outcome for outcome in here.outcomes if outcome.check == "custom_rules")
    assert "only-people" in plain(outcome.not_judged_here[0])
    bot = commit(login="b", account_type=AccountType.BOT)
    assert rules_of(judge(rule, commits=(bot,), facts=Facts(accounts_known=True))) == ["only-people"]


def test_a_rule_about_the_pull_request() -> None:
    rule = """
    - id: documents-changes
      on: pull
      when: pull.files.exists(f, f.path.startsWith("src/")) && !pull.files.exists(f, f.path == "CHANGELOG.md")
      message: Say in CHANGELOG.md what you change.
      level: warn
    """
    assert rules_of(judge(rule, files=("src/a.py",))) == ["documents-changes"]
    assert rules_of(judge(rule, files=("src/a.py", "CHANGELOG.md"))) == []


def test_a_folder_of_the_repository_itself_is_no_dependency() -> None:
    from checks.model.dependency import Origin

    rule = "- {id: all-of-them, when: 'true', message: No.}"
    assert rules_of(judge(rule, dep("a@1.0.0", origin=Origin.PATH))) == []


def test_words_from_outside_stay_foreign() -> None:
    hostile = "a`](https://evil.example)\n::error::@everyone\u202e"
    rule = "- {id: all-of-them, when: 'true', message: 'Remove ${dependency.name}, or ask.'}"
    (finding,) = judge(rule, dep(f"{hostile}@1.0.0")).findings
    assert Foreign(hostile) in finding.message
    assert [type(part) for part in finding.message if hostile in part] == [Foreign]
    assert sum(map(len, finding.headline)) <= 80


@pytest.mark.parametrize("name", ["\udc80", "a" * 20_000, "\0"])
def test_values_that_no_condition_can_look_at_are_not_known(name: str) -> None:
    rule = "- {id: not-this, when: dependency.name == 'x', message: No.}"
    known = replace(dep("a@1.0.0"), name=name)
    assert rules_of(judge(rule, known)) == ([] if name == "\0" else ["not-this-unknown"])


def test_a_division_by_zero_is_no_silent_pass() -> None:
    rule = "- {id: odd-sum, when: 1 / dependency.age_days > 0, message: No.}"
    (finding,) = judge(rule, dep("a@1.0.0", published=NOW)).findings
    assert finding.rule == "odd-sum-unknown"
    assert "divide by zero" in plain(finding.message)


def test_package_facts() -> None:
    rule = "- {id: one-person, when: dependency.maintainers < 2, message: 'Kept up by ${dependency.maintainers}.'}"
    known = Facts(packages={NPM: PackageFacts(maintainers=Known(1, "x"))})
    (finding,) = judge(rule, dep("a@1.0.0"), facts=known).findings
    assert plain(finding.message) == "Kept up by 1."


@pytest.mark.parametrize(
    ("license_", "category"),
    [
        ("MIT", "permissive"),
        ("GPL-2.0-or-later", "strong-copyleft"),
        ("MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "strong-copyleft"),
        ("(MIT OR Apache-2.0) AND MPL-2.0", "weak-copyleft"),
        ("AGPL-3.0-only", "network-copyleft"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "strong-copyleft"),
        ("LicenseRef-Example", "unknown"),
    ],
)
def test_the_category_that_decides(license_: str, category: str) -> None:
    rule = "- {id: all-of-them, when: 'true', message: '${dependency.license.category}'}"
    (finding,) = judge(rule, dep("a@1.0.0", license=license_)).findings
    assert plain(finding.message) == f"{category}."


@pytest.mark.parametrize("license_", ["see the website, or ask our lawyers", None])
def test_a_license_that_is_not_understood_has_no_category(license_: str | None) -> None:
    rule = "- {id: no-copyleft, when: dependency.license.category != 'permissive', message: x}"
    assert rules_of(judge(rule, dep("a@1.0.0", license=license_))) == ["no-copyleft-unknown"]


def test_a_whole_tree_is_no_pull_request() -> None:
    from checks.engine.evaluate import evaluate
    from checks.model.snapshot import ChangedFile, FileStatus

    rule = "- {id: any-file, on: pull, when: size(pull.files) > 0, message: A file.}"
    files = (ChangedFile("a", FileStatus.PRESENT),)
    for base, expected in (("", []), ("b" * 40, ["any-file"])):
        plan = Plan(Snapshot(Listing(base, "c" * 40, files)))
        assert rules_of(evaluate(plan, Facts(), policy(rule), NOW)) == expected


def test_people_may_ask_for_an_exception_from_a_rule_of_the_policy() -> None:
    from app.requesting.asking import waivable

    rules = """
    - {id: no-left-pad, when: dependency.name == "left-pad", message: No.}
    - {id: no-right-pad, when: dependency.name == "right-pad", message: No., waivable: false}
    """
    found = policy(rules, "unwaivable: [no-left-pad-unknown]\n")
    names = ("no-left-pad", "no-left-pad-unknown", "no-right-pad", "no-such-rule")
    assert [waivable(name, found) for name in names] == [True, False, False, False]
