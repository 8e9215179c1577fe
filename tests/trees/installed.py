"""What the installed tree says of the packages of a folder."""

from collections.abc import Mapping
from pathlib import Path

from app.cli.drive import drive
from app.cli.manifests import inventories
from app.facts.installed import InstalledTree
from app.policies import load_policy
from checks.engine.plan import Plan
from checks.model.facts import Facts
from checks.model.packages import VersionFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot

ALWAYS = "version: 1\nlicenses: {detect: always}\n"


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def look(root: Path, policy: str = ALWAYS, kept: Path | None = None) -> Facts:
    """The facts about everything that the manifests below `root` bring."""
    pairs = tuple(ManifestPair(item.path, None, item) for item in inventories(root, None))
    plan = Plan(Snapshot(Listing("", ""), pairs))
    return drive(InstalledTree(root, kept).lookup(plan, load_policy(policy.encode(), "policy.yaml")))


def facts(root: Path, files: Mapping[str, str | bytes], purl: str, version: str | None = "1.0.0") -> VersionFacts:
    """What is known of one package version once `files` are written."""
    write(root, files)
    return look(root).version(purl, version)


def texts(found: VersionFacts) -> dict[str, str | None] | None:
    """Recognized licenses by path; None: the package was not found."""
    return {text.path: text.license for text in found.texts.value} if found.texts else None


def declared(found: VersionFacts) -> str | None:
    return found.license.value if found.license else None
