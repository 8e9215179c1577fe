"""The checks, and the one list that registers them."""

from checks.rules import freshness, inventory, licenses, notices, packages, signoff, vulnerabilities
from checks.rules.check import Check

#: Every check, in the order in which people read their results.
CHECKS: tuple[Check, ...] = (
    signoff.CHECK,
    licenses.CHECK,
    vulnerabilities.CHECK,
    freshness.CHECK,
    packages.CHECK,
    notices.CHECK,
    inventory.CHECK,
)
