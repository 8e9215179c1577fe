"""Decisions: the files under `waivers/` beside the policy, one each, so that two of them never conflict.

A file is a waiver (the keys of one item of `waivers:`), a clarification (`clarify:` with one item of
`licenses.clarify`) or an amendment (`amend:` with what it adds to lists of the policy). docs/waivers.md
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from checks.model.errors import PolicyError
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.files import MAX_DECISIONS, PolicyFiles
from checks.policy.merging import added, with_value
from checks.policy.reader import Reader, TooManyFaultsError
from checks.policy.shape import KeyFault, key
from checks.policy.values import Account, Day
from checks.policy.waivers import DecisionId, Reason

#: Of one file (bytes): a decision is one thing, and is read by a person.
MAX_BYTES = 65_536

#: Stands in a proposed file for whoever approves it.
APPROVER = "@who-approves"
CLARIFY, AMEND = "clarify", "amend"
_BEGIN = "one file has one decision: begin with its id"
_ADDS = "an amendment adds to lists: amend: {licenses: {exceptions_also: [{…}]}}"
_NOTHING = Entries((), 1, 1)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What the organization adds to its policy by a decision: a clarification, or items of other lists."""

    id: DecisionId = key("Your reference: A-2026-002.")
    approved_by: Account = key("Who approved it: '@login' or '@organization/team'. Never the requester.")
    requested_by: Account | None = key("Who asked for it.", default=None)
    reason: Reason | None = key("Why: a sentence, or `{code: not-distributed, text: …}`.", default=None)
    created: Day | None = key("The day on which it was decided.", default=None)
    ticket: str | None = key("A reference in another system.", default=None)
    patch: Entries = field(default=_NOTHING, compare=False)
    """What it adds, by check and list: `{licenses: {clarify_also: […]}}`."""

    def faults(self) -> Iterator[KeyFault]:
        """Nobody approves their own."""
        if self.requested_by and self.requested_by.same(self.approved_by):
            yield KeyFault("approved_by", "nobody approves their own decision", "requested_by is the same account")


def with_decisions(tree: Entries, files: PolicyFiles) -> Entries:
    """The policy `tree` as it reads with the decisions of `files`; every value keeps its place.

    Raises `PolicyError` that names file, line and column of what is no decision at all. What is wrong in one shows when
    the policy is read.
    """
    reader = Reader()
    with suppress(TooManyFaultsError):
        tree = _joined(reader, tree, files.decisions)
    if reader.issues:
        raise PolicyError(files.name, tuple(reader.issues))
    return tree


def _joined(reader: Reader, tree: Entries, files: Mapping[str, bytes]) -> Entries:
    if len(files) > MAX_DECISIONS:
        at = Scalar("", 1, 1, file=min(files))
        reader.fault(at, (), f"one of {len(files):,} decisions; {MAX_DECISIONS:,} are read", "remove what has ended")
        return tree
    nodes = [node for name in sorted(files) if (node := _node(reader, name, files[name])) is not None]
    _check_ids(reader, [*_items(tree.get("waivers")), *nodes])
    _check_approvers(reader, nodes)
    waivers = []
    for node in nodes:
        if not _amends(node):
            waivers.append(node)
        elif (amendment := _amendment(reader, node)) is not None:
            tree = _amended(reader, tree, amendment)
    return _with_waivers(tree, waivers) if waivers else tree


def _node(reader: Reader, name: str, data: bytes) -> Entries | None:
    """What one file says; None where it is nothing that could be a decision."""
    from checks.policy.yaml_events import EMPTY, parse

    at = Scalar("", 1, 1, file=name)
    if len(data) > MAX_BYTES:
        reader.fault(at, (), f"the file has {len(data):,} bytes; a decision has at most {MAX_BYTES:,}")
        return None
    try:
        node = parse(data.decode("utf-8-sig"), name, name)
    except UnicodeDecodeError:
        reader.fault(at, (), "not UTF-8 text", "save the file as UTF-8")
        return None
    except PolicyError as error:
        if error.issues[0].message == EMPTY:
            reader.fault(at, (), "there is no decision in it", _BEGIN)
        else:
            reader.issues += [issue._replace(file=name) for issue in error.issues]
        return None
    if not isinstance(node, Entries):
        reader.fault(node, (), "expected keys with values", _BEGIN)
        return None
    return node


def _items(waivers: Node | None) -> Iterator[Entries]:
    """The waivers of the main file."""
    return (item for item in waivers.items if isinstance(item, Entries)) if isinstance(waivers, Items) else iter(())


def _check_ids(reader: Reader, decisions: Iterable[Entries]) -> None:
    """No two decisions have one id: reports and removals name them by it."""
    first: dict[str, Scalar] = {}
    for node in decisions:
        id_ = node.get("id")
        if isinstance(id_, Scalar) and first.setdefault(id_.text, id_) is not id_ and id_.file:
            other = first[id_.text]
            where = f"in {other.file}" if other.file and other.file != id_.file else f"on line {other.line}"
            where += " of the policy" if id_.file and not other.file else ""
            reader.fault(id_, ("id",), f"a second decision has this id, the first is {where}")


def _check_approvers(reader: Reader, files: Iterable[Entries]) -> None:
    """A proposal that nobody has put a name under is no decision."""
    for node in files:
        approver = node.get("approved_by")
        if isinstance(approver, Scalar) and approver.text == APPROVER:
            reader.fault(approver, ("approved_by",), "nobody has approved it yet", "write the login of who approves it")


def _with_waivers(tree: Entries, waivers: list[Entries]) -> Entries:
    first = tree.get("waivers")
    if first is None:
        name = Scalar("waivers", waivers[0].line, waivers[0].column, False, waivers[0].file)
        items = Items(tuple(waivers), name.line, name.column, name.file)
        return Entries((*tree.entries, (name, items)), tree.line, tree.column, tree.file)
    if not isinstance(first, Items):
        return tree  # a fault, which the reader names
    return with_value(tree, "waivers", Items((*first.items, *waivers), first.line, first.column, first.file))


# -- amendments ------------------------------------------------------------------------------------------------------


def _amends(node: Entries) -> bool:
    return node.get(CLARIFY) is not None or node.get(AMEND) is not None


def _amendment(reader: Reader, node: Entries) -> Amendment | None:
    amendment = reader.read_shape(node, Amendment, (), beside=(CLARIFY, AMEND))
    clarify, amend = node.get(CLARIFY), node.get(AMEND)
    if clarify is not None and amend is not None:
        reader.fault(amend, (AMEND,), "one file has one decision, and this one has 'clarify', too")
        return None
    patch = _clarifying(clarify) if clarify is not None else amend
    if not isinstance(patch, Entries) or not patch.entries:
        reader.fault(patch or node, (AMEND,), "there is nothing that it adds", _ADDS)
        return None
    lists = [_check_lists(reader, name, section) for name, section in patch.entries]
    return replace(amendment, patch=patch) if isinstance(amendment, Amendment) and all(lists) else None


def _check_lists(reader: Reader, check: Scalar, section: Node) -> bool:
    """Whether it only adds: a decision never replaces what the policy says, and turns nothing on or off."""
    if not isinstance(section, Entries):
        reader.fault(section, (AMEND, check.text), "expected keys with values", _ADDS)
        return False
    before = len(reader.issues)
    for name, items in section.entries:
        path = (AMEND, check.text, name.text)
        if not name.text.endswith("_also"):
            reader.fault(name, path, "a decision adds to a list", f"write {name.text}_also: […]")
        elif not isinstance(items, Items):
            reader.fault(items, path, "expected a list", "begin each item with '- '")
    return len(reader.issues) == before


def _clarifying(node: Node) -> Entries:
    """What adds one clarification."""
    place = (node.line, node.column)
    items = Items((node,), *place, node.file)
    inner = Entries(((Scalar("clarify_also", *place, False, node.file), items),), *place, node.file)
    return Entries(((Scalar("licenses", *place, False, node.file), inner),), *place, node.file)


def _amended(reader: Reader, tree: Entries, amendment: Amendment) -> Entries:
    for check, section in amendment.patch.entries:
        base = tree.get(check.text)
        if not isinstance(base, Entries):
            hint = "turn it on with {} at least, or remove the file"
            reader.fault(check, (check.text,), f"the policy has no section '{check.text}' to add to", hint)
            continue
        assert isinstance(section, Entries)
        for name, items in section.entries:
            base = added(base, name.text.removesuffix("_also"), name, items)
        tree = with_value(tree, check.text, base)
    return tree
