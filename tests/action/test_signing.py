"""Agreements without a server: the installed command as a workflow runs it, against the GitHub simulator."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.signing import PHRASE, Place, place
from tests.simulator import Simulator, User

HEAD = '{"format": "ospo-gate signatures", "version": 1,\n"companies": [\n],\n"records": [\n'
ARGUMENTS = ("--signatures", "signatures.json")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with Simulator() as sim:
        yield place(sim, tmp_path)


@pytest.fixture
def ada(here: Place) -> User:
    return here.sim.create_user("ada", name="Ada", email="ada@example.org")


@pytest.fixture
def bob(here: Place) -> User:
    return here.sim.create_user("bob", name="Bob", email="bob@example.org")


def test_from_the_first_pull_request_to_a_green_check(here: Place, ada: User, bob: User) -> None:
    pull = here.pull(ada, bob)
    done = here.on_pull(pull, *ARGUMENTS)
    assert done.code == 1, done.out + done.err
    assert "ada has not signed Example CLA, version 1." in done.out
    (comment,) = here.comments(pull)
    assert comment.startswith("<!-- ospo-gate agreements -->")
    assert "2 of 2 people have to do something" in comment
    assert f"```text\n{PHRASE}\n```" in comment
    assert "/blob/" in comment
    assert here.file().startswith('{"format": "ospo-gate signatures"')

    run = here.ran(pull)
    done = here.says(pull, ada, PHRASE, *ARGUMENTS)
    assert (done.code, done.err) == (0, ""), done.out
    assert "ada has signed Example CLA, version 1" in done.out
    assert run["run_attempt"] == 2
    assert "bob" in here.comments(pull)[0]
    assert "ada" not in here.comments(pull)[0]
    (record,) = json.loads(here.file())["records"]
    assert record["signer"] == {"account_id": ada.id, "login": "ada"}
    assert record["how"] == "comment"
    assert record["evidence"].endswith(f"#issuecomment-{here.repo.pulls[pull.number].comments[-1].id}")
    assert len(record["digest"]) == 64

    here.says(pull, bob, "Fine.\n\n" + PHRASE.upper(), *ARGUMENTS)
    assert here.on_pull(pull, *ARGUMENTS).code == 0
    assert here.comments(pull) == [here.comments(pull)[0]]
    assert "Everybody" in here.comments(pull)[0]


def test_the_users_of_the_cla_action_change_one_line(here: Place, ada: User, bob: User) -> None:
    """No policy, the inputs and the file that they have."""
    row = {"name": "bob", "id": bob.id, "comment_id": 5, "created_at": "2024-03-01T10:00:00Z", "repoId": 1}
    old = json.dumps({"signedContributors": [{**row, "pullRequestNo": 3}]}, indent=2)
    here.repo.commit("main", {"policy.yaml": None, "signatures/version1/cla.json": old}, "Begin")
    inputs = [
        "path-to-signatures=./signatures/version1/cla.json", "branch=main", "allowlist=bot*,dependabot[bot]",
        "path-to-document=https://github.example/example/web/blob/main/CLA.md", "lock-pullrequest-aftermerge=true",
        "custom-notsigned-prcomment=Welcome, $you!",
        "signed-commit-message=$contributorName in $owner/$repo#$pullRequestNo",
    ]  # fmt: skip
    arguments = [f"--cla-input={item}" for item in inputs]
    carl = here.sim.create_user("botanist", name="Carl", email="carl@example.org")
    pull = here.pull(ada, bob, carl)
    done = here.on_pull(pull, *arguments)
    assert done.code == 1, done.out + done.err
    assert "The input lock-pullrequest-aftermerge has no effect: nothing is locked" in done.out
    assert "ada has not signed CLA, version 1." in done.out
    assert "bob has" not in done.out
    assert "botanist" not in done.out, "`bot*` as a whole login"
    (body,) = here.comments(pull)
    assert "Welcome, you!" in body
    assert "[`CLA, version 1`](https://github.example/example/web/blob/main/CLA.md)" in body
    here.says(pull, ada, PHRASE, *arguments)
    kept = json.loads(here.file("signatures/version1/cla.json", "main"))["signedContributors"]
    assert [row["name"] for row in kept] == ["bob", "ada"]
    assert kept[1].keys() == kept[0].keys()
    assert (kept[1]["id"], kept[1]["pullRequestNo"], kept[1]["repoId"]) == (ada.id, pull.number, here.repo.id)
    assert here.repo.git.objects.commit(here.repo.head("main")).message == f"ada in example/web#{pull.number}"
    assert here.on_pull(pull, *arguments).code == 0


def test_an_exemption_that_was_not_anchored_is_named(here: Place) -> None:
    here.repo.commit("main", {"policy.yaml": None}, "Begin")
    robot = here.sim.create_user("my-bot", name="R", email="r@example.org")
    done = here.on_pull(here.pull(robot), "--cla-input=allowlist=bot*", "--cla-input=branch=main")
    assert done.code == 1
    assert "my-bot is not exempt any more: patterns match the whole login." in done.out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"> {PHRASE}", "neither the sentence that signs nor"),
        (f"I do not say that {PHRASE}", "neither the sentence that signs nor"),
        (f"```\n{PHRASE}\n```", "neither the sentence that signs nor"),
        ("LGTM", "neither the sentence that signs nor"),
        ("recheck", "Asked for another look."),
    ],
)
def test_what_is_no_signature(here: Place, ada: User, body: str, said: str) -> None:
    pull = here.pull(ada)
    here.on_pull(pull, *ARGUMENTS)
    done = here.says(pull, ada, body, *ARGUMENTS)
    assert (done.code, done.err) == (0, "")
    assert said in done.out
    assert json.loads(here.file())["records"] == []


def test_who_cannot_sign(here: Place, ada: User, bob: User) -> None:
    pull = here.pull(ada)
    bot = here.sim.create_user("helper[bot]", name="Helper", email="h@example.org", type="Bot")
    assert "bob is not among those whose work" in here.says(pull, bob, PHRASE, *ARGUMENTS).out
    assert "A bot cannot sign" in here.says(pull, bot, PHRASE, *ARGUMENTS).out
    comment = here.sim.comment(here.repo, pull.number, ada, PHRASE)
    assert "Only a new comment signs" in here.on_comment(comment, *ARGUMENTS, action="edited").out
    pull.close()
    assert "is closed" in here.on_comment(comment, *ARGUMENTS).out
    assert here.repo.git.ref("refs/heads/ospo-gate-signatures") is None


def test_the_same_comment_is_recorded_once(here: Place, ada: User) -> None:
    pull = here.pull(ada)
    comment = here.sim.comment(here.repo, pull.number, ada, PHRASE)
    here.on_comment(comment, *ARGUMENTS)
    before = here.file()
    assert "has signed Example CLA, version 1 already" in here.on_comment(comment, *ARGUMENTS).out
    assert here.file() == before


def test_other_pull_requests_of_the_person_run_again_too(here: Place, ada: User, bob: User) -> None:
    first, second, other = here.pull(ada), here.pull(ada, branch="second"), here.pull(bob, branch="third")
    runs = [here.ran(pull) for pull in (first, second, other)]
    here.says(first, ada, PHRASE, *ARGUMENTS)
    assert [run["run_attempt"] for run in runs] == [2, 2, 1]


def test_nothing_of_the_head_judges(here: Place, ada: User) -> None:
    """Its policy, its signatures and what lies in the folder of the job say nothing."""
    mine = "version: 1\nmode: off\n"
    pull = here.pull(ada)
    here.repo.commit("topic", {"policy.yaml": mine, "signatures.json": "mine"}, "Let me in", ada)
    base = here.repo.head("main")
    place = here.folder / "example" / "web" / f"policy.yaml@{base}"
    place.parent.mkdir(parents=True)
    place.write_text(mine)
    (here.folder / "policy.yaml").write_text(mine)
    for arguments in (ARGUMENTS, (*ARGUMENTS, "--policy", "policy.yaml")):
        done = here.on_pull(pull, *arguments)
        assert done.code == 1, done.out + done.err
        assert "ada has not signed" in done.out


def test_a_comment_of_the_older_bot_is_taken_over(here: Place, ada: User) -> None:
    pull = here.pull(ada)
    here.sim.comment(here.repo, pull.number, ada, "As the CLA Assistant Lite bot says, I will.")
    here.sim.comment(here.repo, pull.number, here.app.bot, "Posted by the CLA Assistant Lite bot.", here.app)
    here.on_pull(pull, *ARGUMENTS)
    bodies = [row["body"] for row in here.sim.comments(here.repo, pull.number)]
    assert bodies[0] == "As the CLA Assistant Lite bot says, I will."
    assert bodies[1].startswith("<!-- ospo-gate agreements -->")
    assert len(bodies) == 2


def test_silence_where_all_have_signed(here: Place, ada: User) -> None:
    here.says(here.pull(ada), ada, PHRASE, *ARGUMENTS, "--no-comment")
    pull = here.pull(ada, branch="second")
    assert here.on_pull(pull, *ARGUMENTS).code == 0
    assert here.comments(pull) == []


def test_a_protected_branch_is_met_at_once_and_has_three_ways_out(here: Place, ada: User) -> None:
    here.repo.rules["main"] = [{"type": "pull_request"}]
    done = here.on_pull(here.pull(ada), "--signatures", "cla.json@main")
    assert done.code == 2
    assert "cla.json@main cannot be written: Repository rule violations found" in done.err
    assert "ospo-gate-signatures" in done.err


def test_a_branch_that_is_not_there_is_not_made_by_a_slip(here: Place, ada: User) -> None:
    done = here.on_pull(here.pull(ada), "--signatures", "cla.json@mian")
    assert done.code == 2
    assert "there is no branch mian" in done.err
    assert here.repo.git.ref("refs/heads/mian") is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"signedContributors": [\n{"name": "ada",}\n]}', "line 2"),
        (f"{HEAD}<<<<<<< a\n]}}\n", "line 5"),
        ("", "line 1"),
    ],
)  # fmt: skip
def test_a_broken_file_judges_nobody_and_is_not_written_over(here: Place, ada: User, text: str, line: str) -> None:
    here.repo.commit("main", {"cla.json": text}, "Break it")
    pull = here.pull(ada)
    for done in (
        here.on_pull(pull, "--signatures=cla.json@main"),
        here.says(pull, ada, PHRASE, "--signatures=cla.json@main"),
    ):
        assert done.code == 2
        assert f"example/web/cla.json@main: {line}" in done.err
    assert here.file("cla.json", "main") == text


def test_a_token_that_may_less(here: Place, ada: User) -> None:
    pull = here.pull(ada)
    here.on_pull(pull, *ARGUMENTS)
    here.ran(pull)
    reader = here.token_for({"contents": "read", "pull_requests": "read"})
    done = here.on_pull(pull, *ARGUMENTS, GITHUB_TOKEN=reader)
    assert done.code == 1, "the verdict needs no more than reading"
    done = here.says(pull, ada, PHRASE, *ARGUMENTS, GITHUB_TOKEN=reader)
    assert (done.code, "permissions: {contents: write}" in done.err) == (2, True)
    writer = here.token_for({"contents": "write", "pull_requests": "read"})
    done = here.says(pull, ada, PHRASE, *ARGUMENTS, GITHUB_TOKEN=writer)
    assert done.code == 0
    assert "The comment could not be kept" in done.out
    assert "permissions: {actions: write}" in done.out


def test_signatures_in_another_repository_with_a_token_of_its_own(here: Place, ada: User) -> None:
    other = here.sim.create_repository("example", "signatures", files={"README.md": "x"})
    secret = here.token_for({"contents": "write"})
    own = here.token_for({"contents": "read", "pull_requests": "write", "actions": "write"})
    where = ("--signatures", "example/signatures:cla.json@main")
    done = here.says(here.pull(ada), ada, PHRASE, *where, GITHUB_TOKEN=own, PERSONAL_ACCESS_TOKEN=secret)
    assert done.code == 0, done.err
    assert "ada" in other.git.run("show", "refs/heads/main:cla.json").decode()


def test_more_commits_than_a_page_has(here: Place, ada: User, bob: User) -> None:
    changes = [({"a.txt": f"{number}\n"}, f"Change {number}", ada) for number in range(300)]
    here.repo.commits("topic", [({"b.txt": "1\n"}, "First", bob), *changes])
    pull = here.repo.open_pull("topic", author=ada)
    done = here.on_pull(pull, *ARGUMENTS)
    assert done.code == 1
    assert "`bob` has not signed" in here.comments(pull)[0], "the author of the oldest of 301"
