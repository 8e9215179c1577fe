"""What runs the work that the subjects ask for."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from app.store.acceptance import Submit


class Engine(Protocol):
    """The truth of the work is in the subjects; an engine only sees to it that each is worked on soon, by one worker.
    Whatever an engine forgets is found again by looking at them."""

    @property
    def submit(self) -> Submit | None:
        """Called in the transaction that raises what is wanted; None: the row itself is the job."""
        ...

    def wake(self) -> None:
        """Something was accepted by this process."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """Workers work inside the block; at its end they finish what they have in hand, or give it back."""
        ...
