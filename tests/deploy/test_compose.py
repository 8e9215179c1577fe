"""The compose file: every setting exists, and nothing is more open than it must be."""

from pathlib import Path
from typing import Any

import yaml

from app.service_settings import ServiceSettings
from checks.policy.shape import keys_of

FILE = Path(__file__).parents[2] / "deploy/compose.yaml"


def services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(FILE.read_text())["services"])


def test_every_setting_exists() -> None:
    known = keys_of(ServiceSettings)
    for name, service in services().items():
        for variable in service["environment"] if name != "database" else ():
            setting = variable.removeprefix("OSPO_GATE_").lower()
            assert setting in known or setting.removesuffix("_file") in known, variable


def test_every_worker_takes_its_part_of_the_limits_of_github() -> None:
    found = services()
    replicas = found["worker"]["deploy"]["replicas"]
    assert found["worker"]["environment"]["OSPO_GATE_GITHUB_PROCESSES"] == str(replicas)


def test_signing_in_adds_secrets_that_are_files() -> None:
    document = yaml.safe_load(FILE.with_name("compose.sign-in.yaml").read_text())
    web, known = document["services"]["web"], keys_of(ServiceSettings)
    assert {name.removeprefix("OSPO_GATE_").removesuffix("_FILE").lower() for name in web["environment"]} <= set(known)
    assert set(web["secrets"]) == document["secrets"].keys()
    assert all(value["file"] == f"./secrets/{name}" for name, value in document["secrets"].items())


def test_only_the_webhook_is_open() -> None:
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert ports == ["8080:8080", "127.0.0.1:8081:8081"]


def test_every_process_of_ours_is_closed() -> None:
    ours = {name: service for name, service in services().items() if name != "database"}
    assert {name: service["command"] for name, service in ours.items()} == {
        "web": ["serve"],
        "worker": ["work"],
        "migrate": ["db", "upgrade"],
    }
    for service in ours.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_secrets_are_files_that_nobody_commits() -> None:
    document = yaml.safe_load(FILE.read_text())
    assert all(secret["file"].startswith("./secrets/") for secret in document["secrets"].values())
    ignored = (FILE.parents[1] / ".gitignore").read_text().splitlines()
    assert "/deploy/secrets/" in ignored
    used = {name for service in document["services"].values() for name in service.get("secrets", ())}
    assert used == document["secrets"].keys()


def test_nothing_starts_before_the_schema_is_there() -> None:
    found = services()
    assert found["web"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert found["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert found["web"]["environment"]["OSPO_GATE_MIGRATE"] == "false"
