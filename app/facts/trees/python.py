"""`site-packages` of the virtual environments beside the manifests (core metadata, PEP 639)."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import HeaderParser
from pathlib import PurePosixPath

from app.facts.trees.tree import Installed, Tree, own_folders, within
from checks.facts.registries.pypi import license_of
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
    """As the registry reads the same fields."""
    fields = {"license_expression": "License-Expression", "license": "License"}
    info: dict[str, object] = {name: str(headers[header]) for name, header in fields.items() if header in headers}
    return license_of(info | {"classifiers": [str(item) for item in headers.get_all("Classifier") or []]})
