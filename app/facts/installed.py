"""Licenses that the installed tree declares: `node_modules` and `site-packages` beside the manifests.

The tree is data, like everything in a checkout: regular files below the root are read, links are not followed, nothing
is imported or run.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from checks.engine.plan import Plan
from checks.model.change import Change
from checks.model.facts import NOTHING, Facts, Known, PackageKey, VersionFacts, Want
from checks.model.purl import type_of
from checks.policy.schema import Policy

#: Metadata files are small; one beyond this is not read (bytes).
MAX_METADATA = 1_000_000
_ENVIRONMENTS = (".venv", "venv", "env")


class InstalledTree:
    """Reads what package managers have installed below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        wanted = plan.questions(policy)
        changes = [c for c in plan.changes if wanted.get((c.purl, c.version), NOTHING) & Want.LICENSE]
        found: dict[PackageKey, VersionFacts] = {}
        for key, license_ in (*self._npm(changes), *self._python(changes)):
            found.setdefault(key, VersionFacts(license_))
        return Facts(versions=found)

    def _npm(self, changes: Iterable[Change]) -> Iterator[tuple[PackageKey, Known[str]]]:
        for change in changes:
            for place in change.places:
                installed = place.dependency.installed_at
                if installed is None or type_of(change.purl) != "npm":
                    continue
                folder = PurePosixPath(place.dependency.location.path).parent
                path = folder / installed / "package.json"
                if (declared := _npm_license(self._read(path), change)) is not None:
                    yield (change.purl, change.version), Known(declared, str(path))
                    break

    def _python(self, changes: Iterable[Change]) -> Iterator[tuple[PackageKey, Known[str]]]:
        wanted = {(_normalized(c.name), c.version): c for c in changes if type_of(c.purl) == "pypi" and c.version}
        if not wanted:
            return
        folders = {PurePosixPath(place.dependency.location.path).parent for c in wanted.values() for place in c.places}
        for site in self._site_packages(folders):
            for path in _entries(self.root / site):
                if not path.endswith(".dist-info"):
                    continue
                name, _, version = path.removesuffix(".dist-info").partition("-")
                change = wanted.get((_normalized(name), version))
                metadata = site / path / "METADATA"
                if change and (declared := _python_license(self._read(metadata))) is not None:
                    yield (change.purl, change.version), Known(declared, str(metadata))

    def _site_packages(self, folders: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
        for folder in sorted({*folders, PurePosixPath(".")}):
            for environment in _ENVIRONMENTS:
                library = folder / environment / "lib"
                for python in _entries(self.root / library):
                    if python.startswith("python3"):
                        yield library / python / "site-packages"
                if _entries(self.root / folder / environment / "Lib" / "site-packages"):
                    yield folder / environment / "Lib" / "site-packages"

    def _read(self, path: PurePosixPath) -> str | None:
        """The text of a regular file below the root, or None."""
        full = self.root / path
        try:
            inside = full.resolve(strict=True).is_relative_to(self.root)
            if not inside or full.is_symlink() or full.stat().st_size > MAX_METADATA:
                return None
            return full.read_text("utf-8", "replace")
        except (OSError, ValueError, RuntimeError):
            return None


def _entries(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _npm_license(text: str | None, change: Change) -> str | None:
    """`license` (string or old object form) or the old `licenses` list of a package.json of the very version."""
    import json

    try:
        package = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(package, dict) or package.get("version") != change.version:
        return None
    declared = package.get("license", package.get("licenses"))
    options = declared if isinstance(declared, list) else [declared]
    names = [item.get("type") if isinstance(item, dict) else item for item in options]
    known = [name for name in names if isinstance(name, str) and name.strip()]
    if not known or len(known) != len(names):
        return None
    # npm's old list means a choice.
    return known[0] if len(known) == 1 else "(" + " OR ".join(known) + ")"


def _python_license(text: str | None) -> str | None:
    """Core metadata: `License-Expression`, else one license classifier, else a short `License` field."""
    if text is None:
        return None
    from email.parser import HeaderParser  # 20 ms: only where there are Python packages to look at

    headers = HeaderParser().parsestr(text)
    if expression := headers.get("License-Expression"):
        return str(expression)
    classifiers = [c for c in headers.get_all("Classifier") or [] if c.startswith("License ::") and c.count("::") > 1]
    if len(classifiers) == 1:
        return str(classifiers[0])
    declared = str(headers.get("License") or "").strip()
    if declared and "\n" not in declared and declared.upper() != "UNKNOWN":
        return declared
    return " AND ".join(classifiers) if classifiers else None
