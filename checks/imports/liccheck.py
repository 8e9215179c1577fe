"""liccheck: `liccheck.ini` and `[tool.liccheck]` of pyproject.toml."""

import re
from collections.abc import Iterator

from checks.imports.draft import EVERY_CATEGORY, Draft
from checks.imports.ranges import comparators
from checks.imports.reading import fault, members, object_in, switch, text_in, texts_in
from checks.imports.tomllines import load
from checks.manifests.jsontext import Array, Object, line_of
from checks.model.phrase import say
from checks.model.purl import package

_SECTION = re.compile(r"\[([^\]]+)\]\s*(?:[#;].*)?")
_OPTION = re.compile(r"([^:=\s][^:=]*?)\s*[:=]\s*(.*)")


def read_file(text: str, draft: Draft) -> None:
    """Either form. Raises UnreadableManifest."""
    if re.search(r"(?m)^\s*\[tool\.liccheck", text):
        table = object_in(object_in(load(text), "tool"), "liccheck")
        packages = object_in(table, "authorized_packages")
    else:
        sections = _ini(text)
        table = object_in(sections, "licenses")
        packages = object_in(sections, "authorized packages")
    _read(table, packages, draft)


def _read(table: Object, packages: Object, draft: Draft) -> None:
    draft.begin(("licenses", "allow"))
    for key, target in (("authorized_licenses", "allow"), ("unauthorized_licenses", "deny")):
        for text, line in texts_in(table, key):
            draft.license(("licenses", target), text, line, f"{key}: {text}")
    if switch(table, "as_regex", False):
        draft.left(line_of(table, "as_regex")[0], "as_regex", say("A license is an id or a category here, no pattern."))
    for name, value, line in members(packages):
        requirement = re.sub(r"\s*;.*", "", text_in(packages, name)) if value is not None else ""
        _authorized(name, requirement, line, draft)
    why = (
        "It compares words of the classifier or the free text, whatever version they mean. Here BSD, GPL or Apache "
        "without a version is license-unknown (block), and no license at all license-missing (warn)."
    )
    draft.taken(0, "the strategy", "licenses", say(why))


def _authorized(name: str, requirement: str, line: int, draft: Draft) -> None:
    setting = f"authorized packages: {name}"
    versions = "" if requirement in ("*", "any") else ", ".join(map(comparators, requirement.split(",")))
    found = draft.package(package("pypi", name), versions, line, setting)
    if found is not None:
        draft.exception(found, EVERY_CATEGORY, f"An authorized package before ({name}).", line)
        draft.taken(line, setting, "licenses.exceptions",
            say("Here a license that nobody understands remains license-unknown."))  # fmt: skip


def _ini(text: str) -> Object:
    """Sections and options of an INI file; lists are indented lines below their option. Raises UnreadableManifest."""
    root, section, items = Object(), Object(), None
    for line, row in _rows(text):
        header = _SECTION.fullmatch(row.strip())
        if header and not row[:1].isspace():
            section, items = Object(), None
            name = header[1].strip().lower()
            root[name], root.lines[name] = section, (line, line)
        elif row[:1].isspace() and items is not None:
            items.append(row.strip())
            items.lines.append((line, line))
        else:
            items = _option(row, line, section)
    return root


def _option(row: str, line: int, section: Object) -> Array | None:
    """Puts it into the section; what may follow is the list that its next lines fill."""
    found = _OPTION.fullmatch(row.strip())
    if found is None:
        raise fault("it is neither a section, an option nor part of a list", line)
    key, value = found[1].strip(), found[2].strip()
    items = None
    if key.lower() in ("authorized_licenses", "unauthorized_licenses"):
        key, items = key.lower(), Array()
        for part in filter(None, map(str.strip, re.split(r"[,\n]", value))):
            items.append(part)
            items.lines.append((line, line))
    section[key], section.lines[key] = (value if items is None else items), (line, line)
    return items


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, without comments."""
    for number, row in enumerate(text.splitlines(), 1):
        if row.strip() and row.strip()[0] not in "#;":
            yield number, row
