"""A repository's own file: it can only make the policy stricter, whatever it says."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import load_policies
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.licenses.item import LicenseItem
from checks.manifests import FORMATS
from checks.manifests.read import read
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level
from checks.model.phrase import plain
from checks.model.report import Mode, Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from checks.policy.tighten import MAX_BYTES, stricter_or_equal
from checks.policy.values import Duration

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = RepositoryFacts("example/shop", "private", "main", properties_known=True, topics=())


def policies(text: str) -> PolicySet:
    """`version: 1`, an own file that is honored, and this."""
    text = f"version: 1\nrepository_file: {{honor: true}}\n{text}"
    return load_policies(PolicyFiles(text.encode(), "policy.yaml"))


def effective(central: str, own: str | bytes) -> Policy:
    data = own if isinstance(own, bytes) else own.encode()
    return policies(central).policy_for(SHOP, "main", NOW, data)


def ignored(policy: Policy) -> list[str]:
    """What is said of each value that does not count."""
    return [f"{item.what}: {plain(item.actual)}" for remark in policy.remarks for item in remark.evidence]


CENTRAL = """\
mode: evaluate
licenses:
  allow: [permissive, MPL-2.0]
  deny: [JSON]
  levels: {license-missing: warn, license-unknown: block}
freshness: {minimum_age: 3 days, unmaintained_after: 2 years}
vulnerabilities: {block_from: high, fix_within: {high: 30 days, moderate: 60 days, low: 90 days}}
"""


@pytest.mark.parametrize(
    ("own", "path", "value"),
    [
        ("mode: enforce", ("mode",), "enforce"),
        ("licenses: {allow: [permissive]}", ("licenses", "allow"), ["permissive"]),
        ("licenses: {allow: [MIT, MPL-2.0]}", ("licenses", "allow"), ["MIT", "MPL-2.0"]),
        ("licenses: {deny_also: [MIT]}", ("licenses", "deny"), ["JSON", "MIT"]),
        ("licenses: {levels: {license-missing: block}}", ("licenses", "levels", "license-missing"), "block"),
        ("licenses: {judge: everything}", ("licenses", "judge"), "everything"),
        ("freshness: {minimum_age: 5 days}", ("freshness", "minimum_age", "default"), "5 days"),
        ("freshness: {unmaintained_after: 1 year}", ("freshness", "unmaintained_after"), "1 year"),
        ("freshness: {maximum_age: 9 years}", ("freshness", "maximum_age"), "9 years"),
        ("freshness: {pin: {actions: sha}}", ("freshness", "pin", "actions"), "sha"),
        ("vulnerabilities: {block_from: low}", ("vulnerabilities", "block_from"), "low"),
        ("vulnerabilities: {fix_within: {high: 7 days}}", ("vulnerabilities", "fix_within", "high"), "7 days"),
        ("vulnerabilities: {epss: {block_from: 50%}}", ("vulnerabilities", "epss", "block_from"), "50%"),
        ("signoff: {mode: strict}", ("signoff", "mode"), "strict"),
    ],
)
def test_what_is_stricter_counts(own: str, path: tuple[str, ...], value: object) -> None:
    policy = effective(CENTRAL, own)
    assert ignored(policy) == []
    assert _value(policy, path) == value


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("mode: off", "mode: it would be less strict"),
        ("licenses: off", "licenses: a repository cannot set it"),
        ("licenses: {allow: [permissive, GPL-3.0-only]}", "licenses.allow: it would be less strict"),
        ("licenses: {allow_also: [GPL-3.0-only]}", "licenses.allow: it would be less strict"),
        ("licenses: {allow: [MIT, EPL-2.0]}", "licenses.allow: it would be less strict"),
        ("licenses: {allow: [weak-copyleft]}", "licenses.allow: it would be less strict"),
        ("licenses: {deny: []}", "licenses.deny: it would be less strict"),
        ("licenses: {levels: {license-unknown: warn}}", "licenses.levels.license-unknown: it would be less strict"),
        (
            "licenses: {exceptions: [{package: pkg:npm/a, allow: [JSON], reason: r}]}",
            "licenses.exceptions: a repository",
        ),
        ("licenses: {clarify: []}", "licenses.clarify: a repository cannot set it"),
        ("licenses: {test: {allow_also: [MIT]}}", "licenses.test.allow_also: it would be less strict"),
        ("freshness: {minimum_age: 1 day}", "freshness.minimum_age.default: it would be less strict"),
        ("freshness: {minimum_age: {major: 1 day}}", "freshness.minimum_age.major: it would be less strict"),
        ("freshness: {unmaintained_after: 3 years}", "freshness.unmaintained_after: it would be less strict"),
        ("freshness: {exempt: [pkg:npm/a]}", "freshness.exempt: it would be less strict"),
        ("vulnerabilities: {block_from: critical}", "vulnerabilities.block_from: it would be less strict"),
        ("vulnerabilities: {fix_within: {critical: 60 days}}", "critical ones have 60 days"),
        ("waivers: []", "waivers: a repository cannot set it"),
        ("overrides: []", "overrides: a repository cannot set it"),
        ("extends: template:starter", "extends: a repository cannot set it"),
        ("owner: {team: '@a/b'}", "owner: a repository cannot set it"),
        ("licences: {}", "licences: a repository cannot set it"),
        ("licenses: {alow: []}", "licenses.alow: a repository cannot set it"),
        ("licenses: {allow: [Nonsense]}", "licenses.allow: expected a license"),
        ("licenses: {allow:", "not valid YAML"),
        ("- a", "not a policy"),
        ("version: 9\nmode: enforce", "version 9 of the policy format is not known"),
    ],
)
def test_what_is_less_strict_does_not_count_and_is_said(own: str, said: str) -> None:
    policy = effective(CENTRAL, f"signoff: {{}}\n{own}\n" if own[0] != "-" else own)
    assert any(said in line for line in ignored(policy)), ignored(policy)
    (remark,) = policy.remarks
    assert remark.rule == "repository-file-ignored"
    bare = effective(CENTRAL, b"")
    assert {**policy.sections, "signoff": 0} == {**bare.sections, "signoff": 0}
    assert (policy.mode, policy.root) == (Mode.EVALUATE, bare.root)


def test_what_is_right_counts_beside_what_is_not() -> None:
    policy = effective(CENTRAL, "mode: off\nlicenses: {deny_also: [MIT], allow: [GPL-3.0-only]}\n")
    assert len(ignored(policy)) == 2
    assert _value(policy, ("licenses", "deny")) == ["JSON", "MIT"]


@pytest.mark.parametrize("own", [b"\xff", b"#" * (MAX_BYTES + 1), b"a: &a [*a]", b"[" * 5_000, b""])
def test_a_file_that_cannot_be_read_is_said_and_harms_nobody(own: bytes) -> None:
    policy = effective(CENTRAL, own)
    assert [remark.rule for remark in policy.remarks] == ["repository-file-ignored"]
    assert policy.mode is Mode.EVALUATE


def test_without_leave_no_file_is_wanted_and_none_counts() -> None:
    policies_ = load_policies(PolicyFiles(b"version: 1\nmode: evaluate\n", "policy.yaml"))
    assert policies_.wants_own is None
    assert policies_.policy_for(SHOP, None, NOW, b"mode: enforce\n").mode is Mode.EVALUATE


def _value(policy: Policy, path: tuple[str, ...]) -> object:
    value: Any = policy.root if path[0] == "mode" else policy.sections[path[0]]
    for part in path if path[0] == "mode" else path[1:]:
        value = value[part] if part == "license-missing" else getattr(value, part)
    named = [getattr(item, "license", None) or item for item in value] if isinstance(value, tuple) else []
    return [str(item) for item in named] if isinstance(value, tuple) else value


# -- no own file makes anything pass ---------------------------------------------------------------------------------

_LICENSES = [
    *("MIT", "MPL-2.0", "GPL-3.0-only", "GPL-2.0-or-later", "JSON", "permissive", "weak-copyleft", "LicenseRef-Own"),
    *("strong-copyleft", "GPL-2.0-only WITH Classpath-exception-2.0"),
]
_LISTS = st.lists(st.sampled_from(_LICENSES), max_size=4, unique=True)
_RULES = ["license-not-allowed", "license-unknown", "license-missing"]
_LEVELS = st.dictionaries(st.sampled_from(_RULES), st.sampled_from([level.value for level in Level]), max_size=3)
_SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "allow": _LISTS,
        "allow_also": _LISTS,
        "deny": _LISTS,
        "deny_also": _LISTS,
        "levels": _LEVELS,
        "judge": st.sampled_from(["changes", "everything"]),
        "with_falls_back_to_base": st.booleans(),
        "development": st.fixed_dictionaries({"allow_also": _LISTS}),
        "inner_source": st.lists(st.just("LicenseRef-Own"), max_size=1),
        "context": st.sampled_from(["internal", "hosted", "distributed"]),
        "exceptions": st.just([{"package": "pkg:npm/a", "allow": ["GPL-3.0-only"], "reason": "r"}]),
    },
)
_INVENTORY = st.fixed_dictionaries(
    {}, optional={"levels": st.dictionaries(st.just("listing-incomplete"), st.sampled_from(["off", "block"]))}
)
_KEYS = {
    "mode": st.sampled_from(["off", "evaluate", "enforce"]),
    "licenses": st.one_of(st.just("off"), _SECTIONS),
    "inventory": _INVENTORY,
}
_PATCH = st.fixed_dictionaries({}, optional=_KEYS)
_OVERRIDE = st.builds(
    lambda match, patch: {"match": match, **(patch or {"mode": "evaluate"})},
    st.sampled_from([{}, {"topics": "web"}, {"repositories": "shop"}, {"visibility": "public"}]),
    _PATCH,
)
_NARROW = st.builds(
    lambda match, section: {"match": match, "licenses": section},
    st.sampled_from([{"scopes": "development"}, {"paths": "web/*"}, {"topics": "web", "scopes": "runtime"}]),
    st.one_of(st.just("off"), _SECTIONS.filter(lambda section: section and "judge" not in section)),
)
_CENTRAL = st.builds(
    lambda policy, overrides: {**policy, "overrides": overrides},
    st.fixed_dictionaries({"licenses": _SECTIONS}, optional={"mode": _KEYS["mode"], "inventory": _INVENTORY}),
    st.lists(st.one_of(_OVERRIDE, _NARROW), max_size=3),
)
_OWN = st.fixed_dictionaries(
    {}, optional={**_KEYS, "waivers": st.just([]), "overrides": st.lists(_OVERRIDE, max_size=1)}
)
_PACKAGES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(
            [
                *("MIT", "GPL-3.0-only", "JSON", "MIT OR JSON", "LicenseRef-Own", "odd words", ""),
                *("GPL-2.0-or-later", "GPL-2.0-only WITH Classpath-exception-2.0", "MPL-2.0+"),
            ]
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda package: package[0],
)


def report(policy: Policy, packages: list[tuple[str, str, bool]]) -> Report:
    return evaluate(Plan(snapshot(packages)), Facts(repository=SHOP), policy, NOW)


def snapshot(packages: list[tuple[str, str, bool]]) -> Snapshot:
    """Of a change that brings packages with these licenses, some of them for development."""
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {},
            **{
                f"node_modules/{name}": {"version": "1.0.0", "dev": dev, **({"license": text} if text else {})}
                for name, text, dev in packages
            },
        },
    }
    path = "web/package-lock.json"
    npm = next(item for item in FORMATS if "package-lock.json" in item.names)
    inventory = read(npm, path, json.dumps(lock).encode())
    listing = Listing("b" * 40, "a" * 40, (ChangedFile(path, FileStatus.ADDED),), target="main")
    return Snapshot(listing, (ManifestPair(path, None, inventory),))


@settings(max_examples=300, deadline=None)
@given(_CENTRAL, _OWN, _PACKAGES, st.sampled_from([None, (), ("web",)]))
def test_no_own_file_makes_anything_pass(
    central: dict[str, Any], own: dict[str, Any], packages: list[tuple[str, str, bool]], topics: tuple[str, ...] | None
) -> None:
    """Whatever the central policy blocks stays blocked, and the conclusion is no better."""
    found = policies(_yaml(central))
    shop = RepositoryFacts("example/shop", "private", "main", properties_known=True, topics=topics)
    without = report(found.policy_for(shop, "main", NOW, None), packages)
    with_it = report(found.policy_for(shop, "main", NOW, json.dumps(own).encode()), packages)
    blocked = {finding.id for finding in without.blocking}
    assert blocked <= {finding.id for finding in with_it.blocking}
    assert {finding.id for finding in without.warnings} <= {f.id for f in (*with_it.warnings, *with_it.blocking)}
    order = [Mode.OFF, Mode.EVALUATE, Mode.ENFORCE]
    assert order.index(with_it.mode) >= order.index(without.mode)
    if without.conclusion in ("blocked", "cannot-judge", "action-required"):
        assert with_it.conclusion in ("blocked", "cannot-judge", "action-required")


def _yaml(policy: dict[str, Any]) -> str:
    """Each key on a line of its own; JSON is YAML."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in policy.items())


# -- what is stricter ------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(["fewer", "more", "lower", "higher"])
_DURATIONS = st.one_of(st.none(), st.integers(0, 9).map(lambda days: Duration(f"{days} days")))
_TUPLES = st.one_of(st.none(), st.lists(st.sampled_from("abc"), max_size=3).map(tuple))


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("permissive", "MIT", True),
        ("permissive", "permissive", True),
        ("permissive", "MPL-2.0", False),
        ("permissive", "weak-copyleft", False),
        ("MIT", "permissive", False),
        ("strong-copyleft", "GPL-2.0-or-later", True),
        ("GPL-2.0-or-later", "GPL-3.0-only", True),
        ("GPL-3.0-only", "GPL-2.0-or-later", False),
        ("strong-copyleft", "GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", False),
        ("permissive", "LicenseRef-Own", False),
        ("LicenseRef-Own", "LicenseRef-Own", True),
    ],
)
def test_what_an_entry_of_a_list_of_licenses_covers(wide: str, narrow: str, covered: bool) -> None:
    assert LicenseItem.parse(wide).covers(LicenseItem.parse(narrow)) is covered


@given(_WORDS, st.data())
def test_stricter_or_equal_is_an_order(word: str, data: st.DataObject) -> None:
    values = _TUPLES if word in ("fewer", "more") else _DURATIONS
    first, second, third = (data.draw(values) for _ in range(3))
    assert stricter_or_equal(word, first, first)
    if stricter_or_equal(word, first, second) and stricter_or_equal(word, second, third):
        assert stricter_or_equal(word, first, third)
