"""What all parts of the page share: how a value is written, and how a key becomes sentences."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any

from checks.model.finding import Level
from checks.model.phrase import Foreign, Phrase, join, say
from checks.policy.schema import Policy
from checks.policy.values import Day, Duration, Link, Release
from checks.policy_page.page import Address, Block, Bullets, Paragraph, Quote

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
#: What a level does, after “it” or the name of a rule.
LEVELS: Mapping[Level, str] = {
    Level.BLOCK: "stops the merge",
    Level.WARN: "is a warning",
    Level.NOTE: "is a note",
    Level.OFF: "is not looked at",
}


class Edition(StrEnum):
    """Who reads the page."""

    PUBLIC = "public"
    """Everybody: no team, person, host, reason or name that only the organization should know."""
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sentence may look at besides its value."""

    policy: Policy
    edition: Edition
    now: datetime
    """UTC."""

    @property
    def internal(self) -> bool:
        return self.edition is Edition.INTERNAL


#: The value of a key in sentences.
Say = Callable[[Any, Scene], Iterable[Block]]


def on_day(value: date) -> str:
    """`1 March 2027`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def shown(value: Any) -> Phrase:
    """A single value: numbers and times as words of ours, names as foreign ones."""
    if isinstance(value, Day):
        return (on_day(value.date),)
    if isinstance(value, Duration | Release | bool | int):
        return (str(value),)
    if isinstance(value, Link):
        return (Address(value),)
    return say("{}", str(value.value if isinstance(value, Enum) else value))


def quoted(text: str) -> Phrase:
    """A sentence of the policy's owner."""
    return (Quote(text),)


def marked(text: str) -> Phrase:
    """Our own words, in which names stand between backticks."""
    return tuple(Foreign(part) if odd % 2 else part for odd, part in enumerate(text.split("`")) if part)


def inner(text: str) -> str:
    """A title in the middle of a sentence: `AI models` and `SBOMs` keep their letters."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def listed(values: Iterable[Any], last: str = " and ") -> Phrase:
    return join((shown(value) for value in values), last=last)


def sentence(template: str, *values: Any) -> Paragraph:
    """Our words with values in them; a phrase is spliced in as it is."""
    return Paragraph(say(template, *(value if isinstance(value, tuple) else shown(value) for value in values)))


# -- what a key says: builders ---------------------------------------------------------------------------------------


def line(template: str) -> Say:
    """One sentence with the value, or nothing where there is none."""

    def _say(value: Any, _scene: Scene) -> Iterator[Block]:
        if value is not None:
            yield sentence(template, value)

    return _say


def names(template: str, none: str = "", last: str = " and ") -> Say:
    """One sentence with all values of a list; `none`: the sentence for an empty one."""

    def _say(value: Any, _scene: Scene) -> Iterator[Block]:
        if value:
            yield sentence(template, listed(value, last))
        elif none:
            yield Paragraph((none,))

    return _say


def choice(sentences: Mapping[Any, str]) -> Say:
    """A sentence for each value that there is; an empty one is not said."""

    def _say(value: Any, _scene: Scene) -> Iterator[Block]:
        if sentences[value]:
            yield Paragraph((sentences[value],))

    return _say


def bullets(intro: str, item: Callable[[Any, Scene], Phrase], public: str | None = None) -> Say:
    """A list with one line for each entry; `public`: for everybody only this sentence, with their number."""

    def _say(value: Any, scene: Scene) -> Iterator[Block]:
        if not value:
            return
        if public is not None and not scene.internal:
            yield sentence(public, len(value))
            return
        yield Paragraph((intro,))
        yield Bullets(tuple(item(entry, scene) for entry in value))

    return _say


def inside(wanted: Say, public: str = "") -> Say:
    """Only for the organization; `public`: what everybody is told instead, where there is something."""

    def _say(value: Any, scene: Scene) -> Iterator[Block]:
        if scene.internal:
            yield from wanted(value, scene)
        elif public and value:
            yield Paragraph((public,))

    return _say


def covering(package: Any, versions: str | None) -> Phrase:
    """A package, with the versions that are meant."""
    return say("{} (versions {})", str(package), versions) if versions else say("{}", str(package))
