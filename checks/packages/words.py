"""The words that all findings about packages share."""

from datetime import datetime
from typing import Any

from checks.model.change import Change
from checks.model.dependency import Dependency
from checks.model.finding import Evidence, Observation, Subject
from checks.model.packages import Known
from checks.model.phrase import Phrase, say, visible

#: What is found, and moments (UTC) at which time alone may find something else.
Said = Observation | datetime

_HEADLINE, _NAME, _VERSION, _LONG = 80, 34, 14, 200


def subject(package: Change | Dependency) -> Subject:
    return Subject(purl=package.purl, version=package.version, name=package.name)


def observe(
    rule: str, about: Subject, message: Phrase, headline: str, policy_key: tuple[str, ...], **details: Any
) -> Observation:
    """An observation about a package; `message` and `headline` go on after its name and version."""
    return Observation(
        rule=rule,
        subject=about,
        message=(*_package(about.name or "", about.version), *message),
        headline=(*_package(cut(about.name or "", _NAME), cut(about.version or "", _VERSION)), headline),
        policy_key=("packages", *policy_key),
        **details,
    )


def _package(name: str, version: str | None) -> Phrase:
    return say("{} {}", name, version) if version else say("{}", name)


def cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def own(text: str) -> str:
    """The policy's words within a sentence of ours: on one line and without their last period."""
    return visible(text.strip().removesuffix("."), _LONG)


def addressed(dependency: Dependency) -> Evidence:
    """The address that an entry names, and the line that names it."""
    place = dependency.location
    address = say("{}", cut(dependency.source, _LONG)) if dependency.source else ("not named",)
    return Evidence("comes from", address, say("{} line {}", place.path, place.line))


def told_by(known: Known[Any]) -> Phrase:
    """The source of a fact and how old it is: `deps.dev, 2026-11-19`."""
    return say("{}" + (f", {known.as_of:%Y-%m-%d}" if known.as_of else ""), known.source)
