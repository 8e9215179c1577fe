"""Facts files made as the command makes them: out of the stand-ins, or of exports."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.facts.build import Asking, Content, wanted
from app.facts.container import FactsFile, write
from app.inventories import InventoryReader, manifest_refs
from app.policies import load_policy
from app.settings import fact_settings
from checks.engine.plan import Plan, wanted_manifests
from checks.model.facts import PackageKey, Questions, RepositoryFacts, Want
from checks.model.snapshot import Snapshot
from tests.engine.trees import TreeSource
from tests.online.timed import Clock
from tests.standins import Standins

EVERYTHING = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.ADVISORIES
STARTER = "version: 1\nlicenses: {}\n"


def npm(name: str, version: str = "1.0.0") -> PackageKey:
    return f"pkg:npm/{name}", version


def lock(**versions: str) -> str:
    """A package-lock.json: `_` for `-`."""
    packages = {f"node_modules/{name.replace('_', '-')}": {"version": version} for name, version in versions.items()}
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"": {"name": "web"}, **packages}}, indent=1)


async def plan_of(files: Mapping[str, str]) -> Plan:
    """The plan for a tree, all of which is judged."""
    source = TreeSource({}, dict(files))
    listing = await source.listing()
    requests = wanted_manifests(listing)
    blobs = await source.read(manifest_refs(requests))
    return Plan(Snapshot(listing, await InventoryReader(None).pairs(source, requests, blobs)))


def made(content: Content, clock: Clock) -> FactsFile:
    pieces = write(content.records.values(), clock.now(), content.read, content.complete)
    return FactsFile(b"".join(pieces), "facts.db")


class Builder:
    """Somebody with a network who makes facts files."""

    def __init__(self, standins: Standins, clock: Clock, **settings: str) -> None:
        environment = fact_settings(standins.environment(**settings))
        self.clock = clock
        self.asking = Asking(environment, timing=clock.timing)

    def build(self, files: Mapping[str, str], policy: str = STARTER, releases: bool = False) -> FactsFile:
        async def run() -> Content:
            plan = await plan_of(files)
            questions = wanted(plan, load_policy(policy.encode(), "policy.yaml"), releases)
            return await self.asking.of_plan(plan, RepositoryFacts(), questions)

        return made(asyncio.run(run()), self.clock)

    def update(self, file: FactsFile) -> FactsFile:
        return made(asyncio.run(self.asking.again(file)), self.clock)


def asked(*keys: PackageKey, want: Want = EVERYTHING) -> Questions:
    return dict.fromkeys(keys, want)


def vulnerability(id_: str, *packages: tuple[str, str], fixed: str = "2.0.0", **fields: Any) -> dict[str, Any]:
    """An OSV record: ecosystem and name of each package, affected before `fixed`."""
    affected = [
        {
            "package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
        }
        for ecosystem, name in packages
    ]
    return {"schema_version": "1.7.5", "id": id_, "modified": "2026-01-02T03:04:05Z", "affected": affected, **fields}


def archive(path: Path, *records: dict[str, Any], **members: bytes) -> Path:
    """An all.zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for record in records:
            file.writestr(f"{record['id']}.json", json.dumps(record))
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_json", ".json"), content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.getvalue())
    return path
