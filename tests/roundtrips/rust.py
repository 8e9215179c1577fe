"""later"""
from tests.roundtrips.manager import Manager
MANAGERS: tuple[Manager, ...] = ()
