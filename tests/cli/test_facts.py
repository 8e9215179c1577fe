"""`ospo-gate facts`, and `check` with a facts file, as people run them."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.checkout import Checkout, change
from tests.cli.conftest import Run
from tests.facts_file.files import archive, lock, vulnerability
from tests.standins import Fault, Standins

POLICY = "version: 1\nlicenses: {allow: [permissive]}\nvulnerabilities: {}\n"
BEFORE = {"policy.yaml": POLICY, "package-lock.json": lock()}
AFTER = {"package-lock.json": lock(left_pad="1.0.0")}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standins]:
    with Standins() as standins:
        standins.depsdev.knows("NPM", "left-pad", "1.0.0", "MIT")
        standins.osv.knows(
            "GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", database_specific={"severity": "HIGH"}, summary="pads"
        )
        for name, value in standins.environment().items():
            monkeypatch.setenv(name, value)
        yield standins


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there."""
    for name in ("DEPSDEV", "OSV", "ENDOFLIFE", "SCORECARD", "KEV", "EPSS", "ECOSYSTEMS", "CLEARLYDEFINED", "GITHUB"):
        monkeypatch.setenv(f"OSPO_GATE_FACTS_{name}_URL", "http://127.0.0.1:9")


def test_built_online_judged_offline(
    world: Standins, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    online = run(checkout.path, "check", "--online", "--format", "json")
    built = run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    assert built.code == 0
    assert re.fullmatch(r"\.\./facts\.db: 1 package version, 1 advisory, \d kB\.\n", built.err)
    offline(monkeypatch)
    with_file = run(checkout.path, "check", "--facts", "../facts.db", "--format", "json")
    assert (with_file.code, with_file.conclusion) == (online.code, online.conclusion) == (1, "blocked")
    assert with_file.json["findings"] == online.json["findings"]
    without = run(checkout.path, "check", "--format", "json")
    assert "advisories-unknown" in {finding["rule"] for finding in without.json["findings"]}


def test_the_age_of_the_data_is_printed(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    out = run(checkout.path, "check", "--facts", "../facts.db").out
    assert "Data: OSV less than a minute old, deps.dev less than a minute old" in " ".join(out.split())
    sources = run(checkout.path, "check", "--facts", "../facts.db", "--format", "json").json["sources"]
    assert {source["name"] for source in sources} == {"OSV", "deps.dev"}
    assert all(source["as_of"] for source in sources)


def test_the_setting_names_the_file_too(
    world: Standins, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    offline(monkeypatch)
    monkeypatch.setenv("OSPO_GATE_FACTS", str(tmp_path / "facts.db"))
    report = run(checkout.path, "check", "--format", "json").json
    assert [finding["rule"] for finding in report["findings"]] == ["vulnerable"]
    assert run(checkout.path, "facts", "show").out.startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no facts file"),
        (b"", "is not a facts file"),
        (b"SQLite format 3\0" + bytes(100), "is not a facts file"),
        (b"ospo-gate facts 2 abc\n{}\n", "has form 2 of the facts file, and this release reads form 1"),
        (b"ospo-gate facts 1 abc\n{}\n", "is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_pass(run: Run, tmp_path: Path, content: bytes | None, says: str) -> None:
    checkout = Checkout(tmp_path / "web", {**BEFORE})
    if content is not None:
        (tmp_path / "facts.db").write_bytes(content)
    ran = run(checkout.path, "check", "--all", "--facts", "../facts.db")
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 2, "what is wrong, and what to do"


def test_damage_that_is_met_later_is_no_pass_either(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    data = bytearray((tmp_path / "facts.db").read_bytes())
    data[data.find(b"\n", data.find(b"\n") + 1) + 8] ^= 1  # within the first block
    (tmp_path / "facts.db").write_bytes(bytes(data))
    ran = run(checkout.path, "check", "--facts", "../facts.db")
    assert (ran.code, ran.out) == (2, "")
    assert "is damaged" in ran.err


def test_exports_need_no_network(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch)
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    record = vulnerability("GHSA-1111-1111-1111", ("npm", "left-pad"), database_specific={"severity": "HIGH"})
    archive(tmp_path / "osv" / "npm" / "all.zip", record)
    built = run(checkout.path, "facts", "build", "--for", ".", "--offline-osv", "../osv", "--output", "../facts.db")
    assert built.code == 0
    report = run(checkout.path, "check", "--facts", "../facts.db", "--only", "vulnerabilities", "--format", "json").json
    assert [finding["rule"] for finding in report["findings"]] == ["vulnerable"]
    everything = run(checkout.path, "facts", "build", "--offline-osv", "../osv", "--all", "--output", "../all.db")
    assert everything.code == 0
    summary = run(checkout.path, "facts", "show", "--facts", "../all.db").out
    assert "every advisory about npm" in summary
    renewed = run(checkout.path, "facts", "update", "../all.db")
    assert renewed.code == 2
    assert "made from exports" in renewed.err


def test_where_nobody_answers_nothing_is_written(
    world: Standins, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    before = (tmp_path / "facts.db").read_bytes()
    offline(monkeypatch)
    ran = run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    assert (ran.code, ran.out) == (2, "")
    assert "no source of facts could be asked" in ran.err
    assert (tmp_path / "facts.db").read_bytes() == before


def test_what_is_exploited_comes_from_a_copy_of_the_catalog(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    named = [("GHSA-1111-1111-1111", "CVE-2026-0001"), ("GHSA-2222-2222-2222", "CVE-2026-0002")]
    archive(tmp_path / "all.zip", *(vulnerability(id_, ("npm", "left-pad"), aliases=[cve]) for id_, cve in named))
    (tmp_path / "kev.json").write_text('{"vulnerabilities":[{"cveID":"CVE-2026-0001","dateAdded":"2026-02-03"}]}')
    build = ["facts", "build", "--for", ".", "--offline-osv", "../all.zip", "--output", "../facts.db"]
    for options, rule in (([], "exploitation-unknown"), (["--offline-kev", "../kev.json"], "vulnerability-exploited")):
        assert run(checkout.path, *build, *options).code == 0
        found = run(checkout.path, "check", "--facts", "../facts.db", "--format", "json").json["findings"]
        both = {"exploitation-unknown", "vulnerability-exploited"}
        assert {finding["rule"] for finding in found} & both == {rule}
    (tmp_path / "kev.json").write_text("[")
    assert "is not the catalog" in run(checkout.path, *build, "--offline-kev", "../kev.json").err


def test_an_old_export_is_old_data(run: Run, tmp_path: Path) -> None:
    """Whenever the file was made of it."""
    aged = BEFORE | {"policy.yaml": POLICY + "facts: {maximum_age: 3 days}\n"}
    checkout = change(tmp_path / "web", aged, AFTER)
    export = archive(tmp_path / "all.zip", vulnerability("GHSA-1111-1111-1111", ("npm", "tiny")))
    for seconds, rules in ((0, set()), (4 * 86_400, {"advisories-unknown"})):
        moment = time.time() - seconds
        os.utime(export, (moment, moment))
        run(checkout.path, "facts", "build", "--for", ".", "--offline-osv", "../all.zip", "--output", "../facts.db")
        found = run(checkout.path, "check", "--facts", "../facts.db", "--format", "json").json["findings"]
        assert {finding["rule"] for finding in found} & {"advisories-unknown"} == rules


def test_exports_and_the_network_together(world: Standins, run: Run, tmp_path: Path) -> None:
    """The network is not asked for what the exports tell."""
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    archive(tmp_path / "npm" / "all.zip", vulnerability("GHSA-1111-1111-1111", ("npm", "left-pad")))
    run(checkout.path, "facts", "build", "--for", ".", "--offline-osv", "../npm", "--online", "--output", "../facts.db")
    assert "osv" not in world.counts
    shown = run(checkout.path, "facts", "show", "pkg:npm/left-pad@1.0.0", "--facts", "../facts.db").out
    assert "GHSA-1111-1111-1111" in shown
    assert re.search(r"license +MIT +deps.dev  less than a minute old", shown)


def test_what_a_source_could_not_say_is_said_and_asked_again(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    with world.depsdev.behaving(Fault(status=403)):
        built = run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    assert built.code == 0, "what is not known is in the file, and a schedule goes on to keep it"
    assert "deps.dev could not answer all" in built.err
    assert "facts update ../facts.db" in built.err
    shown = run(checkout.path, "facts", "show", "npm/left-pad@1.0.0", "--facts", "../facts.db").out
    assert re.search(r"not known +license.* deps\.dev: ", shown)
    assert run(checkout.path, "facts", "update", "../facts.db").code == 0
    shown = run(checkout.path, "facts", "show", "npm/left-pad@1.0.0", "--facts", "../facts.db").out
    assert re.search(r"license +MIT", shown)


def test_everything_about_a_package_as_json(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    shown = run(checkout.path, "facts", "show", "pkg:npm/left-pad", "--facts", "../facts.db", "--format", "json").json
    version = shown["versions"]["1.0.0"]
    assert (version["license"]["value"], version["license"]["source"]) == ("MIT", "deps.dev")
    assert version["published"]["value"] == "2024-03-01T12:00:00Z"
    assert version["advisories"]["value"] == ["GHSA-aaaa-bbbb-cccc"]
    assert shown["advisories"]["GHSA-aaaa-bbbb-cccc"]["summary"] == "pads"


def test_a_package_that_is_not_there(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    shown = run(checkout.path, "facts", "show", "pkg:npm/tiny@1.0.0", "--facts", "../facts.db")
    assert shown.code == 1
    assert "it is not in the facts file of" in shown.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["build", "--output", "f.db"], "name with --for"),
        (["build", "--all", "--output", "f.db"], "name with --for"),
        (["build", "--for", "nowhere", "--output", "f.db"], "there is no such file or folder"),
        (["build", "--for", ".", "--output", "nowhere/f.db"], "there is no folder to write"),
        (["build", "--for", ".", "--offline-osv", "nowhere", "--output", "f.db"], "there is no such file or folder"),
        (
            ["build", "--for", ".", "--offline-osv", "package-lock.json", "--output", "f.db"],
            "no ecosystem's advisories",
        ),
        (["build", "--for", ".", "--policy", "nowhere", "--output", "f.db"], "there is no such file"),
        (["build", "--offline-osv", ".", "--all", "--online", "--output", "f.db"], "--online needs --for"),
        (["update", "nowhere.db"], "there is no facts file"),
        (["show", "pkg:npm/x"], "name the file with --facts"),
        (["show", "x", "--facts", "f.db"], "there is no facts file"),
    ],
)
def test_mistakes_are_said(run: Run, tmp_path: Path, arguments: list[str], says: str) -> None:
    checkout = Checkout(tmp_path / "web", BEFORE)
    ran = run(checkout.path, "facts", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert not (checkout.path / "f.db").exists()


def test_a_file_half_written_leaves_the_old_one(
    world: Standins, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    before = (tmp_path / "facts.db").read_bytes()

    def torn(*_: object) -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    monkeypatch.setattr("app.cli.facts.write", torn)
    assert run(checkout.path, "facts", "update", "../facts.db").code == 130
    assert (tmp_path / "facts.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["facts.db"]


def test_names_from_outside_steer_no_terminal(world: Standins, run: Run, tmp_path: Path) -> None:
    world.depsdev.knows("NPM", "left-pad", "1.0.0", "\x1b[31mMIT\u202e")
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    shown = run(checkout.path, "facts", "show", "npm/left-pad@1.0.0", "--facts", "../facts.db").out
    assert "MIT" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_judging_with_a_file_needs_no_client(world: Standins, run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "../facts.db")
    script = (
        "import sys\nfrom app.cli.main import main\nmain(['check', '--facts', '../facts.db', '--format', 'json'])\n"
        "sys.stderr.write('loaded: ' + ' '.join(m for m in ('asyncio', 'httpx2', 'packageurl') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=checkout.path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["conclusion"] == "blocked"
    assert done.stderr == "loaded: "


def test_a_change_does_not_bring_its_own_facts(
    world: Standins, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a workflow the checkout is the pull request's. What a cache put there, or what the base has, is fine."""
    checkout = change(tmp_path / "web", BEFORE, AFTER)
    run(checkout.path, "facts", "build", "--for", ".", "--output", "restored.db")
    event = {"pull_request": {"base": {"sha": checkout.git("rev-parse", "main")}, "head": {"sha": checkout.head}}}
    (tmp_path / "event.json").write_text(json.dumps(event))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    assert run(checkout.path, "check", "--facts", "restored.db").code == 1
    checkout.git("add", "restored.db")
    checkout.git("commit", "-q", "-m", "Bring facts", "--signoff")
    event["pull_request"]["head"]["sha"] = checkout.head
    (tmp_path / "event.json").write_text(json.dumps(event))
    (checkout.path / "link.db").symlink_to("restored.db")
    for name in ("restored.db", "link.db", str(checkout.path / "restored.db")):
        ran = run(checkout.path, "check", "--facts", name)
        assert (ran.code, ran.out) == (2, "")
        assert "comes with the change" in ran.err
    event["pull_request"]["base"]["sha"] = checkout.head
    (tmp_path / "event.json").write_text(json.dumps(event))
    assert run(checkout.path, "check", "--facts", "restored.db").code == 0
    event["pull_request"]["head"]["sha"] = checkout.commit({"restored.db": "other facts"})
    (tmp_path / "event.json").write_text(json.dumps(event))
    ran = run(checkout.path, "check", "--facts", "restored.db")
    assert (ran.code, "comes with the change" in ran.err) == (2, True), "changed, not added"
