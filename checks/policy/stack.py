"""What a policy extends, as one tree: the base first, and every file over what it stands on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from checks.model.errors import PolicyError, PolicyIssue
from checks.policy.document import Entries, Items, Scalar
from checks.policy.extends import MAX_DEPTH, MAX_FILES, Extended
from checks.policy.files import PolicyFiles, PolicyRef
from checks.policy.load import SectionShape, in_order, parsed
from checks.policy.merging import touched, value_type
from checks.policy.overriding import over
from checks.policy.reader import Fault, Reader
from checks.policy.schema import Root
from checks.policy.shape import KeyPath, OneOrMore, is_shape, keys_of, nearest
from checks.policy.values import LockedKey

#: Lists whose entries stand by themselves: those of all files count, and none takes the place of another.
_ADD_UP = ("overrides", "waivers", "locked")


_HERE = "it is looked for beside the file that names it"
_ELSEWHERE = "the service needs to be installed there; the command reads it with GITHUB_TOKEN (or GH_TOKEN)"


class Layer(NamedTuple):
    """One file of the stack."""

    tree: Entries
    name: str


class Lock(NamedTuple):
    """A key that who comes later may not touch."""

    path: KeyPath
    node: Scalar
    layer: str
    """The name of the file that locks it."""


def still_wanted(files: PolicyFiles) -> tuple[PolicyRef, ...]:
    """What the files name and nobody has read yet; () too where what is there is not valid."""
    stack = _Stack(files, "")
    try:
        tuple(stack.layers(parsed(files.main, files.name, ""), PolicyRef(files.path), (files.name,)))
    except PolicyError:
        return ()
    return () if stack.reader.issues else tuple(dict.fromkeys(stack.missing))


def stacked(
    tree: Entries, files: PolicyFiles, shapes: Sequence[SectionShape], own_version: str
) -> tuple[Entries, tuple[Lock, ...]]:
    """The tree with all that it stands on, and the keys that are locked. Raises `PolicyError`."""
    stack = _Stack(files, own_version)
    layers = list(stack.layers(tree, PolicyRef(files.path), (files.name,)))
    by_check = {shape.check: shape for shape in shapes}
    if not stack.reader.issues:
        for ref in stack.missing:
            raise PolicyError(files.name, (PolicyIssue(1, 1, "extends", f"{ref} was not read"),))
    merged, locks = Entries((), 1, 1), list[Lock]()
    for layer in layers:
        for lock in locks:
            _check_lock(layer.tree, lock, stack.reader)
        locks += _locks(layer, by_check, stack.reader)
        merged = over(merged, layer.tree, by_check, _ADD_UP)
        if layer.tree.get("version") is None:
            stack.reader.fault(layer.tree, ("version",), "'version' is missing", "begin with: version: 1")
    if stack.reader.issues:
        raise PolicyError(files.name, in_order(stack.reader.issues))
    return merged, tuple(locks)


def _check_lock(tree: Entries, lock: Lock, reader: Reader) -> None:
    key = touched(tree, lock.path)
    if key is not None:
        message = f"'{'.'.join(lock.path)}' is locked by {lock.layer}, line {lock.node.line}"
        reader.fault(key, lock.path, message, "leave it as it is, or ask whoever owns that file")


def _locks(layer: Layer, shapes: Mapping[str, SectionShape], reader: Reader) -> Iterator[Lock]:
    node = layer.tree.get("locked")
    for item in node.items if isinstance(node, Items) else ():
        if not isinstance(item, Scalar) or reader.read(item, LockedKey, ("locked",)) is Fault:
            continue
        path = tuple(item.text.split("."))
        unknown = _unknown(path, shapes)
        if unknown is None:
            yield Lock(path, item, layer.name)
        else:
            near = nearest(path[len(unknown) - 1], unknown[-1])
            hint = f"did you mean '{near}'?" if near else ""
            reader.fault(item, ("locked",), f"there is no key '{item.text}'", hint)


def _unknown(path: KeyPath, shapes: Mapping[str, SectionShape]) -> tuple[Iterable[str], ...] | None:
    """None if there is such a key; otherwise the keys that there are, at each step up to the one that is not."""
    type_: Any = Root
    seen: list[Iterable[str]] = []
    for step, part in enumerate(path):
        bare, values = value_type(type_)
        if values is not None:
            return None  # any name can be a key of a mapping
        known = {**keys_of(bare)} if is_shape(bare) else {}
        sections = shapes if not step else {}
        seen.append((*known, *sections))
        if part in sections:
            type_ = sections[part].section
        elif part in known:
            type_ = known[part].type
        else:
            return tuple(seen)
    return None


class _Stack:
    def __init__(self, files: PolicyFiles, own_version: str) -> None:
        self.files, self.own_version = files, own_version
        self.reader = Reader()
        self.missing: list[PolicyRef] = []
        self.count = 1

    def layers(self, tree: Entries, ref: PolicyRef, chain: tuple[str, ...]) -> Iterator[Layer]:
        """What `tree` stands on, and itself at last. `chain` are the names of the files that lead to it."""
        node = tree.get("extends")
        if node is not None:
            items = node.items if isinstance(node, Items) else (node,)
            read = self.reader.read(node, Annotated[tuple[Extended, ...], OneOrMore], ("extends",))
            if read is not Fault and len(read) == len(items):
                for item, extended in zip(items, read, strict=True):
                    if isinstance(item, Scalar):
                        yield from self._base(item, extended, ref, chain)
        yield Layer(tree, chain[-1])

    def _base(self, node: Scalar, extended: Extended, within: PolicyRef, chain: tuple[str, ...]) -> Iterator[Layer]:
        ref = None if extended.template else extended.ref(within)
        name = str(extended) if extended.template else str(ref)
        fault = self._refused(extended, ref, name, chain)
        if fault is None and ref is not None and ref not in self.files.others:
            self.missing.append(ref)
            return
        data = self._data(extended, ref) if fault is None else None
        if fault is None and data is None and ref is not None:
            fault = (f"{name} is not there, or may not be read", _HERE if ref.repository is None else _ELSEWHERE)
        if fault is not None or data is None:
            self.reader.fault(node, ("extends",), *(fault or ("", "")))
            return
        self.count += 1
        yield from self.layers(self._parsed(data, name), ref or PolicyRef(name), (*chain, name))

    def _refused(
        self, extended: Extended, ref: PolicyRef | None, name: str, chain: tuple[str, ...]
    ) -> tuple[str, str] | None:
        """Message and hint, where it cannot be extended, whatever it says."""
        shown = " → ".join((*chain, name))
        if extended.template:
            from checks.policy.templates import TEMPLATES

            if extended.template not in TEMPLATES:
                return f"there is no template '{extended.template}'", "known templates: " + ", ".join(TEMPLATES)
        elif ref is None:
            return "it leads out of the repository of the policy", "keep the files in one repository"
        if name in chain or (ref is not None and ref == PolicyRef(self.files.path)):
            return f"it extends itself: {shown}", "remove one of the steps"
        if len(chain) >= MAX_DEPTH:
            return f"more than {MAX_DEPTH} files stand on each other: {shown}", "join some of them"
        if self.count >= MAX_FILES:
            return f"more than {MAX_FILES} files: {shown}", "join some of them"
        return None

    def _data(self, extended: Extended, ref: PolicyRef | None) -> bytes | None:
        if ref is not None:
            return self.files.others[ref]
        from checks.policy.templates import TEMPLATES

        return TEMPLATES[extended.template or ""].encode()

    def _parsed(self, data: bytes, name: str) -> Entries:
        try:
            return parsed(data, name, self.own_version, name)
        except PolicyError as error:
            issues = tuple(issue._replace(file=issue.file or name) for issue in error.issues)
            raise PolicyError(self.files.name, issues) from None
