"""Small package indexes on loopback, as uv and cargo read them to write a lock file; no package can be downloaded."""

import hashlib
import json
from collections.abc import Mapping

from tests.end_to_end.loopback import Loopback

#: name → version → names that it requires, with their ranges
Packages = Mapping[str, Mapping[str, Mapping[str, str]]]


class Index(Loopback):
    """Serves `packages` both as a Python index (PEP 691, PEP 658) under `simple/` and as a sparse index of cargo."""

    def __init__(self, packages: Packages) -> None:
        pages: dict[str, bytes] = {"/config.json": b'{"dl": "http://127.0.0.1:1/never"}'}
        for name, versions in packages.items():
            pages[f"/simple/{name}/"] = _python(name, versions)
            pages[f"/{name[:2]}/{name[2:4]}/{name}"] = _cargo(name, versions)
            pages.update((f"/files/{_wheel(name, v)}.metadata", _metadata(name, v, versions[v])) for v in versions)
        self.pages = pages
        super().__init__()

    def answer(self, path: str) -> bytes | None:
        return self.pages.get(f"/{path}")

    def content_type(self, path: str) -> str:
        return "application/vnd.pypi.simple.v1+json" if path.startswith("/simple/") else "text/plain"


def _wheel(name: str, version: str) -> str:
    return f"{name}-{version}-py3-none-any.whl"


def _metadata(name: str, version: str, requires: Mapping[str, str]) -> bytes:
    lines = [f"Requires-Dist: {other}{range_}" for other, range_ in requires.items()]
    return "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]).encode()


def _python(name: str, versions: Mapping[str, Mapping[str, str]]) -> bytes:
    files = [
        {
            "filename": _wheel(name, version),
            "url": f"/files/{_wheel(name, version)}",
            "hashes": {"sha256": hashlib.sha256(version.encode()).hexdigest()},
            "core-metadata": {"sha256": hashlib.sha256(_metadata(name, version, requires)).hexdigest()},
        }
        for version, requires in versions.items()
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()


def _cargo(name: str, versions: Mapping[str, Mapping[str, str]]) -> bytes:
    lines = [
        json.dumps(
            {
                "name": name,
                "vers": version,
                "deps": [_dependency(other, range_) for other, range_ in requires.items()],
                "cksum": hashlib.sha256(version.encode()).hexdigest(),
                "features": {},
                "yanked": False,
            }
        )
        for version, requires in versions.items()
    ]
    return "\n".join([*lines, ""]).encode()


def _dependency(name: str, range_: str) -> dict[str, object]:
    return {"name": name, "req": range_, "features": [], "optional": False, "default_features": True, "target": None,
            "kind": "normal"}  # fmt: skip
