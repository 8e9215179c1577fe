"""Companies of a table of the kind that EasyCLA has: taken over as far as the rows tell, and the rest reported."""

import json
from datetime import UTC, datetime

from checks.agreements.incoming import Imported, Terms
from checks.agreements.signature_file import read_signatures, with_companies, write_signatures
from checks.agreements.standing import Standing, State, Who, standing
from checks.agreements.tables import read_table
from checks.model.signatures import Act, Company, How, Signatures, Signer
from tests.agreements.examples import NOW, section

POLICY = section(
    "documents: [{name: CLA, text: a, version: 1}, "
    "{name: Company CLA, text: b, version: 1, kind: corporate, instead_of: [CLA]}]"
)
TERMS = Terms("CLA", "1", NOW, POLICY.documents)
TABLE = """\
Type,Company Name,GitHub Username,GitHub ID,Name,Email,Date Signed,CLA Managers,Domain Approval List,\
GitHub Org Approval List,GitHub Username Approval List,Email Approval List,Revoked At
CCLA,Acme Corp,,,Ida Chief,ida@acme.example,2024-05-01,"mia (5), zoe","acme.example, *.dev.acme.example",\
acme,"ann (7); bob | carl:8",x@y.example,
ECLA,Acme Corp,ann,7,Ann,,2024-06-01,,,,,,
ECLA,Acme Corp,bob,12,Bob,,2024-06-02,,,,,,
ICLA,,dora,4,Dora,,2024-06-03,,,,,,
ECLA,Nobody Ltd,eve,6,Eve,,2024-06-04,,,,,,
"""


def told(done: Imported) -> list[str]:
    return [f"{line}: {message}" for line, message in done.problems]


def stands(done: Imported, who: Who, document: str = "Company CLA", now: datetime = NOW) -> Standing:
    asked = POLICY.document(document)
    assert asked is not None
    return standing(who, asked, Signatures(done.records, done.companies), now)


def test_a_company_with_its_managers_domains_and_lists() -> None:
    done = read_table(TABLE, TERMS)
    (acme,) = done.companies
    assert acme.name == "Acme Corp"
    assert acme.managers == (Signer(5, "mia"),)
    assert acme.domains == ("acme.example", "dev.acme.example")
    assert acme.organizations == ("acme",)
    assert acme.accounts == (Signer(7, "ann"), Signer(12, "bob"), Signer(8, "carl")), "bob's number is in another row"
    assert told(done) == [
        "2: its list of 1 e-mail address was left out: name domains or accounts",
        "2: its managers have 'zoe' without the number of an account, so it was left out",
        "6: it is about somebody of a company that no row says to have signed, so it was left out",
    ]
    first = done.records[0]
    assert (first.act, first.how, first.company, first.document) == (Act.SIGNED, How.IMPORT, acme.id, "Company CLA")
    assert (first.signer, done.without_account) == (Signer(None, None, "Ida Chief", "ida@acme.example"), 0)


def test_who_is_covered_by_what_was_taken_over() -> None:
    done = read_table(TABLE, TERMS)
    assert stands(done, Who(7, "ann")).state is State.COVERED
    assert stands(done, Who(8, "carl")).state is State.UNACKNOWLEDGED, "on the list, and has not said so"
    assert stands(done, Who(4, "dora"), "CLA").state is State.SIGNED
    assert stands(done, Who(99, "ann")).state is State.NEVER, "who took the login over is somebody else"


def test_a_company_whose_signature_was_revoked() -> None:
    done = read_table(TABLE.replace("x@y.example,\n", ",2025-01-01\n"), TERMS)
    ended = stands(done, Who(7, "ann"))
    assert (ended.state, ended.ended_at) == (State.ENDED, datetime(2025, 1, 1, tzinfo=UTC))


def test_reading_twice_gives_the_same_and_rows_of_one_company_are_one() -> None:
    first, again = read_table(TABLE, TERMS), read_table(TABLE, TERMS)
    assert first == again
    head, row, *_ = TABLE.splitlines()
    other = row.replace("Acme Corp", "ACME  Corp").replace("acme.example", "acme.test").replace("2024-05", "2024-07")
    (acme,) = read_table(f"{head}\n{row}\n{other}\n", TERMS).companies
    assert acme.domains == ("acme.example", "dev.acme.example", "acme.test", "dev.acme.test")
    assert (acme.name, len(acme.managers)) == ("Acme Corp", 1)


def test_the_document_of_companies_is_the_policys_or_is_named() -> None:
    loose = read_table(TABLE, Terms("CLA", "1", NOW, company_document="CCLA"))
    assert {record.document for record in loose.records if record.company} == {"CCLA"}
    assert {record.document for record in read_table(TABLE, Terms("CLA", "1", NOW)).records} == {"CLA"}


def test_hostile_rows_are_reported_and_nothing_raises() -> None:
    head = "Type,Company,Signed At,GitHub Users,Domains,Company Id,Login,Managers\n"
    text = head + (
        "ccla,,2024-05-01,a (1),,,,\n"
        'ccla,\x00=cmd,2024-05-01,"<b> (1), ../x, (), 99999999999999999999, 3, q(0)","-, a b, gmail",id-1,,me (4)\n'
        "ccla,Renamed,2024-05-02,d (5),,id-1,,\n"
        "ecla,Other,2024-05-02,,,id-1,,\n"
        "ecla,Other,2999-05-02,,,id-1,ann,\n"
    )
    done = read_table(text, TERMS)
    (company,) = done.companies
    assert [person.account_id for person in company.accounts] == [3, 5]
    assert company.domains == ()
    assert "2: it names no company" in told(done)
    assert sum("without the number" in line for line in told(done)) == 5
    assert sum("which is none" in line for line in told(done)) == 3
    assert "5: it names no account on GitHub, so nobody can tell whose commits it covers" in told(done)
    assert "6: it was signed in the future, so it was left out" in told(done)


def test_companies_are_added_to_a_file_once_and_its_records_stay() -> None:
    done = read_table(TABLE, TERMS)
    text = write_signatures(done.records)
    more = with_companies(text, done.companies)
    assert more.partition('"records"')[2] == text.partition('"records"')[2]
    assert with_companies(more, done.companies) == more
    (acme,) = done.companies
    other = with_companies(more, [Company(acme.id, "Another name", accounts=(Signer(9, "new"), Signer(7, "ann")))])
    (found,) = read_signatures(other).companies
    assert (found.name, found.domains) == ("Acme Corp", acme.domains)
    assert [person.account_id for person in found.accounts] == [7, 12, 8, 9]


def test_the_same_as_json() -> None:
    row = {"type": "CCLA", "company": "Acme", "signed_at": "2024-05-01", "domains": ["acme.example"]}
    (acme,) = read_table(json.dumps([{**row, "managers": [5, {}]}]), TERMS).companies
    assert (acme.domains, acme.managers) == (("acme.example",), (Signer(5),))
