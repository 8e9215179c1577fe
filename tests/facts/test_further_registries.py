"""RubyGems, Composer, pub, Hex, Hugging Face; and what is refused of any registry."""

import pytest

from checks.facts.exchange import UnreadableAnswer
from checks.facts.registries import (
    crates,
    hex,
    huggingface,
    npm,
    nuget,
    packagist,
    pub,
    pypi,
    rubygems,
    simple,
)
from checks.model.facts import PackageKey
from checks.model.packages import Standing, Status
from tests.facts.conversation import answer, asked, at, converse, said


def test_gems_with_platforms() -> None:
    key, native = ("pkg:gem/nokogiri", "1.15.0"), ("pkg:gem/nokogiri", "1.15.0-x86_64-linux")
    document = """[
      {"number": "1.15.0", "platform": "x86_64-linux", "created_at": "2026-01-02T00:00:00.000Z", "licenses": ["MIT"]},
      {"number": "1.15.0", "platform": "ruby", "created_at": "2026-01-01T00:00:00.000Z", "licenses": ["Ruby", "MIT"],
       "metadata": {"source_code_uri": "https://github.com/sparklemotion/nokogiri"}},
      {"number": "1.16.0.rc1", "platform": "ruby", "licenses": null}, {"number": 3}]"""
    facts = converse(rubygems, {"api/v1/versions/nokogiri.json": document}, key, native)
    assert said(facts.version(*key)) == {"license": "Ruby AND MIT", "published": at("2026-01-01")}
    assert said(facts.version(*native)) == {"license": "MIT", "published": at("2026-01-02")}
    assert said(facts.package(key[0]))["latest"] == "1.15.0"


def test_minified_composer_documents() -> None:
    key, old = ("pkg:composer/example/lib", "v2.0.0"), ("pkg:composer/example/lib", "1.0.0")
    document = """{"minified": "composer/2.0", "packages": {"example/lib": [
      {"version": "v2.0.0", "license": ["MIT", "GPL-3.0-or-later"], "time": "2026-01-01T00:00:00+00:00",
       "abandoned": "example/new", "source": {"url": "https://github.com/example/lib.git"}},
      {"version": "v1.5.0", "time": "2025-01-01T00:00:00+00:00", "abandoned": "__unset"},
      {"version": "v1.0.0", "license": "__unset"}], "evil/lib": [{"version": "v2.0.0", "license": ["WTFPL"]}]}}"""
    facts = converse(packagist, {"p2/example/lib.json": document}, key, old, ("pkg:composer/example/lib", "1.5.0"))
    assert said(facts.version(*key)) == {"license": "MIT OR GPL-3.0-or-later", "published": at("2026-01-01")}
    assert said(facts.version("pkg:composer/example/lib", "1.5.0"))["license"] == "MIT OR GPL-3.0-or-later"
    assert said(facts.version(*old)) == {"published": at("2025-01-01")}
    package = said(facts.package(key[0]))
    assert package["status"] == Status(Standing.DEPRECATED, "abandoned")
    assert (package["replaced_by"], package["latest"]) == ("pkg:composer/example/new", "v2.0.0")


def test_branches_of_composer_packages_are_in_a_document_of_their_own() -> None:
    key = ("pkg:composer/example/lib", "dev-main")
    document = """{"packages": {"example/lib": [
      {"version": "dev-main", "license": ["MIT"], "time": "2026-01-01T00:00:00+00:00"}]}}"""
    facts = converse(packagist, {"p2/example/lib~dev.json": document}, key)
    assert said(facts.version(*key)) == {"license": "MIT", "published": at("2026-01-01")}
    assert said(facts.package(key[0])) == {}, "branches say nothing of the newest release"


PUB = {
    "api/packages/path": """{"name": "path", "isDiscontinued": true, "replacedBy": "paths",
      "latest": {"version": "1.9.0", "pubspec": {"repository": "https://github.com/dart-lang/path"}}, "versions": [
      {"version": "1.8.0", "published": "2026-01-01T00:00:00.123Z", "retracted": true}, {"version": "1.9.0"}]}""",
    "api/packages/path/score": """{
      "tags": ["sdk:dart", "license:bsd-3-clause", "license:osi-approved", "license:fsf-libre"]}""",
}


def test_dart_packages_have_a_license_for_their_newest_version() -> None:
    old, new = ("pkg:pub/path", "1.8.0"), ("pkg:pub/path", "1.9.0")
    facts = converse(pub, PUB, old, new)
    assert said(facts.version(*old)) == {"published": at("2026-01-01T00:00:00.123"), "yanked": "retracted"}
    assert said(facts.version(*new)) == {"license": "bsd-3-clause"}
    package = said(facts.package("pkg:pub/path"))
    assert (package["replaced_by"], package["repository"]) == ("pkg:pub/paths", "github.com/dart-lang/path")
    assert package["status"] == Status(Standing.DEPRECATED, "discontinued")


def test_hex_packages_with_retirements() -> None:
    document = """{"meta": {"licenses": ["Apache-2.0"], "links": {"GitHub": "https://github.com/example/plug"}},
      "latest_stable_version": "1.2.0", "latest_version": "1.2.0", "owners": [{}],
      "releases": [{"version": "1.2.0", "inserted_at": "2026-01-01T00:00:00.123456Z"},
                   {"version": "1.1.0"}, {"version": "1.0.0"}],
      "retirements": {"1.1.0": {"reason": "security", "message": null},
                      "1.0.0": {"reason": "renamed", "message": "plug2"}}}"""
    keys: list[PackageKey] = [("pkg:hex/plug", version) for version in ("1.2.0", "1.1.0", "1.0.0")]
    facts = converse(hex, {"packages/plug": document}, *keys)
    assert [said(facts.version(*key)) for key in keys] == [
        {"license": "Apache-2.0", "published": at("2026-01-01T00:00:00.123456")},
        {"yanked": "security"},
        {"deprecated": "plug2"},
    ]


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("card", "license_"),
    [
        ('"cardData": {"license": "apache-2.0"}', "apache-2.0"),
        ('"cardData": {"license": ["mit", "llama3.1"]}', "mit AND llama3.1"),
        ('"cardData": {"license": "other", "license_name": "deepseek"}', "deepseek"),
        ('"cardData": {"license": "other"}', "other"),
        ('"cardData": {"license": "unknown"}', None),
        ('"tags": ["pytorch", "license:mit"]', "mit"),
        ('"cardData": null', None),
    ],
)
def test_licenses_of_models(card: str, license_: str | None) -> None:
    key = ("pkg:huggingface/example/model", COMMIT)
    document = f'{{{card}, "sha": "{COMMIT}", "lastModified": "2026-01-01T00:00:00Z"}}'
    facts = converse(huggingface, {f"api/models/example/model/revision/{COMMIT}": document}, key)
    assert said(facts.version(*key)) == {
        **({"license": license_} if license_ else {}),
        "published": at("2026-01-01"),
    }


def test_data_sets_of_the_hub() -> None:
    for name in ("example/data", "squad"):
        key = (f"pkg:huggingface/datasets/{name}", "main")
        document = '{"cardData": {"license": ["cc-by-nc-4.0"]}}'
        facts = converse(huggingface, {f"api/datasets/{name}/revision/main": document}, key)
        assert said(facts.version(*key)) == {"license": "cc-by-nc-4.0"}


def test_the_time_of_a_branch_is_no_time_of_publication() -> None:
    key = ("pkg:huggingface/example/model", "main")
    document = f'{{"sha": "{COMMIT}", "lastModified": "2026-01-01T00:00:00Z", "cardData": {{"license": "mit"}}}}'
    facts = converse(huggingface, {"api/models/example/model/revision/main": document}, key)
    assert said(facts.version(*key)) == {"license": "mit"}


@pytest.mark.parametrize("source", [crates, hex, npm, nuget, packagist, pub, pypi, rubygems, simple])
def test_an_answer_of_another_shape_is_refused(source: object) -> None:
    types = {crates: "cargo", hex: "hex", npm: "npm", nuget: "nuget", packagist: "composer", pub: "pub", pypi: "pypi",
             rubygems: "gem", simple: "pypi"}  # fmt: skip
    name = "example/a" if source is packagist else "a"
    (request, *_) = asked(source, (f"pkg:{types[source]}/{name}", "1.0.0"))  # type: ignore[arg-type, index]
    for document in ("7", "null", '"x"', "[7]" if source is not rubygems else "{}", '{"a": 1}'):
        with pytest.raises(UnreadableAnswer):
            answer(source, request, document)  # type: ignore[arg-type]
