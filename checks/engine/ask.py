"""May I use this? A package judged as if a change added it, before anybody has written code."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan, running
from checks.freshness.releases import newer, stable
from checks.model.answer import Answer, Asked, Verdict
from checks.model.dependency import Dependency, Inventory, Location
from checks.model.errors import UsageError
from checks.model.facts import Facts, Questions, Want
from checks.model.finding import Finding
from checks.model.packages import PackageFacts, Release
from checks.model.phrase import visible
from checks.model.purl import package, parse, type_of
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.schema import Policy

#: Versions that are looked at for an answer.
MANY = 20
#: Package types of libraries: a bare name is one of those whose manifests lie in the folder.
LIBRARIES = frozenset(
    {
        *("npm", "pypi", "cargo", "gem", "golang", "maven", "nuget", "composer", "hex", "pub"),
        *("conan", "cran", "hackage", "swift", "cocoapods"),
    }
)
#: Words for a package type, before a colon.
TYPES = {
    **{name: name for name in (*LIBRARIES, "github", "docker", "huggingface")},
    "crates": "cargo", "crate": "cargo", "rubygems": "gem", "go": "golang", "packagist": "composer", "python": "pypi",
}  # fmt: skip
_FORMS = "Write pkg:npm/left-pad@1.3.0, npm:left-pad@1.3.0, pypi:requests or @scope/name."
#: The file that the package would be in; it exists only in thought.
_PLACE = "question"


def read(text: str, types: Collection[str] = ()) -> Asked:
    """What a person typed. `types` are the package types of the folder in which a bare name is asked for.

    Raises `UsageError` that lists the forms.
    """
    word = text.strip()
    if not word or len(word) > 500 or not word.isprintable():
        raise UsageError(f"'{visible(word, 60)}' is not a package", hint=_FORMS)
    if word[:4].lower() == "pkg:":
        try:
            type_, namespace, name, version = parse(word)
        except ValueError as error:
            raise UsageError(str(error), hint=_FORMS) from None
        return _asked(type_, f"{namespace}/{name}" if namespace else name, version)
    kind, colon, rest = word.partition(":")
    if colon and rest and kind.lower() in TYPES:
        return _of_type(TYPES[kind.lower()], rest)
    return _of_type(_guessed(word, types), word)


def _guessed(word: str, types: Collection[str]) -> str:
    """The type of a package whose name alone was typed, by its form or by what is used here."""
    if re.match(r"@[^/]+/[^/]+\Z", word):
        return "npm"
    if re.match(r"[\w-]+(\.[\w-]+)+:[^:/]+", word):
        return "maven"
    if re.match(r"[\w-]+(\.[\w-]+)+/", word):
        return "golang"
    if "==" in word:
        return "pypi"
    found = sorted(set(types))
    if len(found) == 1:
        return found[0]
    name = visible(word, 60)
    if not found:
        raise UsageError(f"'{name}' could be a package of any kind, and no manifest is here that tells", hint=_FORMS)
    known = ", ".join(f"{type_}:{name}" for type_ in found[:6])
    raise UsageError(f"'{name}' could be one of several packages here: {known}", hint=_FORMS)


def _of_type(type_: str, text: str) -> Asked:
    if type_ == "pypi" and "==" in text:
        name, _, version = text.partition("==")
    elif type_ == "maven" and text.count(":") == 2:
        name, _, version = text.rpartition(":")
    else:
        at = text.rfind("@")
        name, version = (text[:at], text[at + 1 :]) if at > 0 else (text, "")
    return _asked(type_, name.strip().replace(":", "/") if type_ == "maven" else name.strip(), version.strip() or None)


def _asked(type_: str, path: str, version: str | None) -> Asked:
    namespace, _, name = path.strip("/").rpartition("/")
    if not name or (namespace and type_ in ("pypi", "cargo", "gem", "nuget", "hex", "pub")):
        raise UsageError(f"'{visible(path, 60)}' is not the name of a package of type {type_}", hint=_FORMS)
    shown = f"{namespace}:{name}" if type_ == "maven" else f"{namespace}/{name}" if namespace else name
    return Asked(package(type_, name, namespace), shown, version)


def release_questions(asked: Asked) -> Questions:
    """What must be known to name versions."""
    return {(asked.purl, asked.version): Want.RELEASES}


def versions(asked: Asked, known: PackageFacts) -> tuple[str, ...]:
    """The versions to judge, in the order in which they are preferred: the one that is asked for, then what the
    registry gives by itself, then from the newest down."""
    releases = known.releases.value if known.releases else ()
    ordered = [release.version for release in reversed(stable(type_of(asked.purl), releases))]
    latest = [known.latest.value] if known.latest and known.latest.value in ordered else []
    first = [asked.version] if asked.version else []
    return tuple(dict.fromkeys((*first, *latest, *ordered)))[:MANY]


def plan(asked: Asked, candidates: Sequence[str | None], path: str = _PLACE, target: str | None = None) -> Plan:
    """A change that adds each of the versions to the manifest `path`, and goes into the branch `target`."""
    inventory = Inventory(
        path,
        _PLACE,
        tuple(
            Dependency(asked.purl, asked.name, version, Location(path, line), asked.scope, direct=True)
            for line, version in enumerate(candidates, 1)
        ),
    )
    listing = Listing("0" * 40, "1" * 40, target=target)
    return Plan(Snapshot(listing, (ManifestPair(path, Inventory(path, _PLACE), inventory),)))


def judging(policy: Policy) -> frozenset[str]:
    """The checks that say something about single packages."""
    return frozenset(check.id for check, _ in running(policy, None) if check.judge_dependency is not None)


def answer(asked: Asked, candidates: Sequence[str], facts: Facts, policy: Policy, now: datetime) -> Answer:
    """The answer about the version that is asked for, else about the first that may be used, else about the first."""
    if not candidates:
        return Answer(asked, Verdict.CANNOT_SAY)
    report = evaluate(plan(asked, candidates), facts, policy, now, judging(policy))
    found = {version: _about(report.findings, version) for version in candidates}
    verdicts = {version: _verdict(findings) for version, findings in found.items()}
    usable = [version for version in candidates if verdicts[version] is Verdict.YES]
    chosen = asked.version or (usable[0] if usable else candidates[0])
    verdict = verdicts[chosen]
    return Answer(
        Asked(asked.purl, asked.name, chosen, asked.scope),
        verdict,
        found[chosen],
        _until(found[chosen]) if verdict is Verdict.NOT_NOW else None,
        _nearest(type_of(asked.purl), chosen, usable) if verdict is not Verdict.YES else None,
    )


def _about(findings: Sequence[Finding], version: str) -> tuple[Finding, ...]:
    """Findings about the version; what is there before, or about all of them, is no part of an answer."""
    return tuple(finding for finding in findings if finding.subject.version == version and finding.counts)


def _verdict(findings: Sequence[Finding]) -> Verdict:
    blocking = [finding for finding in findings if finding.blocks]
    if not blocking:
        return Verdict.YES
    if all(finding.could_not_tell for finding in blocking):
        return Verdict.CANNOT_SAY
    return Verdict.NOT_NOW if all(finding.clears_at for finding in blocking) else Verdict.NO


def _until(findings: Sequence[Finding]) -> datetime | None:
    return max((finding.clears_at for finding in findings if finding.blocks and finding.clears_at), default=None)


def _nearest(purl_type: str, chosen: str, usable: Sequence[str]) -> str | None:
    """The lowest version above that may be used, else the highest below."""
    above = newer(purl_type, stable(purl_type, map(Release, usable)), chosen)
    return above[0].version if above else usable[0] if usable else None
