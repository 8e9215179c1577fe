"""`ospo-gate ask` as people run it, with stand-ins for the sources on the network and with a facts file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.checkout import lock
from tests.cli.conftest import Run
from tests.standins import Fault, Standins

POLICY = "version: 1\nlicenses: {}\nvulnerabilities: {}\n"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standins]:
    with Standins() as standins:
        for name, value in standins.environment().items():
            monkeypatch.setenv(name, value)
        standins.depsdev.knows("NPM", "glyph", "1.0.0", publishedAt="2024-01-01T00:00:00Z")
        standins.depsdev.knows("NPM", "glyph", "2.0.0", "GPL-3.0-only", publishedAt="2025-01-01T00:00:00Z")
        standins.depsdev.knows("NPM", "@scope/holed", "1.0.0")
        standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "@scope/holed", "1.0.0", severity=[
            {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
        ])  # fmt: skip
        yield standins


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def test_yes(run: Run, folder: Path, known: Standins) -> None:
    done = run(folder, "ask", "npm:glyph@1.0.0")
    assert done.code == 0
    assert done.out.startswith("yes: glyph 1.0.0 may be used (MIT, published 1 Jan 2024, no known advisories).\n")


def test_no_and_what_may_be_used_instead(run: Run, folder: Path, known: Standins) -> None:
    done = run(folder, "ask", "npm:glyph@2.0.0")
    assert done.code == 1
    assert done.out.startswith(
        "no: glyph 2.0.0 is GPL-3.0-only, and licenses.allow has neither it nor strong-copyleft."
    )
    assert "  May be used: glyph 1.0.0\n" in done.out


def test_the_overrides_of_a_repository_count_where_it_is_named(run: Run, folder: Path, known: Standins) -> None:
    with (folder / "policy.yaml").open("a") as policy:
        policy.write(
            "overrides:\n  - {match: {properties: {use: internal}}, licenses: {allow_also: [strong-copyleft]}}\n"
        )
    assert run(folder, "ask", "npm:glyph@2.0.0").code == 1
    for value, code in (("internal", 0), ("public", 1)):
        named = ("--repository-name", "example/web", "--property", f"use={value}")
        assert run(folder, "ask", "npm:glyph@2.0.0", *named).code == code


def test_the_version_is_found_where_none_is_named(run: Run, folder: Path, known: Standins) -> None:
    assert run(folder, "ask", "npm:glyph").out.startswith("yes: glyph 1.0.0 may be used")


def test_a_known_vulnerability_is_a_no(run: Run, folder: Path, known: Standins) -> None:
    done = run(folder, "ask", "@scope/holed@1.0.0", "--format", "json")
    document = json.loads(done.out)
    assert (done.code, document["verdict"]) == (1, "no")
    assert [finding["rule"] for finding in document["findings"]] == ["vulnerable"]


def test_a_bare_name_is_of_the_kind_that_lies_here(run: Run, folder: Path, known: Standins) -> None:
    (folder / "package-lock.json").write_text(lock(tiny="MIT"))
    (folder / "Dockerfile").write_text("FROM scratch\n")  # no library comes from there
    assert run(folder, "ask", "glyph@1.0.0").code == 0


def test_where_several_kinds_lie_the_person_says_which(run: Run, folder: Path, known: Standins) -> None:
    (folder / "package-lock.json").write_text(lock(tiny="MIT"))
    (folder / "renv.lock").write_text("{}")
    done = run(folder, "ask", "glyph")
    assert done.code == 2
    assert "could be one of several packages here: cran:glyph, npm:glyph" in done.err


def test_a_bare_name_in_an_empty_folder_is_refused_with_the_forms(run: Run, folder: Path, known: Standins) -> None:
    done = run(folder, "ask", "glyph")
    assert done.code == 2
    assert "no manifest is here that tells" in done.err
    assert "npm:left-pad@1.3.0" in done.err


def test_a_source_that_is_down_is_said_and_nothing_hangs(run: Run, folder: Path, known: Standins) -> None:
    with known.osv.behaving(Fault(status=403)), known.github.behaving(Fault(status=403)):
        done = run(folder, "ask", "npm:glyph@1.0.0")
    assert "  OSV could not answer: " in done.out
    assert "[advisories-unknown]" in done.out


def test_from_a_facts_file_without_any_network(run: Run, folder: Path, known: Standins) -> None:
    (folder / "package-lock.json").write_text(lock(glyph=""))
    assert run(folder, "facts", "build", "--for", ".", "--output", "facts.db").code == 0
    known.forget()
    done = run(folder, "ask", "npm:glyph@1.0.0", "--facts", "facts.db")
    assert (done.code, known.counts) == (0, {})
    assert done.out.startswith("yes: glyph 1.0.0 may be used (MIT")


def test_offline_needs_a_file(run: Run, folder: Path) -> None:
    done = run(folder, "ask", "npm:glyph@1.0.0", "--offline")
    assert done.code == 2
    assert "ask --offline needs a facts file" in done.err
