"""A small npm registry on loopback: what real npm asks for when it writes a lock file."""

import base64
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

#: name → version → (license, dependencies)
Packages = Mapping[str, Mapping[str, tuple[str, Mapping[str, str]]]]


class Registry:
    """Serves `packages`; each has an install script that would leave a file behind."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                handler.answer(self.answer(unquote(handler.path.partition("?")[0]).lstrip("/")))

            def do_POST(handler) -> None:
                handler.answer(b"{}")

            def answer(handler, body: bytes | None) -> None:
                handler.send_response(404 if body is None else 200)
                handler.send_header("Content-Length", str(len(body or b"")))
                handler.end_headers()
                handler.wfile.write(body or b"")

            def log_message(handler, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Registry":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

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
