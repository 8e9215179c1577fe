"""What was read of lists and mappings, so that readers of the same names and shape need not read it again."""

from operator import is_
from typing import Any, NamedTuple

from checks.model.errors import PolicyIssue
from checks.policy.document import Items, Node
from checks.policy.shape import KeyPath, Place


class Listed(NamedTuple):
    """What was read of one list or mapping."""

    node: Node
    """Kept, because the list is known by it."""
    value: Any
    places: tuple[dict[KeyPath, Place], ...]
    issues: tuple[PolicyIssue, ...]


class Lists:
    """The lists and mappings that were read: overrides leave most as they are."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, KeyPath], Listed] = {}
        self._first: dict[KeyPath, Listed] = {}
        """Those that were read first: of the policy without overrides."""

    def known(self, node: Node, path: KeyPath) -> Listed | None:
        return self._known.get((id(node), path))

    def forget(self) -> None:
        """All but those that were read first."""
        self._known = {(id(listed.node), path): listed for path, listed in self._first.items()}

    def begun(self, node: Node, path: KeyPath) -> Listed | None:
        """The list without fault to which `node` adds, as `X_also` does."""
        first = self._first.get(path)
        if first is None or first.issues or not (isinstance(node, Items) and isinstance(first.node, Items)):
            return None
        begins = len(first.node.items) <= len(node.items) and all(map(is_, first.node.items, node.items))
        return first if begins and isinstance(first.value, tuple) else None

    def keep(self, listed: Listed, path: KeyPath) -> None:
        self._known[id(listed.node), path] = listed
        self._first.setdefault(path, listed)
