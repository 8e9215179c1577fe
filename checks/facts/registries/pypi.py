"""PyPI's JSON API: what the metadata of a version says. The base address is the one above `/simple/`."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of, said
from checks.facts.fields import items, mapping, mappings, moment, text, texts
from checks.facts.names import repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import MAX_SHORT
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "license_of", "read", "requests"]

_OF_VERSION = Want.LICENSE | Want.PUBLISHED | Want.STATUS
_OF_PACKAGE = Want.RELEASES | Want.HEALTH
#: Classifiers that stand for several licenses, and what a license field must say to be the more exact form of the same
#: statement.
_VAGUE = {
    "Academic Free License (AFL)": r"\bafl\b|academic free",
    "Apache Software License": r"\bapache\b",
    "Artistic License": r"\bartistic\b",
    "BSD License": r"\bbsd\b",
    "GNU Free Documentation License (FDL)": r"\bg?fdl\b|documentation",
    "GNU General Public License (GPL)": r"\bgpl|general public",
    "GNU Library or Lesser General Public License (LGPL)": r"\blgpl|lesser|library general",
    "Zope Public License": r"\bzpl\b|zope",
}
#: A category of classifiers that names no license.
_CATEGORY = "License :: OSI Approved"


def answers(purl_type: str) -> Want:
    """Python packages."""
    return _OF_VERSION | _OF_PACKAGE if purl_type == "pypi" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each version, and one for each package whose versions or maintainers are wanted."""
    asked = answerable(questions, answers)
    for _, name, keys, want in registry.packages(asked):
        for key in keys:
            if key[1] and asked[key] & _OF_VERSION:
                path = f"pypi/{segment(name)}/{segment(key[1])}/json"
                yield Request(path, (key,), asked[key] & _OF_VERSION, step="version")
        if want & _OF_PACKAGE:
            path = f"pypi/{segment(name)}/json"
            yield Request(path, keys, want & _OF_PACKAGE, limit_bytes=registry.PACKAGE_BYTES, step="package")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """`info` describes the version that was asked for, or the newest one."""
    found = object_of(document)
    info = found.get("info")
    if not isinstance(info, dict):
        raise UnreadableAnswer("it has no object 'info'")
    version = text(info.get("version"))
    if request.step == "version":
        release = _release(version or "", items(found.get("urls")), info)
        return said(SOURCE, as_of, {key: registry.of_version(release, as_of) for key in request.keys})
    listed = mapping(found.get("releases"))
    releases = [_release(name, items(files), {}) for name, files in listed.items()]
    package = PackageFacts(
        latest=known(version, SOURCE, as_of),
        repository=known(_repository(info), SOURCE, as_of),
        maintainers=known(len(items(mapping(found.get("ownership")).get("roles"))) or None, SOURCE, as_of),
    )
    return registry.of_package(request, as_of, releases, package)


def license_of(info: Mapping[str, object]) -> str | None:
    """`license_expression` (PEP 639), else the classifiers, else a short `license`.

    A classifier that stands for several licenses gives way to a license field that says which of them. Several
    classifiers all count, because their relation is not said.
    """
    if expression := text(info.get("license_expression")):
        return expression
    declared = _short(info.get("license"))
    classifiers = [item for item in texts(info.get("classifiers")) if item.startswith("License ::")]
    exact = [item for item in classifiers if item != _CATEGORY] or classifiers
    if len(exact) == 1 and declared and _says_more(exact[0], declared):
        return declared
    named = [item for item in exact if item != _CATEGORY]
    return "; ".join(dict.fromkeys(named)) or declared or ("; ".join(classifiers) or None)


def _says_more(classifier: str, declared: str) -> bool:
    words = _VAGUE.get(classifier.rpartition(" :: ")[2])
    return words is not None and re.search(words, declared, re.IGNORECASE) is not None


def _short(value: object) -> str | None:
    """A license field that is a name; longer ones are the text of a license."""
    declared = text(value, MAX_SHORT + 1)
    if declared is None or len(declared) > MAX_SHORT or "\n" in declared or declared.lower() in ("unknown", "none"):
        return None
    return declared


def _release(version: str, files: list[object], info: Mapping[str, object]) -> Release:
    """Published with its first file; yanked if the version is, or every file of it."""
    times = [time for file in mappings(files) if (time := _uploaded(file))]
    reasons = [text(file.get("yanked_reason")) or "" for file in mappings(files) if file.get("yanked") is True]
    yanked = None
    if info.get("yanked") is True:
        yanked = text(info.get("yanked_reason")) or ""
    elif files and len(reasons) == len(files):
        yanked = reasons[0]
    return Release(version, min(times, default=None), None, yanked, license_of(info))


def _uploaded(file: Mapping[str, object]) -> datetime | None:
    return moment(file.get("upload_time_iso_8601")) or moment(file.get("upload_time"))


def _repository(info: Mapping[str, object]) -> str | None:
    """The first of the project's addresses that is a repository; those that are named so come first."""
    urls = mapping(info.get("project_urls"))
    ranked = sorted(urls, key=lambda label: not any(word in label.lower() for word in ("source", "repository", "code")))
    found = (repository_of(address) for address in (*map(urls.get, ranked), info.get("home_page")))
    return next((address for address in found if address), None)
