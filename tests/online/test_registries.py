"""Registries that somebody configured: what is asked where, and who gets the login."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packageurl.contrib import purl2url

from app.facts.online.registries import FORMATS
from checks.facts.exchange import Source
from checks.model.errors import UsageError
from checks.model.facts import Want
from tests.online.looked_up import EVERYTHING, Office, npm, reasons, value
from tests.standins import Fault, Standin, Standins


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def test_a_private_package_is_asked_of_its_registry_and_of_nobody_else(standins: Standins) -> None:
    standins.registry.has_npm("@example/tool", "1.0.0", "LicenseRef-Example")
    office = Office(standins, REGISTRIES=f"npm:@example={standins.registry.npm}", PRIVATE="pkg:npm/@example/*")
    facts = office.ask({npm("%40example/tool"): Want.LICENSE | Want.PUBLISHED, npm("left-pad"): Want.LICENSE})
    known = facts.version(*npm("%40example/tool"))
    assert value(known.license) == "LicenseRef-Example"
    assert known.published
    assert known.gaps == ()
    assert standins.registry.paths == ["/npm/@example%2Ftool"]


def test_without_a_registry_none_is_asked(standins: Standins) -> None:
    """No address of a public registry is built in."""
    facts = Office(standins).ask({npm("new-tool"): EVERYTHING})
    assert "registries" not in standins.counts
    assert facts.version(*npm("new-tool")).license is None


def test_only_what_no_other_source_knows_costs_a_request_each(standins: Standins) -> None:
    for number in range(100):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0", "" if number == 7 else "MIT")
    standins.registry.has_npm("released-today", "1.0.0", published="2026-11-20T11:00:00Z")
    questions = {npm(f"package-{number}"): EVERYTHING for number in range(100)} | {npm("released-today"): EVERYTHING}
    facts = Office(standins, REGISTRIES=f"npm={standins.registry.npm}").ask(questions)
    assert standins.registry.paths == ["/npm/released-today"]
    assert value(facts.version(*npm("released-today")).published).isoformat() == "2026-11-20T11:00:00+00:00"


@pytest.mark.parametrize(("asks", "yanked"), [("false", None), ("true", "broken")])
def test_what_was_yanked_is_known_where_registries_are_asked_about_all(
    standins: Standins, asks: str, yanked: str | None
) -> None:
    standins.depsdev.knows("PYPI", "tool", "1.0.0")
    standins.registry.has_python("tool", "1.0.0", yanked="broken")
    office = Office(standins, REGISTRIES=f"pypi={standins.registry.python}", REGISTRY_STATUS=asks)
    known = office.ask({("pkg:pypi/tool", "1.0.0"): EVERYTHING}).version("pkg:pypi/tool", "1.0.0")
    assert (known.yanked and known.yanked.value) == yanked
    assert value(known.license) == "MIT"


@pytest.mark.parametrize("format_", ["npm", "pypi", "golang", "cargo", "nuget"])
def test_each_protocol(standins: Standins, format_: str) -> None:
    registry = standins.registry
    registry.has_npm("tool", "1.0.0")
    registry.has_python("tool", "1.0.0")
    registry.has_module("git.example.com/tool", "v1.0.0")
    registry.has_crate("tool", "1.0.0", pubtime="2024-03-01T12:00:00Z")
    registry.has_nuget("Tool", "1.0.0")
    places = {
        "npm": (registry.npm, "pkg:npm/tool", "1.0.0"),
        "pypi": (registry.python, "pkg:pypi/tool", "1.0.0"),
        "golang": (registry.go, "pkg:golang/git.example.com/tool", "v1.0.0"),
        "cargo": (registry.crates, "pkg:cargo/tool", "1.0.0"),
        "nuget": (registry.nuget, "pkg:nuget/Tool", "1.0.0"),
    }
    address, purl, version = places[format_]
    facts = Office(standins, REGISTRIES=f"{format_}={address}").ask({(purl, version): Want.PUBLISHED | Want.RELEASES})
    assert value(facts.version(purl, version).published).isoformat() == "2024-03-01T12:00:00+00:00"
    assert [release.version for release in value(facts.package(purl).releases)] == [version]


def test_of_two_registries_the_second_is_asked_for_what_the_first_does_not_know(standins: Standins) -> None:
    standins.registry.pages["/second/tool"] = {"name": "tool", "versions": {"1.0.0": {"license": "MIT"}}, "time": {}}
    standins.registry.pages["/second/tool/1.0.0"] = {"name": "tool", "version": "1.0.0", "license": "MIT"}
    office = Office(standins, REGISTRIES=f"npm={standins.registry.url}/first npm={standins.registry.url}/second")
    for _ in range(2):
        assert value(office.ask({npm("tool"): Want.LICENSE}).version(*npm("tool")).license) == "MIT"
    assert standins.registry.paths == ["/first/tool/1.0.0", "/second/tool/1.0.0"]


def test_a_login_opens_the_registry_and_goes_nowhere_else(standins: Standins) -> None:
    standins.registry.login = "Bearer s3cr3t"
    standins.registry.has_npm("tool", "1.0.0")
    place = f"npm={standins.registry.npm}"
    locked = Office(standins, REGISTRIES=place, DISABLED="clearlydefined").ask({npm("tool"): Want.LICENSE})
    assert reasons(locked.version(*npm("tool")), Want.LICENSE) == {"registry": "it refused the request (HTTP 401)"}
    opened = Office(standins, REGISTRIES=place, REGISTRY_LOGINS="127.0.0.1=s3cr3t").ask({npm("tool"): EVERYTHING})
    assert value(opened.version(*npm("tool")).license) == "MIT"
    others = [call for name, standin in standins.each.items() if name != "registries" for call in standin.calls]
    assert others
    assert not any("authorization" in call.headers for call in others)


def test_the_configuration_of_the_user_is_used(standins: Standins, tmp_path: Path) -> None:
    host = standins.registry.npm.removeprefix("http:")
    (tmp_path / ".npmrc").write_text(f"@example:registry={standins.registry.npm}\n{host}/:_authToken=s3cr3t\n")
    standins.registry.login = "Bearer s3cr3t"
    standins.registry.has_npm("@example/tool", "1.0.0")
    facts = Office(standins, home=tmp_path).ask({npm("%40example/tool"): EVERYTHING})
    assert value(facts.version(*npm("%40example/tool")).license) == "MIT"
    assert standins.counts == {"registries": 1}


def test_the_public_registry_is_not_told_about_private_packages(standins: Standins) -> None:
    """Also where the user configured it: the proxy would see the attempt."""
    public = urlsplit(purl2url.get_download_url("pkg:npm/name@1.0.0")).hostname  # type: ignore[no-untyped-call]
    with Standin() as proxy:
        office = Office(
            standins,
            REGISTRIES=f"npm=https://{public}",
            PROXIES=f"registries={proxy.url}",
            PRIVATE="pkg:npm/secret-*",
            DISABLED="clearlydefined",
        )
        known = office.ask({npm("secret-tool"): Want.LICENSE}).version(*npm("secret-tool"))
        assert proxy.calls == []
        assert reasons(known, Want.LICENSE) == {"online sources": "private: not asked"}
        office.ask({npm("new-tool"): Want.LICENSE})
        assert {call.path for call in proxy.calls} == {f"{public}:443"}


def test_the_index_of_nuget_may_not_lead_elsewhere(standins: Standins) -> None:
    standins.registry.has_nuget("Tool", "1.0.0")
    (resource,) = standins.registry.pages["/nuget/v3/index.json"]["resources"]
    resource["@id"] = "https://elsewhere.example/registration/"
    office = Office(
        standins, REGISTRIES=f"nuget={standins.registry.nuget}", DISABLED="depsdev ecosystems clearlydefined"
    )
    known = office.ask({("pkg:nuget/Tool", "1.0.0"): Want.LICENSE}).version("pkg:nuget/Tool", "1.0.0")
    reason = "its answer cannot be read: its registrations are on another host"
    assert reasons(known, Want.LICENSE) == {"registry": reason}


def test_a_registry_that_is_down_leaves_a_gap(standins: Standins) -> None:
    with standins.registry.behaving(Fault(status=403)):
        office = Office(standins, REGISTRIES=f"npm={standins.registry.npm}", DISABLED="clearlydefined")
        known = office.ask({npm("tool"): Want.LICENSE}).version(*npm("tool"))
    assert reasons(known, Want.LICENSE) == {"registry": "it refused the request (HTTP 403)"}


def test_a_protocol_that_nobody_speaks_is_a_usage_error(standins: Standins) -> None:
    with pytest.raises(UsageError, match="'apt' is not one of cargo, cargo-api, composer"):
        Office(standins, REGISTRIES="apt=https://registry.example").ask({})


def test_every_protocol_has_a_reader() -> None:
    for type_, parser in FORMATS.values():
        reader: Source = parser
        assert reader.answers(type_)
        assert not reader.answers("none")
