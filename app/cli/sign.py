"""`ospo-gate sign`: contributor agreements in GitHub Actions without a server."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.cli.output import Outputs, say
from app.cli.sign_judging import Judging, judging
from app.cli.signed_by_comment import Spoken, hear
from app.gate import Judged
from app.plain_api import PlainApi, RefusedError, repository_path
from app.rerun import Came, Rerun
from app.settings import CommandEnvironment, WorkflowRun, command_environment, workflow_run
from app.signatures_file import Place, SignaturesFile, place_of
from app.sources.proposed import Proposed
from checks.agreements.cla_inputs import NAMES, ClaInputs
from checks.agreements.comment import comment, is_kept
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.render.workflow import notice, warning

#: Events that bring a pull request to be judged.
_PULLS = ("pull_request_target", "pull_request")
#: Open pull requests of one person that are judged again when they sign.
_OTHERS = 20


def run(options: argparse.Namespace) -> int:
    environment, event = command_environment(), workflow_run()
    outputs = Outputs.of(options, environment)
    inputs = inputs_of(options)
    name = environment.workflow.repository.name if environment.workflow else None
    if name is None or environment.token is None:
        raise UsageError("sign: there is no workflow of GitHub Actions, or no token", hint="Set GITHUB_TOKEN.")
    desk = _Desk(options, environment, event, inputs, PlainApi(environment.api_url, environment.token), name)
    desk.say(*(f"The input {input_} has no effect: {why}." for input_, why in inputs.unneeded.items()))
    if event.name in _PULLS:
        return desk.pull(outputs)
    if event.name == "issue_comment":
        return desk.heard()
    if event.name == "merge_group":
        desk.say("The commits of a merge queue are those of pull requests whose people were asked to sign.")
        return 0
    raise UsageError(
        f"sign: the event {visible(event.name or 'none')} has no people who could sign",
        hint="Run it on pull_request_target and issue_comment.",
    )


def inputs_of(options: argparse.Namespace) -> ClaInputs:
    """The inputs that are given, by name. Raises `UsageError`."""
    given = {}
    for item in options.cla_input:
        name, equals, value = item.partition("=")
        if not equals or name not in NAMES:
            raise UsageError(f"--cla-input: expected NAME=VALUE, not '{visible(item, 80)}'", hint=", ".join(NAMES))
        if value.strip():
            given[name] = value
    return ClaInputs(given)


def file_of(signatures: str | None, inputs: ClaInputs, environment: CommandEnvironment, here: str) -> SignaturesFile:
    """The file with the signatures: where our own input says, or those of the CLA action do."""
    place = place_of(signatures, here) if signatures else Place(inputs.repository(here), inputs.path, inputs.branch)
    token = environment.signatures_token if place.repository != here else None
    return SignaturesFile(PlainApi(environment.api_url, token or environment.token), place)


@dataclass(frozen=True, slots=True)
class _Desk:
    """One run of the workflow."""

    options: argparse.Namespace
    environment: CommandEnvironment
    event: WorkflowRun
    inputs: ClaInputs
    api: PlainApi
    name: str
    """`owner/name` of the repository."""

    def say(self, *sentences: str, command: str = "notice") -> None:
        for sentence in sentences:
            in_workflow = self.options.format == "workflow"
            say((warning if command == "warning" else notice)(sentence) + "\n" if in_workflow else f"{sentence}\n")

    def pull(self, outputs: Outputs) -> int:
        """Judge the pull request of the event."""
        row = self.event.payload.get("pull_request")
        number, head = (row.get("number"), row.get("head")) if isinstance(row, dict) else (None, None)
        if not isinstance(number, int) or not isinstance(head, dict):
            raise UsageError("the event names no pull request", hint="Run it on pull_request_target.")
        if self.event.payload.get("action") == "closed":
            self.say("The pull request is closed: nobody has to sign any more.")
            return 0
        found = self._judging(Proposed.of(self.api, self.name, number, str(head.get("sha"))))
        # what runs on pull_request may not write where the pull request comes from a fork
        if self.event.name == "pull_request_target" and found.begin():
            self.say(f"{found.file.place} was made: it has no signature yet.")
        judged = found.judged()
        self.say(*found.remarks())
        if self.options.comment:
            self._keep_comment(found, judged)
        return outputs.write(judged, enforce=self.options.enforce)

    def heard(self) -> int:
        """Record the signature of the comment of the event, and have the pull request judged again."""
        spoken = Spoken.of(self.event.payload)
        if isinstance(spoken, str):
            self.say(spoken)
            return 0
        proposed = Proposed.of(self.api, self.name, spoken.pull)
        if not proposed.is_open:
            self.say("The pull request is closed: nothing is recorded.")
            return 0
        found = self._judging(proposed)
        done = hear(spoken, found, self.inputs)
        self.say(*done.sentences)
        if not done.look_again:
            return 0
        if self.options.comment:
            self._keep_comment(found, found.judged())
        self._again(proposed.head, f"pull request {spoken.pull}")
        for number, head in self._others(spoken) if done.recorded else ():
            self._again(head, f"pull request {number}")
        return 0

    def _judging(self, proposed: Proposed) -> Judging:
        file = file_of(self.options.signatures, self.inputs, self.environment, self.name)
        return judging(self.options, self.environment, self.inputs, proposed, file, datetime.now(UTC))

    def _others(self, spoken: Spoken) -> list[tuple[int, str]]:
        """Further open pull requests of who signed: their heads."""
        rows = self.api.pages(f"{repository_path(self.name)}/pulls", limit=500, state="open")
        theirs = [row for row in rows if (row.get("user") or {}).get("id") == spoken.account_id]
        return [(row["number"], row["head"]["sha"]) for row in theirs if row["number"] != spoken.pull][:_OTHERS]

    def _again(self, head: str, what: str) -> None:
        if self.event.run_id is None:
            return
        came = Rerun(self.api, self.name, self.event.run_id).of_head(head)
        command = "warning" if came is Came.REFUSED else "notice"
        self.say(_CAME[came].format(what), command=command)

    def _keep_comment(self, found: Judging, judged: Judged) -> None:
        """Write, renew or leave the comment. A token that may not is no reason not to judge."""
        place = f"{repository_path(self.name)}/issues/{found.proposed.number}/comments"
        try:
            old = next((row for row in self.api.pages(place) if _ours(row)), None)
            links, words = found.links(self.environment.server_url or ""), found.words()
            body = comment(judged.report, found.documents(), links, words, old is not None)
            if body is None or (old is not None and old.get("body", "").strip() == body.strip()):
                return
            if old is None:
                self.api.call("POST", place, {"body": body})
            else:
                where = f"{repository_path(self.name)}/issues/comments/{int(old['id'])}"
                self.api.call("PATCH", where, {"body": body})
        except RefusedError as error:
            hint = "The job needs `permissions: {pull-requests: write}` for it; --no-comment keeps none."
            self.say(f"The comment could not be kept: {error}. {hint}", command="warning")


def _ours(row: Mapping[str, Any]) -> bool:
    """Written by a bot, and for this purpose: nobody's own words are written over."""
    return (row.get("user") or {}).get("type") == "Bot" and is_kept(str(row.get("body") or ""))


_CAME = {
    Came.STARTED: "The check of {} runs again.",
    Came.PASSED: "The check of {} has passed already.",
    Came.NOTHING: "No run of this workflow has judged {}: the next push to it will.",
    Came.WAITING: "The check of {} is about to run.",
    Came.GOING: "The check of {} is still running. If it fails, comment recheck.",
    Came.REFUSED: "The check of {} could not be run again: the job needs `permissions: {{actions: write}}`.",
}
