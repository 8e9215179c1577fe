"""NuGet's service index: where the registrations of a package source are."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.address import Address
from app.facts.merge import merged
from app.facts.online.ask import Asker
from app.facts.online.source import OnlineSource
from app.facts.online.unavailable import Unavailable
from checks.facts.exchange import Request, UnreadableAnswer, silence
from checks.facts.registries import nuget
from checks.model.facts import Facts, Questions, Want

#: The newest first: it has packages with SemVer 2 versions, too.
_TYPES = ("RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/Versioned", "RegistrationsBaseUrl/3.4.0")
_OLDEST = "RegistrationsBaseUrl"


class NuGetSource:
    """Implements `OneSource` for a package source that is configured by its index. The index is read once, and may
    only name places on its own host: that is where the login belongs."""

    name = nuget.SOURCE

    def __init__(self, index: Asker) -> None:
        self.index = replace(index, whole=True)
        self._source: OnlineSource | None = None
        self._turn = asyncio.Lock()

    def answers(self, purl_type: str) -> Want:
        return nuget.answers(purl_type)

    async def answer(self, questions: Questions) -> Facts:
        try:
            source = await self._found()
        except Unavailable as problem:
            requests = nuget.requests(questions)
            return merged(silence(request, self.name, problem.reason, problem.retry_at) for request in requests)
        return await source.answer(questions)

    async def _found(self) -> OnlineSource:
        async with self._turn:
            if self._source is None:
                base = await self.index.ask(Request(""), self._read, self.index.deadline())
                assert base is not None  # a whole document is there or raises
                endpoint = replace(self.index.endpoint, base=base)
                self._source = OnlineSource(nuget, replace(self.index, endpoint=endpoint, whole=False))
            return self._source

    def _read(self, request: Request, document: object, as_of: datetime) -> Address:
        resources = document.get("resources") if isinstance(document, dict) else None
        if not isinstance(resources, list):
            raise UnreadableAnswer("it has no list of resources")
        found = {item["@type"]: item for item in resources if _is_resource(item)}
        for type_ in (*_TYPES, _OLDEST):
            if type_ in found:
                return self._own(found[type_])
        raise UnreadableAnswer("it names no registrations")

    def _own(self, resource: Mapping[str, str]) -> Address:
        try:
            address = Address.parse(resource["@id"])
        except ValueError:
            raise UnreadableAnswer("its registrations have no usable address") from None
        if address.origin != self.index.endpoint.base.origin:
            raise UnreadableAnswer("its registrations are on another host")
        return address


def _is_resource(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("@type"), str) and isinstance(item.get("@id"), str)
