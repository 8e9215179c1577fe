"""Dependency-Track's REST API, version 4 or 5: uploads, tokens, projects, findings, analyses and violations."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from .server import Call, Page, Refused, Standin

#: Characters of `bom` in JSON; a form has no limit.
MAX_BOM = 20_000_000


@dataclass
class Known:
    """A vulnerability that the server knows of a package version."""

    id: str
    aliases: list[dict[str, str]] = field(default_factory=list)
    severity: str = "HIGH"
    vector: str | None = None
    source: str = "NVD"
    title: str = ""
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Decision:
    """What people have written about a finding."""

    state: str = "NOT_SET"
    justification: str = "NOT_SET"
    suppressed: bool = False
    at: int = 1_700_000_000_000
    """Milliseconds since 1970."""


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
        self.may_view = True
        """Whether the key may see findings and violations."""
        self.known: dict[str, list[Known]] = {}
        """By package URL."""
        self.decisions: dict[tuple[str, str], Decision] = {}
        """By package URL and vulnerability."""
        self.violations: dict[str, list[dict[str, Any]]] = {}
        """By package URL: `type`, and `name` and `violationState` of the policy."""
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
                project = self.projects.get((call.query["name"][0], call.query["version"][0]))
                if project is None:
                    raise Refused(404, "The project could not be project.")
                known = {
                    "name": project.name,
                    "version": project.version,
                    "uuid": project.uuid,
                    "isLatest": project.latest,
                }
                return known | ({"lastBomImport": project.last_import} if project.last_import is not None else {})
            case "GET", ["api", "v1", "finding" | "violation" | "analysis", *_] if not self.may_view:
                raise Refused(403)
            case "GET", ["api", "v1", "finding", "project", id_]:
                all_ = call.query.get("suppressed") == ["true"]
                found = self._findings(self._project(id_))
                shown = [one for one in found if all_ or not one["analysis"]["isSuppressed"]]
                return _page(call, shown, self.version >= 5)
            case "GET", ["api", "v1", "violation", "project", id_]:
                return _page(call, self._violated(self._project(id_)), True)
            case "GET", ["api", "v1", "analysis"]:
                return self._analysis(call)
            case _:
                raise Refused(404)

    def _project(self, id_: str) -> Project:
        for project in self.projects.values():
            if project.uuid == id_:
                return project
        raise Refused(404, "The project could not be found.")

    def _components(self, project: Project) -> list[dict[str, str]]:
        """Of the document that was taken in last."""
        found = project.documents[-1].get("components", []) if project.documents else []
        return [
            {"uuid": str(uuid.uuid5(uuid.UUID(project.uuid), one["purl"])), **one} for one in found if "purl" in one
        ]

    def _findings(self, project: Project) -> list[dict[str, Any]]:
        return [
            self._finding(project, component, known)
            for component in self._components(project)
            for known in self.known.get(_plain(component), [])
        ]

    def _finding(self, project: Project, component: dict[str, str], known: Known) -> dict[str, Any]:
        decision = self.decisions.get((_plain(component), known.id))
        vulnerability: dict[str, Any] = {
            "uuid": known.uuid, "source": known.source, "vulnId": known.id, "severity": known.severity,
            "severityRank": 1, "aliases": known.aliases, "description": "What it is about.",
        }  # fmt: skip
        if known.title:
            vulnerability["title"] = known.title
        if known.vector:
            vulnerability["cvssV3Vector"] = known.vector
        return {
            "component": {key: component[key] for key in ("uuid", "name", "version", "purl")}
            | {"project": project.uuid},
            "vulnerability": vulnerability,
            "analysis": ({"state": decision.state} if decision else {})
            | {"isSuppressed": bool(decision and decision.suppressed)},
            "attribution": {"analyzerIdentity": "INTERNAL_ANALYZER", "attributedOn": 1_700_000_000_000},
            "matrix": f"{project.uuid}:{component['uuid']}:{known.uuid}",
        }

    def _violated(self, project: Project) -> list[dict[str, Any]]:
        return [
            {
                "type": one["type"],
                "component": component,
                "policyCondition": {
                    "operator": "IS", "subject": "LICENSE", "value": "GPL-3.0-only",
                    "policy": {"name": one["name"], "violationState": one["violationState"]},
                },
                "timestamp": 1_700_000_000_000,
                "uuid": str(uuid.uuid4()),
            }
            for component in self._components(project)
            for one in self.violations.get(_plain(component), [])
        ]  # fmt: skip

    def _analysis(self, call: Call) -> dict[str, Any]:
        asked = {name: call.query[name][0] for name in ("project", "component", "vulnerability")}
        for finding in self._findings(self._project(asked["project"])):
            if finding["matrix"] == ":".join(asked.values()):
                break
        else:
            raise Refused(404, "The component could not be found.")
        decision = self.decisions.get((_plain(finding["component"]), finding["vulnerability"]["vulnId"]))
        if decision is None:
            raise Refused(404, "No analysis exists.")
        return {
            "analysisState": decision.state,
            "analysisJustification": decision.justification,
            "analysisComments": [{"timestamp": decision.at, "comment": "Looked at.", "commenter": "grace"}],
            "isSuppressed": decision.suppressed,
        }

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


def _plain(component: dict[str, str]) -> str:
    """Its package URL, without qualifiers."""
    return component["purl"].partition("?")[0]


def _page(call: Call, found: list[dict[str, Any]], paged: bool) -> Page:
    """What is not paged is given whole, whatever page is asked for."""
    number, size = (
        int(call.query.get(name, [default])[0]) for name, default in (("pageNumber", "1"), ("pageSize", "100"))
    )
    shown = found[(number - 1) * size : number * size] if paged else found
    return Page(json.dumps(shown).encode(), "application/json", {"X-Total-Count": str(len(found))})


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
