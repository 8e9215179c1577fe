"""`ospo-gate setup`: by hand, the ruleset to import, and what must be changed before the App may go."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from app.address import Address
from app.cli.main import main
from app.credentials import beside, store, stored
from app.github.key import AppKey
from app.github.manifest import CodeRefused, Made, Place, Wish, convert
from app.settings import service_settings
from app.web.setup_flow import NotBegun, Setup, Visit
from checks.model.errors import UsageError
from tests.simulator import App, Simulator

ROOT = Path(__file__).parent.parent.parent
HAND = ["setup", "--organization", "example", "--url", "https://gate.example"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as sim:
        sim.create_org("example")
        yield sim


@pytest.fixture
def app(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> App:
    """Installed, with its settings in a folder as set-up leaves them."""
    app = sim.create_app("ospo-gate", owner="example")
    values = {"app_id": str(app.id), "private_key": app.private_key_pem, "webhook_secret": "s" * 16}
    store(Path("kept"), {**values, "github_url": sim.url, "github_api_url": sim.api_url})
    monkeypatch.setenv("OSPO_GATE_CREDENTIALS", "kept")
    return app


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments]) == code
    return capsys.readouterr().out


def test_by_hand_with_exact_values(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, *HAND, "--without", "merge_queues", "--with", "vulnerability_alerts")
    (address,) = (line for line in text.splitlines() if line.startswith("https://github.com/"))
    query = parse_qs(urlsplit(address).query)
    assert urlsplit(address).path == "/organizations/example/settings/apps/new"
    assert query["webhook_url"] == ["https://gate.example/webhook"]
    assert (query["checks"], query["contents"], query["vulnerability_alerts"]) == (["write"], ["read"], ["read"])
    assert "merge_queues" not in query
    assert "dependabot_alert" in query["events[]"]
    assert "merge_group" not in query["events[]"]
    assert "Repository permission    Checks: Read and write" in text
    assert "Organization permission  Members: Read-only" in text


def test_writing_contents_is_for_those_who_submit(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Repository permission    Contents: Read-only" in said(capsys, *HAND)
    text = said(capsys, *HAND, "--with", "contents")
    assert "Repository permission    Contents: Read and write" in text
    assert "contents=write" in text
    assert "None" not in text


def test_by_hand_for_another_github(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, *HAND, "--github", "ghe.example")
    assert "OSPO_GATE_GITHUB_API_URL=https://ghe.example/api/v3" in text
    assert "merge_group" not in text
    text = said(capsys, *HAND, "--github", "octo.ghe.com")
    assert "OSPO_GATE_GITHUB_API_URL=https://api.octo.ghe.com" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["setup"], "--url https://gate.example.com"),
        ([*HAND, "--organization", "no/name"], "--organization: expected"),
        ([*HAND, "--without", "checks"], "no permission that may be chosen: checks"),
        ([*HAND, "--github", "https://a.example/b"], "--github: expected the host alone"),
    ],
)
def test_what_cannot_be(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_what_is_left_to_do(sim: Simulator, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "setup")
    assert f"{sim.url}/apps/ospo-gate/installations/new" in text
    assert "OSPO_GATE_POLICY=example/policy@main" in text


def test_the_ruleset_names_our_app(sim: Simulator, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "setup", "--ruleset", "disabled"))
    (rule,) = found["rules"]
    assert rule["parameters"]["required_status_checks"] == [{"context": "ospo-gate", "integration_id": app.id}]
    assert (found["enforcement"], "repository_name" in found["conditions"]) == ("disabled", True)


def test_leaving_names_all_that_requires_us(sim: Simulator, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    other = sim.create_app("other")
    shop, vault, tools = (sim.create_repository("example", name, private=True) for name in ("shop", "vault", "tools"))
    sim.install(app, "example")
    shop.require_checks("build", "ospo-gate", app=app)
    shared = {"type": "required_status_checks", "ruleset_id": 9, "ruleset_source_type": "Organization"}
    checks: dict[str, Any] = {"required_status_checks": [{"context": "ospo-gate / licenses"}]}
    for repository in (shop, vault):  # an organization's ruleset is seen from each repository, and named once
        rule = {**shared, "ruleset_source": "example", "parameters": checks}
        repository.rules.setdefault("main", []).append(rule)
    quiet = {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "ospo-gate"}]}}
    about = {"id": 10, "name": "Soon", "source": "example/vault", "source_type": "Repository", "target": "branch"}
    vault.waiting_rulesets.append({**about, "enforcement": "evaluate", "rules": [quiet]})
    tools.protect("main", "ospo-gate", app=app)
    tools.require_checks("ospo-gate", app=other)  # of another App that has taken our name
    text = said(capsys, "setup", "--leaving", code=1)
    assert [line for line in text.splitlines() if line.startswith("example")] == [
        "example: ruleset “required_status_checks on main”",
        "example/shop: ruleset “required_status_checks on main”",
        "example/tools: branch protection “main”",
        "example/vault: ruleset “Soon”, evaluate",
    ]
    assert "3 repositories looked at" in text


def test_leaving_when_nothing_does(sim: Simulator, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    sim.create_repository("example", "shop").require_checks("build")
    sim.install(app, "example")
    assert said(capsys, "setup", "--leaving").startswith("Nothing requires the check `ospo-gate` (1 repository")


def test_what_could_not_be_read_is_no_good_news(sim: Simulator, app: App, capsys: pytest.CaptureFixture[str]) -> None:
    sim.create_repository("example", "shop")
    sim.install(app, "example")
    sim.fail_next("GET /repos/*/rulesets", status=404)
    assert "could not be read: example/shop: " in said(capsys, "setup", "--leaving", code=1)


def test_the_environment_wins_over_the_folder_and_another_app_over_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert stored(folder) == {}
    store(
        folder, {"app_id": "7", "private_key": "a key", "webhook_secret": "s" * 16, "public_url": "https://a.example"}
    )
    given = {"OSPO_GATE_CREDENTIALS": str(folder), "OSPO_GATE_PUBLIC_URL": "https://b.example"}
    settings = service_settings(given)
    assert (settings.app_id, settings.public_url) == (7, "https://b.example")
    assert settings.private_key_file == str(folder / "private-key.pem")
    with pytest.raises(UsageError, match="WEBHOOK_SECRET: is not set"):
        service_settings({**given, "OSPO_GATE_APP_ID": "8"})
    with pytest.raises(UsageError, match=r"are in .* already"):
        store(folder, {"app_id": "9"})


@pytest.mark.parametrize(
    ("database", "folder"),
    [
        ("sqlite+aiosqlite:///ospo-gate.db", "ospo-gate-credentials"),
        ("sqlite+aiosqlite:////data/gate.db", "/data/ospo-gate-credentials"),
        ("sqlite+aiosqlite://", "ospo-gate-credentials"),
        ("postgresql+psycopg://gate@db.example/gate", "ospo-gate-credentials"),
    ],
)
def test_the_folder_is_beside_the_database(database: str, folder: str) -> None:
    assert str(beside(database)) == folder


def test_an_app_is_not_made_twice(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--setup"]) == 2
    assert "a GitHub App is set up already" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    assert main(["serve", "--setup", "--credentials", "file/folder"]) == 2
    assert "credentials cannot be stored in file/folder" in capsys.readouterr().err


def finished(app: App, tmp_path: Path) -> tuple[Setup, Visit]:
    setup = Setup(Place.of("github.com"), tmp_path, "a token")
    visit = setup.enter("a token", "")
    assert visit is not None
    setup.made = Made(
        app.id, "ospo-gate", "ospo-gate", "example", True, "Iv1", "client-secret", "webhook", app.private_key_pem
    )
    setup.wish = Wish(setup.place, "example", "ospo-gate", Address.parse("https://gate.example"), frozenset())
    setup.maker = visit
    return setup, visit


def test_the_environment_that_is_shown_is_one_that_a_shell_reads(app: App, tmp_path: Path) -> None:
    setup, visit = finished(app, tmp_path)
    (tmp_path / "gate.env").write_text(setup.show(visit, "environment"))
    shell = ". ./gate.env; printf '%s' \"$OSPO_GATE_PRIVATE_KEY\""
    key = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert AppKey(key).jwt(app.id)
    with pytest.raises(NotBegun):
        setup.show(visit, "environment")


def test_the_secret_that_is_shown_is_the_one_of_the_chart(app: App, tmp_path: Path) -> None:
    setup, visit = finished(app, tmp_path)
    text = setup.show(visit, "kubernetes")
    secret = yaml.safe_load(text)
    comment = "\n".join(line[2:] for line in text.splitlines() if line.startswith("# "))
    values = yaml.safe_load(comment.removeprefix("values.yaml of the chart:"))
    assert secret["stringData"]["private-key.pem"].strip() == app.private_key_pem.strip()
    keys = values["secrets"]["keys"]
    assert set(keys.values()) == secret["stringData"].keys()
    known = yaml.safe_load((ROOT / "deploy/helm/ospo-gate/values.yaml").read_text())["secrets"]["keys"]
    assert {name: keys[name] for name in ("private_key", "webhook_secret")}.items() <= known.items()
    assert values["settings"]["app_id"] == str(app.id)


def test_another_process_may_have_been_faster(tmp_path: Path) -> None:
    setup = Setup(Place.of("github.com"), tmp_path, "a token")
    assert setup.open
    store(tmp_path, {"app_id": "7"})
    assert not setup.open


@pytest.mark.parametrize(
    "host", ["", "http://ghe.example", "ghe.example/path", "user:word@ghe.example", "a b", "ghe\u0301"]
)
def test_what_is_no_host_of_a_github(host: str) -> None:
    with pytest.raises(ValueError, match=r"expected|user or password"):
        Place.of(host)


@pytest.mark.parametrize("code", ["", "../user", "a/b", "a" * 201, "a\n"])
def test_a_code_that_is_none_is_never_sent(code: str) -> None:
    with pytest.raises(CodeRefused):
        asyncio.run(convert(Place.of("http://127.0.0.1:1"), code))
