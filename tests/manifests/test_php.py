"""composer.lock: both sections, license, date, branches, and what composer.json asks for."""

import json

import pytest
from hypothesis import given, settings

from checks.manifests.php import parse_composer_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

LOCK = """{
    "content-hash": "aa",
    "packages": [
        {
            "name": "Acme/Mailer",
            "version": "v1.2.0",
            "source": {"type": "git", "url": "https://git.example/acme/mailer.git", "reference": "abc123"},
            "dist": {"type": "zip", "url": "https://dist.example/mailer.zip", "reference": "abc123", "shasum": "d00d"},
            "require": {"php": ">=8", "acme/log": "^1.0"},
            "license": ["MIT", "GPL-2.0-only OR Apache-2.0"],
            "time": "2024-03-01T10:00:00+02:00"
        },
        {
            "name": "acme/log",
            "version": "dev-main",
            "source": {"type": "git", "url": "https://git.example/acme/log.git", "reference": "def456"}
        }
    ],
    "packages-dev": [
        {"name": "acme/tests", "version": "2.0.0", "license": "BSD-3-Clause", "dist": {"type": "path", "url": "../t"}}
    ]
}
"""
MANIFEST = '{"require": {"php": ">=8", "acme/mailer": "^1"}, "require-dev": {"acme/tests": "*"}}'


def lock(text: str = LOCK, manifest: str | None = MANIFEST) -> Inventory:
    return parse_composer_lock(text, "composer.lock", {"composer.json": manifest} if manifest else {})


def test_packages_stand_on_the_line_of_their_name() -> None:
    assert list(located(lock())) == [
        ("Acme/Mailer", "v1.2.0", 5),
        ("acme/log", "dev-main", 14),
        ("acme/tests", "2.0.0", 20),
    ]


def test_license_date_and_hashes_come_from_the_file() -> None:
    mailer = lock().dependencies[0]
    assert mailer.purl == "pkg:composer/acme/mailer"
    assert mailer.license == "MIT OR (GPL-2.0-only OR Apache-2.0)"
    assert str(mailer.published) == "2024-03-01 08:00:00+00:00"
    assert mailer.integrity == ("d00d", "abc123")


def test_scope_direct_and_origin() -> None:
    assert [(d.scope, d.direct, d.origin) for d in lock().dependencies] == [
        (Scope.RUNTIME, True, Origin.REGISTRY),
        (Scope.RUNTIME, False, Origin.GIT),
        (Scope.DEVELOPMENT, True, Origin.PATH),
    ]
    assert {d.direct for d in lock(manifest=None).dependencies} == {None}


def test_why_a_package_is_there() -> None:
    assert [d.name for d in lock().why(1)] == ["Acme/Mailer", "acme/log"]


def test_a_key_twice_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableManifest) as error:
        lock('{\n"packages": [],\n"packages": []\n}')
    assert error.value.line == 3


@pytest.mark.parametrize("entry", ["1", "null", "{}", '{"name": 5}', '{"name": ""}'])
def test_an_entry_without_name_is_a_problem(entry: str) -> None:
    inventory = lock(f'{{"packages": [\n{entry}]}}')
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 2)]


@settings(max_examples=120, deadline=None)
@given(mutated((LOCK, json.dumps(json.loads(LOCK)))), mutated((MANIFEST,)))
def test_no_text_breaks_the_parser(text: str, manifest: str) -> None:
    survives(parse_composer_lock, text, "composer.lock", {"composer.json": manifest})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_composer_lock, text, "composer.lock", {"composer.json": text})
