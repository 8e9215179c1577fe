"""The GraphQL endpoint: one query that reads a verdict's input, one mutation document that writes it."""

from typing import Any

from .conftest import Place

READ = """
query($owner: String!, $name: String!, $number: Int!) {
  rateLimit { cost remaining nodeCount }
  repository(owner: $owner, name: $name) {
    id
    pullRequest(number: $number) {
      id headRefOid baseRefOid isDraft isCrossRepository state changedFiles author { __typename login }
      files(first: 100) { totalCount pageInfo { hasNextPage } nodes { path changeType } }
      commits(first: 100) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { commit {
          oid messageHeadline author { name user { login } }
          authors(first: 10) { nodes { name email } } parents { totalCount } signature { isValid state }
        } }
      }
      comments(last: 10) { nodes { id fullDatabaseId databaseId body viewerDidAuthor author { login } } }
    }
  }
}
"""
HERE = {"owner": "example", "name": "web-shop", "number": 1}
CREATE = "mutation($c: CreateCheckRunInput!) { createCheckRun(input: $c) { checkRun { id status conclusion } } }"


def opened(place: Place) -> Any:
    message = "One\n\nCo-authored-by: Grace <grace@example.com>\nSigned-off-by: Ada <ada@example.com>"
    place.repo.commit("feature", {"a.txt": "1\n", "src/index.js": None}, message, place.ada, verified=True)
    return place.repo.open_pull("feature", author=place.ada)


def run_input(place: Place, annotations: int = 0, **more: Any) -> dict[str, Any]:
    note = {
        "path": "package.json", "location": {"startLine": 1, "endLine": 1}, "annotationLevel": "WARNING",
        "message": "Look",
    }  # fmt: skip
    output = {"title": "t", "summary": "s", "annotations": [note] * annotations}
    values = {"repositoryId": place.repo.node_id, "headSha": place.repo.head(), "name": "ospo-gate"}
    return {**values, "conclusion": "FAILURE", "output": output, **more}


def test_one_query_reads_what_a_verdict_needs(place: Place) -> None:
    pull = opened(place)
    answer = place.graphql(READ, **HERE)
    assert "errors" not in answer
    assert answer["data"]["rateLimit"]["cost"] == 1
    found = answer["data"]["repository"]["pullRequest"]
    assert found["id"] == pull.node_id == place.api.get(f"{place.path}/pulls/1").json()["node_id"]
    assert answer["data"]["repository"]["id"] == place.api.get(place.path).json()["node_id"]
    assert {f["path"]: f["changeType"] for f in found["files"]["nodes"]} == {
        "a.txt": "ADDED",
        "src/index.js": "DELETED",
    }
    commit = found["commits"]["nodes"][0]["commit"]
    assert commit["signature"] == {"isValid": True, "state": "VALID"}
    assert [a["name"] for a in commit["authors"]["nodes"]] == ["Ada Lovelace", "Grace"]
    assert commit["author"]["user"] == {"login": "ada"}


def test_no_cap_of_250_commits(place: Place) -> None:
    place.repo.commits("big", [({"a": str(n)}, f"Commit {n}", place.ada) for n in range(260)])
    place.repo.open_pull("big")
    query = """query($after: String) { repository(owner: "example", name: "web-shop") { pullRequest(number: 1) {
      commits(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { commit { oid } } }
    } } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = place.graphql(query, after=after)["data"]["repository"]["pullRequest"]["commits"]
        assert page["totalCount"] == 260
        seen += [node["commit"]["oid"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(set(seen)) == 260


def test_blobs_are_cut_at_512000_bytes_and_missing_ones_are_null(place: Place) -> None:
    files: dict[str, str | bytes | None] = {"large.txt": "x" * 512_001, "exact.txt": "x" * 512_000, "binary": b"\0\1"}
    sha = place.repo.commit("main", files, "Files")
    query = """query($e: String!) { repository(owner: "example", name: "web-shop") { object(expression: $e) {
      ... on Blob { oid byteSize isBinary isTruncated text } ... on Tree { entries { name mode type } } } } }"""

    def read(path: str) -> Any:
        return place.graphql(query, e=f"{sha}:{path}")["data"]["repository"]["object"]

    assert (read("large.txt")["isTruncated"], len(read("large.txt")["text"])) == (True, 512_000)
    assert read("exact.txt")["isTruncated"] is False
    assert (read("binary")["isBinary"], read("binary")["text"]) == (True, None)
    assert read("missing") is None
    assert read("src")["entries"] == [{"name": "index.js", "mode": 33188, "type": "blob"}]


def test_writing_is_in_order_and_not_one_transaction(place: Place) -> None:
    opened(place)
    document = """mutation($a: CreateCheckRunInput!, $b: CreateCheckRunInput!, $u: AddCommentInput!) {
      a: createCheckRun(input: $a) { checkRun { id } }
      b: createCheckRun(input: $b) { checkRun { id } }
      u: addComment(input: $u) { commentEdge { node { id fullDatabaseId url } } }
    }"""
    pull_id = place.graphql(READ, **HERE)["data"]["repository"]["pullRequest"]["id"]
    wrong = run_input(place, name="second", headSha="0" * 40)
    comment = {"subjectId": pull_id, "body": "Hello"}
    answer = place.graphql(document, a=run_input(place), b=wrong, u=comment)
    assert answer["data"]["a"]["checkRun"]["id"] == place.sim.check_runs(place.repo)[0]["node_id"]
    assert answer["data"]["b"] is None
    assert answer["data"]["u"]["commentEdge"]["node"]["id"] == place.sim.comments(place.repo, 1)[0]["node_id"]
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("UNPROCESSABLE", ["b"])


def test_51_annotations_fail_silently(place: Place) -> None:
    assert place.graphql(CREATE, c=run_input(place, 51)) == {"data": {"createCheckRun": {"checkRun": None}}}
    assert place.sim.check_runs(place.repo) == []
    made = place.graphql(CREATE, c=run_input(place, 50))["data"]["createCheckRun"]["checkRun"]
    update = """mutation($u: UpdateCheckRunInput!) { updateCheckRun(input: $u) {
      checkRun { annotations { totalCount } } } }"""
    more = run_input(place, 10)
    del more["headSha"]
    answer = place.graphql(update, u={**more, "checkRunId": made["id"]})
    assert answer["data"]["updateCheckRun"]["checkRun"]["annotations"]["totalCount"] == 60


def test_values_that_only_github_may_set(place: Place) -> None:
    for value in ("STALE", "STARTUP_FAILURE"):
        answer = place.graphql(CREATE, c=run_input(place, conclusion=value))
        assert answer["errors"][0]["type"] == "UNPROCESSABLE"
    unknown = place.graphql(CREATE, c=run_input(place, conclusion="PASSED"))
    assert "data" not in unknown
    assert "PASSED" in unknown["errors"][0]["message"]


def test_unknown_fields_and_wrong_bounds_refuse_the_document(place: Place) -> None:
    assert "verdict" in place.graphql("{ viewer { verdict } }")["errors"][0]["message"]
    assert "Syntax Error" in place.graphql("{ viewer {")["errors"][0]["message"]
    opened(place)
    for bounds, kind in (("(first: 101)", "EXCESSIVE_PAGINATION"), ("", "MISSING_PAGINATION_BOUNDARIES")):
        answer = place.graphql(READ.replace("(first: 100)", bounds, 1), **HERE)
        assert answer["errors"][0]["type"] == kind
        assert "data" not in answer
    total = '{ repository(owner: "example", name: "web-shop") { pullRequest(number: 1) { files { totalCount } } } }'
    assert place.graphql(total)["data"]["repository"]["pullRequest"]["files"]["totalCount"] == 2


def test_too_many_nodes(place: Place) -> None:
    query = """{ repository(owner: "example", name: "web-shop") { pullRequests(first: 100) { nodes {
      commits(first: 100) { nodes { commit { authors(first: 100) { nodes { name } } } } } } } } }"""
    assert place.graphql(query)["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_typed_errors(place: Place) -> None:
    missing = place.graphql('{ repository(owner: "example", name: "nope") { id } }')
    assert (missing["data"], missing["errors"][0]["type"]) == ({"repository": None}, "NOT_FOUND")
    answer = place.graphql(READ, **{**HERE, "number": 9})
    assert answer["errors"][0]["message"] == "Could not resolve to a PullRequest with the number of 9."
    token = place.new_token(permissions={"contents": "read"}).json()["token"]
    with place.with_token(token) as api:
        refused = api.post(place.sim.graphql_url, json={"query": READ, "variables": HERE}).json()
        assert refused["errors"][0]["type"] == "FORBIDDEN"
        document = {"query": CREATE, "variables": {"c": run_input(place)}}
        assert api.post(place.sim.graphql_url, json=document).json()["errors"][0]["type"] == "FORBIDDEN"


def test_comments_are_updated_minimized_and_deleted(place: Place) -> None:
    pull = opened(place)
    made = place.api.post(f"{place.path}/issues/1/comments", json={"body": "Old"}).json()
    edit = "mutation($i: UpdateIssueCommentInput!) { updateIssueComment(input: $i) { issueComment { body } } }"
    answer = place.graphql(edit, i={"id": made["node_id"], "body": "New"})
    assert answer["data"]["updateIssueComment"]["issueComment"]["body"] == "New"
    long = place.graphql(edit, i={"id": made["node_id"], "body": "x" * 65_537})
    assert long["errors"][0]["message"] == "Body is too long (maximum is 65536 characters)"
    hide = """mutation($i: MinimizeCommentInput!) { minimizeComment(input: $i) {
      minimizedComment { isMinimized minimizedReason } } }"""
    hidden = place.graphql(hide, i={"subjectId": made["node_id"], "classifier": "OUTDATED"})
    assert hidden["data"]["minimizeComment"]["minimizedComment"]["minimizedReason"] == "outdated"
    shown = place.graphql(READ, **HERE)["data"]["repository"]["pullRequest"]["comments"]["nodes"][0]
    assert shown["author"]["login"] == "ospo-gate"  # no [bot] here, but viewer has it
    assert (shown["viewerDidAuthor"], shown["fullDatabaseId"], shown["databaseId"]) == (True, str(made["id"]), None)
    assert place.graphql("{ viewer { login } }")["data"]["viewer"]["login"] == "ospo-gate[bot]"
    delete = "mutation($i: DeleteIssueCommentInput!) { deleteIssueComment(input: $i) { clientMutationId } }"
    gone = place.graphql(delete, i={"id": made["node_id"]})
    assert gone["data"]["deleteIssueComment"] == {"clientMutationId": None}
    assert pull.comments == []


def test_our_runs_are_found_by_commit_and_by_node_id(place: Place) -> None:
    made = place.check_run(external_id="x1").json()
    query = """query($oid: GitObjectID!, $app: Int!, $id: ID!) {
      node(id: $id) { ... on CheckRun { externalId } }
      repository(owner: "example", name: "web-shop") { object(oid: $oid) { ... on Commit {
        checkSuites(first: 10, filterBy: {appId: $app}) { nodes { checkRuns(first: 100, filterBy: {checkType: LATEST}) {
          nodes { id name status externalId } } } } } } } }"""
    answer = place.graphql(query, oid=place.repo.head(), app=place.app.id, id=made["node_id"])
    assert answer["data"]["node"] == {"externalId": "x1"}
    suites = answer["data"]["repository"]["object"]["checkSuites"]["nodes"]
    assert [n["id"] for s in suites for n in s["checkRuns"]["nodes"]] == [made["node_id"]]


def test_introspection_names_the_mutations(place: Place) -> None:
    found = place.graphql('{ __type(name: "Mutation") { fields { name } } }')["data"]["__type"]["fields"]
    assert {"name": "createCheckRun"} in found


def test_the_endpoint_can_be_switched_off(place: Place) -> None:
    place.sim.graphql_available = False
    answer = place.api.post(place.sim.graphql_url, json={"query": "{ viewer { login } }"})
    assert answer.status_code == 404
    assert place.api.get(place.path).status_code == 200
