"""Our own file of signatures: written once, read always, merged by git."""

import csv
import io
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.agreements.codec import read_record, record_json
from checks.agreements.outgoing import csv_of
from checks.agreements.signature_file import MAX_PROBLEMS, appended, read_signatures, write_signatures
from checks.model.signatures import Act, Company, How, SignatureRecord, Signer
from tests.agreements.examples import CORP, record

WORDS = st.text(min_size=1, max_size=20)
SIGNERS = st.builds(
    Signer,
    account_id=st.none() | st.integers(1, 2**63 - 1),
    login=st.none() | WORDS,
    name=st.none() | WORDS,
    email=st.none() | WORDS.map(str.lower).filter(lambda text: text == text.lower()),
)
MOMENTS = st.integers(-(10**15), 4 * 10**15).map(lambda tick: datetime.fromtimestamp(tick / 10**6, UTC))
ANY = st.builds(
    SignatureRecord, id=WORDS, act=st.sampled_from(Act), document=WORDS, version=WORDS, signer=SIGNERS, at=MOMENTS,
    how=st.sampled_from(How), digest=st.none() | WORDS, company=st.none() | WORDS, evidence=st.none() | WORDS,
    until=st.none() | MOMENTS, fields=st.dictionaries(WORDS, WORDS, max_size=3), ends=st.none() | WORDS,
    by=st.none() | SIGNERS.filter(lambda signer: signer != Signer()), reason=st.none() | WORDS,
)  # fmt: skip
MANY = st.lists(ANY, max_size=5, unique_by=lambda record: record.id)


@given(MANY)
def test_what_is_written_is_read_again(records: list[SignatureRecord]) -> None:
    text = write_signatures(records, [CORP])
    read = read_signatures(text)
    assert read.problems == ()
    assert list(read.records) == records
    assert read.companies == (CORP,)
    assert json.loads(text)["version"] == 1
    assert all(read_record(json.loads(json.dumps(record_json(one)))) == one for one in records)
    # the same in another layout, as an editor may leave it
    assert read_signatures(json.dumps(json.loads(text), indent=4)) == read


@given(MANY, MANY)
def test_adding_changes_no_line_that_is_there(first: list[SignatureRecord], more: list[SignatureRecord]) -> None:
    before = write_signatures(first, [CORP])
    after = appended(before, more)
    assert after.splitlines()[:-1][: len(before.splitlines()) - 1] == before.splitlines()[:-1]
    known = {one.id for one in first}
    assert list(read_signatures(after).records) == [*first, *(one for one in more if one.id not in known)]
    assert after == write_signatures(read_signatures(after).records, [CORP])
    assert appended(after, more) == after


def test_one_record_is_one_line_that_people_can_read() -> None:
    assert write_signatures([record(id="a"), record(id="b", who=9, company="corp", until=record().at)], [CORP]) == (
        '{"format": "ospo-gate signatures", "version": 1,\n'
        '"companies": [\n'
        '{"id": "corp", "name": "Example Corp", "domains": ["corp.example"], '
        '"accounts": [{"account_id": 9, "login": "ida"}]}\n'
        "],\n"
        '"records": [\n'
        '{"id": "a", "act": "signed", "document": "CLA", "version": "2", "signer": {"account_id": 1, "login": "ada"}, '
        '"at": "2026-11-10T12:00:00Z", "how": "comment"}\n'
        ',{"id": "b", "act": "signed", "document": "CLA", "version": "2", "signer": {"account_id": 9}, '
        '"at": "2026-11-10T12:00:00Z", "how": "comment", "company": "corp", "until": "2026-11-10T12:00:00Z"}\n'
        "]}\n"
    )


@pytest.mark.parametrize("there", [0, 1])
def test_git_merges_two_branches_that_both_add(tmp_path: Path, there: int) -> None:
    def git(*arguments: str) -> None:
        as_ada = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *as_ada, *arguments], cwd=tmp_path, check=True, capture_output=True)

    file = tmp_path / "signatures.json"
    git("init", "-q", "-b", "main")
    (tmp_path / ".gitattributes").write_text("signatures.json merge=union\n")
    start = write_signatures([record(id="start")][:there])
    file.write_text(start)
    git("add", ".")
    git("commit", "-qm", "start")
    for branch in ("one", "two"):
        git("switch", "-qc", branch, "main")
        file.write_text(appended(start, [record(id=branch)]))
        git("commit", "-qam", branch)
    git("merge", "-q", "one")
    read = read_signatures(file.read_text())
    assert {one.id for one in read.records} == {"one", "two", *(["start"] if there else [])}
    assert read.problems == ()
    assert len(read_signatures(appended(file.read_text(), [record(id="three")])).records) == 3 + there


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: it is not JSON"),
        ("[]", '1: it does not say "format"'),
        ('{"format": "ospo-gate signatures", "version": 2}', "1: its version is not 1"),
        ('{"format": "ospo-gate signatures", "version": 2,\n"records": [\n]}\n', "1: its version is not 1"),
        ('{"format": "ospo-gate signatures", "version": 1, "records": 3}', "0: 'records' is not a list"),
        ("[" * 100_000, "0: it is not JSON"),
        (write_signatures([record()])[:-4], "0: its end is missing"),
        (write_signatures([record()]).replace("]}", "<<<<<<< HEAD\n]}"), "6: git left a conflict there"),
        (write_signatures([record()]).replace('"act": "signed"', '"act": "sung"'), "5: 'act' must be one of signed"),
        (write_signatures([record()]).replace('"account_id": 1', '"account_id": true'), "5: 'account_id' must be"),
        (write_signatures([record()]).replace('"account_id": 1', '"account_id": 1e9'), "5: 'account_id' must be"),
        (write_signatures([record()]).replace("2026-11-10T", "2026-13-10T"), "5: it has no date"),
        (write_signatures([record()]).replace('"2"', '["2"]'), "5: 'version' must be text"),
        (write_signatures([record()]).replace('"id": ', '"key": '), "5: 'id' is missing"),
        (write_signatures([record(evidence="x" * 5_000)]), "5: 'evidence' must be text of at most"),
        (write_signatures([record(id="a"), record(id="a", who=2)]), "6: another record has the same id"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, problem: str) -> None:
    read = read_signatures(text)
    found = [f"{line}: {message}" for line, message in read.problems]
    assert found[0].startswith(problem)
    with pytest.raises(ValueError, match="line"):
        appended(text, [record(id="new")])


def test_a_file_of_faults_names_the_first() -> None:
    text = write_signatures([]).replace('"records": [\n', '"records": [\n' + "x\n" * 5_000)
    assert len(read_signatures(text).problems) == MAX_PROBLEMS


def test_the_other_records_of_a_faulty_file_still_count() -> None:
    text = write_signatures([record(id="a"), record(id="b")]).replace('"id": "a"', '"id": 7')
    assert [one.id for one in read_signatures(text).records] == ["b"]


def test_a_table_for_people_has_no_formula() -> None:
    hostile = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", 'a"b,c', "d\ne"]
    records = [record(id=str(n), who=5, reason=text, fields={"=x": text}) for n, text in enumerate(hostile)]
    rows = list(csv.DictReader(io.StringIO(csv_of(records))))
    assert [row["reason"] for row in rows] == [
        "'=HYPERLINK(\"http://x\")", "'+1", "'-1", "'@SUM(A1)", "'\tx", 'a"b,c', "d\ne",
    ]  # fmt: skip
    assert all(cell[:1] not in "=+-@\t\r" or not cell for row in rows for cell in row.values())
    assert (rows[0]["at"], rows[0]["account_id"], rows[0]["act"]) == ("2026-11-10T12:00:00Z", "5", "signed")


def test_a_company_is_read_with_its_people() -> None:
    company = Company("c", "C", (Signer(1, "ada"),), ("corp.example",), ("corp",), (Signer(2, "bob"),))
    assert read_signatures(write_signatures([], [company])).companies == (company,)
