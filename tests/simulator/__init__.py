"""A GitHub simulator: a real HTTP server over real git repositories that refuses what GitHub refuses."""

from .accounts import Organization, Team, User
from .apps import App
from .faults import Hold, Seen
from .limits import Limits
from .pulls import Pull
from .repository import Repository
from .server import RequestRecord
from .simulator import Simulator
from .webhooks import Delivery

__all__ = [
    "App", "Delivery", "Hold", "Limits", "Organization", "Pull", "Repository", "RequestRecord", "Seen", "Simulator",
    "Team", "User",
]  # fmt: skip
