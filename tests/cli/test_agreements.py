"""`ospo-gate agreements`: signatures in files."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ACTION = """{"signedContributors": [
  {"name": "ada", "id": 1, "comment_id": 11, "created_at": "2024-05-01T10:00:00Z", "pullRequestNo": 7},
  {"name": "robotnik", "id": 2, "created_at": "2024-05-02T10:00:00Z"}
]}
"""
POLICY = """
version: 1
agreements:
  documents:
  - {name: Example CLA, text: cla.md, version: 2, compatible_with: [1]}
  - {name: Corporate, text: corporate.md, version: 1, kind: corporate, instead_of: [Example CLA]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "version1").mkdir()
    (tmp_path / "version1" / "cla.json").write_text(ACTION)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def test_from_the_cla_action_to_a_file_of_ours_and_back(folder: Path, run: Run) -> None:
    given = ("agreements", "import", "version1/cla.json", "--document", "Example CLA", "--output", "ours.json")
    done = run(folder, *given, "--policy", "policy.yaml", "--repository-name", "example/web")
    assert (done.code, done.err) == (0, "")
    assert done.out == "version1/cla.json: 2 rows, 2 records.\nours.json: 2 records added.\n"
    before = (folder / "ours.json").read_text()
    assert json.loads(before)["records"][0]["evidence"].endswith("/example/web/pull/7#issuecomment-11")

    again = run(folder, *given)
    assert (again.code, (folder / "ours.json").read_text()) == (0, before)
    assert again.out.endswith("ours.json: 0 records added.\n")

    back = run(folder, "agreements", "export", "ours.json", "--format", "cla-action")
    assert [row["id"] for row in json.loads(back.out)["signedContributors"]] == [1, 2]
    table = run(folder, "agreements", "export", "ours.json", "--format", "csv", "--output", "ours.csv")
    assert (table.code, table.out) == (0, "")
    assert (folder / "ours.csv").read_text().count("Example CLA,1,") == 2
    assert run(folder, "agreements", "export", "ours.json").out == before


def test_who_has_signed(folder: Path, run: Run) -> None:
    run(folder, "agreements", "import", "version1/cla.json", "--document", "Example CLA", "--output", "ours.json")
    assert run(folder, "agreements", "show", "ours.json").out == (
        "Example CLA, version 1: 2 signed\n2 records of 2 people, 0 companies.\n"
    )
    for name in ("ADA", "1"):
        ada = run(folder, "agreements", "show", "ours.json", "--person", name, "--policy", "policy.yaml")
        assert ada.code == 0
        assert "Example CLA, version 2: signed\nCorporate, version 1: not signed\n" in ada.out
    eve = run(folder, "agreements", "show", "ours.json", "--person", "eve", "--policy", "policy.yaml")
    assert (eve.code, eve.out.splitlines()[0]) == (1, "Example CLA, version 2: not signed")
    assert run(folder, "agreements", "show", "ours.json", "--person", "eve").out == "eve has signed nothing.\n"


def test_who_is_covered_by_a_company_is_told_which_one(folder: Path, run: Run) -> None:
    (folder / "corporate.csv").write_text(
        "type,company,user,user id,created_at,version,domains,github usernames\n"
        "CCLA,Acme <Ltd>,lin,7,2024-05-01,1,acme.example,ada (1)\n"
        "ECLA,Acme <Ltd>,ada,1,2024-05-02,1,,\n"
    )
    run(
        folder, "agreements", "import", "corporate.csv", "--document", "Example CLA", "--policy", "policy.yaml",
        "--output", "ours.json",
    )  # fmt: skip
    ada = run(folder, "agreements", "show", "ours.json", "--person", "ada", "--policy", "policy.yaml")
    assert ada.code == 0
    assert ada.out.splitlines() == [
        "2 May 2024  acknowledged  Corporate, version 1 for Acme <Ltd>  ada (account 1)",
        "Example CLA, version 2: not signed, and not needed beside what stands for it",
        "Corporate, version 1: covered by a company",
    ]


def test_without_a_target_nothing_is_written_and_everything_is_said(folder: Path, run: Run) -> None:
    (folder / "export.csv").write_text(
        "user,userId,created_at\nada,1,2024-05-01\nbob\x1b[31m,,2024-05-01\neve,3,soon\n"
    )
    names = sorted(path.name for path in folder.iterdir())
    done = run(
        folder, "agreements", "import", "export.csv", "--document", "Example CLA", "--version", "1",
        "--allowlist", "b*,a",
    )  # fmt: skip
    assert done.code == 1
    assert done.out.splitlines() == [
        "export.csv: 3 rows, 2 records.",
        "1 without an account's number: they count only with `match_logins: true`.",
        "  export.csv:3: it has no account's number, so it counts only with `match_logins`",
        "  export.csv:4: it has no date such as 2026-11-20T12:00:00Z",
        'exempt: {logins: ["b*", "a"]}',
        "Nothing was written: give --output or --into-service.",
    ]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_an_allowlist_says_whom_it_loses(folder: Path, run: Run) -> None:
    given = ("agreements", "import", "version1/cla.json", "--document", "Example CLA", "--allowlist", "bot*")
    assert "  not exempt any more: robotnik\n" in run(folder, *given).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "version1/cla.json"), "does not say which agreement was signed"),
        (("import", "cla.json", "--document", "CLA"), "neither the file nor its path says which version"),
        (("import", "policy.yaml", "--document", "CLA", "--version", "1"), "names no column"),
        (("import", "nothing.json", "--document", "CLA"), "there is no such file"),
        (("import", ".", "--document", "CLA"), "cannot be read"),
        (("import", "binary", "--document", "CLA"), "is not UTF-8 text"),
        (("import", "version1/cla.json", "--document", "CLA", "--output", "policy.yaml"), "it is not JSON"),
        (("import", "version1/cla.json", "--document", "CLA", "--policy", "plain.yaml"), "says nothing of agreements"),
        (("show", "policy.yaml"), "it is not JSON"),
        (("export", "version1/cla.json"), 'it does not say "format"'),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_hint(
    folder: Path, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    (folder / "cla.json").write_text(ACTION)
    (folder / "binary").write_bytes(b"\xff\xfe")
    (folder / "plain.yaml").write_text("version: 1\n")
    before = (folder / "policy.yaml").read_text()
    done = run(folder, "agreements", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") <= 2
    assert (folder / "policy.yaml").read_text() == before


def test_a_file_with_a_conflict_is_never_written_over(folder: Path, run: Run) -> None:
    given = ("agreements", "import", "version1/cla.json", "--document", "Example CLA", "--output", "ours.json")
    run(folder, *given)
    broken = (folder / "ours.json").read_text().replace("]}", "<<<<<<< ours\n]}")
    (folder / "ours.json").write_text(broken)
    done = run(folder, *given)
    assert (done.code, (folder / "ours.json").read_text()) == (2, broken)
    assert "ours.json: line 7: git left a conflict there" in done.err
    shown = run(folder, "agreements", "show", "ours.json")
    assert (shown.code, "ours.json:7: git left a conflict there" in shown.out) == (1, True)
