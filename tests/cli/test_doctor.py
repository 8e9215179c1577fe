"""`ospo-gate doctor`: what is wrong is found, named and has a next step; what is well is not."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.doctor import database as of_database
from app.doctor import github as of_github
from app.doctor.line import Level, Line
from app.doctor.rules import imitated, of_protection, of_rules
from app.github import needs
from app.github.deliveries import Attempt, Hook
from app.service_settings import Engine, ServiceSettings
from app.store.figures import Kept, Queue, Stock
from tests.github.hub import pem
from tests.simulator import Simulator

PERMISSIONS = {one.name: one.level for one in needs.PERMISSIONS}
EVENTS = tuple(one.name for one in needs.EVENTS)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as running:
        running.create_org("example")
        yield running


def look(
    sim: Simulator,
    app: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *words: str,
    **settings: str,
) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit code, and level and words of each line by what it is about."""
    (folder / "app.pem").write_text(app.private_key_pem)
    given = {
        "APP_ID": str(app.id),
        "PRIVATE_KEY_FILE": str(folder / "app.pem"),
        "WEBHOOK_SECRET": "s" * 16,
        "GITHUB_API_URL": sim.api_url,
        "DATABASE": f"sqlite+aiosqlite:///{folder / 'gate.db'}",
        **settings,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"OSPO_GATE_{name}", value)
    code = main(["doctor", "--format", "json", *words])
    found: dict[str, list[tuple[str, str]]] = {}
    for line in json.loads(capsys.readouterr().out)["lines"]:
        assert line["next"] or line["level"] == "ok"
        found.setdefault(line["about"], []).append((line["level"], line["what"]))
    return code, found


def test_an_app_and_its_repositories_are_looked_at_while_the_service_is_down(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem(), webhook_url="http://127.0.0.1:9/webhook", webhook_secret="s" * 16)
    sim.install(app, "example")
    other = sim.create_app("other", private_key_pem=pem(2))
    sim.install(other, "example")
    ours, theirs, anybodys, _ = (
        sim.create_repository("example", name, files={"policy.yaml": "version: 1\nlicences: {}\n"})
        for name in ("ours", "theirs", "anybodys", "nobodys")
    )
    sim.create_repository("example", "old", files={"a": "1"}).archive()
    sim.create_repository("example", "classic", files={"a": "1"}).protect("main", "ospo-gate", app=app)
    ours.require_checks("ospo-gate", app=app)
    theirs.require_checks("ospo-gate", app=other)
    anybodys.require_checks("ospo-gate", "build")
    sim.wait_idle()
    code, found = look(sim, app, tmp_path, monkeypatch, capsys, POLICY="example/ours@main")
    assert code == 1
    assert found["app"] == [("ok", "GitHub knows the App ospo-gate and takes its key")]
    assert found["clock"] == [("ok", "the clock agrees with GitHub's")]
    assert [level for level, _ in (*found["permissions"], *found["events"], *found["installations"])] == ["ok"] * 3
    assert [what for _, what in found["required-check"]] == [
        "`ospo-gate` of this App is required in 2 repositories",
        "`ospo-gate` is required from anybody in 1 repository: example/anybodys",
        "`ospo-gate` is required from another App, which will never post it in 1 repository: example/theirs",
        "`ospo-gate` is not required in 1 repository: example/nobodys",
    ]
    ((level, what),) = found["deliveries"]
    assert level == "fault"
    assert "did not arrive" in what
    assert found["policy"][0][0] == "fault"
    assert "licences" in found["policy"][0][1]
    assert found["database"][0][0] == "fault"


def test_text_is_for_people(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem())
    look(sim, app, tmp_path, monkeypatch, capsys)
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "FAULT    the App is installed nowhere\n         Install it: its page on GitHub has a button.\n" in text
    assert "FAULT    the App has no webhook address\n" in text
    assert text.splitlines()[-1] == "3 faults, 1 warning"


def test_a_key_of_another_app_and_a_database_that_is_away_are_faults_and_not_crashes(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem())
    sim.world.apps[app.id].private_key_pem = pem()
    app_with_other_key = type("App", (), {"id": app.id, "private_key_pem": pem(2)})()
    away = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'folder' / 'gate.db'}"
    code, found = look(sim, app_with_other_key, tmp_path, monkeypatch, capsys, DATABASE=away)
    assert code == 1
    assert "GitHub did not let the App sign in" in found["github"][0][1]
    assert "the database does not answer" in found["database"][0][1]


def test_a_file_that_is_no_key_is_a_fault(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = type("App", (), {"id": 1, "private_key_pem": "no key"})()
    code, found = look(sim, app, tmp_path, monkeypatch, capsys)
    assert code == 1
    assert found["app"][0][0] == "fault"
    assert "no key" not in found["app"][0][1]


# -- each part on its own ---------------------------------------------------------------------------------------------


def said(line: Line) -> tuple[Level, str]:
    return line.level, line.what


@pytest.mark.parametrize(
    ("ahead", "level"), [(0.4, Level.OK), (-4, Level.OK), (12, Level.WARNING), (-31, Level.FAULT), (400, Level.FAULT)]
)
def test_the_clock_is_compared(ahead: float, level: Level) -> None:
    assert of_github.clock(ahead).level is level


def test_rights_that_are_missing_or_too_many_are_named() -> None:
    assert [line.level for line in of_github.rights(PERMISSIONS, EVENTS, False)] == [Level.OK, Level.OK]
    lacking = {**PERMISSIONS, "checks": "read", "merge_queues": "none", "administration": "write"}
    found = list(of_github.rights(lacking, ("push",), False))
    assert (Level.FAULT, "the App lacks the permission checks: write; nothing works without it") in map(said, found)
    assert any(line.level is Level.WARNING and "merge_queues: read" in line.what for line in found)
    assert any("more permissions than it needs: administration: write" in line.what for line in found)
    assert (Level.FAULT, "the App does not hear of pull_request; nothing works without it") in map(said, found)
    silent = tuple(event for event in EVENTS if event != "merge_group")
    assert [line.level for line in of_github.rights(PERMISSIONS, silent, True)] == [Level.OK, Level.OK]
    assert Level.WARNING in [line.level for line in of_github.rights(PERMISSIONS, silent, False)]


def test_writing_contents_is_needed_when_default_branches_are_submitted_and_only_then() -> None:
    writing = {**PERMISSIONS, "contents": "write"}
    assert [line.level for line in of_github.rights(writing, EVENTS, False, submitting=True)] == [Level.OK, Level.OK]
    (missing, _) = of_github.rights(PERMISSIONS, EVENTS, False, submitting=True)
    assert said(missing) == (
        Level.WARNING,
        "the App lacks the permission contents: write; what does not work: telling GitHub's dependency graph what "
        "default branches use",
    )
    found = [said(line) for line in of_github.rights(writing, EVENTS, False)]
    assert (Level.WARNING, "the App has more permissions than it needs: contents: write") in found


@pytest.mark.parametrize("submission", ["off", "missing"])
def test_it_goes_by_the_setting(
    submission: str, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem(), webhook_url="https://gate.example/webhook", webhook_secret="s" * 16)
    sim.install(app, "example")
    _, lines = look(sim, app, tmp_path, monkeypatch, capsys, DEPENDENCY_SUBMISSION=submission)
    wanting = submission != "off"
    assert any("contents: write; what does not work" in what for _, what in lines["permissions"]) is wanting
    refused = any("has not granted the App contents: write" in what for _, what in lines["installations"])
    assert refused is wanting


@pytest.mark.parametrize(
    ("hook", "levels"),
    [
        (Hook("https://gate.example/webhook", True, False, "json"), "ok"),
        (Hook("", True, False, "json"), "fault"),
        (Hook("https://gate.example/", True, False, "json"), "ok warning"),
        (Hook("http://gate.example/webhook", False, True, "json"), "ok warning fault warning"),
    ],
)
def test_the_configured_webhook_is_judged(hook: Hook, levels: str) -> None:
    assert " ".join(line.level for line in of_github.configured(hook)) == levels


def test_a_webhook_address_with_a_password_is_shown_without_it() -> None:
    hook = Hook("https://me:secret@gate.example/webhook?token=1", True, False, "json")
    assert [line.what for line in of_github.configured(hook)] == [
        "GitHub sends webhooks to https://gate.example/webhook"
    ]


def attempt(ok: bool, code: int = 202, status: str = "OK") -> Attempt:
    return Attempt(1, "g", "push", 1.0, ok, status, code, False, False)


@pytest.mark.parametrize(
    ("attempts", "level", "words"),
    [
        ([], Level.WARNING, "no webhook within a day"),
        ([attempt(True)], Level.OK, "1 of 1"),
        ([attempt(True), attempt(False, 0, "timed out")], Level.WARNING, "1 of 2"),
        ([attempt(False, 0, "timed out"), attempt(True)], Level.FAULT, "timed out"),
        ([attempt(False, 401, "Unauthorized")], Level.FAULT, "we answered 401"),
        ([attempt(False, 503, "Unavailable")], Level.FAULT, "we answered 503"),
        ([attempt(False, 418, "Teapot")], Level.FAULT, "we answered 418"),
    ],
)
def test_the_last_webhooks_tell_whether_they_arrive(attempts: list[Attempt], level: Level, words: str) -> None:
    line = of_github.arrived(attempts)
    assert line.level is level
    assert words in line.what
    assert line.next or level is Level.OK


CHECKS = {"type": "required_status_checks"}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "not"),
        ({"message": "odd"}, "not"),
        ([{"type": "merge_queue"}, {**CHECKS, "parameters": None}, "odd"], "not"),
        ([{**CHECKS, "parameters": {"required_status_checks": [{"context": "build"}]}}], "not"),
        ([{**CHECKS, "parameters": {"required_status_checks": [{"context": "ospo-gate"}]}}], "anybody"),
        (
            [
                {**CHECKS, "parameters": {"required_status_checks": [{"context": "ospo-gate"}]}},
                {**CHECKS, "parameters": {"required_status_checks": [{"context": "ospo-gate", "integration_id": 5}]}},
            ],
            "required",
        ),
        (
            [{**CHECKS, "parameters": {"required_status_checks": [{"context": "ospo-gate", "integration_id": 6}]}}],
            "other",
        ),
    ],
)
def test_rules_say_whether_our_check_is_required_as_ours(rules: Any, said: str) -> None:
    assert of_rules(rules, 5) == said


@pytest.mark.parametrize(
    ("required", "said"),
    [
        ({"enforcement_level": "everyone", "contexts": ["ospo-gate"], "checks": []}, "anybody"),
        ({"enforcement_level": "everyone", "checks": [{"context": "ospo-gate", "app_id": -1}]}, "anybody"),
        ({"enforcement_level": "non_admins", "checks": [{"context": "ospo-gate", "app_id": 6}]}, "other"),
        ({"enforcement_level": "off", "checks": [{"context": "ospo-gate", "app_id": 5}]}, "not"),
        (None, "not"),
    ],
)
def test_a_classic_protection_requires_it_too(required: Any, said: str) -> None:
    assert of_protection({"protection": {"required_status_checks": required}}, 5) == said


def test_a_check_of_our_name_that_another_app_posts_is_seen() -> None:
    assert imitated([{"name": "ospo-gate", "app": {"id": 15368}}], 5)
    assert not imitated([{"name": "ospo-gate", "app": {"id": 5}}, {"name": "build", "app": {"id": 6}}, None], 5)


SETTINGS = ServiceSettings(app_id=1, webhook_secret="s" * 16)
DISTRIBUTED = ServiceSettings(app_id=1, webhook_secret="s" * 16, engine=Engine.DISTRIBUTED)


def stock(processes: int | None = None, oldest: float = 0.0) -> Stock:
    return Stock(0, {}, {"version": Kept(3, oldest)}, 1, 1, 0, {}, 1, processes)


@pytest.mark.parametrize(
    ("settings", "processes", "late", "level"),
    [
        (SETTINGS, None, -100.0, Level.OK),
        (SETTINGS, None, of_database.SILENCE + 1, Level.FAULT),
        (SETTINGS, None, of_database.NEVER, Level.FAULT),
        (SETTINGS, None, None, Level.WARNING),
        (DISTRIBUTED, 2, 0.0, Level.OK),
        (DISTRIBUTED, 0, 0.0, Level.FAULT),
    ],
)
def test_workers_are_alive_when_they_do_their_rounds(
    settings: ServiceSettings, processes: int | None, late: float | None, level: Level
) -> None:
    assert of_database.workers(settings, stock(processes), late).level is level


@pytest.mark.parametrize(("oldest", "level"), [(0.0, Level.OK), (300.0, Level.WARNING), (5000.0, Level.FAULT)])
def test_what_waits_long_is_told(oldest: float, level: Level) -> None:
    assert of_database.queue(Queue({"pull": 3}, oldest, 0.0)).level is level


def test_facts_that_were_not_renewed_are_told() -> None:
    online = ServiceSettings(app_id=1, webhook_secret="s" * 16, online=True, facts="/no/such/facts.db")
    assert [line.level for line in of_database.facts(online, stock())] == [Level.OK, Level.FAULT]
    assert [line.level for line in of_database.facts(online, stock(oldest=9e5))] == [Level.WARNING, Level.FAULT]
    assert [line.level for line in of_database.facts(SETTINGS, stock())] == [Level.WARNING]


def test_a_disk_that_is_nearly_full_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"
    assert [line.level for line in of_database.disk(url)] == [Level.OK]
    for least, level in ((of_database.TIGHT, Level.WARNING), (of_database.FULL, Level.FAULT)):
        usage = type("Usage", (), {"free": least - 1})()
        monkeypatch.setattr("shutil.disk_usage", lambda _, usage=usage: usage)
        assert [line.level for line in of_database.disk(url)] == [level]
    assert list(of_database.disk("sqlite+aiosqlite:///:memory:")) == []


def test_a_policy_that_is_valid_missing_or_a_folder_is_told(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem())
    sim.install(app, "example")
    files = {"policy.yaml": "version: 1\n", "folder/policy.yaml": "version: 1\n", "folder/waivers/W-1.yaml": "x"}
    sim.create_repository("example", "policy", files=files)

    def policy(place: str) -> tuple[str, str]:
        code, found = look(sim, app, tmp_path, monkeypatch, capsys, "--repositories", "0", POLICY=place)
        assert code == 1
        return found["policy"][0]

    assert policy("example/policy@main") == (
        "ok",
        "the policy example/policy/policy.yaml@main can be read and is valid",
    )
    assert "there is no file folder on main of example/policy" in policy("example/policy/folder@main")[1]
    assert "there is no file none.yaml on main of example/policy" in policy("example/policy/none.yaml@main")[1]
    assert "there is no branch gone in example/policy: was it renamed?" in policy("example/policy@gone")[1]
    assert "the repository example/none is not there, or the App may not" in policy("example/none@main")[1]
    assert "folder/waivers/W-1.yaml:1:1: " in policy("example/policy/folder/policy.yaml@main")[1], "decisions, too"
    assert "the App is not installed where" in policy("elsewhere/policy@main")[1]


def test_whether_requests_become_pull_requests_and_none_is_merged_unapproved(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem())
    sim.install(app, "example")
    repository = sim.create_repository("example", "decisions", files={"policy.yaml": "version: 1\n"})
    writer = sim.create_app("policy-bot", private_key_pem=pem(), permissions={"contents": "write", "metadata": "read"})
    (tmp_path / "second.pem").write_text(writer.private_key_pem)

    def said(**settings: str) -> list[tuple[str, str]]:
        _, found = look(
            sim, app, tmp_path, monkeypatch, capsys, "--repositories", "0", POLICY="example/decisions@main", **settings
        )
        return [*found["requests"], *found["approval"]]

    (level, what), (unprotected, why) = said()
    assert (level, unprotected) == ("warning", "warning")
    assert "the App may not write to example/decisions (contents)" in what
    assert "is not required on example/decisions: whoever may merge there" in why
    repository.require_checks("ospo-gate / approval", app=app)
    second = {"POLICY_APP_ID": str(writer.id), "POLICY_PRIVATE_KEY_FILE": str(tmp_path / "second.pem")}
    assert said(**second)[0][1].startswith("the second App is not installed on example/decisions")
    sim.install(writer, "example", ["decisions"])
    assert "the second App may not write to example/decisions (pull_requests)" in said(**second)[0][1]
    granted = next(one for one in sim.world.installations.values() if one.app is writer).permissions
    granted["pull_requests"] = "write"
    assert [level for level, _ in said(**second)] == ["ok", "ok"]


def test_the_texts_of_agreements_are_there_and_are_those_that_the_policy_names(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = sim.create_app(private_key_pem=pem())
    sim.install(app, "example")
    text = "The terms\n"
    pinned = hashlib.sha256(text.encode()).hexdigest()
    policy = "version: 1\nagreements: {{documents: [{{name: CLA, version: '1', text: cla/v1.md{}}}]}}\n"
    files = {"policy.yaml": policy.format(f", sha256: '{pinned}'"), "cla/v1.md": text}
    repository = sim.create_repository("example", "policy", files=files)

    def agreements() -> list[tuple[str, str]]:
        where = "example/policy/policy.yaml@main"
        return look(sim, app, tmp_path, monkeypatch, capsys, "--repositories", "0", POLICY=where)[1]["agreements"]

    assert agreements() == [("ok", "the text of the agreement can be read")]
    repository.commit("main", {"cla/v1.md": "Other terms\n"}, "Change")
    ((level, said),) = agreements()
    assert (level, "not the one whose SHA-256 the policy names" in said) == ("fault", True)
    repository.commit("main", {"policy.yaml": policy.format("")}, "Change")
    assert [level for level, _ in agreements()] == ["warning", "ok"]
    repository.commit("main", {"policy.yaml": policy.format("").replace("v1.md", "v2.md")}, "Change")
    assert agreements() == [("fault", "nobody can sign CLA: its text is not beside the policy, or could not be read")]
