"""Renderers: pure functions from a Report to text or to a plain dict. None of them decides anything."""
