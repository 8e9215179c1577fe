"""The Hugging Face Hub: the license of a model or a data set. The base address is the hub."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, known, object_of, said
from checks.facts.fields import mapping, moment, text, texts
from checks.facts.names import segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import combined
from checks.model.facts import Questions, Want
from checks.model.packages import VersionFacts

__all__ = ["SOURCE", "answers", "read", "requests"]


def answers(purl_type: str) -> Want:
    """Models, and data sets as `pkg:huggingface/datasets/organization/name`."""
    return Want.LICENSE | Want.PUBLISHED if purl_type == "huggingface" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each revision."""
    asked = answerable(questions, answers)
    for _, name, keys, _want in registry.packages(asked):
        for key in keys:
            kind = "" if name.startswith("datasets/") else "models/"
            path = f"api/{kind}{registry.path_of(name)}/revision/{segment(key[1] or '')}"
            yield Request(path, (key,), asked[key])


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """The license of the model card; the time only where the answer is about the very commit that was asked for."""
    found = object_of(document)
    license_ = known(_license(found), SOURCE, as_of)
    commit = (text(found.get("sha")) or "").lower()
    time = known(moment(found.get("lastModified")), SOURCE, as_of)
    versions = {
        key: VersionFacts(license=license_, published=time if commit and (key[1] or "").lower() == commit else None)
        for key in request.keys
    }
    return said(SOURCE, as_of, versions)


def _license(found: Mapping[str, object]) -> str | None:
    """`license` of the card, else the tag; `other` gives way to the name that the card has for it."""
    card = mapping(found.get("cardData"))
    stated = texts(card.get("license"))
    if not stated:
        stated = tuple(tag.removeprefix("license:") for tag in texts(found.get("tags")) if tag.startswith("license:"))
    own = text(card.get("license_name")) or "other"
    return combined([own if word == "other" else word for word in stated if word != "unknown"], "AND")
