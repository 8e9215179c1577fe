"""What is said about a clarification whose pin does not hold, or cannot be looked at."""

from collections.abc import Iterator

from checks.licenses import sentences
from checks.model.change import Change
from checks.model.finding import Evidence, Move, Observation
from checks.model.phrase import Phrase, say
from checks.rules.licenses.layers import Clarified, Layers, Pin
from checks.rules.licenses.observations import layer_rows, licenses_of, subject_of

OUTDATED, UNVERIFIED = "license-clarification-outdated", "license-clarification-unverified"


def clarification(change: Change, layers: Layers) -> Iterator[Observation]:
    """That the text was replaced, so that somebody must read the new one; or that nobody could look."""
    found = layers.clarified
    if found is None or found.pin is Pin.HOLDS:
        return
    about = sentences.subject(change.name, change.version)
    outdated = found.pin is Pin.BROKEN
    rule = OUTDATED if outdated else UNVERIFIED
    yield Observation(
        rule=rule,
        subject=subject_of(change),
        message=(*_outdated(about, found), ".") if outdated else _unverified(about, found),
        headline=say("{} is no longer what was clarified" if outdated else "{} is as clarified, unverified", about),
        move=Move.OWNER if outdated else Move.AUTHOR,
        evidence=(*layer_rows(layers), Evidence("scope", (str(change.scope),))),
        policy_key=("licenses", "clarify", str(found.position)),
        licenses=licenses_of(layers),
    )


def _outdated(about: Phrase, found: Clarified) -> Phrase:
    if found.found is None:
        return say(
            "{} has no text {} with the clarified hash any more, so somebody must look again",
            about,
            found.entry.evidence,
        )
    return say(
        "{} has another {} than the one that was clarified as {}, so somebody must read it again",
        about,
        found.entry.evidence,
        found.entry.license.text,
    )


def _unverified(about: Phrase, found: Clarified) -> Phrase:
    return say(
        "{} is judged as {}, which the policy clarifies; its {} is not known here, so nobody compared the hash.",
        about,
        found.entry.license.text,
        found.entry.evidence,
    )
