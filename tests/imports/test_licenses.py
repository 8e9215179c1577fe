"""License lists of cargo-deny, licensed, liccheck, ScanCode and ORT become the section `licenses`."""

import pytest

from checks.model.errors import UsageError
from checks.rules.licenses.section import LicensesSection
from tests.imports.examples import Import, imported


def licenses(done: Import) -> LicensesSection:
    section = done.section("licenses")
    assert isinstance(section, LicensesSection)
    return section


def allowed(done: Import) -> list[str]:
    return [item.text for item in licenses(done).allow]


DENY = """
    [graph]
    targets = []

    [licenses]
    allow = ["MIT", "Apache-2.0 WITH LLVM-exception", "BSD"]
    confidence-threshold = 0.8
    exceptions = [
      { allow = ["Zlib"], crate = "adler32" },
      { allow = ["MPL-2.0"], name = "cbindgen", version = "0.24" },
    ]
    unused-allowed-license = "deny"

    [[licenses.clarify]]
    crate = "ring"
    expression = "MIT AND ISC"
    license-files = [{ path = "LICENSE", hash = 0xbd0eed23 }]

    [bans]
    multiple-versions = "warn"
    deny = [
      { crate = "openssl", use-instead = "rustls", reason = "C code", wrappers = ["x"] },
      "time@0.1",
    ]

    [sources]
    unknown-registry = "deny"
    unknown-git = "warn"
    allow-registry = ["sparse+https://registry.example/index"]
    [sources.allow-org]
    github = ["example"]

    [advisories]
    ignore = [
      "RUSTSEC-2024-0001",
      { id = "RUSTSEC-2024-0002", reason = "no fix yet" },
      { crate = "old@1.0.0" },
    ]
    """


def test_cargo_deny() -> None:
    done = imported("deny.toml", DENY)
    assert allowed(done) == ["MIT", "Apache-2.0 WITH LLVM-exception"]
    assert [(item.package, item.versions, [i.text for i in item.allow]) for item in licenses(done).exceptions] == [
        ("pkg:cargo/adler32", None, ["Zlib"]), ("pkg:cargo/cbindgen", ">=0.24, <0.25", ["MPL-2.0"]),
    ]  # fmt: skip
    assert licenses(done).levels["license-allowance-unused"].value == "block"
    packages = done.policy.sections["packages"]
    assert [(item.package, item.instead, item.reason) for item in packages.advice] == [  # type: ignore[attr-defined]
        ("pkg:cargo/openssl", ("pkg:cargo/rustls",), "C code"),
        ("pkg:cargo/time", (), "Banned before (cargo-deny)."),
    ]
    assert packages.sources.registries == ("https://registry.example/index",)  # type: ignore[attr-defined]
    assert packages.sources.git == ("github.com/example/*",)  # type: ignore[attr-defined]
    assert packages.levels["source-not-allowed"].value == "block"
    assert [(item.advisory, item.reason) for item in done.section("vulnerabilities").accept] == [  # type: ignore[attr-defined]
        ("RUSTSEC-2024-0001", "Ignored before (advisories.ignore: RUSTSEC-2024-0001)."),
        ("RUSTSEC-2024-0002", "no fix yet"),
    ]


def test_what_cargo_deny_says_and_the_policy_cannot() -> None:
    done = imported("deny.toml", DENY)
    assert {setting: done.rows[setting][0] for setting in done.left} == {
        "[graph]": 1,
        "licenses.allow: BSD": 5,
        "licenses.confidence-threshold": 6,
        "licenses.clarify: pkg:cargo/ring": 13,
        "bans.multiple-versions": 19,
        "bans.deny: pkg:cargo/openssl wrappers": 21,
        "advisories.ignore: old@1.0.0": 36,
    }
    assert 'license: MIT AND ISC, evidence: LICENSE, sha256: "…"}' in done.text, "a comment, to be completed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[licenses]\nallow = 'MIT'\n", "deny.toml:2: 'allow' must be a list"),
        ("[licenses]\nallow = [\n  'MIT',\n  1,\n]\n", "deny.toml:4: each entry of 'allow' must be text"),
        ("[licenses\n", "deny.toml:1: it is not TOML"),
        ("licenses = 1\n", "deny.toml:1: 'licenses' must be a mapping"),
    ],
)
def test_faults_of_toml_have_a_line(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        imported("deny.toml", text)


def test_licensed() -> None:
    done = imported(
        ".licensed.yml",
        """
        sources: {npm: true}
        allowed:
          - mit
          - bsd-3-clause
          - other
        reviewed:
          npm: ['@example/ui', left-pad@1.3.0]
          manifest: [something]
        apps:
          - source_path: web
            ignored: {bundler: [internal-gem]}
        """,
    )
    assert allowed(done) == ["MIT", "BSD-3-Clause"]
    assert [(item.package, item.versions) for item in licenses(done).exceptions] == [
        ("pkg:npm/%40example/ui", None), ("pkg:npm/left-pad", "1.3.0"), ("pkg:gem/internal-gem", None),
    ]  # fmt: skip
    assert done.left == ["sources", "allowed: other", "reviewed.manifest: something", "source_path"]


INI = """
    # what we use
    [Licenses]
    authorized_licenses:
        bsd
        new bsd
        mit
        apache 2.0
    unauthorized_licenses:
        gpl v3

    [Authorized Packages]
    # reviewed
    uuid: >=1.30,<2
    feedparser: any
    older: ~=1.2
    """
TOML = """
    [tool.liccheck]
    authorized_licenses = [
      "new bsd",
      "mit",
      "bsd",
      "apache 2.0",
    ]
    unauthorized_licenses = ["gpl v3"]
    [tool.liccheck.authorized_packages]
    uuid = ">=1.30,<2"
    feedparser = "any"
    older = "~=1.2"
    """


@pytest.mark.parametrize(("file", "text", "line"), [("liccheck.ini", INI, 4), ("pyproject.toml", TOML, 5)])
def test_liccheck_in_both_its_forms(file: str, text: str, line: int) -> None:
    done = imported(file, text)
    assert set(allowed(done)) == {"BSD-3-Clause", "MIT", "Apache-2.0"}
    assert [item.license.text for item in licenses(done).deny] == ["GPL-3.0-only"]
    assert [(item.package, item.versions) for item in licenses(done).exceptions] == [
        ("pkg:pypi/uuid", ">=1.30, <2"), ("pkg:pypi/feedparser", None), ("pkg:pypi/older", ">=1.2, <2"),
    ]  # fmt: skip
    assert done.left == ["authorized_licenses: bsd"], "which of the BSD licenses?"
    assert done.rows["authorized_licenses: bsd"][0] == line


def test_a_line_of_an_ini_file_that_belongs_to_nothing() -> None:
    with pytest.raises(UsageError, match=r"liccheck\.ini:2: it is neither a section"):
        imported("liccheck.ini", "[Licenses]\nmit\n")


def test_scancode() -> None:
    done = imported(
        "policies.yml",
        """
        license_policies:
          - {license_key: mit, label: Approved License, compliance_alert: ''}
          - {license_key: gpl-2.0-plus, label: Prohibited License, compliance_alert: error}
          - {license_key: mpl-2.0, label: Restricted License, compliance_alert: warning}
          - {license_key: bsd-new, label: Approved License}
          - {license_key: agpl-3.0, label: Prohibited License}
          - {license_key: no-such-license, label: Approved License}
        """,
    )
    assert allowed(done) == ["MIT", "BSD-3-Clause"]
    assert [(item.license.text, item.reason) for item in licenses(done).deny] == [
        ("GPL-2.0-or-later", "Prohibited License"), ("AGPL-3.0-only", "Prohibited License"),
    ]  # fmt: skip
    assert done.left == ["mpl-2.0: warning", "no-such-license: Approved License"]


def test_ort_classifications() -> None:
    done = imported(
        "license-classifications.yml",
        """
        categories:
          - {name: permissive}
          - {name: copyleft}
        categorizations:
          - {id: MIT, categories: [permissive, include-in-notice-file]}
          - {id: GPL-3.0-only, categories: [copyleft]}
          - {id: LicenseRef-scancode-public-domain, categories: [public-domain]}
        """,
    )
    assert allowed(done) == ["MIT", "LicenseRef-scancode-public-domain"]
    assert done.left == ["GPL-3.0-only: copyleft"], "what may be copyleft stands in a program"


def test_ort_curations_become_clarifications_to_complete() -> None:
    done = imported(
        "curations.yml",
        """
        - id: "NPM:@example:ui:1.2.0"
          curations:
            concluded_license: "MIT AND ISC"
        - id: "Maven:org.example:core:"
          curations: {comment: "no license"}
        - id: "Unmanaged::x:1"
          curations: {concluded_license: MIT}
        """,
    )
    assert 'package: "pkg:npm/%40example/ui"' in done.text or "package: pkg:npm/%40example/ui" in done.text
    assert len(done.left) == len(done.rows) == 3
    assert "no package URL" in done.rows["curations: Unmanaged::x:1"][2]
