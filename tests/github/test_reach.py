"""How GitHub is reached: private authorities, proxies, the App's key; a setting that cannot work is named."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.github.client import AppKey, GitHubApp, GitHubError, Reach
from app.github.connection import LARGEST
from app.settings import service_settings
from checks.model.errors import UsageError
from tests.github.hub import Hub, pem
from tests.standins import Standin
from tests.standins.certificate import self_signed
from tests.standins.server import Fault


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "github.pem")


@pytest.fixture
def github(certificate: Path) -> Iterator[Standin]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Standin(lambda call: {"slug": "ospo-gate"}, context) as running:
        yield running


def about(url: str, reach: Reach) -> Any:
    """What GitHub at this address says of the App."""

    async def ask() -> Any:
        app = GitHubApp(1, pem(), url, reach=reach)
        try:
            return await app.about()
        finally:
            await app.close()

    return asyncio.run(ask())


def test_a_private_authority_is_trusted_when_it_is_named(github: Standin, certificate: Path) -> None:
    with pytest.raises(GitHubError, match="certificate"):
        about(github.url, Reach())
    assert github.calls == []
    assert about(github.url, Reach(ca_file=str(certificate)))["slug"] == "ospo-gate"
    assert about(github.url, Reach({"SSL_CERT_FILE": str(certificate)}))["slug"] == "ospo-gate"


@pytest.mark.parametrize("content", [None, "not a certificate", "", "-----BEGIN CERTIFICATE-----\nx"])
def test_an_authority_that_is_none_names_its_setting(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match="OSPO_GATE_GITHUB_CA_FILE: no certificates can be read from it"):
        about("https://github.example/api/v3", Reach(ca_file=str(path)))


@pytest.mark.parametrize("of_settings", [True, False])
def test_a_proxy_leads_to_github(of_settings: bool) -> None:
    with Standin(lambda call: {}) as proxy:
        reach = Reach(proxy=proxy.url) if of_settings else Reach({"https_proxy": proxy.url})
        with pytest.raises(GitHubError):
            about("https://github.example", reach)
    assert [(call.method, call.path) for call in proxy.calls] == [("CONNECT", "github.example:443")]
    assert "authorization" not in proxy.calls[0].headers, "what signs us in goes through the tunnel"


@pytest.mark.parametrize("reach", [{"proxy": "direct"}, {"variables": {"NO_PROXY": "127.0.0.1"}}])
def test_no_proxy_is_honored(github: Standin, certificate: Path, reach: dict[str, Any]) -> None:
    with Standin(lambda call: {}) as proxy:
        variables = {"HTTPS_PROXY": proxy.url, **reach.get("variables", {})}
        about(github.url, Reach(variables, str(certificate), reach.get("proxy")))
    assert proxy.calls == []
    assert len(github.calls) == 1


@pytest.mark.parametrize("fault", [Fault(half=True), Fault(body=b"{"), Fault(status=502)])
def test_half_an_answer_passes(fault: Fault) -> None:
    with Standin(lambda call: {}) as github, github.behaving(fault), pytest.raises(GitHubError) as caught:
        about(github.url, Reach())
    assert caught.value.passing


def test_an_answer_without_end_is_not_read() -> None:
    endless = Fault(packed_zeros=LARGEST + 1)
    with Standin(lambda call: {}) as github, github.behaving(endless), pytest.raises(GitHubError, match="more than"):
        about(github.url, Reach())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GITHUB_API_URL", "http://github.example/api/v3", "begins with https://"),
        ("GITHUB_API_URL", "https://user:s3cr3t-s3cr3t@github.example", "has a user or password in it"),
        ("GITHUB_PROXY", "socks5://user:s3cr3t-s3cr3t@proxy.example", "nor the address of an HTTP or HTTPS proxy"),
        ("GITHUB_API_VERSION", "1999-01-01", "2022-11-28"),
        ("GITHUB_PACING", "sometimes", "auto"),
        ("GITHUB_PROCESSES", "0", "must be 1 to 100"),
    ],
)
def test_settings_that_cannot_work_are_refused(name: str, value: str, says: str) -> None:
    given = {"OSPO_GATE_APP_ID": "1", "OSPO_GATE_WEBHOOK_SECRET": "s" * 16, "OSPO_GATE_PRIVATE_KEY": "x"}
    with pytest.raises(UsageError, match=f"OSPO_GATE_{name}: .*{says}") as caught:
        service_settings({**given, f"OSPO_GATE_{name}": value})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "pacing", "paced"),
    [
        ("https://api.github.com", "auto", True),
        ("https://api.example.ghe.com", "auto", True),
        ("https://github.example/api/v3", "auto", False),
        ("https://github.example/api/v3", "on", True),
        ("https://api.github.com", "off", False),
    ],
)
def test_who_is_paced(url: str, pacing: str, paced: bool) -> None:
    given = {
        "APP_ID": "1",
        "WEBHOOK_SECRET": "s" * 16,
        "PRIVATE_KEY": "x",
        "GITHUB_API_URL": url,
        "GITHUB_PACING": pacing,
    }
    assert service_settings({f"OSPO_GATE_{name}": value for name, value in given.items()}).paced is paced


@pytest.mark.parametrize(
    "text", ["", "not a key", "-----BEGIN RSA PRIVATE KEY-----\nQUJD\n-----END RSA PRIVATE KEY-----"]
)
def test_a_key_that_is_none_names_its_setting_and_is_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="OSPO_GATE_PRIVATE_KEY: there is no usable RSA private key"):
        AppKey(text)
    file = tmp_path / "app.pem"
    file.write_text(text)
    with pytest.raises(UsageError, match="OSPO_GATE_PRIVATE_KEY_FILE: there is no usable RSA private key") as caught:
        AppKey(file=str(file))
    assert "QUJD" not in str(caught.value)
    with pytest.raises(UsageError, match="OSPO_GATE_PRIVATE_KEY_FILE: No such file"):
        AppKey(file=str(tmp_path / "missing.pem"))


def test_a_key_with_escaped_line_ends_is_one_and_it_is_signed_with_once_in_a_while() -> None:
    hub = Hub()
    key = AppKey(pem().replace("\n", "\\n"), clock=hub.clock)
    first = key.jwt(1)
    hub.now += 419
    assert key.jwt(1) == first
    hub.now += 1
    assert key.jwt(1) != first


def test_a_file_that_breaks_while_the_service_runs_leaves_the_known_key(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(pem())
    hub = Hub()
    key = AppKey(file=str(file), clock=hub.clock)
    first = key.jwt(1)
    file.write_text("half a")
    assert key.jwt(1) == first
    file.write_text(pem(2))
    assert key.jwt(1) != first
