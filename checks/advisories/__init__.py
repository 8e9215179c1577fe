"""Advisories: reading them, whom they affect, how severe they are, and who says that it does not matter."""
