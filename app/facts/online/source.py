"""One source on the network: sends the requests that its parser makes, reads the answers, and says what stays open.

Whatever the network does becomes a `Gap` about exactly the questions that have no answer; nothing is raised.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

from app.facts.merge import merged
from app.facts.online.ask import Asker
from app.facts.online.unavailable import Unavailable
from checks.facts.exchange import Answer, Request, Source, silence
from checks.model.facts import Facts, Questions, Want

#: One impossible question fails a whole batch: its halves are asked, and theirs, at most so many times a lookup.
MAX_HALVES = 40
#: What servers say of a batch with an impossible question.
_IMPOSSIBLE = (400, 413, 422)


class OnlineSource:
    """Implements `OneSource`. It has no memory: see `app.facts.cached`."""

    def __init__(self, parser: Source, asker: Asker) -> None:
        self.parser = parser
        self.asker = asker

    @property
    def name(self) -> str:
        return self.parser.SOURCE

    def answers(self, purl_type: str) -> Want:
        return self.parser.answers(purl_type)

    async def answer(self, questions: Questions) -> Facts:
        return (await self.lookup(questions)).facts

    async def lookup(self, questions: Questions) -> Answer:
        """What it says, and the advisories that it names."""
        lookup = _Lookup(self.parser, self.asker)
        await lookup.ask_all(self.parser.requests(questions))
        return Answer(merged(lookup.facts), records=lookup.records)


class _Lookup:
    """The state of one lookup: what was said so far, and how long it may go on."""

    def __init__(self, parser: Source, asker: Asker) -> None:
        self.parser = parser
        self.asker = asker
        self.deadline = asker.deadline()
        self.halves = MAX_HALVES
        self.facts: list[Facts] = []
        self.records: dict[str, datetime | None] = {}

    async def ask_all(self, requests: Iterable[Request], parts: bool = True) -> None:
        """`parts`: whether the parser can make a request again for some of its keys."""
        await asyncio.gather(*(self.ask(request, parts) for request in requests))

    async def ask(self, request: Request, parts: bool) -> None:
        try:
            answer = await self.asker.ask(request, self.parser.read, self.deadline)
        except Unavailable as problem:
            if parts and problem.status in _IMPOSSIBLE and len(request.keys) > 1 and self.halves > 0:
                self.halves -= 1
                await self.ask_all(self._halves(request))
            else:
                self.facts.append(silence(request, self.parser.SOURCE, problem.reason, problem.retry_at))
            return
        if answer is not None:
            self.facts.append(answer.facts)
            self.records.update(answer.records)
            await self.ask_all(answer.more, parts=False)

    def _halves(self, request: Request) -> Iterator[Request]:
        middle = len(request.keys) // 2
        for part in (request.keys[:middle], request.keys[middle:]):
            yield from self.parser.requests(dict.fromkeys(part, request.want))
