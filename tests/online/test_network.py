"""How sources are reached: certificates, private authorities, proxies; and the settings that say so."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.address import Address
from app.cli.drive import drive_online
from app.facts.memory import FactsInMemory
from app.facts.online.proxies import Proxies
from app.facts.online.wiring import online_sources
from app.settings import fact_settings
from checks.model.errors import UsageError
from checks.model.facts import Want
from tests.online.looked_up import npm, reasons
from tests.standins import Standin, Standins
from tests.standins.certificate import self_signed


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "stand-in.pem")


@pytest.fixture
def secure(certificate: Path) -> Iterator[Standin]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Standin(lambda call: {"results": [{}]}, context) as running:
        yield running


def asked(variables: dict[str, str]) -> dict[str, str]:
    """Why there is no answer about a package, by source; empty if there is one."""

    given = {"OSPO_GATE_FACTS_DISABLED": "github", **variables}

    async def run() -> dict[str, str]:
        async with online_sources(fact_settings(given), FactsInMemory()) as online:
            facts = await online.packages.answer({npm("left-pad"): Want.ADVISORIES})
            return reasons(facts.version(*npm("left-pad")), Want.ADVISORIES)

    return drive_online(run())


@pytest.mark.parametrize("variable", ["OSPO_GATE_FACTS_CA_FILE", "SSL_CERT_FILE"])
def test_a_private_authority_is_trusted_when_it_is_named(secure: Standin, certificate: Path, variable: str) -> None:
    place = {"OSPO_GATE_FACTS_OSV_URL": secure.url}
    assert asked(place) == {"OSV": "its certificate is not trusted here"}
    assert secure.calls == []
    assert asked({**place, variable: str(certificate)}) == {}


@pytest.mark.parametrize("content", [None, "not a certificate"])
@pytest.mark.parametrize("variable", ["OSPO_GATE_FACTS_CA_FILE", "SSL_CERT_FILE"])
def test_an_authority_that_is_none_is_a_usage_error(tmp_path: Path, variable: str, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=f"{variable}: no certificates can be read from it"):
        asked({variable: str(path)})


def test_a_proxy_of_the_environment_leads_to_the_sources() -> None:
    with Standin(lambda call: {}) as proxy:
        gaps = asked({"HTTPS_PROXY": proxy.url, "OSPO_GATE_FACTS_OSV_URL": "https://osv.example"})
    assert {(call.method, call.path) for call in proxy.calls} == {("CONNECT", "osv.example:443")}
    assert gaps == {"OSV": "no connection"}


def to(address: str, source: str = "osv", **variables: str) -> str | None:
    given = fact_settings(variables).settings.proxies
    return Proxies(given, variables).to(source, Address.parse(address))


@pytest.mark.parametrize(
    ("bypass", "direct"),
    [
        ("", False),
        ("*", True),
        ("example", True),
        (".osv.example", True),
        ("*.osv.example", True),
        ("api.osv.example", True),
        ("api.osv.example:443", False),
        ("api.osv.example:8443", True),
        ("sv.example", False),
        ("other.example, osv.example", True),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy(bypass: str, direct: bool) -> None:
    proxy = to("https://api.osv.example:8443", HTTPS_PROXY="http://proxy.example:3128", no_proxy=bypass)
    assert proxy == (None if direct else "http://proxy.example:3128")


def test_proxies() -> None:
    assert to("https://osv.example", https_proxy="proxy.example:3128") == "http://proxy.example:3128"
    assert to("https://osv.example", ALL_PROXY="https://proxy.example") == "https://proxy.example"
    assert to("https://osv.example", HTTP_PROXY="http://proxy.example") is None
    assert to("http://127.0.0.1:80", HTTP_PROXY="http://proxy.example") is None
    assert to("https://10.1.2.3", HTTPS_PROXY="http://proxy.example", NO_PROXY="10.0.0.0/8") is None
    own = {"OSPO_GATE_FACTS_PROXIES": "osv=http://own.example:1 kev=direct", "HTTPS_PROXY": "http://proxy.example"}
    assert to("https://osv.example", **own) == "http://own.example:1"
    assert to("https://kev.example", "kev", **own) is None
    assert to("https://epss.example", "epss", **own) == "http://proxy.example"
    with pytest.raises(UsageError, match="HTTPS_PROXY: only proxies that begin") as caught:
        to("https://osv.example", HTTPS_PROXY="socks5://user:s3cr3t@proxy.example")
    assert "s3cr3t" not in str(caught.value)


def refused(**settings: str) -> str:
    with pytest.raises(UsageError) as caught:
        fact_settings({f"OSPO_GATE_FACTS_{name}": value for name, value in settings.items()})
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "value_", "says"),
    [
        ("OSV_URL", "http://osv.example", "expected an address that begins with https://"),
        ("OSV_URL", "https://ada:s3cr3t@osv.example", "has a user or password in it"),
        ("OSV_URL", "https://osv.example/?key=1", "expected an address such as"),
        ("OSV_URL", "osv.example", "expected an address"),
        ("OSV_URL", "https://osv.example/../x", "expected an address"),
        ("OSV_URL", "https://osv.example:99999", "expected an address"),
        ("DISABLED", "osv kevv", "did you mean 'kev'?"),
        ("PRIVATE", "left-pad", "expected a package URL"),
        ("REGISTRIES", "https://registry.example", "is not a package type and an address"),
        ("REGISTRIES", "npm=http://registry.example", "expected an address that begins with https://"),
        ("REGISTRY_LOGINS", "s3cr3t", "is not a host and its token"),
        ("PROXIES", "osv=socks5://ada:s3cr3t@proxy.example", "does not give 'direct' or the address of a proxy"),
        ("PROXIES", "osm=direct", "does not begin with a source"),
        ("CONCURRENCY", "0", "must be 1 to 64"),
        ("TOTAL_SECONDS", "901", "must be 1 to 900"),
        ("CONTACT", "ospo@example.com (us)", "must be plain ASCII"),
        ("OSV_ADDRESS", "https://osv.example", "unknown key"),
    ],
)
def test_settings_that_cannot_work_are_refused(name: str, value_: str, says: str) -> None:
    message = refused(**{name: value_})
    assert f"OSPO_GATE_FACTS_{name}: " in message
    assert says in message
    assert "s3cr3t" not in message


def test_secrets_are_not_shown() -> None:
    known = fact_settings(
        {
            "OSPO_GATE_FACTS_REGISTRY_LOGINS": "registry.example=s3cr3t",
            "OSPO_GATE_FACTS_PROXIES": "osv=http://ada:s3cr3t@proxy.example",
            "TOKEN": "s3cr3t",
        }
    )
    assert "s3cr3t" not in repr(known)


def test_the_contact_is_sent() -> None:
    with Standins() as standins:
        asked(standins.environment(CONTACT="ospo@example.com"))
        assert standins.osv.calls[0].headers["user-agent"].endswith(" (ospo@example.com)")


@pytest.mark.parametrize(("own", "sent"), [(True, True), (False, False)])
def test_the_token_of_a_workflow_goes_to_its_own_github_only(own: bool, sent: bool) -> None:
    with Standins() as standins:
        variables = standins.environment(DISABLED="osv") | {"GITHUB_TOKEN": "s3cr3t"}
        asked(variables | ({"GITHUB_API_URL": standins.github.url} if own else {}))
        tokens = [call.headers.get("authorization") for call in standins.github.calls]
    assert tokens == ["Bearer s3cr3t" if sent else None] * 2


def test_an_online_lookup_runs_in_an_event_loop_of_its_own() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert drive_online(work()) == 7
