"""The check through its own door: a small policy, a package, and what is said about it."""

from datetime import UTC, datetime

import pytest

from checks.model.change import ChangeKind, Place
from checks.model.dependency import Dependency, Location, Origin, Scope
from checks.model.errors import PolicyError
from checks.model.facts import SourceState
from checks.model.finding import Level
from checks.model.packages import Gap, Known, VersionFacts
from checks.model.phrase import Foreign, plain
from tests.rules.licensing import SHAPE, judge, place, rows, said, section


@pytest.mark.parametrize("license_", ["MIT", "(MIT OR GPL-3.0-only)", "Unlicense", "Apache 2.0"])
def test_an_allowed_license_is_silent(license_: str) -> None:
    assert judge(place(license_)) == []


@pytest.mark.parametrize(
    ("license_", "policy", "message"),
    [
        (
            "GPL-3.0-only",
            "{}",
            "license-not-allowed: glyph-core 2.1.0 is GPL-3.0-only, and licenses.allow has neither it nor "
            "strong-copyleft.",
        ),
        (
            "AGPL-3.0-only",
            "{}",
            "license-not-allowed: glyph-core 2.1.0 is AGPL-3.0-only, and licenses.allow has neither it nor "
            "strong-copyleft nor network-copyleft.",
        ),
        (
            "JSON",
            "{deny: [JSON]}",
            "license-not-allowed: glyph-core 2.1.0 is JSON, and licenses.deny names it.",
        ),
        (
            "MIT AND GPL-3.0-only",
            "{deny: [GPL-2.0-or-later]}",
            "license-not-allowed: glyph-core 2.1.0 is MIT AND GPL-3.0-only: licenses.deny has GPL-2.0-or-later, which "
            "covers GPL-3.0-only.",
        ),
        (
            "AGPL-3.0",
            "{deny: [network-copyleft]}",
            "license-not-allowed: glyph-core 2.1.0 is AGPL-3.0-only, and licenses.deny has network-copyleft, which it "
            "belongs to.",
        ),
        (
            "GPL-2.0-only OR LGPL-2.1-only",
            "{}",
            "license-not-allowed: glyph-core 2.1.0 offers GPL-2.0-only OR LGPL-2.1-only, and no choice passes: "
            "licenses.allow has neither GPL-2.0-only nor strong-copyleft.",
        ),
        (
            "Apache-2.0 WITH LLVM-exception",
            "{with_falls_back_to_base: false}",
            "license-not-allowed: glyph-core 2.1.0 is Apache-2.0 WITH LLVM-exception, and licenses.allow does not name "
            "it as a pair.",
        ),
        (
            "BSD",
            "{}",
            "license-unknown: glyph-core 2.1.0 declares BSD, which may mean 0BSD, BSD-1-Clause, BSD-2-Clause, "
            "BSD-3-Clause or BSD-4-Clause; read its text, and settle it in licenses.clarify.",
        ),
        (
            "MIT AND Foo-1.0",
            "{}",
            "license-unknown: glyph-core 2.1.0 declares MIT AND Foo-1.0 with Foo-1.0, which is no known license id; "
            "read its text, and settle it in licenses.clarify.",
        ),
        (
            "SEE LICENSE IN x.txt",
            "{}",
            "license-unknown: glyph-core 2.1.0 declares SEE LICENSE IN x.txt, which points to a text that was not "
            "read; read its text, and settle it in licenses.clarify.",
        ),
        (
            "MIT*",
            "{}",
            "license-unknown: glyph-core 2.1.0 declares MIT*, which is not a license expression: the character '*' is "
            "not allowed here (column 4); read its text, and settle it in licenses.clarify.",
        ),
        (
            None,
            "{}",
            "license-missing: No license is known for glyph-core 2.1.0: its lock file carries none and no source was "
            "asked; ask one with --online or --facts, or install packages where the check runs.",
        ),
    ],
)
def test_what_is_said(license_: str | None, policy: str, message: str) -> None:
    assert said(place(license_), policy=policy) == [message]


def test_levels() -> None:
    assert SHAPE.levels == {
        "license-not-allowed": Level.BLOCK,
        "license-unknown": Level.BLOCK,
        "license-missing": Level.WARN,
        "license-disagreement": Level.WARN,
        "license-changed": Level.WARN,
        "license-clarification-outdated": Level.WARN,
        "license-clarification-unverified": Level.NOTE,
        "license-incompatible": Level.NOTE,
        "license-context-unknown": Level.WARN,
        "license-allowance-unused": Level.NOTE,
    }


@pytest.mark.parametrize("scope", [Scope.DEVELOPMENT, Scope.BUILD, Scope.TEST])
def test_tools_may_have_more(scope: Scope) -> None:
    policy = "{development: {allow_also: [strong-copyleft]}}"
    assert judge(place("GPL-3.0-only", scope), policy=policy) == []
    assert judge(place("GPL-3.0-only", Scope.RUNTIME), policy=policy)
    assert judge(place("GPL-3.0-only", Scope.UNKNOWN), policy=policy)
    assert judge(place("GPL-3.0-only", scope), place("GPL-3.0-only", Scope.RUNTIME), policy=policy)


def test_an_exception_is_for_one_package_and_its_versions() -> None:
    policy = (
        "{deny: [strong-copyleft], exceptions: [{package: %s, allow: [GPL-3.0-only], reason: data, versions: '%s'}]}"
    )
    assert judge(place("GPL-3.0-only"), policy=policy % ("pkg:npm/glyph-core", "<3")) == []
    assert judge(place("GPL-3.0-only"), policy=policy % ("pkg:npm/glyph-core", "<2"))
    assert judge(place("GPL-3.0-only"), policy=policy % ("pkg:npm/other", "<3"))
    assert judge(place("AGPL-3.0-only"), policy=policy % ("pkg:npm/glyph-core", "<3"))


def test_the_facts_are_used_where_the_lock_file_is_silent() -> None:
    facts = VersionFacts(Known("GPL-3.0-only", "deps.dev", datetime(2026, 11, 19, tzinfo=UTC)))
    (observation,) = judge(place(None), facts=facts)
    assert plain(observation.evidence[0].source) == "deps.dev, 2026-11-19"


def test_of_two_statements_the_worse_one_counts() -> None:
    facts = VersionFacts(Known("GPL-3.0-only", "deps.dev"))
    (observation,) = judge(place("MIT"), facts=facts)
    assert [plain(item.actual) for item in observation.evidence if item.what == "declared"] == ["MIT", "GPL-3.0-only"]
    assert judge(place("MIT"), place("BSD"))[0].rule == "license-unknown"


def test_why_it_is_no_expression_is_said_in_our_own_words_but_for_what_they_quote() -> None:
    for license_, quoted in (("Our own terms", set()), ("(MIT", {"("}), ("MIT's OR", {"MIT's OR"})):
        foreign = {part for part in judge(place(license_))[0].message if isinstance(part, Foreign)}
        assert foreign - {license_, "glyph-core", "2.1.0"} == quoted - {license_}


def test_where_sources_were_asked_somebody_must_read() -> None:
    (message,) = said(place(None), sources=(SourceState("deps.dev"),))
    assert message.endswith("none and no source names one; read its text, and settle it in licenses.clarify.")


def test_a_silent_source_is_named() -> None:
    facts = VersionFacts(gaps=(Gap("deps.dev", "timeout"),))
    (message,) = said(place(None), facts=facts)
    assert message.endswith("carries none and deps.dev could not answer.")


def test_own_folders_and_removed_packages_are_not_judged() -> None:
    assert judge(place(None, origin=Origin.PATH)) == []
    assert judge(place("GPL-3.0-only"), kind=ChangeKind.REMOVED) == []
    assert judge(place(None, origin=Origin.GIT))[0].rule == "license-missing"
    assert judge(place("GPL-3.0-only", origin=Origin.URL))[0].rule == "license-not-allowed"


def test_nobody_is_asked_for_the_license_of_the_toolchain() -> None:
    """The line `go 1.22` of a go.mod."""
    go = Dependency("pkg:golang/stdlib", "stdlib", "1.22", Location("go.mod", 3))
    assert judge(Place(go, (go,))) == []


@pytest.mark.parametrize(
    ("license_", "policy", "key"),
    [
        ("GPL-3.0-only", "{}", ("licenses", "allow")),
        ("JSON", "{deny: [network-copyleft, JSON]}", ("licenses", "deny", "1")),
        ("AGPL-3.0", "{deny: [JSON, network-copyleft]}", ("licenses", "deny", "1")),
        ("GPL-3.0-only", "{deny: [GPL-2.0+]}", ("licenses", "deny", "0")),
        ("BSD", "{}", ("licenses", "levels", "license-unknown")),
    ],
)
def test_the_place_in_the_policy(license_: str, policy: str, key: tuple[str, ...]) -> None:
    assert judge(place(license_), policy=policy)[0].policy_key == key


def test_evidence_names_the_reasoning() -> None:
    (observation,) = judge(place("MIT AND GPLv2+"))
    assert list(rows(observation)) == [
        ("declared", "MIT AND GPLv2+", "lock file"),
        ("judged as", "MIT AND GPL-2.0-or-later", "normalized"),
        ("failing part", "GPL-2.0-or-later", ""),
        ("category", "strong-copyleft", ""),
        ("part", "MIT: permissive, which is listed in licenses.allow", ""),
        (
            "part",
            "GPL-2.0-or-later: neither it nor its category (strong-copyleft) is listed in licenses.allow",
            "",
        ),
        ("rule", "license-not-allowed: licenses.allow has neither GPL-2.0-or-later nor strong-copyleft", ""),
        ("scope", "runtime", ""),
    ]


@pytest.mark.parametrize("hostile", ["\x1b[31m", "@everyone", "<img src=x>", "MIT](https://evil.example)", "x" * 9_000])
def test_foreign_words_stay_foreign_and_headlines_short(hostile: str) -> None:
    (observation,) = judge(place(hostile))
    ours = "".join(part for part in observation.message + observation.headline if not isinstance(part, Foreign))
    assert hostile not in ours
    assert len("".join(observation.headline)) <= 80


@pytest.mark.parametrize(
    ("entry", "column", "said"),
    [
        ("MTI", 20, "(perhaps 'MIT')"),
        ("permisive", 20, "(perhaps 'permissive')"),
        ("MIT OR ISC", 20, "list each of them: MIT, ISC"),
        ("MIT/ISC", 20, "list each of them: MIT, ISC"),
        ("Apache 2.0", 20, "(perhaps 'Apache-2.0')"),
        ("BSD", 20, "this name is shared by"),
        ("Classpath-exception-2.0", 20, "goes behind WITH"),
        ("GPL-2.0 WITH Clashpath-exception-2.0", 20, "(perhaps 'Classpath-exception-2.0')"),
        ("NOASSERTION", 20, "license-unknown"),
        ("unknown", 20, "license-unknown"),
        ("MIT*", 20, "expected a license id"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place_and_a_hint(entry: str, column: int, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        section(f"{{allow: [{entry}]}}")
    (issue,) = caught.value.issues
    assert (issue.line, issue.column, issue.key) == (2, column, "licenses.allow.0")
    assert said in issue.message


@pytest.mark.parametrize(
    "exception",
    [
        "{package: 'pkg:npm/*', allow: [MIT], reason: x, versions: '<<'}",
        "{package: 'pkg:*/*', allow: [MIT], reason: x}",
        "{package: 'pkg:npm/a', allow: [], reason: x}",
        "{package: 'pkg:npm/a', allow: [MIT]}",
    ],
)
def test_a_wrong_exception_is_refused(exception: str) -> None:
    with pytest.raises(PolicyError):
        section(f"{{exceptions: [{exception}]}}")
