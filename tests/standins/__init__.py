"""Stand-ins for the sources of facts: real HTTP servers on loopback, strict about what they take, able to misbehave."""

from .all import Standins
from .server import Fault, Standin

__all__ = ["Fault", "Standin", "Standins"]
