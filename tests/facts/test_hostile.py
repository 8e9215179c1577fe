"""Whatever a source answers, its reader gives facts or refuses the answer; nothing else is raised."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts import (
    clearlydefined,
    codec,
    depsdev,
    ecosystems,
    endoflife,
    epss,
    github,
    kev,
    osv,
    scorecard,
)
from checks.facts.exchange import Answer, Form, Request, Source, UnreadableAnswer
from checks.facts.registries import (
    crates,
    crates_index,
    golang,
    hex,
    huggingface,
    maven,
    npm,
    nuget,
    packagist,
    pub,
    pypi,
    rubygems,
    simple,
)
from checks.model.facts import ANYTHING, PackageKey, Want
from tests.facts.conversation import AS_OF, asked

NPM, PY = ("pkg:npm/a", "1.0.0"), ("pkg:pypi/a", "1.0.0")
ECHO = {"versionKey": {"system": "NPM", "name": "a", "version": "1.0.0"}}
#: A source, what it is asked, and an answer with all that its reader looks at.
EXCHANGES: list[tuple[Source, PackageKey, Want, object]] = [
    (depsdev, NPM, Want.LICENSE | Want.HEALTH, {"nextPageToken": "t", "responses": [{"request": ECHO, "version": {
        "licenses": ["non-standard"], "licenseDetails": [{"license": "x", "spdx": "y"}], "publishedAt": "2026-01-01",
        "isDeprecated": True, "deprecatedReason": "x", "projectStatus": {"status": "active", "reason": "x"},
        "relatedProjects": [{"projectKey": {"id": "github.com/a/b"}, "relationType": "SOURCE_REPO",
                             "relationProvenance": "GO_ORIGIN"}]}}]}),
    (depsdev, NPM, Want.RELEASES, {"versions": [{"versionKey": {"version": "1"}, "isDefault": True}]}),
    (osv, NPM, ANYTHING, {"results": [{"vulns": [{"id": "x", "modified": "2026"}], "next_page_token": "t"}]}),
    (endoflife, ("pkg:docker/python", "3"), ANYTHING, {"result": [{"name": "python", "releases": [
        {"name": "3", "eolFrom": "2026-01-01", "latest": {"name": "3.1"}, "codename": "x"}],
        "identifiers": [{"type": "purl", "id": "pkg:docker/library/python"}]}]}),
    (scorecard, ("pkg:github/a/b", "v1"), ANYTHING, {"score": 1, "checks": [{"name": "x", "score": 1, "reason": "y"}]}),
    (ecosystems, NPM, ANYTHING, [{"purl": "pkg:npm/a", "licenses": "MIT", "normalized_licenses": ["MIT"], "status": "x",
        "latest_release_number": "1.0.0", "repo_metadata": {"archived": True}, "maintainers": [{}],
        "dependent_packages_count": 3, "repository_url": "https://github.com/a/b"}]),
    (clearlydefined, NPM, ANYTHING, {"npm/npmjs/-/a/1.0.0": {"licensed": {"declared": "MIT"}}}),
    (github, NPM, ANYTHING, [{"ghsa_id": "x", "cve_id": "y", "type": "malware", "severity": "low", "vulnerabilities": [
        {"package": {"ecosystem": "npm", "name": "a"}, "vulnerable_version_range": "< 1",
         "first_patched_version": "1"}], "epss": [{"percentage": 1, "percentile": 1}],
        "cvss_severities": {"cvss_v3": {"vector_string": "x"}}}]),
    (npm, NPM, ANYTHING, {
        "versions": {"1.0.0": {"license": {"type": "x"}, "licenses": [{"type": "x"}], "deprecated": ""}},
        "time": {"1.0.0": "2026-01-01", "2.0.0": "2026-01-01"}, "dist-tags": {"latest": "1.0.0"},
        "maintainers": [{}], "repository": {"url": "a/b"}}),
    (npm, NPM, Want.LICENSE, {"version": "1.0.0", "licenses": [{"type": "x"}]}),
    (pypi, PY, Want.LICENSE, {"info": {"license": "x", "classifiers": ["License :: x"], "yanked": True,
        "project_urls": {"Source": "https://github.com/a/b"}},
        "urls": [{"upload_time": "2026-01-01", "yanked": True}]}),
    (pypi, PY, Want.RELEASES, {"info": {"version": "1", "project_urls": {"Source": "https://github.com/a/b"}},
        "releases": {"1": [{"upload_time": "2026-01-01"}]}, "ownership": {"roles": [{}]}}),
    (simple, PY, ANYTHING, {"files": [{"filename": "a-1.0.0.tar.gz", "upload-time": "2026-01-01", "yanked": "x"}],
        "versions": ["1.0.0"], "project-status": {"status": "archived", "reason": "x"}}),
    (crates, ("pkg:cargo/a", "1"), ANYTHING, {"crate": {"max_stable_version": "1", "repository": "x"},
        "versions": [{"num": "1", "license": "x", "created_at": "2026-01-01", "yanked": True, "yank_message": "x"}]}),
    (golang, ("pkg:golang/a.b/c", "v1"), Want.PUBLISHED, {"Version": "v1", "Time": "2026-01-01"}),
    (golang, ("pkg:golang/a.b/c", "v1"), Want.STATUS, {"Version": "v1", "Time": "2026-01-01"}),
    (nuget, ("pkg:nuget/a", "1"), ANYTHING, {"items": [{"lower": "0", "upper": "1"}, {"items": [{"catalogEntry": {
        "version": "1", "licenseUrl": "https://x", "listed": False, "published": "1900-01-01",
        "deprecation": {"reasons": ["x"], "message": "y", "alternatePackage": {"id": "b"}}}}]}]}),
    (rubygems, ("pkg:gem/a", "1"), ANYTHING, [{"number": "1", "platform": "java", "created_at": "2026-01-01",
        "licenses": ["x"], "metadata": {"source_code_uri": "x"}}]),
    (packagist, ("pkg:composer/a/b", "1"), ANYTHING, {"minified": "composer/2.0", "packages": {"a/b": [
        {"version": "1", "license": ["x"], "abandoned": "c/d", "source": {"url": "x"}, "time": "x"},
        {"license": "__unset"}]}}),
    (pub, ("pkg:pub/a", "1"), ANYTHING, {"latest": {"version": "1", "pubspec": {"repository": "x"}}, "replacedBy": "b",
        "versions": [{"version": "1", "published": "2026-01-01", "retracted": True}], "isDiscontinued": True}),
    (hex, ("pkg:hex/a", "1"), ANYTHING, {"meta": {"licenses": ["x"], "links": {"x": "https://github.com/a/b"}},
        "releases": [{"version": "1", "inserted_at": "x"}], "retirements": {"1": {"reason": "x", "message": "y"}}}),
    (huggingface, ("pkg:huggingface/a/b", "1"), ANYTHING, {"cardData": {"license": ["x"], "license_name": "y"},
        "tags": ["license:x"], "sha": "1", "lastModified": "2026-01-01"}),
]  # fmt: skip
TEXTS: list[tuple[Source, Request, str]] = [
    (crates_index, asked(crates_index, ("pkg:cargo/a", "1"))[0], '{"vers": "1", "yanked": true, "pubtime": "2026"}\n'),
    (golang, Request("a/@v/v1.mod", (("pkg:golang/a", "v1"),), ANYTHING, form=Form.TEXT, step="mod", carried=("v1",)),
     "// Deprecated: x\nmodule a\nretract (\n\t[v1.0.0, v1.0.1] // why\n)\n"),
    (golang, Request("a/@v/list", (("pkg:golang/a", "v1"),), ANYTHING, form=Form.TEXT, step="list", carried=("v1", ())),
     "v1.0.0\nv1.1.0\n"),
    (maven, asked(maven, ("pkg:maven/a.b/c", "1"), want=Want.LICENSE)[0],
     "<project><parent><groupId>a</groupId></parent><licenses><license><name>x</name></license></licenses></project>"),
    (maven, asked(maven, ("pkg:maven/a.b/c", "1"), want=Want.RELEASES)[0],
     "<metadata><versioning><release>1</release><versions><version>1</version></versions></versioning></metadata>"),
]  # fmt: skip

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def changed(value: Any, draw: st.DrawFn) -> Any:
    """`value` with one part of it, however deep, replaced by something else."""
    if isinstance(value, dict | list) and value and draw(st.integers(0, 7)):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = draw(st.sampled_from(keys))
        copy = value.copy()
        copy[key] = changed(value[key], draw)
        return copy
    return draw(JSON)


@st.composite
def hostile(draw: st.DrawFn, document: object) -> Any:
    for _ in range(draw(st.integers(1, 3))):
        document = changed(document, draw)
    return document


def check(answer: Answer) -> None:
    """What was read can be kept, and what is asked next stays below the base address."""
    for version in answer.facts.versions.values():
        assert codec.decode_version(codec.encode_version(version)) == version
    for package in answer.facts.packages.values():
        assert codec.decode_package(codec.encode_package(package)) == package
    for advisory in answer.facts.advisories.values():
        assert codec.decode_advisory(codec.encode_advisory(advisory)) == advisory
    for request in answer.more:
        assert not request.path.startswith("/")
        assert request.path.isascii()
        assert "://" not in request.path
        assert not {"..", "."} & set(request.path.partition("?")[0].split("/"))


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: f"{exchange[0].__name__}-{exchange[2].name}")
@given(data=st.data())
def test_a_damaged_answer(exchange: tuple[Source, PackageKey, Want, object], data: st.DataObject) -> None:
    source, key, want, document = exchange
    request = asked(source, key, want=want)[0]
    check(source.read(request, document, AS_OF))
    try:
        answer = source.read(request, data.draw(hostile(document)), AS_OF)
    except UnreadableAnswer:
        return
    check(answer)


@pytest.mark.parametrize(("source", "request_", "text"), TEXTS, ids=lambda value: getattr(value, "step", ""))
@given(data=st.data())
def test_a_damaged_text(source: Source, request_: Request, text: str, data: st.DataObject) -> None:
    check(source.read(request_, text, AS_OF))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    noise = data.draw(st.text(max_size=12) | st.text(alphabet='[](){},"/v.0 1\n', max_size=30))
    try:
        answer = source.read(request_, text[:start] + noise + text[end:], AS_OF)
    except UnreadableAnswer:
        return
    check(answer)


@given(JSON)
def test_damaged_lists_of_vulnerabilities(document: Any) -> None:
    (likelihoods,) = epss.requests(["CVE-2026-0001"])
    for read, request in ((kev.read, kev.request()), (epss.read, likelihoods)):
        for wrapped in (document, {"vulnerabilities": [document]}, {"data": [document]}, [document]):
            try:
                check(read(request, wrapped, AS_OF))
            except UnreadableAnswer:
                continue


@given(st.lists(st.tuples(st.text(max_size=30).map(lambda name: f"pkg:{name}"), st.none() | st.text(max_size=9))))
def test_no_package_leads_out_of_a_source(keys: list[PackageKey]) -> None:
    types = [
        "npm",
        "pypi",
        "maven",
        "golang",
        "cargo",
        "nuget",
        "gem",
        "composer",
        "pub",
        "hex",
        "huggingface",
        "github",
    ]
    hostile_names = ["..", ".", "%2e%2e", "a/../b", "a%2F..%2Fb", "?x=y", "#x", "\\..\\", "%00", "//evil.example/a"]
    everything = [*keys, *((f"pkg:{type_}/{name}", "../x") for type_ in types for name in hostile_names)]
    for source in {id(source): source for source in (*(e[0] for e in EXCHANGES), crates_index, maven)}.values():
        check(Answer(more=tuple(source.requests(dict.fromkeys(everything, ANYTHING)))))
