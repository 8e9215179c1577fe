"""Loading a policy file: all or nothing, with every fault named."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.finding import Level
from checks.model.report import PolicyReference
from checks.policy.document import Entries, Node, Scalar, parse
from checks.policy.schema import Policy, Root
from checks.policy.section import Section
from checks.policy.shape import Fault, Reader, hint_keys, keys_of


@dataclass(frozen=True, slots=True)
class SectionShape:
    """What the loader must know of a check: its section, the default level of each rule, and whether it is always on."""

    check: str
    section: type[Section]
    levels: Mapping[str, Level]
    always_on: bool = False


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

    `file` is shown in errors, `source` (default: `file`) in reports; `own_version` is what `minimum_version` must allow.
    """
    digest = hashlib.sha256(data).hexdigest()
    node = parse(_text(data, file), file)
    reference = PolicyReference(source or file, digest, revision, built_in)
    reader = Reader()
    policy = _Loader(reader, {shape.check: shape for shape in shapes}).load(node, reference)
    if policy is not None:
        _check_version(policy, node, reader, own_version)
    if reader.issues or policy is None:
        raise PolicyError(file, tuple(sorted(reader.issues, key=lambda issue: (issue.line, issue.column))))
    return policy


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(file, (PolicyIssue(line, 1, "", f"not UTF-8 text (byte {error.start})"),)) from None


class _Loader:
    def __init__(self, reader: Reader, shapes: Mapping[str, SectionShape]) -> None:
        self.reader = reader
        self.shapes = shapes

    def load(self, node: Node, reference: PolicyReference) -> Policy | None:
        if not isinstance(node, Entries):
            self.reader.fault(node, (), "expected a mapping of keys to values", "begin with: version: 1")
            return None
        known = {**keys_of(Root), **self.shapes}
        own, parts = [], {}
        for name, value in node.entries:
            if name.text in self.shapes:
                parts[name.text] = value
            elif name.text in known:
                own.append((name, value))
            else:
                self.reader.unknown_key(name, known, ())
        root = self.reader.read_shape(Entries(tuple(own), node.line, node.column), Root, ())
        sections = self._sections(parts)
        if root is Fault:
            return None
        self._check_waivers(node, root)
        self._check_names(node, root)
        levels = {check: self._levels(check, section) for check, section in sections.items()}
        return Policy(root, MappingProxyType(sections), MappingProxyType(levels), reference, self.reader.lines)

    def _sections(self, parts: Mapping[str, Node]) -> dict[str, Section]:
        found: dict[str, Section] = {}
        for check, shape in self.shapes.items():
            node = parts.get(check)
            if node is None:
                if shape.always_on:
                    found[check] = shape.section()
                continue
            section = self._section(shape, node)
            if section is not None:
                found[check] = section
        return found

    def _section(self, shape: SectionShape, node: Node) -> Section | None:
        if isinstance(node, Scalar) and not node.quoted:
            self.reader.lines[(shape.check,)] = node.line
            if node.text == "off" and not shape.always_on:
                return None
            if node.text == "off":
                self.reader.fault(node, (shape.check,), "this check is always on", "set levels of its rules instead")
            else:
                self.reader.fault(
                    node, (shape.check,), "expected a mapping", f"'{shape.check}: {{}}' is on with its defaults, 'off' is off"
                )
            return None
        section = self.reader.read(node, shape.section, (shape.check,))
        if section is Fault:
            return None
        assert isinstance(section, Section)
        self._check_rules(shape, section, node)
        return section

    def _check_rules(self, shape: SectionShape, section: Section, node: Node) -> None:
        assert isinstance(node, Entries)
        for name in ("levels", "guidance"):
            entries = node.get(name)
            if isinstance(entries, Entries):
                for rule, _ in entries.entries:
                    if rule.text not in shape.levels:
                        self.reader.unknown_key(rule, shape.levels, (shape.check, name))

    def _levels(self, check: str, section: Section) -> Mapping[str, Level]:
        return MappingProxyType({**self.shapes[check].levels, **section.levels})

    def _check_waivers(self, node: Entries, root: Root) -> None:
        rules = {rule for shape in self.shapes.values() for rule in shape.levels}
        seen: set[str] = set()
        for index, waiver in enumerate(root.waivers):
            line = self.reader.lines.get(("waivers", str(index)), node.line)
            place = Scalar(waiver.id, line, 1)
            for rule in waiver.rules:
                if rule not in rules:
                    self.reader.unknown_key(Scalar(rule, line, 1), dict.fromkeys(sorted(rules)), ("waivers", str(index), "rules"))
            if waiver.id in seen:
                self.reader.fault(place, ("waivers", str(index), "id"), f"a second waiver with the id '{waiver.id}'")
            seen.add(waiver.id)

    def _check_names(self, node: Entries, root: Root) -> None:
        names = node.get("check_names")
        if isinstance(names, Entries):
            for name, _ in names.entries:
                if name.text not in self.shapes:
                    self.reader.unknown_key(name, self.shapes, ("check_names",))


def _check_version(policy: Policy, node: Node, reader: Reader, own_version: str) -> None:
    needed = policy.root.minimum_version
    if needed is None:
        return
    from checks.model.versions import InvalidVersion, compare

    line = reader.lines.get(("minimum_version",), node.line)
    place = Scalar(needed, line, 1)
    try:
        older = compare("pypi", own_version, needed) < 0
    except InvalidVersion:
        reader.fault(place, ("minimum_version",), "expected a version such as '0.1'")
        return
    if older:
        reader.fault(
            place,
            ("minimum_version",),
            f"this policy needs ospo-gate {needed} or newer, and this is {own_version}",
            "update ospo-gate; nothing is judged with a policy that it may not understand",
        )
