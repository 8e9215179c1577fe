"""pom.xml: properties, management, parents in the tree, profiles, plugins, and what cannot be resolved."""

import pytest
from hypothesis import given, settings

from checks.manifests.maven import parse_pom
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

PARENT = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>org.example</groupId><artifactId>parent</artifactId><version>7</version>
  <properties><managed.version>3.1</managed.version><own>parent</own></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.c</groupId><artifactId>c</artifactId><version>${managed.version}</version></dependency>
    <dependency><groupId>org.t</groupId><artifactId>t</artifactId><version>5</version><scope>test</scope></dependency>
  </dependencies></dependencyManagement>
</project>
"""
POM = """<?xml version="1.0"?>
<!-- a comment -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent>
    <groupId>org.example</groupId>
    <artifactId>parent</artifactId>
    <version>7</version>
  </parent>
  <artifactId>app</artifactId>
  <properties>
    <b.version>${b.major}.0</b.version>
    <b.major>2</b.major>
    <own>child</own>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.a</groupId>
      <artifactId>a</artifactId>
      <version>1.0</version>
    </dependency>
    <dependency>
      <groupId>org.b</groupId>
      <artifactId>b-${own}</artifactId>
      <version>${b.version}</version>
      <scope>provided</scope>
    </dependency>
    <dependency>
      <groupId>org.c</groupId>
      <artifactId>c</artifactId>
      <optional>true</optional>
    </dependency>
    <dependency>
      <groupId>org.t</groupId>
      <artifactId>t</artifactId>
    </dependency>
    <dependency>
      <groupId>${project.groupId}</groupId>
      <artifactId>sibling</artifactId>
      <version>${project.version}</version>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <artifactId>compiler-plugin</artifactId>
        <version>3.13.0</version>
        <dependencies>
          <dependency><groupId>org.j</groupId><artifactId>j</artifactId><version>9</version></dependency>
        </dependencies>
      </plugin>
    </plugins>
  </build>
  <profiles>
    <profile>
      <properties><p>4.4</p></properties>
      <dependencies>
        <dependency><groupId>org.p</groupId><artifactId>p</artifactId><version>${p}</version></dependency>
      </dependencies>
    </profile>
  </profiles>
</project>
"""


def pom(text: str = POM, **companions: str) -> Inventory:
    return parse_pom(text, "app/pom.xml", companions or {"pom.xml": PARENT})


def one(inner: str, before: str = "") -> Inventory:
    text = f"<project>{before}<dependencies>\n<dependency>{inner}</dependency></dependencies></project>"
    return pom(text)


def test_versions_come_from_properties_management_and_the_parent() -> None:
    inventory = pom()
    assert list(located(inventory)) == [
        ("org.a:a", "1.0", 16),
        ("org.b:b-child", "2.0", 21),
        ("org.c:c", "3.1", 27),
        ("org.t:t", "5", 32),
        ("org.example:sibling", "7", 36),
        ("org.apache.maven.plugins:compiler-plugin", "3.13.0", 44),
        ("org.j:j", "9", 48),
        ("org.p:p", "4.4", 57),
    ]
    assert inventory.problems == ()
    assert inventory.dependencies[0].location.end_line == 20


def test_scopes() -> None:
    assert [d.scope for d in pom().dependencies] == [
        Scope.RUNTIME,
        Scope.BUILD,
        Scope.OPTIONAL,
        Scope.TEST,
        Scope.RUNTIME,
        Scope.BUILD,
        Scope.BUILD,
        Scope.RUNTIME,
    ]


def test_without_the_parent_its_versions_are_unresolved_and_said() -> None:
    inventory = pom(POM, **{"elsewhere/pom.xml": PARENT})
    c = inventory.dependencies[2]
    assert (c.name, c.version) == ("org.c:c", None)
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 27), ("unresolved", 32)]
    assert inventory.problems[0].message == "the version of org.c:c comes from a parent, which is not in the tree"


def test_another_project_at_the_parents_place_is_not_the_parent() -> None:
    other = PARENT.replace("<artifactId>parent<", "<artifactId>other<")
    assert parse_pom(POM, "app/pom.xml", {"pom.xml": other}).dependencies[2].version is None


@pytest.mark.parametrize("version", ["[1,2)", "(,1]", "LATEST", "${nowhere}", "${a}", ""])
def test_a_version_that_the_tree_does_not_give_is_none(version: str) -> None:
    inner = f"<groupId>g</groupId><artifactId>a</artifactId><version>{version}</version>"
    inventory = one(inner, "<properties><a>${b}</a><b>${a}</b></properties>")
    assert list(located(inventory)) == [("g:a", None, 2)]
    assert inventory.problems[0].code == "unresolved"


def test_a_system_dependency_is_a_file_of_the_tree() -> None:
    inner = "<groupId>g</groupId><artifactId>a</artifactId><version>1</version><scope>system</scope>"
    found = one(inner + "<systemPath>${x}/lib/a.jar</systemPath>").dependencies[0]
    assert (found.origin, found.source) == (Origin.PATH, "${x}/lib/a.jar")


def test_a_dependency_without_name_is_a_problem() -> None:
    assert one("<groupId>g</groupId>").problems[0].code == "entry"
    assert one("<groupId>g</groupId><artifactId>${x}</artifactId>").problems[0].code == "unresolved"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this is not xml", 1),
        ("<project>\n<dependencies></project>", 2),
        ("\n<!DOCTYPE project [<!ENTITY a 'b'>]>\n<project>&a;</project>", 2),
        ("<settings/>", 1),
        ("<project>\n" + "<a>" * 200 + "</a>" * 200 + "</project>", 2),
    ],
)
def test_what_is_no_pom_is_refused(text: str, line: int) -> None:
    with pytest.raises(UnreadableManifest) as error:
        pom(text)
    assert error.value.line == line


def test_properties_that_multiply_stay_small() -> None:
    doubling = "".join(f"<p{i}>${{p{i + 1}}}${{p{i + 1}}}</p{i}>" for i in range(60))
    inner = "<groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version>"
    assert one(inner, f"<properties>{doubling}<p60>x</p60></properties>").dependencies[0].version is None


@settings(max_examples=120, deadline=None)
@given(mutated((POM, PARENT)))
def test_no_text_breaks_the_parser(text: str) -> None:
    survives(parse_pom, text, "a/pom.xml", {"pom.xml": PARENT})
    survives(parse_pom, POM, "a/pom.xml", {"pom.xml": text})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_pom, text, "a/pom.xml", {"pom.xml": text})
