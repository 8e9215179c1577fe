"""Package.resolved, versions 1 and 2, and Podfile.lock."""

import pytest
from hypothesis import given, settings

from checks.manifests.cocoapods import parse_podfile_lock
from checks.manifests.swift import parse_package_resolved
from checks.model.dependency import Inventory, Origin
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

RESOLVED = """{
  "pins" : [
    {
      "identity" : "swift-nio",
      "kind" : "remoteSourceControl",
      "location" : "https://github.com/Apple/swift-nio.git",
      "state" : {
        "revision" : "b14b7f4c",
        "version" : "2.0.0"
      }
    },
    {
      "identity" : "branchy",
      "kind" : "remoteSourceControl",
      "location" : "git@git.example:team/sub/branchy.git",
      "state" : {"branch" : "main", "revision" : "e9a9e760"}
    },
    {
      "identity" : "mona.linkedlist",
      "kind" : "registry",
      "location" : "",
      "state" : {"version" : "1.1.0"}
    }
  ],
  "version" : 2
}
"""
OLD = """{"object": {"pins": [
  {"package": "Nimble", "repositoryURL": "https://github.com/Quick/Nimble.git",
   "state": {"branch": null, "revision": "c93f16c2", "version": "9.2.1"}}
]}, "version": 1}
"""
PODS = """PODS:
  - AppCenter (4.2.0):
    - AppCenter/Analytics (= 4.2.0)
  - AppCenter/Analytics (4.2.0):
    - Keychain
  - "Google+Tools (1.0)"
  - Keychain (4.2.1)
  - Local (0.1.0)
  - nonsense

DEPENDENCIES:
  - AppCenter
  - Local (from `../Local`)

SPEC REPOS:
  trunk:
    - AppCenter
    - Keychain

EXTERNAL SOURCES:
  Local:
    :path: "../Local"

SPEC CHECKSUMS:
  AppCenter: 4ea1197a744f2fb5

COCOAPODS: 1.11.2
"""


def pods(text: str = PODS) -> Inventory:
    return parse_podfile_lock(text, "Podfile.lock", {})


def test_pins_are_named_after_their_repository() -> None:
    inventory = parse_package_resolved(RESOLVED, "Package.resolved", {})
    assert [(d.purl, d.version, d.location.line, d.origin) for d in inventory.dependencies] == [
        ("pkg:swift/github.com/Apple/swift-nio", "2.0.0", 4, Origin.GIT),
        ("pkg:swift/git.example/team/sub/branchy", "e9a9e760", 13, Origin.GIT),
        ("pkg:swift/mona/linkedlist", "1.1.0", 19, Origin.REGISTRY),
    ]
    assert inventory.dependencies[0].integrity == ("b14b7f4c",)


def test_version_1() -> None:
    inventory = parse_package_resolved(OLD, "Package.resolved", {})
    assert list(located(inventory)) == [("github.com/Quick/Nimble", "9.2.1", 2)]


@pytest.mark.parametrize("text", ["", "{", '{"pins": [], "pins": []}'])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        parse_package_resolved(text, "Package.resolved", {})


def test_a_pod_and_its_subspecs_are_one_package() -> None:
    assert list(located(pods())) == [
        ("AppCenter", "4.2.0", 2),
        ("Google+Tools", "1.0", 6),
        ("Keychain", "4.2.1", 7),
        ("Local", "0.1.0", 8),
    ]
    assert [p.location.line for p in pods().problems] == [9]


def test_pods_know_their_source_and_why() -> None:
    inventory = pods()
    appcenter, _, keychain, local = inventory.dependencies
    assert (appcenter.direct, appcenter.source, appcenter.integrity) == (True, "trunk", ("4ea1197a744f2fb5",))
    assert (local.origin, local.source, local.direct) == (Origin.PATH, "../Local", True)
    assert keychain.direct is False
    assert [d.name for d in inventory.why(2)] == ["AppCenter", "Keychain"]


@settings(max_examples=100, deadline=None)
@given(mutated((RESOLVED, OLD, PODS)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_package_resolved, text, "Package.resolved")
    survives(parse_podfile_lock, text, "Podfile.lock")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_package_resolved, text, "Package.resolved")
    survives(parse_podfile_lock, text, "Podfile.lock")
