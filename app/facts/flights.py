"""Single flight: what many ask for at the same time is asked once, and all get the answer."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Hashable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from checks.model.facts import Facts, Want

K = TypeVar("K", bound=Hashable)


class _Flight(NamedTuple):
    want: Want
    task: asyncio.Task[Facts]


class Flights(Generic[K]):
    """What is being asked, by key. Of one event loop."""

    def __init__(self) -> None:
        self._flights: dict[K, _Flight] = {}

    async def join(
        self, wanted: Mapping[K, Want], ask: Callable[[Collection[K]], Coroutine[Any, Any, Facts]]
    ) -> list[Facts]:
        """The answers that together know what is wanted, and maybe more. `ask` is called for the keys of which nobody
        asks as much already; it should keep what it learns before it returns."""
        tasks: dict[asyncio.Task[Facts], None] = {}
        mine = []
        for key, want in wanted.items():
            flight = self._flights.get(key)
            if flight is not None and not want._value_ & ~flight.want._value_:
                tasks[flight.task] = None
            else:
                mine.append(key)
        if mine:
            # Nothing is awaited before this: whoever asks from now on finds the flight, and later what it kept.
            task = asyncio.create_task(ask(mine))
            self._flights |= {key: _Flight(wanted[key], task) for key in mine}
            task.add_done_callback(self._landed)
            tasks[task] = None
        # Shielded: who gives up waiting does not take the answer from those who still wait.
        return await asyncio.gather(*map(asyncio.shield, tasks))

    async def close(self) -> None:
        """Give up what is still being asked."""
        tasks = {flight.task for flight in self._flights.values()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _landed(self, task: asyncio.Task[Facts]) -> None:
        self._flights = {key: flight for key, flight in self._flights.items() if flight.task is not task}
