"""`site-packages` of the virtual environments beside the manifests (core metadata, PEP 639)."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser
from pathlib import PurePosixPath

from app.facts.trees.tree import Installed, Tree, own_folders, within
from checks.model.change import Change
from checks.model.packages import Known

_ENVIRONMENTS = (".venv", "venv", "env")


def find(tree: Tree, changes: Iterable[Change]) -> Iterator[Installed]:
    wanted = {(_normalized(c.name), c.version): c for c in changes}
    for site in _site_packages(tree, own_folders(wanted.values())):
        for entry in tree.entries(site):
            if not entry.endswith(".dist-info"):
                continue
            name, _, version = entry.removesuffix(".dist-info").partition("-")
            change = wanted.get((_normalized(name), version))
            text = tree.text(site / entry / "METADATA") if change else None
            if change and text is not None:
                yield _installed(change, site, entry, text)


def _installed(change: Change, site: PurePosixPath, entry: str, metadata: str) -> Installed:
    headers = HeaderParser().parsestr(metadata)
    declared = _declared(headers)
    files = [within(str(name)) for name in (headers.get_all("License-File") or [])[:40]]
    # Under `licenses/` since metadata 2.4, beside METADATA before.
    named = [f"{entry}/{folder}{name}" for name in files if name for folder in ("licenses/", "")]
    return Installed(
        (change.purl, change.version),
        site,
        (entry,),
        Known(declared, str(site / entry / "METADATA")) if declared else None,
        tuple(named),
    )


def _site_packages(tree: Tree, folders: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    for folder in folders:
        for environment in _ENVIRONMENTS:
            library = folder / environment / "lib"
            for python in tree.entries(library):
                if python.startswith("python3"):
                    yield library / python / "site-packages"
            if tree.entries(folder / environment / "Lib" / "site-packages"):
                yield folder / environment / "Lib" / "site-packages"


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(headers: Message) -> str | None:
    """`License-Expression`, else one license classifier, else a short `License` field."""
    if expression := headers.get("License-Expression"):
        return str(expression)
    classifiers = [c for c in headers.get_all("Classifier") or [] if c.startswith("License ::") and c.count("::") > 1]
    if len(classifiers) == 1:
        return str(classifiers[0])
    declared = str(headers.get("License") or "").strip()
    if declared and "\n" not in declared and declared.upper() != "UNKNOWN":
        return declared
    return " AND ".join(classifiers) if classifiers else None
