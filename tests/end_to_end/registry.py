"""A small npm registry on loopback: what real npm asks for when it writes a lock file."""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from tests.end_to_end.loopback import Loopback

#: name → version → (license, dependencies)
Packages = Mapping[str, Mapping[str, tuple[str, Mapping[str, str]]]]


class Registry(Loopback):
    """Serves `packages`; each has an install script that would leave a file behind."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        super().__init__()

    def answer(self, path: str) -> bytes | None:
        name, slash, file = path.partition("/-/")
        if name not in self.packages:
            return None
        if slash:
            return self.tarball(name, file.removesuffix(".tgz").rpartition("-")[2])
        versions = {version: self.manifest(name, version) for version in self.packages[name]}
        latest = list(versions)[-1]
        return json.dumps({"name": name, "dist-tags": {"latest": latest}, "versions": versions}).encode()

    def manifest(self, name: str, version: str) -> dict[str, Any]:
        license_, dependencies = self.packages[name][version]
        data = self.tarball(name, version)
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
        dist = {"tarball": f"{self.url}/{name}/-/{name}-{version}.tgz", "integrity": integrity}
        dist["shasum"] = hashlib.sha1(data).hexdigest()
        return {"name": name, "version": version, "license": license_, "dependencies": dict(dependencies),
                "scripts": {"install": "touch \"$INIT_CWD/SCRIPT-RAN\""},
                "hasInstallScript": True, "dist": dist}  # fmt: skip

    def tarball(self, name: str, version: str) -> bytes:
        manifest = json.dumps({"name": name, "version": version}).encode()
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            entry = tarfile.TarInfo("package/package.json")
            entry.size = len(manifest)
            archive.addfile(entry, io.BytesIO(manifest))
        data = bytearray(buffer.getvalue())
        data[4:8] = b"\0\0\0\0"  # the time in gzip's header: the digest has to stay
        return bytes(data)
