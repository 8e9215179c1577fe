"""Go's module proxy protocol: `.info`, `@latest`, `list` and go.mod. The base address is one of GOPROXY.

What is deprecated or retracted stands in the go.mod of the newest version, so one answer leads to the next:
`@latest`, its `.mod`, and the list of versions where it is wanted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from checks.facts.exchange import Answer, Form, Request, UnreadableAnswer, known, object_of, said, text_of
from checks.facts.fields import MAX_TEXT, moment, text
from checks.facts.names import plausible
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release, Standing, Status, VersionFacts
from checks.model.versions import InvalidVersion, sort_key
from checks.model.versions.text import Key

__all__ = ["SOURCE", "answers", "read", "requests"]

_OF_MODULE = Want.STATUS | Want.RELEASES
_UPPER = re.compile(r"[A-Z]")
_RETRACT = re.compile(r"(?:retract\s+)?(?:\[\s*([^\s,\]]+)\s*,\s*([^\s,\]]+)\s*\]|(v[^\s,()\[\]]+))\s*(?://(.*))?")
_DEPRECATED = re.compile(r"(?:^|\n\n)Deprecated:(.*?)(?:$|\n\n)", re.DOTALL)
#: Retractions of one module that are read.
_MAX_RETRACTIONS = 200
#: From and to, as versions compare, and why.
_Retraction = tuple[Key, Key, str]


def answers(purl_type: str) -> Want:
    """Go modules; a proxy knows no licenses."""
    return Want.PUBLISHED | _OF_MODULE if purl_type == "golang" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each version's time, and one for each module whose status or versions are wanted."""
    asked = answerable(questions, answers)
    for _, name, keys, want in registry.packages(asked):
        for key in keys:
            if key[1] and asked[key] & Want.PUBLISHED:
                yield Request(f"{_path(name)}/@v/{_path(key[1])}.info", (key,), Want.PUBLISHED, step="info")
        if want & _OF_MODULE:
            yield Request(f"{_path(name)}/@latest", keys, want & _OF_MODULE, step="latest")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What one document says."""
    if request.step == "info":
        time = known(moment(object_of(document).get("Time")), SOURCE, as_of)
        return said(SOURCE, as_of, {key: VersionFacts(published=time) for key in request.keys})
    if request.step == "latest":
        return _read_latest(request, document)
    if request.step == "mod":
        return _read_mod(request, text_of(document), as_of)
    return _read_list(request, text_of(document), as_of)


def _path(name: str) -> str:
    """Capital letters as `!` and the small one (Go modules reference, "GOPROXY protocol")."""
    return registry.path_of(_UPPER.sub(lambda match: "!" + match[0].lower(), name)).replace("%21", "!")


def _read_latest(request: Request, document: object) -> Answer:
    latest = text(object_of(document).get("Version"))
    if latest is None or not plausible(latest):
        raise UnreadableAnswer("it names no version")
    path = f"{request.path.removesuffix('@latest')}@v/{_path(latest)}.mod"
    mod = replace(request, path=path, form=Form.TEXT, accept="*/*", step="mod", carried=(latest,))
    return Answer(more=(mod,))


def _read_mod(request: Request, mod: str, as_of: datetime) -> Answer:
    latest = str(request.carried[0])
    retractions = tuple(_retractions(mod))
    versions = {
        key: VersionFacts(yanked=known(_retracted(key[1], retractions), SOURCE, as_of))
        for key in request.keys
        if key[1]
    }
    reason = _deprecation(mod)
    status = Status(Standing.DEPRECATED, reason) if reason is not None else None
    package = PackageFacts(latest=known(latest, SOURCE, as_of), status=known(status, SOURCE, as_of))
    more: tuple[Request, ...] = ()
    if request.want & Want.RELEASES:
        path = f"{request.path.rpartition('/')[0]}/list"
        carried = (latest, retractions)
        more = (replace(request, path=path, want=Want.RELEASES, step="list", carried=carried),)
    return said(SOURCE, as_of, versions, {purl: package for purl, _ in request.keys}, more)


def _read_list(request: Request, lines: str, as_of: datetime) -> Answer:
    """A version a line, without times; a module that has only pseudo-versions has an empty list."""
    latest, retractions = request.carried
    names = dict.fromkeys([*(name for line in lines.splitlines() if plausible(name := line.strip())), latest])
    releases = [Release(name, yanked=_retracted(name, retractions)) for name in names]
    package = PackageFacts(releases=known(tuple(releases), SOURCE, as_of))
    return said(SOURCE, as_of, packages={purl: package for purl, _ in request.keys})


def _retracted(version: str | None, retractions: Sequence[_Retraction]) -> str | None:
    """Why, if it is."""
    if not version or not retractions:
        return None
    try:
        order = sort_key("golang", version)
    except InvalidVersion:
        return None
    return next((why for low, high, why in retractions if low <= order <= high), None)


def _retractions(mod: str) -> Iterator[_Retraction]:
    """`retract v1.0.0 // why`, `retract [v1.0.0, v1.9.9]`, and blocks of them; the reason may stand above."""
    inside, above, count = False, "", 0
    for raw in mod.splitlines():
        line = raw.strip()
        if line.startswith("//"):
            above = line.removeprefix("//").strip()
            continue
        if line.startswith("retract") and line.rstrip().endswith("("):
            inside = True
        elif inside and line.startswith(")"):
            inside = False
        elif (inside or line.startswith("retract")) and (match := _RETRACT.fullmatch(line)):
            if count < _MAX_RETRACTIONS and (bounds := _bounds(match[1] or match[3], match[2] or match[3])):
                yield *bounds, ((match[4] or "").strip() or above)[:MAX_TEXT]
            count += 1
        above = ""


def _bounds(low: str, high: str) -> tuple[Key, Key] | None:
    try:
        return sort_key("golang", low), sort_key("golang", high)
    except InvalidVersion:
        return None


def _deprecation(mod: str) -> str | None:
    """The paragraph, of the comment above or behind `module`, that begins with `Deprecated:`."""
    block: list[str] = []
    for raw in mod.splitlines():
        line = raw.strip()
        if line.startswith("//"):
            block.append(line)
            continue
        if line.split("//")[0].split()[:1] == ["module"]:
            behind = line.partition("//")[2]
            return _deprecated([*block, f"//{behind}"] if behind else block)
        block = []
    return None


def _deprecated(comment: Sequence[str]) -> str | None:
    match = _DEPRECATED.search("\n".join(line.removeprefix("//").strip() for line in comment))
    return " ".join(match[1].split())[:MAX_TEXT] if match else None
