"""What an approver merges or pastes into the policy: a decision with everything filled in but the approval."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from checks.conversation.claimed import Claimed
from checks.imports.write import scalar
from checks.model.phrase import visible
from checks.policy.decisions import APPROVER
from checks.policy.files import DECISIONS
from checks.policy.values import AdvisoryId, LicenseText

#: What only somebody knows who has read the license text.
_TO_FILL = {
    "license": "the SPDX expression that its license text says",
    "evidence": "the file of the package that says so, for example LICENSE",
    "sha256": "the SHA-256 of that file",
}
#: How long an exception is proposed for; the approver may shorten or prolong it.
LASTS = timedelta(days=90)
#: Stands for what only the approver knows.
UNSAID = "to be filled in by the approver"


def waiver_entry(
    finding: Mapping[str, Any], repository: str, login: str, reason: str | None, today: date
) -> str | None:
    """One item of `waivers:` as YAML, for a finding of the JSON report. `reason` None: it is not for everybody's eyes.

    None where a name in it would mean more than itself in a policy (`*`), or nothing: then a person writes it.
    """
    about = _about(finding["subject"])
    if about is None:
        return None
    return "\n".join(_lines(finding, {**about, **(_narrowed(finding) or {})}, repository, login, reason, today)) + "\n"


class Asked(NamedTuple):
    """Who asks for what, where."""

    finding: Mapping[str, Any]
    """As the JSON report has it."""
    repository: str
    """`owner/name`."""
    login: str
    reason: str | None
    """None: it is not for the eyes of everybody who can read the file."""
    today: date
    id: str
    """Of the decision: unique, and also the name of its file. See `decision_id`."""
    approved_by: str = APPROVER
    ticket: str | None = None
    about: Sequence[str] = ()
    """What a reviewer should know, line by line; it becomes comments."""
    also: Sequence[str] = ()
    """Further repositories whose people ask for the same."""


class DecisionFile(NamedTuple):
    """One file to be added beside the policy."""

    path: str
    """Relative to the folder of the policy."""
    text: str
    complete: bool = True
    """Whether a merge makes it count; otherwise it is refused until a person has filled in what nobody knows here."""


def decision_id(kind: str, today: date, repository: str, finding: str) -> str:
    """`W-2026-11-20-web-lic-4k7`: W for a waiver, C for a clarification, A for an amendment."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", repository.rpartition("/")[2])[:60]
    return f"{kind}-{today.isoformat()}-{name}-{finding}"


def waiver_file(asked: Asked, expires: date) -> DecisionFile | None:
    """A waiver for one finding until the end of `expires` (UTC), and for no more: these versions, vulnerabilities and
    licenses, in this repository. None as for `waiver_entry`."""
    about = _about(asked.finding["subject"])
    narrow = _narrowed(asked.finding)
    if about is None or narrow is None:
        return None
    rows = [f"rules: [{scalar(asked.finding['rule'])}]"]
    rows += [f"{key}: {value}" for key, value in {**about, **narrow}.items()]
    where = ", ".join(map(scalar, (asked.repository, *asked.also)))
    rows += [f"repositories: [{where}]", *_decided(asked), f"expires: {expires.isoformat()}"]
    if covered := asked.finding.get("waiver"):
        rows.append(f"renewal_of: {scalar(covered['id'])}")
    return _file(asked, rows)


def clarification_file(asked: Asked, found: Claimed) -> DecisionFile | None:
    """What a package really is under; a person reads its license text and fills in what `found` does not say."""
    package = _about(asked.finding["subject"])
    if package is None or "package" not in package:
        return None
    rows = [*_decided(asked), "clarify:", *(f"  {key}: {value}" for key, value in package.items())]
    for key, meaning in _TO_FILL.items():
        value = getattr(found, key)
        rows.append(f"  {key}: {scalar(value)}" if value else f"  {key}:  # {meaning}")
    return _file(asked, rows, complete=found.whole)


def amendment_file(asked: Asked) -> DecisionFile | None:
    """An exception for one package, which lasts: it may be under the licenses that it was found to be under.

    None where the finding names no license that a policy can list.
    """
    package, licenses = _about(asked.finding["subject"]), _listed(asked.finding.get("licenses", ()))
    if package is None or "package" not in package or not licenses:
        return None
    entry = {**package, "allow": f"[{', '.join(map(scalar, licenses))}]", "reason": _reason(asked)}
    rows = [*_decided(asked), "amend:", "  licenses:", "    exceptions_also:"]
    rows += [f"      {'  ' if number else '- '}{key}: {value}" for number, (key, value) in enumerate(entry.items())]
    return _file(asked, rows)


def _file(asked: Asked, rows: Sequence[str], *, complete: bool = True) -> DecisionFile:
    comments = [f"# {_printable(line)}".rstrip() for line in asked.about]
    text = "\n".join((*comments, f"id: {scalar(asked.id)}", *rows)) + "\n"
    return DecisionFile(f"{DECISIONS}/{asked.id}.yaml", text, complete)


def _decided(asked: Asked) -> Iterator[str]:
    yield f"reason: {_reason(asked)}"
    yield f"requested_by: {scalar(f'@{asked.login}')}"
    yield f"approved_by: {scalar(asked.approved_by)}"
    yield f"created: {asked.today.isoformat()}"
    if asked.ticket:
        yield f"ticket: {scalar(asked.ticket)}"


def _reason(asked: Asked) -> str:
    return scalar(visible(asked.reason, 10 * len(asked.reason)) if asked.reason and asked.reason.strip() else UNSAID)


def _printable(line: str) -> str:
    """A comment ends where a line ends, whatever stands in it."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


def _lines(
    finding: Mapping[str, Any], about: Mapping[str, str], repository: str, login: str, reason: str | None, today: date
) -> Iterator[str]:
    asked = Asked(finding, repository, login, reason, today, f"W-{today.isoformat()}-{finding['id']}")
    yield f"- id: {scalar(asked.id)}"
    yield f"  rules: [{scalar(finding['rule'])}]"
    yield from (f"  {key}: {value}" for key, value in about.items())
    yield f"  repositories: [{scalar(repository)}]"
    yield from (f"  {row}" for row in _decided(asked))
    yield f"  expires: {(today + LASTS).isoformat()}"


def _narrowed(finding: Mapping[str, Any]) -> dict[str, str] | None:
    """The vulnerabilities and licenses that the finding is about; None where a vulnerability cannot be named."""
    labels = [names[0] for names in finding.get("advisories", ())]
    try:
        advisories = [AdvisoryId.parse(label) for label in labels]
    except ValueError:
        return None
    rows = {"advisories": f"[{', '.join(map(scalar, advisories))}]"} if advisories else {}
    try:
        licenses = [LicenseText.parse(text) for text in finding.get("licenses", ())]
    except ValueError:
        return rows  # longer than a person would check; the version is the one that was looked at
    return {**rows, **({"licenses": f"[{', '.join(map(scalar, licenses))}]"} if licenses else {})}


def _listed(statements: Sequence[str]) -> list[str]:
    """Every license and pair of the statements, as entries of a list; none where one is not understood."""
    from checks.licenses.item import LicenseExpression
    from checks.licenses.tree import leaves

    try:
        expressions = [LicenseExpression.parse(statement).expression for statement in statements]
    except ValueError:
        return []
    return list(dict.fromkeys(str(leaf) for expression in expressions for leaf in leaves(expression)))


def _about(subject: Mapping[str, Any]) -> dict[str, str] | None:
    """What the waiver covers: no more than the finding is about."""
    purl, version, commit, path = (subject[name] for name in ("purl", "version", "commit", "path"))
    if purl:
        if "*" in purl or "%2A" in purl.upper() or (version and not _exact(version)):
            return None
        return {"package": scalar(purl), **({"versions": scalar(version)} if version else {})}
    if commit:
        return {"commits": f"[{scalar(commit)}]"}
    if path and "*" not in path and path == visible(path, len(path)):
        return {"paths": f"[{scalar(path)}]"}
    return None


def _exact(version: str) -> bool:
    """Whether a range of the policy takes it for this one version. A pull request chooses it: `>0` would be all."""
    return _VERSION.match(version) is not None and not {"x", "X"} & set(version.split("."))


_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_~:-]{0,200}\Z")
