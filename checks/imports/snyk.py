"""Snyk: the policy file `.snyk`."""

import re

from checks.imports.draft import Draft
from checks.imports.reading import items_in, members, object_in, root_of, text_in
from checks.manifests.jsontext import Object
from checks.manifests.yamltext import load
from checks.model.phrase import say


def read_file(text: str, draft: Draft) -> None:
    """Raises UnreadableManifest."""
    root = root_of(load(text))
    ignore = object_in(root, "ignore")
    for id_, _, line in members(ignore):
        for item, at in items_in(ignore, id_):
            for path, entry in item.items() if isinstance(item, Object) else ():
                _ignored(id_, path, entry if isinstance(entry, Object) else Object(), at or line, draft)
    for name, _, line in members(root):
        if name not in ("version", "ignore"):
            draft.left(line, name, say("The policy has no such key: the gate neither patches nor scans code."))


def _ignored(id_: str, path: str, entry: Object, line: int, draft: Draft) -> None:
    setting, expires = f"ignore: {id_}", text_in(entry, "expires")[:10] or None
    if not re.match(r"(CVE|GHSA)-", id_, re.IGNORECASE):
        until = say(" It ended on {}.", expires) if expires else ()
        why = say("Snyk's own ids are in no open database. Look up its CVE and add it to vulnerabilities.accept.")
        draft.left(line, setting, (*why, *until))
        return
    if path.strip() != "*":
        draft.left(line, f"{setting} {path}", say("It holds for one path of the graph; here it would hold for all."))
        return
    draft.accept(id_, line, setting, text_in(entry, "reason"), expires)
