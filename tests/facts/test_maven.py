"""Maven repositories: POMs with the licenses of their parents, and the metadata of an artifact."""

import pytest

from checks.facts.exchange import UnreadableAnswer
from checks.facts.registries import maven
from checks.model.facts import Want
from checks.model.packages import Release, VersionFacts
from tests.facts.conversation import answer, asked, converse, said

LIB = ("pkg:maven/org.example/lib", "1.0")
POM = "org/example/lib/1.0/lib-1.0.pom"
PARENT = "<parent><groupId>org.example</groupId><artifactId>base</artifactId><version>7</version></parent>"


def license_of(**poms: str) -> VersionFacts:
    """What is known with these POMs, by artifact."""
    paths = {"lib": POM, "base": "org/example/base/7/base-7.pom"}
    documents = {paths[name]: f"<project>{pom}</project>" for name, pom in poms.items()}
    return converse(maven, documents, LIB, want=Want.LICENSE).version(*LIB)


@pytest.mark.parametrize(
    ("licenses", "license_"),
    [
        ("<license><name> Apache License, Version 2.0 </name><url>https://example.com</url></license>",
         "Apache License, Version 2.0"),
        ("<license><url>https://opensource.org/licenses/MIT</url></license>", "https://opensource.org/licenses/MIT"),
        ("<license><name>EPL-2.0</name></license><license><name>GPL-2.0 OR MIT</name></license>",
         "EPL-2.0 OR (GPL-2.0 OR MIT)"),
        ("<license><name></name></license>", None),
        ("", None),
    ],
)  # fmt: skip
def test_license_forms_of_maven(licenses: str, license_: str | None) -> None:
    assert said(license_of(lib=f"<licenses>{licenses}</licenses>")).get("license") == license_


def test_a_pom_without_licenses_has_those_of_its_parent() -> None:
    found = license_of(lib=PARENT, base="<licenses><license><name>MIT</name></license></licenses>")
    assert said(found) == {"license": "MIT"}


def test_a_parent_that_is_down_is_a_gap() -> None:
    assert said(license_of(lib=PARENT)) == {"gaps": ["no answer at org/example/base/7/base-7.pom"]}


@pytest.mark.parametrize("version", ["${revision}", "[1,2)", "../../..", ""])
def test_a_parent_that_cannot_be_followed_is_a_gap(version: str) -> None:
    found = license_of(lib=PARENT.replace("7", version))
    assert said(found) == {"gaps": ["its license stands in a parent that cannot be followed"]}


def test_parents_in_a_circle_end() -> None:
    found = license_of(lib=PARENT, base=PARENT)
    assert said(found) == {"gaps": ["its license stands in a parent that cannot be followed"]}


def test_where_the_sources_are_and_where_an_artifact_moved_to() -> None:
    pom = """<project xmlns="http://maven.apache.org/POM/4.0.0">
      <scm><url>https://github.com/example/lib/tree/main</url></scm>
      <distributionManagement><relocation><groupId>com.example</groupId></relocation></distributionManagement>
    </project>"""
    facts = converse(maven, {POM: pom}, LIB, want=Want.LICENSE)
    assert said(facts.package(LIB[0])) == {
        "repository": "github.com/example/lib",
        "replaced_by": "pkg:maven/com.example/lib",
    }


def test_the_versions_of_an_artifact() -> None:
    document = """<metadata><versioning><latest>2.0-SNAPSHOT</latest><release>1.1</release>
      <versions><version>1.0</version><version>1.1</version><version> </version><version>../x</version></versions>
      </versioning></metadata>"""
    facts = converse(maven, {"org/example/lib/maven-metadata.xml": document}, LIB, want=Want.RELEASES)
    assert said(facts.package(LIB[0])) == {"releases": (Release("1.0"), Release("1.1")), "latest": "1.1"}


@pytest.mark.parametrize(
    "document",
    [
        "no XML",
        "<html></html>",
        '<!DOCTYPE project [<!ENTITY a "aaaa">]><project>&a;</project>',
        "<project>" + "<a>" * 200 + "</a>" * 200 + "</project>",
    ],
)
def test_what_is_no_pom_is_refused(document: str) -> None:
    (request,) = asked(maven, LIB, want=Want.LICENSE)
    with pytest.raises(UnreadableAnswer):
        answer(maven, request, document)


def test_a_name_cannot_lead_out_of_a_repository() -> None:
    assert asked(maven, ("pkg:maven/org.example/..", "1")) == []
    assert asked(maven, ("pkg:maven/org.example/lib", "../.."), want=Want.LICENSE) == []
