"""Waiting times of Renovate and Dependabot become `freshness.minimum_age`."""

import pytest

from checks.model.errors import UsageError
from tests.imports.examples import Import, imported


def ages(done: Import) -> tuple[str | None, ...]:
    age = done.section("freshness").minimum_age  # type: ignore[attr-defined]
    return age.default, age.major, age.minor, age.patch


def test_renovate() -> None:
    done = imported(
        "renovate.json",
        """
        {
          // ours
          "extends": ["config:recommended"],
          "minimumReleaseAge": "3 days",
          "abandonmentThreshold": "2 years",
          "packageRules": [
            {"matchUpdateTypes": ["major"], "minimumReleaseAge": "2 weeks"},
            {"matchPackageNames": ["example"], "minimumReleaseAge": "30 days"},
          ],
        }
        """,
    )
    assert ages(done) == ("3 days", "2 weeks", None, None)
    assert done.section("freshness").unmaintained_after == "2 years"  # type: ignore[attr-defined]
    assert done.left == ["packageRules: minimumReleaseAge 30 days"]
    assert done.rows["minimumReleaseAge: major 2 weeks"][0] == 7


def test_dependabot_waits_as_long_as_its_slowest_ecosystem() -> None:
    done = imported(
        "dependabot.yml",
        """
        version: 2
        updates:
          - package-ecosystem: npm
            cooldown: {default-days: 5, semver-major-days: 30}
          - package-ecosystem: pip
            cooldown:
              default-days: 7
              exclude: [internal-*]
        """,
    )
    assert ages(done) == ("7 days", "30 days", None, None)
    assert done.left == ["pip: cooldown.exclude"]
    assert "as long as the slowest" in done.rows["pip: cooldown.default-days: 7"][2]


@pytest.mark.parametrize(
    ("file", "text", "setting"),
    [
        ("renovate.json", '{"minimumReleaseAge": "soon"}', "minimumReleaseAge: soon"),
        ("renovate.json", "{}", "minimumReleaseAge"),
        ("dependabot.yml", "updates: [{cooldown: {default-days: x}}]", ": cooldown.default-days: x"),
        ("dependabot.yml", "version: 2", "cooldown"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_said(file: str, text: str, setting: str) -> None:
    assert setting in imported(file, text).left


def test_json_with_a_fault() -> None:
    with pytest.raises(UsageError, match=r"renovate\.json:2: "):
        imported("renovate.json", '{\n  "minimumReleaseAge": 3 days\n}\n')
