"""OSV's exports: what they are complete for, and that nothing in them can do harm."""

import os
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.facts import osv_export
from app.facts.build import from_export
from app.facts.container import FactsFile
from app.facts.file import FileFacts
from app.facts.file_records import exploited_records
from app.facts.osv_export import exported_at, read_exports
from checks.model.errors import UsageError
from checks.model.facts import Facts, Want
from tests.facts_file.files import archive, asked, made, npm, vulnerability
from tests.online.timed import START, Clock

LODASH = vulnerability("GHSA-1111-1111-1111", ("npm", "lodash"))
BOTH = vulnerability("GHSA-2222-2222-2222", ("npm", "both"), ("PyPI", "both"))
REQUESTS = vulnerability("PYSEC-2026-1", ("PyPI", "requests"))


def file_of(*paths: Path, packages: set[str] | None = None) -> FactsFile:
    wanted = frozenset(packages) if packages is not None else None
    return made(from_export(read_exports(paths, wanted, START), packages, START), Clock())


def advisories(file: FactsFile, name: str, version: str = "1.0.0") -> tuple[str, ...] | None:
    """The ids; None: nobody can tell."""
    known = FileFacts(file).look_up(asked(npm(name, version), want=Want.ADVISORIES)).version(*npm(name, version))
    return known.advisories.value if known.advisories else None


def test_ranges_decide(tmp_path: Path) -> None:
    file = file_of(archive(tmp_path / "all.zip", LODASH), packages={"pkg:npm/lodash", "pkg:npm/tiny"})
    assert advisories(file, "lodash", "1.9.9") == ("GHSA-1111-1111-1111",)
    assert advisories(file, "lodash", "2.0.0") == ()
    assert advisories(file, "tiny") == ()


def test_a_version_that_has_no_place_keeps_its_advisory(tmp_path: Path) -> None:
    """The rule `advisory-version-unknown` speaks of it."""
    file = file_of(archive(tmp_path / "all.zip", LODASH), packages={"pkg:npm/lodash"})
    assert advisories(file, "lodash", "main") == ("GHSA-1111-1111-1111",)


def test_what_was_not_asked_for_is_not_known(tmp_path: Path) -> None:
    file = file_of(archive(tmp_path / "all.zip", LODASH), packages={"pkg:npm/lodash"})
    assert advisories(file, "tiny") is None


def test_with_everything_any_package_is_known(tmp_path: Path) -> None:
    file = file_of(archive(tmp_path / "all.zip", LODASH, REQUESTS))
    assert file.header.complete == ("npm", "pypi")
    assert advisories(file, "tiny") == ()
    known = FileFacts(file).look_up({("pkg:cargo/serde", "1.0.0"): Want.ADVISORIES})
    assert known.version("pkg:cargo/serde", "1.0.0").advisories is None


def test_an_export_of_one_ecosystem_is_not_complete_for_others_that_its_records_name(tmp_path: Path) -> None:
    """The export for Python has the records about npm packages that are about Python packages too, and no others."""
    archive(tmp_path / "PyPI" / "all.zip", REQUESTS, BOTH)
    file = file_of(tmp_path, packages={"pkg:npm/both", "pkg:pypi/both"})
    assert advisories(file, "both") is None
    known = FileFacts(file).look_up({("pkg:pypi/both", "1.0.0"): Want.ADVISORIES}).version("pkg:pypi/both", "1.0.0")
    assert known.advisories
    assert known.advisories.value == ("GHSA-2222-2222-2222",)


def test_of_distributions_nobody_can_tell_which_export_it_was(tmp_path: Path) -> None:
    debian = vulnerability("DSA-1", ("Debian:12", "openssl"))
    assert file_of(archive(tmp_path / "all.zip", debian, LODASH)).header.complete == ("npm",)


def test_withdrawn_advisories_are_left_out(tmp_path: Path) -> None:
    withdrawn = {**LODASH, "withdrawn": "2026-02-01T00:00:00Z"}
    file = file_of(archive(tmp_path / "all.zip", withdrawn), packages={"pkg:npm/lodash"})
    assert advisories(file, "lodash") == ()


def test_records_may_lie_in_folders(tmp_path: Path) -> None:
    zipfile.ZipFile(archive(tmp_path / "all.zip", LODASH)).extractall(tmp_path / "npm")
    (tmp_path / "all.zip").unlink()
    assert advisories(file_of(tmp_path, packages={"pkg:npm/lodash"}), "lodash") == ("GHSA-1111-1111-1111",)


def test_its_age_is_that_of_the_file(tmp_path: Path) -> None:
    """An export from last year that is read today is data from last year."""
    old = archive(tmp_path / "npm" / "all.zip", LODASH)
    archive(tmp_path / "PyPI" / "all.zip", REQUESTS)
    moment = datetime(2025, 11, 20, tzinfo=UTC)
    os.utime(old, (moment.timestamp(), moment.timestamp()))
    assert exported_at(tmp_path) == moment


def test_a_catalog_that_was_not_asked_about_every_cve_is_silent(tmp_path: Path) -> None:
    named = [("OSV-1", "CVE-2026-0001"), ("OSV-2", "CVE-2026-0002")]
    path = archive(tmp_path / "all.zip", *(vulnerability(id_, ("npm", "lodash"), aliases=[cve]) for id_, cve in named))
    content = from_export(read_exports([path], None, START), None, START)
    for asked_about, silent in ((["CVE-2026-0001"], True), (["CVE-2026-0001", "CVE-2026-0002"], False)):
        content.add(exploited_records(Facts(), asked_about, START))
        facts = FileFacts(made(content, Clock())).look_up(asked(npm("lodash"), want=Want.ADVISORIES))
        (state,) = [state for state in facts.sources if state.name == "KEV"]
        assert (state.as_of is None, state.trouble is not None) == (silent, silent)


def test_names_lead_nowhere(tmp_path: Path) -> None:
    data = archive(tmp_path / "in" / "all.zip", LODASH, **{"..__..__escaped_json": b'{"id":"OSV-1","affected":[]}'})
    file_of(data, packages={"pkg:npm/lodash"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["all.zip", "in"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[1]", "is no advisory"),
        (b"{", "is no advisory"),
        (b"[" * 100_000, "is no advisory"),
        (b'{"id":7,"affected":[{"package":{"ecosystem":"npm","name":"lodash"}}]}', "without a usable id"),
        (b" " * 20_000_000, "is larger than 16,000,000 bytes"),
    ],
)
def test_a_record_that_cannot_be_read_fails_the_export(tmp_path: Path, content: bytes, says: str) -> None:
    data = archive(tmp_path / "all.zip", LODASH, bad_json=content)
    with pytest.raises(UsageError, match=says):
        file_of(data, packages={"pkg:npm/lodash"})


def test_an_archive_that_grows_too_much_is_given_up(tmp_path: Path) -> None:
    """200 small entries of 1 MB zeros each, after a record that is right."""
    zeros = {f"{number}_json": b'{"a":"' + b"0" * 1_000_000 + b'"}' for number in range(200)}
    data = archive(tmp_path / "all.zip", LODASH, **zeros)
    with pytest.raises(UsageError, match="100 times its size"):
        file_of(data, packages={"pkg:npm/lodash"})


def test_too_many_entries_are_not_counted_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv_export, "MAX_ENTRIES", 1)
    with pytest.raises(UsageError, match="has more than 1 entries"):
        file_of(archive(tmp_path / "all.zip", LODASH, BOTH))


def test_every_way_to_damage_an_archive_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "all.zip", LODASH)
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(UsageError):
            file_of(path)
    for place in range(0, len(data), 3):
        changed = bytearray(data)
        changed[place] ^= 0xFF
        path.write_bytes(bytes(changed))
        with suppress(UsageError):  # and nothing else; some bytes mean nothing, such as times
            file_of(path)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "all.zip", LODASH)
    data = bytearray(path.read_bytes())
    for start in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[start] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(UsageError, match="encrypted"):
        file_of(path)


def test_a_folder_without_exports_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no"):
        file_of(tmp_path)
