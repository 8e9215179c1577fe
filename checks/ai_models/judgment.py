"""What is said about models and data sets: the license by the policy's lists, what it asks, and what nobody knows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from checks.ai_models.cards import Unreadable
from checks.ai_models.conditions import Condition, conditions
from checks.ai_models.gathered import NEWEST, Gathered, Named
from checks.ai_models.identity import Kind
from checks.ai_models.terms import AiModelsSection, Lists
from checks.ai_models.weights import Weights
from checks.licenses import sentences
from checks.licenses.hub_tags import expression_of
from checks.licenses.judge import Judge, Judgment, Reason, Terms, Verdict
from checks.model.dependency import Location
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Evidence, Fix, Observation, Subject
from checks.model.packages import Known
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.purl import type_of

#: Further places that one finding names, and files that a sentence about many of them names.
_PLACES, _FILES = 20, 3
_NAMES = {Kind.MODEL: "weights", Kind.DATA: "data"}


class _Claim(NamedTuple):
    """What something is said to be under."""

    raw: str
    source: Phrase
    clarified: bool = False


class _Case(NamedTuple):
    """One thing that is judged."""

    kind: Kind
    about: Phrase
    name: str
    subject: Subject
    places: tuple[Location, ...]

    def said(self, rule: str, message: Phrase, headline: Phrase) -> Observation:
        return Observation(
            rule=rule,
            subject=self.subject,
            message=message,
            headline=headline,
            location=self.places[0],
            related=self.places[1 : _PLACES + 1],
            policy_key=("ai_models", "levels", rule),
        )


def said(gathered: Gathered, facts: Facts, section: AiModelsSection) -> Iterator[Observation]:
    """All that is said about a change."""
    for named in gathered.named:
        yield from _of_named(named, facts, section)
    for files in gathered.weights:
        yield from _of_weights(files, section)
    unread = _unread(gathered)
    if unread is not None:
        yield unread


# -- what a line names -----------------------------------------------------------------------------------------------


def _of_named(named: Named, facts: Facts, section: AiModelsSection) -> Iterator[Observation]:
    about = say("The " + named.kind + " {}", named.name)
    fix = Fix(say("once somebody has read its license: add an entry for {} to ai_models.clarify", named.purl))
    for claim, (versions, places) in _claims(named, facts, section).items():
        version = versions[0] if versions != [NEWEST] and len(versions) == 1 else None
        case = _Case(named.kind, about, named.name, Subject(named.purl, version, named.name), places)
        if claim is None:
            yield _unknown(case, _silence([(named.purl, item) for item in versions], facts), fix)
        else:
            yield from _judged(case, claim, section, fix)
    if named.moving:
        yield _unpinned(_Case(named.kind, about, named.name, Subject(named.purl, None, named.name), named.moving))


def _claims(
    named: Named, facts: Facts, section: AiModelsSection
) -> Mapping[_Claim | None, tuple[list[str], tuple[Location, ...]]]:
    """What the policy clarifies or a source of facts declares, with the revisions and the places that it is about."""
    found: dict[_Claim | None, tuple[list[str], tuple[Location, ...]]] = {}
    position = section.clarified(named.purl)
    for version, places in named.versions.items():
        license_: Known[str] | None = facts.version(named.purl, version).license
        claim = _Claim(license_.value, say("{}", license_.source)) if license_ else None
        if position is not None:
            claim = _Claim(section.clarify[position].license.text, ("policy",), clarified=True)
        versions, before = found.get(claim, ([], ()))
        found[claim] = ([*versions, version], tuple(sorted({*before, *places}, key=_order)))
    return found


def _order(location: Location) -> tuple[str, int]:
    return location.path, location.line


def _silence(keys: Sequence[PackageKey], facts: Facts) -> Phrase:
    """Why no source says anything, to finish "No license is known for …: "."""
    gaps = dict.fromkeys(gap.source for key in keys for gap in facts.version(*key).silent(Want.LICENSE))
    return join([say("{} could not answer", source) for source in gaps]) if gaps else ("no source names one",)


# -- what the tree holds ---------------------------------------------------------------------------------------------


def _of_weights(files: Weights, section: AiModelsSection) -> Iterator[Observation]:
    path = files.paths[0]
    case = _Case(
        Kind.MODEL,
        say("{}", path) if len(files.paths) == 1 else say("{} and {} more", path, (f"{len(files.paths) - 1:,}",)),
        path.rpartition("/")[2],
        Subject(path=path),
        tuple(Location(item) for item in files.paths),
    )
    fix = Fix(say("add a README.md beside it that begins with its license in YAML, as the hub's cards do"))
    if files.card is None:
        message = say("{}: weights of a model, and no card beside them says what they are under.", case.about)
        yield replace(case.said("model-file-added", message, say("{} has no model card", case.name[-56:])), fix=fix)
    elif isinstance(files.card, Unreadable):
        yield _unknown(case, say("the metadata of {} cannot be read", files.card_path or ""), fix)
    elif files.card.license is None:
        yield _unknown(case, say("{} names none", files.card_path or ""), fix)
    else:
        claim = _Claim(files.card.license, say("{}", files.card_path or ""))
        yield from _judged(case, claim, section, fix)


# -- judging ---------------------------------------------------------------------------------------------------------


def _judged(case: _Case, claim: _Claim, section: AiModelsSection, fix: Fix) -> Iterator[Observation]:
    raw = expression_of(claim.raw)
    judgment = _judge(case.kind, section).judge(raw)
    lists = f"ai_models.{_NAMES[case.kind]}"
    places = sentences.Places((f"{lists}.allow",), f"{lists}.deny")
    rows = tuple(_rows(claim, raw, judgment))
    if judgment.verdict is Verdict.ALLOWED:
        if asks := conditions(judgment.chosen):
            message = say(
                "{} is {}, which {} allows; that license asks: {}.",
                case.about,
                judgment.statement.text,
                (f"{lists}.allow",),
                _listed(asks),
            )
            headline = say("{} is allowed, with conditions", case.name[:50])
            yield replace(
                case.said("model-license-restricted", message, headline),
                evidence=(*rows, *_asked(judgment.chosen)),
            )
        return
    if judgment.verdict is Verdict.UNKNOWN:
        message = sentences.sentence(case.about, judgment, places)
        found = case.said("model-license-unknown", message, sentences.headline(case.name, None, judgment))
        yield replace(found, evidence=rows, fix=fix)
        return
    rule = "model-license-not-allowed" if case.kind is Kind.MODEL else "dataset-license-not-allowed"
    denied = judgment.reason in (Reason.DENIED, Reason.CATEGORY_DENIED)
    condition = Evidence("rule", say(rule + ": {}", sentences.condition(judgment, places)))
    yield replace(
        case.said(
            rule, sentences.sentence(case.about, judgment, places), sentences.headline(case.name, None, judgment)
        ),
        evidence=(*rows, condition, *_asked(judgment.statement.text)),
        policy_key=("ai_models", _NAMES[case.kind], "deny" if denied else "allow"),
    )


def _listed(asks: Sequence[Condition]) -> Phrase:
    more = (f"; and {len(asks) - _FILES} more",) if len(asks) > _FILES else ()
    return (*join([(condition.asks,) for condition in asks[:_FILES]], "; "), *more)


def _judge(kind: Kind, section: AiModelsSection) -> Judge:
    judge: Judge | None = section.cache.get(kind)
    if judge is None:
        lists: Lists = section.weights if kind is Kind.MODEL else section.data
        terms = Terms(tuple(item.value for item in lists.allow), tuple(item.value for item in lists.deny))
        judge = section.cache[kind] = Judge(terms)
    return judge


def _rows(claim: _Claim, raw: str, judgment: Judgment) -> Iterator[Evidence]:
    yield Evidence("clarified" if claim.clarified else "declared", say("{}", claim.raw), claim.source)
    if judgment.statement.text != claim.raw:
        yield Evidence("judged as", say("{}", judgment.statement.text))
    names = sentences.category_names(judgment.part or raw)
    if names and names != ("unknown",):
        yield Evidence("category", (", ".join(names),))


def _asked(expression: str) -> Iterator[Evidence]:
    for condition in conditions(expression):
        yield Evidence("asks", (condition.asks,), (condition.where,))


def _unknown(case: _Case, why: Phrase, fix: Fix) -> Observation:
    message = say("No license is known for {}: {}.", _within(case.about), why)
    found = case.said("model-license-unknown", message, sentences.missing_headline(case.name, None))
    return replace(found, evidence=(Evidence("declared", ("nothing",)),), fix=fix)


def _within(about: Phrase) -> Phrase:
    """`The model x` within a sentence; a path begins with a word of others."""
    first = about[0]
    return about if isinstance(first, Foreign) else (first.replace("The ", "the ", 1), *about[1:])


def _unpinned(case: _Case) -> Observation:
    message = say(
        "{} is taken without {}: what is loaded can change, and its license with it; name one.",
        case.about,
        (_pin(case.subject.purl or ""),),
    )
    return case.said("model-unpinned", message, say("{} is not pinned", case.name[:60]))


def _pin(purl: str) -> str:
    return "a digest" if type_of(purl) == "generic" else "a commit"


# -- what could not be read ------------------------------------------------------------------------------------------


def _unread(gathered: Gathered) -> Observation | None:
    """One note about everything that was not looked at."""
    parts: list[Phrase] = []
    if gathered.missing:
        parts.append(say("the added lines of {} are not known", _few(gathered.missing)))
    if gathered.long:
        parts.append(say("{} are too long to be read", _few([_place(item) for item in gathered.long])))
    if gathered.variables:
        named = _few([_place(item) for item in gathered.variables])
        parts.append(say("calls name their model by a variable ({})", named))
    if gathered.unreadable:
        parts.append(say("the metadata of {} cannot be read", _few([item.path for item in gathered.unreadable])))
    if not parts:
        return None
    places = (
        *(Location(path) for path in gathered.missing),
        *gathered.long,
        *gathered.variables,
        *gathered.unreadable,
    )
    return Observation(
        rule="model-lines-unknown",
        subject=Subject(path=places[0].path),
        message=say("Not checked for models and data sets: {}.", join(parts, "; ")),
        headline=say("models are not looked for in {}", (_count(len({place.path for place in places})),)),
        location=places[0],
        related=places[1 : _PLACES + 1],
        policy_key=("ai_models", "levels", "model-lines-unknown"),
    )


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}"


def _few(names: Sequence[str]) -> Phrase:
    listed = join([say("{}", name) for name in names[:_FILES]])
    return (*listed, *((f" and {len(names) - _FILES:,} more",) if len(names) > _FILES else ()))


def _count(number: int) -> str:
    return "1 file" if number == 1 else f"{number:,} files"
