"""Declared, detected, clarified: which layer counts, and what is said where they differ."""

from datetime import UTC, datetime

import pytest

from checks.model.finding import Move
from checks.model.packages import Known, LicenseText, VersionFacts
from checks.model.phrase import Foreign, plain
from checks.rules.licenses.layers import SIMILARITY, at_root
from tests.rules.licensing import B, judge, place, rows, said, text, texts

# -- detected --------------------------------------------------------------------------------------------------------


def test_where_nothing_is_declared_a_recognized_text_is_judged() -> None:
    assert judge(place(), facts=texts(text("MIT"))) == []
    (found,) = judge(place(), facts=texts(text("GPL-3.0-only")))
    assert plain(found.message) == (
        "glyph-core 2.1.0, by its license text LICENSE, is GPL-3.0-only, and licenses.allow has neither it nor "
        "strong-copyleft."
    )
    assert ("license text", "GPL-3.0-only, 100% alike", "LICENSE, sha256 aaaaaaaaaaaa") in list(rows(found))


def test_all_texts_count_together() -> None:
    both = texts(text("MIT", "LICENSE"), text("GPL-3.0-only", "LICENSE.vendored"))
    assert said(place(), facts=both) == [
        "license-not-allowed: glyph-core 2.1.0, by its license texts LICENSE and LICENSE.vendored, is MIT AND "
        "GPL-3.0-only: licenses.allow has neither GPL-3.0-only nor strong-copyleft."
    ]
    assert judge(place(), facts=texts(text("MIT", "LICENSE-MIT"), text("Apache-2.0", "LICENSE-APACHE"))) == []


@pytest.mark.parametrize("similarity", [0.0, SIMILARITY - 0.001, float("nan")])
def test_a_text_that_is_not_near_enough_is_never_judged(similarity: float) -> None:
    assert said(place(), facts=texts(text("MIT", similarity=similarity))) == [
        "license-missing: No license is known for glyph-core 2.1.0: its lock file carries none, no source was "
        "asked and its license text LICENSE is not recognized; read its text, and settle it in licenses.clarify."
    ]


def test_one_text_that_is_not_recognized_leaves_all_open() -> None:
    """It may be the one that takes something away."""
    (message,) = said(place(), facts=texts(text("MIT"), text(None, "PATENTS"), text(None, "EULA.txt")))
    assert "and its license texts PATENTS and EULA.txt are not recognized; " in message


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("LICENSE", True),
        ("COPYING.LESSER", True),
        ("LICENSES/MIT.txt", True),
        ("licenses/LICENSE", True),
        ("glyph_core-2.1.0.dist-info/licenses/LICENSE", True),
        ("glyph_core-2.1.0.dist-info/LICENSE", True),
        ("glyph_core-2.1.0.dist-info/licenses/vendor/llhttp/LICENSE", False),
        ("vendor/llhttp/LICENSE", False),
        ("node_modules/a/LICENSE", False),
        ("src/LICENSE", False),
        ("NOTICE", False),
        ("AUTHORS.rst", False),
        ("licenses/NOTICE.txt", False),
        ("", True),
    ],
)
def test_only_texts_of_the_package_itself_count(path: str, own: bool) -> None:
    assert at_root(path) is own


@pytest.mark.parametrize("declared", ["NOASSERTION", "OTHER", "SEE LICENSE IN LICENSE", "SEE LICENSE IN ./license"])
def test_a_word_that_leaves_the_license_open_is_settled_by_the_text(declared: str) -> None:
    assert judge(place(declared), facts=texts(text("MIT"))) == []
    (found,) = judge(place(declared), facts=texts(text("GPL-3.0-only")))
    assert found.rule == "license-not-allowed"


@pytest.mark.parametrize("declared", ["NONE", "UNLICENSED", "SEE LICENSE IN EULA.txt", "MIT AND NOASSERTION", "MIT*"])
def test_other_words_are_not(declared: str) -> None:
    assert judge(place(declared), facts=texts(text("MIT")))[0].rule == "license-unknown"


@pytest.mark.parametrize(
    ("license_", "rules"),
    [("BSD-3-Clause", []), ("MIT", ["license-unknown", "license-disagreement"]), (None, ["license-unknown"])],
)
def test_an_ambiguous_name_is_settled_by_a_text_that_it_may_mean(license_: str | None, rules: list[str]) -> None:
    assert [found.rule for found in judge(place("BSD"), facts=texts(text(license_)))] == rules


def test_texts_are_not_looked_at_if_the_policy_says_so() -> None:
    facts = texts(text("GPL-3.0-only"))
    assert "carries none and no source was asked; " in said(place(), facts=facts, policy="{detect: never}")[0]
    assert judge(place("MIT"), facts=facts, policy="{detect: never}") == []


# -- disagreement ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("MIT", ["MIT"]),
        ("MIT OR Apache-2.0", ["MIT", "Apache-2.0"]),
        ("MIT OR Apache-2.0", ["Apache-2.0"]),
        ("MIT AND BSD-3-Clause", ["MIT"]),
        ("GPL-2.0-or-later", ["GPL-2.0-only"]),
        ("GPL-2.0-or-later", ["GPL-3.0-only"]),
        ("GPL-3.0-only", ["GPL-3.0-or-later"]),
        ("LGPL-3.0-or-later", ["LGPL-3.0-only", "GPL-3.0-only"]),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0"]),
        ("Apache-2.0", ["Apache-2.0 WITH LLVM-exception"]),
        ("BSD", ["BSD-2-Clause"]),
        ("Python-2.0.1", ["Python-2.0.1"]),
    ],
)
def test_texts_that_the_declaration_names_agree(declared: str, found: list[str]) -> None:
    known = texts(*(text(license_, f"LICENSE-{number}") for number, license_ in enumerate(found)))
    rules = [
        item.rule for item in judge(place(declared), facts=known, policy="{allow: [permissive, GPL-2.0-or-later]}")
    ]
    assert "license-disagreement" not in rules


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("MIT", "GPL-3.0-only"),
        ("MIT", "ISC"),
        ("GPL-2.0-only", "GPL-3.0-only"),
        ("GPL-3.0-or-later", "LGPL-3.0-only"),
        ("LGPL-2.1-only", "GPL-3.0-only"),
        ("UNLICENSED", "MIT"),
        ("NONE", "MIT"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH GCC-exception-2.0"),
        ("BSD", "MIT"),
    ],
)
def test_texts_that_it_does_not_name_disagree(declared: str, found: str) -> None:
    rules = [item.rule for item in judge(place(declared), facts=texts(text(found)))]
    assert rules.count("license-disagreement") == 1


def test_a_disagreement_shows_both_with_path_and_hash() -> None:
    (found,) = judge(place("MIT"), facts=texts(text("GPL-3.0-only", "COPYING", sha256=B)))
    assert found.rule == "license-disagreement"
    assert plain(found.message) == (
        "glyph-core 2.1.0 declares MIT, and its license text COPYING reads as GPL-3.0-only, which is not allowed; read "
        "its text, and settle it in licenses.clarify."
    )
    assert plain(found.headline) == "glyph-core 2.1.0: MIT is declared, GPL-3.0-only found"
    assert list(rows(found)) == [
        ("declared", "MIT", "lock file"),
        ("license text", "GPL-3.0-only, 100% alike", "COPYING, sha256 bbbbbbbbbbbb"),
        ("rule", "license-disagreement: MIT does not name GPL-3.0-only", ""),
        ("verdict", "not allowed", ""),
        ("scope", "runtime", ""),
    ]


def test_the_worst_of_several_texts_is_named() -> None:
    known = texts(text("ISC", "LICENSE"), text("GPL-3.0-only", "COPYING"), text("BSD-2-Clause", "BSD"))
    (message,) = said(place("MIT"), facts=known)
    assert "COPYING reads as GPL-3.0-only, which is not allowed" in message
    (message,) = said(place("MIT"), facts=texts(text("LGPL-3.0")))
    assert "reads as LGPL-3.0, which is not allowed; " in message
    (message,) = said(place("MIT"), facts=texts(text("ISC")))
    assert "reads as ISC, which is allowed; " in message


@pytest.mark.parametrize(
    "path", ["LICENSE-3RD-PARTY", "ThirdPartyNotices.txt", "LICENSE.vendored", "third_party_license.txt"]
)
def test_the_licenses_of_what_it_carries_along_are_no_disagreement(path: str) -> None:
    assert judge(place("MIT"), facts=texts(text("MIT"), text("GPL-3.0-only", path))) == []


@pytest.mark.parametrize(
    ("opinion", "speaks"),
    [
        ("GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", True),
        ("UNLICENSED", True),
        ("MIT", False),
        ("ISC", False),
        ("MIT OR GPL-3.0-only", False),
        ("NOASSERTION", False),
        ("MIT*", False),
        ("", False),
    ],
)
def test_a_second_opinion_speaks_if_it_is_certain_and_worse(opinion: str, speaks: bool) -> None:
    facts = VersionFacts(opinions=(Known(opinion, "registry.example", datetime(2026, 11, 19, tzinfo=UTC)),))
    found = judge(place("MIT"), facts=facts)
    assert bool(found) is speaks
    if speaks:
        assert plain(found[0].message).startswith("glyph-core 2.1.0 declares MIT, and registry.example says ")
        assert ("second opinion", opinion, "registry.example, 2026-11-19") in list(rows(found[0]))


# -- clarified -------------------------------------------------------------------------------------------------------

CLARIFY = (
    "{clarify: [{package: pkg:npm/glyph-core, license: MIT, evidence: LICENSE.md, sha256: SHA-A, "
    "reason: It says so in words., reviewed_by: '@ada'}], allow: [MIT]}"
)


def test_a_clarification_whose_text_is_there_counts_and_is_silent() -> None:
    for declared in (None, "SEE LICENSE IN LICENSE.md", "GPL-3.0-only"):
        assert judge(place(declared), policy=CLARIFY, facts=texts(text(None, "LICENSE.md"))) == []


def test_the_text_may_have_another_name() -> None:
    assert judge(place(), policy=CLARIFY, facts=texts(text(None, "docs/LICENSE"))) == []
    assert judge(place(), policy=CLARIFY, facts=texts(text(None, "LICENSE.md", sha256="A" * 64))) == []


def test_a_clarification_is_judged_like_everything_else() -> None:
    policy = CLARIFY.replace("license: MIT", "license: MIT AND GPL-3.0-only")
    (found,) = judge(place("MIT"), policy=policy, facts=texts(text(None)))
    assert plain(found.message) == (
        "glyph-core 2.1.0, as the policy clarifies it, is MIT AND GPL-3.0-only: licenses.allow has neither "
        "GPL-3.0-only nor strong-copyleft."
    )
    assert (
        "clarified",
        "MIT AND GPL-3.0-only, and the text is the one that was read",
        "LICENSE.md, sha256 aaaaaaaaaaaa",
    ) in list(rows(found))


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (
            [text(None, "LICENSE.md", sha256=B)],
            "has another LICENSE.md than the one that was clarified as MIT, so somebody must read it again.",
        ),
        (
            [text(None, "glyph_core-2.1.0.dist-info/licenses/LICENSE.md", sha256=B)],
            "has another LICENSE.md than the one that was clarified as MIT, so somebody must read it again.",
        ),
        (
            [text("MIT", "LICENSE", sha256=B)],
            "has no text LICENSE.md with the clarified hash any more, so somebody must look again.",
        ),
        ([], "has no text LICENSE.md with the clarified hash any more, so somebody must look again."),
    ],
)
def test_with_another_text_a_clarification_does_not_apply(known: list[LicenseText], message: str) -> None:
    verdict, outdated = judge(place("GPL-3.0-only"), policy=CLARIFY, facts=texts(*known))[:2]
    assert verdict.rule == "license-not-allowed"
    assert (outdated.rule, outdated.move) == ("license-clarification-outdated", Move.OWNER)
    assert plain(outdated.message) == f"glyph-core 2.1.0 {message}"
    assert outdated.policy_key == ("licenses", "clarify", "0")


def test_without_the_text_a_clarification_applies_and_that_is_said() -> None:
    """What a person wrote down about a named package counts offline, too; the level of the rule can forbid it."""
    (found,) = judge(place("SEE LICENSE IN LICENSE.md"), policy=CLARIFY)
    assert found.rule == "license-clarification-unverified"
    assert plain(found.message) == (
        "glyph-core 2.1.0 is judged as MIT, which the policy clarifies; its LICENSE.md is not known here, so nobody "
        "compared the hash."
    )


def test_a_clarification_holds_for_its_versions() -> None:
    policy = CLARIFY.replace("license:", "versions: '<2', license:")
    assert judge(place("GPL-3.0-only"), policy=policy)[0].rule == "license-not-allowed"


def test_of_several_clarifications_the_one_whose_text_is_there_counts() -> None:
    policy = (
        "{clarify: [{package: pkg:npm/glyph-core, license: GPL-3.0-only, evidence: LICENSE, sha256: SHA-B}, "
        "{package: 'pkg:npm/glyph-*', license: MIT, evidence: LICENSE, sha256: SHA-A}]}"
    )
    assert judge(place(), policy=policy, facts=texts(text(None))) == []
    assert judge(place(), policy=policy, facts=texts(text(None, sha256=B)))[0].rule == "license-not-allowed"


def test_a_clarification_settles_a_disagreement() -> None:
    known = texts(text("GPL-3.0-only", "LICENSE.md"))
    assert judge(place("MIT"), policy=CLARIFY, facts=known) == []
    other = judge(place("MIT"), policy=CLARIFY.replace("glyph-core", "other"), facts=known)
    assert [item.rule for item in other] == ["license-disagreement"]


# -- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", ["\x1b[31m", "@everyone", "<img src=x>", "](https://evil.example)", "x" * 9_000])
def test_what_files_are_called_and_hold_stays_foreign(hostile: str) -> None:
    known = VersionFacts(
        texts=Known(
            (LicenseText(hostile, hostile, "GPL-3.0-only", 1.0), LicenseText("L", hostile, hostile, 1.0)), hostile
        ),
        opinions=(Known("GPL-3.0-only", hostile), Known(hostile, hostile)),
    )
    clarify = CLARIFY.replace("LICENSE.md", "'*'")
    for policy in ("{}", clarify):
        for declared in (None, "MIT", hostile):
            for found in judge(place(declared), facts=known, policy=policy):
                said_here = (*found.message, *found.headline)
                parts = (*said_here, *(part for row in found.evidence for part in (*row.actual, *row.source)))
                assert not any(hostile in part for part in parts if not isinstance(part, Foreign))
                assert len("".join(found.headline)) <= 80
