"""What is known about the license of one package version, in layers: declared, detected, clarified; and what counts."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from checks.licenses.compare import is_open, named
from checks.licenses.statement import read
from checks.licenses.tree import Expression, Unclear, Word, all_of
from checks.model.packages import Known, LicenseText, VersionFacts
from checks.model.purl import type_of
from checks.model.toolchains import is_toolchain
from checks.rules.licenses.section import Clarification, Detect, LicensesSection

#: How near a text must be to a license's to be judged as that license: the rest may be another term.
SIMILARITY = 0.95

#: Kinds that no registry gives a license for: actions, images and providers are run, and judged only if one is known.
_NO_STATEMENT = frozenset({"github", "githubactions", "docker", "oci", "terraform", "helm", "nix", "devcontainer"})


class Layer(StrEnum):
    """Where a statement comes from."""

    DECLARED = "declared"
    """The package says it: in the lock file, or to a source of facts."""
    DETECTED = "detected"
    """Its license texts say it."""
    CLARIFIED = "clarified"
    """The policy says it."""


class Claim(NamedTuple):
    """One statement about the license of a package version."""

    raw: str
    layer: Layer = Layer.DECLARED
    known: Known[str] | None = None
    """Declared: the source that says so; None: the lock file."""
    texts: tuple[LicenseText, ...] = ()
    """Detected: the texts that it was recognized from."""


class Pin(StrEnum):
    """Whether the text is still the one that a clarification is pinned to."""

    HOLDS = "holds"
    BROKEN = "broken"
    """The package's texts are known, and none of them has that hash: it does not apply."""
    UNSEEN = "unseen"
    """The package's texts are not known here: it applies, and that is said."""


class Clarified(NamedTuple):
    """The clarification that speaks of a package version."""

    position: int
    """In `clarify`."""
    entry: Clarification
    pin: Pin
    found: LicenseText | None = None
    """The text that stands where the evidence was, if its hash is another."""


class Layers(NamedTuple):
    """All layers of one package version."""

    effective: tuple[Claim, ...]
    """What is judged; of several the worst counts."""
    declared: tuple[Claim, ...] = ()
    texts: tuple[LicenseText, ...] = ()
    """The package's own license texts."""
    clarified: Clarified | None = None


def layers(
    section: LicensesSection, purl: str, version: str | None, lock: Iterable[str | None], facts: VersionFacts
) -> Layers:
    """The layers of a package version; `lock` is what the lock files say of it, raw."""
    declared = _declared(lock, facts.license)
    if facts.texts is None and not section.clarify:
        return Layers(declared, declared)
    texts = facts.texts.value if facts.texts else ()
    clarified = _clarified(section, purl, version, texts if facts.texts else None)
    own = tuple(text for text in texts if at_root(text.path)) if section.detect is not Detect.NEVER else ()
    if clarified is not None and clarified.pin is not Pin.BROKEN:
        effective: tuple[Claim, ...] = (Claim(clarified.entry.license.text, Layer.CLARIFIED),)
    else:
        effective = _effective(declared, own)
    return Layers(effective, declared, own, clarified)


def _declared(lock: Iterable[str | None], known: Known[str] | None) -> tuple[Claim, ...]:
    """Each distinct statement: first those of the lock files, then the one that a source knows."""
    raws = dict.fromkeys(raw for raw in lock if raw and not raw.isspace())
    claims = tuple(map(Claim, raws))
    if known is not None and known.value.strip() and known.value not in raws:
        claims += (Claim(known.value, known=known),)
    return claims


def states_license(purl: str) -> bool:
    """Whether somebody should say what a package is under, so that silence is worth a word."""
    return type_of(purl) not in _NO_STATEMENT and not is_toolchain(purl)


def settled(raw: str) -> bool:
    """Whether a statement says something certain, so that no text is needed to know what it means."""
    expression = read(raw).expression
    return expression is not None and not is_open(expression) and not isinstance(expression, Unclear)


# -- detected --------------------------------------------------------------------------------------------------------


def at_root(path: str) -> bool:
    """Whether a license text is the package's own: at its top or in its folder of license texts, and not in a folder of
    something that it carries along, nor a file that holds no terms."""
    from checks.texts.files import FOLDERS, Role, is_reading, role  # only where there are texts

    *folders, _ = path.lower().split("/")
    if folders and folders[0].endswith((".dist-info", ".egg-info")):
        del folders[0]
    top = not folders or (len(folders) == 1 and folders[0] in FOLDERS)
    return top and role(path) is not Role.NOTICE and not is_reading(path)


def recognized(text: LicenseText) -> Expression | None:
    """The license of a text that is near enough to it."""
    if text.license is None or not text.similarity >= SIMILARITY:
        return None
    return read(text.license).expression


def detected(texts: Sequence[LicenseText]) -> Claim | None:
    """What the texts say together; None if one of them is not recognized, because it may take something away."""
    found = [recognized(text) for text in texts]
    known = [expression for expression in found if expression is not None]
    if not known or len(known) < len(found):
        return None
    return Claim(str(all_of(list(dict.fromkeys(known)))), Layer.DETECTED, texts=tuple(texts))


def _effective(declared: tuple[Claim, ...], texts: tuple[LicenseText, ...]) -> tuple[Claim, ...]:
    """What is declared; where that is nothing or open, what the texts say."""
    if not texts:
        return declared
    found = detected(texts)
    if found is None:
        return declared
    if not declared:
        return (found,)
    return tuple(dict.fromkeys(found if _settled_by(texts, claim.raw) else claim for claim in declared))


def _settled_by(texts: Sequence[LicenseText], raw: str) -> bool:
    """Whether texts say which license an open statement means: NOASSERTION, a file that is among them, or `BSD`."""
    expression = read(raw).expression
    if isinstance(expression, Unclear):
        return bool(expression.candidates) and all(_fits(text, expression) for text in texts)
    if not isinstance(expression, Word) or not is_open(expression):
        return False
    file = referred(expression)
    return file is None or any(text.path.lower() == file for text in texts)


def referred(word: Word) -> str | None:
    """The file that `SEE LICENSE IN x` names, lower case; None for every other word."""
    head, found, file = word.text.partition(" IN ")
    return file.strip().strip("<>\"'").removeprefix("./").lower() if found and head.upper().startswith("SEE ") else None


def _fits(text: LicenseText, expression: Expression) -> bool:
    found = recognized(text)
    return found is not None and named(found, expression)


# -- clarified -------------------------------------------------------------------------------------------------------


def _clarified(
    section: LicensesSection, purl: str, version: str | None, texts: Sequence[LicenseText] | None
) -> Clarified | None:
    """The first clarification whose pin holds, else the first that speaks of the package version."""
    found = [_pinned(position, section, texts) for position in section.clarifications_for(purl, version)]
    return next((item for item in found if item.pin is Pin.HOLDS), found[0] if found else None)


def _pinned(position: int, section: LicensesSection, texts: Sequence[LicenseText] | None) -> Clarified:
    entry = section.clarify[position]
    if texts is None:
        return Clarified(position, entry, Pin.UNSEEN)
    if any(text.sha256.lower() == entry.sha256 for text in texts):
        return Clarified(position, entry, Pin.HOLDS)
    name = "/" + entry.evidence.removeprefix("./")
    return Clarified(position, entry, Pin.BROKEN, next((t for t in texts if f"/{t.path}".endswith(name)), None))
