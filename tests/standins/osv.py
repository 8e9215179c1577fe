"""OSV: `/v1/querybatch` and `/v1/vulns/{id}`. A version is affected if a record lists it."""

from typing import Any

from .server import Call, Refused, Standin

MAX_BATCH = 1_000


class Osv(Standin):
    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[str, Any]] = {}
        self.page_size = 1_000
        self.refuses: frozenset[str] = frozenset()
        """Names that fail the batch that they are in."""

    def knows(self, id_: str, ecosystem: str, name: str, *versions: str, **fields: Any) -> None:
        """A record about versions of one package."""
        affected = [{"package": {"ecosystem": ecosystem, "name": name}, "versions": list(versions)}]
        known = {"id": id_, "modified": "2026-01-02T03:04:05.123456Z", "affected": affected, **fields}
        self.records[id_] = {"schema_version": "1.7.5", **known}

    def answer(self, call: Call) -> Any:
        match call.method, call.segments:
            case "POST", ["v1", "querybatch"]:
                return self._batch(call)
            case "GET", ["v1", "vulns", id_] if id_ in self.records:
                return self.records[id_]
            case _:
                raise Refused(404, "Bug not found.")

    def _batch(self, call: Call) -> Any:
        queries = call.json["queries"]
        if len(queries) > MAX_BATCH:
            raise Refused(400, "too many queries")
        return {"results": [self._query(query) for query in queries]}

    def _query(self, query: dict[str, Any]) -> Any:
        package, version = query["package"], query.get("version")
        if "@" in package.get("purl", "") and version:
            raise Refused(400, "version specified in both purl and version")
        if not package.get("name") or not package.get("ecosystem") or package["name"] in self.refuses:
            raise Refused(400, "invalid package")
        found = [id_ for id_, record in self.records.items() if _affects(record, package, version)]
        start = int(query.get("page_token") or 0)
        page = found[start : start + self.page_size]
        answer: dict[str, Any] = {}
        if page:
            answer["vulns"] = [{"id": id_, "modified": self.records[id_]["modified"]} for id_ in page]
        if start + self.page_size < len(found):
            answer["next_page_token"] = str(start + self.page_size)
        return answer


def _affects(record: dict[str, Any], package: dict[str, str], version: str | None) -> bool:
    return any(
        affected["package"]["ecosystem"] == package["ecosystem"]
        and affected["package"]["name"] == package["name"]
        and (version is None or version in affected["versions"])
        for affected in record["affected"]
    )
