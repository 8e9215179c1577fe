"""Posting a publication: one GraphQL mutation where it can be, REST for whatever that leaves open.

A mutation is never resent blindly. It can half succeed, so each part is judged by its own result; after a crash or an
unclear answer what exists is looked up by external id (the comment by marker and author) and adopted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.github.client import GitHubError, Installation, RateLimited, repository_path
from app.github.publication import ANNOTATIONS, Posted, Publication, Run
from app.jobs.subject import Claim
from checks.render.comment import MARKER

#: A document beyond this is split (bytes): GitHub gives a mutation ten seconds.
DOCUMENT = 800_000


@dataclass
class _Progress:
    """Which parts of a publication stand on GitHub."""

    comment: dict[str, Any] | None
    posted: set[int] = field(default_factory=set)
    """Indexes of the runs that are complete."""
    started: dict[int, int] = field(default_factory=dict)
    """Runs that exist with their first annotations only, and their numbers."""


class Publisher:
    """Posts for one claim."""

    def __init__(self, client: Installation, claim: Claim) -> None:
        self.client = client
        self.claim = claim
        self.path = repository_path(claim.about.repository)

    async def publish(self, publication: Publication, comment: Mapping[str, Any] | None, unsure: bool) -> Posted:
        """Post what is missing. `comment` is our known comment; `unsure`: an earlier attempt may have posted parts.

        Raises `RateLimited` or `GitHubError` when something is left to post; calling again with `unsure` adopts the rest.
        """
        progress = _Progress(dict(comment) if comment else None)
        if unsure:
            await self._adopt(publication, progress)
        await self._by_graphql(publication, progress)
        await self._by_rest(publication, progress)
        return Posted(progress.comment)

    # -- adopting ---------------------------------------------------------------------------------------------------

    async def _adopt(self, publication: Publication, progress: _Progress) -> None:
        rows = await self.client.pages(
            f"{self.path}/commits/{publication.head}/check-runs?app_id={self.client.app.app_id}&filter=all", "check_runs"
        )
        known = {row["external_id"]: row for row in rows}
        for index, run in enumerate(publication.runs):
            row = known.get(run.external_id)
            if row is not None and row["output"]["annotations_count"] >= len(_annotations(run)):
                progress.posted.add(index)
        if publication.comment is not None and progress.comment is None:
            progress.comment = await self._find_comment()

    async def _find_comment(self) -> dict[str, Any] | None:
        for row in await self.client.pages(f"{self.path}/issues/{self.claim.number}/comments"):
            app = row.get("performed_via_github_app") or {}
            if app.get("id") == self.client.app.app_id and (row.get("body") or "").startswith(MARKER):
                return {"node": row["node_id"], "id": row["id"], "body": row["body"]}
        return None

    # -- one mutation -----------------------------------------------------------------------------------------------

    async def _by_graphql(self, publication: Publication, progress: _Progress) -> None:
        """Everything in as few mutations as fit. What fails here is left to REST."""
        for part in self._parts(publication, progress):
            try:
                answer = await self.client.graphql(*self._mutation(publication, part, progress))
            except RateLimited:
                raise
            except GitHubError as error:
                if error.status in (0, 502, 503, 504):
                    await self._adopt(publication, progress)  # it may have been carried out all the same
                return
            self._take(publication, part, answer.data, progress)

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
        if self._comment_due(publication, progress):
            part.append("comment")
        if part:
            yield part

    def _comment_due(self, publication: Publication, progress: _Progress) -> bool:
        known = progress.comment
        return publication.comment is not None and (known is None or known["body"] != publication.comment)

    def _mutation(
        self, publication: Publication, part: Sequence[int | str], progress: _Progress
    ) -> tuple[str, dict[str, Any]]:
        declared, fields = [], []
        variables: dict[str, Any] = {}
        for item in part:
            if isinstance(item, int):
                declared.append(f"$c{item}: CreateCheckRunInput!")
                fields.append(f"c{item}: createCheckRun(input: $c{item}) {{ checkRun {{ id databaseId }} }}")
                variables[f"c{item}"] = self._run_input(publication, publication.runs[item])
            elif progress.comment is not None:
                declared.append("$u: UpdateIssueCommentInput!")
                fields.append("u: updateIssueComment(input: $u) { issueComment { id fullDatabaseId } }")
                variables["u"] = {"id": progress.comment["node"], "body": publication.comment}
            else:
                declared.append("$a: AddCommentInput!")
                fields.append("a: addComment(input: $a) { commentEdge { node { id fullDatabaseId } } }")
                variables["a"] = {"subjectId": self.claim.about.pull_node, "body": publication.comment}
        return f"mutation({', '.join(declared)}) {{ {' '.join(fields)} }}", variables

    def _run_input(self, publication: Publication, run: Run) -> dict[str, Any]:
        document = {
            "repositoryId": self.claim.about.repository_node,
            "name": run.name,
            "headSha": publication.head,
            "status": "COMPLETED",
            "conclusion": run.conclusion.upper(),
            "externalId": run.external_id,
            "output": {**run.output, "annotations": [_nested(a) for a in _annotations(run)[:ANNOTATIONS]]},
        }
        return {**document, "detailsUrl": run.details_url} if run.details_url else document

    def _take(
        self, publication: Publication, part: Sequence[int | str], data: Mapping[str, Any], progress: _Progress
    ) -> None:
        """Each part is judged by its own result object: no object, not done, whatever the status said."""
        for item in part:
            if isinstance(item, int):
                created = (data.get(f"c{item}") or {}).get("checkRun")
                if created and len(_annotations(publication.runs[item])) > ANNOTATIONS:
                    progress.started[item] = created["databaseId"]
                elif created:
                    progress.posted.add(item)
                continue
            node = (data.get("u") or {}).get("issueComment") or ((data.get("a") or {}).get("commentEdge") or {}).get("node")
            if node:
                progress.comment = {"node": node["id"], "id": node.get("fullDatabaseId"), "body": publication.comment}

    # -- REST -------------------------------------------------------------------------------------------------------

    async def _by_rest(self, publication: Publication, progress: _Progress) -> None:
        for index, run in enumerate(publication.runs):
            if index in progress.posted:
                continue
            number = progress.started.get(index) or await self._create_run(publication, run)
            progress.started[index] = number
            await self._add_annotations(number, run)
            progress.posted.add(index)
        if self._comment_due(publication, progress):
            progress.comment = await self._write_comment(publication.comment or "", progress.comment)

    async def _create_run(self, publication: Publication, run: Run) -> int:
        """The number of a new run with its first annotations."""
        annotations = _annotations(run)
        body: dict[str, Any] = {
            "name": run.name,
            "head_sha": publication.head,
            "status": "completed",
            "conclusion": run.conclusion,
            "external_id": run.external_id,
            "output": {**run.output, "annotations": annotations[:ANNOTATIONS]},
        }
        if run.details_url:
            body["details_url"] = run.details_url
        answer = await self.client.request("POST", f"{self.path}/check-runs", json=body)
        return int(answer.json()["id"])

    async def _add_annotations(self, number: int, run: Run) -> None:
        annotations = _annotations(run)
        for start in range(ANNOTATIONS, len(annotations), ANNOTATIONS):
            output = {**run.output, "annotations": annotations[start : start + ANNOTATIONS]}
            await self.client.request("PATCH", f"{self.path}/check-runs/{number}", json={"output": output})

    async def _write_comment(self, body: str, known: Mapping[str, Any] | None) -> dict[str, Any]:
        if known is not None:
            path, method = f"{self.path}/issues/comments/{known['id']}", "PATCH"
        else:
            path, method = f"{self.path}/issues/{self.claim.number}/comments", "POST"
        try:
            row = (await self.client.request(method, path, json={"body": body})).json()
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
    document: dict[str, Any] = {ours: annotation[theirs] for theirs, ours in names.items() if annotation.get(theirs)}
    document["annotationLevel"] = annotation["annotation_level"].upper()
    document["location"] = {"startLine": annotation["start_line"], "endLine": annotation["end_line"]}
    return document
