"""Loading a policy file: all or nothing, with every fault named."""

from collections.abc import Container, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Protocol

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.finding import Level
from checks.model.report import PolicyReference
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.schema import FORMAT, Policy, Root
from checks.policy.section import Section
from checks.policy.shape import Place, Reader, TooManyFaultsError
from checks.policy.values import Release


class SectionShape(Protocol):
    """What the loader must know of a check. Section and levels are asked for where a file turns the check on."""

    check: str
    always_on: bool

    @property
    def section(self) -> type[Section]: ...

    @property
    def levels(self) -> Mapping[str, Level]:
        """The default level of each rule."""


class _RuleNames:
    """What a waiver may name: the rules of all checks. Those of `first` come first, and mostly suffice."""

    def __init__(self, shapes: Sequence[SectionShape], first: Container[str]) -> None:
        self.shapes = sorted(shapes, key=lambda shape: shape.check not in first)

    def __iter__(self) -> Iterator[str]:
        return (rule for shape in self.shapes for rule in shape.levels)


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
    """The policy in `data` (bytes of the file). Raises `PolicyError` naming every fault with line and column.

    `file` is shown in errors, `source` (default: `file`) in reports; `own_version` is what `minimum_version` allows.
    """
    from checks.policy.yaml_events import parse

    node = parse(_text(data, file), file)
    if not isinstance(node, Entries):
        raise PolicyError(file, (PolicyIssue(node.line, node.column, "", "not a policy", "begin with: version: 1"),))
    if newer := tuple(_newer(node, own_version)):
        # What this release does not know may be right for the one that the policy is for: no further fault is named.
        raise PolicyError(file, newer)
    reader = Reader()
    try:
        policy = _Loader(reader, shapes).load(node)
    except TooManyFaultsError:
        policy = None
    if policy is None or reader.issues:
        raise PolicyError(file, tuple(sorted(reader.issues, key=lambda issue: (issue.line, issue.column))))
    root, sections, levels = policy
    reference = PolicyReference(source or file, sha256(data).hexdigest(), revision, built_in)
    return Policy(root, sections, levels, reference, MappingProxyType(reader.places))


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


_Parts = tuple[Root, Mapping[str, Section], Mapping[str, Mapping[str, Level]]]


class _Loader:
    def __init__(self, reader: Reader, shapes: Sequence[SectionShape]) -> None:
        self.shapes = {shape.check: shape for shape in shapes}
        self.reader = reader

    def load(self, node: Entries) -> _Parts | None:
        """The parts of the policy; None if the root is not right."""
        rules = _RuleNames(tuple(self.shapes.values()), {name.text for name, _ in node.entries})
        reader = self.reader.within({"rule": rules, "check": tuple(self.shapes)})
        root = reader.read_shape(node, Root, (), beside=self.shapes)
        self._check_ids(node.get("waivers"))
        sections = MappingProxyType(dict(self._sections(node)))
        if not isinstance(root, Root):
            return None
        levels = {check: MappingProxyType({**self.shapes[check].levels, **s.levels}) for check, s in sections.items()}
        return root, sections, MappingProxyType(levels)

    def _check_ids(self, waivers: Node | None) -> None:
        """No two waivers have one id: reports and removals name them by it."""
        first: dict[str, Scalar] = {}
        for index, waiver in enumerate(waivers.items if isinstance(waivers, Items) else ()):
            id_ = waiver.get("id") if isinstance(waiver, Entries) else None
            if isinstance(id_, Scalar) and first.setdefault(id_.text, id_) is not id_:
                message = f"a second waiver has this id, the first is on line {first[id_.text].line}"
                self.reader.fault(id_, ("waivers", str(index), "id"), message)

    def _sections(self, node: Entries) -> Iterator[tuple[str, Section]]:
        given = {name.text: (name, value) for name, value in node.entries}
        for check, shape in self.shapes.items():
            if check in given:
                section = self._section(shape, *given[check])
                if isinstance(section, Section):
                    yield check, section
            elif shape.always_on:
                yield check, shape.section()

    def _section(self, shape: SectionShape, name: Scalar, node: Node) -> object:
        path = (shape.check,)
        self.reader.places[path] = Place(name.line, name.column)
        if isinstance(node, Scalar):
            if node.text != "off":
                hint = f"'{shape.check}: {{}}' is on with its defaults, '{shape.check}: off' is off"
                return self.reader.fault(node, path, "expected keys with values, {} or off", hint)
            if shape.always_on:
                return self.reader.fault(node, path, "this check is always on", "set the levels of its rules instead")
            return None
        return self.reader.within({"rule": shape.levels}).read_shape(node, shape.section, path)
