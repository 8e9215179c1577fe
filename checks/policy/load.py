"""Loading a policy file: all or nothing, with every fault named."""

from collections import ChainMap, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.finding import Level
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.lists import Lists
from checks.policy.reader import MAX_ISSUES, Fault, Reader, TooManyFaultsError
from checks.policy.schema import DEFAULT, FIRST_EDITION, FORMAT, MATTERS, Policy, Root
from checks.policy.section import Section
from checks.policy.shape import KeyPath, Place, keys_of
from checks.policy.values import Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.policy.written import Written


class SectionShape(Protocol):
    """What the loader must know of a check. Section and levels are asked for where a file turns the check on."""

    check: str
    always_on: bool

    @property
    def section(self) -> type[Section]: ...

    @property
    def levels(self) -> Mapping[str, Level]:
        """The default level of each rule."""

    @property
    def unwaivable(self) -> frozenset[str]:
        """The rules of which nobody can be excepted."""


class _Rules:
    """The rules of all checks. A check is loaded when a rule is asked for that no check before it has: those of `first`
    come first, and mostly suffice."""

    def __init__(self, shapes: Iterable[SectionShape], first: Container[str]) -> None:
        self._left = iter(sorted(shapes, key=lambda shape: shape.check not in first))
        self.defaults: dict[str, Level] = {}
        """The default level of each rule that was looked at."""
        self.unwaivable: set[str] = set()

    def __contains__(self, rule: object) -> bool:
        while rule not in self.defaults:
            shape = next(self._left, None)
            if shape is None:
                return False
            self.defaults.update(shape.levels)
            self.unwaivable.update(shape.unwaivable)
        return True

    def __iter__(self) -> Iterator[str]:
        _ = None in self  # loads all
        return iter(self.defaults)


class _Subjects:
    """What approvers may be named for: all others, a check, by its id or what people call its matter, or a rule."""

    def __init__(self, checks: Iterable[str], rules: _Rules) -> None:
        self.names = (DEFAULT, *checks, *MATTERS)
        self.rules = rules

    def __contains__(self, name: object) -> bool:
        return name in self.names or name in self.rules

    def __iter__(self) -> Iterator[str]:
        yield from self.names
        yield from self.rules


def load(
    data: bytes,
    file: str,
    shapes: Sequence[SectionShape],
    *,
    own_version: str,
    source: str | None = None,
    revision: str | None = None,
    built_in: bool = False,
) -> Policy:
    """The policy in `data` (bytes of one file that extends nothing), where no override applies. Raises `PolicyError`
    naming every fault with line and column.

    `file` is shown in errors, `source` (default: `file`) in reports; `own_version` is what `minimum_version` allows.
    """
    from checks.policy.files import PolicyFiles
    from checks.policy.layers import load_set

    files = PolicyFiles(data, file, revision=revision)
    return load_set(files, shapes, own_version=own_version, source=source, built_in=built_in).plain


def parsed(data: bytes, file: str, own_version: str, named: str = "") -> Entries:
    """The tree of one file. Raises `PolicyError`; `named` is the name of the file in its nodes, as in `Place`."""
    from checks.policy.yaml_events import parse

    node = parse(_text(data, file), file, named)
    if not isinstance(node, Entries):
        raise PolicyError(file, (PolicyIssue(node.line, node.column, "", "not a policy", "begin with: version: 1"),))
    if newer := tuple(_newer(node, own_version)):
        # What this release does not know may be right for the one that the policy is for: no further fault is named.
        raise PolicyError(file, newer)
    if b"custom_rules" in data:
        from checks.policy.written import spelled

        node = spelled(node)
    return node


def in_order(issues: Iterable[PolicyIssue]) -> tuple[PolicyIssue, ...]:
    """By file, line and column, each once, and no more than help."""
    distinct = sorted(dict.fromkeys(issues), key=lambda issue: (issue.file, issue.line, issue.column))
    if len(distinct) <= MAX_ISSUES:
        return tuple(distinct)
    more = distinct[MAX_ISSUES]
    message = f"more faults follow; these are the first {MAX_ISSUES}"
    return (*distinct[:MAX_ISSUES], PolicyIssue(more.line, more.column, "", message, file=more.file))


def rule_names(shapes: Sequence[SectionShape]) -> tuple[str, ...]:
    """The rules of all checks: what a waiver may name."""
    return tuple(rule for shape in shapes for rule in shape.levels)


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        message = f"not UTF-8 text: byte 0x{data[error.start]:02x}"
        raise PolicyError(file, (PolicyIssue(line, column, "", message, "save the file as UTF-8"),)) from None


def _newer(node: Entries, own_version: str) -> Iterator[PolicyIssue]:
    """Whether the policy is for a newer release, as far as it says so in words that this one can read."""
    version, needed = node.get("version"), node.get("minimum_version")
    if isinstance(version, Scalar) and version.text.isdecimal() and version.text.lstrip("0") != str(FORMAT):
        message = f"version {version.text[:20]} of the policy format is not known to this release, which knows {FORMAT}"
        yield PolicyIssue(version.line, version.column, "version", message)
    if isinstance(needed, Scalar):
        try:
            older = Release.leading(own_version).key < Release.parse(needed.text).key
        except ValueError:
            return  # not a version at all: a fault like any other
        if older:
            message = f"this policy needs ospo-gate {needed.text} or newer, and this is {own_version}"
            hint = "update ospo-gate; nothing is judged with a policy that it may not understand"
            yield PolicyIssue(needed.line, needed.column, "minimum_version", message, hint)


class Part(NamedTuple):
    """What one part of a tree says: the keys of the root, the waivers, a section."""

    nodes: tuple[object, ...]
    """Kept, because the part is known by them."""
    value: Any
    places: tuple[dict[KeyPath, Place], ...]
    issues: tuple[PolicyIssue, ...]


class Read(NamedTuple):
    """What a tree says, as far as it is right."""

    root: Root | None
    sections: Mapping[str, Section]
    levels: Mapping[str, Mapping[str, Level]]
    places: Mapping[KeyPath, Place]
    issues: tuple[PolicyIssue, ...]


class Loader:
    """Reads the trees of one policy. Where two of them have the same part, it is read once."""

    def __init__(
        self, shapes: Sequence[SectionShape], first: Container[str], written: "Mapping[str, Written] | None" = None
    ) -> None:
        """`written`: the rules that the policy itself writes."""
        self.shapes = {shape.check: shape for shape in shapes}
        self.rules = _Rules(shapes, first)
        self.built_in = _Rules(shapes, first) if written else self.rules
        """Without those of the policy."""
        for id_, rule in (written or {}).items():
            self.rules.defaults[id_] = rule.level
            self.rules.unwaivable.update(() if rule.waivable else (id_,))
        subjects = _Subjects(self.shapes, self.rules)
        self._names: Mapping[str, Iterable[str]] = {
            "rule": self.rules,
            "check": tuple(self.shapes),
            "subject of approvals": subjects,
        }
        self._known: dict[tuple[object, ...], Part] = {}
        self._lists: defaultdict[str, Lists] = defaultdict(Lists)
        """By the part in which they stand."""

    def forget(self) -> None:
        """Keep no more of what was read than what all trees begin with."""
        self._known.clear()
        for lists in tuple(self._lists.values()):
            lists.forget()

    def reader(self) -> Reader:
        """A reader that knows the names of rules and checks."""
        return Reader(self._names)

    def read(self, tree: Entries) -> Read:
        """What `tree` says, in which nothing depends on a repository or a day."""
        given = {name.text: (name, node) for name, node in tree.entries}
        root, waivers = self._root(tree, given), self._waivers(given)
        sections = dict(self._sections(given))
        on = {check: part.value for check, part in sections.items() if isinstance(part.value, Section)}
        edition = root.value.edition if isinstance(root.value, Root) else None
        levels = {check: MappingProxyType(self._levels(check, section, edition)) for check, section in on.items()}
        parts = (root, waivers, *sections.values())
        return Read(
            replace(root.value, waivers=waivers.value) if isinstance(root.value, Root) else None,
            MappingProxyType(on),
            MappingProxyType(levels),
            ChainMap(*(layer for part in parts for layer in part.places)),
            tuple(issue for part in parts for issue in part.issues),
        )

    def check_limits(self, read: Read, waivers: Node | None) -> tuple[PolicyIssue, ...]:
        """No waiver excepts from what cannot be waived, and none lasts longer than the policy allows."""
        if read.root is None or not isinstance(waivers, Items) or len(waivers.items) != len(read.root.waivers):
            return ()
        from checks.policy.limits import Limits

        limits = Limits(read.root, read.levels, self.rules.defaults, self.rules.unwaivable)
        reader = Reader()
        with suppress(TooManyFaultsError):
            for index, (node, waiver) in enumerate(zip(waivers.items, read.root.waivers, strict=True)):
                for key, message, hint, _ in limits.faults(waiver):
                    at = (node.get(key) or node) if isinstance(node, Entries) else node
                    reader.fault(at, ("waivers", str(index), key), message, hint)
        return tuple(reader.issues)

    def _part(self, name: str, nodes: tuple[object, ...], read: Callable[[Reader], Any], reader: Reader) -> Part:
        key = (name, *map(id, nodes))
        if (known := self._known.get(key)) is not None:
            return known
        try:
            value = read(reader)
        except TooManyFaultsError:
            value = Fault
        self._known[key] = part = Part(nodes, value, tuple(reader.layers), tuple(reader.issues))
        return part

    def _root(self, tree: Entries, given: "_Given") -> Part:
        own = tuple(pair for name, pair in given.items() if name not in self.shapes and name not in _APART)
        node = Entries(own, tree.line, tree.column, tree.file)
        beside = (*self.shapes, *_APART)

        def read(reader: Reader) -> Any:
            return reader.read_shape(node, Root, (), beside=beside)

        return self._part("", tuple(value for _, value in own), read, Reader(self._names, self._lists[""]))

    def _waivers(self, given: "_Given") -> Part:
        name, node = given.get("waivers", (None, None))
        if name is None or node is None:
            return Part((), (), (), ())

        def read(reader: Reader) -> Any:
            reader.places["waivers",] = Place(name.line, name.column, name.file)
            found = reader.read(node, keys_of(Root)["waivers"].type, ("waivers",))
            _check_ids(reader, node)
            return () if found is Fault else found

        part = self._part("waivers", (node,), read, self.reader())
        return part if part.value is not Fault else part._replace(value=())

    def _sections(self, given: "_Given") -> Iterator[tuple[str, Part]]:
        for check, shape in self.shapes.items():
            if check in given:
                yield check, self._section(shape, *given[check])
            elif shape.always_on:
                yield check, Part((), shape.section(), (), ())

    def _section(self, shape: SectionShape, name: Scalar, node: Node) -> Part:
        path = (shape.check,)

        def read(reader: Reader) -> Any:
            reader.places[path] = Place(name.line, name.column, name.file)
            if not isinstance(node, Scalar):
                return reader.read_shape(node, shape.section, path)
            if node.text != "off":
                hint = f"'{shape.check}: {{}}' is on with its defaults, '{shape.check}: off' is off"
                return reader.fault(node, path, "expected keys with values, {} or off", hint)
            if shape.always_on:
                return reader.fault(node, path, "this check is always on", "set the levels of its rules instead")
            return None

        # The levels of rules that are off by the policy are looked up without loading the check.
        reader = self.reader() if isinstance(node, Scalar) else self._section_reader(shape, node)
        return self._part(shape.check, (name, node), read, reader)

    def _section_reader(self, shape: SectionShape, node: Node) -> Reader:
        """One that knows the rules of a check, and of those that the policy writes for it."""
        if shape.check != "custom_rules":
            return Reader({"rule": shape.levels}, self._lists[shape.check])
        from checks.policy.written import rules_in, written_ids

        reader = Reader({"rule": (*shape.levels, *rules_in(node))})
        for id_ in written_ids(node):
            if id_.text in self.built_in:
                reader.fault(id_, (shape.check, "rules"), f"ospo-gate has a rule '{id_.text}'", "choose another id")
        return reader

    def _levels(self, check: str, section: Section, edition: int | None) -> dict[str, Level]:
        """The level of every rule. What is younger than the edition of the policy is a note until that is raised."""
        shape = self.shapes[check]
        since = getattr(shape, "since", {})
        defaults = dict(shape.levels)
        for rule, first in since.items():
            if first > (edition or FIRST_EDITION) and defaults[rule] in (Level.BLOCK, Level.WARN):
                defaults[rule] = Level.NOTE
        return {**defaults, **section.own_levels, **section.levels}


#: Keys of the root that are read apart from the others.
_APART = ("waivers", "overrides")
_Given = Mapping[str, tuple[Scalar, Node]]


def _check_ids(reader: Reader, waivers: Node) -> None:
    """No two waivers have one id: reports and removals name them by it."""
    first: dict[str, Scalar] = {}
    for index, waiver in enumerate(waivers.items if isinstance(waivers, Items) else ()):
        id_ = waiver.get("id") if isinstance(waiver, Entries) else None
        if isinstance(id_, Scalar) and (there := first.setdefault(id_.text, id_)) is not id_:
            where = f" of {there.file}" if there.file != id_.file and there.file else ""
            message = f"a second waiver has this id, the first is on line {there.line}{where}"
            reader.fault(id_, ("waivers", str(index), "id"), message)
