"""What every GraphQL resolver needs: the caller, GitHub's typed errors, pages of a connection."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from .auth import Caller
from .limits import RateLimiter
from .repository import Repository
from .world import Json, World

INT_MAX = 2**31 - 1


class NodeError(GraphQLError):
    """An error at a field, with GitHub's `type` beside `message` and `path`."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(message, extensions={"type": type_})


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks; every node is made for one caller."""

    world: World
    caller: Caller
    limiter: RateLimiter
    cost: int = 1
    node_count: int = 0

    def require(self, permission: str, level: str = "read") -> None:
        assert self.caller.token is not None
        if not self.caller.token.may(permission, level):
            raise NodeError("FORBIDDEN", "Resource not accessible by integration")

    def reaches(self, repository: Repository) -> bool:
        alive = repository.id in self.world.repositories
        return alive and self.caller.token is not None and self.caller.token.reaches(repository)


def unknown_node(node_id: str) -> NodeError:
    return NodeError("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'")


def small(number: int) -> int | None:
    """`databaseId` is a 32-bit integer: null for what no longer fits (see fullDatabaseId)."""
    return number if number <= INT_MAX else None


def connection(items: Sequence[Any], make: Callable[[Any], Json], arguments: Json, total: int | None = None) -> Json:
    """A page of `items` by first/after or last/before; validation has checked the bounds already."""
    start, end = 0, len(items)
    if arguments.get("after"):
        start = _position(arguments["after"]) + 1
    if arguments.get("before"):
        end = min(end, _position(arguments["before"]))
    if arguments.get("first") is not None:
        end = min(end, start + arguments["first"])
    elif arguments.get("last") is not None:
        start = max(start, end - arguments["last"])
    chosen = [make(item) for item in items[start:end]]
    cursors = [_cursor(start), _cursor(start + len(chosen) - 1)] if chosen else [None, None]
    return {
        "totalCount": len(items) if total is None else total,
        "nodes": chosen,
        "edges": [{"cursor": _cursor(start + i), "node": node} for i, node in enumerate(chosen)],
        "pageInfo": {
            "startCursor": cursors[0],
            "endCursor": cursors[1],
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }


def _cursor(position: int) -> str:
    return base64.b64encode(f"cursor:v2:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor).rpartition(b":")[2])
    except ValueError:
        raise NodeError("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from None
