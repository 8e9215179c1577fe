"""May I use this? What people type, and the answer."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.asking import Reply, reply
from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.policies import load_policy
from checks.engine.ask import read
from checks.model.answer import Asked, Verdict
from checks.model.dependency import Scope
from checks.model.errors import UsageError
from checks.model.facts import Facts, PackageKey, Questions, SourceState, Want
from checks.model.packages import Gap, Known, PackageFacts, Release, VersionFacts
from checks.render.asked import text, to_json

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PURL = "pkg:npm/glyph"


@pytest.mark.parametrize(
    ("typed", "purl", "version"),
    [
        ("pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad", "1.3.0"),
        ("pkg:npm/%40scope/name", "pkg:npm/%40scope/name", None),
        ("npm:left-pad@1.3.0", "pkg:npm/left-pad", "1.3.0"),
        ("npm:@scope/name@1.0.0-rc.1", "pkg:npm/%40scope/name", "1.0.0-rc.1"),
        ("@scope/name", "pkg:npm/%40scope/name", None),
        ("@scope/name@2", "pkg:npm/%40scope/name", "2"),
        ("pypi:Typing_Extensions", "pkg:pypi/typing-extensions", None),
        ("requests==2.32.0", "pkg:pypi/requests", "2.32.0"),
        ("crates:serde@1.0.0", "pkg:cargo/serde", "1.0.0"),
        ("org.apache.commons:commons-lang3:3.14.0", "pkg:maven/org.apache.commons/commons-lang3", "3.14.0"),
        ("maven:org.a/b@1", "pkg:maven/org.a/b", "1"),
        ("github.com/Org/Module@v1.2.0", "pkg:golang/github.com/Org/Module", "v1.2.0"),
        ("composer:Symfony/Console", "pkg:composer/symfony/console", None),
    ],
)
def test_every_way_to_write_a_package(typed: str, purl: str, version: str | None) -> None:
    asked = read(typed)
    assert (asked.purl, asked.version) == (purl, version)


def test_a_bare_name_is_of_the_kind_that_is_used_here() -> None:
    assert read("left-pad@1.3.0", {"npm"}).purl == "pkg:npm/left-pad"


@pytest.mark.parametrize(
    ("typed", "types", "said"),
    [
        ("left-pad", (), "could be a package of any kind"),
        ("left-pad", ("npm", "pypi"), "npm:left-pad, pypi:left-pad"),
        ("", (), "is not a package"),
        ("pkg:npm", (), "not a package URL"),
        ("pypi:a/b", (), "is not the name of a package of type pypi"),
        ("a\x1b[31m", (), r"'a\\x1b\[31m' is not a package"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_forms(typed: str, types: Collection[str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        read(typed, types)
    assert "pkg:npm/left-pad@1.3.0" in raised.value.hint


class Shelf:
    """A source that knows these versions, and remembers what it was asked."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.asked: list[dict[PackageKey, Want]] = []

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        self.asked.append(dict(questions))
        return self.facts


def shelf(*versions: tuple[str, str, int], gap: bool = False) -> Shelf:
    """Versions with license and age in days."""
    known: dict[PackageKey, VersionFacts] = {}
    releases = []
    for version, license_, age in versions:
        published = NOW - timedelta(days=age)
        known[PURL, version] = VersionFacts(
            license=Known(license_, "deps.dev", NOW), published=Known(published, "deps.dev", NOW)
        )
        releases.append(Release(version, published))
    package = PackageFacts(releases=Known(tuple(releases), "deps.dev", NOW)) if releases else PackageFacts()
    if gap:
        package = replace(package, gaps=(Gap("deps.dev", "no answer within 5 seconds", about=Want.RELEASES),))
    return Shelf(Facts(known, {PURL: package}, sources=(SourceState("deps.dev", NOW - timedelta(hours=2)),)))


def asked(word: str, source: Shelf, policy: str = "licenses: {}\nfreshness: {minimum_age: 3 days}") -> Reply:
    loaded = load_policy(f"version: 1\n{policy}\n".encode(), "policy.yaml")
    return drive(reply(read(word), FactChain(Facts(), (), (source,)), loaded, lambda: NOW))


def said(word: str, source: Shelf, policy: str = "licenses: {}\nfreshness: {minimum_age: 3 days}") -> Sequence[str]:
    found = asked(word, source, policy)
    return text(found.answer, found.facts, NOW).splitlines()


def test_yes_with_what_is_known() -> None:
    source = shelf(("1.0.0", "MIT", 400))
    assert said("npm:glyph@1.0.0", source) == [
        "yes: glyph 1.0.0 may be used (MIT, published 16 Oct 2025).",
        "  Data: deps.dev (2 hours old)",
    ]
    assert len(source.asked) == 1, "a yes asks for no other versions"


def test_no_with_the_reason_and_the_version_that_may_be_used() -> None:
    source = shelf(("1.0.0", "MIT", 400), ("2.0.0", "GPL-3.0-only", 300))
    first, *rest = said("npm:glyph@2.0.0", source)
    assert first == "no: glyph 2.0.0 is GPL-3.0-only, and licenses.allow has neither it nor strong-copyleft."
    assert "  May be used: glyph 1.0.0" in rest


def test_a_version_above_is_preferred_to_one_below() -> None:
    source = shelf(("1.0.0", "MIT", 400), ("2.0.0", "GPL-3.0-only", 300), ("2.1.0", "MIT", 200), ("3.0.0", "MIT", 90))
    assert asked("npm:glyph@2.0.0", source).answer.alternative == "2.1.0"


def test_without_a_version_the_newest_that_may_be_used_is_the_answer() -> None:
    source = shelf(
        ("1.0.0", "MIT", 400), ("2.0.0", "MIT", 200), ("3.0.0", "GPL-3.0-only", 90), ("4.0.0-rc.1", "MIT", 80)
    )
    found = asked("npm:glyph", source).answer
    assert (found.verdict, found.asked.version) == (Verdict.YES, "2.0.0")


def test_not_now_says_when_and_what_may_be_used_until_then() -> None:
    source = shelf(("1.0.0", "MIT", 400), ("1.1.0", "MIT", 1))
    found = asked("npm:glyph@1.1.0", source).answer
    assert (found.verdict, found.until, found.alternative) == (Verdict.NOT_NOW, NOW + timedelta(days=2), "1.0.0")
    first = said("npm:glyph@1.1.0", source)[0]
    assert first.startswith("not now: ")
    assert first.endswith("1.0.0 may be used now.")


def test_what_nobody_knows_is_no_yes() -> None:
    source = shelf(gap=True)
    assert asked("npm:glyph", source).answer.verdict is Verdict.CANNOT_SAY
    assert said("npm:glyph", source)[0] == (
        "cannot say: no version of glyph is known here: deps.dev: no answer within 5 seconds."
    )


def test_json_has_the_same_in_fields() -> None:
    found = asked("npm:glyph@2.0.0", shelf(("1.0.0", "MIT", 400), ("2.0.0", "GPL-3.0-only", 300)))
    document = to_json(found.answer, found.facts)
    assert (document["verdict"], document["package"], document["alternative"]) == ("no", "pkg:npm/glyph@2.0.0", "1.0.0")
    assert [finding["rule"] for finding in document["findings"]] == ["license-not-allowed"]


def test_at_most_twenty_versions_are_looked_at() -> None:
    source = shelf(*((f"1.{number}.0", "GPL-3.0-only", 100) for number in range(50)))
    found = asked("npm:glyph", source).answer
    assert found.verdict is Verdict.NO
    assert len({key for key in source.asked[-1] if key[0] == PURL}) == 20


def test_what_is_asked_is_of_the_scope_that_is_named() -> None:
    policy = "licenses: {development: {allow_also: [strong-copyleft]}}"
    source = shelf(("2.0.0", "GPL-3.0-only", 300))
    loaded = load_policy(f"version: 1\n{policy}\n".encode(), "policy.yaml")
    tool = Asked(PURL, "glyph", "2.0.0", Scope.DEVELOPMENT)
    found = drive(reply(tool, FactChain(Facts(), (), (source,)), loaded, lambda: NOW))
    assert found.answer.verdict is Verdict.YES
