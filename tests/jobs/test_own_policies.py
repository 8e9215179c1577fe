"""Policies of repositories that govern themselves are loaded once, and never mistaken for each other."""

from dataclasses import replace

import pytest

from app.jobs.own_policies import LARGE, LOADED, OwnPolicies
from checks.model.errors import PolicyError
from checks.policy.files import PolicyFiles, PolicyRef

FILES = PolicyFiles(b"version: 1\nmode: enforce\n", "policy.yaml", revision="a" * 40)
DECISION = b"""\
id: W-1
rules: [license-changed]
package: pkg:npm/left-pad
reason: Only the tests use it.
approved_by: "@octo/legal"
expires: 2027-01-31
"""


def test_the_same_files_are_loaded_once() -> None:
    own = OwnPolicies()
    assert own(FILES) is own(replace(FILES, main=bytes(FILES.main)))


@pytest.mark.parametrize(
    "other",
    [
        replace(FILES, main=FILES.main + b"# other\n"),
        replace(FILES, revision="b" * 40),
        replace(FILES, name="example/widget/policy.yaml"),
        replace(FILES, path="other/policy.yaml"),
        FILES.having({PolicyRef("texts/dco.md"): b"text"}),
        replace(FILES, decisions={"waivers/W-1.yaml": DECISION}),
    ],
)
def test_others_are_not(other: PolicyFiles) -> None:
    own = OwnPolicies()
    first = own(FILES)
    assert own(other) is not first
    assert own(other).files == other
    assert own(FILES) is first


def test_one_that_is_not_valid_is_not_valid_each_time() -> None:
    own = OwnPolicies()
    for _ in range(2):
        with pytest.raises(PolicyError):
            own(replace(FILES, main=b"mode: loud\n"))


def test_what_was_used_last_is_kept() -> None:
    own = OwnPolicies()
    first, second = own(FILES), own(replace(FILES, revision="second"))
    for number in range(LOADED - 1):
        own(replace(FILES, revision=str(number)))
        assert own(FILES) is first
    assert own(replace(FILES, revision="second")) is not second


def test_a_large_one_is_not_kept() -> None:
    own, large = OwnPolicies(), replace(FILES, main=FILES.main + b"#" * LARGE)
    assert own(large) is not own(large)
