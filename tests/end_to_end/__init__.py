"""The main job over real HTTP: the service as its own process, the simulated GitHub, real git repositories."""
