"""One lookup over several sources: for each package the first source that knows a license answers."""

from collections.abc import Sequence
from dataclasses import replace

from app.ports import FactSource
from checks.engine.plan import Plan
from checks.model.facts import Facts, PackageFacts, PackageKey
from checks.policy.schema import Policy


class FactChain:
    """Sources in order of trust. What is not about packages (accounts, repository) comes from `base`."""

    def __init__(self, base: Facts, sources: Sequence[FactSource]) -> None:
        self.base = base
        self.sources = sources

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        packages: dict[PackageKey, PackageFacts] = {}
        members = dict(self.base.members)
        for source in self.sources:
            found_here = await source.lookup(plan, policy)
            members.update(found_here.members)
            for key, found in found_here.packages.items():
                known = packages.get(key, PackageFacts())
                packages[key] = PackageFacts(known.license or found.license, known.gaps + found.gaps)
        return replace(self.base, packages=packages, members=members)
