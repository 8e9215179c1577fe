"""What the installed tree says of packages: the licenses that they declare, and the texts that they carry.

The tree is data, like everything in a checkout: regular files below the root are read, nothing is imported or run, and
only packages that are asked about are looked at.
"""

from pathlib import Path

from app.facts.trees import installed
from app.facts.trees.tree import Tree
from checks.engine.plan import Plan
from checks.model.facts import NOTHING, Facts, Known, PackageKey, VersionFacts, Want, filled
from checks.policy.schema import Policy

_ANSWERS = Want.LICENSE | Want.TEXTS


class InstalledTree:
    """Reads what package managers have installed below `root`. `texts`: the folder in which recognized texts are kept
    from run to run."""

    def __init__(self, root: Path, texts: Path | None = None) -> None:
        self.tree = Tree(root)
        self.folder = texts

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        wanted = plan.questions(policy)
        changes = [c for c in plan.changes if wanted.get((c.purl, c.version), NOTHING) & _ANSWERS]
        found: dict[PackageKey, VersionFacts] = {}
        texts = None
        for package in installed(self.tree, changes):
            facts = VersionFacts(license=package.declared)
            if wanted[package.key] & Want.TEXTS:
                if texts is None:
                    from app.facts.texts import Texts  # only where texts are asked for

                    texts = Texts(self.tree, self.folder)
                files, gaps = texts.of(package)
                facts = VersionFacts(package.declared, texts=Known(files, str(package.root)), gaps=gaps)
            found[package.key] = filled(found.get(package.key, VersionFacts()), facts)
        if texts is not None:
            texts.keep()
        return Facts(versions=found)
