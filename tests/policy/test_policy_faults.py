"""What is wrong with a policy, where, and what was probably meant: one example a fault."""

import pytest

from app.policies import SHAPES
from checks.model.errors import PolicyError
from checks.policy.load import load
from tests.policy.examples import EVERYTHING, error, fault, faults, policy, waiver


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("licences: {}", "2:1: licences: unknown key (did you mean 'licenses'?)"),
        ("sign-off: {}", "2:1: sign-off: unknown key (did you mean 'signoff'?)"),
        ("Mode: enforce", "2:1: Mode: unknown key (did you mean 'mode'?)"),
        ("owner: {taem: '@a/b'}", "2:9: owner.taem: unknown key (did you mean 'team'?)"),
        ("licenses: {alow: []}", "2:12: licenses.alow: unknown key (did you mean 'allow'?)"),
        (
            "licenses: {development: {allow: []}}",
            "2:26: licenses.development.allow: unknown key (did you mean 'allow_also'?)",
        ),
        ("signoff: {mood: strict}", "2:11: signoff.mood: unknown key (did you mean 'mode'?)"),
        ("signoff: {remediation: {third-party: true}}", "2:25: signoff.remediation.third-party: unknown key"),
        (
            "inventory: {allow: []}",
            "2:13: inventory.allow: unknown key (known keys: levels, guidance, judge, override, same_sources)",
        ),
        (
            "licenses: {guidance: {license-unknown: {text: a, url: https://b}}}",
            "2:50: licenses.guidance.license-unknown.url: unknown key (known keys: text, link)",
        ),
        (
            "overrides: [{whom: {}, mode: evaluate}]",
            "2:14: overrides.0.whom: unknown key (known keys: match, from, mode, owner, facts, check_names,",
        ),
        ("overrides: [{matc: {}, mode: evaluate}]", "2:14: overrides.0.matc: unknown key (did you mean 'match'?)"),
        (waiver(expire="2027-01-01"), "9:5: waivers.0.expire: unknown key (did you mean 'expires'?)"),
        (waiver(reason="{txt: a}"), "6:14: waivers.0.reason.txt: unknown key (did you mean 'text'?)"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one_at_every_level(text: str, expected: str) -> None:
    assert fault(text).startswith(expected)


def test_a_misspelt_key_is_not_reported_as_missing_too() -> None:
    assert faults(waiver(expires=None, expire="2027-01-01")) == [
        "8:5: waivers.0.expire: unknown key (did you mean 'expires'?)"
    ]
    assert [str(issue.key) for issue in error("vresion: 1").issues] == ["vresion"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mode: off\nmode: enforce", "3:1: duplicate key 'mode', first on line 2"),
        ("licenses: {allow: [], deny: [], allow: []}", "2:33: duplicate key 'allow', first on line 2"),
        ('signoff: {}\n"signoff": {}', "3:1: duplicate key 'signoff', first on line 2"),
    ],
)
def test_a_duplicate_key_is_refused_at_its_second_place(text: str, expected: str) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mode: [enforce]", "2:7: mode: expected 'enforce', 'evaluate' or 'off', not a list"),
        (
            "owner: ospo",
            "2:8: owner: expected keys with values, not text (known keys: team, contact, responds_within, escalate_to)",
        ),
        ("owner:", "2:7: owner: there is no value (give it one, or remove the key)"),
        ("owner: {team: ~}", "2:15: owner.team: there is no value (give it one, or remove the key)"),
        ("licenses: {allow: MIT}", "2:19: licenses.allow: expected a list (write [MIT])"),
        ("licenses: {allow: {MIT: true}}", "2:19: licenses.allow: expected a list (begin each item with '- ')"),
        ("licenses: {levels: [block]}", "2:20: licenses.levels: expected keys with values, not a list"),
        ("check_names: {signoff: {}}", "2:24: check_names.signoff: expected text, not keys with values"),
        ("check_names: {signoff: '  '}", "2:24: check_names.signoff: expected some text, not '  '"),
        (
            "licenses: {with_falls_back_to_base: yes}",
            "2:37: licenses.with_falls_back_to_base: expected true or false, not 'yes'",
        ),
        (
            "licenses: {with_falls_back_to_base: 'true'}",
            "2:37: licenses.with_falls_back_to_base: expected true or false, without quotes",
        ),
        (waiver(rules="[[a]]"), "4:13: waivers.0.rules.0: expected the name of a rule, not a list"),
        (waiver(repositories="'*'"), "9:19: waivers.0.repositories: expected a list (write ['*'])"),
        (waiver(reason="[]"), "6:13: waivers.0.reason: expected keys with values, not a list (known keys: text, code)"),
        (waiver(reason="''"), "6:13: waivers.0.reason: expected some text, not ''"),
    ],
)
def test_a_wrong_type(text: str, expected: str) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "mode: enforced",
            "2:7: mode: expected 'enforce', 'evaluate' or 'off', not 'enforced' (did you mean 'enforce'?)",
        ),
        ("mode: true", "2:7: mode: expected 'enforce', 'evaluate' or 'off', not 'true'"),
        (
            "licenses: {levels: {license-unknown: blok}}",
            "2:38: licenses.levels.license-unknown: expected 'block', 'warn', 'note' or 'off', not 'blok' "
            "(did you mean 'block'?)",
        ),
        ("signoff: {judge: change}", "2:18: signoff.judge: expected 'changes' or 'everything', not 'change' (did"),
    ],
)
def test_a_word_that_is_not_one_of_the_known_ones(text: str, expected: str) -> None:
    assert fault(text).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (waiver(expires="2027-02-30"), "8:14: waivers.0.expires: there is no such day as '2027-02-30': day is out of "),
        (waiver(expires="2027-02-29"), "8:14: waivers.0.expires: there is no such day as '2027-02-29'"),
        (waiver(expires="2027-3-1"), "8:14: waivers.0.expires: expected a day such as '2027-03-31', not '2027-3-1'"),
        (waiver(expires="never"), "8:14: waivers.0.expires: expected a day such as '2027-03-31', not 'never'"),
        (waiver(expires="'٢٠٢٧-٠١-٠١'"), "8:14: waivers.0.expires: expected a day such as '2027-03-31'"),
        (waiver(created="2027-04-01"), "8:14: waivers.0.expires: it expires before it was created"),
        ("owner: {responds_within: 2 workdays}", "2:26: owner.responds_within: expected a duration such as '3 days'"),
        ("owner: {responds_within: 1.5 days}", "2:26: owner.responds_within: expected a duration such as '3 days'"),
        ("owner: {contact: http://example.com}", "2:18: owner.contact: expected an address that begins with https://"),
        ('owner: {contact: "https://a\\e[31m"}', "2:18: owner.contact: expected an address that begins with https://"),
        ("owner: {team: example/ospo}", "2:15: owner.team: expected a person or a team, in quotes: '@login' or"),
        (waiver(approved_by="'@a/b/c'"), "7:18: waivers.0.approved_by: expected a person or a team"),
        (waiver(package="npm/left-pad"), "5:14: waivers.0.package: expected a package URL such as 'pkg:npm/left-pad'"),
        (waiver(package="pkg:npm/"), "5:14: waivers.0.package: expected a package URL such as"),
        (waiver(package="'pkg:*/left-pad'"), "5:14: waivers.0.package: expected a package URL such as"),
        (
            waiver(package="pkg:npm/left-pad@1.3.0"),
            "5:14: waivers.0.package: expected a package URL without a version; 'versions' beside it says which",
        ),
        (waiver(package="pkg:npm/a?b=c"), "5:14: waivers.0.package: expected a package URL without qualifiers"),
        (waiver(versions="^1.2"), "9:15: waivers.0.versions: version range '^1.2', character 1: write a range with"),
        (waiver(versions="'>2, <1'"), "9:15: waivers.0.versions: version range '>2, <1', character 6: no version can"),
        (waiver(package=None, paths="[a]", versions="1.0"), "9:15: waivers.0.versions: 'versions' needs 'package'"),
        (waiver(package=None, commits="[abc123]"), "8:15: waivers.0.commits.0: expected a full commit id of 40"),
        ("minimum_version: newest", "2:18: minimum_version: expected a version such as '0.1', not 'newest'"),
    ],
)
def test_text_that_does_not_say_what_it_should(text: str, expected: str) -> None:
    assert fault(text).startswith(expected)


def test_a_bad_range_in_an_exception_is_reported_on_its_key() -> None:
    text = "licenses:\n  exceptions:\n    - {package: pkg:npm/a, allow: [JSON], reason: b, versions: ^1}"
    assert fault(text).startswith(
        "4:64: licenses.exceptions.0.versions: version range '^1', character 1: write a range"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "licenses: {levels: {licence-unknown: block}}",
            "2:21: licenses.levels: there is no rule 'licence-unknown' (did you mean 'license-unknown'?)",
        ),
        (
            "signoff: {guidance: {sign-off-missing: Sign it.}}",
            "2:22: signoff.guidance: there is no rule 'sign-off-missing' (did you mean 'signoff-missing'?)",
        ),
        (
            "signoff: {levels: {license-unknown: block}}",
            "2:20: signoff.levels: there is no rule 'license-unknown' (known rules: signoff-missing, signoff-mismatch, "
            "signoff-invalid-email, signoff-unverified, signoff-by-bot, signoff-file-ignored, signoff-file-unreadable, "
            "generated-code-noted, generated-code-undeclared)",
        ),
        (
            waiver(rules="[license-not-alowed, signoff-missing]"),
            "4:13: waivers.0.rules.0: there is no rule 'license-not-alowed' (did you mean 'license-not-allowed'?)",
        ),
        ("check_names: {sign-off: DCO}", "2:15: check_names: there is no check 'sign-off' (did you mean 'signoff'?)"),
    ],
)
def test_a_misspelt_rule_or_check_is_named_with_the_nearest_one(text: str, expected: str) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("MTI", "(perhaps 'MIT')"),
        ("GPL", "GPL"),
        ("permisive", "(perhaps 'permissive')"),
        ("MIT AND ISC", "list each of them: MIT, ISC"),
        ("MIT WITH nothing", "WITH"),
    ],
)
def test_a_misspelt_license_is_named_with_what_was_probably_meant(item: str, expected: str) -> None:
    found = fault(f"licenses:\n  allow:\n    - MIT\n    - {item}")
    assert found.startswith("5:7: licenses.allow.1: expected ")
    assert expected in found


def test_a_section_is_on_with_braces_and_off_without_or_with_the_word() -> None:
    assert list(policy("signoff: {}").sections) == ["signoff", "inventory"]
    assert list(policy("signoff: off").sections) == ["inventory"]
    assert list(policy("signoff: 'off'").sections) == ["inventory"]
    assert list(policy("").sections) == ["inventory"]


@pytest.mark.parametrize("value", ["", "~", "on", "true", "false", "block"])
def test_a_section_that_is_neither_on_nor_off_says_how_to_write_it(value: str) -> None:
    assert fault(f"signoff: {value}\n").endswith(
        "signoff: expected keys with values, {} or off ('signoff: {}' is on with its defaults, 'signoff: off' is off)"
    )


def test_the_inventory_cannot_be_turned_off() -> None:
    assert fault("inventory: off") == ("2:12: inventory: this check is always on (set the levels of its rules instead)")


@pytest.mark.parametrize(
    ("missing", "hint"),
    [
        ("id", "Your reference"),
        ("rules", "Rule ids"),
        ("reason", "Why"),
        ("approved_by", "Who approved it"),
        ("expires", "Last day on which it holds"),
    ],
)
def test_a_waiver_needs_an_id_rules_a_reason_an_approver_and_an_end(missing: str, hint: str) -> None:
    assert fault(waiver(**{missing: None})).startswith(f"3:5: waivers.0.{missing}: '{missing}' is missing ({hint}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (waiver(rules="[]"), "4:12: waivers.0.rules: a waiver must name at least one rule"),
        (
            waiver(package=None),
            "3:5: waivers.0: a waiver must say what it covers (add package, below, advisories, paths or commits)",
        ),
        (waiver(package=None, licenses="[MIT]"), "3:5: waivers.0: a waiver must say what it covers"),
        (waiver(package="pkg:npm/*", licenses="[MIT]"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package="pkg:npm/*", branches="[main]"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package="pkg:npm/*", properties="{tier: '1'}"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package=None, below="pkg:npm/*"), "3:5: waivers.0: a waiver for everything"),
        (waiver(properties="{tier: []}"), "9:17: waivers.0.properties: no value of 'tier' is named"),
        (waiver(package=None, repositories="[a]"), "3:5: waivers.0: a waiver must say what it covers"),
        (waiver(package="pkg:npm/*"), "3:5: waivers.0: a waiver for everything is a policy change, not a waiver"),
        (waiver(package="pkg:npm/*/*", repositories="['*']"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package="pkg:npm/*", repositories="[a, '*/*']"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package="pkg:npm/*", repositories="[a/b, 'a/*']"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package="pkg:npm/*", repositories="['*a*']"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package=None, paths="['*']"), "3:5: waivers.0: a waiver for everything"),
        (waiver(package=None, paths="['a', '**']"), "3:5: waivers.0: a waiver for everything"),
        (
            waiver(commits="[0123456789abcdef0123456789abcdef01234567]"),
            "9:14: waivers.0.commits: 'commits' with what describes a package or a file covers nothing",
        ),
        (
            waiver(requested_by="'@Grace'"),
            "7:18: waivers.0.approved_by: nobody approves their own waiver (requested_by is the same account)",
        ),
    ],
)
def test_a_waiver_is_narrow_and_approved_by_somebody_else(text: str, expected: str) -> None:
    assert fault(text).startswith(expected)


def test_one_narrow_condition_is_enough() -> None:
    for narrow in (
        {"repositories": "[example/shop]"},
        {"paths": "[web/*]"},
        {"below": "pkg:npm/react-scripts"},
        {"advisories": "[CVE-2021-23337]"},
    ):
        assert policy(waiver(package="pkg:npm/*", **narrow)).root.waivers
    assert policy(waiver(package=None, advisories="[CVE-2021-23337]")).root.waivers


def test_two_waivers_cannot_have_one_id() -> None:
    twice = waiver() + waiver().removeprefix("waivers:\n")
    assert fault(twice) == "9:9: waivers.1.id: a second waiver has this id, the first is on line 3"
    in_one_line = (
        "{id: a, rules: [license-unknown], package: pkg:npm/a, reason: b, approved_by: '@c', expires: 2027-01-01}"
    )
    assert fault(f"waivers: [{in_one_line}, {in_one_line}]").startswith("2:122: waivers.1.id: a second waiver")


@pytest.mark.parametrize("version", ["2", "10", "0"])
def test_another_version_of_the_format_is_the_only_thing_that_is_said(version: str) -> None:
    (issue,) = error(f"version: {version}\nnew_section: {{}}").issues
    assert issue.at("policy.yaml") == (
        f"policy.yaml:1:10: version: version {version} of the policy format is not known to this release, which knows 1"
    )


@pytest.mark.parametrize("version", ["'1'", "1.0", "one", "[1]", "-1"])
def test_a_version_that_is_no_number(version: str) -> None:
    assert "version: expected a whole number" in str(error(f"version: {version}"))


def test_a_policy_for_a_newer_release_says_which_one_and_nothing_about_its_new_keys() -> None:
    found = faults("minimum_version: '99.0'\nlevitation: {height: 3 m}")
    assert found == [
        "2:18: minimum_version: this policy needs ospo-gate 99.0 or newer, and this is 0.1.0 "
        "(update ospo-gate; nothing is judged with a policy that it may not understand)"
    ]


@pytest.mark.parametrize(
    ("own", "needed", "enough"),
    [
        ("0.1.0", "0.1", True),
        ("0.10.0", "0.9", True),
        ("0.9.1", "0.10", False),
        ("1.0", "1.0.0.1", False),
        ("2.0.dev1", "2", True),
    ],
)
def test_minimum_version_compares_numbers(own: str, needed: str, enough: bool) -> None:
    data = f"version: 1\nminimum_version: {needed}".encode()
    if enough:
        assert load(data, "p", SHAPES, own_version=own).root.minimum_version == needed
    else:
        with pytest.raises(PolicyError, match="or newer"):
            load(data, "p", SHAPES, own_version=own)


def test_all_faults_of_a_file_are_reported_in_the_order_of_its_lines() -> None:
    found = faults("""\
        mode: enforc
        owner: {team: ospo}
        licenses:
          allow: [permissive, MTI]
          levels: {license-unknown: blok}
        signoff: {require: all, mood: strict}
        waivers:
          - {id: W-1, rules: [license-unknwon], package: left-pad, reason: a, approved_by: "@b", expires: 2027-02-30}
          - {id: W-2, rules: [license-unknown], package: pkg:npm/a, reason: b}
        licences: {}
        """)
    assert [item.split(": ")[1] for item in found] == [
        "mode",
        "owner.team",
        "licenses.allow.1",
        "licenses.levels.license-unknown",
        "signoff.require",
        "signoff.mood",
        "waivers.0.rules.0",
        "waivers.0.package",
        "waivers.0.expires",
        "waivers.1.approved_by",
        "waivers.1.expires",
        "licences",
    ]


def test_no_more_than_fifty_faults_are_listed() -> None:
    found = faults("\n".join(f"key{number}: 1" for number in range(1000)))
    assert len(found) == 51
    assert found[-1].endswith("more faults follow; these are the first 50")


def test_a_policy_that_says_everything_loads_with_the_line_of_each_value() -> None:
    loaded = policy(EVERYTHING.removeprefix("version: 1\n"))

    def line(*path: str) -> int | None:
        place = loaded.place_of(path)
        return place.line if place else None

    assert line("licenses", "allow") == 7
    assert line("licenses", "levels", "license-unknown") == 32
    assert line("licenses", "exceptions", "0", "reason") == 30
    assert line("licenses", "contexts", "open-core", "deny_also", "0", "reason") == 16
    assert line("licenses", "levels", "license-not-allowed") == 32, "a default: where it would stand"
    assert line("inventory", "levels", "entry-unreadable") == 40
    assert line("freshness", "behind") is None
    assert loaded.root.waivers[0].package == "pkg:npm/%40example/left-pad"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("owner: {team: @example/ospo}", "put it in quotes: '@login' or '@organization/team'"),
        ("owner:\n\tteam: a", "indent with spaces, not with tabs"),
        (waiver(repositories="[*-internal]"), "a pattern that begins with '*' needs quotes: '*-internal'"),
        (waiver(repositories="[*]"), "text that begins with '*' or '&' needs quotes: '*-internal'"),
        (waiver(versions=">=1.2, <2"), "text that begins with '>' or '|' needs quotes: '>=1.2'"),
        (waiver(versions="!=1.2"), "text that begins with '!' needs quotes"),
        (waiver(reason="approved: by legal"), "text with ': ' in it needs quotes; otherwise look at the indentation"),
        (waiver(ticket="'approved"), "a quote is not closed"),
    ],
)
def test_what_yaml_stumbles_over_comes_with_what_to_do(text: str, hint: str) -> None:
    assert fault(text).endswith(f"{hint})")
