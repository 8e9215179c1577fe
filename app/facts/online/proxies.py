"""Which proxy leads to a source: the settings' own for it, or what the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.address import Address
from app.fact_settings import SourceProxy
from app.network import proxy_to


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are configured."""

    of_sources: tuple[SourceProxy, ...] = field(default=(), repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to(self, source: str, address: Address) -> str | None:
        """The address of the proxy; None: directly. Raises `UsageError` for a kind of proxy that is not supported."""
        for own in self.of_sources:
            if own.source == source:
                return own.proxy
        return proxy_to(address, self.variables)
