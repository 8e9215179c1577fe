"""Reads `overrides:`, and puts one layer of a policy over another."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from checks.model.errors import PolicyIssue
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.load import Read, SectionShape
from checks.policy.merging import added, patched, touched
from checks.policy.overrides import Override, OverrideHead
from checks.policy.reader import Fault, Reader, TooManyFaultsError
from checks.policy.schema import Root
from checks.policy.shape import added_to, keys_of

if TYPE_CHECKING:
    from checks.policy.layered import Layers
    from checks.policy.stack import Lock

#: What an override changes is how a repository is judged; these keys are about the policy as a whole.
WHOLE = frozenset(
    {
        *("version", "minimum_version", "edition", "extends", "locked", "mode_property", "repository_file"),
        *("overrides", "waivers", "waivers_last", "unwaivable", "owners"),
    }
)
_HEAD = keys_of(OverrideHead)


class _Types(Mapping[str, Any]):
    """The types of the keys at the root; a section is loaded when it is asked for."""

    def __init__(self, shapes: Mapping[str, SectionShape]) -> None:
        self.shapes = shapes

    def __getitem__(self, name: str) -> Any:
        return self.shapes[name].section if name in self.shapes else keys_of(Root)[name].type

    def __iter__(self) -> Any:
        return iter((*keys_of(Root), *self.shapes))

    def __len__(self) -> int:
        return len(keys_of(Root)) + len(self.shapes)


def over(base: Entries, patch: Entries, shapes: Mapping[str, SectionShape], add_up: Collection[str] = ()) -> Entries:
    """`base` with what `patch` says; the lists `add_up` are joined."""
    known = keys_of(Root)
    more = [entry for entry in patch.entries if entry[0].text in add_up or added_to(entry[0].text, known)]
    rest = tuple(entry for entry in patch.entries if entry not in more)
    merged = patched(base, Entries(rest, patch.line, patch.column, patch.file), _Types(shapes))
    for name, node in more:
        item = added_to(name.text, known)
        merged = added(merged, item.name if item else name.text, name, node)
    return merged


def only_on(patch: Entries, base: Entries, shapes: Mapping[str, SectionShape]) -> Entries:
    """What of `patch` is about sections that are on."""

    def on(check: str) -> bool:
        node = base.get(check)
        if check not in shapes:
            return False
        return isinstance(node, Entries) or (node is None and shapes[check].always_on)

    return Entries(tuple(entry for entry in patch.entries if on(entry[0].text)), patch.line, patch.column, patch.file)


def overrides_of(
    node: Node, layers: "Layers", plain: Read, locks: "tuple[Lock, ...]"
) -> tuple[tuple[Override, ...], list[PolicyIssue]]:
    """The overrides, and what is wrong with each of them by itself and in effect."""
    reader = layers.loader.reader()
    found: list[Override] = []
    issues: set[PolicyIssue] = set()
    try:
        if not isinstance(node, Items):
            reader.fault(node, ("overrides",), "expected a list", "begin each item with '- '")
        for index, item in enumerate(node.items if isinstance(node, Items) else ()):
            override = _override(item, index, reader, layers, plain, locks)
            if override is not None:
                found.append(override)
                issues |= _effect(override, layers, plain)
        if not reader.issues and not issues and len(found) > 1:
            every = layers.read(found, None)
            issues.update(set(every.issues) - set(plain.issues))
    except TooManyFaultsError:
        pass
    return tuple(found), [*reader.issues, *issues]


def _override(
    item: Node, index: int, reader: Reader, layers: "Layers", plain: Read, locks: "Iterable[Lock]"
) -> Override | None:
    path = ("overrides", str(index))
    if not isinstance(item, Entries):
        reader.fault(item, path, "expected keys with values", "write {match: {…}, mode: evaluate}")
        return None
    head = tuple(entry for entry in item.entries if entry[0].text in _HEAD)
    patch = Entries(tuple(entry for entry in item.entries if entry not in head), item.line, item.column, item.file)
    read = reader.read_shape(Entries(head, item.line, item.column, item.file), OverrideHead, path)
    if read is Fault:
        return None
    override = Override(index, read.match, read.from_, patch, item)
    if not patch.entries:
        reader.fault(item, path, "it changes nothing", "say what holds there: mode, or keys of a section")
    strange = [name for name, _ in patch.entries if not _known(name.text, layers)]
    if strange:
        whole = () if read.match.narrow else (name for name in keys_of(Root) if name not in WHOLE)
        known = (*_HEAD, *whole, *layers.loader.shapes)
        for name in strange:
            reader.unknown(name, known, path)
        return None
    for name, value in patch.entries:
        if (wrong := _misplaced(name, value, override, layers, plain)) is not None:
            reader.fault(name, (*path, name.text), *wrong)
    for lock in locks:
        if (key := touched(patch, lock.path)) is not None:
            message = f"'{'.'.join(lock.path)}' is locked by {lock.layer}, line {lock.node.line}"
            reader.fault(key, (*path, *lock.path), message, "leave it as it is, or remove the lock")
    return override


def _known(name: str, layers: "Layers") -> bool:
    """Whether the policy has such a key at all."""
    known = keys_of(Root)
    return name in known or name in layers.loader.shapes or added_to(name, known) is not None


def _misplaced(name: Scalar, node: Node, override: Override, layers: "Layers", plain: Read) -> tuple[str, str] | None:
    """Message and hint, where a key does not belong into this override."""
    shapes = layers.loader.shapes
    if name.text.removesuffix("_also") in WHOLE:
        return f"an override cannot change '{name.text}'", "it is about the policy as a whole"
    if not override.match.narrow:
        return None
    what = "'paths' and 'scopes' tell single packages apart, and "
    if name.text not in shapes:
        return f"{what}'{name.text}' holds for a repository", "match the repository by name, property or branch"
    if not getattr(shapes[name.text], "judges_dependencies", True):
        return f"{what}'{name.text}' judges no packages", "match the repository by name, property or branch"
    if isinstance(node, Entries) and node.get("judge") is not None:
        return f"{what}'{name.text}.judge' holds for a repository", "match the repository by name, property or branch"
    if name.text not in plain.sections and not plain.issues:
        return (
            f"'{name.text}' is off, and can only be turned on for a repository",
            f"add '{name.text}: {{}}' to the policy",
        )
    return None


def _effect(override: Override, layers: "Layers", plain: Read) -> set[PolicyIssue]:
    """What is wrong with the policy as the override alone makes it."""
    known = set(plain.issues)
    before = f"overrides.{override.position}."
    issues = layers.read([override], None).issues
    return {issue._replace(key=before + issue.key) for issue in issues if issue not in known}
