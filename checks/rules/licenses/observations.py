"""What is said about the license that counts: not allowed, not understood, not known."""

from collections.abc import Iterator, Sequence

from checks.licenses import sentences
from checks.licenses.index import Category
from checks.licenses.judge import Judgment, Reason, Verdict
from checks.licenses.statement import read
from checks.licenses.tree import And, Or, leaves
from checks.model import gaps as silence
from checks.model.change import Change
from checks.model.facts import Facts, RepositoryFacts, Want
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.packages import Gap, Known, LicenseText
from checks.model.phrase import Phrase, join, say, visible
from checks.policy.shape import KeyPath
from checks.rules.licenses.circumstances import Ruling, context_of
from checks.rules.licenses.layers import Claim, Layer, Layers, Pin, recognized
from checks.rules.licenses.section import Distribution, LicensesSection
from checks.texts.recognition import BETWEEN, DIFFERS

#: Texts that one finding lists.
_TEXTS = 5
#: Licenses of one expression that a finding tells apart.
_PARTS = 20
#: What somebody must do about a statement that leaves the license open.
SETTLE = "; read its text, and settle it in licenses.clarify"
_NO_CATEGORY = (str(Category.UNKNOWN),)
_PINS = {
    Pin.HOLDS: "and the text is the one that was read",
    Pin.BROKEN: "which does not apply: the text is another",
    Pin.UNSEEN: "and nobody compared the text",
}


def refused(change: Change, layers: Layers, ruling: Ruling, section: LicensesSection, facts: Facts) -> Observation:
    """A license that is not allowed, or that nobody understands."""
    judgment = ruling.judgment
    unknown = judgment.verdict is Verdict.UNKNOWN
    rule = "license-unknown" if unknown else "license-not-allowed"
    places = places_of(ruling, facts)
    declares = "declares" if ruling.claim.layer is Layer.DECLARED else "is"
    message = sentences.sentence(_about(change, ruling.claim), judgment, places, declares=declares)
    return Observation(
        rule=rule,
        subject=subject_of(change),
        message=(*message[:-1], SETTLE, ".") if unknown else message,
        headline=sentences.headline(change.name, change.version, judgment),
        evidence=(
            *layer_rows(layers),
            *_reading(judgment),
            *_parts(ruling),
            Evidence("rule", say(rule + ": {}", sentences.condition(judgment, places))),
            *circumstance_rows(change, ruling, section),
        ),
        policy_key=("licenses", "levels", rule) if unknown else _policy_key(ruling),
        licenses=licenses_of(layers),
    )


def missing(change: Change, layers: Layers, facts: Facts) -> Observation:
    """A package of which nobody says anything that can be judged."""
    about = sentences.subject(change.name, change.version)
    gaps = facts.version(change.purl, change.version).silent(Want.LICENSE)
    parts: list[Phrase] = [("its lock file carries none",)]
    if gaps:
        parts.append(silence.who(gaps, "no source knows it", "connect its registry, or settle it in licenses.clarify"))
    else:
        parts.append(("no source names one",) if facts.sources else ("no source was asked",))
    if layers.texts:
        parts.append(say("its license {}", _unrecognized(layers.texts)))
    return Observation(
        rule="license-missing",
        subject=subject_of(change),
        message=say(
            "No license is known for {}: {}{}.", about, join(parts, ", ", " and "), _way_out(layers, gaps, facts)
        ),
        headline=sentences.missing_headline(change.name, change.version),
        evidence=(
            Evidence("declared", ("nothing",), ("lock file",)),
            *layer_rows(layers),
            *silence.evidence(gaps),
            Evidence("scope", (str(change.scope),)),
        ),
        policy_key=("licenses", "levels", "license-missing"),
    )


def _way_out(layers: Layers, gaps: Sequence[Gap], facts: Facts) -> Phrase:
    """What somebody must do; nothing where a source that did not answer is asked again."""
    if not layers.texts and gaps:
        return ()
    if layers.texts or facts.sources:
        return (SETTLE,)
    return ("; ask one with --online or --facts, or install packages where the check runs",)


def _unrecognized(texts: Sequence[LicenseText]) -> Phrase:
    names = [say("{}", text.path) for text in texts if recognized(text) is None][:_TEXTS]
    one = len(names) == 1
    return (f"text{'' if one else 's'} ", *join(names, last=" and "), f" {'is' if one else 'are'} not recognized")


def context_unknown(repository: RepositoryFacts, section: LicensesSection) -> Observation:
    """A custom property that should name the context, and does not."""
    name = section.context_property or ""
    value = repository.properties.get(name)
    contexts = "".join(join([(context,) for context in Distribution], last=" or "))
    judged = f"so packages are judged in the context {context_of(repository, section)}: set it to {contexts}"
    return Observation(
        rule="license-context-unknown",
        subject=Subject(policy=f"licenses.context_property: {name}"),
        message=(
            say("The property {} of the repository is not known, {}.", name, (judged,))
            if value is None
            else say("The property {} of the repository is {}, which is no context, {}.", name, value, (judged,))
        ),
        headline=say("the context of the repository is not known"),
        move=Move.MAINTAINER,
        evidence=(
            Evidence("property", say("{}", value) if value is not None else ("not given",), say("{}", name)),
            Evidence("contexts", (", ".join(Distribution),)),
        ),
        policy_key=("licenses", "context_property"),
    )


# -- parts that other observations have, too -------------------------------------------------------------------------


def subject_of(change: Change) -> Subject:
    return Subject(purl=change.purl, version=change.version, name=change.name)


def licenses_of(layers: Layers) -> tuple[str, ...]:
    """Every statement that counts, canonically written."""
    return tuple(dict.fromkeys(read(claim.raw).text for claim in layers.effective))


def places_of(ruling: Ruling, facts: Facts) -> sentences.Places:
    """The lists that decided, for a sentence."""
    allow = tuple(map(".".join, ruling.lists.allow))
    denial = ruling.lists.denials.get(ruling.judgment.by)
    if denial is None:
        return sentences.Places(allow)
    deny = denial.key[:-1]
    here = "not" if facts.repository.visibility == "public" else "not known to be"
    return sentences.Places(
        allow,
        ".".join(deny),
        visible((denial.reason or "").strip().rstrip("."), 300),
        here if deny == ("licenses", "inner_source") else "",
    )


def _policy_key(ruling: Ruling) -> KeyPath:
    """The entry that decided, or the list that lacks one."""
    judgment = ruling.judgment
    if judgment.reason is Reason.PAIR_NOT_LISTED:
        return ("licenses", "with_falls_back_to_base")
    denial = ruling.lists.denials.get(judgment.by)
    return denial.key if denial else ("licenses", "allow")


def _about(change: Change, claim: Claim) -> Phrase:
    about = sentences.subject(change.name, change.version)
    if claim.layer is Layer.CLARIFIED:
        return (*about, ", as the policy clarifies it,")
    if claim.layer is Layer.DETECTED:
        names = [say("{}", text.path) for text in claim.texts[:_TEXTS]]
        texts = "text" if len(claim.texts) == 1 else "texts"
        return say("{}, by its license " + texts + " {},", about, join(names, last=" and "))
    return about


def layer_rows(layers: Layers) -> Iterator[Evidence]:
    """What each layer says."""
    for claim in layers.declared:
        yield Evidence("declared", say("{}", claim.raw), source_of(claim.known))
    for text in layers.texts[:_TEXTS]:
        yield Evidence("license text", _recognized(text), text_place(text))
        if text.license is None and text.nearest is not None:
            rows = [say("{}", row) for row in text.differs]
            yield Evidence(f"{DIFFERS}{text.nearest}", join(rows, BETWEEN), text_place(text))
    if layers.clarified is not None:
        entry = layers.clarified.entry
        yield Evidence(
            "clarified",
            say("{}, {}", entry.license.text, (_PINS[layers.clarified.pin],)),
            say("{}, sha256 {}", entry.evidence, entry.sha256[:12]),
        )


def _recognized(text: LicenseText) -> Phrase:
    if text.license is None:
        return say("not recognized, nearest to {}", text.nearest) if text.nearest else ("not recognized",)
    return say("{}, " + f"{text.similarity:.0%} alike", text.license)


def text_place(text: LicenseText) -> Phrase:
    """`LICENSE, sha256 0123456789ab`."""
    return say("{}, sha256 {}", text.path, text.sha256[:12])


def source_of(known: Known[str] | None) -> Phrase:
    """Who declares it."""
    if known is None:
        return ("lock file",)
    return say("{}" + (f", {known.as_of:%Y-%m-%d}" if known.as_of else ""), known.source)


def _reading(judgment: Judgment) -> Iterator[Evidence]:
    """How the statement was read, and the part of it that fails."""
    text = judgment.statement.text
    if text != judgment.statement.raw:
        yield Evidence("judged as", say("{}", text), (judgment.statement.confidence.value,))
    if judgment.part != text:
        yield Evidence("failing part", say("{}", judgment.part))
    if judgment.offered and judgment.nearest != text:
        yield Evidence("nearest choice", say("{}", judgment.nearest))
    if judgment.verdict is Verdict.NOT_ALLOWED and (names := sentences.category_names(judgment.part)) != _NO_CATEGORY:
        yield Evidence("category", (", ".join(names),))


def _parts(ruling: Ruling) -> Iterator[Evidence]:
    """Every license of an expression with several, and why it may or may not be used."""
    expression = ruling.judgment.statement.expression
    if not isinstance(expression, And | Or):
        return
    from checks.rules.licenses.tracing import because

    for leaf in tuple(dict.fromkeys(leaves(expression)))[:_PARTS]:
        outcome = ruling.lists.judge.expression(leaf)
        yield Evidence("part", say("{}: {}", str(leaf), because(outcome.reason, outcome.part, outcome.by, ruling)))


def circumstance_rows(change: Change, ruling: Ruling, section: LicensesSection) -> Iterator[Evidence]:
    """Under which circumstances it was judged, as far as the policy makes a difference of them."""
    yield Evidence("scope", (str(change.scope),))
    if section.contexts or section.own:
        yield Evidence("context", (str(ruling.circumstances.context),))
    if ruling.circumstances.linkage is not None:
        yield Evidence("linkage", (str(ruling.circumstances.linkage),))
