"""Which names leave: never that of a private package."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from packageurl.contrib import purl2url

from app.facts.online.privacy import Privacy
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory, Location, Origin
from checks.model.facts import RepositoryFacts, Want
from checks.model.purl import parse
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.values import PackagePattern
from tests.online.looked_up import EVERYTHING, Office, npm, reasons
from tests.standins import Standins

OURS = RepositoryFacts("example/web", visibility="private")


def host(type_: str) -> str:
    """The host of the public registry, as the library knows it: none of them is written down here."""
    address = purl2url.get_download_url(f"pkg:{type_}/name@1.0.0") or purl2url.get_repo_url(f"pkg:{type_}/name@1.0.0")  # type: ignore[no-untyped-call]
    return urlsplit(address).hostname or ""


def private(
    purl: str,
    *sources: str | None,
    origin: Origin = Origin.REGISTRY,
    repository: RepositoryFacts = OURS,
    hosts: str = "",
) -> bool:
    """Whether a package is private that a lock file takes from `sources`."""
    name = parse(purl)[2]
    place = Location("lock", 1, 1)
    entries = tuple(Dependency(purl, name, "1.0.0", place, origin=origin, source=source) for source in sources)
    snapshot = Snapshot(
        Listing("", "a" * 40, ()), (ManifestPair("lock", None, Inventory("lock", "npm-lock", entries)),)
    )
    privacy = Privacy(public_hosts=frozenset(hosts.split()))
    return purl in privacy.of_plan(Plan(snapshot), repository)


def test_what_a_lock_file_takes_from_the_public_registry_is_public() -> None:
    assert not private("pkg:npm/left-pad", f"https://{host('npm')}/left-pad/-/left-pad-1.0.0.tgz")
    assert not private("pkg:pypi/requests", f"https://{host('pypi')}/simple")
    assert not private("pkg:cargo/serde", f"https://github.com/rust-lang/{host('cargo')}-index")
    assert not private("pkg:cargo/serde", f"https://index.{host('cargo')}/")
    assert not private("pkg:gem/rails", f"https://{host('gem')}/")
    assert not private("pkg:gem/rails", f"http://{host('gem')}/")
    assert not private("pkg:hex/plug", "hexpm")
    assert not private("pkg:npm/left-pad", None)


@pytest.mark.parametrize(
    ("purl", "source"),
    [
        ("pkg:npm/left-pad", "https://npm.registry.example/left-pad/-/left-pad-1.0.0.tgz"),
        ("pkg:npm/left-pad", "https://npm.internal/left-pad.tgz"),
        ("pkg:pypi/requests", "https://python.registry.example/simple"),
        ("pkg:cargo/serde", "https://github.com/example/crates-index"),
        ("pkg:composer/example/tool", "https://satis.registry.example/dist/tool.zip"),
        ("pkg:npm/left-pad", "https://PUBLIC.attacker.example/left-pad.tgz"),
        ("pkg:npm/left-pad", "https://attacker.example/PUBLIC/left-pad.tgz"),
        ("pkg:npm/left-pad", "https://attacker.example#PUBLIC"),
        ("pkg:npm/left-pad", "https://user@attacker.example:443@PUBLIC@attacker.example/left-pad.tgz"),
        ("pkg:npm/left-pad", "ftp://PUBLIC/left-pad.tgz"),
        ("pkg:conda/left-pad", "https://conda.registry.example/example/noarch"),
    ],
)
def test_what_comes_from_anywhere_else_is_private(purl: str, source: str) -> None:
    assert private(purl, source.replace("PUBLIC", host("npm")))


def test_a_mirror_that_the_settings_name_is_public() -> None:
    source = "https://mirror.registry.example/left-pad/-/left-pad-1.0.0.tgz"
    assert private("pkg:npm/left-pad", source)
    assert not private("pkg:npm/left-pad", source, hosts="mirror.registry.example")


def test_one_public_entry_is_enough() -> None:
    """The name is public then, wherever else it comes from: that is what dependency confusion needs to be seen."""
    assert not private(
        "pkg:npm/left-pad", "https://npm.registry.example/left-pad.tgz", f"https://{host('npm')}/left-pad.tgz"
    )


@pytest.mark.parametrize("origin", [Origin.GIT, Origin.PATH, Origin.URL])
def test_what_is_from_no_registry_is_private(origin: Origin) -> None:
    assert private("pkg:npm/left-pad", "https://github.com/stevemao/left-pad", origin=origin)


def test_repositories_are_private_only_to_their_owner() -> None:
    public = RepositoryFacts("example/web", visibility="public")
    assert not private("pkg:github/actions/checkout", None)
    assert private("pkg:github/example/deploy", None)
    assert not private("pkg:github/example/deploy", None, repository=public)
    assert not private("pkg:swift/github.com/apple/swift-log", "https://github.com/apple/swift-log", origin=Origin.GIT)
    assert private("pkg:swift/github.com/example/kit", "https://github.com/example/kit", origin=Origin.GIT)
    assert private("pkg:swift/git.example.com/ios/kit", "https://git.example.com/ios/kit", origin=Origin.GIT)
    zipball = "https://api.github.com/repos/{}/zipball/0123456789012345678901234567890123456789"
    assert not private("pkg:composer/symfony/console", zipball.format("symfony/console"))
    assert private("pkg:composer/example/console", zipball.format("Example/console"))


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:npm/%40example/tool", True),
        ("pkg:npm/%40examples/tool", False),
        ("pkg:pypi/acme-core", True),
        ("pkg:golang/git.corp/team/module", True),
        ("pkg:golang/github.com/team/module", False),
        ("pkg:docker/registry.example/team/image", True),
        ("pkg:docker/python", False),
        ("pkg:docker/grafana/grafana", False),
    ],
)
def test_names_that_are_private_by_themselves(purl: str, expected: bool) -> None:
    patterns = tuple(map(PackagePattern.parse, ("pkg:npm/@example/*", "pkg:pypi/acme-*")))
    assert Privacy(patterns).named(purl) is expected


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def test_the_name_of_a_private_package_is_in_no_request(standins: Standins) -> None:
    standins.endoflife.knows("secret", "pkg:npm/secret-tool", _1="2026-12-31")
    all_ = EVERYTHING | Want.RELEASES | Want.HEALTH | Want.LIFECYCLE
    questions = {npm("secret-tool"): all_, npm("%40example/secret-core"): all_, npm("left-pad"): all_}
    office = Office(standins, PRIVATE="pkg:npm/@example/*", SECOND_OPINIONS="true")
    facts = office.ask(questions, private={"pkg:npm/secret-tool"})
    for standin in standins.each.values():
        for call in standin.calls:
            assert "secret" not in call.path + str(call.query) + str(call.headers)
            assert b"secret" not in call.body
    for key in (npm("secret-tool"), npm("%40example/secret-core")):
        assert reasons(facts.version(*key), EVERYTHING) == {"online sources": "private: not asked"}
        (gap,) = facts.package(key[0]).gaps
        assert gap.about == Want.RELEASES | Want.HEALTH
    # Who gives all products away learns no name.
    assert facts.package("pkg:npm/secret-tool").cycles
    assert not facts.version(*npm("left-pad")).gaps
