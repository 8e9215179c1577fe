"""`extends:`: what stands on what, who may change what, and how a stack of files is refused."""

from typing import Any

import pytest

from app.policies import load_policies
from checks.model.errors import PolicyError
from checks.policy.files import PolicyFiles, PolicyRef
from checks.policy.layers import PolicySet, wanted

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ENTERPRISE = PolicyRef("policy.yaml", "corp/policy", COMMIT)


def stack(**files: str | None) -> PolicyFiles:
    """`main` and files beside it by name, all read."""
    others = {f"{name}.yaml": text for name, text in files.items() if name != "main"}
    return PolicyFiles(f"version: 1\n{files['main']}".encode(), "policy.yaml").having(
        {PolicyRef(name): None if text is None else f"version: 1\n{text}".encode() for name, text in others.items()}
    )


def loaded(**files: str | None) -> PolicySet:
    return load_policies(stack(**files))


def refused(files: PolicyFiles) -> str:
    with pytest.raises(PolicyError) as caught:
        load_policies(files)
    return str(caught.value)


def test_an_enterprise_an_organization_and_a_team() -> None:
    policy = loaded(
        enterprise="mode: evaluate\nlicenses: {allow: [MIT], deny: [SSPL-1.0]}\nowner: {team: '@corp/ospo'}\n",
        organization="extends: enterprise.yaml\nlicenses: {allow_also: [ISC], levels: {license-missing: warn}}\n",
        main="extends: organization.yaml\nmode: enforce\nlicenses: {levels: {license-unknown: note}}\nsignoff: {}\n",
    ).plain
    section: Any = policy.sections["licenses"]
    assert [item.text for item in section.allow] == ["MIT", "ISC"]
    assert dict(section.levels) == {"license-missing": "warn", "license-unknown": "note"}
    assert (policy.mode, policy.root.owner.team) == ("enforce", "@corp/ospo")
    places = {
        path: policy.place_of(path)
        for path in (
            ("mode",),
            ("owner", "team"),
            ("licenses", "allow", "1"),
            ("licenses", "levels", "license-unknown"),
        )
    }
    assert {path: (place.file, place.line) if place else None for path, place in places.items()} == {
        ("mode",): ("", 3),
        ("owner", "team"): ("enterprise.yaml", 4),
        ("licenses", "allow", "1"): ("organization.yaml", 3),
        ("licenses", "levels", "license-unknown"): ("", 4),
    }


def test_overrides_and_waivers_of_all_files_count() -> None:
    waiver = "{id: %s, rules: [vulnerable], package: pkg:npm/a, reason: r, approved_by: '@b', expires: 2027-03-31}"
    policies = loaded(
        base=f"waivers: [{waiver % 'W-1'}]\noverrides: [{{match: {{repositories: a}}, mode: off}}]\n",
        main=f"extends: base.yaml\nwaivers: [{waiver % 'W-2'}]\noverrides: [{{match: {{repositories: b}}, mode: off}}]",
    )
    assert [waiver.id for waiver in policies.plain.root.waivers] == ["W-1", "W-2"]
    assert [policies.override(index).match.repositories for index in (0, 1)] == [("a",), ("b",)]


def test_what_comes_later_wins_over_what_comes_first() -> None:
    files = stack(one="mode: off\n", two="mode: evaluate\n", main="extends: [one.yaml, two.yaml]\n")
    assert load_policies(files).plain.mode == "evaluate"


def test_a_template_is_extended_without_a_file() -> None:
    policy = loaded(main="extends: template:starter\nmode: enforce\n").plain
    assert ([*policy.sections], policy.mode) == (["signoff", "licenses", "inventory"], "enforce")


def test_who_reads_asks_what_is_wanted_until_nothing_is() -> None:
    """Names are relative to the file that has them; a file of another repository stays in it."""
    files = PolicyFiles(f"version: 1\nextends: corp/policy/policy.yaml@{COMMIT}\n".encode(), "policy.yaml")
    assert wanted(files) == (ENTERPRISE,)
    files = files.having({ENTERPRISE: b"version: 1\nextends: base/all.yaml\n"})
    (base,) = wanted(files)
    assert base == PolicyRef("base/all.yaml", "corp/policy", COMMIT)
    assert "was not read" in refused(files)
    files = files.having({base: b"version: 1\nmode: evaluate\n"})
    assert wanted(files) == ()
    assert load_policies(files).plain.mode == "evaluate"
    assert (
        load_policies(files).reference.digest != load_policies(files.having({base: b"version: 1\n"})).reference.digest
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("corp/policy/policy.yaml@main", "'main' is no full commit id: a branch or a tag can come to mean another"),
        ("corp/policy/policy.yaml@v1.2", "'v1.2' is no full commit id"),
        ("corp/policy/policy.yaml@0123456", "'0123456' is no full commit id"),
        ("../other.yaml", "it leads out of the repository"),
        ("/etc/policy.yaml", "expected 'template:NAME', a path such as 'enterprise.yaml'"),
        ("https://example.com/policy.yaml", "expected 'template:NAME'"),
        ("a\\b.yaml", "expected 'template:NAME'"),
        ("template:none", "there is no template 'none' (known templates: starter"),
        ("missing.yaml", "missing.yaml is not there, or may not be read"),
        ("policy.yaml", "it extends itself: policy.yaml → policy.yaml"),
    ],
)
def test_what_cannot_be_extended(name: str, said: str) -> None:
    found = refused(stack(main=f"extends: ['{name}']\n", missing=None))
    assert found.startswith("policy.yaml:2:11: extends"), found
    assert said in found


def test_a_cycle_is_refused_with_its_chain() -> None:
    found = refused(stack(main="extends: a.yaml\n", a="extends: b.yaml\n", b="extends: a.yaml\n"))
    assert "b.yaml:2:10: extends: it extends itself: policy.yaml → a.yaml → b.yaml → a.yaml" in found


def test_a_tower_is_refused() -> None:
    names = {f"f{i}": f"extends: f{i + 1}.yaml\n" for i in range(5)}
    found = refused(stack(main="extends: f0.yaml\n", **names, f5=""))
    assert (
        "more than 5 files stand on each other: policy.yaml → f0.yaml → f1.yaml → f2.yaml → f3.yaml → f4.yaml" in found
    )


def test_a_crowd_is_refused() -> None:
    names = [f"f{i}" for i in range(20)]
    found = refused(stack(main=f"extends: [{', '.join(f'{n}.yaml' for n in names)}]\n", **dict.fromkeys(names, "")))
    assert "more than 20 files" in found


def test_a_fault_is_named_in_its_own_file() -> None:
    found = refused(stack(main="extends: base.yaml\nmood: off\n", base="licenses: {allow: [Nonsense]}\n"))
    assert sorted(line.split(" ")[0] for line in found.split("\n")) == ["base.yaml:2:20:", "policy.yaml:3:1:"]
    assert refused(stack(main="extends: base.yaml\n", base="a: [\n")).startswith("base.yaml:")
    unversioned = stack(main="extends: base.yaml\n").having({PolicyRef("base.yaml"): b"mode: off\n"})
    assert "base.yaml:1:1: version: 'version' is missing" in refused(unversioned)


@pytest.mark.parametrize(
    "touching",
    [
        "licenses: {deny: [JSON]}",
        "licenses: {deny_also: [JSON]}",
        "licenses: off",
        "overrides: [{match: {repositories: a}, licenses: {deny: []}}]",
        "overrides: [{match: {repositories: a}, licenses: off}]",
    ],
)
def test_what_is_locked_cannot_be_touched(touching: str) -> None:
    found = refused(stack(main=f"extends: base.yaml\n{touching}\n", base="locked: [licenses.deny]\nlicenses: {}\n"))
    assert found.startswith("policy.yaml:3:")
    assert "'licenses.deny' is locked by base.yaml, line 2" in found


def test_beside_what_is_locked_everything_may_be_said() -> None:
    policies = loaded(
        base="locked: [licenses.deny]\nlicenses: {}\n", main="extends: base.yaml\nlicenses: {allow: []}\n"
    )
    assert policies.plain.root.locked == ("licenses.deny",)


def test_a_lock_on_nothing_is_a_fault() -> None:
    assert "there is no key 'licenses.denied' (did you mean 'deny'?)" in refused(
        stack(main="locked: [licenses.denied]\n")
    )
    assert "there is no key 'licences'" in refused(stack(main="locked: [licences]\n"))
