"""The GraphQL endpoint: parse and validate once per document, check limits, execute, shape the errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from .auth import Caller
from .checks import CheckRun, CheckSuite
from .comments import Comment
from .graphql_checks import check_run, check_suite
from .graphql_context import Context, NodeError, unknown_node
from .graphql_mutations import CREATES_CONTENT, MUTATIONS, resolver
from .graphql_nodes import actor, comment, commit, pull, repository, user
from .graphql_size import Size
from .limits import RateLimiter
from .pulls import Pull
from .repository import Repository
from .world import Json, World, iso

MUTATION_POINTS = 5  # of the secondary limit; a query costs 1


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document with its validation errors."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        definitions = self.node.definitions if self.node else ()
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        if name is None:
            return operations[0] if len(operations) == 1 else None
        return next((o for o in operations if o.name and o.name.value == name), None)


class GraphQLEndpoint:
    def __init__(self, world: World, limiter: RateLimiter) -> None:
        self._world, self._limiter = world, limiter
        self._schema = _schema()
        self._document = _document

    def execute(
        self, caller: Caller, text: str, variables: Json, operation_name: str | None
    ) -> tuple[Json, dict[str, str]]:
        """The answer and the rate limit headers. The status is 200 whatever happens."""
        document = self._document(text)
        if document.errors or document.node is None:
            return {"errors": [_plain(error) for error in document.errors]}, self._headers(caller)
        operation = document.operation(operation_name)
        if operation is None:
            return {"errors": [{"message": "An operation name is required"}]}, self._headers(caller)
        mutation = operation.operation is OperationType.MUTATION
        size = Size(self._schema, document.node, variables)
        size.measure(operation, mutation)
        if size.problems:
            return {"errors": size.problems}, self._headers(caller)
        problem = self._limit(caller, operation, mutation, size.cost)
        if problem:
            return {"errors": [problem]}, self._headers(caller)
        context = Context(self._world, caller, self._limiter, size.cost, size.nodes)
        result = execute_sync(
            self._schema, document.node, context_value=context, variable_values=variables,
            operation_name=operation_name,
        )  # fmt: skip
        return _answer(result), self._headers(caller)

    def summary(self, text: str) -> str:
        """A short name of a document for the request log: `query repository`, `mutation createCheckRun×3`."""
        operation = self._document(text).operation(None) if text else None
        if operation is None:
            return "invalid"
        names = [s.name.value for s in operation.selection_set.selections if isinstance(s, FieldNode)]
        counts = {name: names.count(name) for name in names}
        shown = [name if count == 1 else f"{name}×{count}" for name, count in counts.items()]
        return f"{operation.operation.value} {' '.join(shown)}"

    def _limit(self, caller: Caller, operation: OperationDefinitionNode, mutation: bool, cost: int) -> Json | None:
        if self._limiter.settings.enabled:
            bucket = self._limiter.bucket(caller, "graphql")
            if bucket.used + cost > bucket.limit:
                message = f"API rate limit already exceeded for {caller.identity}."
                return {"type": "RATE_LIMITED", "message": message}
            self._limiter.spend(caller, "graphql", cost)
        fields = [s for s in operation.selection_set.selections if isinstance(s, FieldNode)]
        contents = sum(f.name.value in CREATES_CONTENT for f in fields) if mutation else 0
        points = MUTATION_POINTS if mutation else 1
        problem = self._limiter.check_secondary(caller, "/graphql", points, contents)
        if problem:
            raise problem
        return None

    def _headers(self, caller: Caller) -> dict[str, str]:
        if not self._limiter.settings.enabled:
            return {}
        return self._limiter.headers(self._limiter.bucket(caller, "graphql"), "graphql")


@lru_cache(maxsize=512)
def _document(text: str) -> Document:
    try:
        node = parse(text)
    except GraphQLError as error:
        return Document(None, (error,))
    return Document(node, tuple(validate(_schema(), node)))


@lru_cache(maxsize=1)
def _schema() -> GraphQLSchema:
    schema = build_schema((Path(__file__).parent / "schema.graphql").read_text())
    query, mutation = schema.query_type, schema.mutation_type
    assert query is not None
    assert mutation is not None
    for name, function in (
        ("repository", _repository), ("node", _node), ("nodes", _nodes), ("viewer", _viewer),
        ("rateLimit", _rate_limit), ("user", _user), ("organization", _organization),
    ):  # fmt: skip
        query.fields[name].resolve = function
    suite = schema.type_map["CheckSuite"]
    assert isinstance(suite, GraphQLObjectType)
    suite.fields["commit"].resolve = _commit_of_suite
    for name, action in MUTATIONS.items():
        mutation.fields[name].resolve = resolver(action)
    return schema


def _repository(source: object, info: Any, owner: str, name: str, followRenames: bool = True) -> Json:
    context: Context = info.context
    found = context.world.repository(f"{owner}/{name}")
    renamed = found is not None and found.full_name.lower() != f"{owner}/{name}".lower()
    if found is None or not context.reaches(found) or (renamed and not followRenames):
        message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise NodeError("NOT_FOUND", message)
    return repository(context, found)


def _commit_of_suite(source: Json, info: Any) -> Json:
    suite: CheckSuite = source["suite"]
    return commit(info.context, suite.repository, suite.head_sha)


def _node(source: object, info: Any, id: str) -> Json:
    context: Context = info.context
    found = context.world.nodes.get(id)
    if isinstance(found, Repository) and context.reaches(found):
        return repository(context, found)
    if isinstance(found, Pull) and context.reaches(found.repository):
        context.require("pull_requests")
        return pull(context, found)
    if isinstance(found, Comment) and context.reaches(found.pull.repository) and found.node_id == id:
        return comment(context, found)
    if isinstance(found, CheckRun) and context.reaches(found.suite.repository):
        return check_run(context, found)
    if isinstance(found, CheckSuite) and context.reaches(found.repository):
        return check_suite(context, found)
    raise unknown_node(id)


def _nodes(source: object, info: Any, ids: list[str]) -> list[Json]:
    return [_node(source, info, node_id) for node_id in ids]


def _viewer(source: object, info: Any) -> Json:
    context: Context = info.context
    assert context.caller.app is not None
    return user(context, context.caller.app.bot)


def _user(source: object, info: Any, login: str) -> Json:
    found = info.context.world.users.get(login.lower())
    if found is None or found.type != "User":
        raise NodeError("NOT_FOUND", f"Could not resolve to a User with the login of '{login}'.")
    return user(info.context, found)


def _organization(source: object, info: Any, login: str) -> Json:
    found = info.context.world.organizations.get(login.lower())
    if found is None:
        raise NodeError("NOT_FOUND", f"Could not resolve to an Organization with the login of '{login}'.")
    return actor(info.context, found)


def _rate_limit(source: object, info: Any, dryRun: bool = False) -> Json | None:
    context: Context = info.context
    limiter = context.limiter
    if not limiter.settings.enabled:
        return None
    bucket = limiter.bucket(context.caller, "graphql")
    return {
        "cost": context.cost,
        "limit": bucket.limit,
        "nodeCount": context.node_count,
        "remaining": max(0, bucket.limit - bucket.used),
        "resetAt": iso(bucket.reset),
        "used": bucket.used,
    }


def _answer(result: ExecutionResult) -> Json:
    answer: Json = {"data": result.data}
    if result.errors:
        answer["errors"] = [_shaped(error) for error in result.errors]
        if result.data is None and all(error.path is None for error in result.errors):
            del answer["data"]  # refused before anything ran
    return answer


def _shaped(error: GraphQLError) -> Json:
    extensions: Mapping[str, Any] = error.extensions or {}
    shaped: Json = {"type": extensions["type"]} if "type" in extensions else {}
    if error.path:
        shaped["path"] = error.path
    shaped["locations"] = [{"line": at.line, "column": at.column} for at in error.locations or []]
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error  # a fault of the simulator must not look like an answer of GitHub
    return shaped | {"message": error.message}


def _plain(error: GraphQLError) -> Json:
    where = [{"line": at.line, "column": at.column} for at in error.locations or []]
    return {"message": error.message, "locations": where}
