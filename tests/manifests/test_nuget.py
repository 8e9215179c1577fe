"""NuGet: lock file, packages.config, and MSBuild files with properties and central versions."""

import pytest
from hypothesis import given, settings

from checks.manifests.msbuild import parse_project
from checks.manifests.nuget import parse_packages_config, parse_packages_lock
from checks.manifests.paket import parse_paket_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

LOCK = """{
  "version": 2,
  "dependencies": {
    "net8.0": {
      "Acme.Json": {
        "type": "Direct",
        "requested": "[1.0.0, )",
        "resolved": "1.0.3",
        "contentHash": "aGFzaA==",
        "dependencies": {"Acme.Core": "2.0.0"}
      },
      "Acme.Core": {"type": "Transitive", "resolved": "2.0.0"},
      "my.project": {"type": "Project", "dependencies": {"Acme.Json": "1.0.3"}}
    },
    "net8.0/linux-x64": {
      "acme.core": {"type": "CentralTransitive", "resolved": "2.0.0"},
      "Acme.Native": {"type": "Transitive", "resolved": "3.0.0"}
    }
  }
}
"""
CONFIG = """<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="Acme.Json" version="1.0.3" targetFramework="net46" />
  <package id="Acme.Tool" version="2.0" developmentDependency="true" />
  <package id="Acme.Free" />
  <package version="1.0" />
</packages>
"""
PROJECT = """<Project Sdk="Acme.Sdk/4.2.0">
  <PropertyGroup>
    <JsonVersion>1.0.3</JsonVersion>
    <Twice Condition="'$(A)' == 'b'">1.0</Twice>
    <Twice>2.0</Twice>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Acme.Json" Version="$(JsonVersion)" />
    <PackageReference Include="Acme.Analyzers" Version="[3.0.0]" PrivateAssets="all" />
    <PackageReference Include="Acme.Central" />
    <PackageReference Include="Acme.Child">
      <Version>5.0.0</Version>
      <PrivateAssets>contentfiles; All</PrivateAssets>
    </PackageReference>
    <PackageReference Update="Acme.Json" PrivateAssets="all" />
    <PackageReference Include="Acme.Range" Version="[1.0,2.0)" />
    <PackageReference Include="Acme.Float" Version="1.*" />
    <PackageReference Include="Acme.Twice" Version="$(Twice)" />
    <PackageReference Include="$(Name)" Version="1.0" />
    <PackageDownload Include="Acme.Down" Version="[6.0]" />
  </ItemGroup>
</Project>
"""
CENTRAL = """<Project>
  <ItemGroup>
    <PackageVersion Include="Acme.Central" Version="7.1.0" />
    <GlobalPackageReference Include="Acme.Everywhere" Version="8.0.0" />
  </ItemGroup>
</Project>
"""
PAKET = """NUGET
  remote: https://nuget.example/v3/index.json
    Acme.Json (1.0.3)
      Acme.Core (>= 2.0) - restriction: >= net45
    Acme.Core (2.0) - restriction: >= net45
GITHUB
  remote: acme/scripts
    src/build.fs (0a1b2c3d)
GROUP Test
STORAGE: NONE
NUGET
  remote: https://nuget.example/v3/index.json
    Acme.Tests (3.0)
    broken
"""


def lock(text: str = LOCK) -> Inventory:
    return parse_packages_lock(text, "packages.lock.json", {})


def project(text: str = PROJECT) -> Inventory:
    return parse_project(text, "src/app.csproj", {"Directory.Packages.props": CENTRAL})


def test_packages_of_all_frameworks_once() -> None:
    assert list(located(lock())) == [
        ("Acme.Json", "1.0.3", 5),
        ("Acme.Core", "2.0.0", 12),
        ("Acme.Native", "3.0.0", 17),
    ]
    assert [d.direct for d in lock().dependencies] == [True, False, False]
    assert lock().dependencies[0].integrity == ("sha512-aGFzaA==",)


def test_why_a_package_is_there() -> None:
    assert [d.name for d in lock().why(1)] == ["Acme.Json", "Acme.Core"]


def test_packages_config() -> None:
    inventory = parse_packages_config(CONFIG, "packages.config", {})
    assert list(located(inventory)) == [("Acme.Json", "1.0.3", 3), ("Acme.Tool", "2.0", 4), ("Acme.Free", None, 5)]
    assert inventory.dependencies[1].scope is Scope.DEVELOPMENT
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 5), ("entry", 6)]


def test_project_references_with_properties_and_central_versions() -> None:
    assert list(located(project())) == [
        ("Acme.Sdk", "4.2.0", 1),
        ("Acme.Json", "1.0.3", 8),
        ("Acme.Analyzers", "3.0.0", 9),
        ("Acme.Central", "7.1.0", 10),
        ("Acme.Child", "5.0.0", 11),
        ("Acme.Range", None, 16),
        ("Acme.Float", None, 17),
        ("Acme.Twice", None, 18),
        ("Acme.Down", "6.0", 20),
    ]
    assert [p.location.line for p in project().problems if p.code == "unresolved"] == [16, 17, 18, 19]


def test_private_assets_are_development() -> None:
    scopes = {d.name: d.scope for d in project().dependencies}
    assert scopes["Acme.Analyzers"] is scopes["Acme.Child"] is Scope.DEVELOPMENT
    assert scopes["Acme.Json"] is Scope.RUNTIME
    assert scopes["Acme.Sdk"] is Scope.BUILD


def test_the_central_file_itself() -> None:
    inventory = parse_project(CENTRAL, "Directory.Packages.props", {})
    assert list(located(inventory)) == [("Acme.Central", "7.1.0", 3), ("Acme.Everywhere", "8.0.0", 4)]
    assert [d.scope for d in inventory.dependencies] == [Scope.UNKNOWN, Scope.BUILD]


def test_paket() -> None:
    inventory = parse_paket_lock(PAKET, "paket.lock", {})
    assert [(d.purl, d.version, d.location.line, d.scope) for d in inventory.dependencies] == [
        ("pkg:nuget/Acme.Json", "1.0.3", 3, Scope.RUNTIME),
        ("pkg:nuget/Acme.Core", "2.0", 5, Scope.RUNTIME),
        ("pkg:github/acme/scripts", "0a1b2c3d", 8, Scope.RUNTIME),
        ("pkg:nuget/Acme.Tests", "3.0", 13, Scope.TEST),
    ]
    assert inventory.dependencies[2].origin is Origin.GIT
    assert inventory.edges[0] == (1,)
    assert [p.location.line for p in inventory.problems] == [14]


def test_a_projects_own_property_beats_the_shared_one() -> None:
    shared = "<Project><PropertyGroup><JsonVersion>9</JsonVersion><V>2.5.0</V></PropertyGroup></Project>"
    text = PROJECT.replace("[6.0]", "$(V)")
    inventory = parse_project(text, "src/app.csproj", {"Directory.Build.props": shared})
    versions = {d.name: d.version for d in inventory.dependencies}
    assert (versions["Acme.Json"], versions["Acme.Down"]) == ("1.0.3", "2.5.0")


@pytest.mark.parametrize("text", ["not\nxml", "<Settings/>", "<Project>", "<!DOCTYPE a><Project/>"])
def test_what_is_no_project_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        project(text)


@settings(max_examples=100, deadline=None)
@given(mutated((LOCK, CONFIG, PROJECT, CENTRAL, PAKET)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_packages_lock, text, "packages.lock.json")
    survives(parse_packages_config, text, "packages.config")
    survives(parse_paket_lock, text, "paket.lock")
    survives(parse_project, text, "a/a.csproj", {"Directory.Packages.props": CENTRAL})
    survives(parse_project, PROJECT, "a/a.csproj", {"Directory.Packages.props": text})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_packages_lock, text, "packages.lock.json")
    survives(parse_packages_config, text, "packages.config")
    survives(parse_paket_lock, text, "paket.lock")
    survives(parse_project, text, "a.csproj", {"Directory.Packages.props": text})
