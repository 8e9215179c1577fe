"""A draft as the text of a policy: every entry with the line that it comes from, every text quoted where it must be."""

import re
from collections.abc import Iterator

from checks.imports.draft import Draft, Entry, Path, Value
from checks.model.phrase import visible

#: Text that YAML reads as it stands, also inside brackets.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+/@%-]*(?<! )\Z|pkg:[A-Za-z0-9./%_+@-]+\Z")
_NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
#: The order of the keys; what is not named comes last.
_ORDER = ("version", "mode", "licenses", "vulnerabilities", "freshness", "packages", "waivers")
_Tree = dict[str, "Entry | list[Entry] | _Tree"]


def policy_text(draft: Draft, file: str, title: str) -> str:
    """The policy file. `file` is the name of what was imported, as people know it."""
    name = visible(file, 100)
    left = sum(not item.becomes for item in draft.differences)
    rows = [
        f"# Imported from {name} ({title}) on {draft.terms.today.isoformat()}.",
        *([f"# {_settings(left)} not taken over: the table of the import says why."] if left else ()),
        "version: 1",
        *_block(_nested(draft), 0, name),
        *_proposals(draft, name),
    ]
    return "\n".join(rows) + "\n"


def _settings(count: int) -> str:
    return "1 setting is" if count == 1 else f"{count:,} settings are"


def _nested(draft: Draft) -> _Tree:
    root: _Tree = {}
    for path, value in sorted(draft.values.items(), key=lambda item: _position(item[0])):
        holder = root
        for part in path[:-1]:
            inner = holder.setdefault(part, {})
            if isinstance(inner, Entry):  # the section was turned on before it got its keys
                inner = holder[part] = {}
            assert isinstance(inner, dict)
            holder = inner
        holder[path[-1]] = value
    return root


def _position(path: Path) -> int:
    return _ORDER.index(path[0]) if path[0] in _ORDER else len(_ORDER)


def _block(tree: _Tree, indent: int, file: str) -> Iterator[str]:
    space = "  " * indent
    for key, value in tree.items():
        if not indent:
            yield ""
        if isinstance(value, dict):
            yield f"{space}{scalar(key)}:"
            yield from _block(value, indent + 1, file)
        elif isinstance(value, Entry):
            yield f"{space}{scalar(key)}: {_flow(value.value)}{_origin(value, file, behind=True)}"
        elif not value:
            yield f"{space}{scalar(key)}: []"
        else:
            yield f"{space}{scalar(key)}:"
            for entry in value:
                yield from _item(entry, f"{space}  ", file)


def _item(entry: Entry, space: str, file: str) -> Iterator[str]:
    if not isinstance(entry.value, dict):
        yield f"{space}- {_flow(entry.value)}{_origin(entry, file, behind=True)}"
        return
    yield f"{space}{_origin(entry, file)}"
    for number, (key, value) in enumerate(entry.value.items()):
        yield f"{space}{'  ' if number else '- '}{scalar(key)}: {_flow(value)}"


def _origin(entry: Entry, file: str, *, behind: bool = False) -> str:
    words = "; ".join(filter(None, (f"{file}:{entry.line}" if entry.line else "", entry.note)))
    return f"{'  ' if behind else ''}# {words}" if words else ""


def _proposals(draft: Draft, file: str) -> Iterator[str]:
    """Clarifications as comments: without the hash of the text that was read they would not be valid."""
    if not draft.proposals:
        return
    yield ""
    yield "# Found out by people before. Each needs the file of the package that says so, and its SHA-256, under"
    yield "# licenses: {clarify: […]}; then it counts until the text changes."
    for line, values in draft.proposals:
        yield f"# {file}:{line}"
        pairs = {**values, "evidence": "LICENSE", "sha256": "…"}
        yield "#   - {" + ", ".join(f"{key}: {scalar(value)}" for key, value in pairs.items()) + "}"


def _flow(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, int) else scalar(value)


def scalar(text: str) -> str:
    """Text as YAML that the policy's reader takes for exactly this text."""
    if _PLAIN.match(text) and text.lower() not in _NO_TEXT and not _number(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _number(text: str) -> bool:
    """Whether another reader of YAML would take it for a number; days stay as they are."""
    return bool(re.fullmatch(r"[0-9][0-9._]*(e[+-]?[0-9]+)?|0[xo][0-9a-fA-F]+", text))


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
