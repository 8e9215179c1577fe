"""conan.lock of both major versions, renv.lock and flake.lock: JSON lock files of smaller ecosystems."""

import pytest
from hypothesis import given, settings

from checks.manifests.conan import parse_conan_lock
from checks.manifests.nix import parse_flake_lock
from checks.manifests.renv import parse_renv_lock
from checks.model.dependency import Origin, Scope
from tests.manifests.mutations import HOSTILE, located, mutated, survives

CONAN_1 = """{
 "graph_lock": {
  "nodes": {
   "0": {"ref": "app/1.0", "requires": ["1"], "build_requires": ["3"], "path": "conanfile.py", "context": "host"},
   "1": {
    "ref": "freetype/2.12.1#aaaa", "requires": ["2"], "context": "host"
   },
   "2": {"ref": "zlib/1.2.13@acme/stable", "context": "host"},
   "3": {"ref": "cmake/3.25.0", "context": "build"},
   "4": {"ref": "nonsense"}
  }
 },
 "version": "0.4"
}
"""
CONAN_2 = """{
    "version": "0.5",
    "requires": [
        "zlib/1.2.11#ffa77daf83a57094149707928bdce823%1667396813.184",
        "1.2.3#ffa"
    ],
    "build_requires": [
        "ninja/1.11.1#a2f0b832705907016f336839f96963f8%99999999999999.1",
        "cmake/3.25#a2f0"
    ],
    "python_requires": []
}
"""
RENV = """{
  "R": {"Version": "4.1.0"},
  "Packages": {
    "BH": {"Package": "BH", "Version": "1.75.0-0", "Source": "Repository", "Repository": "CRAN", "Hash": "e4c0"},
    "sf": {"Package": "sf", "Version": "1.0", "Source": "GitHub", "RemoteHost": "api.github.com",
           "RemoteUsername": "r-spatial", "RemoteRepo": "sf", "RemoteSha": "abc", "Requirements": ["BH", "none"]},
    "BSgenome": {"Package": "BSgenome", "Version": "1.60.0", "Source": "Bioconductor"},
    "odd": 1
  }
}
"""
FLAKE = """{
  "nodes": {
    "nixpkgs": {
      "locked": {"lastModified": 1700000000, "narHash": "sha256-x=", "owner": "NixOS", "repo": "nixpkgs",
                 "rev": "abc", "type": "github"},
      "original": {"owner": "NixOS", "type": "github"}
    },
    "tool": {
      "inputs": {"nixpkgs": ["nixpkgs"], "systems": "systems"},
      "locked": {"rev": "def", "type": "git", "url": "https://git.example/tool.git"}
    },
    "systems": {"locked": {"narHash": "sha256-y=", "type": "tarball", "url": "https://dist.example/s.tar.gz"}},
    "here": {"locked": {"path": "./sub", "type": "path"}},
    "free": {"original": {}},
    "root": {"inputs": {"nixpkgs": "nixpkgs", "tool": "tool"}}
  },
  "root": "root",
  "version": 7
}
"""


def test_conan_1_is_a_graph() -> None:
    inventory = parse_conan_lock(CONAN_1, "conan.lock", {})
    assert list(located(inventory)) == [
        ("freetype", "2.12.1", 6),
        ("zlib@acme/stable", "1.2.13", 8),
        ("cmake", "3.25.0", 9),
    ]
    assert [(d.direct, d.scope) for d in inventory.dependencies] == [
        (True, Scope.RUNTIME),
        (False, Scope.RUNTIME),
        (True, Scope.BUILD),
    ]
    assert [d.name for d in inventory.why(1)] == ["freetype", "zlib@acme/stable"]
    assert [p.location.line for p in inventory.problems] == [10]


def test_conan_2_has_the_time_of_each_revision() -> None:
    inventory = parse_conan_lock(CONAN_2, "conan.lock", {})
    assert list(located(inventory)) == [("zlib", "1.2.11", 4), ("cmake", "3.25", 9)]
    assert str(inventory.dependencies[0].published) == "2022-11-02 13:46:53+00:00"
    assert inventory.dependencies[1].scope is Scope.BUILD
    assert [p.location.line for p in inventory.problems] == [5, 8]


def test_renv() -> None:
    inventory = parse_renv_lock(RENV, "renv.lock", {})
    assert [(d.purl, d.version, d.location.line) for d in inventory.dependencies] == [
        ("pkg:cran/BH", "1.75.0-0", 4),
        ("pkg:cran/sf", "1.0", 5),
        ("pkg:bioconductor/BSgenome", "1.60.0", 7),
    ]
    sf = inventory.dependencies[1]
    assert (sf.origin, sf.source) == (Origin.GIT, "github.com/r-spatial/sf#abc")
    assert inventory.edges[1] == (0,)
    assert [p.location.line for p in inventory.problems] == [8]


def test_flake_inputs_follow_each_other() -> None:
    inventory = parse_flake_lock(FLAKE, "flake.lock", {})
    assert [(d.purl, d.version, d.location.line, d.direct) for d in inventory.dependencies] == [
        ("pkg:github/nixos/nixpkgs", "abc", 3, True),
        ("pkg:generic/git.example/tool", "def", 8, True),
        ("pkg:generic/dist.example/s.tar.gz", None, 12, False),
    ]
    assert inventory.edges[1] == (0, 2)
    assert str(inventory.dependencies[0].published) == "2023-11-14 22:13:20+00:00"
    assert [p.location.line for p in inventory.problems] == [14]


@settings(max_examples=120, deadline=None)
@given(mutated((CONAN_1, CONAN_2, RENV, FLAKE)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_conan_lock, text, "conan.lock")
    survives(parse_renv_lock, text, "renv.lock")
    survives(parse_flake_lock, text, "flake.lock")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_conan_lock, text, "conan.lock")
    survives(parse_renv_lock, text, "renv.lock")
    survives(parse_flake_lock, text, "flake.lock")
