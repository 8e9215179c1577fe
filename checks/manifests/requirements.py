"""requirements.txt as pip reads it: pins, hashes, continuations, addresses, options, includes and `# via` comments."""

import posixpath
import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_PROBLEMS, MAX_WORD, Collector
from checks.manifests.piplines import Line, logical_lines
from checks.manifests.pypi import (
    address,
    guessed_scope,
    inside,
    is_archive,
    is_name,
    is_specifier,
    named,
    normalize,
    pinned,
    wheel,
)
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

FORMAT = "requirements"


def parse_requirements(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read one requirements or constraints file. A `*.in` beside a compiled file tells what is direct."""
    reader = _Reader(path)
    for line in logical_lines(text):
        reader.take(line)
    reader.finish([content for name, content in companions.items() if name.endswith(".in")])
    return reader.out.inventory(reader.edges() if reader.annotated else None)


# --- one line ---------------------------------------------------------------------------------------------------

_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\[\]]*\]\s*)?={2,3}\s*([A-Za-z0-9.!+_-]+)\s*(?:;[^#]*)?\Z")
_HASH = re.compile(r"\s--hash(?:=|\s+)(\S+)")
_OPTION = re.compile(r"\s-(?:-[a-z]|[A-Za-z][\s=])")
_SCHEME = re.compile(r"(?:([a-z]+)\+)?([a-z][a-z0-9.-]*):", re.IGNORECASE)
_INCLUDES = {"-r": False, "--requirement": False, "-c": True, "--constraint": True}
_INDEXES = ("-i", "--index-url", "--pypi-url", "--extra-index-url")
_EDITABLE = ("-e", "--editable")
#: Options that stand alone on a line (pip's `SUPPORTED_OPTIONS`) and change nothing that this reader tells.
_KNOWN = frozenset(
    [
        "--no-index",
        "-f",
        "--find-links",
        "--no-binary",
        "--only-binary",
        "--prefer-binary",
        "--pre",
        "--trusted-host",
        "--use-feature",
        "--require-hashes",
        "--all-releases",
        "--only-final",
        "--always-unzip",
        "--process-dependency-links",
        "--uploaded-prior-to",
    ]
)
_VIA_SKIPPED = ("-c ", "--constraint ", "--override ", "--build-constraint ")


class _Reader:
    """One file, line by line."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.out = Collector(path, FORMAT)
        self.scope, self.constraint = _purpose(path)
        self.compiled = False
        """Whether a tool wrote it; then not every line is something that a person asked for."""
        self.annotated = False
        self.index: str | None = None
        self.indexes = 0
        self.via: list[list[str]] = []
        self.collecting = False
        """Whether the last comment began a list of requirers that further comment lines continue."""

    def take(self, line: Line) -> None:
        if line.text:
            self._content(line)
            self.collecting = False
        if line.comment:
            self._comment(line.comment)
        elif not line.text:
            self.collecting = False

    def _content(self, line: Line) -> None:
        text = line.text
        if len(self.out.problems) >= MAX_PROBLEMS:
            raise UnreadableManifest(f"more than {MAX_PROBLEMS:,} lines of it cannot be read", line.number)
        if text.startswith("-"):
            self._option(line)
            return
        self._no_variable(text, line)
        hashes: tuple[str, ...] = ()
        option = _OPTION.search(text) if " -" in text or "\t-" in text else None
        if option:
            hashes = tuple(hash_[:MAX_WORD] for hash_ in _HASH.findall(text, option.start()))
            text = text[: option.start()].strip()
        pin = _PIN.match(text)
        if pin:
            self._add(pin[1].rstrip("._-"), pin[2], line, hashes)
        else:
            self._requirement(text, line, hashes)

    def _requirement(self, text: str, line: Line, hashes: tuple[str, ...]) -> None:
        """Anything but a plain pin: an address, a path, a range, a name."""
        if _is_path(text):
            self._address(text, line, hashes)
            return
        read = named(text)
        rest = read[2].split(";", 1)[0].strip() if read else ""
        if read and rest.startswith("@"):
            place = read[2][1:].split(" ;", 1)[0].strip()
            self._place(read[0], place, line, hashes)
        elif read and (not rest or is_specifier(rest)):
            self._add(read[0], pinned(rest), line, hashes)
        elif read and "${" in rest:
            self._add(read[0], None, line, hashes)
        else:
            self._by_packaging(text, line, hashes)

    def _by_packaging(self, text: str, line: Line, hashes: tuple[str, ...]) -> None:
        """What the expressions above do not know; loading the library takes 49 ms, so only then."""
        if len(text) > MAX_WORD:
            self.out.problem(f"{visible(text, 80)} is too long for a requirement", line.number)
            return
        from packaging.requirements import InvalidRequirement, Requirement

        try:
            read = Requirement(text)
        except (InvalidRequirement, RecursionError, ValueError):
            self.out.problem(f"{visible(text, 80)} is no requirement", line.number)
            return
        if read.url:
            self._place(read.name, read.url, line, hashes)
        else:
            self._add(read.name, pinned(str(read.specifier)), line, hashes)

    # --- options

    def _no_variable(self, text: str, line: Line) -> None:
        """pip puts the environment in; what it then installs is not in the tree."""
        if "${" in text:
            self.out.problem("a line holds a variable of the environment", line.number, "unresolved")

    def _option(self, line: Line) -> None:
        name, value = _split_option(line.text)
        if name in _EDITABLE or name in _INCLUDES:
            self._no_variable(value, line)
        if name in _EDITABLE:
            text = _OPTION.split(" " + value, maxsplit=1)[0].strip().strip("\"'")
            read = named(text)
            if read and read[2].startswith("@"):
                self._place(read[0], read[2][1:].strip(), line, ())
            else:
                self._address(text, line, ())
        elif name in _INCLUDES:
            self._include(value.strip("\"'"), line)
        elif name in _INDEXES:
            self.indexes += 1
            self.index = address(value.strip("\"'"))[:MAX_WORD] or None
        elif name not in _KNOWN:
            self.out.problem(f"{visible(name, 40)} is no option of a requirements file", line.number)

    def _include(self, target: str, line: Line) -> None:
        """Another file: judged on its own where it is a manifest, and said where it is not read."""
        from checks.manifests.formats import recognize

        shown = visible(target, 80)
        if "://" in target:
            self.out.problem(f"it includes {shown}, which is outside of the repository", line.number, "unresolved")
            return
        found = inside(self.path, target)
        if found is None or not target:
            self.out.problem(f"it includes {shown}, which is outside of the repository", line.number, "unresolved")
        elif recognize(found) is None:
            self.out.problem(f"it includes {shown}, which is not recognized as a manifest", line.number, "unresolved")

    # --- addresses and paths

    def _address(self, text: str, line: Line, hashes: tuple[str, ...]) -> None:
        """An address or path without a name before it: its `egg` or the file name of a wheel gives the name."""
        place = text.split(" ;", 1)[0].strip()
        bare, _, fragment = place.partition("#")
        file_name = posixpath.basename(bare.rstrip("/").replace("\\", "/"))
        read = wheel(file_name.replace("%2B", "+"))
        egg = next((item[4:] for item in fragment.split("&") if item.startswith("egg=")), "")
        known = named(egg)
        if known and not (read and normalize(read[0]) == normalize(known[0])):
            self._place(known[0], place, line, hashes)
        elif read:
            self._place(read[0], place, line, hashes)
        elif _SCHEME.match(place) and not _local(place):
            self.out.problem(
                f"{visible(address(place), 120)} does not give the name of its package", line.number, "unresolved"
            )
        else:
            self._folder(place, line)

    def _folder(self, place: str, line: Line) -> None:
        """A path without a name: code of this tree is judged by its own manifest, an archive has no name to judge."""
        target = _local(place) or place
        target = re.sub(r"\[[^\[\]]*\]\Z", "", target.partition("#")[0])
        found = inside(self.path, target)
        if found is None:
            self.out.problem(f"{visible(target, 80)} is outside of the repository", line.number, "unresolved")
        elif is_archive(target):
            self.out.problem(f"{visible(target, 80)} does not give the name of its package", line.number, "unresolved")

    def _place(self, name: str, place: str, line: Line, hashes: tuple[str, ...]) -> None:
        """A named package from an address; a wheel's file name gives its version, which installers verify."""
        bare = place.partition("#")[0]
        read = wheel(posixpath.basename(bare.rstrip("/")).replace("%2B", "+"))
        version = read[1] if read and normalize(read[0]) == normalize(name) else None
        scheme = _SCHEME.match(place)
        if scheme is None or _local(place):
            origin = Origin.PATH
        elif scheme[1] or scheme[2].lower() in ("git", "hg", "svn", "bzr", "ssh"):
            origin = Origin.GIT
        else:
            origin = Origin.URL
        self._add(name, version, line, hashes, origin, address(place)[:MAX_WORD])

    def _add(
        self,
        name: str,
        version: str | None,
        line: Line,
        hashes: tuple[str, ...],
        origin: Origin = Origin.REGISTRY,
        source: str | None = None,
    ) -> None:
        if not is_name(name) or (version is not None and len(version) > MAX_WORD):
            self.out.problem(f"{visible(name, 80)} is no name of a package with a version", line.number)
            return
        at = self.out.at(line.number, line.end)
        self.out.add(
            Dependency(package("pypi", name), name, version, at, self.scope, None, origin, source, integrity=hashes)
        )
        self.via.append([])

    # --- comments of pip-compile and uv

    def _comment(self, comment: str) -> None:
        if not self.via:
            if "autogenerated by" in comment or "auto-generated by" in comment:
                self.compiled = True
            return
        if comment == "via" or comment.startswith("via "):
            self.annotated = self.collecting = True
            comment = comment[4:].strip()
            if not comment:
                return
        if not self.collecting:
            return
        items = (item.strip().partition("[")[0] for item in comment.split(", "))
        self.via[-1].extend(item[:MAX_WORD] for item in items if item)

    # --- the whole file

    def finish(self, inputs: list[str]) -> None:
        """Fill in what only the whole file tells: what is direct, and the one registry it names."""
        asked = set().union(*map(_names, inputs))
        present = {normalize(dependency.name) for dependency in self.out.dependencies}
        source = self.index if self.indexes == 1 else None
        for index, dependency in enumerate(self.out.dependencies):
            direct = self._direct(index, asked, present)
            at = source if dependency.source is None else dependency.source
            if direct is not None or at is not dependency.source:
                self.out.dependencies[index] = Dependency(
                    dependency.purl,
                    dependency.name,
                    dependency.version,
                    dependency.location,
                    dependency.scope,
                    direct,
                    dependency.origin,
                    at,
                    integrity=dependency.integrity,
                )

    def _direct(self, index: int, asked: set[str], present: set[str]) -> bool | None:
        if self.constraint:
            return None
        requirers = [item for item in self.via[index] if not item.startswith(_VIA_SKIPPED)]
        if requirers:
            # A requirer that the file does not list is the project itself, or one of its input files.
            return any(item.startswith("-") or " " in item or normalize(item) not in present for item in requirers)
        if asked:
            return normalize(self.out.dependencies[index].name) in asked
        return None if self.compiled and not self.annotated else True

    def edges(self) -> list[list[int]]:
        """Each `# via` comment turned around: the requirer requires."""
        places: dict[str, list[int]] = {}
        for index, dependency in enumerate(self.out.dependencies):
            places.setdefault(normalize(dependency.name), []).append(index)
        edges: list[list[int]] = [[] for _ in self.out.dependencies]
        for index, requirers in enumerate(self.via):
            for item in requirers:
                # Several pins of one name differ by marker only; the first ones are enough to say why.
                for requirer in places.get(normalize(item), ())[:10]:
                    edges[requirer].append(index)
        return edges


def _purpose(path: str) -> tuple[Scope, bool]:
    """What a file is for, by its name (`requirements-dev.txt`, `requirements/test.txt`); whether it only constrains."""
    folder, name = posixpath.split(path.lower())
    folder = posixpath.basename(folder)
    purpose = f"{folder} {name}" if folder.startswith(("requirements", "reqs")) else name
    constraint = "constraint" in purpose
    return guessed_scope(purpose) or (Scope.UNKNOWN if constraint else Scope.RUNTIME), constraint


def _split_option(text: str) -> tuple[str, str]:
    """`--name=value`, `--name value`, `-x value` and `-xvalue`."""
    name, space, value = text.partition(" ")
    if name.startswith("--"):
        long, equals, rest = name.partition("=")
        return (long, rest + space + value) if equals else (name, value.strip())
    return (name[:2], (name[2:] + space + value).strip()) if len(name) > 2 else (name, value.strip())


def _is_path(text: str) -> bool:
    """pip: it begins with a dot, holds a separator before any `@`, or is the name of an archive."""
    head = text.split("@", 1)[0].split(";", 1)[0].split("[", 1)[0].strip()
    if text.startswith(".") or "/" in head or "\\" in head:
        return True
    return bool(_SCHEME.match(text)) or is_archive(head)


def _local(place: str) -> str:
    """The path of a `file:` address, or nothing."""
    return place[5:].removeprefix("//") if place[:5].lower() == "file:" else ""


def _names(text: str) -> set[str]:
    """The names that an input file asks for; none if it cannot be read."""
    try:
        read = [named(line.text) for line in logical_lines(text) if not line.text.startswith("-")]
    except UnreadableManifest:
        return set()
    return {normalize(found[0]) for found in read if found}
