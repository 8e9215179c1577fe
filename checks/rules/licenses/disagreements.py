"""Where statements about one package differ: between two versions of it, and between what it declares and carries."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checks.licenses import sentences
from checks.licenses.compare import Likeness, compare, named
from checks.licenses.judge import Judgment, Verdict
from checks.licenses.statement import read
from checks.model.change import Change
from checks.model.dependency import Dependency, Origin
from checks.model.facts import Facts
from checks.model.finding import Evidence, Observation
from checks.model.packages import Known
from checks.model.phrase import Phrase, say
from checks.rules.licenses.circumstances import Lists
from checks.rules.licenses.layers import Claim, Layers, Pin, recognized
from checks.rules.licenses.observations import SETTLE, layer_rows, licenses_of, source_of, subject_of
from checks.texts.files import Role, role

CHANGED, DISAGREEMENT = "license-changed", "license-disagreement"


def worst(raw: str, lists: Sequence[Lists]) -> Judgment:
    """The judgment of a statement under the lists that like it least."""
    return max((each.judge.verdicts[raw] for each in lists), key=lambda judgment: judgment.verdict)


# -- between two versions --------------------------------------------------------------------------------------------


class _Earlier(NamedTuple):
    """What a version that the change replaces declared."""

    version: str | None
    claim: Claim


def changed(change: Change, layers: Layers, facts: Facts, lists: Sequence[Lists]) -> Iterator[Observation]:
    """An update that declares other terms than the version before; nothing where that is not certain."""
    earlier = [found for item in change.before if (found := _earlier(item, facts)) is not None]
    if not layers.declared or not earlier:
        return
    now = layers.declared[0]
    statement = read(now.raw)
    likeness = [compare(read(item.claim.raw), statement) for item in earlier]
    if Likeness.SAME in likeness or Likeness.DIFFERENT not in likeness:
        return
    before = [item for item, found in zip(earlier, likeness, strict=True) if found is Likeness.DIFFERENT]
    judgment = worst(now.raw, lists)
    first, new = read(before[0].claim.raw).text, judgment.statement.text
    about = sentences.subject(change.name, change.version)
    yield Observation(
        rule=CHANGED,
        subject=subject_of(change),
        message=say("{} declares {}, and {} declared {}; {}.", about, new, _version(before[0]), first, _fate(judgment)),
        headline=sentences.about_two(change.name, change.version, "{} becomes {}", first, new),
        evidence=(
            *(Evidence("declared before", say("{}", item.claim.raw), _where(item)) for item in before),
            *layer_rows(layers),
            Evidence("verdict", _verdict(judgment)),
            Evidence("scope", (str(change.scope),)),
        ),
        policy_key=("licenses", "levels", CHANGED),
        licenses=licenses_of(layers),
    )


def _earlier(item: Dependency, facts: Facts) -> _Earlier | None:
    """What the lock file said of it, else what a source says."""
    if item.origin is Origin.PATH:
        return None
    if item.license and not item.license.isspace():
        return _Earlier(item.version, Claim(item.license))
    known = facts.version(item.purl, item.version).license
    return _Earlier(item.version, Claim(known.value, known=known)) if known and known.value.strip() else None


def _version(earlier: _Earlier) -> Phrase:
    return say("{}", earlier.version) if earlier.version else ("the version before",)


def _where(earlier: _Earlier) -> Phrase:
    return (*_version(earlier), ", ", *source_of(earlier.claim.known))


def _fate(judgment: Judgment) -> Phrase:
    """Whether what is new would be allowed."""
    if judgment.verdict is Verdict.UNKNOWN:
        return ("nobody can tell whether the new license is allowed",)
    return say("the new license is {}", _verdict(judgment))


def _verdict(judgment: Judgment) -> Phrase:
    """`allowed`, `allowed by choosing MIT`, `not allowed`, `unknown`."""
    if judgment.elected:
        return say("allowed by choosing {}", judgment.chosen)
    return (judgment.verdict.name.lower().replace("_", " "),)


# -- between what is declared, what the texts say and what others say ------------------------------------------------


class _Difference(NamedTuple):
    """Something that says otherwise than what is declared."""

    claim: Claim
    who: Phrase
    """`its license text LICENSE reads as`, `registry.example says`."""
    other: str
    """What it says; of a text `GPL-3.0`, because it does not tell whether later versions may be used."""
    judgment: Judgment


def disagreement(
    change: Change, layers: Layers, opinions: Sequence[Known[str]], lists: Sequence[Lists]
) -> Iterator[Observation]:
    """One observation about all that says otherwise, the worst of it first. A clarification has settled it."""
    if not layers.declared or (layers.clarified and layers.clarified.pin is not Pin.BROKEN):
        return
    found = [*_texts(layers, lists), *_opinions(layers, opinions, lists)]
    if not found:
        return
    first = max(found, key=lambda item: item.judgment.verdict)
    about = sentences.subject(change.name, change.version)
    other = first.other
    yield Observation(
        rule=DISAGREEMENT,
        subject=subject_of(change),
        message=say(
            "{} declares {}, and {} {}{}" + SETTLE + ".",
            about,
            first.claim.raw,
            first.who,
            other,
            (_standing(first),),
        ),
        headline=sentences.about_two(change.name, change.version, "{} is declared, {} found", first.claim.raw, other),
        evidence=(
            *layer_rows(layers),
            *(Evidence("second opinion", say("{}", item.value), source_of(item)) for item in opinions[:5]),
            Evidence("rule", say(DISAGREEMENT + ": {} does not name {}", first.claim.raw, other)),
            Evidence("verdict", _verdict(first.judgment)),
            Evidence("scope", (str(change.scope),)),
        ),
        policy_key=("licenses", "levels", DISAGREEMENT),
        licenses=licenses_of(layers),
    )


def _texts(layers: Layers, lists: Sequence[Lists]) -> Iterator[_Difference]:
    """Recognized texts of licenses that the declaration does not name."""
    stated = [(claim, read(claim.raw).expression) for claim in layers.declared]
    for text in layers.texts:
        license_ = recognized(text)
        if license_ is None or role(text.path) is Role.OTHERS:
            continue
        for claim, declared in stated:
            if declared is not None and not named(license_, declared):
                who = say("its license text {} reads as", text.path)
                yield _Difference(claim, who, text.license or "", worst(str(license_), lists))
                break


def _opinions(layers: Layers, opinions: Sequence[Known[str]], lists: Sequence[Lists]) -> Iterator[_Difference]:
    """Second opinions that name other terms and would be judged worse."""
    for opinion in opinions:
        judgment = worst(opinion.value, lists)
        for claim in layers.declared:
            mine = worst(claim.raw, lists)
            worse = judgment.verdict > mine.verdict
            if worse and compare(mine.statement, judgment.statement) is Likeness.DIFFERENT:
                yield _Difference(claim, say("{} says", opinion.source), judgment.statement.text, judgment)
                break


def _standing(difference: _Difference) -> str:
    return {
        Verdict.ALLOWED: ", which is allowed",
        Verdict.UNKNOWN: "",
        Verdict.NOT_ALLOWED: ", which is not allowed",
    }[difference.judgment.verdict]
