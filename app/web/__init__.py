"""The HTTP side: webhook route and health. FastAPI lives only here."""
