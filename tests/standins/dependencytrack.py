"""Dependency-Track's REST API, version 4 or 5: uploads, tokens, projects."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from .server import Call, Refused, Standin

#: Characters of `bom` in JSON; a form has no limit.
MAX_BOM = 20_000_000


@dataclass
class Project:
    """A version of a project."""

    name: str
    version: str
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    latest: bool = False
    documents: list[dict[str, Any]] = field(default_factory=list)
    last_import: int | None = None
    """Milliseconds since 1970."""


class DependencyTrack(Standin):
    def __init__(self, version: int = 5, key: str = "odt_key", now: Any = None) -> None:
        super().__init__()
        self.version = version
        self.key = key
        self.may_upload = True
        self.slow = 0
        """How many looks at a token find it being processed."""
        self.loses = False
        """Whether what it takes comes to nothing."""
        self.projects: dict[tuple[str, str], Project] = {}
        self.now = now or (lambda: 0.0)
        self._work: dict[str, tuple[int, Project]] = {}

    def answer(self, call: Call) -> Any:
        if call.headers.get("x-api-key") != self.key:
            raise Refused(401)
        match call.method, call.segments:
            case "POST" | "PUT", ["api", "v1", "bom"]:
                if not self.may_upload:
                    raise Refused(403)
                return self._upload(_form(call) if call.method == "POST" else _json(call))
            case "GET", ["api", "v1", "event", "token", token]:
                return {"processing": self._processing(token)}
            case "GET", ["api", "v1", "project", "lookup"]:
                found = self.projects.get((call.query["name"][0], call.query["version"][0]))
                if found is None:
                    raise Refused(404, "The project could not be found.")
                known = {"name": found.name, "version": found.version, "uuid": found.uuid, "isLatest": found.latest}
                return known | ({"lastBomImport": found.last_import} if found.last_import is not None else {})
            case _:
                raise Refused(404)

    def _upload(self, given: dict[str, Any]) -> Any:
        bom = given["bom"]
        if bom.get("bomFormat") != "CycloneDX":
            raise Refused(400, "The uploaded BOM is invalid: Schema validation failed", problem=True)
        key = given["projectName"], given["projectVersion"]
        if key not in self.projects and given.get("autoCreate") not in (True, "true"):
            raise Refused(404, "The project could not be found.")
        project = self.projects.setdefault(key, Project(*key))
        if given.get("isLatest") in (True, "true"):
            for other in self.projects.values():
                other.latest = other.latest and other.name != project.name
            project.latest = True
        token = str(uuid.uuid4())
        if not self.loses:
            project.documents.append(bom)
            self._work[token] = self.slow, project
        return {"token": token} | ({"projectUuid": project.uuid} if self.version == 5 else {})

    def _processing(self, token: str) -> bool:
        """False, too, for a token that it never gave."""
        left, project = self._work.get(token, (0, None))
        if left:
            self._work[token] = left - 1, project  # type: ignore[assignment]
            return True
        if project is not None:
            project.last_import = int(self.now() * 1000)
        return False


def _form(call: Call) -> dict[str, Any]:
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + call.body)
    given: dict[str, Any] = {}
    for part in parts.iter_parts():
        name = part.get_param("name", header="content-disposition")
        given[str(name)] = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    return {**given, "bom": _document(given["bom"])}


def _json(call: Call) -> dict[str, Any]:
    if len(call.json["bom"]) > MAX_BOM:
        raise Refused(400, "bom: size must be between 0 and 20000000", problem=True)
    try:
        return {**call.json, "bom": _document(base64.b64decode(call.json["bom"]).decode())}
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(400, "The BOM is not base64", problem=True) from None


def _document(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "The uploaded BOM is invalid: it is not JSON", problem=True)
    return found
