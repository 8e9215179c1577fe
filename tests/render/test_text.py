"""The terminal: the verdict first, nothing that steers it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.dependency import Location
from checks.model.finding import Fix, Level, Subject
from checks.model.phrase import say
from checks.model.report import CheckOutcome, Conclusion
from checks.render.text import text
from tests.render.reports import HOSTILE, copyleft, evaluated, finding, hostile, package, picture, report


def test_the_picture() -> None:
    assert (
        text(picture())
        == """\
✗ 2 to fix · 2 clear by themselves · 1 waived

To fix

  commit 9f2c1ab  signoff-missing  dco-9f2
    Commit 9f2c1ab “Add export button” has no sign-off.
    fix     Its author is Ada Lovelace, so the missing line is Signed-off-by: Ada Lovelace
            <ada@example.com>.

  package.json:31  license-not-allowed  lic-4k7
    glyph-core 2.1.0 is GPL-3.0-only, and strong-copyleft is not allowed here.
    Products we ship may not contain it.
    via     chart-kit 4.2.0 → svg-mill 1.8.0 → glyph-core 2.1.0
    also in package-lock.json:8841
    policy  example/policy@main line 41
    fix     chart-kit 4.1.3 does without it and passes every check.

Both, from the top of your branch

  git commit --amend --signoff --no-edit
  npm install chart-kit@4.1.3
  git commit --all --signoff -m "Use chart-kit 4.1.3"
  git push --force-with-lease

Clears by itself

  package-lock.json:912  too-new  age-m2c
    http-lite 5.3.0 is 14 hours old and new versions wait 3 days.
    until   22 Nov 2026, 18:05 UTC
    fix     5.2.4 is old enough.

  package-lock.json:1733  advisories-unknown  vul-x81
    pdf-ink 3.0.1 cannot be judged: the advisory source has not answered since 07:12 UTC.
    until   the source answers

Accepted
  until 31 Mar 2027: left-grid 1.3.0 is LGPL-2.1-only (waiver W-2026-014, approved by @grace: linked
    dynamically, see LEGAL-123)

The other 3 commits, 37 packages and 1 document are fine.
Need an exception? It is a waiver in the policy, approved by the policy's owner, answered within 2
working days. Contact: https://example.com/open-source
Head 3e41c07 against b90d2e4, policy 8d2f61a
"""
    )


def test_all_fine_is_three_lines() -> None:
    assert (
        text(report())
        == """\
✓ Everything is in order

All 41 packages are fine.
Head 3e41c07 against b90d2e4, policy 8d2f61a
"""
    )


def test_the_first_line_is_the_verdict() -> None:
    assert text(report(conclusion=Conclusion.NOTHING_TO_CHECK, outcomes=())).startswith("✓ Nothing to check\n")
    assert text(evaluated(copyleft())).startswith("! Would block: 1 to fix\n")
    assert text(report(conclusion=Conclusion.OFF)).startswith("· Not judged: the policy's mode is off\n")


def test_what_is_not_judged_here_is_said() -> None:
    outcome = CheckOutcome("agreements", "agreements", 0, "commit", (say("nobody's signatures are known"),))
    assert "Not judged here: nobody's signatures are known." in text(report(outcomes=(outcome,)))


def test_color_only_when_asked() -> None:
    colored = text(picture(), color=True)
    assert "\x1b[31;1m✗ 2 to fix" in colored
    plain = "".join(part.partition("m")[2] if index else part for index, part in enumerate(colored.split("\x1b[")))
    assert plain == text(picture())


def test_the_block_is_for_what_blocks_so_a_warning_has_its_own_command() -> None:
    notices = finding("ntc-1aa", level=Level.WARN, fix=Fix(("write it anew",), ("make notice",)))
    assert "fix     Write it anew.\n            make notice\n" in text(report(copyleft(), notices, repair=("x",)))


def test_lines_wrap_but_commands_do_not() -> None:
    command = "npm install " + "chart-kit@4.1.3 " * 9
    narrow = text(report(copyleft(), repair=(command,)), width=50)
    assert all(len(row) <= 50 for row in narrow.splitlines() if "npm" not in row)
    assert command.strip() in narrow


def test_many_findings_are_counted() -> None:
    many = [finding(f"lic-{number:03}", subject=package(f"p{number}")) for number in range(400)]
    assert "  and 380 more: --format json lists all of them" in text(report(*many))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_steers_the_terminal_or_the_runner(name: str) -> None:
    assert_harmless(text(hostile(name)))


@given(st.text(st.sampled_from(":#[]\x1b\r\n\u202e ") | st.characters(), max_size=40))
@settings(max_examples=50, deadline=None)
def test_no_name_steers_anything(name: str) -> None:
    assert_harmless(text(hostile(name)))


def assert_harmless(shown: str) -> None:
    for row in shown.split("\n"):
        assert "##[" not in row
        assert not row.lstrip().startswith("::")
        assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in row)
        assert "\u202e" not in row
        row.encode("utf-8")


def test_of_fifty_findings_the_first_ones_are_shown() -> None:
    many = [
        finding(
            f"lic-{n}",
            subject=package(f"p{n}"),
            location=Location("package-lock.json", n),
            level=Level.WARN,
            why=(f"d{n} 1", "b 2"),
        )
        for n in range(50)
    ]
    assert "and 30 more" in text(report(*many))


def test_an_entry_of_the_policy_stands_where_a_place_would_and_is_no_package() -> None:
    entry = finding(subject=Subject(policy="licenses.allow: MPL-2.0"), location=None, level=Level.WARN)
    shown = text(report(entry))
    assert "\n  licenses.allow: MPL-2.0  license-not-allowed  lic-4k7\n" in shown
    assert "\nAll 41 packages are fine.\n" in shown
