"""A registry with several protocols on one host: whatever a test puts there, behind a login if it has one."""

import base64
import json
from typing import Any

from .server import Call, Page, Refused, Standin


class Registry(Standin):
    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Any] = {}
        """By path: a JSON value, or text that is served as it is."""
        self.login: str | None = None
        """The Authorization header that it wants."""

    @property
    def npm(self) -> str:
        return f"{self.url}/npm"

    @property
    def python(self) -> str:
        return f"{self.url}/python/simple"

    @property
    def go(self) -> str:
        return f"{self.url}/go"

    @property
    def crates(self) -> str:
        return f"{self.url}/crates"

    @property
    def nuget(self) -> str:
        return f"{self.url}/nuget/v3/index.json"

    def has_npm(self, name: str, version: str, license_: str = "MIT", published: str = "2024-03-01T12:00:00Z") -> None:
        manifest = {"name": name, "version": version, "license": license_}
        path = "/npm/" + name.replace("/", "%2F")
        packument = self.pages.setdefault(path, {"name": name, "dist-tags": {}, "time": {}, "versions": {}})
        packument["versions"][version] = self.pages[f"{path}/{version}"] = manifest
        packument["time"][version] = published
        packument["dist-tags"]["latest"] = version

    def has_python(self, name: str, version: str, published: str = "2024-03-01T12:00:00Z", **file: Any) -> None:
        path = f"/python/simple/{name}/"
        page = self.pages.setdefault(path, {"meta": {"api-version": "1.4"}, "name": name, "versions": [], "files": []})
        page["versions"].append(version)
        page["files"].append({"filename": f"{name}-{version}.tar.gz", "upload-time": published, "hashes": {}, **file})

    def has_module(self, module: str, version: str, published: str = "2024-03-01T12:00:00Z") -> None:
        self.pages[f"/go/{module}/@v/{version}.info"] = {"Version": version, "Time": published}
        self.pages[f"/go/{module}/@latest"] = {"Version": version, "Time": published}
        self.pages[f"/go/{module}/@v/list"] = f"{version}\n"
        self.pages[f"/go/{module}/@v/{version}.mod"] = f"module {module}\n"

    def has_crate(self, name: str, version: str, **fields: Any) -> None:
        path = f"/crates/{name[:2]}/{name[2:4]}/{name}"
        line = json.dumps({"name": name, "vers": version, "deps": [], "cksum": "", "yanked": False, **fields})
        self.pages[path] = self.pages.get(path, "") + line + "\n"

    def has_nuget(self, name: str, version: str, license_: str = "MIT") -> None:
        registrations = {"@id": f"{self.url}/nuget/registration/", "@type": "RegistrationsBaseUrl/3.6.0"}
        self.pages["/nuget/v3/index.json"] = {"version": "3.0.0", "resources": [registrations]}
        entry = {"id": name, "version": version, "licenseExpression": license_, "listed": True}
        leaf = {"catalogEntry": {**entry, "published": "2024-03-01T12:00:00Z"}}
        page = {"lower": version, "upper": version, "items": [leaf]}
        self.pages[f"/nuget/registration/{name.lower()}/index.json"] = {"count": 1, "items": [page]}

    def answer(self, call: Call) -> Any:
        if self.login is not None and call.headers.get("authorization") != self.login:
            raise Refused(401, "log in first")
        if call.path not in self.pages:
            raise Refused(404)
        page = self.pages[call.path]
        return Page(page.encode(), "text/plain") if isinstance(page, str) else page

    @staticmethod
    def basic(user: str, password: str) -> str:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
