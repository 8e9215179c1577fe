"""The comment: what must I do? Each rule of the picture is a test."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.dependency import Location
from checks.model.facts import RepositoryFacts
from checks.model.finding import Evidence, Fix, Level, Move
from checks.model.phrase import say
from checks.model.report import CheckOutcome, Conclusion, PolicyReference, Report
from checks.render.checkrun import annotation_message
from checks.render.comment import MARKER, Said, comment
from checks.render.limits import COMMENT
from checks.render.presentation import Presentation
from tests.render.rendered import assert_inert
from tests.render.reports import (
    HOSTILE,
    ON_GITHUB,
    accepted,
    copyleft,
    evaluated,
    finding,
    hostile,
    package,
    picture,
    report,
    silent_source,
    too_new,
    unsigned,
    waiver,
)


def body(given_report: Report, presentation: Presentation = ON_GITHUB, previous: str | None = None) -> str:
    text = comment(given_report, presentation, previous)
    assert text is not None
    return text


def heading(given_report: Report) -> str:
    return body(given_report).splitlines()[1]


def test_the_picture() -> None:
    service = replace(
        ON_GITHUB, details_url="https://gate.example.com/r/3e41c07", commands=frozenset({"wrong", "waive"})
    )
    assert (
        body(picture(), service)
        == """\
<!-- ospo-gate:v1 -->
### ❌ Two things to fix before this can merge

**1. Commit `9f2c1ab` “Add export button” has no sign-off.** Its author is `Ada Lovelace`, so the missing line is \
`Signed-off-by: Ada Lovelace <ada@example.com>`. · `dco-9f2`

**2. `glyph-core` 2.1.0 is `GPL-3.0-only`, and `strong-copyleft` is not allowed here.** Products we ship may not \
contain it. It comes with `chart-kit` 4.2.0 → `svg-mill` 1.8.0 → `glyph-core` 2.1.0 ([`package.json`, line 31]\
(https://github.com/example/web-shop/blob/3e41c07f0b2d4c6e8a9bcdef0123456789abcdef/package.json#L31) and 1 more \
place). `chart-kit` 4.1.3 does without it and passes every check. · `lic-4k7`

Both, from the top of your branch:
```sh
git commit --amend --signoff --no-edit
npm install chart-kit@4.1.3
git commit --all --signoff -m "Use chart-kit 4.1.3"
git push --force-with-lease
```

**Nothing to do, these clear by themselves**
- ⏳ `http-lite` 5.3.0 is 14 hours old and new versions wait 3 days: green on **22 Nov 2026, 18:05 UTC**. \
5.2.4 is old enough. · `age-m2c`
- ❔ `pdf-ink` 3.0.1 cannot be judged: the advisory source has not answered since 07:12 UTC. \
We ask again until the source answers. · `vul-x81`

**Accepted** until 31 Mar 2027: `left-grid` 1.3.0 is `LGPL-2.1-only` (waiver W-2026-014, approved by `@grace`: \
linked dynamically, see LEGAL-123).

The other 3 commits, 37 packages and 1 document are fine.

<sub>Are we wrong? Comment `/ospo-gate wrong lic-4k7 what is right` · Need an exception? \
`/ospo-gate waive lic-4k7 why`, answered within 2 working days \
(contact: [example.com/open-source](https://example.com/open-source)) · \
[Every step of this verdict](https://gate.example.com/r/3e41c07) · \
head `3e41c07` against `b90d2e4`, policy `8d2f61a`</sub>

<!-- ospo-gate:said fix=dco-9f2,lic-4k7 wait=age-m2c,vul-x81 -->
"""
    )


@pytest.mark.parametrize(
    ("given_report", "expected"),
    [
        (report(copyleft()), "### ❌ One thing to fix before this can merge"),
        (report(copyleft(), conclusion=Conclusion.CANNOT_JUDGE), "### ❌ One thing to fix before this can be judged"),
        (report(too_new()), "### ⏳ Nothing for you to do: green on 22 Nov 2026, 18:05 UTC"),
        (report(too_new(), silent_source()), "### ⏳ Nothing for you to do: these clear by themselves"),
        (report(finding(move=Move.OWNER)), "### ✋ Nothing for you to do: one thing must be approved"),
        (evaluated(unsigned(), copyleft()), "### ⚠️ Two things that would block (nothing is blocked yet)"),
        (report(finding(level=Level.WARN)), "### ⚠️ Nothing blocks, one warning"),
    ],
)
def test_the_first_line_says_what_to_do(given_report: Report, expected: str) -> None:
    assert heading(given_report) == expected


@pytest.mark.parametrize(
    "quiet",
    [
        report(),
        report(conclusion=Conclusion.NOTHING_TO_CHECK),
        report(conclusion=Conclusion.OFF),
        report(accepted()),
        report(finding(introduced=False)),
        report(finding(level=Level.NOTE)),
    ],
)
def test_silent_when_there_is_nothing_to_say(quiet: Report) -> None:
    assert comment(quiet, ON_GITHUB, None) is None


def test_in_order_again_says_what_became_of_everything() -> None:
    earlier = body(picture())
    now = report(replace(copyleft(), waiver=waiver(), counts=False))
    assert body(now, previous=earlier).splitlines() == [
        MARKER,
        "### ✅ Everything is in order",
        "",
        "fixed: `dco-9f2` · waited out: `age-m2c`, `vul-x81` · accepted: `lic-4k7`",
        "",
        "<!-- ospo-gate:said fixed=dco-9f2 waited=age-m2c,vul-x81 accepted=lic-4k7 -->",
    ]


@pytest.mark.parametrize("now", [picture(), report(), report(unsigned()), report(accepted(), too_new())])
def test_the_same_report_again_changes_nothing(now: Report) -> None:
    once = body(now, previous=body(picture()))
    assert body(now, previous=once) == once


def test_what_was_fixed_in_two_steps_is_remembered() -> None:
    second = body(report(copyleft()), previous=body(picture()))
    assert "fixed: `dco-9f2`, `lic-4k7` · waited out" in body(report(), previous=second)


@pytest.mark.parametrize("garbage", ["", MARKER, "<!-- ospo-gate:said fix=-->,<b> -->", "x" * 70_000, "\x00" * 9])
def test_an_earlier_comment_that_is_damaged_said_nothing(garbage: str) -> None:
    assert Said.read(garbage) == Said()
    assert "### ✅ Everything is in order" in body(report(), previous=garbage)


@given(st.text())
def test_reading_an_earlier_comment_never_fails(text: str) -> None:
    assert Said.read(f"{text}\r\n<!-- ospo-gate:said fix=lic-4k7 other=x,y -->\r\n{text}").fix in ((), ("lic-4k7",))


def test_mode_off_takes_the_demands_back() -> None:
    text = body(report(conclusion=Conclusion.OFF), previous=body(picture()))
    assert text.splitlines()[1] == "### Nothing is judged here any more"


@pytest.mark.parametrize(("now", "speaks"), [(report(copyleft()), True), (report(too_new()), False)])
def test_a_bot_hears_nothing_until_a_person_must_act(now: Report, speaks: bool) -> None:
    assert (comment(now, Presentation(bot_author=True), None) is not None) is speaks
    assert comment(report(finding(level=Level.WARN)), Presentation(bot_author=True), None) is None
    assert comment(evaluated(copyleft()), Presentation(bot_author=True), None) is None


def test_nothing_is_offered_that_nobody_can_grant() -> None:
    commands = replace(ON_GITHUB, commands=frozenset({"wrong", "waive"}))
    malware = finding("vul-666", rule="malicious-package", waivable=False)
    both = body(report(malware, copyleft()), commands)
    assert "/ospo-gate waive lic-4k7 why" in both
    alone = body(report(malware, contact="https://chat.example/ospo"), commands)
    assert "exception" not in alone
    assert "/ospo-gate wrong vul-666 what is right" in alone
    assert "Questions? Contact: [chat.example/ospo](https://chat.example/ospo)" in alone
    assert "exception" not in body(report(malware), replace(ON_GITHUB, commands=frozenset()))
    assert annotation_message(report(malware), malware, commands.commands).endswith(
        "Wrong? Comment /ospo-gate wrong vul-666 …"
    )


def test_nothing_private_on_a_public_repository() -> None:
    public = RepositoryFacts(name="example/web-shop", visibility="public")
    commands = replace(ON_GITHUB, commands=frozenset({"waive"}))
    text = body(picture(repository=public), commands)
    assert "(waiver W-2026-014)" in text
    assert "A maintainer can ask: `/ospo-gate waive lic-4k7 why`" in text
    for private in ("grace", "dynamically", "LEGAL-123"):
        assert private not in text


def test_the_footer_offers_only_what_exists() -> None:
    text = body(picture())
    assert "/ospo-gate" not in text
    assert "It is a waiver in the policy, approved by the policy's owner, answered within 2 working days" in text


def test_without_a_server_there_are_no_links() -> None:
    assert "](" not in body(picture(contact=None), Presentation())


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../b", "C:/x", "a\\b", "a//b", "a\nb", ""])
def test_a_path_that_leaves_the_repository_is_no_link(path: str) -> None:
    assert "](" not in body(report(finding(location=Location(path, 3))))


def test_links_are_percent_encoded() -> None:
    text = body(report(finding(location=Location("dir (1)/a#b?.json", 3))))
    assert f"/blob/{'3e41c07f0b2d4c6e8a9bcdef0123456789abcdef'}/dir%20%281%29/a%23b%3F.json#L3)" in text


def test_one_cause_is_one_thing() -> None:
    names = [f"part-{number}" for number in range(12)]
    brought = [
        finding(f"lic-{number:03}", subject=package(name), why=("kit 2.0.0", f"{name} 1.0.0"))
        for number, name in enumerate(names)
    ]
    text = body(report(*brought))
    assert "One thing to fix" in text
    assert "The same goes for `part-1` 1.0.0 (`lic-001`)," in text
    assert "`part-8` 1.0.0 (`lic-008`) and 3 more." in text


def test_packages_of_one_thing_of_which_different_things_are_said() -> None:
    declared = [
        finding(
            f"lic-{number}aa",
            rule="license-unknown",
            could_not_tell=True,
            subject=package(name),
            message=say("{} {} declares {}, which is no known license id.", name, "1.0.0", license_),
            headline=say("{} {} declares {}", name, "1.0.0", license_),
        )
        for number, (name, license_) in enumerate([("a", "Foo"), ("b", "Bar"), ("c", "Foo")])
    ]
    text = body(report(*declared))
    assert "One thing to fix" in text
    assert "And `b` 1.0.0 declares `Bar` (`lic-1aa`) and `c` 1.0.0 declares `Foo` (`lic-2aa`)." in text
    assert "The same goes for `c` 1.0.0 (`lic-2aa`)." in body(report(declared[0], declared[2]))


def test_unsigned_commits_are_one_thing() -> None:
    commits = [unsigned(f"dco-{number}aa", f"{number}" * 40) for number in range(1, 4)]
    outcomes = (CheckOutcome("signoff", "sign-off", 3, "commit"),)
    text = body(report(*commits, outcomes=outcomes))
    assert "The same goes for commit `2222222` (`dco-2aa`) and commit `3333333` (`dco-3aa`)." in text


def test_commits_that_need_different_lines_are_several_things() -> None:
    """What is said of one, and the line that it lacks, is not true of the other."""
    found = [
        replace(
            unsigned(f"dco-{name}aa", sha * 40), evidence=(Evidence("expected", say("{}", f"Signed-off-by: {name}")),)
        )
        for name, sha in (("Ada", "1"), ("Bob", "2"), ("Ada", "3"))
    ]
    text = body(report(*found, outcomes=(CheckOutcome("signoff", "sign-off", 3, "commit"),)))
    assert "Two things to fix" in text
    assert "The same goes for commit `3333333`" in text
    assert "The same goes for commit `2222222`" not in text


def test_old_debt_is_one_sentence() -> None:
    old = [finding(f"old-{number}aa", introduced=False, subject=package(f"p{number}")) for number in range(12)]
    text = body(report(copyleft(), *old))
    assert "12 findings were there before this change and do not count." in text
    assert "p3" not in text


@pytest.mark.parametrize(
    ("bad", "judged", "sentence"),
    [
        (1, 41, "The other 40 packages are fine."),
        (1, 2, "The other package is fine."),
        (2, 2, ""),
        (9, 3, ""),
    ],
)
def test_what_is_fine_is_one_sentence(bad: int, judged: int, sentence: str) -> None:
    findings = [finding(f"lic-{number}aa", subject=package(f"p{number}")) for number in range(bad)]
    text = body(report(*findings, outcomes=(CheckOutcome("licenses", "licenses", judged, "package"),)))
    assert sentence in text if sentence else "fine" not in text


def test_the_block_is_for_what_blocks_so_a_warning_has_its_own_command() -> None:
    notices = finding("ntc-1aa", level=Level.WARN, subject=package("b"), fix=Fix(("write it anew",), ("make notice",)))
    assert "Write it anew. Run `make notice`." in body(report(copyleft(), notices, repair=("x",)))


def test_the_block_says_what_it_fixes() -> None:
    by_hand = finding("lic-1aa", subject=package("other"))
    assert "From the top of your branch:\n```sh\nx\n```" in body(report(copyleft(), repair=("x",)))
    assert "What commands can fix, from the top of your branch:" in body(report(copyleft(), by_hand, repair=("x",)))


def test_commands_with_hidden_characters_are_left_out() -> None:
    text = body(report(copyleft(), repair=("npm install '\u202ex'",)))
    assert "```" not in text
    assert "invisible characters" in text


def test_without_a_block_an_item_shows_its_own_commands() -> None:
    text = body(report(finding(fix=Fix(say("use {}", "5.2.4"), ("npm ci", "git push")))))
    assert "Use 5.2.4. Run `npm ci`, then `git push`." in text


def test_four_hundred_findings_stay_readable() -> None:
    many = [finding(f"lic-{number:03}", subject=package(f"p{number}")) for number in range(400)]
    text = body(report(*many), replace(ON_GITHUB, details_url="https://gate.example.com/r/1"))
    assert len(text) < 6_000
    assert "### ❌ 400 things to fix" in text
    assert "**And 390 more** ([all of them](https://gate.example.com/r/1))." in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_inert(text: str) -> None:
    rendered = body(hostile(text), replace(ON_GITHUB, commands=frozenset({"wrong", "waive"})))
    assert_inert(rendered, comments=2)
    assert len(rendered) <= COMMENT


@given(st.text(st.sampled_from("`*[]()<>|#@!\\\n -\u202e") | st.characters(), max_size=80))
@settings(max_examples=40, deadline=None)
def test_any_name_is_inert(text: str) -> None:
    assert_inert(body(hostile(text)), comments=2)


def test_the_largest_report_fits() -> None:
    long = "`|@<" * 2_000
    items = [replace(item, id=f"big-{number:03}x") for number in range(300) for item in hostile(long).findings[:1]]
    big = [replace(item, why=(f"direct-{number} 1",) * 40, rule=f"r{number}") for number, item in enumerate(items)]
    late = [replace(item, move=Move.CLOCK, clears_at=datetime(2026, 1, 1, tzinfo=UTC)) for item in big]
    waived = [replace(item, waiver=waiver(expires=date(2027, 1, 1), reason=long), counts=False) for item in big]
    warned = [replace(item, level=Level.WARN) for item in big]
    text = body(report(*big, *late, *waived, *warned, repair=(long,) * 9, policy=PolicyReference(long, long)))
    assert len(text) <= COMMENT
    assert_inert(text, comments=2)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [(1, "The other commit and 2 packages are fine."), (0, "1 commit and 3 packages are fine.")],
)
def test_one_of_a_kind_reads_like_a_sentence(bad: int, sentence: str) -> None:
    outcomes = (CheckOutcome("signoff", "sign-off", 1, "commit"), CheckOutcome("licenses", "licenses", 3, "package"))
    found = [finding(subject=package("p1"))] * bad or [finding(level=Level.WARN, check="other", rule="x")]
    text = body(report(*found, outcomes=outcomes))
    assert sentence in text
