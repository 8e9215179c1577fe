"""The databases of the stores' tests."""

from tests.store.conftest import run, url

__all__ = ["run", "url"]
