"""The one comment on a pull request: what must I do? Silent when there is nothing to say.

Warnings alone are something to say, so they get one short comment; notes, waivers and old debt alone are not.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.model.finding import Finding
from checks.model.report import Conclusion, Report
from checks.render import sentences
from checks.render.body import paragraphs
from checks.render.english import capital, moment, number
from checks.render.limits import COMMENT, fit
from checks.render.markdown import code, link, phrase, prose
from checks.render.outcomes import Groups, grouped, stops, things
from checks.render.presentation import Presentation

#: First line of every comment of ours. Anybody can write it: only a comment by our own App counts.
MARKER = "<!-- ospo-gate:v1 -->"
#: How many things the comment lists before it only counts.
ITEMS = 10
#: How many finding ids the hidden line remembers of each kind.
_REMEMBERED = 60

#: Older bots whose comments stand on pull requests when the service takes over.
_OLDER = {"cla-action": "the CLA action", "cla-assistant": "cla-assistant", "ospo-action": "the Action `ospo-gate`"}

_SAID = re.compile(r"^<!-- ospo-gate:said((?: [a-z]+=[a-z0-9_,-]*)*) -->\r?$", re.MULTILINE)
_ID = re.compile(r"[a-z0-9_]+-[a-z0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """What an earlier comment said, in finding ids; read back from its hidden line."""

    fix: tuple[str, ...] = ()
    wait: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    waited: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    """The older bot whose comment stands there."""

    @classmethod
    def read(cls, body: str) -> "Said":
        """Tolerant: whatever is not ours is ignored, and a comment without the line said nothing."""
        found = _SAID.findall(body)
        lists = dict(part.split("=", 1) for part in found[-1].split()) if found else {}
        return cls(**{name: _ids(lists.get(name, "").split(",")) for name in cls.__dataclass_fields__})

    def __str__(self) -> str:
        lists = ((name, ",".join(getattr(self, name))) for name in self.__dataclass_fields__)
        return f"<!-- ospo-gate:said{''.join(f' {name}={ids}' for name, ids in lists if ids)} -->"


def comment(report: Report, presentation: Presentation, previous: str | None) -> str | None:
    """The body of the comment, or None to leave things as they are.

    `previous` is the body of our existing comment, None if there is none. Giving a body its own report again returns
    the same body.
    """
    groups = grouped(report.findings)
    speaks = bool(groups.blocking or groups.warnings)
    if previous is None and (not speaks or (presentation.bot_author and not _person_must_act(report, groups))):
        return None
    said = _remember(Said.read(previous or ""), groups, _ids([presentation.older]))
    if not speaks:
        return _in_order(report, said)
    return fit(lambda shown: _assembled(report, groups, presentation, said, shown), ITEMS, COMMENT)


def _person_must_act(report: Report, groups: Groups) -> bool:
    return bool(groups.to_fix or groups.approval) and report.conclusion is not Conclusion.WOULD_BLOCK


def _assembled(report: Report, groups: Groups, presentation: Presentation, said: Said, shown: int) -> str:
    body = (part for part in (*paragraphs(report, groups, presentation, shown), _follows(report, said)) if part)
    footer = f"<sub>{' · '.join(_footer(report, groups, presentation))}</sub>"
    return "\n\n".join((f"{MARKER}\n### {heading(report, groups)}", *body, footer, f"{said}\n"))


def heading(report: Report, groups: Groups) -> str:
    """What must I do? One line, readable without the rest."""
    fix, approval, clears = (len(things(group)) for group in (groups.to_fix, groups.approval, groups.clears))
    if report.conclusion is Conclusion.WOULD_BLOCK:
        count = fix + approval + clears
        return f"⚠️ {_things(count)} that would block (nothing is blocked yet)"
    if fix:
        until = "be judged" if report.conclusion is Conclusion.CANNOT_JUDGE else "merge"
        return f"❌ {_things(fix)} to fix before this can {until}"
    if approval:
        return f"✋ Nothing for you to do: {_things(approval).lower()} must be approved"
    if clears:
        return f"⏳ Nothing for you to do: {_green(groups)}"
    if groups.warnings:
        count = len(things(groups.warnings))
        return f"⚠️ Nothing blocks, {number(count)} {'warning' if count == 1 else 'warnings'}"
    return "✅ Everything is in order"


def _things(count: int) -> str:
    return f"{capital(number(count))} {'thing' if count == 1 else 'things'}"


def _green(groups: Groups) -> str:
    times = [finding.clears_at for finding in groups.clears if finding.clears_at]
    if len(times) == len(groups.clears):
        return f"green on {moment(max(times))}"
    return "this clears by itself" if len(groups.clears) == 1 else "these clear by themselves"


def _footer(report: Report, groups: Groups, presentation: Presentation) -> Iterator[str]:
    wrong = _example((*groups.to_fix, *groups.warnings, *groups.clears))
    if "wrong" in presentation.commands and wrong:
        yield f"Are we wrong? Comment {code(f'/ospo-gate wrong {wrong} what is right')}"
    if stops(report) and (exception := _exception(report, groups, presentation)):
        yield exception
    details = link("Every step of this verdict", presentation.details_url)
    if presentation.details_url and details.startswith("["):
        yield details
    yield phrase(sentences.judged_by(report))


def _exception(report: Report, groups: Groups, presentation: Presentation) -> str:
    if not any(finding.waivable for finding in groups.blocking):
        return f"Questions? Contact: {_contact(report.contact)}" if report.contact else ""
    contact = f" (contact: {_contact(report.contact)})" if report.contact else ""
    if "waive" not in presentation.commands:
        return f"{phrase(sentences.exception(report))}{contact}"
    id_ = _example([finding for finding in (*groups.to_fix, *groups.clears) if finding.waivable])
    if id_ is None:
        return ""  # it was asked for, or the owner has to decide anyway, or nobody can
    command = code(f"/ospo-gate waive {id_} why")
    answered = f", answered within {prose(report.answered_within)}" if report.answered_within else ""
    if report.repository.public:
        return f"Need an exception? A maintainer can ask: {command}{answered}{contact}"
    return f"Need an exception? {command}{answered}{contact}"


def _contact(contact: str) -> str:
    return link(prose(contact.removeprefix("https://")), contact)


def _example(findings: Iterable[Finding]) -> str | None:
    """The id to show in a command: a package's, because there is data to be wrong about."""
    found = sorted(findings, key=lambda finding: finding.subject.purl is None)
    return found[0].id if found else None


def _in_order(report: Report, said: Said) -> str:
    if report.conclusion is Conclusion.OFF:
        return f"{MARKER}\n### Nothing is judged here any more\n\n{phrase(sentences.off(report))}\n\n{said}\n"
    kinds = (("fixed", said.fixed), ("waited out", said.waited), ("accepted", said.accepted))
    line = " · ".join(f"{kind}: {', '.join(code(id_) for id_ in ids)}" for kind, ids in kinds if ids)
    parts = (f"{MARKER}\n### ✅ Everything is in order", line, _follows(report, said), f"{said}\n")
    return "\n\n".join(part for part in parts if part)


def _follows(report: Report, said: Said) -> str:
    """Nobody shall wait for a bot that is not asked any more, nor sign twice."""
    bot = next((_OLDER[name] for name in said.older if name in _OLDER), None)
    if bot is None or all(outcome.check != "agreements" for outcome in report.outcomes):
        return ""
    return f"The comment of {bot} on this pull request is not renewed any more: who has to sign stands here."


def _remember(earlier: Said, groups: Groups, older: tuple[str, ...]) -> Said:
    """What this comment says, and what became of all that earlier ones said."""
    fix = [finding.id for finding in (*groups.to_fix, *groups.warnings)]
    wait = [finding.id for finding in (*groups.approval, *groups.clears)]
    waived = {finding.id for finding in groups.accepted}
    gone = waived.union(fix, wait)
    return Said(
        fix=_ids(fix),
        wait=_ids(wait),
        fixed=_ids(id_ for id_ in (*earlier.fixed, *earlier.fix) if id_ not in gone),
        waited=_ids(id_ for id_ in (*earlier.waited, *earlier.wait) if id_ not in gone),
        accepted=_ids(id_ for id_ in (*earlier.accepted, *earlier.fix, *earlier.wait) if id_ in waived),
        older=earlier.older or older,
    )


def _ids(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if _ID.match(text) and len(text) <= 40))[:_REMEMBERED]
