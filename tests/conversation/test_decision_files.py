"""The file that a request proposes: it loads as it is, covers just what was asked for, and nothing in it is active."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies import load_policies
from checks.conversation.claimed import Claimed, claimed
from checks.conversation.entry import (
    UNSAID,
    Asked,
    DecisionFile,
    amendment_file,
    clarification_file,
    decision_id,
    waiver_file,
)
from checks.model.errors import PolicyError
from checks.policy.decisions import APPROVER
from checks.policy.files import PolicyFiles
from checks.policy.schema import Policy
from checks.policy.waivers import Waiver
from checks.rules.licenses.section import LicensesSection

TODAY, END = date(2026, 11, 20), date(2027, 2, 18)
DIGEST = "0123456789abcdef" * 4


def asked(reason: str | None = "linked dynamically", about: tuple[str, ...] = (), **finding: Any) -> Asked:
    subject = {"purl": "pkg:npm/glyph-core", "version": "2.1.0", "commit": None, "path": None, "policy": None}
    found = {
        "id": "lic-4k7", "rule": "license-not-allowed", "licenses": ["GPL-3.0-only"], "advisories": [], **finding,
        "subject": {**subject, **finding.get("subject", {})},
    }  # fmt: skip
    id_ = decision_id("W", TODAY, "example/web", found["id"])
    return Asked(found, "example/web", "ada", reason, TODAY, id_, "@example/legal", "LEGAL-1", about)


def loaded(file: DecisionFile | None) -> Policy:
    assert file is not None
    decisions = {file.path: file.text.encode()}
    return load_policies(PolicyFiles(b"version: 1\nlicenses: {}\n", "policy.yaml", decisions=decisions)).plain


def waiver(request: Asked) -> Waiver:
    (only,) = loaded(waiver_file(request, END)).root.waivers
    return only


def licenses(policy: Policy) -> LicensesSection:
    section = policy.sections["licenses"]
    assert isinstance(section, LicensesSection)
    return section


def test_a_waiver_as_it_is_proposed() -> None:
    file = waiver_file(asked(about=("glyph-core 2.1.0 is GPL-3.0-only", "It comes with chart-kit.")), END)
    assert file == DecisionFile("waivers/W-2026-11-20-web-lic-4k7.yaml", """\
# glyph-core 2.1.0 is GPL-3.0-only
# It comes with chart-kit.
id: W-2026-11-20-web-lic-4k7
rules: [license-not-allowed]
package: pkg:npm/glyph-core
versions: "2.1.0"
licenses: [GPL-3.0-only]
repositories: [example/web]
reason: linked dynamically
requested_by: "@ada"
approved_by: "@example/legal"
created: 2026-11-20
ticket: LEGAL-1
expires: 2027-02-18
""")  # fmt: skip
    assert loaded(file).root.waivers[0].live(datetime(2026, 11, 20, tzinfo=UTC))


def test_of_vulnerabilities_only_those_that_were_found_are_waived() -> None:
    found = asked(rule="vulnerable", licenses=[], advisories=[["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"], ["CVE-2026-2"]])
    assert waiver(found).advisories == ("CVE-2026-1", "CVE-2026-2")
    assert waiver_file(asked(advisories=[["no id"]]), END) is None, "a person finds the words"


def test_an_amendment_allows_the_licenses_that_the_package_has() -> None:
    section = licenses(loaded(amendment_file(asked(licenses=["GPL-3.0-only AND (MIT OR Zlib)"]))))
    (entry,) = section.exceptions
    assert (entry.package, entry.versions, entry.reason) == ("pkg:npm/glyph-core", "2.1.0", "linked dynamically")
    assert [item.text for item in entry.allow] == ["GPL-3.0-only", "MIT", "Zlib"]
    assert amendment_file(asked(licenses=[])) is None
    assert amendment_file(asked(licenses=["see the file"])) is None


def test_a_clarification_says_what_somebody_read() -> None:
    (entry,) = licenses(loaded(clarification_file(asked(), Claimed("MIT", "LICENSE", DIGEST)))).clarify
    assert (str(entry.license), entry.evidence, entry.sha256) == ("MIT", "LICENSE", DIGEST)


def test_a_clarification_that_nobody_has_read_for_does_not_load() -> None:
    file = clarification_file(asked(), Claimed())
    assert file is not None
    assert not file.complete
    with pytest.raises(PolicyError, match=r"waivers/W-2026-11-20-web-lic-4k7.yaml:10:3|there is no value"):
        loaded(file)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("MIT", Claimed("MIT")),
        ("it is MIT, see LICENSE.md", Claimed("MIT", "LICENSE.md")),
        (f"(0BSD OR MIT). In docs/COPYING, sha256:{DIGEST.upper()}!", Claimed("0BSD OR MIT", "docs/COPYING", DIGEST)),
        ("not GPL-3.0-only but MIT", Claimed()),
        ("its license is in the license file", Claimed()),
        ("GPL-2.0-only WITH Bison-exception-2.2", Claimed("GPL-2.0-only WITH Bison-exception-2.2")),
        ("by ./LICENSE", Claimed(evidence="LICENSE")),
        ("LICENSE or COPYING", Claimed()),
        ("../../LICENSE", Claimed()),
        ("", Claimed()),
    ],
)  # fmt: skip
def test_what_is_right_is_read_from_words_that_are_clear(words: str, found: Claimed) -> None:
    assert claimed(words) == found


@given(st.text())
def test_no_words_are_too_strange(words: str) -> None:
    found = claimed(words)
    file = clarification_file(asked(words), found)
    assert file is not None
    assert file.complete is found.whole


def test_what_is_not_known_is_left_to_be_filled_in() -> None:
    file = clarification_file(asked(), Claimed("MIT"))
    assert file is not None
    assert not file.complete
    assert "  license: MIT\n  evidence:  # the file" in file.text


def test_a_finding_that_is_about_no_package_has_nothing_to_clarify() -> None:
    commit = asked(subject={"purl": None, "version": None, "commit": "0" * 40}, licenses=[])
    assert clarification_file(commit, Claimed()) is None
    assert amendment_file(commit) is None
    assert waiver(commit).commits == ("0" * 40,)


@pytest.mark.parametrize("name", ["example/we b", "example/../x", "example/" + "n" * 300, "", "e/#\n: [x]"])
def test_the_name_of_the_file_is_a_name_of_a_file(name: str) -> None:
    id_ = decision_id("W", TODAY, name, "lic-4k7")
    assert "/" not in id_
    assert waiver(asked()._replace(id=id_)).id == id_


def test_what_is_not_for_everybody_is_left_to_the_approver() -> None:
    hidden = waiver(asked(None)._replace(ticket=None))
    assert (hidden.reason.text, hidden.ticket) == (UNSAID, None)


def test_a_proposal_under_which_nobody_has_put_a_name_does_not_load() -> None:
    with pytest.raises(PolicyError, match="nobody has approved it yet"):
        waiver(asked()._replace(approved_by=APPROVER))


@given(st.text(min_size=1), st.text(), st.text(max_size=20))
def test_whatever_people_write_stays_what_they_wrote(reason: str, about: str, ticket: str) -> None:
    """It adds no key, ends no line and covers nothing more."""
    plain = waiver(asked())
    found = waiver(asked(reason, (about,))._replace(ticket=ticket.strip() or None))
    assert (found.rules, found.package, found.versions, found.licenses, found.repositories, found.expires) == (
        plain.rules, plain.package, plain.versions, plain.licenses, plain.repositories, plain.expires,
    )  # fmt: skip
    if reason.isprintable() and reason.strip():
        assert found.reason.text == reason
