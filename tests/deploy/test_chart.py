"""The chart: rendered by helm's own template engine, valid by Kubernetes' own schemas, and as closed as it can be."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate
import pytest

from app.service_settings import ServiceSettings
from app.settings import fact_settings
from app.version import VERSION
from app.wiring import Service
from tests.deploy.chart import CHART, merged, rendered
from tests.github.hub import pem

GIVEN = {"secrets": {"existing": "gate-secrets"}}
EMBEDDED: dict[str, Any] = {"engine": "embedded", "secrets": {"values": {"webhook_secret": "s", "private_key": "k"}}}
EVERYTHING: dict[str, Any] = {
    "settings": {"app_id": 12345678, "policy": "example/policy@main", "online": True},
    "secrets": {"existing": "gate-secrets", "keys": {"client_secret": "client", "api_token": "token"}},
    "image": {"digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "registry"}],
    "web": {"replicas": 3, "nodeSelector": {"zone": "a"}, "tolerations": [{"operator": "Exists"}]},
    "worker": {"autoscaling": {"enabled": True}, "affinity": {"podAntiAffinity": {}}},
    "ingress": {"enabled": True, "pages": True, "className": "nginx", "tlsSecret": "tls", "annotations": {"a": "b"}},
    "networkPolicy": {
        "internalFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
        "egress": [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}],
    },
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "serviceAccount": {"annotations": {"a": "b"}},
    "podAnnotations": {"a": "b"},
    "podLabels": {"c": "d"},
    "priorityClassName": "high",
    "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example:3128"}],
    "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca"}],
}
RELEASES = {"given": GIVEN, "embedded": EMBEDDED, "everything": EVERYTHING}
#: Its definition belongs to an operator.
FOREIGN = {"PodMonitor"}


def schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for((CHART / "values.schema.json").read_text())


def objects(renderer: Path, values: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["kind"], item["metadata"]["name"]): item for item in rendered(renderer, values)}


def pods(found: dict[tuple[str, str], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for (kind, _), item in found.items():
        if kind in ("Deployment", "Job"):
            yield item["spec"]["template"]["spec"]


@pytest.mark.parametrize("name", RELEASES)
@pytest.mark.parametrize("version", ["1.25", "1.35"])
def test_every_object_is_valid(renderer: Path, name: str, version: str) -> None:
    for item in rendered(renderer, RELEASES[name]):
        if item["kind"] not in FOREIGN:
            kubernetes_validate.validate(item, version, strict=True)


@pytest.mark.parametrize("name", RELEASES)
def test_the_values_are_valid(name: str) -> None:
    assert [error.message for error in schema().iter_errors(merged(RELEASES[name]))] == []


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"engin": "embedded"}, "engin"),
        ({"engine": "sqlite"}, "sqlite"),
        ({"settings": {"webhook_secret": "hunter2"}}, "webhook_secret"),
        ({"settings": {"port": 80}}, "port"),
        ({"settings": {"App-Id": 1}}, "App-Id"),
        ({"image": {"digest": "latest"}}, "latest"),
        ({"terminationGracePeriodSeconds": 5}, "5"),
        ({"secrets": {"keys": {"webhook_secret": "../key"}}}, "../key"),
    ],
)
def test_a_wrong_value_is_refused(values: dict[str, Any], says: str) -> None:
    """By the schema, so that helm says it before anything is installed. A secret cannot stand among the settings."""
    assert any(says in error.message for error in schema().iter_errors(merged(values)))


def test_every_value_is_explained() -> None:
    described, waiting = 0, [json.loads((CHART / "values.schema.json").read_text())]
    while waiting:
        for name, value in waiting.pop()["properties"].items():
            if "properties" in value:
                waiting.append(value)
            else:
                described += 1
                assert value.get("description"), name
    assert described > 50


@pytest.mark.parametrize("name", RELEASES)
def test_every_container_is_closed(renderer: Path, name: str) -> None:
    found = list(pods(objects(renderer, RELEASES[name])))
    assert found
    for pod in found:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert "runAsUser" not in pod["securityContext"], "the cluster may assign any user id"
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert all("secretKeyRef" not in str(variable) for variable in container["env"])


def test_secrets_are_files(renderer: Path) -> None:
    web = objects(renderer, EVERYTHING)["Deployment", "gate-ospo-gate-web"]["spec"]["template"]["spec"]
    variables = {item["name"]: item["value"] for item in web["containers"][0]["env"]}
    assert variables["OSPO_GATE_WEBHOOK_SECRET_FILE"] == "/run/secrets/ospo-gate/webhook-secret"
    assert variables["OSPO_GATE_DATABASE_FILE"] == "/run/secrets/ospo-gate/database-url"
    assert variables["OSPO_GATE_CLIENT_SECRET_FILE"] == "/run/secrets/ospo-gate/client"
    assert variables["OSPO_GATE_APP_ID"] == "12345678", "helm reads numbers as floats"
    assert variables["OSPO_GATE_ONLINE"] == "true"
    (secret,) = (volume for volume in web["volumes"] if volume["name"] == "secrets")
    assert secret["secret"]["secretName"] == "gate-secrets"


def test_the_chart_makes_a_secret_only_of_what_is_given(renderer: Path) -> None:
    secret = objects(renderer, EMBEDDED)["Secret", "gate-ospo-gate"]
    assert {key: base64.b64decode(value) for key, value in secret["data"].items()} == {
        "webhook-secret": b"s",
        "private-key.pem": b"k",
    }
    assert ("Secret", "gate-ospo-gate") not in objects(renderer, GIVEN)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        rendered(renderer, {})
    assert "secrets.existing, or secrets.values." in refused.value.stderr


def test_the_two_ways_to_run(renderer: Path) -> None:
    distributed, embedded = objects(renderer, GIVEN), objects(renderer, EMBEDDED)
    assert ("Deployment", "gate-ospo-gate-worker") in distributed
    job = distributed["Job", "gate-ospo-gate-migrate-1"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["db", "upgrade"]
    assert {kind for kind, _ in embedded}.isdisjoint({"Job", "PodDisruptionBudget"})
    web = embedded["Deployment", "gate-ospo-gate-web"]["spec"]
    assert (web["replicas"], web["strategy"]) == (1, {"type": "Recreate"})
    assert ("PersistentVolumeClaim", "gate-ospo-gate") in embedded


def test_the_internet_reaches_the_webhook_alone(renderer: Path, tmp_path: Path) -> None:
    values = {**EVERYTHING, "ingress": {"enabled": True}}
    rules = objects(renderer, values)["Ingress", "gate-ospo-gate"]["spec"]["rules"]
    assert [(path["path"], path["pathType"]) for path in rules[0]["http"]["paths"]] == [("/webhook", "Exact")]
    with_pages = objects(renderer, EVERYTHING)["Ingress", "gate-ospo-gate"]["spec"]["rules"][0]["http"]["paths"]
    routed = {path["path"] for path in with_pages}
    assert not routed & {"/", "/api", "/metrics", "/setup"}
    pages = {"/" + str(path).split("/")[1] for path in site_paths(tmp_path)}
    assert routed == pages | {"/webhook"}
    policy = objects(renderer, GIVEN)["NetworkPolicy", "gate-ospo-gate"]["spec"]
    assert policy["ingress"] == [
        {"ports": [{"port": "webhook"}]},
        {"ports": [{"port": "internal"}], "from": [{"podSelector": {}}]},
    ]


def site_paths(folder: Path) -> Iterator[str]:
    """What the pages for people are made of."""
    settings = ServiceSettings(
        1, "s" * 16, public_url="https://gate.example.com", client_id="c", client_secret="c" * 16, private_key=pem(),
        database=f"sqlite+aiosqlite:///{folder / 'gate.db'}",
    )  # fmt: skip
    site = Service(settings, fact_settings({})).site
    assert site is not None
    for router in site.routers:
        yield from (route.path for route in router.routes)  # type: ignore[attr-defined]


def test_every_worker_takes_its_part_of_the_limits_of_github(renderer: Path) -> None:
    def processes(values: dict[str, Any]) -> str | None:
        web = objects(renderer, values)["Deployment", "gate-ospo-gate-web"]["spec"]["template"]["spec"]
        variables = {item["name"]: item["value"] for item in web["containers"][0]["env"]}
        return variables.get("OSPO_GATE_GITHUB_PROCESSES")

    assert processes({**GIVEN, "worker": {"replicas": 3}}) == "3"
    assert processes(EVERYTHING) == "8", "as many as there may be at most"
    assert processes({**GIVEN, "settings": {"github_processes": 5}}) == "5"
    assert processes(EMBEDDED) is None


def test_secrets_can_be_read_by_any_user_id(renderer: Path) -> None:
    for pod in pods(objects(renderer, GIVEN)):
        (mode,) = {volume["secret"]["defaultMode"] for volume in pod["volumes"] if "secret" in volume}
        assert mode & 0o004, "without fsGroup the files belong to root"
    assert "fsGroup" not in str(list(pods(objects(renderer, {**EMBEDDED, "persistence": {"fsGroup": None}}))))


def test_a_new_secret_or_setting_restarts_the_pods(renderer: Path) -> None:
    def digest(values: dict[str, Any]) -> dict[str, str]:
        web = objects(renderer, values)["Deployment", "gate-ospo-gate-web"]["spec"]["template"]["metadata"]
        return dict(web["annotations"])

    assert digest({**GIVEN, "settings": {"app_id": 1}}) != digest({**GIVEN, "settings": {"app_id": 2}})


def test_the_chart_has_the_version_of_the_program() -> None:
    assert f'appVersion: "{VERSION}"' in (CHART / "Chart.yaml").read_text()
