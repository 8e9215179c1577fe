"""Registries: the user's own addresses only. No address of a public registry is built in; where none is configured, the
sources that read all registries answer for the public ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.facts.lookup import answerable, unanswered
from app.facts.online.ask import Asker
from app.facts.online.configured.registry import Registry
from app.facts.online.nuget_index import NuGetSource
from app.facts.online.source import OnlineSource
from app.ports import OneSource
from checks.facts.exchange import Source
from checks.facts.registries import (
    crates,
    crates_index,
    golang,
    hex,
    huggingface,
    maven,
    npm,
    nuget,
    packagist,
    pub,
    pypi,
    rubygems,
    simple,
)
from checks.facts.registries.releases import SOURCE
from checks.model.facts import NOTHING, Facts, PackageKey, Questions, Want, joined
from checks.model.purl import package, type_of

#: What settings call the protocol of a registry, and its packages' type.
FORMATS: Mapping[str, tuple[str, Source]] = {
    "cargo": ("cargo", crates_index),
    "cargo-api": ("cargo", crates),
    "composer": ("composer", packagist),
    "gem": ("gem", rubygems),
    "golang": ("golang", golang),
    "hex": ("hex", hex),
    "huggingface": ("huggingface", huggingface),
    "maven": ("maven", maven),
    "npm": ("npm", npm),
    "nuget": ("nuget", nuget),
    "pub": ("pub", pub),
    "pypi": ("pypi", simple),
    "pypi-json": ("pypi", pypi),
}


def registry_source(registry: Registry, asker: Asker) -> OneSource:
    """The source that asks one registry."""
    if registry.format == "nuget" and registry.address.endswith("/index.json"):
        return NuGetSource(asker)
    return OnlineSource(FORMATS[registry.format][1], asker)


@dataclass(frozen=True, slots=True)
class AskedRegistry:
    """A registry and who asks it."""

    registry: Registry
    source: OneSource

    def serves(self, key: PackageKey) -> bool:
        """Whether the package is one of its type and scope."""
        if type_of(key[0]) != FORMATS[self.registry.format][0]:
            return False
        scope = self.registry.scope
        return scope is None or key[0].startswith(package("npm", "", scope.lower()))


class Registries:
    """Implements `OneSource` over several registries: those of a scope first, then in the order of configuration, each
    asked for what the ones before it did not know."""

    name = SOURCE

    def __init__(self, places: Sequence[AskedRegistry]) -> None:
        self.places = sorted(places, key=lambda place: place.registry.scope is None)

    def answers(self, purl_type: str) -> Want:
        found = NOTHING
        for place in self.places:
            found |= place.source.answers(purl_type)
        return found

    async def answer(self, questions: Questions) -> Facts:
        facts = Facts()
        for place in self.places:
            open_ = {key: want for key, want in unanswered(questions, facts).items() if place.serves(key)}
            if asked := answerable(open_, place.source.answers):
                facts = joined(facts, await place.source.answer(asked))
        return facts
