"""What other tools keep: read, matched, and reported where it does not fit."""

import json
from datetime import UTC, datetime

import pytest

from checks.agreements.cla_action import (
    action_file,
    allowlist,
    is_action_file,
    old_comment,
    read_action_file,
    version_of,
)  # fmt: skip
from checks.agreements.incoming import Imported, Terms
from checks.agreements.tables import read_table
from checks.model.signatures import Act, How, Signer
from tests.agreements.examples import NOW, record, section

TERMS = Terms("CLA", "1", NOW, repository="example/web")
ACTION = """{
  "signedContributors": [
    {
      "name": "ada",
      "id": 1,
      "comment_id": 11,
      "created_at": "2024-05-01T10:00:00Z",
      "repoId": 5,
      "pullRequestNo": 7
    },
    {"name": "bob", "id": 2, "created_at": "2024-05-02"}
  ]
}
"""


def told(imported: Imported) -> list[str]:
    return [f"{line}: {message}" for line, message in imported.problems]


def test_the_file_of_the_cla_action() -> None:
    assert is_action_file(ACTION)
    done = read_action_file(ACTION, TERMS)
    ada, bob = done.records
    assert (ada.signer, ada.act, ada.version, ada.how) == (Signer(1, "ada"), Act.SIGNED, "1", How.IMPORT)
    assert ada.at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert ada.evidence == "https://github.com/example/web/pull/7#issuecomment-11"
    assert (bob.evidence, done.problems, done.rows) == ("CLA action", (), 2)
    without = read_action_file(ACTION, Terms("CLA", "1", NOW)).records[0]
    assert (without.id, without.evidence) == (ada.id, "CLA action: repository 5, pull request 7, comment 11")
    assert json.loads(action_file(done.records))["signedContributors"][1]["id"] == 2


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("3", "it is no object with keys"),
        ('{"name": " ", "id": 0, "created_at": "2024-05-01"}', "it names nobody"),
        ('{"name": "eve", "id": "x", "created_at": "2024-05-01"}', "it has no account's number"),
        ('{"name": "eve", "id": 5}', "it has no date"),
        ('{"name": "eve", "id": 5, "created_at": "yesterday"}', "it has no date"),
        ('{"name": "eve", "id": 5, "created_at": ["2024-05-01"]}', "it has no date"),
        ('{"name": "eve", "id": 5, "created_at": 1e300}', "it has no date"),
        ('{"name": "eve", "id": 5, "created_at": "2999-01-01"}', "it was signed in the future"),
        ('{"name": "bob", "id": 2, "created_at": "2024-05-02"}', "the same signature stands there a second time"),
    ],
)
def test_what_does_not_match_is_named_with_its_line(row: str, problem: str) -> None:
    text = ACTION.replace("\n  ]", f",\n    {row}\n  ]")
    (found,) = read_action_file(text, TERMS).problems
    assert found.message.startswith(problem)
    assert found.line == 12 if '"name"' in row else 3


@pytest.mark.parametrize("text", ["", "[]", '{"signedContributors": 3}', "[" * 100_000, '{"a": NaN'])
def test_what_is_no_file_of_the_action(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        read_action_file(text, TERMS)


def test_a_policy_tells_what_does_not_count() -> None:
    policy = section("documents: [{name: CLA, text: a, version: 2, compatible_with: ['1']}]").documents
    assert told(read_action_file(ACTION, Terms("CLA", "1", NOW, policy))) == []
    assert told(read_action_file(ACTION, Terms("CLA", "0", NOW, policy)))[0] == (
        "4: version '0' does not count today for 'CLA'"
    )
    assert told(read_action_file(ACTION, Terms("ICLA", "1", NOW, policy)))[0] == "4: the policy has no document 'ICLA'"


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("signatures/version1/cla.json", "1"),
        ("signatures/version-2.1/cla.json", "2.1"),
        ("cla_version3.json", "3"),
        ("signatures/cla.json", None),
        ("versions/cla.json", None),
    ],
)
def test_the_path_says_the_version(path: str, version: str | None) -> None:
    assert version_of(path) == version


def test_an_allowlist_becomes_patterns_that_match_the_whole_name() -> None:
    made = allowlist("bot*, dependabot[bot],*-ci,,ADA", ["robotnik", "bot-1", "dependabot[bot]", "web-ci-2", "ada"])
    assert made.patterns == ("bot*", "dependabot[bot]", "*-ci", "ADA")
    assert made.lost == ("robotnik", "web-ci-2")
    assert made.gained == ("ada",)


@pytest.mark.parametrize(
    ("body", "bot"),
    [
        ("Posted by the **CLA Assistant Lite bot**.", "the CLA action"),
        ("<sub>DCO Assistant Lite bot</sub>", "the CLA action"),
        ("[![CLA assistant check](https://x)](https://y) <br/>Thank you", "cla-assistant"),
        ("The CLA assistant is fine.", None),
    ],
)
def test_comments_of_older_bots_are_known(body: str, bot: str | None) -> None:
    assert old_comment(body) == bot


CSV = """user,userId,gist_url,gist_version,owner,repo,created_at,end_at,revoked_at,custom_fields,origin
ada,1,https://gist.example/1,abc,example,web,2024-05-01T10:00:00Z,,,"{""country"": ""DE""}",example/web
bob,2,https://gist.example/1,abc,example,,2024-05-02T10:00:00Z,2025-01-01T00:00:00Z,,,
eve,3,https://gist.example/1,abc,example,,2024-05-03T10:00:00Z,,2024-06-01T00:00:00Z,,
"""


def test_the_export_of_cla_assistant() -> None:
    done = read_table(CSV, Terms("CLA", None, NOW))
    assert told(done) == []
    ada, bob, eve, end = done.records
    assert (ada.signer, ada.version, dict(ada.fields)) == (Signer(1, "ada"), "abc", {"country": "DE"})
    assert ada.evidence == "https://gist.example/1, example, web, example/web"
    assert bob.until == datetime(2025, 1, 1, tzinfo=UTC)
    assert (end.act, end.ends, end.at) == (Act.REVOKED, eve.id, datetime(2024, 6, 1, tzinfo=UTC))
    assert read_table(CSV, Terms("CLA", "1", NOW)).records[0].version == "1"


def test_the_same_as_json() -> None:
    row = {"user": "ada", "userId": 1, "gist_version": "abc", "created_at": 1714557600000, "custom_fields": {"n": 5}}
    for text in (json.dumps([row]), json.dumps({"data": [row]})):
        (ada,) = read_table(text, Terms("CLA", None, NOW)).records
        assert (ada.signer.account_id, ada.at.year, dict(ada.fields)) == (1, 2024, {"n": "5"})


def test_a_table_of_the_kind_that_easycla_has() -> None:
    text = (
        "Name;Email;GitHub Username;GitHub ID;Company;Date Signed;Type\r\n"
        "Ada L;Ada@Example.org;ada;1.0;Example Corp;2024-05-01;ICLA\r\n"
        ";;;;;;\r\n"
        '"Bob;\r\nJr";bob@corp.example;bob;;Corp;2024-05-02;icla\r\n'
        "Ida;ida@corp.example;ida;9;Corp;2024-05-03;CCLA\r\n"
        "Eve;eve@x.example;;;;2024-05-03;ICLA\r\n"
    )
    done = read_table(text, Terms("CLA", "1", NOW))
    assert [(one.signer, dict(one.fields)) for one in done.records] == [
        (Signer(1, "ada", "Ada L", "ada@example.org"), {"company": "Example Corp"}),
        (Signer(None, "bob", "Bob;\r\nJr", "bob@corp.example"), {"company": "Corp"}),
        (Signer(9, "ida", "Ida", "ida@corp.example"), {}),
    ]
    assert [(one.name, one.managers) for one in done.companies] == [("Corp", (Signer(9, "ida"),))]
    assert (done.rows, done.without_account) == (4, 1)
    assert told(done) == [
        "4: it has no account's number, so it counts only with `match_logins`",
        "6: it lists nobody, so the company covers nobody until its people are added",
        "7: it names no account on GitHub, so nobody can tell whose commits it covers",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "^$"),
        ("a,b\n1,2\n", "names no column"),
        ("user,signed_at\n\"ada,2024\n", "no CSV"),
        ("user,signed_at\nada," + "x" * 200_000 + "\n", "no CSV"),
        ("{}", "no list of signatures"),
        ("[" * 100_000, "not JSON"),
        ('{"a": 3}', "no list of signatures"),
    ],
)  # fmt: skip
def test_what_is_no_table(text: str, fault: str) -> None:
    if not text:
        assert read_table(text, TERMS).rows == 0
        return
    with pytest.raises(ValueError, match=fault):
        read_table(text, TERMS)


def test_importing_twice_adds_nothing_and_hostile_cells_stay_words() -> None:
    text = "user,userId,created_at\n=cmd|' /C calc'!A0,1,2024-05-01\n'=x,2,2024-05-01\n"
    first, again = read_table(text, TERMS), read_table(text, TERMS)
    assert [one.id for one in first.records] == [one.id for one in again.records]
    assert sorted(str(one.signer.login) for one in first.records) == ["=cmd|' /C calc'!A0", "=x"]


def test_going_back_to_the_action_leaves_out_what_has_ended() -> None:
    signed = [record(id="a"), record(id="b", who=2), record("revoked", 2, ends="b"), record(id="c", who=9, company="x")]
    rows = json.loads(action_file(signed))["signedContributors"]
    assert rows == [{"name": "ada", "id": 1, "created_at": "2026-11-10T12:00:00+00:00"}]
