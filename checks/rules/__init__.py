"""The checks, and the one list that registers them."""

from checks.rules import inventory, licenses, signoff
from checks.rules.check import Check

#: Every check, in the order in which people read their results.
CHECKS: tuple[Check, ...] = (signoff.CHECK, licenses.CHECK, inventory.CHECK)
