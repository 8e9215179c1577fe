"""What people and attackers put into pull requests, from the webhook to what stands on GitHub."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, pull, repository
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

LOCK = "package-lock.json"
NASTY = {
    "markdown": "x](https://evil.example)`**b**`",
    "html": '<img src=x onerror=alert(1)><a href="https://evil.example">',
    "mention": "@octo-dev/everybody",
    "comment end": "--><script>alert(1)</script>",
    "escape codes": "x\x1b]8;;https://evil.example\x1b\\\x1b[31m\x07\x00",
    "bidi": "x\u202egpj.exe\u2066\u200b",
    "workflow command": "x\n::error file=a::b\r\n##[group]",
    "table": "a|b|c\n|---|",
    "5,000 characters": "n" * 5_000,
    "surrogate": "x\ud800",
}


def lock(name: str, license_: str = "GPL-3.0-only") -> str:
    """A lock file with a direct package of this name."""
    packages = {
        "": {"name": "web", "dependencies": {name: "1.0.0"}},
        f"node_modules/{name}": {"version": "1.0.0", "license": license_},
    }
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": packages}, indent=2)


def said(stage: Stage, repo: Repository, change: Pull) -> list[str]:
    """Every text that stands on GitHub about a head."""
    texts: list[str] = []
    for run in stage.sim.check_runs(repo, change.head_sha):
        output = run["output"]
        texts += [output["title"], output["summary"], output["text"] or ""]
        texts += [value for a in output["annotations"] for value in a.values() if isinstance(value, str)]
    return texts + [comment["body"] for comment in stage.own_comments(change)]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    program = str(Path(sys.executable).with_name("ospo-gate"))
    return subprocess.run([program, "check", *arguments], cwd=folder, capture_output=True, timeout=120, check=False)


def checkout(repo: Repository, change: Pull, folder: Path) -> Path:
    for arguments in (
        ["clone", "-q", repo.clone_url, str(folder)],
        ["-C", str(folder), "checkout", "-q", change.head_sha],
    ):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("kind", NASTY)
def test_a_hostile_name_is_inert_wherever_it_is_shown(quick: Stage, kind: str, tmp_path: Path) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {LOCK: lock(NASTY[kind])})
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    quick.settle()
    texts = said(quick, repo, change)
    for text in texts:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]", text)
    comment, summary = quick.comment(change), quick.verdict(repo, change.head_sha)["output"]["summary"]
    for markdown in (comment, summary):
        html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
        outside = re.sub(r"<(code|pre)[ >].*?</\1>", "", html, flags=re.DOTALL)
        assert "evil.example" not in outside
        assert "@octo-dev" not in outside
        assert not re.search(r"<(img|script|a href=.https://evil)", outside)
        assert outside.count("<table") <= 1  # the summary's own
    folder = checkout(repo, change, tmp_path / "clone")
    for format_ in ("text", "json", "sarif", "markdown", "workflow"):
        done = command(folder, "--base", "origin/main", "--format", format_)
        assert done.returncode == 1, done.stderr
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", done.stdout)
        assert "\u202e" not in done.stdout.decode("utf-8")
        if format_ == "workflow":
            lines = [line for line in done.stdout.decode().splitlines() if line]
            assert not any(line.startswith(("::error file=a::b", "##[")) for line in lines)


UNREADABLE: dict[str, dict[str, Any]] = {
    "truncated JSON": {LOCK: CLEAN[LOCK][:-20]},
    "truncated TOML": {"uv.lock": 'version = 1\n[[package]]\nname = "a'},
    "truncated value": {"poetry.lock": '[[package]]\nname = "a"\nversion = '},
    "duplicated keys": {LOCK: '{"lockfileVersion": 3, "packages": {"a": {}}, "packages": {}}'},
    "not UTF-8": {LOCK: b"\xff\xfe\x00{}"},
    "nested": {LOCK: "[" * 100_000},
    "newline in the path": {f"a\nb/{LOCK}": lock("glyph")},
    "quotes in the path": {f"quo\"te's/{LOCK}": CLEAN[LOCK][:-20]},
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_blocks_here_and_there(quick: Stage, kind: str, tmp_path: Path) -> None:
    repo = repository(quick)
    change = pull(quick, repo, UNREADABLE[kind])
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    done = command(checkout(repo, change, tmp_path / "clone"), "--base", "origin/main", "--format", "json")
    assert done.returncode == 1


def entry(repo: Repository, stage: Stage, name: bytes, mode: str, sha: str) -> Pull:
    """A pull request whose tree has one raw entry more, as only plumbing writes it."""
    git = repo.git
    top = git.objects.commit(repo.head()).tree
    rows = [(e.mode, e.name.encode(), e.sha) for e in git.objects.tree(top) if e.name.encode() != name]
    rows.append((mode, name, sha))
    rows.sort(key=lambda row: row[1] + (b"/" if row[0] == "40000" else b""))
    tree = git.objects.write("tree", b"".join(m.encode() + b" " + n + b"\0" + bytes.fromhex(s) for m, n, s in rows))
    commit = repo.make_commit_of_tree(tree, f"Odd\n\n{SIGNED}", stage.ada, [repo.head()])
    with stage.sim.world.lock:
        repo.update_branch("odd", commit, stage.ada)
    return repo.open_pull(head="odd", base="main", title="Odd", author=stage.ada)


@pytest.mark.parametrize("kind", ["symlink", "submodule", "folder", "not UTF-8", "dots"])
def test_odd_entries_in_place_of_a_lock_file(quick: Stage, kind: str, tmp_path: Path) -> None:
    """None of them hides a package or breaks anything; a folder of that name is no lock file and passes."""
    repo = repository(quick, {"policy.yaml": POLICY, "readme.txt": "x"})
    inner = repo.git.write_tree(None, {"file.txt": "x"})
    nested = repo.git.write_tree(None, {LOCK: lock("glyph")})
    name, mode, sha = {
        "symlink": (LOCK.encode(), "120000", repo.git.objects.write("blob", b"/etc/passwd")),
        "submodule": (LOCK.encode(), "160000", repo.head()),
        "folder": (LOCK.encode(), "40000", inner),
        "not UTF-8": (b"caf\xe9", "40000", nested),
        "dots": (b"..a", "40000", nested),
    }[kind]
    change = entry(repo, quick, name, mode, sha)
    expected = "success" if kind == "folder" else "failure"
    assert quick.verdict(repo, change.head_sha)["conclusion"] == expected
    done = command(checkout_tree(repo, change, tmp_path / "clone"), "--base", "origin/main", "--head", change.head_sha)
    assert done.returncode == (0 if kind == "folder" else 1), done.stdout + done.stderr


def checkout_tree(repo: Repository, change: Pull, folder: Path) -> Path:
    """A clone with the commit, without writing odd entries to disk."""
    subprocess.run(["git", "clone", "-q", repo.clone_url, str(folder)], check=True, capture_output=True)
    subprocess.run(["git", "-C", str(folder), "fetch", "-q", "origin", "odd"], check=True, capture_output=True)
    assert change.head_sha
    return folder


def big(size: int) -> str:
    entry = '"node_modules/p{i}": {"version": "1.0.0", "license": "MIT"}'
    count = size // 75
    filler = " " * 20
    rows = ",\n".join(entry.replace("{i}", str(i)) + filler for i in range(count))
    return (
        '{"name": "web", "lockfileVersion": 3, "packages": {\n'
        + rows
        + ',\n"node_modules/glyph": {"version": "1", "license": "GPL-3.0-only"}}}'
    )


@pytest.mark.parametrize("size", [900_000, 5_000_000])
def test_a_large_lock_file_is_read_by_blob(quick: Stage, size: int) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {LOCK: big(size)})
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "glyph" in quick.comment(change)


def test_a_lock_file_of_50_mb_is_a_finding_and_the_service_stays_awake(quick: Stage, tmp_path: Path) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {LOCK: " " * 50_000_000})
    answers = 0
    while not answers or not quick.runs(repo, change.head_sha):
        with urllib.request.urlopen(f"http://127.0.0.1:{quick.port}/healthz", timeout=30) as answer:
            answers += answer.status == 200
        time.sleep(0.02)
    verdict = quick.verdict(repo, change.head_sha)
    assert verdict["output"]["title"].startswith("could not judge")
    assert "50,000,000 bytes" in quick.comment(change)
    assert quick.process is not None
    status = Path(f"/proc/{quick.process.pid}/status")
    if status.exists():
        resident = int(re.findall(r"VmRSS:\s+(\d+) kB", status.read_text())[0])
        assert resident < 400_000
    done = command(checkout(repo, change, tmp_path / "clone"), "--base", "origin/main", "--format", "json")
    assert done.returncode == 1
    assert [f["rule"] for f in json.loads(done.stdout)["findings"]] == ["manifest-too-large"]


def test_a_commit_message_of_1_mb(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {"a.txt": "1"}, message="Long\n\n" + "word " * 200_000)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "Signed-off-by" in quick.comment(change)


def test_260_commits_are_all_judged(quick: Stage) -> None:
    repo = repository(quick)
    commits: list[tuple[dict[str, Any], str, Any]] = [
        ({"n.txt": str(n)}, f"Step {n}\n\n{SIGNED}" if n != 3 else "Step 3 without", quick.ada) for n in range(260)
    ]
    repo.commits("long", commits)
    change = repo.open_pull(head="long", base="main", title="Long", author=quick.ada)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "Step 3 without" in quick.comment(change)


def test_a_lock_file_behind_400_other_files_is_seen(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {**{f"docs/{n:03}.txt": "x" for n in range(400)}, f"zz/{LOCK}": lock("glyph")})
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "glyph" in quick.comment(change)


def test_40_manifests(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(
        quick,
        repo,
        {
            f"part-{n:02}/{LOCK}": lock("glyph" if n == 39 else "tiny", "MIT" if n < 39 else "GPL-3.0-only")
            for n in range(40)
        },
    )
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    assert "part-39" in quick.comment(change)


def test_a_force_push_during_the_evaluation(quick: Stage) -> None:
    """The old head gets nothing after the newer one, and the comment is about the newer one."""
    repo = repository(quick)
    hold = quick.sim.hold("headRefOid")
    change = pull(quick, repo, {"a.txt": "1"}, message="No sign-off")
    old = change.head_sha
    assert hold.wait_until_reached()
    change.force_push(COPYLEFT, f"Charts\n\n{SIGNED}", quick.ada)
    quick.sim.wait_idle()
    hold.release()
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    quick.settle()
    assert not [run for run in quick.sim.check_runs(repo, old) if run["status"] == "completed"]
    assert "glyph-core" in quick.comment(change)
    assert "Signed-off-by" not in quick.comment(change)


def test_a_force_push_while_the_old_verdict_is_being_posted(quick: Stage) -> None:
    repo = repository(quick)
    hold = quick.sim.hold("createCheckRun")
    change = pull(quick, repo, {"a.txt": "1"}, message="No sign-off")
    assert hold.wait_until_reached()
    change.force_push(COPYLEFT, f"Charts\n\n{SIGNED}", quick.ada)
    quick.sim.wait_idle()
    hold.release()
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    quick.settle()
    assert "glyph-core" in quick.comment(change)
    assert "Signed-off-by" not in quick.comment(change)


def test_events_out_of_order_end_with_the_newest_head(quick: Stage) -> None:
    repo = repository(quick)
    change = pull(quick, repo, {"a.txt": "1"}, message="No sign-off")
    quick.verdict(repo, change.head_sha)
    opened = next(d for d in reversed(quick.sim.deliveries) if d.event == "pull_request")
    change.force_push(COPYLEFT, f"Charts\n\n{SIGNED}", quick.ada)
    quick.verdict(repo, change.head_sha)
    quick.sim.send_raw("pull_request", opened.payload)  # a new delivery id: nothing recognizes it as known
    quick.settle()
    assert "glyph-core" in quick.comment(change)


def test_a_fork_and_a_fork_that_is_gone(quick: Stage) -> None:
    repo = repository(quick)
    eve = quick.sim.world.users.get("eve") or quick.sim.create_user("eve", name="Eve", email="eve@example.com")
    fork = repo.fork(eve)
    fork.commit("topic", {"a.txt": "1"}, "No sign-off", eve)
    change = repo.open_pull(head="topic", base="main", title="Fork", author=eve, head_repository=fork)
    assert quick.verdict(repo, change.head_sha)["conclusion"] == "failure"
    quick.settle()
    fork.delete()
    before = len(quick.sim.check_runs(repo, change.head_sha))
    quick.sim.rerequest_check_suite(repo, change.head_sha)
    quick.until(lambda: len(quick.sim.check_runs(repo, change.head_sha)) > before, "a new run")
    change.close()
    change.reopen()
    assert (
        next(d for d in reversed(quick.sim.deliveries) if d.event == "pull_request").json["pull_request"]["head"][
            "repo"
        ]
        is None
    )
    quick.settle()
    assert len(quick.own_comments(change)) == 1


def test_endless_headers_are_refused_before_anybody_is_known(stage: Stage) -> None:
    """Else whoever reaches the port fills the memory."""
    with socket.create_connection(("127.0.0.1", stage.port), timeout=60) as connection:
        connection.sendall(b"POST /webhook HTTP/1.1\r\nHost: gate\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.sendall(b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(20_000)))
