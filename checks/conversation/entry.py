"""The entry of a waiver that an approver pastes into the policy: everything filled in but the approval."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from checks.imports.write import scalar
from checks.model.phrase import visible

#: How long an exception is proposed for; the approver may shorten or prolong it.
LASTS = timedelta(days=90)
#: Stands for what only the approver knows.
APPROVER = "@who-approves"
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
    return "\n".join(_lines(finding, about, repository, login, reason, today)) + "\n"


def _lines(
    finding: Mapping[str, Any], about: Mapping[str, str], repository: str, login: str, reason: str | None, today: date
) -> Iterator[str]:
    id_, rule = finding["id"], finding["rule"]
    yield f"- id: {scalar(f'W-{today.isoformat()}-{id_}')}"
    yield f"  rules: [{scalar(rule)}]"
    yield from (f"  {key}: {value}" for key, value in about.items())
    yield f"  repositories: [{scalar(repository)}]"
    yield f"  reason: {scalar(visible(reason, len(reason)) if reason else UNSAID)}"
    yield f"  requested_by: {scalar(f'@{login}')}"
    yield f"  approved_by: {scalar(APPROVER)}"
    yield f"  created: {today.isoformat()}"
    yield f"  expires: {(today + LASTS).isoformat()}"


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
