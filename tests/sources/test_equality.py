"""The same change, read from a checkout and from GitHub, gives an equal report."""

import asyncio
import itertools
import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.facts.lookup import FactChain
from app.gate import Gate
from app.github.client import GitHubApp
from app.github.pull import PullSource
from app.policies import PolicyPlace
from app.ports import Source
from app.sources.checkout import GitSource
from app.sources.git import Repository as Checkout
from app.subject import About
from checks.model.facts import Facts, RepositoryFacts
from checks.render.json_report import to_json
from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, npm
from tests.simulator import Pull, Repository, Simulator, User

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LOCK = "package-lock.json"
T = TypeVar("T")
_numbers = itertools.count(1)


@dataclass
class World:
    """The simulated GitHub, and a folder for clones."""

    sim: Simulator
    app: Any
    installation: int
    ada: User
    folder: Path

    def repository(self, files: dict[str, Any] | None = None) -> Repository:
        content = {"policy.yaml": POLICY, **CLEAN} if files is None else files
        return self.sim.create_repository("example", f"web-{next(_numbers)}", files=content)

    def from_github(self, change: Pull, ask: Callable[[Source], Awaitable[T]]) -> T:
        async def asked() -> T:
            github = GitHubApp(self.app.id, self.app.private_key_pem, self.sim.api_url)
            try:
                repository = change.repository
                about = About(repository.full_name, repository.node_id, change.node_id, change.base_sha)
                client = github.installation(self.installation, [repository.id])
                return await ask(PullSource(client, about, change.number, change.head_sha))
            finally:
                await github.close()

        return asyncio.run(asked())

    def from_checkout(self, change: Pull, ask: Callable[[Source], Awaitable[T]]) -> T:
        clone = self.folder / f"clone-{next(_numbers)}"
        subprocess.run(["git", "clone", "-q", "--mirror", change.repository.clone_url, str(clone / ".git")], check=True)
        subprocess.run(["git", "-C", str(clone), "config", "core.bare", "false"], check=True)
        source = GitSource(Checkout(clone), change.head_sha, change.base_sha)

        async def asked() -> T:
            return await ask(source)

        return asyncio.run(asked())

    def equal(self, change: Pull, policy: PolicyPlace | None = None) -> dict[str, Any]:
        """The report, after both ways gave the same one."""
        place = policy or PolicyPlace()

        ask = judged(change, place)
        here, there = self.from_checkout(change, ask), self.from_github(change, ask)
        assert json.dumps(here, indent=1) == json.dumps(there, indent=1)
        return here


def judged(change: Pull, policy: PolicyPlace) -> Callable[[Source], Awaitable[dict[str, Any]]]:
    """What a source is asked for to get its report."""
    facts = FactChain(Facts(repository=RepositoryFacts(change.repository.full_name, "public", "main")), ())

    async def ask(source: Source) -> dict[str, Any]:
        return to_json((await Gate(policy, facts, lambda: NOW).judge(source)).report)

    return ask


@pytest.fixture(scope="module", params=["github.com", "ghes"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Simulator(request.param) as sim:
        app = sim.create_app()
        sim.create_org("example")
        ada = sim.create_user("ada", name="Ada Lovelace", email="ada@example.com")
        yield World(sim, app, sim.install(app, "example"), ada, tmp_path_factory.mktemp("clones"))


def test_both_tell_the_same_added_lines(world: World) -> None:
    files = {
        "train.py": "import torch\nmodel = None\nprint(model)\n",
        "moved.txt": "".join(f"line {number}\n" for number in range(20)),
        "gone.py": "x = 1\n",
    }
    edited = {
        "train.py": "import torch\nmodel = load('a')\r\nprint(model)\n++ odd",
        "moved.txt": None,
        "new name ü.txt": files["moved.txt"],
        "gone.py": None,
        "blob.bin": b"\0\1\2",
        "folder/fresh.py": "one\ntwo\n",
    }
    pull = change(world, world.repository(files), (edited, signed()))
    paths = ["train.py", "new name ü.txt", "gone.py", "blob.bin", "folder/fresh.py"]

    async def added(source: Source) -> dict[str, list[tuple[int, str]] | None]:
        await source.listing()
        found = await source.added(paths)
        return {path: None if lines is None else [(x.line, x.text) for x in lines] for path, lines in found.items()}

    here, there = world.from_checkout(pull, added), world.from_github(pull, added)
    assert here == there
    assert here["train.py"] == [(2, "model = load('a')"), (4, "++ odd")]
    assert here["folder/fresh.py"] == [(1, "one"), (2, "two")]
    assert here["new name ü.txt"] == here["gone.py"] == here["blob.bin"] == []


def test_github_leaves_out_a_large_patch_and_the_source_says_so(world: World) -> None:
    large = "".join(f"{number:0200d}\n" for number in range(20_000))
    pull = change(world, world.repository(), ({"large.py": large}, signed()))

    async def added(source: Source) -> bool:
        await source.listing()
        return (await source.added(["large.py"]))["large.py"] is None

    assert world.from_github(pull, added)
    assert not world.from_checkout(pull, added)


def change(world: World, repo: Repository, *steps: tuple[dict[str, Any], str]) -> Pull:
    repo.commits("topic", [(files, message, world.ada) for files, message in steps])
    return repo.open_pull(head="topic", base="main", title="Change", author=world.ada)


def signed(subject: str = "Change") -> str:
    return f"{subject}\n\n{SIGNED}"


def test_nothing_to_say(world: World) -> None:
    report = world.equal(change(world, world.repository(), ({"a.txt": "1"}, signed())))
    assert report["conclusion"] == "passed"


def test_a_package_that_is_not_allowed(world: World) -> None:
    report = world.equal(change(world, world.repository(), (COPYLEFT, signed())))
    assert report["conclusion"] == "blocked"
    assert report["repair"]


def test_a_package_that_a_decision_beside_the_policy_covers(world: World) -> None:
    decision = """\
id: W-1
rules: [license-not-allowed]
package: pkg:npm/glyph-core
below: pkg:npm/chart-kit
licenses: [GPL-3.0-only]
repositories: ["web-*"]
reason: It is not shipped.
approved_by: "@grace"
created: 2026-11-20
expires: 2026-11-30
"""
    files = {"policy.yaml": POLICY, "waivers/W-1.yaml": decision, **CLEAN}
    place = PolicyPlace(folders=True)
    report = world.equal(change(world, world.repository(files), (COPYLEFT, signed())), place)
    (finding,) = report["findings"]
    assert (finding["waiver"]["id"], finding["waiver"]["ending"], report["conclusion"]) == ("W-1", False, "passed")
    moved = {**COPYLEFT, "waivers/W-2.yaml": decision.replace("W-1", "W-2")}
    report = world.equal(change(world, world.repository({"policy.yaml": POLICY, **CLEAN}), (moved, signed())), place)
    assert report["conclusion"] == "blocked", "no waiver is ever read from the branch under judgment"


def test_several_commits_without_signoff(world: World) -> None:
    steps = [({"a.txt": str(n)}, signed() if n % 2 else f"Step {n}") for n in range(5)]
    assert len(world.equal(change(world, world.repository(), *steps))["findings"]) >= 1


def test_messages_that_are_hard_to_carry(world: World) -> None:
    messages = [
        "Ünïcode ✓\n\nSigned-off-by: Ada Lovelace <ADA@example.com>",
        "trailing space   \n\n\n",
        "\ttab",
        "CR\r\nLF",
        "x" * 100_000,
    ]
    world.equal(change(world, world.repository(), *[({"a.txt": str(i)}, m) for i, m in enumerate(messages)]))


def test_a_renamed_lock_file(world: World) -> None:
    repo = world.repository({"policy.yaml": POLICY, **{f"old/{k}": v for k, v in COPYLEFT.items()}})
    moved = {**{f"old/{k}": None for k in COPYLEFT}, **{f"new/{k}": v for k, v in COPYLEFT.items()}}
    report = world.equal(change(world, repo, (moved, signed())))
    assert report["conclusion"] == "passed"


def test_a_renamed_and_changed_lock_file(world: World) -> None:
    base = npm(**{f"package_{n}": ("1.0.0", "MIT", []) for n in range(30)})
    more = npm(**{f"package_{n}": ("1.0.0", "MIT", []) for n in range(30)}, glyph=("1.0.0", "GPL-3.0-only", []))
    repo = world.repository({"policy.yaml": POLICY, **{f"old/{k}": v for k, v in base.items()}})
    moved = {**{f"old/{k}": None for k in base}, **{f"new/{k}": v for k, v in more.items()}}
    assert world.equal(change(world, repo, (moved, signed())))["conclusion"] == "blocked"


def test_a_removed_lock_file(world: World) -> None:
    world.equal(change(world, world.repository(), (dict.fromkeys(CLEAN), signed())))


def test_the_base_moved_on_since_the_branch_point(world: World) -> None:
    repo = world.repository()
    repo.commit("topic", COPYLEFT, signed(), world.ada)
    repo.commit("main", {"policy.yaml": "version: 1\nmode: off\n", "b.txt": "1"}, "On", world.ada)
    pull = repo.open_pull(head="topic", base="main", title="Change", author=world.ada)
    assert world.equal(pull)["conclusion"] == "blocked"  # by the policy of the branch point


def test_a_merge_commit_in_the_branch(world: World) -> None:
    repo = world.repository()
    repo.commit("topic", {"a.txt": "1"}, "No sign-off", world.ada)
    repo.commit("main", {"b.txt": "1"}, "Also without", world.ada)
    repo.commit(
        "topic",
        {"b.txt": "1"},
        "Merge branch 'main' into topic",
        world.ada,
        parent=[repo.head("topic"), repo.head("main")],
    )
    repo.commit("topic", {"c.txt": "1"}, signed(), world.ada)
    pull = repo.open_pull(head="topic", base="main", title="Change", author=world.ada)
    report = world.equal(pull)
    assert [f["rule"] for f in report["findings"] if f["check"] == "signoff"]


def test_more_than_300_files(world: World) -> None:
    files = {f"docs/{n:03}.txt": "x" for n in range(350)} | {f"zz/{name}": text for name, text in COPYLEFT.items()}
    assert world.equal(change(world, world.repository(), (files, signed())))["conclusion"] == "blocked"


def test_more_than_250_commits(world: World) -> None:
    steps = [({"n.txt": str(n)}, signed() if n not in (2, 255) else f"Step {n}") for n in range(260)]
    world.equal(change(world, world.repository(), *steps))


def test_a_large_lock_file(world: World) -> None:
    large = npm(
        **{f"package_{n}_with_a_name_of_some_length": ("1.0.0", "MIT", []) for n in range(6_000)},
        glyph=("1", "GPL-3.0-only", []),
    )
    assert len(large[LOCK]) > 512_000
    assert world.equal(change(world, world.repository(), (large, signed())))["conclusion"] == "blocked"


def test_what_cannot_be_read(world: World) -> None:
    files = {
        LOCK: b"\xff\xfe{}",
        f"a/{LOCK}": '{"a": 1, "a"',
        "b/uv.lock": "[[package]",
        "c/requirements.txt": "x==1\n-r gone.txt\n",
    }
    report = world.equal(change(world, world.repository(), (files, signed())))
    assert report["conclusion"] in ("blocked", "cannot-judge")


def test_line_ends_and_a_byte_order_mark(world: World) -> None:
    files = {
        LOCK: b"\xef\xbb\xbf" + COPYLEFT[LOCK].replace("\n", "\r\n").encode(),
        "requirements.txt": b"flask==1.0\r\n",
    }
    world.equal(change(world, world.repository(), (files, signed())))


def test_several_ecosystems_and_companions(world: World) -> None:
    files = {
        "requirements.txt": "-r more.txt\nflask==3.0.0\n", "more.txt": "six==1.0\n",
        "go.mod": "module example.com/web\n\ngo 1.22\n\nrequire example.com/x v1.0.0\n",
        "go.sum": "example.com/x v1.0.0 h1:abc=\n",
        "Cargo.lock": '[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+https://registry.example/index"\n',
    }  # fmt: skip
    world.equal(change(world, world.repository(), (files, signed())))


def test_a_change_of_the_policy(world: World) -> None:
    report = world.equal(
        change(world, world.repository(), ({"policy.yaml": "version: 1\nmode: off\n", **COPYLEFT}, signed()))
    )
    assert report["conclusion"] == "blocked"
    assert report["notices"]


def test_without_any_policy(world: World) -> None:
    assert world.equal(change(world, world.repository(CLEAN), (COPYLEFT, signed())))["policy"]["built_in"]


def test_paths_that_need_quoting(world: World) -> None:
    names = ["with space", "quo\"te's", "back\\slash", "ümlaut", "hash#tag?x=1&y", "per%20cent", "-dash"]
    files = {f"{name}/{LOCK}": COPYLEFT[LOCK] for name in names}
    report = world.equal(change(world, world.repository(), (files, signed())))
    places = {report["findings"][0]["path"], *(place["path"] for place in report["findings"][0]["related"])}
    assert len(places) == len(names)


def test_without_graphql_the_report_is_the_same(world: World) -> None:
    world.sim.graphql_available = False
    try:
        files = {**COPYLEFT, f"per%20cent #/{LOCK}": COPYLEFT[LOCK], f"b/{LOCK}": b"\xff"}
        world.equal(change(world, world.repository(), (files, signed())))
    finally:
        world.sim.graphql_available = True


def test_a_folder_and_a_symlink_of_that_name(world: World) -> None:
    world.equal(change(world, world.repository({"policy.yaml": POLICY}), ({f"{LOCK}/file.txt": "x"}, signed())))


def test_what_only_accounts_can_tell_is_not_judged_on_a_checkout(world: World) -> None:
    repo = world.repository({"policy.yaml": "version: 1\nsignoff: {require: non-members}\n"})
    pull = change(world, repo, ({"a.txt": "1"}, "No sign-off"))
    report = world.from_checkout(pull, judged(pull, PolicyPlace()))
    (signoff,) = [outcome for outcome in report["outcomes"] if outcome["check"] == "signoff"]
    assert signoff["not_judged_here"]
    assert report["conclusion"] == "passed"
