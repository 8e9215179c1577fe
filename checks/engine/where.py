"""Where is it used? What a person typed, as a question; and which versions it means."""

import re

from checks.advisories.matching import affects
from checks.engine.ask import read
from checks.licenses import statement
from checks.licenses.tree import leaves
from checks.model.advisory import Advisory
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.model.purl import type_of
from checks.model.versions import InvalidRange, InvalidVersion, Range, parse_range
from checks.model.where import Question

_ADVISORY = re.compile(r"(?:CVE|GHSA|PYSEC|RUSTSEC|GO|OSV|MAL|GSD)-[0-9A-Za-z-]{4,80}", re.IGNORECASE)
#: Characters of a name, a license or an advisory.
MAX_LENGTH = 200
_FORMS = "Name a package (pkg:npm/left-pad, npm:left-pad@1.3.0, a bare name), --license or --advisory."


def question(
    package: str | None = None, versions: str | None = None, license_: str | None = None, advisory: str | None = None
) -> Question:
    """What somebody asks. `package`: a package URL, `npm:left-pad@1.3.0`, a bare name, or the id of an advisory.

    Raises `UsageError` that says what to write.
    """
    given = [item for item in (package, license_, advisory) if item]
    if len(given) != 1:
        raise UsageError("ask for one thing: a package, a license or an advisory", hint=_FORMS)
    word = given[0].strip()
    if not word or len(word) > 500 or not word.isprintable():
        raise UsageError(f"'{visible(word, 60)}' cannot be asked for", hint=_FORMS)
    if package and not _ADVISORY.fullmatch(word):
        return _package(word, versions)
    if versions:
        raise UsageError("a range of versions belongs to a package", hint=_FORMS)
    if len(word) > MAX_LENGTH:
        raise UsageError(f"'{visible(word, 60)}' is too long", hint=_FORMS)
    return Question(license=_license(word)) if license_ else Question(advisory=word)


def _license(word: str) -> str:
    """The license as it is written canonically, so that `Apache 2.0` finds what `Apache-2.0` does."""
    expression = statement.read(word).expression
    if expression is None:
        return word
    if len(leaves(expression)) > 1:
        raise UsageError("ask for one license, not for an expression of several", hint=_FORMS)
    return str(expression)


def _package(word: str, versions: str | None) -> Question:
    try:
        asked = read(word)
    except UsageError:
        if ":" in word or "@" in word[1:] or len(word) > MAX_LENGTH:
            raise
        return Question(name=word, versions=_checked(None, versions))
    if asked.version and versions:
        raise UsageError("the package has a version already", hint="Leave out the range, or the version.")
    return Question(asked.purl, versions=asked.version or _checked(asked.purl, versions))


def _checked(purl: str | None, versions: str | None) -> str | None:
    """A range that can be read. Of a bare name nobody knows yet in which ecosystem."""
    if not versions or not purl:
        return versions or None
    try:
        parse_range(type_of(purl), versions)
    except InvalidRange as error:
        raise UsageError(f"--version-range: {error}") from None
    return versions


def wanted(purl: str, version: str | None, versions: str | None) -> bool | None:
    """Whether a version is among those that are asked for; None: it cannot be told."""
    if not versions or version == versions:
        return True
    found = _range(type_of(purl), versions)
    if found is None:
        return False
    if version is None:
        return None
    try:
        return found.contains(version)
    except InvalidVersion:
        return None


def _range(type_: str, versions: str) -> Range | None:
    """None: a range of another ecosystem, or a version that its ecosystem does not order."""
    try:
        return parse_range(type_, versions)
    except (InvalidRange, InvalidVersion):
        return None


def meant(advisories: tuple[Advisory, ...], purl: str, version: str | None) -> bool | None:
    """Whether any of them affects a version; None: it cannot be told."""
    answers = {affects(advisory, purl, version) for advisory in advisories if advisory.withdrawn is None}
    return True if True in answers else None if None in answers else False
