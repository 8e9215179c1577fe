"""The comment that an Action without a service keeps on a pull request: who must sign what, and how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.agreements.cla_action import old_comment
from checks.agreements.terms import Document
from checks.model.finding import Finding
from checks.model.phrase import say
from checks.model.report import Report
from checks.render.markdown import link, phrase

#: The first line of our comment, by which it is found again.
MARKER = "<!-- ospo-gate agreements -->"
#: People that are named one by one.
MOST = 50


@dataclass(frozen=True, slots=True)
class Words:
    """What the owner of the workflow wants to say otherwise."""

    unsigned: str = ""
    """Markdown of theirs; `$you` becomes "you" or "you all"."""
    signed: str = ""
    recheck: bool = True
    """Whether it says that a comment `recheck` asks again."""


def older_bot(body: str) -> str | None:
    """Which bot's comment about signatures it is that a service follows upon: `cla-action`, `cla-assistant`, or
    `ospo-action` for an Action of ours. Whether a bot wrote it, its author says."""
    if body.startswith(MARKER):
        return "ospo-action"
    return {"the CLA action": "cla-action", "cla-assistant": "cla-assistant"}.get(old_comment(body) or "")


def is_kept(body: str) -> bool:
    """Whether a comment is ours, or one of a bot that we take over from. Whether a bot wrote it, its author says."""
    return body.startswith(MARKER) or old_comment(body) is not None


def comment(
    report: Report, documents: Sequence[Document], links: Mapping[str, str], words: Words, known: bool
) -> str | None:
    """The Markdown; None: everybody has signed, and there is no comment that must say so (`known`). `links`: where each
    document can be read."""
    found = [finding for finding in report.of("agreements") if finding.counts]
    if not found and not known:
        return None
    parts = _unsigned(report, found, documents, links, words) if found else [_all_signed(words)]
    return "\n\n".join([MARKER, *parts]) + "\n"


def _all_signed(words: Words) -> str:
    return words.signed or "Everybody who contributed to this pull request has signed what it needs. Thank you."


def _unsigned(
    report: Report,
    found: Sequence[Finding],
    documents: Sequence[Document],
    links: Mapping[str, str],
    words: Words,
) -> Iterator[str]:
    people = {finding.subject.person for finding in found if finding.subject.person}
    asked = next((outcome.judged for outcome in report.outcomes if outcome.check == "agreements"), len(people))
    if words.unsigned:
        yield words.unsigned.replace("$you", "you" if len(people) == 1 else "you all")
    else:
        yield "Thank you for your contribution. Before it can be merged, somebody has to sign."
    if asked > 1 and people:
        count = min(len(people), asked)
        yield f"{count:,} of {asked:,} people {'has' if count == 1 else 'have'} to do something."
    rows = [f"- {phrase(finding.message)}{_way(finding)}" for finding in found[:MOST]]
    if len(found) > MOST:
        rows.append(f"- and {len(found) - MOST:,} more, in the summary of the run")
    yield "\n".join(rows)
    for document in documents:
        if document.by_comment:
            title = link(phrase(say("{}", document.title)), links.get(document.name))
            yield f"Read {title}. To sign it, post this as a comment of its own, word for word:"
            yield f"```text\n{document.sentence}\n```"
        else:
            title = link(phrase(say("{}", document.title)), links.get(document.name))
            yield f"{title} cannot be signed by a comment: ask the maintainers how."
    if words.recheck:
        yield "A comment `recheck` has the signatures looked at again."


def _way(finding: Finding) -> str:
    """What to do, where signing alone does not do."""
    needs_more = finding.rule == "agreement-unknown-account" and finding.fix
    return f" To fix it, {phrase(finding.fix.summary)}." if needs_more and finding.fix else ""
