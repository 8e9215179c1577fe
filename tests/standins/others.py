"""The sources with one kind of answer: endoflife.date, Scorecard, KEV, EPSS, ecosyste.ms, ClearlyDefined."""

from typing import Any

from .server import Call, Refused, Standin


class EndOfLife(Standin):
    """All products at once; the real one moves its pages now and then, with a 301."""

    def __init__(self) -> None:
        super().__init__()
        self.products: list[dict[str, Any]] = []

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def knows(self, name: str, purl: str, **eol_of_release: str) -> None:
        releases = [{"name": release.strip("_").replace("_", "."), "isEol": False, "eolFrom": day, "isMaintained": True}
                    for release, day in eol_of_release.items()]  # fmt: skip
        self.products.append({"name": name, "identifiers": [{"type": "purl", "id": purl}], "releases": releases})

    def answer(self, call: Call) -> Any:
        if (call.method, call.path) != ("GET", "/api/v1/products/full"):
            raise Refused(404)
        return {"schema_version": "1.2.1", "total": len(self.products), "result": self.products}


class Scorecard(Standin):
    def __init__(self) -> None:
        super().__init__()
        self.scores: dict[str, dict[str, float]] = {}
        """`github.com/owner/name` → score of each check."""

    def answer(self, call: Call) -> Any:
        match call.segments:
            case ["projects", *repository] if "/".join(repository) in self.scores:
                checks = self.scores["/".join(repository)]
                listed = [{"name": name, "score": score, "reason": "seen"} for name, score in checks.items()]
                return {"date": "2026-11-16", "score": min(checks.values()), "checks": listed}
            case _:
                raise Refused(404)


class Kev(Standin):
    def __init__(self) -> None:
        super().__init__()
        self.exploited: dict[str, str] = {}
        """CVE → the day on which it was added."""

    @property
    def feed(self) -> str:
        return f"{self.url}/feeds/kev.json"

    def answer(self, call: Call) -> Any:
        if call.path != "/feeds/kev.json":
            raise Refused(404)
        entries = [{"cveID": cve, "dateAdded": day, "knownRansomwareCampaignUse": "Unknown"}
                   for cve, day in self.exploited.items()]  # fmt: skip
        return {"catalogVersion": "2026.11.20", "count": len(entries), "vulnerabilities": entries}


class Epss(Standin):
    MAX_CHARACTERS = 2_000

    def __init__(self) -> None:
        super().__init__()
        self.scores: dict[str, tuple[str, str]] = {}
        """CVE → probability and percentile, which the source writes as text."""

    def answer(self, call: Call) -> Any:
        if call.path != "/data/v1/epss":
            raise Refused(404)
        (asked,) = call.query["cve"]
        if len(asked) > self.MAX_CHARACTERS:
            raise Refused(400)
        found = [{"cve": cve, "epss": self.scores[cve][0], "percentile": self.scores[cve][1], "date": "2026-11-20"}
                 for cve in asked.split(",") if cve in self.scores]  # fmt: skip
        limit = int(call.query.get("limit", ["100"])[0])
        return {"status": "OK", "total": len(found), "data": found[:limit]}


class Ecosystems(Standin):
    MAX_BATCH = 100

    def __init__(self) -> None:
        super().__init__()
        self.packages: dict[str, dict[str, Any]] = {}
        """By purl without version."""

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def answer(self, call: Call) -> Any:
        if (call.method, call.path) != ("POST", "/api/v1/packages/bulk_lookup"):
            raise Refused(404)
        purls = call.json["purls"]
        if len(purls) > self.MAX_BATCH:
            raise Refused(400, "too many")
        return [{"purl": purl, **self.packages[purl]} for purl in purls if purl in self.packages]


class ClearlyDefined(Standin):
    MAX_BATCH = 500

    def __init__(self) -> None:
        super().__init__()
        self.declared: dict[str, str] = {}
        """Coordinates → license."""

    def answer(self, call: Call) -> Any:
        if (call.method, call.path) != ("POST", "/definitions"):
            raise Refused(404)
        if len(call.json) > self.MAX_BATCH:
            raise Refused(400)
        return {
            item: {"licensed": {"declared": self.declared[item]}} if item in self.declared else {"files": []}
            for item in call.json
        }


class GitHub(Standin):
    """GitHub's advisory database; all of its advisories are reviewed ones."""

    MAX_BATCH = 1_000

    def __init__(self) -> None:
        super().__init__()
        self.advisories: list[dict[str, Any]] = []

    def knows(self, id_: str, ecosystem: str, name: str, affected: str) -> None:
        vulnerability = {"package": {"ecosystem": ecosystem, "name": name}, "vulnerable_version_range": affected}
        entry = {"ghsa_id": id_, "type": "reviewed", "severity": "high", "vulnerabilities": [vulnerability]}
        self.advisories.append(entry | {"published_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"})

    def answer(self, call: Call) -> Any:
        if call.path != "/advisories":
            raise Refused(404)
        (affects,), (kind,) = call.query["affects"], call.query["type"]
        names = {item.rpartition("@")[0] for item in affects.split(",")}
        if len(names) > self.MAX_BATCH:
            raise Refused(422)
        return [
            entry
            for entry in self.advisories
            if entry["type"] == kind and entry["vulnerabilities"][0]["package"]["name"] in names
        ]
