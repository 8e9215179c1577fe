"""Running the one path, without an event loop where it can: sources on disk never wait, and importing asyncio costs
45 ms."""

import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never really suspends."""
    with without_collector():
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        coroutine.close()
        raise RuntimeError("a source on disk waited for an event loop")


def drive_online(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that asks the network: in an event loop, which is paid for only here."""
    import asyncio

    with without_collector():
        return asyncio.run(coroutine)


@contextmanager
def without_collector() -> Iterator[None]:
    """100,000 packages are a million values without a cycle; looking through them again and again is half the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.freeze()  # all of it stays until the process ends
            gc.enable()
