"""What stands on GitHub for one report: check runs and at most one comment, as plain data for the outbox."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from app.subject import Claim, Kind
from checks.model.report import Report
from checks.policy.schema import Policy
from checks.render.checkrun import VERDICT, check_run, verdict
from checks.render.comment import comment
from checks.render.dco_app import CHECK as SIGNOFF
from checks.render.dco_app import NAME as DCO_APP
from checks.render.dco_app import in_its_words
from checks.render.presentation import Presentation
from checks.render.sentences import policy_version

#: GitHub takes at most 50 annotations a request; the rest follows in updates.
ANNOTATIONS = 50
#: Name of the default branch's run. A pull request may have the same commit as its head, and must not be given the
#: verdict on it as its own.
BRANCH = f"{VERDICT} / default branch"
#: The button by which a person sets a check to pass, on that check's own run. GitHub takes 20 and 40 characters.
OVERRIDE = {"label": "Set to pass", "description": "By name, and for this head only", "identifier": "override"}
#: Characters of a commit, as people see it.
_COMMIT = 7
#: How the names of a check's own run begin.
_DETAIL = f"{VERDICT} / "


@dataclass(frozen=True, slots=True)
class Run:
    """One check run to create, in REST's words; `external_id` finds it again after a crash."""

    name: str
    conclusion: str
    output: dict[str, Any]
    external_id: str
    details_url: str | None = None
    actions: tuple[dict[str, str], ...] = ()
    """Its buttons."""


@dataclass(frozen=True, slots=True)
class Publication:
    """All that one report posts. `comment` is None when there is nothing to say or nothing to change."""

    head: str
    runs: tuple[Run, ...]
    comment: str | None = None
    digest: str = ""
    """Of everything above that people see: equal head and digest means that nothing has to be posted."""

    @property
    def urgent(self) -> "Publication":
        """What people wait for: the verdict, and runs with a name of the policy's own, for a branch may require them.
        The other runs say where and why, which the verdict's summary says in short."""
        runs = tuple(run for run in self.runs if not run.name.startswith(_DETAIL) or run.name == BRANCH)
        return replace(self, runs=runs, comment=None)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Publication":
        runs = tuple(Run(**run) for run in document["runs"])
        return cls(document["head"], runs, document["comment"], document["digest"])


def publication(
    claim: Claim, report: Report, policy: Policy, presentation: Presentation, previous_comment: str | None
) -> Publication:
    """What `report` says on GitHub. The verdict comes first; a check's own run only if it has something to say or the
    policy pins its name."""
    pinned = policy.root.check_names
    documents = []
    for outcome in report.outcomes:
        run = check_run(report, outcome.check, presentation)
        name = pinned.get(outcome.check)
        if name or any(finding.counts or finding.accepted for finding in report.of(outcome.check)):
            run = in_its_words(run, report) if (outcome.check, name) == (SIGNOFF, DCO_APP) else run
            buttons = {"actions": [OVERRIDE]} if _may_be_passed(claim, report, policy, outcome.check) else {}
            documents.append((outcome.check, {**run, "name": name or run["name"], **buttons}))
    ordered = [(VERDICT, verdict(report, presentation)), *documents]
    runs = tuple(_run(claim, report, check, document) for check, document in ordered)
    return _digested(report.head, runs, comment(report, presentation, previous_comment), policy_version(report))


def _may_be_passed(claim: Claim, report: Report, policy: Policy, check: str) -> bool:
    """Whether somebody may set the check to pass, and that would change anything; never in a merge group."""
    section = policy.sections.get(check)
    offered = claim.kind is Kind.PULL and section is not None and section.override.allowed
    return offered and any(finding.blocks for finding in report.of(check))


def group_publication(claim: Claim, report: Report, policy: Policy, presentation: Presentation) -> Publication:
    """What `report` says of a merge group: the check runs of a pull request, and nobody to comment to."""
    whole = publication(claim, report, policy, presentation, None)
    return _digested(whole.head, whole.runs, None)


def branch_publication(claim: Claim, report: Report, presentation: Presentation) -> Publication:
    """What `report` says of a default branch: one check run, and no comment. It is judged every night: that the data
    is of another day is no news."""
    document = verdict(report, presentation, annotated=True)
    undated = replace(report, sources=tuple(replace(source, as_of=None) for source in report.sources))
    news = verdict(undated, presentation, annotated=True)
    for annotation in news["output"]["annotations"]:
        annotation.pop("raw_details", None)  # the evidence, with the day of each source
    run, same = (_run(claim, report, BRANCH, of | {"name": BRANCH}) for of in (document, news))
    digest = _digested(report.head, (same,), None, policy_version(report)).digest
    return replace(_digested(report.head, (run,), None), digest=digest)


def refusal(claim: Claim, title: str, summary: str, cause: str) -> Publication:
    """The verdict when nothing could be judged: it fails closed and says why."""
    output = {"title": title, "summary": summary, "annotations": []}
    name = BRANCH if claim.kind is Kind.BRANCH else VERDICT
    run = Run(name, "failure", output, _external_id(claim, claim.head, cause, name))
    return _digested(claim.head, (run,), None)


def paused(claim: Claim, title: str, summary: str, names: Iterable[str], digest: str) -> Publication:
    """What stands instead of a verdict while verdicts are paused: it blocks nobody, and says why. `names` are those of
    further runs that a branch may require, `digest` is what it is known by."""
    first = BRANCH if claim.kind is Kind.BRANCH else VERDICT
    output = {"title": title, "summary": summary, "annotations": []}
    required = [name for name in dict.fromkeys(names) if name != first and not name.startswith(_DETAIL)]
    runs = tuple(
        Run(name, "neutral", output, _external_id(claim, claim.head, digest, name)) for name in (first, *required)
    )
    return replace(_digested(claim.head, runs, None), digest=digest)


def _digested(head: str, runs: tuple[Run, ...], text: str | None, version: str = "") -> Publication:
    """The digest is of what people see: an external id tells only which claim has posted it. That the same is said by
    another `version` of the policy is no news: each push to the policy would be posted on every open pull request."""
    seen = [{**asdict(run), "external_id": None} for run in runs]
    said = json.dumps([head, seen, text], sort_keys=True)
    if len(version) == _COMMIT:
        said = said.replace(version, "")
    return Publication(head, runs, text, hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest())


def _run(claim: Claim, report: Report, check: str, document: dict[str, Any]) -> Run:
    return Run(
        document["name"],
        document["conclusion"],
        document["output"],
        _external_id(claim, report.head, report.policy.digest, check),
        document.get("details_url"),
        tuple(document.get("actions", ())),
    )


def _external_id(claim: Claim, head: str, policy_digest: str, check: str) -> str:
    """Repository, pull request, head, policy, check, and the fence: a re-run is another run of the same check."""
    return f"{claim.repository_id}:{claim.number}:{head}:{policy_digest[:12]}:{check}:{claim.token}"


class Told(NamedTuple):
    """What the external id of a run of ours says."""

    repository_id: int
    number: int
    head: str
    check: str


def told_by(external_id: str) -> Told | None:
    """What `_external_id` wrote; None for anything else."""
    parts = external_id.split(":")
    if len(parts) != 6 or not (_number(parts[0]) and _number(parts[1])):
        return None
    return Told(int(parts[0]), int(parts[1]), parts[2], parts[4])


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


@dataclass(frozen=True, slots=True)
class Posted:
    """What GitHub gave back."""

    comment: dict[str, Any] | None = None
    """`node`, `id` and `body` of our comment; None if there is none."""
    rest_at: float | None = None
    """When the rest may be posted (seconds since 1970), for which GitHub's limits left no room; None: all is there."""
