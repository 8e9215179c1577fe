"""cargo-deny: `deny.toml`."""

import re

from checks.imports.draft import EVERY_CATEGORY, Draft, license_item
from checks.imports.ranges import comparators
from checks.imports.reading import items_in, members, object_in, objects_in, switch, text_in, texts_in
from checks.imports.tomllines import load
from checks.manifests.jsontext import Object, line_of
from checks.model.phrase import say
from checks.model.purl import package

#: Its words for a level, and ours.
_LEVELS = {"deny": "block", "warn": "warn", "allow": "off"}
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_READ = {
    "licenses": {"allow", "deny", "exceptions", "clarify", "include-dev", "unused-allowed-license", "version"},
    "bans": {"deny"},
    "advisories": {"ignore", "version", "db-path", "db-urls"},
    "sources": {"unknown-registry", "unknown-git", "allow-registry", "allow-git", "allow-org"},
}


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = load(text)
    if "licenses" in root:
        _licenses(object_in(root, "licenses"), draft)
    if "advisories" in root:
        _advisories(object_in(root, "advisories"), draft)
    if "bans" in root:
        _bans(object_in(root, "bans"), draft)
    if "sources" in root:
        _sources(object_in(root, "sources"), draft)
    for name, value, line in members(root):
        if name not in _READ:
            draft.left(line, f"[{name}]", say("It steers cargo-deny itself, which judges the graph of Cargo alone."))
        elif isinstance(value, Object):
            _others(name, value, draft)


def _others(table: str, holder: Object, draft: Draft) -> None:
    for name, _, line in members(holder):
        if name not in _READ[table]:
            draft.left(line, f"{table}.{name}", say("The policy has no such key."))


def _licenses(table: Object, draft: Draft) -> None:
    draft.begin(("licenses", "allow"))
    for text, line in texts_in(table, "allow"):
        draft.license(("licenses", "allow"), text, line, f"licenses.allow: {text}")
    for text, line in texts_in(table, "deny"):
        draft.license(("licenses", "deny"), text, line, f"licenses.deny: {text}")
    for entry, line in objects_in(table, "exceptions"):
        _exception(entry, line, draft)
    for entry, line in objects_in(table, "clarify"):
        _clarification(entry, line, draft)
    if not switch(table, "include-dev", False):
        draft.set(("licenses", "development", "allow_also"), list(EVERY_CATEGORY), 0, "include-dev is not set")
    _unused(table, draft)
    why = (
        "It detects licenses in the sources of crates; the gate takes what Cargo.toml declares, and compares it with "
        "the texts where they are installed. What is not understood is license-unknown (block)."
    )
    draft.taken(line_of(table, "confidence-threshold")[0], "licenses", "licenses", say(why))


def _unused(table: Object, draft: Draft) -> None:
    word = text_in(table, "unused-allowed-license")
    if word in _LEVELS:
        line = line_of(table, "unused-allowed-license")[0]
        draft.set(("licenses", "levels", "license-allowance-unused"), _LEVELS[word], line)
        why = "Here it speaks only where a whole tree is judged (--all)."
        setting = f"unused-allowed-license: {word}"
        draft.taken(line, setting, "licenses.levels.license-allowance-unused", say(why))


def _crate(entry: Object | str, line: int, setting: str, draft: Draft) -> dict[str, str | list[str]] | None:
    """`crate = "name@version"`, the older `name` and `version`, or the text alone."""
    text = entry if isinstance(entry, str) else text_in(entry, "crate") or text_in(entry, "name")
    name, version = [*re.split("[@:]", text, maxsplit=1), ""][:2]
    if not version and isinstance(entry, Object):
        version = text_in(entry, "version")
    if not name.strip():
        draft.left(line, setting, say("It names no crate."))
        return None
    return draft.package(package("cargo", name.strip()), _range(version.strip()), line, f"{setting}: {text}")


def _range(requirement: str) -> str:
    """A requirement of Cargo. Without an operator a whole version is meant alone, and `0.1` what is compatible."""
    if requirement == "*":
        return ""
    if re.fullmatch(r"\d+(\.\d+)?", requirement):
        return comparators(f"^{requirement}")
    return comparators(requirement.removeprefix("="))


def _exception(entry: Object, line: int, draft: Draft) -> None:
    found = _crate(entry, line, "licenses.exceptions", draft)
    names = [(text, license_item(text)) for text, _ in texts_in(entry, "allow")]
    for text, (name, why) in names:
        if name is None:
            draft.left(line, f"licenses.exceptions: {text}", why)
    allow = [name for _, (name, _) in names if name]
    if found is not None and allow:
        draft.exception(found, allow, text_in(entry, "reason") or "An exception before (cargo-deny).", line)
        draft.taken(line, f"licenses.exceptions: {found['package']}", "licenses.exceptions")


def _clarification(entry: Object, line: int, draft: Draft) -> None:
    """Its hash is a CRC of a file of the crate, ours a SHA-256: a person must read the text once more."""
    found = _crate(entry, line, "licenses.clarify", draft)
    if found is not None:
        draft.proposals.append((line, {"package": str(found["package"]), "license": text_in(entry, "expression")}))
        why = (
            "Its hash cannot be compared with ours. The entry stands in the policy as a comment, to be completed with "
            "the SHA-256 of the text."
        )
        draft.left(line, f"licenses.clarify: {found['package']}", say(why))


def _advisories(table: Object, draft: Draft) -> None:
    draft.set(("vulnerabilities", "block_from"), "low", line_of(table, "version")[0], "cargo-deny fails on any")
    for entry, line in items_in(table, "ignore"):
        if isinstance(entry, Object) and "crate" in entry:
            _ignored_crate(entry, line, draft)
        elif isinstance(entry, Object):
            id_ = text_in(entry, "id")
            draft.accept(id_, line, f"advisories.ignore: {id_}", text_in(entry, "reason"))
        else:
            draft.accept(str(entry), line, f"advisories.ignore: {entry}")


def _ignored_crate(entry: Object, line: int, draft: Draft) -> None:
    why = "It ignores that a crate is yanked, which the section freshness judges; that section is off here."
    draft.left(line, f"advisories.ignore: {text_in(entry, 'crate')}", say(why))


def _bans(table: Object, draft: Draft) -> None:
    for entry, line in items_in(table, "deny"):
        if isinstance(entry, Object) and (text_in(entry, "crate") or text_in(entry, "name")) == "":
            draft.left(line, "bans.deny", say("It names no crate."))
            continue
        found = _crate(entry if isinstance(entry, Object) else str(entry), line, "bans.deny", draft)
        if found is not None:
            _banned(entry, found, line, draft)


def _banned(entry: object, found: dict[str, str | list[str]], line: int, draft: Draft) -> None:
    setting = f"bans.deny: {found['package']}"
    reason, instead = "Banned before (cargo-deny).", ""
    if isinstance(entry, Object):
        reason, instead = text_in(entry, "reason") or reason, text_in(entry, "use-instead")
        if entry.get("wrappers"):
            why = "It lets some crates bring it. Here nothing may; ask for a waiver where one must."
            draft.left(line, f"{setting} wrappers", say(why))
    value: dict[str, str | list[str]] = {**found, "advice": "avoid", "reason": reason}
    replacement = draft.package(package("cargo", instead), "", line, f"{setting} use-instead") if instead else None
    draft.add(("packages", "advice"), value | ({"instead": replacement["package"]} if replacement else {}), line)
    draft.taken(line, setting, "packages.advice")


def _sources(table: Object, draft: Draft) -> None:
    """Registries and git hosts: a list of ours is complete, and a kind of source without a list is open."""
    registries = [(text.removeprefix("sparse+"), line) for text, line in texts_in(table, "allow-registry")]
    registry, git = text_in(table, "unknown-registry") or "warn", text_in(table, "unknown-git") or "warn"
    repositories = texts_in(table, "allow-git")
    for host, _, line in members(object_in(table, "allow-org")):
        for name, at in texts_in(object_in(table, "allow-org"), host):
            repositories.append((f"{_HOSTS.get(host, host)}/{name}/*", at or line))
    _source(draft, "registries", registries, registry, line_of(table, "unknown-registry")[0])
    _source(draft, "git", repositories, git, line_of(table, "unknown-git")[0])
    levels = {_LEVELS.get(word, "warn") for word in (registry, git)} - {"off"}
    if levels and levels != {"block"} and any(path[:2] == ("packages", "sources") for path in draft.values):
        strictest = "block" if "block" in levels else "warn"
        draft.set(("packages", "levels", "source-not-allowed"), strictest)
        if len(levels) > 1:
            why = "One rule with one level speaks of both here: the stricter one is taken."
            draft.taken(0, "unknown-registry, unknown-git", "packages.levels.source-not-allowed", say(why))


def _source(draft: Draft, kind: str, entries: list[tuple[str, int]], word: str, line: int) -> None:
    from checks.policy.addresses import AddressPattern

    setting = f"sources.unknown-{'registry' if kind == 'registries' else 'git'}: {word}"
    if word == "allow":
        return
    if kind == "registries" and not entries:
        why = "It allows only the default registry. List the registries that you use in packages.sources.registries."
        draft.left(line, setting, say(why))
        return
    draft.begin(("packages", "sources", kind))
    for text, at in entries:
        try:
            draft.add(("packages", "sources", kind), str(AddressPattern.parse(text)), at)
            draft.taken(at, f"sources: {text}", f"packages.sources.{kind}")
        except ValueError as error:
            draft.left(at, f"sources: {text}", say("It is no address that the policy can name: {}.", str(error)))
