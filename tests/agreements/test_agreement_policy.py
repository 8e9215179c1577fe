"""The section of the policy: what it reads, and what it refuses."""

import pytest

from checks.agreements.terms import AgreementsSection, Exempt, FieldType, Kind, Required, Trivial
from checks.policy.files import PolicyFiles, PolicyRef
from checks.policy.layers import wanted
from tests.agreements.examples import CLA, faults, section

DOC = "name: CLA, text: cla.md, version: 2"


def test_the_defaults() -> None:
    found = section("{}")
    assert found == AgreementsSection()
    assert (found.documents, found.require, found.trivial) == ((), Required(False, True), Trivial())
    assert (found.exempt, found.match_logins) == (Exempt(), False)
    (document,) = section(f"documents: [{{{DOC}}}]").documents
    assert (document.kind, document.corporate.acknowledge, document.grace_ends) == (Kind.INDIVIDUAL, True, None)


def test_a_document_says_everything() -> None:
    (document, _) = section("""
    documents:
    - name: Example CLA
      version: 2.1
      text: cla/v2.md
      kind: both
      sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF
      compatible_with: ["2", 1.1]
      since: 2026-11-01
      grace: 30 days
      reason: It grants a patent license now.
      phrase: I agree to the Example CLA
      corporate: {acknowledge: false}
      fields: [{name: country, label: Country, required: true, type: country}]
      repositories: ["web-*"]
      properties: {tier: [a, b], shipped: yes}
      contact: https://example.com/cla
    - {name: Corporate, version: 1, text: c.md, kind: corporate, instead_of: [Example CLA]}
    """).documents
    assert document.sentence == "I agree to the Example CLA"
    assert not document.by_comment
    assert document.fields[0].type is FieldType.COUNTRY
    assert document.sha256 is not None
    assert document.sha256.endswith("abcdef")
    assert str(document.grace_ends) == "2026-12-01 00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"documents: [{{{DOC}}}, {{{DOC}, phrase: I sign this very document}}]", "two documents have the name 'CLA'"),
        (f"documents: [{{{DOC}}}, {{name: B, text: b, version: 1}}]", "two documents are signed by the same comment"),
        (f"documents: [{{{DOC}, compatible_with: ['2']}}]", "it names the version itself"),
        (f"documents: [{{{DOC}, grace: 30 days}}]", "'since' and 'grace' belong together"),
        (f"documents: [{{{DOC}, since: 2026-11-01}}]", "'since' and 'grace' belong together"),
        (f"documents: [{{{DOC}, instead_of: [CLA]}}]", "a document cannot stand for itself"),
        (f"documents: [{{{DOC}, instead_of: [ICLA]}}]", "there is no document 'ICLA'"),
        (f"documents: [{{{DOC}, sha256: abc}}]", "expected a SHA-256"),
        (f"documents: [{{{DOC}, phrase: short}}]", "expected a sentence of 10 to 300 characters"),
        (f"documents: [{{{DOC}, phrase: '`I sign this document`'}}]", "without '`'"),
        ("documents: [{name: CLA, text: ../cla.md, version: 2}]", "below the folder of the policy"),
        ("documents: [{name: CLA, text: /etc/passwd, version: 2}]", "below the folder of the policy"),
        ("documents: [{name: CLA, version: 2}]", "'text' is missing"),
        (f"documents: [{{{DOC}, fields: [{{name: a, label: A}}, {{name: a, label: B}}]}}]", "two fields have the name"),
        (f"documents: [{{{DOC}, fields: [{{name: A B, label: A}}]}}]", "expected a name of lower-case letters"),
        (CLA + "\ntrivial: {files: 0}", "no change is below 0"),
        (CLA + "\nexempt: {logins: ['*']}", "it exempts everybody"),
        (CLA + "\nexempt: {emails: ['*@*']}", "it exempts everybody"),
        (CLA + "\nexempt: {emails: ['example.com']}", "expected addresses"),
        (CLA + "\nexempt: {teams: ['@ada']}", "expected teams"),
        (CLA + "\nexempt: {organizations: ['@example']}", "expected the name of an organization"),
        (CLA + "\nexempt: {accounts: [human]}", "bot"),
    ],
)  # fmt: skip
def test_what_it_refuses(text: str, fault: str) -> None:
    found = faults(text)
    assert found
    assert fault in found[0]


def test_the_texts_are_part_of_the_policy() -> None:
    main = f"""
version: 1
agreements: {{documents: [{{{DOC}}}, {{name: B, version: 1, text: cla/b.md, phrase: I sign the document B}}]}}
overrides:
- {{match: {{repositories: [web]}}, agreements: {{documents_also: [{{name: C, version: 1, text: c.md}}]}}}}
""".encode()
    files = PolicyFiles(main, "policy.yaml", "gate/policy.yaml")
    refs = wanted(files)
    assert [ref.path for ref in refs] == ["gate/cla.md", "gate/cla/b.md", "gate/c.md"]
    read = files.having({refs[0]: b"agreements: [", refs[1]: None, refs[2]: b"\xff"})
    assert wanted(read) == ()
    assert read.digest != files.having({**read.others, refs[0]: b"another text"}).digest


@pytest.mark.parametrize(
    "main", [b"agreements", b"agreements: {documents: [{text: ../../etc/passwd}, {text: [a]}, 3]}", b"agreements: \xff"]
)
def test_no_text_is_asked_for_that_the_policy_may_not_name(main: bytes) -> None:
    assert wanted(PolicyFiles(b"version: 1\n" + main, "policy.yaml")) == ()


def test_an_extended_policy_names_texts_too() -> None:
    main = b"version: 1\nextends: base.yaml\n"
    files = PolicyFiles(main, "policy.yaml")
    base = f"version: 1\nagreements: {{documents: [{{{DOC}}}]}}\n".encode()
    (ref,) = wanted(files)
    assert wanted(files.having({ref: base})) == (PolicyRef("cla.md"),)
