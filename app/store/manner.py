"""How SQLite is worked with just now: in which thread, and whether a commit waits for the disk."""

from dataclasses import dataclass


@dataclass(slots=True)
class Manner:
    """Of the connections of an engine."""

    reading: bool = False
    """Whether they only read."""
    brief: bool = False
    """Whether a transaction writes a few rows."""
    durable: bool = True
    """Whether a transaction must survive a power cut from its commit on; it survives the process in any case."""
