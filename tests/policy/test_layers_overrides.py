"""Overrides: for whom they hold, what they change, what nobody told, and what is wrong with one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.policies import load_policies
from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency, Location, Scope
from checks.model.facts import RepositoryFacts
from checks.model.finding import Level
from checks.model.phrase import plain
from checks.model.report import Mode
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from tests.policy.examples import faults

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = RepositoryFacts("example/shop", "private", "main", properties_known=True, topics=())


def policies(text: str) -> PolicySet:
    """`version: 1` and this."""
    return load_policies(PolicyFiles(f"version: 1\n{text}".encode(), "policy.yaml"))


def effective(text: str, repository: RepositoryFacts = SHOP, target: str | None = "main") -> Policy:
    return policies(text).policy_for(repository, target, NOW)


def allowed(policy: Policy) -> list[str]:
    section: Any = policy.sections["licenses"]
    return [item.text for item in section.allow]


def shop(**changes: Any) -> RepositoryFacts:
    known: dict[str, Any] = {"name": "example/shop", "properties_known": True, "topics": (), "visibility": "private"}
    return RepositoryFacts(**{**known, **changes})


@pytest.mark.parametrize(
    ("match", "repository", "target", "holds"),
    [
        ("{}", SHOP, None, True),
        ("{repositories: shop}", SHOP, None, True),
        ("{repositories: [web-*, example/*]}", SHOP, None, True),
        ("{repositories: other/shop}", SHOP, None, False),
        ("{repositories: SHOP}", SHOP, None, True),
        ("{visibility: private}", SHOP, None, True),
        ("{visibility: [public, internal]}", SHOP, None, False),
        ("{topics: payment}", shop(topics=("Payment", "web")), None, True),
        ("{topics: payment}", SHOP, None, False),
        ("{properties: {distribution: internal}}", shop(properties={"Distribution": "Internal"}), None, True),
        ("{properties: {tier: [1, 2]}}", shop(properties={"tier": "2,3"}), None, True),
        ("{properties: {tier: 4}}", shop(properties={"tier": "2,3"}), None, False),
        ("{properties: {tier: 4}}", SHOP, None, False),
        ("{branches: release/*}", SHOP, "release/1", True),
        ("{branches: release/*}", SHOP, "main", False),
        ("{repositories: shop, branches: main, visibility: public}", SHOP, "main", False),
    ],
)
def test_all_conditions_must_hold(match: str, repository: RepositoryFacts, target: str | None, holds: bool) -> None:
    policy = effective(f"overrides: [{{match: {match}, mode: evaluate}}]\n", repository, target)
    assert (policy.mode is Mode.EVALUATE) is holds
    assert policy.remarks == ()


def test_lists_replace_mappings_merge_and_later_ones_win() -> None:
    policy = effective("""\
licenses: {allow: [MIT], deny: [JSON], levels: {license-unknown: block, license-missing: note}}
overrides:
  - match: {repositories: shop}
    licenses: {allow: [ISC], deny_also: [SSPL-1.0], levels: {license-missing: warn}}
  - match: {visibility: private}
    licenses: {allow_also: [0BSD], levels: {license-missing: block}}
""")
    section: Any = policy.sections["licenses"]
    assert allowed(policy) == ["ISC", "0BSD"]
    assert [item.license.text for item in section.deny] == ["JSON", "SSPL-1.0"]
    assert policy.levels["licenses"]["license-unknown"] is Level.BLOCK
    assert policy.levels["licenses"]["license-missing"] is Level.BLOCK
    assert [policy.place_of(("licenses", "allow", str(i))) for i in (0, 1)] == [(5, 24, ""), (7, 29, "")]


def test_a_section_is_turned_on_and_off() -> None:
    text = """\
licenses: {}
overrides:
  - {match: {repositories: shop}, licenses: off, signoff: {}}
"""
    assert [*effective(text).sections] == ["signoff", "inventory"]
    assert [*effective(text, shop(name="example/web")).sections] == ["licenses", "inventory"]


def test_an_addition_to_a_list_that_nobody_wrote_adds_to_its_default() -> None:
    text = "licenses: {}\noverrides: [{licenses: {allow_also: [MPL-2.0, permissive]}}]\n"
    assert allowed(effective(text)) == ["public-domain", "permissive", "MPL-2.0"]


def test_a_short_form_is_patched_by_what_it_is_short_for() -> None:
    text = "freshness: {minimum_age: 5 days}\noverrides: [{freshness: {minimum_age: {major: 9 days}}}]\n"
    section: Any = effective(text).sections["freshness"]
    assert (section.minimum_age.default, section.minimum_age.major) == ("5 days", "9 days")


# -- what nobody told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "untold", "words"),
    [
        ("{properties: {distribution: internal}}", shop(properties_known=False), "the property distribution"),
        ("{topics: web}", shop(topics=None), "the topics of the repository"),
        ("{visibility: public}", shop(visibility=None), "the visibility of the repository"),
        ("{repositories: web}", shop(name=None), "the name of the repository"),
        ("{branches: main}", SHOP, "the branch that the change goes into"),
    ],
)
def test_what_nobody_told_is_a_finding_and_makes_nothing_less_strict(
    match: str, untold: RepositoryFacts, words: str
) -> None:
    text = f"""\
licenses: {{allow: [MIT, ISC], levels: {{license-missing: warn}}}}
overrides:
  - match: {match}
    mode: off
    licenses: {{allow: [MIT], levels: {{license-missing: block, license-unknown: off}}}}
"""
    policy = effective(text, untold, None)
    (remark,) = policy.remarks
    assert remark.rule == "override-undecided"
    assert plain(remark.message).startswith(f"Nobody told {words}, so it is not known whether the override in ")
    assert policy.mode is Mode.ENFORCE
    assert allowed(policy) == ["MIT"]
    levels = policy.levels["licenses"]
    assert (levels["license-missing"], levels["license-unknown"]) == (Level.BLOCK, Level.BLOCK)
    assert policy.floor is not None
    assert allowed(policy.floor) == ["MIT", "ISC"]


def test_a_condition_that_does_not_hold_decides_whatever_nobody_told() -> None:
    text = "overrides: [{match: {repositories: web, topics: internal}, mode: off}]\n"
    assert effective(text, shop(topics=None)).remarks == ()


# -- the mode, from a property ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "mode", "rules"),
    [
        ("off", Mode.OFF, []),
        ("inactive", Mode.OFF, []),
        ("Evaluate", Mode.EVALUATE, []),
        ("active", Mode.ENFORCE, []),
        ("enforce", Mode.ENFORCE, []),
        ("on", Mode.EVALUATE, ["mode-unknown"]),
        ("", Mode.EVALUATE, ["mode-unknown"]),
        (None, Mode.EVALUATE, []),
    ],
)
def test_a_property_says_the_mode(value: str | None, mode: Mode, rules: list[str]) -> None:
    properties = {} if value is None else {"gate": value}
    policy = effective("mode: evaluate\nmode_property: gate\n", shop(properties=properties))
    assert (policy.mode, [remark.rule for remark in policy.remarks]) == (mode, rules)


def test_a_mode_that_nobody_told_is_a_finding() -> None:
    (remark,) = effective("mode_property: gate\n", shop(properties_known=False)).remarks
    assert (remark.rule, remark.name) == ("override-undecided", "mode_property")


# -- single packages -------------------------------------------------------------------------------------------------


def change(scope: Scope, *paths: str) -> Change:
    from checks.model.change import Place

    item = [Dependency("pkg:npm/a", "a", "1", Location(path, 1), scope=scope) for path in paths]
    return Change(ChangeKind.ADDED, "pkg:npm/a", "a", "1", tuple(Place(one, (one,)) for one in item))


def test_paths_and_scopes_tell_packages_of_one_repository_apart() -> None:
    policy = effective("""\
licenses: {allow: [MIT]}
overrides:
  - {match: {scopes: [development, test]}, licenses: {allow_also: [GPL-3.0-only]}}
  - {match: {paths: "tools/*"}, licenses: {allow_also: [EPL-2.0]}}
""")
    assert policy.narrowed is not None
    told = {
        (scope, paths): allowed(policy.narrowed.of(change(scope, *paths)))
        for scope in (Scope.RUNTIME, Scope.DEVELOPMENT)
        for paths in (("web/a.lock",), ("tools/a.lock",), ("tools/a.lock", "web/a.lock"))
    }
    assert allowed(policy) == ["MIT"]
    assert told == {
        (Scope.RUNTIME, ("web/a.lock",)): ["MIT"],
        (Scope.RUNTIME, ("tools/a.lock",)): ["MIT", "EPL-2.0"],
        (Scope.RUNTIME, ("tools/a.lock", "web/a.lock")): ["MIT"],
        (Scope.DEVELOPMENT, ("web/a.lock",)): ["MIT", "GPL-3.0-only"],
        (Scope.DEVELOPMENT, ("tools/a.lock",)): ["MIT", "GPL-3.0-only", "EPL-2.0"],
        (Scope.DEVELOPMENT, ("tools/a.lock", "web/a.lock")): ["MIT", "GPL-3.0-only"],
    }


# -- what is wrong with one ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{match: {scopes: test}, mode: off}", "'mode' holds for a repository"),
        ("{match: {paths: a}, signoff: off}", "'signoff' judges no packages"),
        ("{match: {paths: a}, licenses: {judge: everything}}", "'licenses.judge' holds for a repository"),
        ("{match: {paths: a}, freshness: {}}", "'freshness' is off, and can only be turned on for a repository"),
        ("{match: {}, waivers: []}", "an override cannot change 'waivers'"),
        ("{match: {}, extends: template:starter}", "an override cannot change 'extends'"),
        ("{match: {repo: a}, mode: off}", "overrides.0.match.repo: unknown key"),
        ("{match: {properties: {a: []}}, mode: off}", "'a' has no value"),
        ("{match: {visibility: secret}, mode: off}", "expected 'public', 'internal' or 'private', not 'secret'"),
        ("{match: {repositories: shop}}", "it changes nothing"),
        ("{match: {}, from: soon, mode: off}", "expected a day such as '2027-03-31', not 'soon'"),
        ("{match: {}, licences: {}}", "overrides.0.licences: unknown key (did you mean 'licenses'?)"),
        ("{match: {}, licenses: {allow: [Nonsense]}}", "overrides.0.licenses.allow.0: "),
        ("{match: {}, licenses: {allow_also: MIT}}", "expected a list"),
        ("{match: {}, inventory: off}", "overrides.0.inventory: this check is always on"),
        ("text", "expected keys with values"),
    ],
)
def test_a_fault_of_an_override_is_named_where_it_stands(entry: str, said: str) -> None:
    (fault,) = faults(f"licenses: {{}}\nsignoff: {{}}\noverrides:\n  - {entry}\n")
    assert fault.startswith("5:"), fault
    assert said in fault


def test_what_is_wrong_only_in_effect_is_named() -> None:
    longer = "vulnerabilities: {fix_within: {critical: 30 days}}"
    (fault,) = faults(f"vulnerabilities: {{fix_within: {{high: 7 days}}}}\noverrides:\n  - {longer}\n")
    assert fault.startswith("4:")
    assert "overrides.0.vulnerabilities.fix_within" in fault
