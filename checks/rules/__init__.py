"""The checks, and the one list that registers them."""

from collections.abc import Iterator
from importlib import import_module

from checks.rules.check import Check


class Checks:
    """Checks by id. The module of one is loaded when it is first asked for: a policy turns on two or three of them, and
    the command has a tenth of a second to start."""

    def __init__(self, *ids: str, always_on: frozenset[str]) -> None:
        self.ids = ids
        self.always_on = always_on

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Check]:
        return map(self.named, self.ids)

    def named(self, id_: str) -> Check:
        """The check that is one of `ids`."""
        check: Check = import_module(f"checks.rules.{id_}").CHECK
        return check


#: Files in which repositories have settings of their own, by check. They are read with the manifests, before the
#: policy and the checks that it turns on are known.
SETTINGS = {"signoff": ".github/dco.yml"}

#: Every check, in the order in which people read their results. An id is the name of a module of this package.
CHECKS = Checks(
    "signoff",
    "agreements",
    "licenses",
    "vulnerabilities",
    "freshness",
    "packages",
    "notices",
    "sbom",
    "ai_models",
    "custom_rules",
    "inventory",
    always_on=frozenset({"inventory"}),
)
