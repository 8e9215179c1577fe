"""Other channels to the owner of the policy: Slack, Teams, e-mail, webhooks and whatever else Apprise knows.

Addresses hold secrets: none is logged or shown, and a channel is known by a digest of its address.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from checks.conversation.outcomes import Notice
from checks.model.errors import UsageError

#: Seconds for one channel: nobody waits for it but the task that tells.
PATIENCE = 30.0


class Channels:
    """The channels that the settings name."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Raises `UsageError` for an address that Apprise does not know, by its place in the list."""
        self._channels: dict[str, Any] = {}
        for place, url in enumerate(urls, 1):
            made = _made(url)
            if made is None:
                raise UsageError(
                    f"OSPO_GATE_NOTIFY_URLS: address {place} is not one that Apprise knows",
                    hint="Each begins with the name of a service, for example slack://, msteams://, mailtos:// or jsons://.",
                )
            self._channels[hashlib.sha256(url.encode()).hexdigest()[:16]] = made

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._channels)

    async def send(self, told: Notice, ids: frozenset[str]) -> Mapping[str, bool]:
        """Which of these channels have it now."""
        known = sorted(ids & self.ids)
        found = await asyncio.gather(*(self._send(told, self._channels[id_]) for id_ in known))
        return dict(zip(known, found, strict=True))

    async def _send(self, told: Notice, channel: Any) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return bool(await asyncio.to_thread(channel.notify, body=told.body, title=told.title))
        except (TimeoutError, OSError, TypeError, ValueError):  # what its plug-ins let through
            return False


def _made(url: str) -> Any:
    """A channel; None for what is no address. Only its own redirects and files are followed: none is attached."""
    import apprise  # 0.2 s, and only who sends needs it

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs addresses
    asset = apprise.AppriseAsset(app_id="ospo-gate", app_desc="ospo-gate", app_url="", secure_logging=True)
    channel = apprise.Apprise(asset=asset)
    return channel if channel.add(url) else None
