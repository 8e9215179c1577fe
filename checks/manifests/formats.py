"""The list of formats and how a file is recognized by its path alone."""

import importlib
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import cast

from checks.model.dependency import Inventory

Parse = Callable[[str, str, Mapping[str, str]], Inventory]
RequirementLines = Callable[[str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the file names that carry it and the function that reads them, loaded on first use."""

    id: str
    ecosystem: str
    names: tuple[str, ...]
    """File names or patterns (`*` and `?` within one part), matched against the last part of the path; a name with `/`
    against as many last parts."""
    parser: str
    """`module:function` below `checks.manifests`, or with its whole name; a test proves that each one loads."""
    version: int = 1
    """Part of the cache key: raise it whenever the parser's answer to the same text changes."""
    companions: tuple[str, ...] = ()
    """Paths relative to the manifest's folder that are read with it where they exist; `..` stays inside the tree."""
    requirements: str | None = None
    """`module:function` that finds the line of each requirement in the first companion: the line that people edit."""

    def parse(self, text: str, path: str, companions: Mapping[str, str]) -> Inventory:
        """Raises `UnreadableManifest`."""
        return cast(Parse, _load(self.parser))(text, path, companions)

    def requirement_lines(self, companion: str) -> Mapping[str, int]:
        """Name → 1-based line in the text of the first companion; empty where the format has no such file."""
        return cast(RequirementLines, _load(self.requirements))(companion) if self.requirements else {}

    def companion_paths(self, path: str) -> tuple[str, ...]:
        folder = posixpath.dirname(path)
        paths = (posixpath.normpath(posixpath.join(folder, name)) for name in self.companions)
        return tuple(path for path in paths if not path.startswith("../"))


@cache
def _load(name: str) -> object:
    module, function = name.split(":")
    return getattr(importlib.import_module(module if "." in module else f"checks.manifests.{module}"), function)


#: The order decides where two patterns match one name: the first one wins.
FORMATS: tuple[Format, ...] = (
    Format(
        "npm-lock",
        "npm",
        ("package-lock.json", "npm-shrinkwrap.json"),
        "npm:parse_package_lock",
        companions=("package.json",),
        requirements="package_json:requirement_lines",
    ),
    Format(
        "yarn-lock",
        "npm",
        ("yarn.lock",),
        "yarn:parse_yarn_lock",
        companions=("package.json",),
        requirements="package_json:requirement_lines",
    ),
    Format(
        "pnpm-lock",
        "npm",
        ("pnpm-lock.yaml",),
        "pnpm:parse_pnpm_lock",
        version=2,
        companions=("package.json",),
        requirements="package_json:requirement_lines",
    ),
    Format(
        "bun-lock",
        "npm",
        ("bun.lock",),
        "bun:parse_bun_lock",
        companions=("package.json",),
        requirements="package_json:requirement_lines",
    ),
    Format(
        "requirements",
        "pypi",
        ("requirements*.txt", "*requirements.txt", "constraints*.txt", "requirements*.lock", "requirements/*.txt"),
        "requirements:parse_requirements",
        companions=("requirements.in",),
    ),
    Format(
        "poetry-lock",
        "pypi",
        ("poetry.lock",),
        "poetry:parse_poetry_lock",
        companions=("pyproject.toml",),
        requirements="pyproject:requirement_lines",
    ),
    Format(
        "uv-lock",
        "pypi",
        ("uv.lock",),
        "uv:parse_uv_lock",
        companions=("pyproject.toml",),
        requirements="pyproject:requirement_lines",
    ),
    Format(
        "pdm-lock",
        "pypi",
        ("pdm.lock",),
        "pdm:parse_pdm_lock",
        companions=("pyproject.toml",),
        requirements="pyproject:requirement_lines",
    ),
    Format(
        "pipfile-lock",
        "pypi",
        ("Pipfile.lock",),
        "pipfile:parse_pipfile_lock",
        companions=("Pipfile",),
        requirements="pipfile:requirement_lines",
    ),
    Format(
        "conda-lock",
        "conda",
        ("conda-lock.yml", "conda-lock.yaml", "*.conda-lock.yml"),
        "conda:parse_conda_lock",
        companions=("environment.yml", "environment.yaml"),
    ),
    Format(
        "conda-explicit",
        "conda",
        ("conda-*.lock",),
        "conda:parse_conda_explicit",
        companions=("environment.yml", "environment.yaml"),
    ),
    Format("pylock", "pypi", ("pylock.toml", "pylock.*.toml"), "pylock:parse_pylock", companions=("pyproject.toml",)),
    Format("go-mod", "golang", ("go.mod",), "go:parse_go_mod", companions=("go.sum",)),
    Format("go-sum", "golang", ("go.sum",), "go:parse_go_sum", companions=("go.mod",)),
    Format("go-vendor", "golang", ("vendor/modules.txt",), "go:parse_vendor_modules", companions=("../go.mod",)),
    Format("go-work", "golang", ("go.work",), "go:parse_go_work", companions=("go.work.sum",)),
    Format(
        "maven-pom",
        "maven",
        ("pom.xml", "*.pom"),
        "maven:parse_pom",
        companions=(
            *("../pom.xml", "../../pom.xml", "../../../pom.xml"),
            *("parent/pom.xml", "../parent/pom.xml", "../../parent/pom.xml"),
        ),
    ),
    Format(
        "gradle-lock",
        "maven",
        (
            *("gradle.lockfile", "buildscript-gradle.lockfile", "settings-gradle.lockfile"),
            "gradle/dependency-locks/*.lockfile",
        ),
        "gradle:parse_lockfile",
    ),
    Format("gradle-catalog", "maven", ("libs.versions.toml", "gradle/*.versions.toml"), "gradle:parse_catalog"),
    Format("gradle-verification", "maven", ("verification-metadata.xml",), "gradle:parse_verification"),
    Format("nuget-lock", "nuget", ("packages.lock.json", "packages.*.lock.json"), "nuget:parse_packages_lock"),
    Format("nuget-config", "nuget", ("packages.config", "packages.*.config"), "nuget:parse_packages_config"),
    Format(
        "msbuild",
        "nuget",
        ("*.csproj", "*.fsproj", "*.vbproj", "*.vcxproj", "Directory.*.props", "Directory.*.targets", "Packages.props"),
        "msbuild:parse_project",
        companions=tuple(
            f"{above}Directory.{kind}.props"
            for kind in ("Packages", "Build")
            for above in ("", "../", "../../", "../../../")
        ),
    ),
    Format(
        "gemfile-lock",
        "gem",
        ("Gemfile.lock", "gems.locked", "*.gemfile.lock"),
        "ruby:parse_gemfile_lock",
        companions=("Gemfile", "gems.rb"),
    ),
    Format("composer-lock", "composer", ("composer.lock",), "php:parse_composer_lock", companions=("composer.json",)),
    Format("swift-resolved", "swift", ("Package.resolved",), "swift:parse_package_resolved"),
    Format("conan-lock", "conan", ("conan.lock",), "conan:parse_conan_lock"),
    Format("renv-lock", "cran", ("renv.lock",), "renv:parse_renv_lock"),
    Format("flake-lock", "nix", ("flake.lock",), "nix:parse_flake_lock"),
    Format("pubspec-lock", "pub", ("pubspec.lock",), "dart:parse_pubspec_lock"),
    Format("podfile-lock", "cocoapods", ("Podfile.lock",), "cocoapods:parse_podfile_lock"),
    Format(
        "github-actions",
        "github",
        (".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml"),
        "actions:parse_workflow",
    ),
    Format(
        "dockerfile",
        "docker",
        (
            *("Dockerfile", "dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile"),
            *("Containerfile", "containerfile", "Containerfile.*", "*.Containerfile"),
        ),
        "dockerfile:parse_dockerfile",
    ),
    Format(
        "compose",
        "docker",
        tuple(
            f"{name}{tail}" for name in ("docker-compose", "compose") for tail in (".yml", ".yaml", ".*.yml", ".*.yaml")
        ),
        "compose:parse_compose",
    ),
    Format("mix-lock", "hex", ("mix.lock",), "hex:parse_mix_lock", companions=("mix.exs",)),
    Format("rebar-lock", "hex", ("rebar.lock",), "hex:parse_rebar_lock"),
    Format("cabal-freeze", "hackage", ("cabal.project.freeze", "cabal.*.project.freeze"), "haskell:parse_cabal_freeze"),
    Format("stack-lock", "hackage", ("stack.yaml.lock", "stack-*.yaml.lock"), "haskell:parse_stack_lock"),
    Format(
        "julia-manifest",
        "julia",
        ("Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml"),
        "julia:parse_manifest",
        companions=("Project.toml",),
    ),
    Format("terraform-lock", "terraform", (".terraform.lock.hcl",), "terraform:parse_terraform_lock"),
    Format("chart-lock", "helm", ("Chart.lock",), "helm:parse_chart_lock"),
    Format("pre-commit", "pre-commit", (".pre-commit-config.yaml",), "precommit:parse_pre_commit"),
    Format("gitmodules", "git", (".gitmodules",), "gitmodules:parse_gitmodules"),
    Format(
        "devcontainer",
        "devcontainer",
        (".devcontainer.json", "devcontainer.json"),
        "devcontainer:parse_devcontainer",
    ),
    Format(
        "runtime-version",
        "generic",
        (".python-version", ".nvmrc", ".node-version", ".ruby-version", ".go-version"),
        "runtimes:parse_version_file",
    ),
    Format("tool-versions", "generic", (".tool-versions",), "runtimes:parse_tool_versions"),
    Format("runtime-txt", "generic", ("runtime.txt",), "runtimes:parse_runtime_txt"),
    Format("paket-lock", "nuget", ("paket.lock",), "paket:parse_paket_lock"),
    Format("sbt-lock", "maven", ("build.sbt.lock",), "sbt:parse_sbt_lock"),
    Format(
        "sbom",
        "sbom",
        (
            *("bom.json", "*.bom.json", "*.cdx.json", "bom.xml", "*.bom.xml", "*.cdx.xml"),
            *("*.spdx", "*.spdx.json", "*.spdx.jsonld", "*.spdx3.json", "*.spdx3.jsonld", "*.spdx.tv"),
            *("sbom.json", "sbom.xml", "sbom-*.json", "sbom_*.json", "*-sbom.json", "*_sbom.json", "*.sbom.json"),
        ),
        "checks.sboms.document:parse",
    ),
    Format(
        "cargo-lock",
        "cargo",
        ("Cargo.lock",),
        "cargo:parse_cargo_lock",
        companions=("Cargo.toml",),
        requirements="cargotoml:requirement_lines",
    ),
)


#: Manifests that ask for ranges. Lock files beside them are judged instead, so these are read only where somebody
#: names the file itself; the order decides, and the last pattern takes requirements under any name.
NAMED: tuple[Format, ...] = (
    Format("package-json", "npm", ("package.json",), "package_json:parse_package_json"),
    Format("pyproject", "pypi", ("pyproject.toml",), "pyproject_manifest:parse_pyproject"),
    Format("setup-cfg", "pypi", ("setup.cfg",), "pyproject_manifest:parse_setup_cfg"),
    Format("cargo-toml", "cargo", ("Cargo.toml",), "cargotoml:parse_cargo_toml"),
    Format("gleam", "hex", ("gleam.toml",), "gleam:parse_gleam"),
    Format("conda-environment", "conda", ("environment*.yml", "environment*.yaml"), "conda:parse_environment"),
    Format("requirements", "pypi", ("*.txt", "*.in"), "requirements:parse_requirements"),
)


def recognize_named(path: str) -> Format | None:
    """The format of a file that somebody names: also where nobody would look for it by itself."""
    name = path.rpartition("/")[2]
    return recognize(path) or next((f for f in NAMED if any(fnmatchcase(name, pattern) for pattern in f.names)), None)


@cache
def _names() -> re.Pattern[str]:
    """All names as one expression, a group per format: a tree of 100,000 files must not cost 100 matches each."""
    alternatives = []
    for index, format_ in enumerate(FORMATS):
        names = "|".join(re.escape(name).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for name in format_.names)
        alternatives.append(f"(?P<f{index}>{names})")
    return re.compile(f"(?:^|/)(?:{'|'.join(alternatives)})\\Z")


@lru_cache(maxsize=4096)
def recognize(path: str) -> Format | None:
    """The format of a file by its path, or None. Installed packages (`node_modules/`, …) are not ours."""
    if any(part in ("node_modules", "site-packages", ".git", "bower_components") for part in path.split("/")[:-1]):
        return None
    match = _names().search(path)
    return FORMATS[int(match.lastgroup[1:])] if match and match.lastgroup else None
