"""The online sources without their network: they tell what is kept of them, whatever its age, and ask nobody."""

import ssl

from app.facts.online.client import Client, Endpoint
from app.facts.online.timing import Timing
from app.facts.online.unavailable import Unavailable
from checks.facts.exchange import Request

#: Said of what a source would have to be asked for.
REASON = "nothing that it said of this is kept"


class Unasked(Client):
    """A client that sends nothing."""

    def __init__(self, timing: Timing | None = None) -> None:
        super().__init__("", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timing=timing)

    async def fetch(self, endpoint: Endpoint, request: Request, deadline: float) -> bytes | None:
        """Raises `Unavailable`, always."""
        raise Unavailable(REASON)
