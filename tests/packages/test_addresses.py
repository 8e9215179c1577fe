"""Addresses as package managers write them, and as attackers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.dependency import Dependency, Location, Origin
from checks.packages.addresses import address, pinned
from checks.packages.hosts import loopback, unreachable
from checks.policy.addresses import AddressPattern

REGISTRY, GIT, URL, PATH = Origin.REGISTRY, Origin.GIT, Origin.URL, Origin.PATH
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def entry(source: str | None, origin: Origin = REGISTRY, type_: str = "npm", **more: object) -> Dependency:
    return Dependency(f"pkg:{type_}/x", "x", "1.0", Location("lock", 7), origin=origin, source=source, **more)  # type: ignore[arg-type]


def parts(source: str | None, origin: Origin = REGISTRY, type_: str = "npm") -> tuple[str, str, str, str] | None:
    found = address(entry(source, origin, type_))
    return None if found is None else (found.scheme, found.host, found.path, found.ref)


@pytest.mark.parametrize(
    ("source", "origin", "type_", "expected"),
    [
        ("https://registry.example/x/-/x-1.tgz", REGISTRY, "npm", ("https", "registry.example", "/x/-/x-1.tgz", "")),
        ("http://mirror.example:8081/simple", REGISTRY, "pypi", ("http", "mirror.example:8081", "/simple", "")),
        ("https://REGISTRY.example.:443/a", REGISTRY, "npm", ("https", "registry.example", "/a", "")),
        ("https://ada@registry.example/a", REGISTRY, "npm", ("https", "registry.example", "/a", "")),
        ("https://•••@registry.example/a", REGISTRY, "npm", ("https", "registry.example", "/a", "")),
        ("https://registry.example/a/../b/%2e%2e/c", URL, "npm", ("https", "registry.example", "/c", "")),
        ("http://[2001:db8::1]:80/a", URL, "npm", ("http", "[2001:db8::1]", "/a", "")),
        ("git+ssh://git@code.example/a/b.git#main", GIT, "npm", ("ssh", "code.example", "/a/b.git", "main")),
        ("ssh://git@code.example:a/b.git#main", GIT, "npm", ("ssh", "code.example", "/a/b.git", "main")),
        ("git@code.example:a/b.git#main", GIT, "npm", ("ssh", "code.example", "/a/b.git", "main")),
        ("git+https://code.example/a/b@v1#egg=b", GIT, "pypi", ("https", "code.example", "/a/b", "v1")),
        ("github:a/b#main", GIT, "npm", ("ssh", "github.com", "/a/b", "main")),
        ("git+ssh://gitlab:a/b#main", GIT, "npm", ("ssh", "gitlab.com", "/a/b", "main")),
        ("a/b", GIT, "nuget", ("https", "github.com", "/a/b", "")),
        ("bzr+lp:a", GIT, "pypi", None),
        ("bzr+lp://a", GIT, "pypi", ("https", "launchpad.net", "/a", "")),
        ("registry.example:5000/a/b:1.0", REGISTRY, "docker", ("", "registry.example:5000", "/a/b:1.0", "")),
        ("localhost/a", REGISTRY, "docker", ("", "localhost", "/a", "")),
        ("team/app:1.27.4", REGISTRY, "docker", None),
        ("alpine:3.18", REGISTRY, "docker", None),
        ("registry.example", REGISTRY, "terraform", ("", "registry.example", "/", "")),
        ("hexpm", REGISTRY, "hex", None),
        ("CRAN", REGISTRY, "cran", None),
        ("sdk:flutter", REGISTRY, "pub", None),
        ("file:///home/ada/x.tgz", URL, "npm", None),
        ("https://registry.example/x", PATH, "npm", None),
        ("", REGISTRY, "npm", None),
        (None, REGISTRY, "npm", None),
    ],
)
def test_every_form_of_an_address(
    source: str | None, origin: Origin, type_: str, expected: tuple[str, str, str, str] | None
) -> None:
    assert parts(source, origin, type_) == expected


@pytest.mark.parametrize(
    "source",
    [
        "https://registry.example\\@evil.example/x",
        "https://registry.example\\.evil.example/x",
        "https:/evil.example/x",
        "https:\\\\evil.example/x",
        "https://registry.exa\tmple/x",
        "https://registry.example%2eevil.example/x",
        "http:evil.example",
    ],
)
def test_what_programs_read_in_different_ways_has_no_host(source: str) -> None:
    found = address(entry(source))
    assert found is not None
    assert found.host == ""
    assert not AddressPattern.parse("registry.example").matches(found.host, found.path)


@pytest.mark.parametrize(
    ("source", "repository"),
    [
        ("https://github.com/a/b.git", ("github.com", "/a/b")),
        ("https://codeload.github.com/a/b/tar.gz/" + COMMIT, ("github.com", "/a/b")),
        ("https://api.github.com/repos/a/b/zipball/" + COMMIT, ("github.com", "/a/b")),
        ("https://api.github.com/", ("api.github.com", "")),
    ],
)
def test_the_repository_behind_an_archive(source: str, repository: tuple[str, str]) -> None:
    found = address(entry(source, URL))
    assert found is not None
    assert found.repository == repository


@pytest.mark.parametrize(
    ("pattern", "address_", "matches"),
    [
        ("https://registry.example", ("registry.example", "/npm/x"), True),
        ("https://registry.example:443/", ("registry.example", "/npm/x"), True),
        ("registry.example", ("REGISTRY.example", "/"), True),
        ("https://registry.example/npm", ("registry.example", "/npm/x"), True),
        ("https://registry.example/npm/", ("registry.example", "/npm"), True),
        ("https://registry.example/npm", ("registry.example", "/npm-evil/x"), False),
        ("https://registry.example", ("registry.example.evil.example", "/"), False),
        ("https://registry.example", ("registry.example:8443", "/"), False),
        ("https://registry.example:8443", ("registry.example:8443", "/"), True),
        ("*.registry.example", ("npm.registry.example", "/"), True),
        ("*.registry.example", ("evil.example", "/npm.registry.example/"), False),
        ("github.com/example/*", ("github.com", "/Example/lib"), True),
        ("github.com/example/*", ("github.com", "/example-evil/lib"), False),
        ("github.com/example/lib", ("github.com", "/example/lib/archive/x.zip"), True),
        ("github.com/example/lib", ("github.com", "/example/library"), False),
        ("https://registry.example", ("", "/"), False),
    ],
)
def test_a_pattern_is_an_address_and_what_is_below_it(pattern: str, address_: tuple[str, str], matches: bool) -> None:
    assert AddressPattern.parse(pattern).matches(*address_) is matches


@pytest.mark.parametrize(
    "text",
    ["", "*", "https://", "https://*", "*.*", "a b", "ada@registry.example", "https://h?q", "https://h#f", "a\\b"],
)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected an address|every address"):
        AddressPattern.parse(text)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "npm.corp",
            "nexus.internal:8081",
            "registry.local",
            "a.lan",
            "b.intranet",
            "c.home.arpa",
            "nexus",
            "localhost",
        ),
        *(
            "10.1.2.3",
            "192.168.0.1:4873",
            "172.16.9.9",
            "127.0.0.1",
            "169.254.169.254",
            "[::1]:80",
            "[fd00::1]",
            "0.0.0.0",
        ),
        *("2130706433", "[fe80::1%25eth0]", "127.1", "0177.0.0.1"),
    ],
)
def test_hosts_that_nobody_outside_reaches(host: str) -> None:
    assert unreachable(host)


@pytest.mark.parametrize(
    "host", ["registry.example", "corp.example", "internal.example.com:8443", "8.8.8.8", "[2606:4700::1111]", ""]
)
def test_hosts_that_people_outside_may_reach(host: str) -> None:
    assert not unreachable(host)


def test_what_never_leaves_the_machine() -> None:
    assert all(loopback(host) for host in ("localhost:4873", "127.0.0.1", "[::1]:80", "npm.localhost"))
    assert not any(loopback(host) for host in ("registry.example", "10.0.0.1", "localhost.example"))


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        (entry(f"https://code.example/a.git#{COMMIT}", GIT), True),
        (entry(f"https://code.example/a.git#commit={COMMIT}", GIT), True),
        (entry(f"git+https://code.example/a.git@{COMMIT}#egg=a", GIT, "pypi"), True),
        (entry("github:a/b#527e8ce", GIT), True),
        (entry(f"https://codeload.github.com/a/b/tar.gz/{COMMIT}", GIT), True),
        (entry("https://code.example/a.git", GIT, "swift", integrity=(COMMIT,)), True),
        (entry("git+https://code.example/a.git@v1.0#egg=a", GIT, "pypi"), False),
        (entry("git+https://code.example/a.git#semver:^1", GIT), False),
        (entry("https://code.example/a.git#main", GIT), False),
        (entry("https://code.example/a.git", GIT), False),
        (entry("https://code.example/a.git", GIT, "github"), True),
        (entry(None, GIT), True),
        (entry("https://registry.example/x.tgz", URL), True),
    ],
)
def test_one_commit_or_whatever_a_name_means(dependency: Dependency, expected: bool) -> None:
    assert pinned(dependency) is expected


@given(st.text(max_size=60), st.sampled_from(list(Origin)), st.sampled_from(["npm", "docker", "terraform", "pypi"]))
def test_no_text_is_too_odd(text: str, origin: Origin, type_: str) -> None:
    for source in (text, f"https://{text}", f"git+ssh://{text}", f"git@{text}"):
        dependency = entry(source, origin, type_)
        found = address(dependency)
        assert found is None or found.path.startswith("/")
        assert found is None or found.host == found.host.lower()
        assert pinned(dependency) in (True, False)
        assert found is None or unreachable(found.host) in (True, False)
