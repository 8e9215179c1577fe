"""Recognizing files, writing text so that it is read as it was, and hostile files."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.imports.draft import Difference, Draft, Terms, license_item
from checks.imports.kinds import IDS, recognized
from checks.imports.ranges import comparators
from checks.imports.table import document, markdown, text
from checks.imports.write import policy_text, scalar
from checks.licenses.index import known_ids
from checks.licenses.item import LicenseItem
from checks.model.errors import UsageError
from checks.model.phrase import say
from checks.policy.document import Entries, Scalar
from checks.policy.yaml_events import parse
from tests.imports.examples import imported


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("deny.toml", "", "cargo-deny"), (".licensed.yml", "", "licensed"), ("a/osv-scanner.toml", "", "osv-scanner"),
        (".trivyignore", "", "trivy"), (".trivyignore.yaml", "", "trivy-yaml"), (".snyk", "", "snyk"),
        (".github/renovate.json5", "", "renovate"), ("dependabot.yml", "", "dependabot"),
        (".ort.yml", "", "ort-repository"), ("a\\license-classifications.yml", "", "ort-classifications"),
        ("pyproject.toml", "[tool.liccheck]\n", "liccheck"), ("any.yml", "license_policies:\n", "scancode"),
        ("any.yml", "fail-on-severity: high\n", "dependency-review"),
        ("any.yml", "  - uses: Actions/Dependency-Review-Action@v4\n", "dependency-review"),
    ],
)  # fmt: skip
def test_files_are_recognized(file: str, content: str, kind: str) -> None:
    assert recognized(content, file).id == kind


def test_what_is_not_recognized_can_be_named() -> None:
    with pytest.raises(UsageError, match=r"rules\.txt is not recognized") as caught:
        imported("rules.txt", "CVE-2020-1\n")
    assert "--from: " + ", ".join(IDS) in caught.value.hint
    assert "vulnerabilities" in imported("rules.txt", "CVE-2020-1\n", "trivy").policy.sections


@given(st.text(min_size=1))
def test_text_is_read_as_it_was_written(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    node = parse(f"key: {scalar(value)}\n", "policy.yaml")
    assert isinstance(node, Entries)
    ((_, read),) = node.entries
    assert isinstance(read, Scalar)
    assert read.text == value
    assert not read.absent


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=5),
    st.text(st.characters(codec="utf-8"), max_size=9),
)
def test_whatever_a_file_says_the_policy_is_valid(texts: list[str], name: str) -> None:
    """Licenses, reasons, ids and names of a stranger become entries of a policy that loads, or rows of the table."""
    written = "[" + ", ".join(map(scalar, texts)) + "]"
    packages = "[" + ", ".join(scalar(f"pkg:npm/a{number}@{item}") for number, item in enumerate(texts)) + "]"
    document = f"allow-licenses: {written}\ndeny-licenses: {written}\nallow-ghsas: {written}\n"
    done = imported(name or "x", f"{document}deny-packages: {packages}\n", "dependency-review")
    assert {f"deny-licenses: {item.strip()}" for item in texts if item.strip()} <= done.rows.keys()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(content: str) -> None:
    for kind in IDS:
        try:
            imported("file", content, kind)
        except UsageError:
            continue


def test_nested_and_long_files_are_refused() -> None:
    for kind in ("dependency-review", "cargo-deny", "renovate", "liccheck"):
        with pytest.raises(UsageError):
            imported("file", "[" * 100_000, kind)
    with pytest.raises(UsageError, match="more than 10,000 settings"):
        imported("file", "CVE-2026-1\n" * 100_000, "trivy")
    with pytest.raises(UsageError, match="has more than"):
        imported("file", "a" * 2_000_001, "trivy")


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("^1.2.3", ">=1.2.3, <2"), ("^0.2.3", ">=0.2.3, <0.3"), ("^0.0.3", ">=0.0.3, <0.0.4"), ("^0", ">=0, <1"),
        ("~1.2.3", ">=1.2.3, <1.3"), ("~1", ">=1, <2"), ("~=1.4.5", ">=1.4.5, <1.5"), ("~> 2.1", ">=2.1, <3"),
        (">=1", ">=1"), ("1.2.3", "1.2.3"), ("^x", "^x"),
    ],
)  # fmt: skip
def test_requirements_become_comparators(requirement: str, expected: str) -> None:
    assert comparators(requirement) == expected


def test_the_table_shows_foreign_text_and_nothing_of_it_is_active() -> None:
    rows = [
        Difference(3, "deny: @ada [x](https://example.com)|\u202e", "licenses.deny"),
        Difference(0, "<b>", "", say("It is {}.", "*bold* @team")),
    ]
    shown = markdown(rows, "a|b.toml")
    assert "`@ada" not in shown.replace("`deny: @ada", "")
    assert "\u202e" not in shown + text(rows, "\x1b[31m")
    assert "| 3 |" in shown
    assert "*not taken over*" in shown
    assert "1 setting taken over, 1 not taken over" in text(rows, "file").splitlines()[0]
    assert document(rows, "file", "trivy")["settings"][1] == {
        "line": None, "setting": "<b>", "becomes": None, "difference": "It is *bold* @team.",
    }  # fmt: skip


def test_an_empty_list_stays_a_list_and_allows_nothing() -> None:
    draft = Draft(Terms(date(2026, 11, 20)))
    draft.begin(("licenses", "allow"))
    assert "  allow: []\n" in policy_text(draft, "deny.toml", "cargo-deny")


def test_what_an_import_takes_for_a_license_is_one_that_a_policy_may_name() -> None:
    ids = known_ids()
    for form in ("{}", "{}+", "GPL-2.0-only WITH {}", "LicenseRef-{}", "{}-or-later"):
        for id_ in ids:
            name, why = license_item(form.format(id_))
            assert LicenseItem.parse(name) if name else why
