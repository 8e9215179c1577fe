"""Which lock file answers which manifest, and what a manifest asks for: examples, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.manifests.asked import asked
from checks.manifests.families import FAMILIES, family_of, folders_above, governs

MANIFESTS = [family.manifest for family in FAMILIES]
LOCKS = [lock for family in FAMILIES for lock in family.locks]


def test_a_manifest_and_its_lock_file_are_one_family() -> None:
    found = family_of("web/yarn.lock")
    assert found is not None
    assert (found[0].manifest, found[1]) == ("package.json", "web/package.json")
    assert family_of("web/node_modules/a/package.json") is None
    assert family_of("web/readme.md") is None


def test_the_root_is_looked_at_first_and_not_every_folder() -> None:
    assert folders_above("a/b/c/package.json") == ("", "a/b", "a")
    assert folders_above("package.json") == ()
    assert len(folders_above("x/" * 500 + "package.json")) < 12


@pytest.mark.parametrize(
    ("pattern", "folder", "inside"),
    [
        ("packages/*", "packages/a", True),
        ("packages/*", "packages/a/b", False),
        ("./packages/*/", "packages/a", True),
        ("packages/**", "packages/a/b", True),
        ("**/plugins/*", "a/plugins/b", True),
        ("{apps,libs}/*", "libs/b", True),
        ("app", "app", True),
        ("app", "apple", False),
    ],
)
def test_patterns_of_workspaces(pattern: str, folder: str, inside: bool) -> None:
    texts = {"package.json": f'{{"workspaces": ["{pattern}"]}}'}
    assert governs("yarn.lock", f"{folder}/package.json", texts) is inside


def test_hostile_patterns_cost_nothing() -> None:
    for pattern in ("*a" * 400, "**/" * 400 + "b", "{" * 400, "[" * 400):
        texts = {"package.json": f'{{"workspaces": ["{pattern}"]}}'}
        assert not governs("yarn.lock", "a/" * 200 + "package.json", texts)


@given(st.sampled_from(LOCKS), st.text(max_size=200))
def test_no_text_of_a_workspace_raises(lock: str, text: str) -> None:
    found = family_of(lock)
    assert found is not None
    governs(lock, f"a/{found[0].manifest}", dict.fromkeys((*found[0].roots, "pnpm-workspace.yaml"), text))


TOML = '[project]\ndependencies = ["b>=1"]\n[tool.poetry.dependencies]\nc = "^1"\n[dependencies]\nd = {x = "1"}\n'
JSON = '{"dependencies": {"a": "^1"}, "require": {"b/c": "~1"}, "overrides": {"x": {"y": "1"}}, "workspaces": ["*"]}'


@given(
    st.sampled_from(MANIFESTS),
    st.text(max_size=60),
    st.sampled_from([TOML, JSON, "gem 'a', '~> 1'\n"]),
    st.integers(0, 120),
)
def test_no_text_of_a_manifest_raises(manifest: str, noise: str, text: str, place: int) -> None:
    for requirement in asked(f"x/{manifest}", text[:place] + noise + text[place:]):
        assert requirement.purl.startswith("pkg:")
        assert requirement.line >= 1
