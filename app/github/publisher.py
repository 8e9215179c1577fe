"""Posting a publication: one GraphQL mutation where it can be, REST for whatever that leaves open.

A mutation is never resent blindly. It can half succeed, so each part is judged by its own result; after a crash or an
unclear answer what exists is looked up by external id (the comment by marker and author) and adopted. Where GitHub's
limits leave little room the verdict goes first and the rest follows later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from app.github.client import PUBLISHING, GitHubError, Installation, RateLimited, document, repository_path
from app.github.publication import ANNOTATIONS, Posted, Publication, Run
from app.subject import Claim
from checks.render.checkrun import VERDICT
from checks.render.comment import MARKER
from checks.render.limits import COMMENT, cut

#: A document beyond this is split (bytes): GitHub gives a mutation ten seconds.
DOCUMENT = 800_000


log = structlog.get_logger()


@dataclass
class _Progress:
    """Which parts of a publication stand on GitHub."""

    comment: dict[str, Any] | None
    waiting: Mapping[str, Any] | None
    """The verdict's run that says "in progress": it becomes the first run of the publication."""
    posted: set[int] = field(default_factory=set)
    """Indexes of the runs that are complete."""
    started: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Runs that exist and are not complete: their numbers (0: not told, because GraphQL's numbers end at 32 bits), and
    how many of their annotations they have."""


class Publisher:
    """Posts for one claim."""

    def __init__(self, client: Installation, claim: Claim) -> None:
        self.client = client.with_permissions(PUBLISHING, claim.repository_id)
        self.claim = claim
        self.path = repository_path(claim.about.repository)

    async def publish(
        self,
        publication: Publication,
        comment: Mapping[str, Any] | None,
        unsure: bool,
        waiting: Mapping[str, Any] | None = None,
        urgent_stands: bool = False,
        others: int = 0,
    ) -> Posted:
        """Post what is missing and may be posted now. `comment` is our known comment; `unsure`: an earlier attempt may
        have posted parts; `waiting` (`node`, `id`): the run that `announce` made; `urgent_stands`: an earlier attempt
        has left nothing but the rest; `others`: how many verdicts wait here that go before the rest.

        Raises `RateLimited` or `GitHubError` when something is left to post; called again with `unsure` it adopts.
        """
        rest_at = self._rest_at(publication, comment, others)
        if rest_at is not None and urgent_stands:
            raise RateLimited("comments and details wait until GitHub's limits leave room for them", rest_at)
        now = publication if rest_at is None else publication.urgent
        progress = _Progress(dict(comment) if comment else None, waiting)
        if unsure:
            await self._adopt(now, progress)
        await self._by_graphql(now, progress)
        if any(not number for number, _ in progress.started.values()):
            await self._adopt(now, progress)
        await self._by_rest(now, progress)
        return Posted(progress.comment, rest_at)

    @property
    def short_of_room(self) -> bool:
        """Whether it may come to be that others go before comments and details."""
        return self.client.app.limits.short(self.client.key.installation_id)

    def _rest_at(self, publication: Publication, comment: Mapping[str, Any] | None, others: int) -> float | None:
        """When what can wait may be posted; None: now, or there is nothing."""
        due = self._comment_due(publication, comment)
        created = len(publication.runs) - len(publication.urgent.runs) + (due and comment is None)
        return self.client.app.limits.rest_at(self.client.key.installation_id, created, due, others)

    async def announce(self, head: str) -> dict[str, Any]:
        """Say that the verdict is in progress."""
        body = {"name": VERDICT, "head_sha": head, "status": "in_progress"}
        row = document(await self.client.request("POST", f"{self.path}/check-runs", json=body))
        return {"node": row["node_id"], "id": row["id"]}

    async def withdraw(self, waiting: Mapping[str, Any]) -> None:
        """The announced verdict will not come: a newer commit is judged instead."""
        output = {"title": "not judged", "summary": "A newer commit of this pull request is judged instead."}
        body = {"status": "completed", "conclusion": "cancelled", "output": output}
        await self.client.request("PATCH", f"{self.path}/check-runs/{waiting['id']}", json=body)

    # -- adopting ---------------------------------------------------------------------------------------------------

    async def _adopt(self, publication: Publication, progress: _Progress) -> None:
        app_id = self.client.app.app_id
        rows = await self.client.pages(
            f"{self.path}/commits/{publication.head}/check-runs",
            "check_runs",
            params={"app_id": app_id, "filter": "all"},
        )
        known = {row["external_id"]: row for row in rows if row["app"]["id"] == app_id}
        for index, run in enumerate(publication.runs):
            row = known.get(run.external_id)
            if row is not None and row["output"]["annotations_count"] >= len(_annotations(run)):
                progress.posted.add(index)
            elif row is not None:
                progress.started[index] = (row["id"], row["output"]["annotations_count"])
        if publication.comment is not None:
            progress.comment = await self.find_comment()

    async def answer(self, marker: str, text: str) -> None:
        """Say `text` in the comment of ours that begins with `marker`, a new one if there is none. Raises
        `GitHubError`."""
        body = cut(f"{marker}\n{text}", COMMENT)
        known = await self.find_comment(marker)
        if known is None or known["body"] != body:
            await self._write_comment(body, known)

    async def find_comment(self, marker: str = MARKER) -> dict[str, Any] | None:
        """Our comment, by author and marker. Anybody can write the marker, and a person can write through an App."""
        for row in await self.client.pages(f"{self.path}/issues/{self.claim.number}/comments"):
            app, author = row.get("performed_via_github_app") or {}, row.get("user") or {}
            ours = app.get("id") == self.client.app.app_id and author.get("type") == "Bot"
            if ours and (row.get("body") or "").startswith(marker):
                return {"node": row["node_id"], "id": row["id"], "body": row["body"]}
        return None

    # -- one mutation -----------------------------------------------------------------------------------------------

    async def _by_graphql(self, publication: Publication, progress: _Progress) -> None:
        """Everything in as few mutations as fit. What fails here is left to REST."""
        for part in self._parts(publication, progress):
            try:
                query, variables = self._mutation(publication, part, progress)
                created = sum(name != "u" and "checkRunId" not in given for name, given in variables.items())
                answer = await self.client.graphql(query, variables, created)
            except RateLimited:
                raise
            except GitHubError as error:
                if error.status == 0 or error.status >= 500:
                    await self._adopt(publication, progress)  # it may have been carried out all the same
                return
            self._take(publication, part, answer.data, progress)
            if any(not error.get("type") for error in answer.errors):
                await self._adopt(publication, progress)  # GitHub gave up on the way, and does not say where

    def _parts(self, publication: Publication, progress: _Progress) -> Iterator[list[int | str]]:
        """Indexes of runs, and `comment`, cut into documents that are not too large."""
        part: list[int | str] = []
        size = 0
        for index, run in enumerate(publication.runs):
            if index in progress.posted or index in progress.started:
                continue
            weight = len(str(run.output))
            if part and size + weight > DOCUMENT:
                yield part
                part, size = [], 0
            part.append(index)
            size += weight
        if self._comment_due(publication, progress.comment):
            part.append("comment")
        if part:
            yield part

    def _comment_due(self, publication: Publication, known: Mapping[str, Any] | None) -> bool:
        return publication.comment is not None and (known is None or known["body"] != publication.comment)

    def _mutation(
        self, publication: Publication, part: Sequence[int | str], progress: _Progress
    ) -> tuple[str, dict[str, Any]]:
        declared, fields = [], []
        variables: dict[str, Any] = {}
        for item in part:
            if isinstance(item, int):
                verb = "update" if item == 0 and progress.waiting else "create"
                declared.append(f"$c{item}: {verb.capitalize()}CheckRunInput!")
                fields.append(f"c{item}: {verb}CheckRun(input: $c{item}) {{ checkRun {{ id databaseId }} }}")
                place = (
                    {"checkRunId": progress.waiting["node"]}
                    if item == 0 and progress.waiting
                    else {"headSha": publication.head}
                )
                variables[f"c{item}"] = self._run_input(publication.runs[item]) | place
            elif progress.comment is not None:
                declared.append("$u: UpdateIssueCommentInput!")
                fields.append("u: updateIssueComment(input: $u) { issueComment { id fullDatabaseId } }")
                variables["u"] = {"id": progress.comment["node"], "body": publication.comment}
            else:
                declared.append("$a: AddCommentInput!")
                fields.append("a: addComment(input: $a) { commentEdge { node { id fullDatabaseId } } }")
                variables["a"] = {"subjectId": self.claim.about.pull_node, "body": publication.comment}
        return f"mutation({', '.join(declared)}) {{ {' '.join(fields)} }}", variables

    def _run_input(self, run: Run) -> dict[str, Any]:
        given = {
            "repositoryId": self.claim.about.repository_node,
            "name": run.name,
            "status": "COMPLETED",
            "conclusion": run.conclusion.upper(),
            "externalId": run.external_id,
            "output": {**run.output, "annotations": [_nested(a) for a in _annotations(run)[:ANNOTATIONS]]},
        }
        buttons = {"actions": list(run.actions)} if run.actions else {}
        return {**given, **buttons, **({"detailsUrl": run.details_url} if run.details_url else {})}

    def _take(
        self, publication: Publication, part: Sequence[int | str], data: Mapping[str, Any], progress: _Progress
    ) -> None:
        """Each part is judged by its own result object: no object, not done, whatever the status said."""
        for item in part:
            if isinstance(item, int):
                created = (data.get(f"c{item}") or {}).get("checkRun")
                if created and len(_annotations(publication.runs[item])) > ANNOTATIONS:
                    progress.started[item] = (created["databaseId"] or 0, ANNOTATIONS)
                elif created:
                    progress.posted.add(item)
                continue
            node = (data.get("u") or {}).get("issueComment") or ((data.get("a") or {}).get("commentEdge") or {}).get(
                "node"
            )
            if node:
                progress.comment = {"node": node["id"], "id": node.get("fullDatabaseId"), "body": publication.comment}

    # -- REST -------------------------------------------------------------------------------------------------------

    async def _by_rest(self, publication: Publication, progress: _Progress) -> None:
        for index, run in enumerate(publication.runs):
            if index in progress.posted:
                continue
            waiting = progress.waiting if index == 0 else None
            number, present = progress.started.get(index) or await self._create_run(publication, run, waiting)
            progress.started[index] = (number, present)
            await self._add_annotations(number, run, present)
            progress.posted.add(index)
        if self._comment_due(publication, progress.comment):
            try:
                progress.comment = await self._write_comment(publication.comment or "", progress.comment)
            except GitHubError as error:
                if error.passing:
                    raise
                # A locked conversation, or a permission that was taken away: the verdict stands all the same.
                log.warning("comment-not-posted", error=str(error))

    async def _create_run(
        self, publication: Publication, run: Run, waiting: Mapping[str, Any] | None
    ) -> tuple[int, int]:
        """The number of a new run, and how many annotations it has."""
        annotations = _annotations(run)
        body: dict[str, Any] = {
            "name": run.name,
            "status": "completed",
            "conclusion": run.conclusion,
            "external_id": run.external_id,
            "output": {**run.output, "annotations": annotations[:ANNOTATIONS]},
        }
        if run.details_url:
            body["details_url"] = run.details_url
        if run.actions:
            body["actions"] = list(run.actions)
        if waiting is None:
            answer = await self.client.request(
                "POST", f"{self.path}/check-runs", json={**body, "head_sha": publication.head}
            )
        else:
            answer = await self.client.request("PATCH", f"{self.path}/check-runs/{waiting['id']}", json=body)
        return int(document(answer)["id"]), min(len(annotations), ANNOTATIONS)

    async def _add_annotations(self, number: int, run: Run, present: int) -> None:
        """The rest, in order: GitHub appends what an update brings."""
        annotations = _annotations(run)
        for start in range(present, len(annotations), ANNOTATIONS):
            output = {**run.output, "annotations": annotations[start : start + ANNOTATIONS]}
            await self.client.request("PATCH", f"{self.path}/check-runs/{number}", json={"output": output})

    async def _write_comment(self, body: str, known: Mapping[str, Any] | None) -> dict[str, Any]:
        if known is not None and known["id"] is None:
            known = await self.find_comment()
        if known is not None:
            path, method = f"{self.path}/issues/comments/{known['id']}", "PATCH"
        else:
            path, method = f"{self.path}/issues/{self.claim.number}/comments", "POST"
        try:
            row = document(await self.client.request(method, path, json={"body": body}))
        except GitHubError as error:
            if known is None or error.status not in (404, 410):
                raise
            return await self._write_comment(body, None)  # somebody deleted it
        return {"node": row["node_id"], "id": row["id"], "body": body}


def _annotations(run: Run) -> list[dict[str, Any]]:
    return list(run.output.get("annotations", ()))


def _nested(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """REST's flat annotation in GraphQL's shape."""
    names = {"path": "path", "message": "message", "title": "title", "raw_details": "rawDetails"}
    nested: dict[str, Any] = {ours: annotation[theirs] for theirs, ours in names.items() if annotation.get(theirs)}
    nested["annotationLevel"] = annotation["annotation_level"].upper()
    nested["location"] = {"startLine": annotation["start_line"], "endLine": annotation["end_line"]}
    return nested
