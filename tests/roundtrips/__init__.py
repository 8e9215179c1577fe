"""Round trips: real package managers write lock files, and what they list themselves is compared with our inventory.

Not part of `make test`, because the managers need their registries: `python -m tests.roundtrips`.
"""
