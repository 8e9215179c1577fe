"""The Simple index of Python packages in JSON (PEP 691, 700, 792). The base address is the index, as pip has it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of
from checks.facts.fields import mappings, moment, text, texts
from checks.facts.names import segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.standings import status
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.PUBLISHED | Want.STATUS | Want.RELEASES


def answers(purl_type: str) -> Want:
    """Python packages; an index knows no licenses."""
    return _ANSWERS if purl_type == "pypi" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each package."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        accept = "application/vnd.pypi.simple.v1+json"
        yield Request(f"{segment(name)}/", keys, want, accept=accept, limit_bytes=registry.PACKAGE_BYTES)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """Versions out of the names of the files, with their times; what is quarantined offers no file."""
    found = object_of(document)
    if not isinstance(found.get("files"), list):
        raise UnreadableAnswer("it has no list of files")
    files: dict[str, list[Mapping[str, object]]] = {_canonical(name): [] for name in texts(found.get("versions"))}
    for file in mappings(found["files"]):
        if version := _version(text(file.get("filename")) or ""):
            files.setdefault(version, []).append(file)
    releases = [_release(version, entries) for version, entries in files.items()]
    package = PackageFacts(
        latest=known(registry.newest("pypi", releases), SOURCE, as_of),
        status=known(status(found.get("project-status")), SOURCE, as_of),
    )
    return registry.of_package(request, as_of, releases, package)


def _canonical(version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def _version(filename: str) -> str | None:
    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        return str(parse_sdist_filename(filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def _release(version: str, files: list[Mapping[str, object]]) -> Release:
    """Yanked is true or the reason, for each file; a version is yanked if all of its files are."""
    times = [time for file in files if (time := moment(file.get("upload-time")))]
    reasons = [text(mark) or "" for file in files if (mark := file.get("yanked")) is True or isinstance(mark, str)]
    yanked = reasons[0] if files and len(reasons) == len(files) else None
    return Release(version, min(times, default=None), yanked=yanked)
