"""`.gitmodules`: submodules by address. Their commits stand in Git's tree, not in this file."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.manifests.repositories import repository
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_SECTION = re.compile(r'\s*\[submodule\s+"((?:[^"\\]|\\.){1,1000})"\]\s*(?:[#;].*)?')
_SETTING = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]{0,60})\s*=\s*(.*)")


def parse_gitmodules(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """One dependency without version for each submodule; a relative address is one beside this repository's own."""
    found = Collector(path, "gitmodules")
    start = last = 0
    name, settings = "", dict[str, str]()
    for line, raw in numbered_lines(text):
        stripped = raw.strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        if match := _SECTION.fullmatch(raw):
            _add(name, settings, start, last, found)
            start, name, settings = line, match[1], {}
        elif not stripped.startswith("[") and start and (match := _SETTING.fullmatch(raw)):
            settings[match[1].lower()] = _value(match[2])
        else:
            found.problem(f"this line is not what Git writes: {visible(stripped, 60)}", line)
        last = line
    _add(name, settings, start, last, found)
    if found.problems and not found.dependencies:
        raise UnreadableManifest("it has no submodule that can be read", found.problems[0].location.line)
    return found.inventory()


def _add(name: str, settings: Mapping[str, str], start: int, end: int, found: Collector) -> None:
    if not start:
        return
    address = settings.get("url", "")
    if not address or len(address) > MAX_WORD:
        found.problem(f"the submodule '{visible(name, 80)}' has no address", start)
        return
    known = repository(address) if not address.startswith((".", "/")) else None
    if known is None:
        last = re.sub(r"\.git$", "", address.rstrip("/")).rpartition("/")[2]
        known = purl.package("generic", last or "submodule"), address
    place = found.at(start, end)
    installed = settings.get("path")
    found.add(
        Dependency(
            known[0], known[1], None, place, Scope.UNKNOWN, True, Origin.GIT, address, installed_at=installed or None
        )
    )


def _value(text: str) -> str:
    """Git's quoting: `"…"` with backslashes, and comments after ` #` or ` ;`."""
    text = text.strip()
    if text.startswith('"'):
        end = text.find('"', 1)
        return text[1:end] if end > 0 else text[1:]
    return re.split(r"\s[#;]", text, maxsplit=1)[0].strip()
