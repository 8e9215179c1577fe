"""deps.dev, v3alpha: batches of versions and projects, and packages with their versions."""

from typing import Any

from .server import Call, Refused, Standin

MAX_BATCH = 5_000
SYSTEMS = {"GO", "RUBYGEMS", "NPM", "CARGO", "MAVEN", "PYPI", "NUGET"}


class DepsDev(Standin):
    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[tuple[str, str, str], dict[str, Any]] = {}
        """System, name and version → what is known of it besides its key."""
        self.projects: dict[str, dict[str, Any]] = {}
        self.page_size = MAX_BATCH

    def knows(self, system: str, name: str, version: str, license_: str = "MIT", **fields: Any) -> None:
        known = {"publishedAt": "2024-03-01T12:00:00Z", "licenses": [license_] if license_ else [], **fields}
        self.versions[system, name, version] = known

    def answer(self, call: Call) -> Any:
        match call.method, call.segments:
            case "POST", ["v3alpha", "versionbatch"]:
                return self._batch(call, self._version)
            case "POST", ["v3alpha", "projectbatch"]:
                return self._batch(call, self._project)
            case "GET", ["v3alpha", "systems", system, "packages", name]:
                return self._package(system, name)
            case "GET", ["v3alpha", "purl", purl]:
                raise Refused(400 if "?" in purl or "#" in purl else 404)
            case _:
                raise Refused(404, "no such path")

    def _batch(self, call: Call, one: Any) -> Any:
        asked = call.json["requests"]
        if not isinstance(asked, list) or len(asked) > MAX_BATCH:
            raise Refused(400, f"too many requests: {len(asked)}")
        start = int(call.json.get("pageToken") or 0)
        page = asked[start : start + self.page_size]
        more = start + self.page_size < len(asked)
        return {"responses": [one(item) for item in page], "nextPageToken": str(start + len(page)) if more else ""}

    def _version(self, request: dict[str, Any]) -> Any:
        key = request["versionKey"]
        if set(key) != {"system", "name", "version"} or key["system"] not in SYSTEMS or not all(key.values()):
            raise Refused(400, f"invalid version key {key}")
        known = self.versions.get((key["system"], key["name"], key["version"]))
        return {"request": request, **({"version": {"versionKey": key, **known}} if known is not None else {})}

    def _project(self, request: dict[str, Any]) -> Any:
        known = self.projects.get(request["projectKey"]["id"])
        return {"request": request, **({"project": known} if known is not None else {})}

    def _package(self, system: str, name: str) -> Any:
        found = [
            {"versionKey": {"system": system, "name": name, "version": version}, "publishedAt": known["publishedAt"]}
            for (of, named, version), known in self.versions.items()
            if (of, named) == (system, name)
        ]
        if system not in SYSTEMS or not found:
            raise Refused(404, "package not found")
        return {"packageKey": {"system": system, "name": name}, "versions": found}
