"""What is answered: an entry that works when pasted, and words in which nothing that others wrote is active."""

import re
from datetime import date
from typing import Any

import pytest
from cmarkgfm import github_flavored_markdown_to_html as html

from app.policies import load_policy
from checks.conversation.commands import Word
from checks.conversation.entry import waiver_entry
from checks.conversation.replies import (
    Asking,
    Request,
    asked,
    decides,
    explain,
    help_text,
    incomplete,
    refused,
    unwaivable,
)
from checks.model.errors import PolicyError
from checks.policy.waivers import Waiver

TODAY = date(2026, 11, 20)
HOSTILE = "@example/team <img src=x> #1 [x](https://evil.example) | `a` ![b](c)\n/close"
ASKING = Asking("people with write access", decides("@example/ospo", public=False), "2 days", "https://example.com/ask")


def finding(**changes: Any) -> dict[str, Any]:
    subject = {"purl": "pkg:npm/glyph-core", "version": "2.1.0", "commit": None, "path": None, "policy": None}
    subject |= changes.pop("subject", {})
    return {
        "id": "lic-4k7", "rule": "license-not-allowed", "level": "block", "counts": True, "subject": subject,
        "headline": "glyph-core 2.1.0 is GPL-3.0-only", "message": "glyph-core 2.1.0 is GPL-3.0-only.", "why": [],
        "policy_line": 4, "guidance": None, "evidence": [], "clears_at": None, "fix": None, "waiver": None, **changes,
    }  # fmt: skip


def entry(found: dict[str, Any], reason: str | None = "linked dynamically") -> str | None:
    return waiver_entry(found, "example/web", "ada", reason, TODAY)


def pasted(text: str | None) -> Waiver:
    policy = load_policy(f"version: 1\nwaivers:\n{text}".encode(), "policy.yaml")
    (waiver,) = policy.root.waivers
    return waiver


def test_an_entry_is_a_waiver_for_just_this() -> None:
    waiver = pasted(entry(finding()))
    assert (waiver.id, waiver.rules, waiver.package) == (
        "W-2026-11-20-lic-4k7",
        ("license-not-allowed",),
        "pkg:npm/glyph-core",
    )
    assert (waiver.versions, waiver.repositories, waiver.reason.text) == (
        "2.1.0",
        ("example/web",),
        "linked dynamically",
    )
    assert (waiver.requested_by, waiver.created, waiver.expires) == ("@ada", "2026-11-20", "2027-02-18")


@pytest.mark.parametrize("reason", [HOSTILE, '"', "a: b # c", "- {x: y}", "yes", "\u202e\x00", "'", "\\", "x" * 2_000])
def test_a_reason_is_only_ever_a_reason(reason: str) -> None:
    waiver = pasted(entry(finding(), reason))
    assert waiver.rules == ("license-not-allowed",)
    assert reason.isprintable() is (waiver.reason.text == reason)


def test_a_reason_that_is_not_for_everybody_is_left_to_the_approver() -> None:
    assert pasted(entry(finding(), None)).reason.text == "to be filled in by the approver"


@pytest.mark.parametrize(
    "subject",
    [{"purl": "pkg:npm/a%2A"}, {"purl": "pkg:npm/*"}, {"version": ">0"}, {"version": "1.x"}, {"version": "* || 1"},
     {"version": "1.0 || >2"}, {"purl": None, "version": None, "path": "*"},
     {"purl": None, "version": None, "path": "a\nb"}, {"purl": None, "version": None, "policy": "licenses.allow: MIT"}],
)  # fmt: skip
def test_a_name_that_would_cover_more_than_itself_gets_no_entry(subject: dict[str, Any]) -> None:
    assert entry(finding(subject=subject)) is None


def test_commits_and_files_are_covered_by_their_names() -> None:
    nothing = {"purl": None, "version": None}
    commit = pasted(entry(finding(rule="signoff-missing", subject={**nothing, "commit": "a" * 40})))
    path = pasted(entry(finding(rule="manifest-unreadable", subject={**nothing, "path": "a b/package-lock.json"})))
    assert (commit.commits, path.paths) == (("a" * 40,), ("a b/package-lock.json",))


def test_a_rule_of_another_release_is_not_taken() -> None:
    with pytest.raises(PolicyError):
        pasted(entry(finding(rule="rule-of-tomorrow")))


@pytest.mark.parametrize(
    "text",
    [
        explain(
            {"head": "a" * 40, "conclusion": "blocked", "outcomes": [], "findings": [finding(headline=HOSTILE)]}, None
        ),
        explain(
            {
                "findings": [
                    finding(
                        message=HOSTILE,
                        why=[HOSTILE, HOSTILE],
                        guidance={"text": HOSTILE, "link": "javascript:alert(1)"},
                        evidence=[{"what": HOSTILE, "actual": HOSTILE, "source": HOSTILE}],
                        fix={"summary": HOSTILE, "commands": ["echo '```' '@ada'"], "suggestion": None},
                    )
                ]
            },
            "lic-4k7",
        ),
        asked(Request(Word.WAIVE, finding(headline=HOSTILE), "ada"), ASKING, None, None),
        asked(Request(Word.WAIVE, finding(), "ada"), ASKING, entry(finding(), f"```\n{HOSTILE}"), None),
        unwaivable(finding()),
        incomplete(Word.WAIVE, "lic-4k7"),
    ],
)
def test_nothing_that_others_wrote_is_active(text: str) -> None:
    shown = re.sub(r"<code.*?</code>", "", html(text), flags=re.DOTALL)
    assert not re.search(r"@example|#1\b|<img|<a |javascript:", shown)


def test_explaining_says_what_there_is() -> None:
    nothing = {"head": "a" * 40, "conclusion": "passed", "findings": [], "outcomes": [{"judged": 3, "noun": "package"}]}
    assert "Nothing was found in 3 packages." in explain(nothing, None)
    assert explain(None, None) == "Nothing was judged here yet: the verdict comes with its check."
    accepted = finding(waiver={"id": "W-1", "expires": "2027-03-31", "approved_by": None, "reason": None}, counts=False)
    assert "is accepted until 2027-03-31" in explain({**nothing, "findings": [accepted]}, None)


def test_help_offers_only_what_works_here() -> None:
    assert "waive" in help_text(ASKING)
    assert "`@example/ospo` decides within 2 days." in help_text(ASKING)
    closed = Asking("", decides("@example/ospo", public=True))
    assert "waive" not in help_text(closed)
    assert refused(Word.WAIVE, closed) == "Requests are not taken in comments here."
    assert decides("@example/ospo", public=True) == ("the owner of the policy",)
