"""A policy of several files on GitHub, over the simulator: what it extends, and the decisions beside it."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from tests.cli.checkout import CLEAN, COPYLEFT, Ran, change, command
from tests.simulator import Simulator
from tests.simulator.auth import load_key

WAIVER = """\
id: W-{0}
rules: [license-not-allowed]
package: pkg:npm/{1}
reason: Only the build uses it.
approved_by: "@grace"
expires: 2099-12-31
"""


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator() as sim:
        sim.create_org("example")
        yield sim


@pytest.fixture(scope="module")
def token(sim: Simulator) -> str:
    """Of an installation that may read the organization's repositories."""
    app = sim.create_app("gate", permissions={"contents": "read", "metadata": "read"})
    installation = sim.install(app, "example")
    now = int(time.time())
    claims = {"iat": now - 60, "exp": now + 540, "iss": app.client_id}
    signed = jwt.encode(claims, load_key(app.private_key_pem), algorithm="RS256")  # type: ignore[arg-type]
    address = f"{sim.api_url}/app/installations/{installation}/access_tokens"
    answer = httpx.post(address, headers={"authorization": f"Bearer {signed}"})
    return str(answer.json()["token"])


def check(sim: Simulator, path: Path, policy: str, token: str) -> Ran:
    """A change that brings GPL-3.0-only."""
    checkout = change(path / "web", dict(CLEAN), dict(COPYLEFT))
    environ = {"GITHUB_API_URL": sim.api_url, "GITHUB_TOKEN": token}
    return command(["check", "--format=json", f"--policy={policy}"], checkout.path, environ)


def test_it_extends_a_file_at_a_commit_of_another_repository(sim: Simulator, token: str, tmp_path: Path) -> None:
    below = sim.create_repository("example", "enterprise", files={"all.yaml": "version: 1\nlicenses: {}\n"})
    text = f"version: 1\nextends: [example/enterprise/all.yaml@{below.head()}, team.yaml]\n"
    team = "version: 1\nlicenses: {levels: {license-not-allowed: warn}}\n"
    sim.create_repository("example", "policy", files={"teams/policy.yaml": text, "teams/team.yaml": team})
    done = check(sim, tmp_path, "example/policy/teams/policy.yaml@main", token)
    assert (done.code, done.conclusion) == (0, "warnings")
    (finding,) = done.json["findings"]
    assert finding["level"] == "warn"


def test_a_policy_on_disk_extends_a_file_on_github(sim: Simulator, token: str, tmp_path: Path) -> None:
    below = sim.create_repository("example", "base", files={"all.yaml": "version: 1\nlicenses: {alow: [MIT]}\n"})
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"version: 1\nextends: example/base/all.yaml@{below.head()}\n")
    done = check(sim, tmp_path, str(policy), token)
    assert done.code == 2
    assert f"example/base/all.yaml@{below.head()}:2:12: licenses.alow: unknown key" in done.err


@pytest.mark.parametrize("count", [3, 300])
def test_decisions_count_however_many_they_are(sim: Simulator, token: str, tmp_path: Path, count: int) -> None:
    named = {f"waivers/W-{number}.yaml": WAIVER.format(number, f"package-{number}") for number in range(count)}
    files = {"policy.yaml": "version: 1\nlicenses: {}\n", **named, "waivers/readme.md": "How we decide"}
    files["waivers/grün.yml"] = WAIVER.format("mine", "glyph-core").replace("Only", "Nur für Übungen, only")
    sim.create_repository("example", f"decided-{count}", files=files)
    done = check(sim, tmp_path, f"example/decided-{count}@main", token)
    assert (done.code, done.conclusion) == (0, "passed")
    (finding,) = done.json["findings"]
    assert finding["waiver"]["id"] == "W-mine"


def test_it_is_validated_as_it_stands_there(sim: Simulator, token: str, tmp_path: Path) -> None:
    files = {"policy.yaml": "version: 1\nlicenses: {}\n", "waivers/W-1.yaml": WAIVER.format(1, "a")}
    sim.create_repository("example", "valid", files=files)
    environ = {"GITHUB_API_URL": sim.api_url, "GITHUB_TOKEN": token}
    done = command(["policy", "validate", "example/valid@main"], tmp_path, environ)
    assert done.out == (
        "example/valid/policy.yaml@main: valid · mode enforce · checks: licenses, inventory · 1 waiver · "
        "1 decision in waivers/\n"
    )
    done = command(["policy", "validate", "example/none@main"], tmp_path, environ)
    assert done.err.startswith("ospo-gate: GitHub answered 404 for example/none@main\n")
