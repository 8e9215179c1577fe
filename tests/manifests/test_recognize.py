"""Which file is which format, by its path alone."""

import importlib

import pytest

from checks.manifests import FORMATS, recognize


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("go.mod", "go-mod"),
        ("svc/go.sum", "go-sum"),
        ("vendor/modules.txt", "go-vendor"),
        ("a/pom.xml", "maven-pom"),
        ("gradle/libs.versions.toml", "gradle-catalog"),
        ("gradle/test.versions.toml", "gradle-catalog"),
        ("a/gradle/dependency-locks/compileClasspath.lockfile", "gradle-lock"),
        (".github/workflows/ci.yml", "github-actions"),
        ("sub/.github/workflows/ci.yaml", "github-actions"),
        ("action.yml", "github-actions"),
        ("build/Dockerfile.prod", "dockerfile"),
        ("docker-compose.override.yml", "compose"),
        (".devcontainer/node/devcontainer.json", "devcontainer"),
        ("src/app.csproj", "msbuild"),
        ("Directory.Packages.props", "msbuild"),
        (".terraform.lock.hcl", "terraform-lock"),
        (".gitmodules", "gitmodules"),
        ("stack-9.6.yaml.lock", "stack-lock"),
        ("release/app.cdx.json", "sbom"),
        ("bom.xml", "sbom"),
        ("LICENSES/app.spdx", "sbom"),
    ],
)
def test_known_names(path: str, format_: str) -> None:
    known = recognize(path)
    assert known is not None
    assert known.id == format_


@pytest.mark.parametrize(
    "path",
    [
        "",
        "xgo.mod",
        "go.mod.bak",
        "go.mod/file",
        "go.mod\n",
        "path.to.pom.xml",
        "workflows/ci.yml",
        ".github/workflows/deep/ci.yml",
        ".github/workflows/notes.txt",
        "src/modules.txt",
        "src/test.versions.toml",
        "node_modules/a/go.mod",
        "lib/site-packages/b/Cargo.lock",
    ],
)
def test_other_names(path: str) -> None:
    assert recognize(path) is None


def test_companions_stay_inside_the_tree() -> None:
    pom = recognize("a/pom.xml")
    assert pom is not None
    assert pom.companion_paths("a/pom.xml") == ("pom.xml", "a/parent/pom.xml", "parent/pom.xml")


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.id)
def test_every_parser_loads(format_: object) -> None:
    module, function = getattr(format_, "parser", ":").split(":")
    full = module if "." in module else f"checks.manifests.{module}"
    assert callable(getattr(importlib.import_module(full), function))


def test_format_ids_are_unique() -> None:
    assert len({format_.id for format_ in FORMATS}) == len(FORMATS)
