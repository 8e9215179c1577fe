"""Rules that others than their own check speak of."""

OUTDATED = "lock-outdated"
CREDENTIALS, INTERNAL_SOURCE = "credentials-in-source", "internal-source-in-public-repository"
