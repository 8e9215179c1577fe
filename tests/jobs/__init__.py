"""The jobs against the simulator, in one process."""
