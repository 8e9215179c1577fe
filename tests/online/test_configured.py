"""Registries and logins as the user's package managers have them."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.facts.online.configured.registry import Configured
from app.facts.online.configured.user import configured


def found(home: Path, files: Mapping[str, str], checkout: Path | None = None, **variables: str) -> Configured:
    """What is configured by `files` below `home` and by variables."""
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    return configured(home, variables, checkout)


def shown(known: Configured) -> list[tuple[str, str | None, str, str | None]]:
    return [(item.format, item.scope, str(item.address), item.authorization) for item in known.registries]


def test_npm(tmp_path: Path) -> None:
    npmrc = """
    ; a comment
    registry = "https://npm.registry.example/"
    @example:registry=https://npm.example/private/
    //npm.example/private/:_authToken=${NPM_TOKEN}
    //npm.registry.example/:_auth=YWRhOnB3
    _authToken=of-no-host
    save-exact=true
    """
    known = found(tmp_path, {".npmrc": npmrc}, NPM_TOKEN="s3cr3t")
    assert shown(known) == [
        ("npm", None, "https://npm.registry.example", "Basic YWRhOnB3"),
        ("npm", "@example", "https://npm.example/private", "Bearer s3cr3t"),
    ]
    assert [str(pattern) for pattern in known.private] == ["pkg:npm/%40example/*"]
    assert "s3cr3t" not in repr(known)


@pytest.mark.parametrize(
    ("lines", "login"),
    [
        ("//npm.example/:_authToken=top", "Bearer top"),
        ("//npm.example/a/:_authToken=above\n//npm.example/:_authToken=top", "Bearer above"),
        ("//npm.example/a/b/:_authToken=own\n//npm.example/a/:_authToken=above", "Bearer own"),
        ("//npm.example/other/:_authToken=beside", None),
        ("//other.example/:_authToken=elsewhere", None),
        ("//npm.example.evil/:_authToken=longer", None),
        (f"//npm.example/:username=ada\n//npm.example/:_password={base64.b64encode(b'pw').decode()}", "Basic YWRhOnB3"),
        ("//npm.example/:username=ada\n//npm.example/:_password=!", None),
        ("//npm.example/:_authToken=${UNSET}", None),
        ("//npm.example/:_authToken=${UNSET-other}", "Bearer other"),
        ("//npm.example/:_authToken=${UNSET?}", None),
        ("//npm.example/:_authToken=line\x0bbreak", "Bearer line"),
    ],
)
def test_a_login_goes_to_the_address_that_it_belongs_to(tmp_path: Path, lines: str, login: str | None) -> None:
    ((_, _, _, authorization),) = shown(found(tmp_path, {".npmrc": f"registry=https://npm.example/a/b/\n{lines}"}))
    assert authorization == login


def test_pip_and_uv(tmp_path: Path) -> None:
    conf = """
    [global]
    index-url = https://ada:p%40ss@python.registry.example/simple
    extra-index-url =
        https://more.registry.example/simple
        http://plain.registry.example/simple
    """.replace("\n    ", "\n")
    files = {
        ".config/pip/pip.conf": conf,
        ".netrc": "machine more.registry.example login ada password pw\n",
    }
    known = found(tmp_path, files, UV_INDEX="team=https://team.registry.example/simple")
    assert shown(known) == [
        ("pypi", None, "https://python.registry.example/simple", "Basic YWRhOnBAc3M="),
        ("pypi", None, "https://team.registry.example/simple", None),
        ("pypi", None, "https://more.registry.example/simple", "Basic YWRhOnB3"),
    ]
    (first, *_) = shown(found(tmp_path, {}, PIP_INDEX_URL="https://env.registry.example/simple/"))
    assert first[2] == "https://env.registry.example/simple"


def test_go(tmp_path: Path) -> None:
    known = found(
        tmp_path,
        {".config/go/env": "GOPRIVATE=git.example.com,github.com/example/*\nGOPROXY=https://old.example\n"},
        GOPROXY="https://go.registry.example,https://more.registry.example|direct,https://never.example",
    )
    assert shown(known) == [
        ("golang", None, "https://go.registry.example", None),
        ("golang", None, "https://more.registry.example", None),
    ]
    hidden = ["pkg:golang/git.example.com/team/module", "pkg:golang/github.com/example/module/v2"]
    assert all(any(pattern.matches(purl) for pattern in known.private) for purl in hidden)
    assert not any(pattern.matches("pkg:golang/github.com/other/module") for pattern in known.private)


def test_cargo(tmp_path: Path) -> None:
    config = """
    [registries.team-crates]
    index = "sparse+https://crates.registry.example/index/"
    [registries.old]
    index = "https://github.com/example/crates-index"
    [source.crates-io]
    replace-with = "mirror"
    [source.mirror]
    registry = "sparse+https://mirror.registry.example/"
    """
    files = {".cargo/config.toml": config, ".cargo/credentials.toml": '[registries.team-crates]\ntoken = "t0k3n"\n'}
    assert shown(found(tmp_path, files)) == [
        ("cargo", None, "https://crates.registry.example/index", "t0k3n"),
        ("cargo", None, "https://mirror.registry.example", None),
    ]


def test_nuget(tmp_path: Path) -> None:
    config = """<?xml version="1.0"?>
    <configuration>
      <packageSources>
        <add key="Team Feed" value="https://nuget.registry.example/v3/index.json" />
        <add key="off" value="https://off.registry.example/v3/index.json" />
        <add key="folder" value="C:\\packages" />
      </packageSources>
      <disabledPackageSources><add key="off" value="true" /></disabledPackageSources>
      <packageSourceCredentials>
        <Team_x0020_Feed>
          <add key="Username" value="ada" /><add key="ClearTextPassword" value="%NUGET_PASSWORD%" />
        </Team_x0020_Feed>
      </packageSourceCredentials>
    </configuration>"""
    assert shown(found(tmp_path, {".nuget/NuGet/NuGet.Config": config}, NUGET_PASSWORD="pw")) == [
        ("nuget", None, "https://nuget.registry.example/v3/index.json", "Basic YWRhOnB3")
    ]


def test_nothing_of_a_checkout_is_read(tmp_path: Path) -> None:
    """A pull request could send lookups, and logins with them, wherever it likes."""
    checkout = tmp_path / "checkout"
    (checkout / "config").mkdir(parents=True)
    for name in (".npmrc", "pip.conf", "config/env", ".netrc"):
        (checkout / name).write_text("registry=https://evil.example/\n[global]\nindex-url=https://evil.example/\n")
    (tmp_path / "link").symlink_to(checkout / ".npmrc")
    named = {
        "PIP_CONFIG_FILE": str(checkout / "pip.conf"),
        "NPM_CONFIG_GLOBALCONFIG": str(tmp_path / "link"),
        "GOENV": str(checkout / "config" / ".." / "config" / "env"),
        "NETRC": str(checkout / ".netrc"),
        "CARGO_HOME": "relative",
    }
    assert found(checkout, {}, checkout=checkout, **named) == Configured()
    assert shown(found(checkout, {}, checkout=None, **named))


def test_a_relative_path_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url=https://evil.example/\n")
    assert found(tmp_path / "home", {}, PIP_CONFIG_FILE="pip.conf", NPM_CONFIG_USERCONFIG="pip.conf") == Configured()


@pytest.mark.parametrize(
    "text", ["\0", "[", "<a><b>", "registry=", "registry=https://[", "=\n==", "é" * 1000, "[a]\n" * 9]
)
def test_whatever_stands_in_a_file_is_no_error(tmp_path: Path, text: str) -> None:
    names = (
        ".npmrc",
        ".config/pip/pip.conf",
        ".config/go/env",
        ".cargo/config.toml",
        ".nuget/NuGet/NuGet.Config",
        ".netrc",
    )
    assert found(tmp_path, dict.fromkeys(names, text)) == Configured()
