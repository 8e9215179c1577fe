"""What a pull request names is never asked for, and what we ask of GitHub is never more than a job needs."""

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from app.github.needs import PERMISSIONS
from app.service_settings import ServiceSettings
from checks.policy.schema import Root
from tests.end_to_end.examples import SIGNED, pull, repository
from tests.end_to_end.stage import Stage
from tests.end_to_end.test_bad_input import checkout, command
from tests.simulator import User


class Listener:
    """Takes connections, and remembers what they brought."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    connection.settimeout(1)
                    self.heard.append(b"")
                    self.heard[-1] = connection.recv(4096)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


def planted(url: str, place: str) -> dict[str, str]:
    """Every kind of file that says where something is to be had; all of it from there."""
    resolved = {"version": "1.0.0", "resolved": f"{url}/a.tgz", "license": f"SEE LICENSE IN {url}/license"}
    lock = {"": {"name": "web", "dependencies": {"a": f"{url}/a.tgz"}}, "node_modules/a": resolved}
    component = {"type": "library", "name": "a", "version": "1", "purl": f"pkg:npm/a@1?download_url={url}/p"}
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "$schema": f"{url}/schema.json", "components": [component],
        "externalReferences": [{"type": "bom", "url": f"{url}/bom.json"}],
    }  # fmt: skip
    spdx = {
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "web", "documentNamespace": f"{url}/ns",
        "externalDocumentRefs": [{"externalDocumentId": "DocumentRef-a", "spdxDocument": f"{url}/other.json"}],
        "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": f"{url}/a.tgz"}],
    }  # fmt: skip
    return {
        "package.json": json.dumps({"name": "web", "dependencies": {"a": f"{url}/a.tgz"}, "repository": f"{url}/r"}),
        "package-lock.json": json.dumps({"name": "web", "lockfileVersion": 3, "packages": lock}),
        ".npmrc": f"registry={url}/\n//{place}/:_authToken=x\n",
        "requirements.txt": f"--index-url {url}/simple\n-r {url}/more.txt\na @ {url}/a.whl\n-e git+{url}/b.git#egg=b\n",
        "pip.conf": f"[global]\nindex-url = {url}/simple\n",
        "uv.lock": f'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = {{ registry = "{url}/simple" }}\n',
        "Cargo.lock": f'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "git+{url}/a#{"a" * 40}"\n',
        ".cargo/config.toml": f'[registries.own]\nindex = "sparse+{url}/"\n',
        "go.mod": f"module web\n\nrequire {place}/a v1.0.0\n\nreplace {place}/a => {place}/b v1.0.0\n",
        "Gemfile.lock": f"GEM\n  remote: {url}/\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n",
        "composer.lock": json.dumps({"packages": [{"name": "a/a", "version": "1", "dist": {"url": f"{url}/a.zip"}}]}),
        "pom.xml": f'<!DOCTYPE p SYSTEM "{url}/x.dtd"><project><repositories><url>{url}</url></repositories></project>',
        "nuget.config": f'<configuration><packageSources><add key="a" value="{url}"/></packageSources></configuration>',
        "Dockerfile": f"FROM {place}/image:1\nADD {url}/file /\n",
        "model.py": f'from_pretrained("{url}/model")\n',
        ".github/workflows/ci.yml": f"jobs: {{a: {{steps: [{{uses: 'docker://{place}/a:1'}}]}}}}\n",
        ".gitmodules": f'[submodule "a"]\n\tpath = a\n\turl = {url}/a.git\n',
        "a.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 1\n",
        ".lfsconfig": f"[lfs]\n\turl = {url}/lfs\n",
        "bom.json": json.dumps(bom),
        "sbom.spdx.json": json.dumps(spdx),
        "policy.yaml": f'version: 1\nowner: {{contact: "{url}/contact"}}\nsbom: {{}}\n',
        "LICENSE": f"License: {url}/license.txt\n",
    }  # fmt: skip


@pytest.fixture(scope="module")
def judged(stage: Stage, listener: Listener) -> Any:
    """A pull request that names the listener wherever it can, with all that people do around it."""
    url = f"http://{listener.place}"
    policy = "version: 1\nlicenses: {}\nsbom: {}\npackages: {}\nvulnerabilities: {}\nfreshness: {}\nai_models: {}\n"
    repo = repository(stage, {"policy.yaml": f'{policy}owner: {{contact: "{url}/owner"}}\n'})
    change = pull(stage, repo, planted(url, listener.place), f"See {url}/message\n\n{SIGNED}")
    stage.verdict(repo, change.head_sha)
    stage.sim.comment(repo, change.number, stage.ada, f"/ospo-gate explain {url}/finding")
    stage.sim.comment(repo, change.number, stage.ada, f"/ospo-gate waive x {url}/why")
    repo.commit("main", {"package.json": planted(url, listener.place)["package.json"]}, f"Push {url}", stage.ada)
    stage.settle()
    return change


def test_nothing_that_a_pull_request_names_is_asked_for(
    stage: Stage, listener: Listener, judged: Any, tmp_path: Path
) -> None:
    """Lock files, SBOMs, configuration, policies, comments: neither by the service nor by the command."""
    found = stage.runs(judged.repository, judged.head_sha)["ospo-gate"]
    assert found["conclusion"] == "failure"  # something of it was read
    folder = checkout(judged.repository, judged, tmp_path / "clone")
    assert command(folder, "--base", "origin/main", "--format", "json").returncode in (1, 2)
    assert command(folder, "--all", "--format", "json").returncode in (1, 2)
    program = str(Path(sys.executable).with_name("ospo-gate"))
    for other in ("sbom", "inventory", "notices"):
        subprocess.run([program, other], cwd=folder, capture_output=True, timeout=60, check=False)
    assert listener.heard == []


def test_addresses_in_a_signed_payload_are_not_asked_for(stage: Stage, listener: Listener) -> None:
    """We build our own from names and numbers."""
    repo = repository(stage)
    change = pull(stage, repo, {"a.txt": "1"})
    stage.verdict(repo, change.head_sha)
    sent = next(d for d in reversed(stage.sim.deliveries) if d.event == "pull_request")
    body = re.sub(rb'"http://[^"]*"', f'"http://{listener.place}/x"'.encode(), sent.payload)
    assert body != sent.payload
    stage.sim.send_raw("pull_request", body)
    stage.settle()
    assert listener.heard == []


def test_a_listener_hears_who_asks() -> None:
    """So that the silence above means something."""
    other = Listener()
    with suppress(OSError):
        urllib.request.urlopen(f"http://{other.place}/a", timeout=5)
    assert other.heard[0].startswith(b"GET /a ")
    other.close()


def test_no_token_allows_more_than_its_job_needs(stage: Stage, judged: Any) -> None:
    """Of all that was done here: pull requests, branches, comments."""
    needed = {permission.name: permission.level for permission in PERMISSIONS}
    tokens = list(stage.sim.server.authenticator.tokens.values())
    assert tokens
    for token in tokens:
        asked = dict(token.permissions)
        assert asked.keys() <= needed.keys()
        assert all(level == "read" or needed[name] == "write" for name, level in asked.items())
        assert "administration" not in asked
        assert asked.get("contents", "read") == "read"
        assert asked.get("members", "read") == "read"
        if "write" in asked.values():
            assert token.repositories is not None
            assert len(token.repositories) == 1
            assert "contents" not in asked  # what can publish cannot read the source, and the other way round
    assert {"checks", "contents"} <= {name for token in tokens for name in token.permissions}


def test_targets_of_what_we_send_come_from_settings_alone() -> None:
    """Whoever may set the environment decides where we connect to; neither a policy nor a page can."""
    addresses = {name for name in ServiceSettings.__dataclass_fields__ if name.endswith("_url")}
    assert {"github_api_url", "github_url"} <= addresses
    assert not [name for name in Root.__dataclass_fields__ if "url" in name or "webhook" in name]


@pytest.fixture
def eve(stage: Stage) -> User:
    return stage.sim.world.users.get("eve") or stage.sim.create_user("eve", name="Eve", email="eve@example.com")


def test_the_head_of_a_fork_is_read_through_the_repository_it_wants_to_change(stage: Stage, eve: User) -> None:
    """Its own repository is asked for nothing: we have no rights there, and its owner learns of nobody."""
    repo = repository(stage)
    fork = repo.fork(eve)
    fork.commit("topic", {"package-lock.json": "[" * 100_000}, f"Change\n\n{SIGNED}", eve)
    change = repo.open_pull(head="topic", base="main", title="Fork", author=eve, head_repository=fork)
    stage.sim.reset_counts()
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    assert not [request for request in stage.sim.requests if f"/{fork.full_name}" in request.path]
