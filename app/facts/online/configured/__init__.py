"""Registries as the user's package managers have them: pure readers of their configuration, and who reads the files."""
