"""Ignore lists of scanners become accepted vulnerabilities and waivers, each with an end."""

import pytest

from checks.model.errors import UsageError
from tests.imports.examples import Import, imported


def accepted(done: Import) -> list[tuple[str, str, str]]:
    entries = done.section("vulnerabilities").accept  # type: ignore[attr-defined]
    return [(item.advisory, item.expires, item.reason) for item in entries]


def test_osv_scanner() -> None:
    done = imported(
        "osv-scanner.toml",
        """
        GoVersionOverride = "1.20.1"

        [[IgnoredVulns]]
        id = "GO-2022-0968"
        ignoreUntil = 2027-01-09
        reason = "No ssh servers"

        [[IgnoredVulns]]
        id = "GHSA-aaaa-bbbb-cccc"
        ignoreUntil = 2022-11-09T00:00:00Z

        [[PackageOverrides]]
        name = "lib"
        version = "1.0.0"
        ecosystem = "Go"
        vulnerability.ignore = true
        license.override = ["MIT", "0BSD"]
        effectiveUntil = 2027-03-01
        reason = "forked"

        [[PackageOverrides]]
        ecosystem = "npm"
        ignore = true
        """,
    )
    assert accepted(done) == [("GO-2022-0968", "2027-01-09", "No ssh servers")]
    (waiver,) = done.policy.root.waivers
    assert (waiver.package, waiver.versions, waiver.expires) == ("pkg:golang/lib", "1.0.0", "2027-03-01")
    assert "vulnerable" in waiver.rules
    assert done.left == [
        "GoVersionOverride", "IgnoredVulns: GHSA-aaaa-bbbb-cccc", "PackageOverrides: lib license.override",
        "PackageOverrides: every package",
    ]  # fmt: skip
    assert "It ended on 2022-11-09" in done.rows["IgnoredVulns: GHSA-aaaa-bbbb-cccc"][2]


def test_trivy() -> None:
    done = imported(
        ".trivyignore",
        """
        # Accept the risk: only used
        # in tests
        CVE-2018-14618

        CVE-2019-14697 exp:2027-01-01   # our base image
        CVE-2019-1543 exp:2020-01-01
        AVD-DS-0002
        """,
    )
    assert accepted(done) == [
        ("CVE-2018-14618", "2027-02-18", "Accept the risk: only used in tests"),
        ("CVE-2019-14697", "2027-01-01", "our base image"),
    ]
    assert done.left == ["CVE-2019-1543", "AVD-DS-0002"]
    assert done.rows["CVE-2018-14618"] == (3, "vulnerabilities.accept", "It had no end; it is to be looked at again by "
        "2027-02-18.")  # fmt: skip


def test_trivy_in_yaml() -> None:
    done = imported(
        ".trivyignore.yaml",
        """
        vulnerabilities:
          - id: CVE-2022-40897
            paths: ["usr/local/lib"]
          - id: CVE-2023-2650
            statement: accepted
            expired_at: 2027-01-01
            purls: ["pkg:npm/%40example/ui@1.0.0"]
        licenses:
          - id: GPL-3.0
        """,
    )
    (entry,) = done.section("vulnerabilities").accept  # type: ignore[attr-defined]
    assert (entry.advisory, entry.package, entry.versions) == ("CVE-2023-2650", "pkg:npm/%40example/ui", "1.0.0")
    assert done.left == ["vulnerabilities: CVE-2022-40897 paths", "licenses: GPL-3.0"]


def test_a_word_of_trivyignore_that_is_no_end() -> None:
    with pytest.raises(UsageError, match=r"\.trivyignore:2: after the id only exp:"):
        imported(".trivyignore", "CVE-2020-1\nCVE-2020-2 forever\n")


def test_snyk() -> None:
    done = imported(
        ".snyk",
        """
        version: v1.25.0
        ignore:
          SNYK-JS-LODASH-567746:
            - '*':
                reason: no fix
                expires: 2027-01-31T00:00:00.000Z
          CVE-2021-23337:
            - '*':
                reason: not reached
                expires: 2027-01-31T00:00:00.000Z
            - 'a > b':
                reason: other
        patch: {}
        """,
    )
    assert accepted(done) == [("CVE-2021-23337", "2027-01-31", "not reached")]
    assert done.left == ["ignore: SNYK-JS-LODASH-567746", "ignore: CVE-2021-23337 a > b", "patch"]
    assert "Look up its CVE" in done.rows["ignore: SNYK-JS-LODASH-567746"][2]


@pytest.mark.parametrize("file", ["resolutions.yml", ".ort.yml"])
def test_ort_resolutions(file: str) -> None:
    text = """
        vulnerabilities:
          - {id: CVE-2021-23337, reason: INEFFECTIVE_VULNERABILITY, comment: not reached}
        issues:
          - {message: "Does not resolve.*", reason: SCANNER_ISSUE}
        """
    if file == ".ort.yml":
        text = "resolutions:\n" + text.replace("\n", "\n  ") + "\nexcludes: {paths: []}\n"
        text = "\n".join(row.removeprefix("        ") for row in text.splitlines())
    done = imported(file, text)
    assert accepted(done) == [("CVE-2021-23337", "2027-02-18", "INEFFECTIVE_VULNERABILITY: not reached")]
    assert [setting for setting in done.left if setting != "excludes"] == ["issues: Does not resolve.*"]
