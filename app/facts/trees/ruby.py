"""Gems in `vendor/bundle` (`bundle config path vendor/bundle`). A gemspec is a program: it is looked at, never run."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from app.facts.trees.tree import Installed, Tree, manifest_folders, within
from checks.facts.statements import all_of
from checks.model.change import Change
from checks.model.packages import Known

#: As RubyGems writes it into an installed gemspec: `s.licenses = ["MIT".freeze, "Ruby".freeze]`.
_LICENSES = re.compile(r"^\s*\w+\.licenses?\s*=\s*(\[[^\]\n]{0,500}\]|[\"'][^\"'\n]{1,200}[\"'])", re.MULTILINE)
_STRING = re.compile(r"[\"']([^\"'\n]{1,200})[\"']")


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    bundles: dict[PurePosixPath, list[tuple[PurePosixPath, list[str]]]] = {}
    for change in changes:
        for folder in manifest_folders(change):
            if folder not in bundles:
                bundles[folder] = _bundles(tree, folder)
            found = _gem(tree, change, bundles[folder])
            if found is not None:
                yield found
                break


def _bundles(tree: Tree, folder: PurePosixPath) -> list[tuple[PurePosixPath, list[str]]]:
    ruby = folder / "vendor" / "bundle" / "ruby"
    return [(ruby / version, tree.entries(ruby / version / "gems")) for version in tree.entries(ruby)]


def _gem(tree: Tree, change: Change, bundles: Iterable[tuple[PurePosixPath, list[str]]]) -> Installed | None:
    full = within(f"{change.name}-{change.version}")
    if full is None or "/" in full:
        return None
    for home, gems in bundles:
        # A gem that was built for a platform has that behind its version.
        for name in (full, *(gem for gem in gems if gem.startswith(f"{full}-"))):
            if name in gems:
                path = home / "specifications" / f"{name}.gemspec"
                declared = _declared(tree.text(path))
                known = Known(declared, str(path)) if declared else None
                return Installed((change.purl, change.version), home / "gems" / name, declared=known)
    return None


def _declared(text: str | None) -> str | None:
    found = _LICENSES.search(text or "")
    return all_of(_STRING.findall(found[1])) if found else None
