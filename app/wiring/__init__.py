"""The only place that builds adapters from settings."""

from app.wiring.service import Service

__all__ = ["Service"]
