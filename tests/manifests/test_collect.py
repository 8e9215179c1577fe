"""What the line parsers share: lines, limits, scopes over a graph, and XML without its traps."""

import pytest

from checks.manifests import collect
from checks.manifests.collect import Collector, numbered_lines, spread_scopes
from checks.manifests.xmltext import parse_xml
from checks.model.dependency import Dependency, Location, Scope
from checks.model.errors import UnreadableManifest


def dependency(scope: Scope = Scope.UNKNOWN) -> Dependency:
    return Dependency("pkg:generic/a", "a", "1", Location("f", 1, 1), scope)


def test_only_a_line_feed_ends_a_line() -> None:
    text = "a\r\nb\rc\u2028d\x0be\n\nf"
    assert list(numbered_lines(text)) == [(1, "a"), (2, "b\rc\u2028d\x0be"), (3, ""), (4, "f")]


@pytest.mark.parametrize("text", ["x" * 200_000, "a\n" * 2_000_001])
def test_lines_without_end_are_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        for _ in numbered_lines(text):
            pass


def test_a_collector_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MAX_PACKAGES", 2)
    found = Collector("f", "x")
    found.add(dependency())
    found.add(dependency())
    with pytest.raises(UnreadableManifest) as error:
        found.add(dependency())
    assert error.value.code == "too-large"


def test_a_file_of_unreadable_entries_is_refused() -> None:
    found = Collector("f", "x")
    for line in range(collect.MAX_PROBLEMS):
        found.problem("no", line)
    with pytest.raises(UnreadableManifest):
        found.problem("no", 1)


def test_unresolved_entries_are_counted_but_never_refused() -> None:
    found = Collector("f", "x")
    for line in range(5_000):
        found.problem("no version", line, "unresolved")
    assert len(found.inventory().problems) == 1_001


def test_the_scope_nearest_to_users_wins_over_a_circle() -> None:
    #  0 runtime -> 1 <-> 2 ; 3 test -> 2, 4 ; 5 unreached
    edges = [[1], [2], [1], [2, 4], [], []]
    direct = {0: Scope.RUNTIME, 3: Scope.TEST}
    spread = spread_scopes([dependency() for _ in edges], edges, direct)
    runtime, test = Scope.RUNTIME, Scope.TEST
    assert [d.scope for d in spread] == [runtime, runtime, runtime, test, test, Scope.UNKNOWN]


def test_xml_elements_have_lines_and_no_prefix() -> None:
    root = parse_xml('<a:p xmlns:a="x">\r\n<b k="1">t<!-- c -->u\r</b>\n<b/></a:p>', "p")
    first, second = root.all("b")
    assert (first.line, first.end_line, first.text, first.attributes) == (2, 2, "tu ", {"k": "1"})
    assert (second.line, second.end_line) == (3, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE p SYSTEM "file:///etc/passwd"><p/>', "document type"),
        ("<!DOCTYPE p [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><p>&b;</p>", "document type"),
        ("<p>&undefined;</p>", "undefined entity"),
        ("<p>" * 101 + "</p>" * 101, "nested"),
        ("<q/>", "root element"),
        ("<p a='1' a='2'/>", "duplicate attribute"),
        ("", "no element"),
        ("<p/><p/>", "junk"),
    ],
)
def test_xml_that_is_refused(text: str, said: str) -> None:
    with pytest.raises(UnreadableManifest, match=said):
        parse_xml(text, "p")
