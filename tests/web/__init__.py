"""The webhook route."""
