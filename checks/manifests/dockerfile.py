"""Dockerfile and Containerfile: base images, images that files are copied from, and the syntax image.

Stages that only other stages copy from are `build`; a stage that may be the product is `runtime`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_LINE, Collector, numbered_lines
from checks.manifests.images import image
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_DIRECTIVE = re.compile(r"#\s*(syntax|escape)\s*=\s*(\S+)\s*", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_]\w{0,60})\1")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w{0,100})(?::?([-+])([^}$]{0,300}))?\}|([A-Za-z_]\w{0,100}))")
_VARIABLE_MARK = re.compile(r"\$|\{")
_ARG = re.compile(r"([A-Za-z_]\w{0,100})(?:=(\S*))?")
_FROM_OPTION = re.compile(r"(?:^|[\s,])(?:--)?from=([^\s,]+)")
_MAX_VALUE = 1_000
#: `Dockerfile.dockerignore` lists what a build leaves out, `Dockerfile.md` describes one.
_OTHER_FILES = (".dockerignore", ".md", ".txt")
_KEYWORDS = frozenset(
    {
        *("FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER"),
        *("WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL"),
    }
)


@dataclass(slots=True)
class _Stage:
    name: str
    reference: str
    base: int
    """Index of the stage that it builds on; -1 for an image."""
    line: int
    end_line: int
    copies: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _File:
    found: Collector
    stages: list[_Stage] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    copied: list[tuple[str, int, int, Scope]] = field(default_factory=list)


def parse_dockerfile(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Images in the order of the file. `ARG` defaults before the first `FROM` are filled in."""
    file = _File(Collector(path, "dockerfile"))
    if path.endswith(_OTHER_FILES):
        return file.found.inventory()
    known = False
    for keyword, rest, line, end in _instructions(text, file):
        if keyword in _KEYWORDS:
            known = True
            _take(keyword, rest, line, end, file)
        else:
            file.found.problem(f"'{visible(keyword, 40)}' is no instruction of a Dockerfile", line)
    if not known and file.found.problems:
        raise UnreadableManifest("it has no instruction of a Dockerfile", file.found.problems[0].location.line)
    scopes = _scopes(file.stages)
    entries = [
        (stage.line, stage.reference, stage.end_line, scope)
        for stage, scope in zip(file.stages, scopes, strict=True)
        if stage.base < 0
    ]
    entries += [(line, reference, end, scope) for reference, line, end, scope in file.copied]
    for line, reference, end, scope in sorted(entries, key=lambda entry: entry[0]):
        add_image(reference, line, end, scope, file.found)
    return file.found.inventory()


def add_image(reference: str, line: int, end: int, scope: Scope, found: Collector) -> None:
    """One image as a dependency, or a problem that says why it is none. Also used by Compose and workflows."""
    if reference == "scratch" or not reference:
        return
    known = image(reference)
    if known is None:
        variable = _VARIABLE_MARK.search(reference)
        message = "the image depends on a variable" if variable else "this is not an image"
        found.problem(f"{message}: {visible(reference, 100)}", line, "unresolved" if variable else "entry")
        # `node:$TAG` is some version of node
        named, colon, tag = reference[: variable.start()].rpartition(":") if variable else ("", "", "")
        known = image(named) if colon and "/" not in tag else None
        if known is None:
            return
    digest = (known.digest,) if known.digest else ()
    place = found.at(line, end)
    found.add(
        Dependency(
            known.purl, known.name, known.version, place, scope, True, Origin.REGISTRY, reference, integrity=digest
        )
    )


def _take(keyword: str, rest: str, line: int, end: int, file: _File) -> None:
    if keyword == "ARG" and not file.stages:
        for match in _ARG.finditer(rest[: 10 * _MAX_VALUE]):
            if match[2] is not None:
                value = _fill(match[2].strip("\"'"), file.arguments)
                file.arguments[match[1]] = value if value is not None else ""
    elif keyword == "FROM":
        _take_from(rest, line, end, file)
    elif keyword in ("COPY", "ADD", "RUN"):
        options = " ".join(word for word in rest[:MAX_LINE].split() if word.startswith("--"))
        for reference in _FROM_OPTION.findall(options):
            _take_copy(reference, keyword, line, end, file)


def _take_from(rest: str, line: int, end: int, file: _File) -> None:
    words = [word for word in rest.split() if not word.startswith("--")]
    if not words:
        file.found.problem("this FROM names no image", line)
        return
    filled = _fill(words[0].strip("\"'"), file.arguments)
    reference = filled if filled is not None else words[0]
    base = file.names.get(reference.lower(), -1)
    name = words[2].lower() if len(words) >= 3 and words[1].lower() == "as" else ""
    file.stages.append(_Stage(name, reference, base, line, end))
    if name:
        file.names[name] = len(file.stages) - 1


def _take_copy(reference: str, keyword: str, line: int, end: int, file: _File) -> None:
    reference = reference.strip("\"'")
    index = file.names.get(reference.lower(), -1)
    if index < 0 and reference.isascii() and reference.isdigit() and len(reference) < 6:
        index = int(reference)
    if 0 <= index < len(file.stages):
        if file.stages:
            file.stages[-1].copies.add(index)
        return
    # BuildKit does not replace variables here before 1.7; what it copies reaches the product, a mount does not
    filled = _fill(reference, file.arguments)
    scope = Scope.BUILD if keyword == "RUN" else Scope.RUNTIME
    file.copied.append((filled if filled is not None else reference, line, end, scope))


def _scopes(stages: list[_Stage]) -> list[Scope]:
    """A stage is shipped unless its only use is that others copy from it. The last one always may be the product."""
    used = {index for stage in stages for index in (*stage.copies, stage.base) if index >= 0}
    shipped = {index for index in range(len(stages)) if index not in used or index == len(stages) - 1}
    for index in range(len(stages) - 1, -1, -1):
        if index in shipped and stages[index].base >= 0:
            shipped.add(stages[index].base)
    return [Scope.RUNTIME if index in shipped else Scope.BUILD for index in range(len(stages))]


def _fill(text: str, values: Mapping[str, str]) -> str | None:
    """`text` with `$NAME`, `${NAME}` and `${NAME:-default}` filled in; None if a value is not known."""
    if "$" not in text:
        return text[:_MAX_VALUE]
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        name, operator, word = match[1] or match[4], match[2], match[3]
        known = values.get(name, "")
        if operator == "+":
            return word or "" if known else ""
        if not known and operator != "-":
            missing.append(name)
        return known or word or ""

    filled = _VARIABLE.sub(value, text[:_MAX_VALUE])
    return None if missing or "$" in filled or len(filled) > _MAX_VALUE else filled


def _instructions(text: str, file: _File) -> Iterator[tuple[str, str, int, int]]:
    """Keyword, arguments and lines of each instruction; comments, continuations and here-documents are joined."""
    escape, header = "\\", True
    words: list[str] = []
    start = 0
    waiting: list[str] = []
    last = 0
    for line, raw in numbered_lines(text):
        last = line
        if waiting:
            if raw.strip() == waiting[0]:
                waiting.pop(0)
            continue
        stripped = raw.strip()
        if stripped.startswith("#") or not stripped:
            directive = _DIRECTIVE.fullmatch(stripped[:_MAX_VALUE]) if header and not words else None
            if directive and directive[1].lower() == "escape":
                escape = directive[2][:1]
            elif directive:
                file.copied.append((directive[2], line, line, Scope.BUILD))
            header = header and directive is not None
            continue
        header = False
        start = start or line
        if stripped.endswith(escape):
            words.append(stripped[: -len(escape)])
            continue
        words.append(stripped)
        keyword, _, rest = " ".join(words).partition(" ")
        keyword = keyword.upper()
        if keyword in ("RUN", "COPY", "ADD") and "<<" in rest:
            waiting = [match[2] for match in _HEREDOC.finditer(rest[:MAX_LINE])][:10]
        yield keyword, rest, start, line
        words, start = [], 0
    if words:
        keyword, _, rest = " ".join(words).partition(" ")
        yield keyword.upper(), rest, start, last
