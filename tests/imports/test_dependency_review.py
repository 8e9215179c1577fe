"""dependency-review-action becomes a policy: its configuration file, and the step of a workflow."""

from datetime import date

import pytest

from checks.imports.draft import Terms
from checks.model.errors import UsageError
from checks.model.report import Mode
from checks.rules.licenses.section import LicensesSection
from checks.vulnerabilities.terms import VulnerabilitiesSection
from tests.imports.examples import TODAY, imported

NAME = "dependency-review-config.yml"


def test_a_configuration_file() -> None:
    done = imported(
        NAME,
        """
        fail_on_severity: critical
        fail-on-scopes: [runtime, development, unknown]
        allow-licenses: "MIT, Apache-2.0"
        allow_dependencies_licenses:
          - pkg:npm/@example/ui
          - pkg:pypi/Some_Package@1.2
        allow-ghsas: [GHSA-aaaa-bbbb-cccc]
        deny-packages: pkg:npm/lodash@4.17.20, pkg:maven/org.example/core
        deny-groups: [pkg:npm/@example-old/]
        """,
    )
    licenses = done.section("licenses")
    assert isinstance(licenses, LicensesSection)
    assert [item.text for item in licenses.allow] == ["MIT", "Apache-2.0"]
    assert [(item.package, item.versions) for item in licenses.exceptions] == [
        ("pkg:npm/%40example/ui", None), ("pkg:pypi/some-package", "1.2"),
    ]  # fmt: skip
    assert licenses.development.allow_also == (), "every scope was judged there, too"
    vulnerabilities = done.section("vulnerabilities")
    assert isinstance(vulnerabilities, VulnerabilitiesSection)
    assert vulnerabilities.block_from.value == "critical"
    (accepted,) = vulnerabilities.accept
    assert (accepted.advisory, accepted.expires) == ("GHSA-aaaa-bbbb-cccc", "2027-02-18"), "90 days to look at it"
    advice = done.policy.sections["packages"].advice  # type: ignore[attr-defined]
    assert [(item.package, item.versions, item.advice.value) for item in advice] == [
        ("pkg:npm/lodash", "4.17.20", "avoid"), ("pkg:maven/org.example/core", None, "avoid"),
        ("pkg:npm/%40example-old/*", None, "avoid"),
    ]  # fmt: skip
    assert done.policy.mode is Mode.ENFORCE
    assert f"# {NAME}:3" in done.text, "each entry says where it was"
    assert done.left == []


def test_a_step_of_a_workflow() -> None:
    done = imported(
        "review.yml",
        """
        on: pull_request
        jobs:
          review:
            steps:
              - uses: actions/checkout@v5
              - uses: actions/dependency-review-action@v4
                with:
                  deny-licenses: GPL-3.0-only, AGPL-3.0-only
                  warn-only: true
                  comment-summary-in-pr: on-failure
                  base-ref: ${{ github.event.before }}
        """,
    )
    licenses = done.section("licenses")
    assert isinstance(licenses, LicensesSection)
    assert [item.license.text for item in licenses.deny] == ["GPL-3.0-only", "AGPL-3.0-only"]
    assert "strong-copyleft" in {item.text for item in licenses.allow}, "what is not denied stays allowed"
    assert done.policy.mode is Mode.EVALUATE
    assert done.rows["warn-only: true"][0] == 9
    assert done.left == ["comment-summary-in-pr: on-failure", "base-ref: ${{ github.event.before }}"]


@pytest.mark.parametrize(
    ("text", "setting", "words"),
    [
        ("deny-licenses: [GPL-3.0-only]", "deny-licenses", "`A AND denied` passes there and is a finding here"),
        ("deny-licenses: [GPL-3.0-only]", "deny-licenses", "`A OR denied` fails there and passes here"),
        ("allow-licenses: [MIT]", "allow-licenses", "`mit` fail there as unreadable"),
        ("allow-licenses: [MIT]", "packages without a license", "never fail"),
        ("allow-licenses: [MIT]\ndeny-licenses: [ISC]", "allow-licenses with deny-licenses", "refuses to run"),
        ("allow-licenses: [MIT OR ISC]", "allow-licenses: MIT OR ISC", "drops this entry"),
        ("allow-licenses: [MIT]", "fail-on-scopes: runtime", "development, unknown"),
        ("allow-licenses: [MIT]", "fail-on-severity: low", "severity-unknown"),
        ("deny-packages: [pkg:npm/lodash]", "deny-packages: pkg:npm/lodash", "another ecosystem"),
        ("deny-groups: [pkg:golang/github.com/foo/]", "deny-groups: pkg:golang/github.com/foo/", "github.com/foo/*"),
        ("allow-licenses: [MIT]\nallow-dependencies-licenses: [pkg:npm/a@1.0.0]",
         "allow-dependencies-licenses: pkg:npm/a@1.0.0", "ignores the version"),
        ("fail_on_severty: high\ndeny-groups: []", "fail_on_severty", "Was fail-on-severity meant?"),
        ("warn-only: true\nlicense-check: true", "warn-only: true", "denied packages fail nevertheless"),
        ("license-check: true", "license-check", "Without a list it forbids nothing"),
        ("config-file: x.yml\nlicense-check: true", "config-file: x.yml", "Import that file"),
    ],
)  # fmt: skip
def test_what_is_judged_differently_is_said(text: str, setting: str, words: str) -> None:
    assert words in imported(NAME, text, "dependency-review").rows[setting][2]


def test_a_severity_that_nobody_gives_is_theirs_by_default() -> None:
    done = imported(NAME, "vulnerability-check: true\n")
    assert done.section("vulnerabilities").block_from.value == "low"  # type: ignore[attr-defined]
    assert "licenses" not in done.policy.sections


def test_development_is_left_out_by_default_and_what_is_denied_never_is() -> None:
    licenses = imported(NAME, "allow-licenses: [MIT]\ndeny-licenses: [ISC]\n").section("licenses")
    assert isinstance(licenses, LicensesSection)
    assert "strong-copyleft" in {item.text for item in licenses.development.allow_also}
    assert [item.license.text for item in licenses.deny] == ["ISC"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "license-check: false\nvulnerability-check: false",
            "NAME:1: license-check and vulnerability-check are both off",
        ),
        ("allow-licenses: [MIT]\nfail-on-severity: severe", "NAME:2: fail-on-severity: 'severe' is none of"),
        ("deny-packages: [lodash]\n", "NAME:1: deny-packages: not a package URL"),
        ("deny-groups: ['pkg:npm/@example']\n", "NAME:1: deny-groups: 'pkg:npm/@example' must begin"),
        ("fail-on-scopes: [prod]\n", "NAME:1: fail-on-scopes: 'prod' is none of"),
        ("license-check: perhaps\n", "NAME:1: 'license-check' must be true or false, not 'perhaps'"),
        ("allow-licenses: {MIT: 1}\n", "NAME:1: 'allow-licenses' must be a list"),
        ("- allow-licenses\n", "NAME:1: it is no mapping of keys"),
        ("jobs: {review: {steps: []}}\n", "NAME:1: no step of this workflow uses"),
        ("a: [\n", "NAME:2: "),
    ],
)
def test_faults_have_a_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        imported(NAME, text, "dependency-review")
    assert str(caught.value).startswith(message.replace("NAME", NAME))


def test_an_ignore_needs_somebody_who_approved_it() -> None:
    with pytest.raises(UsageError, match="1 entry ignores a finding") as caught:
        imported(NAME, "allow-ghsas: GHSA-aaaa-bbbb-cccc\n", terms=Terms(TODAY))
    assert "--approved-by" in caught.value.hint


def test_the_day_of_the_review_can_be_given() -> None:
    terms = Terms(TODAY, date(2027, 6, 30), "@ada")
    done = imported(NAME, "allow-ghsas: GHSA-aaaa-bbbb-cccc\n", terms=terms)
    (accepted,) = done.section("vulnerabilities").accept  # type: ignore[attr-defined]
    assert (accepted.expires, accepted.approved_by) == ("2027-06-30", "@ada")
