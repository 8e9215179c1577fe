"""Decisions beside the policy: one file each, all or nothing, every fault with the name of its file."""

from textwrap import dedent

import pytest

from app.policies import load_policies
from checks.model.errors import PolicyError
from checks.policy.decisions import MAX_BYTES
from checks.policy.files import MAX_DECISIONS, PolicyFiles
from checks.policy.schema import Policy

WAIVER = """\
# The licensing desk has looked at how it is linked.
id: W-2026-014
rules: [license-not-allowed]
package: pkg:npm/left-pad
versions: vers:npm/<1.4
licenses: [GPL-3.0-only]
repositories: [example/web]
reason: {code: dynamic-linking, text: "Linked dynamically, reviewed by legal."}
requested_by: "@ada"
approved_by: "@example/legal"
created: 2026-11-20
expires: 2027-03-31
ticket: LEGAL-123
compensating_control: It runs in a process of its own.
renewal_of: W-2025-003
"""
CLARIFICATION = """\
id: C-2026-003
clarify:
  package: pkg:npm/spdx-ranges
  license: MIT AND CC-BY-3.0
  evidence: LICENSE.md
  sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
requested_by: "@ada"
approved_by: "@grace"
created: 2026-11-20
"""
AMENDMENT = """\
id: A-2026-002
amend:
  licenses:
    allow_also: [MPL-2.0]
    exceptions_also:
      - {package: pkg:npm/caniuse-lite, allow: [CC-BY-4.0], reason: "data, attributed in NOTICE"}
approved_by: "@grace"
"""

MAIN = """\
waivers: [{id: W-0, rules: [vulnerable], package: pkg:npm/a, reason: r, approved_by: "@g", expires: 2027-01-01}]
"""


def load(main: str = "licenses: {}", **files: str | bytes) -> Policy:
    """`version: 1` and this, with decision files: `W_1="…"` is `waivers/W-1.yaml`."""
    decisions = {
        f"waivers/{name.replace('_', '-')}.yaml": text if isinstance(text, bytes) else dedent(text).encode()
        for name, text in files.items()
    }
    return load_policies(PolicyFiles(f"version: 1\n{main}\n".encode(), "policy.yaml", decisions=decisions)).plain


def faults(main: str = "licenses: {}", **files: str | bytes) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(main, **files)
    assert "policy validate policy.yaml" in caught.value.hint
    return [issue.at("policy.yaml") for issue in caught.value.issues]


def fault(main: str = "licenses: {}", **files: str | bytes) -> str:
    (only,) = faults(main, **files)
    return only


def test_a_waiver_in_a_file_of_its_own_counts_like_one_in_the_policy() -> None:
    beside = load(W_2026_014=WAIVER).root.waivers
    item = "\n".join(f"    {line}" for line in WAIVER.splitlines())
    inside = load(f"licenses: {{}}\nwaivers:\n  -\n{item}").root.waivers
    assert beside == inside
    assert beside[0].renewal_of == "W-2025-003"
    assert beside[0].compensating_control == "It runs in a process of its own."


def test_waivers_of_the_policy_come_first_then_the_files_by_name() -> None:
    second = WAIVER.replace("W-2026-014", "W-2026-015")
    assert [w.id for w in load(MAIN, b=WAIVER, a=second).root.waivers] == ["W-0", "W-2026-015", "W-2026-014"]


def test_a_clarification_and_an_amendment_add_to_what_the_policy_says() -> None:
    from checks.rules.licenses.section import LicensesSection

    main = "licenses: {allow: [permissive], clarify: []}"
    section = load(main, C_1=CLARIFICATION, A_1=AMENDMENT).sections["licenses"]
    assert isinstance(section, LicensesSection)
    assert [item.text for item in section.allow] == ["permissive", "MPL-2.0"]
    assert [str(entry.package) for entry in section.exceptions] == ["pkg:npm/caniuse-lite"]
    assert [str(entry.license) for entry in section.clarify] == ["MIT AND CC-BY-3.0"]


def test_what_a_decision_adds_is_added_to_the_default_where_the_policy_says_nothing() -> None:
    from checks.rules.licenses.section import LicensesSection

    section = load(A_1=AMENDMENT).sections["licenses"]
    assert isinstance(section, LicensesSection)
    assert [item.text for item in section.allow] == ["public-domain", "permissive", "MPL-2.0"]


def test_each_value_knows_the_file_that_it_stands_in() -> None:
    policy = load(W_1=WAIVER, C_1=CLARIFICATION)
    assert policy.places[("waivers", "0", "package")][:] == (4, 1, "waivers/W-1.yaml")
    place = policy.places[("licenses", "clarify", "0", "license")]
    assert (place.line, place.file) == (4, "waivers/C-1.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: there is no decision in it (one file has one decision: begin with its id)"),
        ("# soon\n---\n", "1:1: there is no decision in it (one file has one decision: begin with its id)"),
        ("- id: W-1\n", "1:1: expected keys with values (one file has one decision: begin with its id)"),
        ("id: W-1\n  rules: []\n", "2:8: not valid YAML: mapping values are not allowed in this context (text with "
         "': ' in it needs quotes; otherwise look at the indentation)"),
        (b"id: \xff\n", "1:1: not UTF-8 text (save the file as UTF-8)"),
        (b"#" * (MAX_BYTES + 1), "1:1: the file has 65,537 bytes; a decision has at most 65,536"),
        (CLARIFICATION.replace("clarify:", "amend: {licenses: {}}\nclarify:"), "2:8: amend: one file has one decision, "
         "and this one has 'clarify', too"),
        ("id: A-1\napproved_by: '@g'\namend: {}\n", "3:8: amend: there is nothing that it adds (an amendment adds to "
         "lists: amend: {licenses: {exceptions_also: [{…}]}})"),
        ("id: A-1\napproved_by: '@g'\namend: {licenses: {allow: [MIT]}}\n", "3:20: amend.licenses.allow: a decision "
         "adds to a list (write allow_also: […])"),
        ("id: A-1\napproved_by: '@g'\namend: {licenses: {allow_also: MIT}}\n", "3:32: amend.licenses.allow_also: "
         "expected a list (begin each item with '- ')"),
        ("id: A-1\napproved_by: '@g'\namend: {licenses: off}\n", "3:19: amend.licenses: expected keys with values (an "
         "amendment adds to lists: amend: {licenses: {exceptions_also: [{…}]}})"),
        ("id: A-1\napproved_by: '@g'\namend: {signoff: {x_also: []}}\n", "3:9: signoff: the policy has no section "
         "'signoff' to add to (turn it on with {} at least, or remove the file)"),
        (AMENDMENT + 'requested_by: "@Grace"\n', "7:14: approved_by: nobody approves their own decision (requested_by "
         "is the same account)"),
        (AMENDMENT.replace("approved_by", "approvedby"), "7:1: approvedby: unknown key (did you mean 'approved_by'?)"),
    ],
)  # fmt: skip
def test_what_is_no_decision_breaks_the_load_with_the_name_of_its_file(text: str | bytes, expected: str) -> None:
    assert faults(W_1=WAIVER, Z_9=text)[0] == f"waivers/Z-9.yaml:{expected}"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (WAIVER.replace("2027-03-31", "2027-02-30"), "12:10: waivers.0.expires: there is no such day as '2027-02-30'"),
        (WAIVER.replace("<1.4", "<1.4|>2.0|>3"), "5:1"),
        (WAIVER.replace("id: W-2026-014", "id: ../W"), "2:5: waivers.0.id: expected a reference such as 'W-2026-014'"),
        (WAIVER.replace("dynamic-linking", "two words"), "8:16: waivers.0.reason.code: expected one word"),
        (WAIVER.replace("W-2025-003", "W-2026-014"), "15:13: waivers.0.renewal_of: a waiver cannot renew itself"),
        (WAIVER.replace("pkg:npm/left-pad", "pkg:npm/left-pad@1.3"), "4:10: waivers.0.package: expected a package URL"),
        (CLARIFICATION.replace("CC-BY-3.0", "CC-BY"), "4:12: licenses.clarify.0.license: "),
        (AMENDMENT.replace("[MPL-2.0]", "[MPL]"), "4:18: licenses.allow."),
    ],
)
def test_what_is_wrong_in_one_is_named_with_its_file_and_line(wrong: str, expected: str) -> None:
    found = fault(D_1=wrong)
    assert found.startswith(f"waivers/D-1.yaml:{expected.partition(':')[0]}:")
    assert expected.partition(" ")[2] in found


def test_two_decisions_have_two_ids_whatever_they_are() -> None:
    assert fault(A_1=WAIVER, B_1=CLARIFICATION.replace("C-2026-003", "W-2026-014")) == (
        "waivers/B-1.yaml:1:5: id: a second decision has this id, the first is in waivers/A-1.yaml"
    )
    assert fault(MAIN.replace("W-0", "W-2026-014"), A_1=WAIVER) == (
        "waivers/A-1.yaml:2:5: id: a second decision has this id, the first is on line 2 of the policy"
    )


def test_two_of_the_policy_itself_are_named_as_without_files() -> None:
    item = MAIN.strip().removeprefix("waivers: [").removesuffix("]")
    twice = f"waivers: [{item}, {item}]"
    assert "waivers.1.id: a second waiver has this id, the first is on line 2" in fault(twice, A_1=WAIVER)


def test_more_files_than_anybody_reads_are_refused() -> None:
    files = {f"W_{number}": WAIVER for number in range(MAX_DECISIONS + 1)}
    assert fault(**files) == "waivers/W-0.yaml:1:1: one of 5,001 decisions; 5,000 are read (remove what has ended)"


def test_thousands_of_broken_files_are_not_all_named() -> None:
    assert len(faults(**{f"W_{number}": "" for number in range(1_000)})) == 51


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_waiver_lasts_no_longer_than_the_policy_allows_at_its_level() -> None:
    limited = "licenses: {}\nwaivers_last: {block: 180 days, warn: 1 year}"
    lasting = WAIVER.replace("2027-03-31", "LAST")
    assert load(limited, W_1=lasting.replace("LAST", "2027-05-19")).root.waivers
    assert fault(limited, W_1=lasting.replace("LAST", "2027-05-20")) == (
        "waivers/W-1.yaml:12:10: waivers.0.expires: it lasts 181 days, and 'waivers_last' allows 180 days for "
        "'license-not-allowed', whose level is block (the last day can be 2027-05-19; after it, a new one with "
        "'renewal_of' takes its place)"
    )
    milder = limited.replace("licenses: {}", "licenses: {levels: {license-not-allowed: warn}}")
    assert load(milder, W_1=lasting.replace("LAST", "2027-11-20")).root.waivers
    noted = limited.replace("licenses: {}", "licenses: {levels: {license-not-allowed: note}}")
    assert load(noted, W_1=lasting.replace("LAST", "2099-01-01")).root.waivers
    both = lasting.replace("LAST", "2027-05-20").replace(
        "[license-not-allowed]", "[license-missing, license-not-allowed]"
    )
    assert "allows 180 days for 'license-not-allowed'" in fault(limited, W_1=both)


def test_a_length_needs_a_first_day() -> None:
    found = fault("waivers_last: {block: 180 days}", W_1=WAIVER.replace("created: 2026-11-20\n", ""))
    assert "its length is not known, and 'waivers_last' allows 180 days" in found
    assert load(W_1=WAIVER.replace("created: 2026-11-20\n", "")).root.waivers


@pytest.mark.parametrize("rule", ["malicious-package", "license-context-unknown"])
def test_what_can_never_be_waived_is_no_rule_of_a_waiver(rule: str) -> None:
    found = fault(W_1=WAIVER.replace("[license-not-allowed]", f"[license-not-allowed, {rule}]"))
    assert found == (
        f"waivers/W-1.yaml:3:8: waivers.0.rules: '{rule}' cannot be waived (remove what it speaks of; no exception "
        "covers it)"
    )


def test_a_policy_names_rules_that_cannot_be_waived() -> None:
    found = fault("unwaivable: [license-not-allowed]", W_1=WAIVER)
    assert found == (
        "waivers/W-1.yaml:3:8: waivers.0.rules: 'license-not-allowed' cannot be waived: the policy lists it under "
        "'unwaivable'"
    )
    assert "did you mean 'license-unknown'" in fault("unwaivable: [license-unknwn]")
    assert "what is off needs no waiver" in fault("waivers_last: {off: 3 days}")
