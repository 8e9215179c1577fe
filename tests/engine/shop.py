"""A shop in which fixes are looked for: a registry that is asked for what a fix needs, lock files, and the verdict."""

import asyncio
import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.advisories.matching import affects
from checks.model.advisory import Advisory
from checks.model.facts import Facts, PackageKey, Questions, Want
from checks.model.finding import Finding
from checks.model.packages import Known, PackageFacts, Release, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Report
from tests.engine.trees import NOW, Tree, TreeSource

READ = datetime(2026, 11, 20, 6, tzinfo=UTC)


class Registry:
    """Knows every version that it is given, whose licenses it says only when it is asked for them; implements
    `PackageSource`. A version is `purl version license [day] [deprecated|yanked]`; without a day it is an old one."""

    def __init__(self, *versions: str, advisories: Collection[Advisory] = ()) -> None:
        self.releases: dict[str, list[Release]] = {}
        for text in versions:
            purl, version, license_, *more = text.split()
            marks = {word: "" for word in more if word in ("deprecated", "yanked")}
            days = [word for word in more if word not in marks]
            published = datetime.fromisoformat(days[0] if days else "2025-01-01").replace(tzinfo=UTC)
            self.releases.setdefault(purl, []).append(Release(version, published, license=license_, **marks))
        self.advisories = {item.id: item for item in advisories}
        self.asked: list[Questions] = []

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        self.asked.append(questions)
        versions: dict[PackageKey, VersionFacts] = {
            (purl, version): self._version(purl, version) for purl, version in questions if version
        }
        wanted = {purl for (purl, _), want in questions.items() if want & Want.RELEASES}
        packages = {purl: self._package(purl) for purl in wanted}
        return Facts(versions, packages, self.advisories)

    def _package(self, purl: str) -> PackageFacts:
        bare = tuple(Release(r.version, r.published, r.deprecated, r.yanked) for r in self.releases.get(purl, ()))
        return PackageFacts(Known(bare, "registry", READ))

    def _version(self, purl: str, version: str) -> VersionFacts:
        for release in self.releases.get(purl, ()):
            if release.version == version:
                return VersionFacts(
                    license=Known(release.license or "", "registry", READ),
                    published=Known(release.published, "registry", READ) if release.published else None,
                    deprecated=Known("", "registry", READ) if release.deprecated is not None else None,
                    yanked=Known("", "registry", READ) if release.yanked is not None else None,
                    advisories=Known(self._affecting(purl, version), "advisories", READ),
                )
        return VersionFacts()

    def _affecting(self, purl: str, version: str) -> tuple[str, ...]:
        return tuple(id_ for id_, record in self.advisories.items() if affects(record, purl, version))


def lock(asked: Mapping[str, str], **versions: str) -> Tree:
    """A project that asks npm for ranges, and its lock file. Of `versions`, `a__b` is b, which a brings; `_` is `-`."""
    packages: dict[str, dict[str, object]] = {"": {"name": "web", "version": "1.0.0", "dependencies": asked}}
    for key, version in versions.items():
        *by, name = (part.replace("_", "-") for part in key.split("__"))
        packages[f"node_modules/{name}"] = {"version": version}
        for parent in by:
            packages[f"node_modules/{parent}"].setdefault("dependencies", {})[name] = "*"  # type: ignore[index]
    manifest = {"name": "web", "version": "1.0.0", "dependencies": asked}
    locked = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    return {"package.json": json.dumps(manifest, indent=1), "package-lock.json": json.dumps(locked, indent=1)}


def judged(base: Tree | None, head: Tree, registry: Registry, policy: str, online: bool = True) -> Report:
    place = PolicyPlace(given=load_policy(f"version: 1\n{policy}\n".encode(), "policy.yaml"))
    gate = Gate(place, FactChain(Facts(), (), (registry,)), clock=lambda: NOW)
    source = TreeSource(base, head)
    return asyncio.run(gate.judge_fully(source) if online else gate.judge(source)).report


def fixed(finding: Finding) -> tuple[str, tuple[str, ...]]:
    """The fix in words and as commands."""
    return (plain(finding.fix.summary), finding.fix.commands) if finding.fix else ("", ())


def said(finding: Finding, what: str) -> str:
    return "; ".join(plain(fact.actual) for fact in finding.evidence if fact.what == what)
