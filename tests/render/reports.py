"""Reports as the tests write them: everything has a default, a test names only what it is about."""

from datetime import UTC, date, datetime
from typing import Any

from checks.model.dependency import Location
from checks.model.facts import RepositoryFacts
from checks.model.finding import AppliedWaiver, Evidence, Finding, Fix, Guidance, Level, Move, Subject
from checks.model.phrase import Phrase, say
from checks.model.report import CheckOutcome, Conclusion, Mode, PolicyReference, Report
from checks.render.presentation import Presentation

HEAD = "3e41c07f0b2d4c6e8a9bcdef0123456789abcdef"
BASE = "b90d2e4a1c3e5f708192a3b4c5d6e7f801234567"
COMMIT = "9f2c1ab34d5e6f708192a3b4c5d6e7f801234567"
ON_GITHUB = Presentation(server_url="https://github.com")

#: What a pull request may put into any name, path, version or message.
HOSTILE = (
    "@org/team",
    "a@example.com",
    "`x`",
    "``` ``",
    "<img src=x onerror=1>",
    "</sub></details><script>alert(1)</script>",
    "a|b",
    "\\|a\\",
    "::error::x",
    "##[error]x",
    "-->",
    "<!-- ospo-gate:said fix= -->",
    "]( javascript:alert(1))",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/x",
    "www.evil.example",
    "\x1b[31mred",
    "\u202egnp.exe",
    "zero\u200bwidth",
    "line\nbreak\r\n# heading\n- item",
    "x" * 5_000,
    "`" * 5_000,
    "#1",
    "GH-1",
    "closes #1",
    COMMIT,
    "$`\\sqrt{3}`$",
    "1. item",
    "- item",
    " ",
    "",
    "\ud800",
    "&lt;b&gt; &copy;",
    "~~gone~~ **bold** _it_",
)


def finding(id_: str = "lic-4k7", **given: Any) -> Finding:
    """A finding about `glyph-core` 2.1.0 that blocks, unless told otherwise."""
    waiver: AppliedWaiver | None = given.get("waiver")
    introduced: bool = given.get("introduced", True)
    values: dict[str, Any] = {
        "id": id_,
        "check": "licenses",
        "rule": "license-not-allowed",
        "level": Level.BLOCK,
        "introduced": introduced,
        "move": Move.AUTHOR,
        "clears_at": None,
        "changes_at": None,
        "subject": package("glyph-core", "2.1.0"),
        "message": say("{} {} is {}, which is not allowed.", "glyph-core", "2.1.0", "GPL-3.0-only"),
        "headline": say("{} {} is {}", "glyph-core", "2.1.0", "GPL-3.0-only"),
        "location": Location("package.json", 31, 31),
        "related": (),
        "why": (),
        "evidence": (),
        "guidance": None,
        "policy_line": None,
        "fix": None,
        "waiver": None,
        "could_not_tell": False,
        "counts": introduced and waiver is None,
    }
    return Finding(**{**values, **given})


def package(name: str, version: str | None = "1.0.0") -> Subject:
    return Subject(purl=f"pkg:npm/{name}", version=version, name=name)


def report(*findings: Finding, **given: Any) -> Report:
    """A report on the public repository `example/web-shop`; the conclusion follows from the findings."""
    values: dict[str, Any] = {
        "conclusion": _conclusion(findings),
        "mode": Mode.ENFORCE,
        "findings": findings,
        "outcomes": tuple(
            CheckOutcome(check, check, 41, "package")
            for check in dict.fromkeys(("licenses", *(f.check for f in findings)))
        ),
        "policy": PolicyReference("policy.yaml", "sha256:8d2f61a" + "0" * 57),
        "base": BASE,
        "head": HEAD,
        "repository": RepositoryFacts(name="example/web-shop", visibility="public"),
    }
    return Report(**{**values, **given})


def _conclusion(findings: tuple[Finding, ...]) -> Conclusion:
    if any(item.blocks for item in findings):
        return Conclusion.BLOCKED
    return Conclusion.WARNINGS if any(item.warns for item in findings) else Conclusion.PASSED


def evaluated(*findings: Finding, **given: Any) -> Report:
    return report(*findings, **{"conclusion": Conclusion.WOULD_BLOCK, "mode": Mode.EVALUATE, **given})


def waiver(**given: Any) -> AppliedWaiver:
    values = {
        "id": "W-2026-014",
        "approved_by": "@grace",
        "expires": date(2027, 3, 31),
        "reason": "linked dynamically, see LEGAL-123",
    }
    return AppliedWaiver(**{**values, **given})


def unsigned(id_: str = "dco-9f2", sha: str = COMMIT, subject: str = "Add export button") -> Finding:
    return finding(
        id_,
        check="signoff",
        rule="signoff-missing",
        subject=Subject(commit=sha),
        message=say("Commit {} “{}” has no sign-off.", sha[:7], subject),
        headline=say("commit {} has no sign-off", sha[:7]),
        location=None,
        fix=Fix(
            say(
                "Its author is {}, so the missing line is {}.",
                "Ada Lovelace",
                "Signed-off-by: Ada Lovelace <ada@example.com>",
            ),
            ("git commit --amend --signoff --no-edit",),
        ),
    )


def copyleft() -> Finding:
    return finding(
        "lic-4k7",
        message=say(
            "{} {} is {}, and {} is not allowed here.", "glyph-core", "2.1.0", "GPL-3.0-only", "strong-copyleft"
        ),
        headline=say("{} {} brings in {} code", "chart-kit", "4.2.0", "GPL-3.0-only"),
        why=("chart-kit 4.2.0", "svg-mill 1.8.0", "glyph-core 2.1.0"),
        related=(Location("package-lock.json", 8841),),
        guidance=Guidance("Products we ship may not contain it"),
        policy_line=41,
        fix=Fix(
            say("{} {} does without it and passes every check.", "chart-kit", "4.1.3"), ("npm install chart-kit@4.1.3",)
        ),
        evidence=(
            Evidence("declared", say("{}", "GPL-3.0-only"), say("{}", "package-lock.json")),
            Evidence("detected", say("{}", "GPL-3.0-only"), say("{}", "COPYING")),
            Evidence("rule", say("strong-copyleft is not in licenses.allow"), say("{} line {}", "policy.yaml", 41)),
        ),
    )


def too_new() -> Finding:
    return finding(
        "age-m2c",
        check="freshness",
        rule="too-new",
        subject=package("http-lite", "5.3.0"),
        message=say("{} {} is 14 hours old and new versions wait 3 days.", "http-lite", "5.3.0"),
        headline=say("{} {} is too new", "http-lite", "5.3.0"),
        location=Location("package-lock.json", 912),
        move=Move.CLOCK,
        clears_at=datetime(2026, 11, 22, 18, 5, tzinfo=UTC),
        fix=Fix(say("{} is old enough.", "5.2.4")),
    )


def silent_source() -> Finding:
    return finding(
        "vul-x81",
        check="vulnerabilities",
        rule="advisories-unknown",
        subject=package("pdf-ink", "3.0.1"),
        message=say(
            "{} {} cannot be judged: the advisory source has not answered since 07:12 UTC.", "pdf-ink", "3.0.1"
        ),
        headline=say("{} {} cannot be judged", "pdf-ink", "3.0.1"),
        location=Location("package-lock.json", 1733),
        move=Move.SERVICE,
    )


def accepted() -> Finding:
    return finding(
        "lic-9qd",
        subject=package("left-grid", "1.3.0"),
        message=say("{} {} is {}, which is not allowed.", "left-grid", "1.3.0", "LGPL-2.1-only"),
        headline=say("{} {} is {}", "left-grid", "1.3.0", "LGPL-2.1-only"),
        location=Location("package-lock.json", 1201),
        waiver=waiver(),
    )


def picture(**given: Any) -> Report:
    """The pull request of the picture: a copyleft dependency three levels deep, a version that is too new, a missing
    sign-off, a waived finding and one that cannot be judged."""
    values: dict[str, Any] = {
        "outcomes": (
            CheckOutcome("signoff", "sign-off", 4, "commit"),
            CheckOutcome("licenses", "licenses", 41, "package"),
            CheckOutcome("freshness", "freshness", 41, "package"),
            CheckOutcome("vulnerabilities", "vulnerabilities", 41, "package"),
            CheckOutcome("sbom", "sbom", 1, "document"),
        ),
        "policy": PolicyReference("example/policy@main", "sha256:ffff", "8d2f61a" + "0" * 33),
        "repository": RepositoryFacts(name="example/web-shop", visibility="private"),
        "repair": (
            "git commit --amend --signoff --no-edit",
            "npm install chart-kit@4.1.3",
            'git commit --all --signoff -m "Use chart-kit 4.1.3"',
            "git push --force-with-lease",
        ),
        "contact": "https://example.com/open-source",
        "answered_within": "2 working days",
    }
    return report(unsigned(), copyleft(), too_new(), silent_source(), accepted(), **{**values, **given})


def hostile(text: str) -> Report:
    """A report in which everything that came from outside is `text`."""
    subject = Subject(purl="pkg:npm/x", version=text, name=text)
    common: dict[str, Any] = {
        "subject": subject,
        "message": say("{} {} is {}, {}{}.", text, text, text, text, text),
        "headline": say("{} is {}", text, text),
        "location": Location(text, 3),
        "related": (Location(text, 4), Location("a/../" + text, 0)),
        "why": (f"{text} {text}", text, f"{text} 1.0.0"),
        "fix": Fix(say("use {}", text), (f"npm install '{text}'",)),
        "evidence": (Evidence("declared", say("{}", text), say("{}", text)),),
        "guidance": Guidance(text, f"https://example.com/{text}"),
    }
    bad = (
        finding("lic-111", **common),
        finding("lic-112", **common),
        finding("age-113", **{**common, "move": Move.CLOCK, "clears_at": datetime(2026, 11, 22, tzinfo=UTC)}),
        finding("own-114", **{**common, "move": Move.OWNER}),
        finding("war-115", **{**common, "level": Level.WARN}),
        finding("not-116", **{**common, "level": Level.NOTE}),
        finding("acc-117", **{**common, "waiver": waiver(reason=text, id=text, approved_by=text)}),
        finding("old-118", **{**common, "introduced": False}),
    )
    problem: Phrase = (f"The reader said: {text}",)
    return report(
        *bad,
        outcomes=(CheckOutcome("licenses", text or "x", 41, "package", (say("{} is unknown", text),)),),
        policy=PolicyReference(text, text),
        repository=RepositoryFacts(name=text, visibility="private"),
        notices=(say("This change edits {}", text), problem),
        contact=f"ask {text}",
        answered_within=text,
    )
