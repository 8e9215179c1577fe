"""What an approver reads: everything that others wrote in it is inert, and nothing is said that may not be."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import cmarkgfm
import pytest

from checks.conversation.commands import Word
from checks.conversation.outcomes import End, announced
from checks.conversation.proposal import Asker, Brief, Text, Usage, body, text_differences, title

FINDING: dict[str, Any] = {
    "id": "lic-4k7",
    "rule": "license-not-allowed",
    "headline": "glyph-core 2.1.0 is GPL-3.0-only",
    "message": "glyph-core 2.1.0 is GPL-3.0-only, which is not allowed.",
    "why": ["chart-kit 4.2.0", "glyph-core 2.1.0"],
    "path": "package.json",
    "subject": {"purl": "pkg:npm/glyph-core", "version": "2.1.0"},
    "evidence": [{"what": "declared", "actual": "GPL-3.0-only", "source": "lock file"}],
    "fix": {"summary": "remove chart-kit", "commands": ["npm uninstall chart-kit"]},
    "policy_line": 4,
}
ASKER = Asker("ada", "example/web", 12, "linked dynamically", "https://github.example/example/web/pull/12")
BRIEF = Brief(
    name="lic-4k7-1",
    kind=Word.WAIVE,
    finding=FINDING,
    path="waivers/W-1.yaml",
    askers=[ASKER],
    properties={"distribution": "internal"},
    visibility="private",
    approvers=["@example/legal", "@grace"],
    due_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    until=date(2027, 2, 18),
    usage=Usage(3, 2, ("example/a", "example/b"), 1, whole=False),
    texts=[Text("GPL-3.0-only", "https://spdx.org/licenses/GPL-3.0-only.html", "GNU GENERAL PUBLIC LICENSE")],
    page="https://gate.example/requests/7",
)
HOSTILE = "@everyone #1 <img src=x onerror=alert(1)> [a](http://evil.example) `x` |\n## Approved\n```"


def test_it_says_all_that_an_approver_decides_on() -> None:
    text = body(BRIEF)
    for words in (
        "until 18 Feb 2027: `waivers/W-1.yaml`",
        "`@example/legal` or `@grace` approves it",
        "by 24 Nov 2026, 09:00 UTC",
        "[`example/web` #12](https://github.example/example/web/pull/12): linked dynamically",
        "`chart-kit 4.2.0` → `glyph-core 2.1.0`",
        "`distribution` is `internal`",
        "2 repositories use it on the default branch, in 3 places; this covers 1 of them",
        "GNU GENERAL PUBLIC LICENSE",
        "npm uninstall chart-kit",
        "[its page](https://gate.example/requests/7)",
    ):
        assert words in text


def test_it_shows_how_the_text_that_was_found_differs_from_the_standard_one() -> None:
    rows = "- and or; + but not"
    evidence = [*FINDING["evidence"], {"what": "differs from MIT", "actual": rows, "source": "LICENSE, sha256 0123"}]
    finding = {**FINDING, "evidence": evidence}
    text = body(replace(BRIEF, kind=Word.WRONG, finding=finding, differences=text_differences(finding)))
    assert "### How the text differs" in text
    assert "`LICENSE, sha256 0123`, compared with `MIT`:\n\n```diff\n- and or\n+ but not\n```" in text
    assert text.count("but not") == 1
    hidden = body(replace(BRIEF, finding=finding))  # as on a public policy repository
    assert "but not" not in hidden
    assert "declared: GPL-3.0-only" in hidden.replace("`", "")


def test_a_difference_that_somebody_made_up_is_inert_and_short() -> None:
    facts = [{"what": f"differs from {HOSTILE}", "actual": "; ".join([HOSTILE, "```" * 3_000] * 20), "source": HOSTILE}]
    finding = {**FINDING, "evidence": facts * 30}
    text = body(replace(BRIEF, differences=text_differences(finding)))
    html = cmarkgfm.github_flavored_markdown_to_html(text)
    assert "<img" not in html
    assert "<h2>Approved" not in html
    assert len(text) < 60_000


def test_nothing_of_a_name_or_a_reason_is_active() -> None:
    """As GitHub renders it: no element that is not ours."""
    finding = {**FINDING, "message": HOSTILE, "headline": HOSTILE, "path": HOSTILE, "why": [HOSTILE, "b"]}
    evidence = [{"what": HOSTILE, "actual": HOSTILE, "source": HOSTILE}]
    hostile = replace(
        BRIEF,
        finding={**finding, "evidence": evidence},
        askers=[replace(ASKER, login=HOSTILE, where=HOSTILE, reason=HOSTILE)],
        properties={HOSTILE: HOSTILE},
        visibility=HOSTILE,
    )
    html = cmarkgfm.github_flavored_markdown_to_html(body(hostile))
    assert "<img" not in html
    assert 'evil.example"' not in html
    assert html.count("<h3>") == cmarkgfm.github_flavored_markdown_to_html(body(BRIEF)).count("<h3>")
    assert "<h2>" not in html
    assert "\n" not in title(Word.WAIVE, finding)
    assert len(title(Word.WAIVE, {**FINDING, "headline": "x" * 999})) <= 256


def test_a_reason_that_is_not_for_everybody_is_not_there() -> None:
    text = body(replace(BRIEF, askers=[replace(ASKER, reason=None)], approvers=[], properties={}))
    assert "with a reason that is not shown here" in text
    assert "whoever may merge it decides" in text


@pytest.mark.parametrize("granted", [True, False])
def test_on_a_public_repository_neither_reason_nor_person_is_told(granted: bool) -> None:
    end = End(Word.WAIVE, "lic-4k7", granted, date(2027, 1, 31), "grace", "because of @customer")
    private, public = announced(end, public=False), announced(end, public=True)
    assert "`grace`" in private
    assert ("customer" in private) is not granted
    assert "grace" not in public
    assert "customer" not in public
