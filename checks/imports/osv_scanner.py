"""OSV-Scanner: `osv-scanner.toml`."""

from checks.advisories.ecosystems import purl_of
from checks.imports.draft import Draft, licenses_of
from checks.imports.reading import day_of, members, object_in, objects_in, switch, text_in
from checks.imports.tomllines import load
from checks.manifests.jsontext import Object
from checks.model.phrase import say

#: What it no longer says about a package whose vulnerabilities are ignored.
RULES = ("vulnerable", "vulnerability-likely", "vulnerability-exploited", "severity-unknown")


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = load(text)
    draft.set(("vulnerabilities", "block_from"), "low", 0, "OSV-Scanner fails on any")
    for entry, line in objects_in(root, "IgnoredVulns"):
        id_ = text_in(entry, "id")
        draft.accept(id_, line, f"IgnoredVulns: {id_}", text_in(entry, "reason"), _day(entry, "ignoreUntil"))
    for entry, line in objects_in(root, "PackageOverrides"):
        _override(entry, line, draft)
    for name, _, line in members(root):
        if name not in ("IgnoredVulns", "PackageOverrides"):
            draft.left(line, name, say("The policy has no such key; the version stands in the lock file or in go.mod."))


def _day(entry: Object, key: str) -> str | None:
    """The last whole day before the moment. A time of its own zone is taken by its date."""
    value = entry.get(key)
    return day_of(value) or (text_in(entry, key)[:10] or None)


def _override(entry: Object, line: int, draft: Draft) -> None:
    name, ecosystem = text_in(entry, "name"), text_in(entry, "ecosystem")
    setting = f"PackageOverrides: {name or 'every package'}"
    purl = purl_of(ecosystem, name)
    if not purl:
        why = "It names no package of an ecosystem with package URLs; such an entry reaches too far for a waiver."
        draft.left(line, setting, say(why))
        return
    package = draft.package(purl, text_in(entry, "version"), line, setting)
    if package is None:
        return
    whole = switch(entry, "ignore", False)
    vulnerability, license_ = object_in(entry, "vulnerability"), object_in(entry, "license")
    if whole or switch(vulnerability, "ignore", False):
        draft.waive(package, RULES, line, setting, text_in(entry, "reason"), _day(entry, "effectiveUntil"))
    if whole or switch(license_, "ignore", False):
        why = "Its licenses are ignored; the section licenses is off here. Make it an exception once that is on."
        draft.left(line, f"{setting} license.ignore", say(why))
    if "override" in license_:
        _clarified(license_, str(package["package"]), line, setting, draft)


def _clarified(license_: Object, package: str, line: int, setting: str, draft: Draft) -> None:
    value = license_.get("override")
    expression = " AND ".join(map(str, value)) if isinstance(value, list) else str(value)
    if licenses_of(expression):
        draft.proposals.append((line, {"package": package, "license": expression}))
    why = (
        "A license that somebody found out is pinned to the text here: the entry stands in the policy as a comment, "
        "to be completed with the SHA-256 of that text."
    )
    draft.left(line, f"{setting} license.override", say(why))
