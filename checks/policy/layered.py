"""The tree of a policy with its overrides, and what they make together on a day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.report import PolicyReference
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.load import Loader, Read, SectionShape, in_order
from checks.policy.schema import Coming, ComingEntry, Policy

if TYPE_CHECKING:
    from checks.policy.dated_lists import DatedLists
    from checks.policy.overrides import Override
    from checks.policy.written import Written


def _written(tree: Entries) -> "Mapping[str, Written] | None":
    """The rules that the policy itself writes, if there are any."""
    if tree.get("custom_rules") is None and tree.get("overrides") is None:
        return None
    from checks.policy.written import written_rules

    return written_rules(tree)


class Made(NamedTuple):
    """What a tree says on a day."""

    tree: Entries
    read: Read
    coming: dict[str, Coming]
    entries: tuple[ComingEntry, ...] = ()
    """Entries of lists that are left out until their day."""
    undated: tuple[PolicyIssue, ...] = ()
    """What is wrong with its days."""

    @property
    def issues(self) -> tuple[PolicyIssue, ...]:
        return (*self.undated, *self.read.issues)


class Layers:
    """The tree of a policy with its overrides, and what they make together."""

    def __init__(self, tree: Entries, shapes: Sequence[SectionShape], reference: PolicyReference) -> None:
        self.tree, self.reference = tree, reference
        given = {name.text for name, _ in tree.entries}
        self.loader = Loader(shapes, given, _written(tree))
        self.overrides: tuple[Override, ...] = ()
        self._lists: DatedLists | None = None
        self._dated: dict[int, tuple[object, bool]] = {}

    def without(self, *names: str) -> "Layers":
        """The same without some keys of the main tree."""
        from checks.policy.merging import without

        found = Layers(without(self.tree, *names), tuple(self.loader.shapes.values()), self.reference)
        found.overrides = self.overrides
        return found

    def read(self, overrides: "Iterable[Override]", now: datetime | None) -> Made:
        """The tree under overrides, as it holds at `now` (UTC); None: when all of it is in force."""
        tree = self.tree
        for override in overrides:
            from checks.policy.overriding import only_on, over

            shapes = self.loader.shapes
            patch = only_on(override.patch, tree, shapes) if override.match.narrow else override.patch
            tree = over(tree, patch, shapes)
        return self.at(tree, now)

    def at(self, tree: Entries, now: datetime | None) -> Made:
        """What `tree` says at `now` (UTC)."""
        if not self.dated(tree):
            return Made(tree, self.loader.read(tree), {})
        from checks.policy.dated_lists import DatedLists
        from checks.policy.timed import at

        self._lists = lists = self._lists or DatedLists()
        reader = self.loader.reader()
        dated = at(tree, self.loader.shapes, now, reader, lists)
        return Made(tree, self.loader.read(dated.tree), dated.coming, dated.entries, tuple(reader.issues))

    def policy(self, made: Made) -> Policy:
        """Raises `PolicyError` for overrides that are right by themselves and wrong together."""
        read = made.read
        if read.root is None or made.issues:
            raise PolicyError(self.reference.source, in_order(made.issues))
        return Policy(read.root, read.sections, read.levels, self.reference, read.places, made.coming, made.entries)

    def moments(self) -> tuple[datetime, ...]:
        """When time alone makes it another policy (UTC)."""
        moments = {override.day.begins for override in self.overrides if override.day}
        for tree in (self.tree, *(override.patch for override in self.overrides)):
            moments |= self.moments_of(tree)
        return tuple(sorted(moments))

    def moments_of(self, tree: Entries) -> set[datetime]:
        """When a level or an entry of one tree comes into force (UTC)."""
        if not self.dated(tree):
            return set()
        from checks.policy.timed import days

        return {day.begins for day in days(tree, self.loader.shapes)}

    def dated(self, tree: Entries) -> bool:
        """Whether a level or an entry of it depends on the day."""
        return any(
            self._is_dated(section)
            for name, section in tree.entries
            if name.text in self.loader.shapes and isinstance(section, Entries)
        )

    def _is_dated(self, section: Entries) -> bool:
        """Looked at once: most trees have the same sections."""
        known = self._dated.get(id(section))
        if known is None:
            self._dated[id(section)] = known = section, _dated(section)
        return known[1]

    def forget(self) -> None:
        """What was read so far is read again where it is needed: trees with repositories' own files are without end."""
        self.loader.forget()
        self._dated.clear()
        self._lists = None


def _dated(section: Node) -> bool:
    """Whether something below is a level with a day, or an entry of a list that has one."""
    if isinstance(section, Items):
        return any(isinstance(item, Entries) and item.get("from") is not None for item in section.items)
    if not isinstance(section, Entries):
        return False
    levels = section.get("levels")
    if isinstance(levels, Entries) and any(isinstance(node, Entries) for _, node in levels.entries):
        return True
    return any(_dated(node) for _, node in section.entries if not isinstance(node, Scalar))
