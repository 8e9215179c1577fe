"""The policy as a page: nothing of it is left out, and nothing is told to whom it does not belong."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

import pytest

from app.policies import SHAPES
from checks.licenses.index import Category, categories
from checks.licenses.item import LicenseExpression, LicenseItem
from checks.model.finding import Level
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy, Root
from checks.policy.shape import is_shape, keys_of
from checks.policy.values import Account, Day, Duration, Link, Release
from checks.policy_page.licenses import CATEGORIES
from checks.policy_page.sections import WHOLE, WORDS
from checks.policy_page.words import Edition
from checks.rules import CHECKS
from tests.policy.documents import NOW, OVERRIDES, everything, html, page, policies

#: Keys of each section that its table of rules says.
BY_RULES = {"levels", "guidance"}

# -- nothing is left out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s.check)
def test_every_key_of_a_section_has_words(shape: Any) -> None:
    common = {*BY_RULES, "judge", "override"}
    assert set(keys_of(shape.section)) - common == set(WORDS[shape.check])


def test_every_key_of_the_file_has_words() -> None:
    assert set(keys_of(Root)) == set(WHOLE)


def changed(value: Any) -> Any:
    """Another value of the same type; None: there is none."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, Enum):
        return next((item for item in type(value) if item is not value), None)
    if isinstance(value, LicenseItem):
        return LicenseItem.parse("Zlib")
    if isinstance(value, LicenseExpression):
        return LicenseExpression.parse("Zlib")
    known: dict[type, str] = {
        Duration: "99 weeks", Day: "2031-05-06", Account: "@somebody", Link: "https://other.example", Release: "9.9"
    }  # fmt: skip
    return type(value)(known.get(type(value), f"{value}zzz"))


def variants(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """`value` with one thing in it that is another, for each such thing."""
    if is_shape(type(value)):
        for name, item in keys_of(type(value)).items():
            for where, other in variants(getattr(value, item.field), f"{path}.{name}"):
                yield where, replace(value, **{item.field: other})
    elif isinstance(value, tuple) and value:
        yield f"{path}[]", value[:-1]
        for where, other in variants(value[0], f"{path}[0]"):
            yield where, (other, *value[1:])
    elif isinstance(value, Mapping):
        for name, item in value.items():
            for where, other in variants(item, f"{path}.{name}"):
                yield where, MappingProxyType({**value, name: other})
    elif value not in (None, ()) and (other := changed(value)) is not None:
        yield path, f"{value} && true" if path.endswith(".when") else other


def others(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """The policy with one value changed, for each value of it."""
    for where, root in variants(policy.root, "root"):
        yield where, replace(policy, root=root)
    for check, section in policy.sections.items():
        for where, other in variants(section, check):
            yield where, replace(policy, sections={**policy.sections, check: other})


#: What is not said where something else is off or says it: reasons for each.
NOT_SAID = {
    *(f"{check}.override.reason" for check in WORDS if check != "vulnerabilities"),  # nobody may set it to pass
    "custom_rules.rules[0].unknown",  # the loader makes a level of it, which is said
    *(f"{check}.override.own" for check in WORDS if check != "vulnerabilities"),
}


def test_whatever_changes_in_the_policy_changes_the_page() -> None:
    """So nothing that the policy says can be missing on it, however deep it stands."""
    policy = policies(everything()).plain
    before, silent, seen = page(PolicySet.of(policy)), [], 0
    for where, other in others(policy):
        if ".levels" in where or where.startswith(("custom_rules.guidance", *NOT_SAID)):
            continue
        seen += 1
        if page(PolicySet.of(other)) == before:
            silent.append(where)
    assert silent == []
    assert seen > 150, "nearly nothing was tried"


def test_every_level_is_said_at_its_rule() -> None:
    policy = policies(everything()).plain
    before = page(PolicySet.of(policy))
    for check, levels in policy.levels.items():
        for rule, level in levels.items():
            other = Level.NOTE if level is not Level.NOTE else Level.BLOCK
            turned = replace(policy, levels={**policy.levels, check: {**levels, rule: other}})
            assert page(PolicySet.of(turned)) != before, rule


def test_every_rule_of_what_is_on_can_be_linked_to() -> None:
    text, markdown = html(everything()), page(everything())
    for check in CHECKS:
        for rule in check.rules:
            assert text.count(f' id="{rule.id}"') == 1
            assert markdown.count(f'<a id="{rule.id}"></a>') == 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_the_page_is_the_same_for_the_same_policy_and_day() -> None:
    assert html(everything() + OVERRIDES) == html(everything() + OVERRIDES)


def test_examples_are_in_their_categories() -> None:
    assert set(CATEGORIES) == set(Category) - {Category.UNKNOWN}
    for category, (_, examples) in CATEGORIES.items():
        assert all(category in categories(example) for example in examples), category


# -- what holds elsewhere, and later ---------------------------------------------------------------------------------


def test_overrides_are_said_in_words() -> None:
    said = page(everything() + OVERRIDES)
    assert "### In repositories named `moonshot-*` whose property `distribution` is `internal` or `none`" in said
    assert "What the policy does not let through cannot merge." in said
    assert "### From 24 December 2026 on: in repositories that are internal or private" in said
    assert "Sign-off of commits: not judged there." in said
    assert "### From 1 April 2027 on: in all repositories, for changes into `release/*`" in said
    assert "Every repository has an SBOM, and it lists what the lock files list." in said
    assert (
        "### In all repositories, for packages of files under `tools/*`, for packages of the scope development" in said
    )
    elsewhere = said.partition("## Where something else holds")[2]
    assert "`pkg:npm/a` may also be under `EPL-1.0`: A tool." in elsewhere
    assert "- `license-missing` is a warning" in elsewhere
    assert "caniuse-lite" not in elsewhere, "what holds everywhere is not said again"


def test_what_comes_into_force_is_said_with_its_day() -> None:
    before, after = (page(everything(), now=datetime(2027, month, 15, tzinfo=UTC)) for month in (2, 3))
    assert "From 1 March 2027 on `vulnerable` stops the merge; until then it is a warning." in before
    assert "is a warning; from 1 March 2027 on it stops the merge" in before
    assert "on `vulnerable` stops" not in after
    assert "from 1 March" not in after


def test_waivers_that_ended_are_no_exceptions_any_more() -> None:
    assert "2 exceptions hold now." in page(everything())
    ended = page(everything(), now=datetime(2027, 4, 1, tzinfo=UTC))
    assert "No exception holds now; 2 more ended or begin later." in ended
    assert "31 March 2027 (ended)" in ended


def test_the_smallest_policy_has_a_page() -> None:
    said = page("version: 1\n", Edition.PUBLIC)
    assert "Nothing has to be signed." in said
    assert "No exception holds now." in said


# -- who may read what -----------------------------------------------------------------------------------------------

#: What only the organization should know.
PRIVATE = (
    *("@example/ospo", "@example/legal", "@example/security", "@grace", "@ada", "@example/web", "@example/employees"),
    *("LEGAL-123", "Imported history", "W-2026-014", "moonshot", "hidden-", "CVE-2021-23337", "No input of strangers"),
    *("npm.example.com", "acme-", "registry.example", "caniuse-lite", "attributed in NOTICE", "policy.yaml"),
    *("example.com/radar", "distribution", "*@example.com", "example-*"),
)


def test_the_public_edition_names_nobody_and_nothing_internal() -> None:
    internal, public = (page(everything() + OVERRIDES, edition) for edition in (Edition.INTERNAL, Edition.PUBLIC))
    for secret in PRIVATE:
        assert secret in internal, f"{secret}: the test looks for something that is not there"
        assert secret not in public
    assert "2 exceptions hold now." in public
    assert "In some repositories" in public
    assert "internal or private" not in public
    assert "24 December 2026" in internal
    assert "24 December 2026" not in public


def test_a_key_that_has_no_words_yet_is_written_as_it_is_and_only_for_the_organization(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(WORDS, "licenses", {})
    internal, public = (page(everything(), edition) for edition in (Edition.INTERNAL, Edition.PUBLIC))
    assert "- package: `pkg:npm/caniuse-lite`; allow: `CC-BY-4.0`; reason: " in internal
    assert "caniuse-lite" not in public


# -- hostile words ---------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script> [x](https://evil.example) @everyone | `a` <!-- \\u202e"


def test_no_word_of_the_policy_becomes_markup() -> None:
    text = f'''\
version: 1
licenses:
  deny: [{{license: JSON, reason: "{HOSTILE}"}}]
  guidance: {{license-not-allowed: "{HOSTILE}"}}
'''
    said = html(text)
    assert "<script" not in said
    assert "&lt;script&gt;" in said
    assert "evil.example&quot;" not in said
    assert said.count("<!--") == 0
    lines = page(text).splitlines()
    assert not [line for line in lines if "<script" in line or "[x](" in line.replace("`[x](", "")]
    tables = [line for line in lines if line.startswith("| <a id")]
    assert all(line.count(" | ") == 3 for line in tables), "a pipe made a column"


def test_now_is_the_moment_of_the_reader() -> None:
    assert "As of 20 November 2026, internal edition." in page(everything(), now=NOW)
