"""Reading advisories in the format of OSV: what they say, and what hostile ones cannot do."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.advisories.ecosystems import identity, purl_of
from checks.advisories.matching import affects
from checks.advisories.osv import UnreadableAdvisory, read_record
from checks.manifests import recognize
from checks.manifests.read import read
from checks.model.advisory import Affected, AffectedRange, Event, RangeKind, Vector

READ = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_record() -> None:
    record = read_record(
        {
            "schema_version": "1.7.5",
            "id": "GHSA-35jh-r3h4-6jhm",
            "aliases": ["CVE-2021-23337"],
            "upstream": ["CVE-2020-1"],
            "related": ["CVE-2000-0001"],
            "summary": "Command Injection\nin lodash ",
            "published": "2021-05-06T16:05:51Z",
            "modified": "2026-01-02T03:04:05.123456789+02:00",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}],
            "database_specific": {"severity": "HIGH"},
            "affected": [
                {
                    "package": {"ecosystem": "npm", "name": "lodash", "purl": "pkg:npm/lodash"},
                    "ranges": [
                        {
                            "type": "SEMVER",
                            "events": [{"introduced": "0"}, {"fixed": "4.17.21"}],
                            "database_specific": {"x": 1},
                        }
                    ],
                    "versions": ["4.17.20"],
                }
            ],
        },
        READ,
    )
    assert record.id == "GHSA-35jh-r3h4-6jhm"
    assert record.aliases == ("CVE-2021-23337",)
    assert record.upstream == ("CVE-2020-1",)
    assert record.summary == "Command Injection in lodash"
    assert record.published == datetime(2021, 5, 6, 16, 5, 51, tzinfo=UTC)
    assert record.modified == datetime(2026, 1, 2, 1, 4, 5, 123456, tzinfo=UTC)
    assert record.rating == "HIGH"
    assert record.severities == (Vector("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"),)
    assert record.url == "https://github.com/advisories/GHSA-35jh-r3h4-6jhm"
    assert (record.source, record.as_of, record.withdrawn, record.malicious) == ("OSV", READ, None, False)
    assert record.affected == (
        Affected(
            "pkg:npm/lodash",
            versions=frozenset({"4.17.20"}),
            ranges=(AffectedRange(RangeKind.SEMVER, (Event("introduced", "0"), Event("fixed", "4.17.21"))),),
        ),
    )


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("npm", "@angular/core", "pkg:npm/%40angular/core"),
        ("PyPI", "Zope.Interface_x", "pkg:pypi/zope-interface-x"),
        ("Go", "github.com/Masterminds/goutils", "pkg:golang/github.com/Masterminds/goutils"),
        ("Go", "stdlib", "pkg:golang/stdlib"),
        ("crates.io", "time", "pkg:cargo/time"),
        ("Maven", "org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core"),
        ("Maven:https://repository.example", "a:b", "pkg:maven/a/b"),
        ("NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json"),
        ("RubyGems", "rack", "pkg:gem/rack"),
        ("Packagist", "Symfony/Http-Kernel", "pkg:composer/symfony/http-kernel"),
        ("Pub", "http", "pkg:pub/http"),
        ("Hex", "Plug", "pkg:hex/plug"),
        ("SwiftURL", "https://github.com/Apple/swift-nio.git", "pkg:swift/github.com/apple/swift-nio"),
        ("SwiftURL", "github.com/apple/swift-nio", "pkg:swift/github.com/apple/swift-nio"),
        ("SwiftURL", "nonsense", ""),
        ("ConanCenter", "openssl", "pkg:conan/openssl"),
        ("Hackage", "aeson", "pkg:hackage/aeson"),
        ("CRAN", "readxl", "pkg:cran/readxl"),
        ("Bioconductor", "limma", "pkg:bioconductor/limma"),
        ("Julia", "HTTP", "pkg:julia/HTTP"),
        ("GitHub Actions", "tj-actions/Changed-Files", "pkg:github/tj-actions/changed-files"),
        ("GitHub Actions", "github/codeql-action/init", "pkg:github/github/codeql-action"),
        ("VSCode", "Publisher.Name", "pkg:vscode-extension/publisher/name"),
        ("Debian:12", "curl", "pkg:deb/debian/curl"),
        ("Alpine:v3.18", "musl", "pkg:apk/alpine/musl"),
        ("Rocky Linux:9", "openssl", "pkg:rpm/rocky-linux/openssl"),
        ("npm", "", ""),
        ("Atlantis", "thing", ""),
    ],
)
def test_the_purl_of_a_package(ecosystem: str, name: str, purl: str) -> None:
    assert purl_of(ecosystem, name) == purl
    assert identity(purl) == purl


def test_an_unknown_ecosystem_may_state_its_purl() -> None:
    assert purl_of("Atlantis", "thing", "pkg:atlantis/a/thing@1.0?x=y") == "pkg:atlantis/a/thing"
    assert purl_of("Atlantis", "thing", "no purl") == ""
    assert purl_of("npm", "left-pad", "pkg:npm/right-pad") == "pkg:npm/left-pad"


@pytest.mark.parametrize(
    ("path", "text", "ecosystem", "name"),
    [
        ("requirements.txt", "Zope.Interface==5.0\n", "PyPI", "zope-interface"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{uses: TJ-Actions/changed-files@v45}]}}", "GitHub Actions",
         "tj-actions/changed-files"),
        ("go.mod", "module m\n\ngo 1.22.1\n\nrequire github.com/Masterminds/goutils v1.1.0\n", "Go",
         "github.com/Masterminds/goutils"),
        ("go.mod", "module m\n\ngo 1.22.1\n", "Go", "stdlib"),
        ("Package.resolved", '{"version": 2, "pins": [{"identity": "swift-nio", "kind": "remoteSourceControl", '
         '"location": "https://github.com/Apple/swift-nio.git", "state": {"version": "2.0.0", "revision": "a"}}]}',
         "SwiftURL", "https://github.com/apple/swift-nio"),
        ("packages.lock.json", '{"version": 1, "dependencies": {"net8.0": {"Newtonsoft.Json": {"type": "Direct", '
         '"resolved": "12.0.1"}}}}', "NuGet", "newtonsoft.json"),
        ("composer.lock", '{"packages": [{"name": "Symfony/http-kernel", "version": "v5.0.0"}], "packages-dev": []}',
         "Packagist", "symfony/http-kernel"),
    ],
)  # fmt: skip
def test_it_is_the_purl_that_our_readers_give(path: str, text: str, ecosystem: str, name: str) -> None:
    format_ = recognize(path)
    assert format_ is not None
    found = {identity(item.purl) for item in read(format_, path, text.encode()).dependencies}
    assert purl_of(ecosystem, name) in found


@pytest.mark.parametrize(
    ("record", "malicious"),
    [
        ({"id": "MAL-2024-1"}, True),
        ({"id": "GHSA-1", "aliases": ["MAL-2024-1"]}, True),
        ({"id": "x_1", "database_specific": {"malicious-packages-origins": []}}, True),
        ({"id": "GHSA-1", "summary": "Malware in thing"}, False),
    ],
)
def test_malware(record: dict[str, Any], malicious: bool) -> None:
    assert read_record(record, None).malicious is malicious


def test_records_that_are_no_vulnerability() -> None:
    entry = {"package": {"ecosystem": "crates.io", "name": "a"}, "database_specific": {"informational": "unmaintained"}}
    plain = {"package": {"ecosystem": "crates.io", "name": "a"}}
    assert read_record({"id": "RUSTSEC-2021-1", "affected": [entry]}, None).informational == "unmaintained"
    assert read_record({"id": "RUSTSEC-2021-1", "affected": [entry, plain]}, None).informational is None


@pytest.mark.parametrize(
    ("record", "url"),
    [
        ({"id": "PYSEC-2020-1"}, "https://osv.dev/vulnerability/PYSEC-2020-1"),
        ({"id": "x_EXAMPLE-1"}, None),
        ({"id": "x_EXAMPLE-1", "references": [{"url": "javascript:alert(1)"}, {"url": "https://a.example/1"}]},
         "https://a.example/1"),
        ({"id": "x_EXAMPLE-1", "references": [{"url": "https://a.example/) [x](y"}, 7, {"url": 7}]}, None),
    ],
)  # fmt: skip
def test_where_people_can_read_it(record: dict[str, Any], url: str | None) -> None:
    assert read_record(record, None).url == url


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-06T16:05:51Z", datetime(2021, 5, 6, 16, 5, 51, tzinfo=UTC)),
        ("2021-05-06T16:05:51", datetime(2021, 5, 6, 16, 5, 51, tzinfo=UTC)),
        ("2021-05-06", datetime(2021, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        (1620317151, None),
    ],
)
def test_times(text: object, moment: datetime | None) -> None:
    assert read_record({"id": "GO-1", "published": text, "withdrawn": text}, None).published == moment


def test_a_summary_is_one_line_of_bounded_length() -> None:
    assert read_record({"id": "GO-1", "details": "# Title\n\nMore\ttext."}, None).summary == "Title More text."
    assert len(read_record({"id": "GO-1", "summary": "x" * 10**6}, None).summary) == 300


@pytest.mark.parametrize(
    "document", [None, 7, "x", [], {}, {"id": 7}, {"id": ""}, {"id": "a b"}, {"id": "a\n"}, {"id": "`"}]
)
def test_what_is_no_advisory(document: object) -> None:
    with pytest.raises(UnreadableAdvisory):
        read_record(document, None)


@pytest.mark.parametrize(
    "ranges",
    [
        "0",
        {"type": "SEMVER"},
        [7],
        [{"type": "SEMVER"}],
        [{"type": "SEMVER", "events": []}],
        [{"type": "SEMVER", "events": [7]}],
        [{"type": "SEMVER", "events": [{"introduced": 0}, {"fixed": "1.0.0"}]}],
        [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": None}]}],
        [{"type": "LATER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}],
    ],
)
def test_a_range_that_cannot_be_understood_is_not_read_as_harmless(ranges: object) -> None:
    entry = {"package": {"ecosystem": "npm", "name": "thing"}, "ranges": ranges, "versions": ["1.0.0"]}
    record = read_record({"id": "GHSA-1", "affected": [entry, 7]}, None)
    assert affects(record, "pkg:npm/thing", "2.0.0") is None
    assert affects(record, "pkg:npm/thing", "1.0.0") is True


def test_versions_that_are_no_list() -> None:
    entry = {"package": {"ecosystem": "npm", "name": "thing"}, "versions": "2.0.0"}
    assert affects(read_record({"id": "GHSA-1", "affected": [entry]}, None), "pkg:npm/thing", "1.0.0") is None


KEYS = """affected package ecosystem name purl ranges type events introduced fixed versions severity score aliases
    summary details published withdrawn database_specific references url informational"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["0", "1.0.0", "npm", "SEMVER"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["affected", "aliases", "severity", "modified", "references"]), JSON), JSON)
def test_no_document_crashes_reader_or_matching(fields: dict[str, Any], specific: Any) -> None:
    record = read_record({**fields, "database_specific": specific, "id": "GHSA-1"}, READ)
    for entry in record.affected:
        assert affects(record, entry.purl, "1.0.0") in (True, False, None)
