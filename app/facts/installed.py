"""What the installed tree says of packages: the licenses that they declare, and the texts that they carry.

The tree is data, like everything in a checkout: regular files below the root are read, nothing is imported or run, and
only packages that are asked about are looked at.
"""

from pathlib import Path

from checks.engine.plan import Plan
from checks.model.facts import NOTHING, Facts, PackageKey, Want
from checks.policy.schema import Policy

_ANSWERS = Want.LICENSE | Want.TEXTS


class InstalledTree:
    """Reads what package managers have installed below `root`.

    `texts`: the folder in which recognized texts are kept from run to run. `only`: the checks that are judged, by id.
    """

    def __init__(self, root: Path, texts: Path | None = None, only: frozenset[str] | None = None) -> None:
        self.root = root
        self.folder = texts
        self.only = only

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        wanted = plan.questions(policy, self.only)
        changes = [c for c in plan.changes if wanted.get((c.purl, c.version), NOTHING) & _ANSWERS]
        if not changes:
            return Facts()
        from app.facts.trees import installed  # the command starts sooner without what it does not need
        from app.facts.trees.tree import Tree
        from checks.model.packages import Known, VersionFacts, filled

        tree, texts = Tree(self.root), None
        found: dict[PackageKey, VersionFacts] = {}
        for package in installed(tree, changes):
            facts = VersionFacts(license=package.declared)
            if wanted[package.key] & Want.TEXTS:
                if texts is None:
                    from app.facts.texts import Texts

                    texts = Texts(tree, self.folder)
                files, gaps = texts.of(package)
                facts = VersionFacts(package.declared, texts=Known(files, str(package.root)), gaps=gaps)
            found[package.key] = filled(found.get(package.key, VersionFacts()), facts)
        if texts is not None:
            texts.keep()
        return Facts(versions=found)
